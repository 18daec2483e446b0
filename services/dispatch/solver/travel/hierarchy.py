"""Road times by a customizable contraction hierarchy: the order from RoutingKit (inertial flow), the rest our own sweeps.

A change of arcs customizes the whole hierarchy anew at the next question: some milliseconds for a city, whatever the number of arcs.
"""

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np

from services.dispatch.solver.travel import sweep
from services.dispatch.solver.travel.engine import Engine, Floats, Longs, Raw


class HierarchyEngine(Engine):
    """The quick engine."""

    @staticmethod
    def available() -> bool:
        """Whether the wheel that orders the nodes is installed."""
        return find_spec("routingkit_cch") is not None

    def _prepare(self) -> None:
        net = self.network
        self._real = np.flatnonzero(net.tail != net.head)
        tail, head = net.tail[self._real], net.head[self._real]
        self._hierarchy = sweep.Hierarchy.of(_order(net.nodes, tail, head, net.lon, net.lat), tail, head)
        self._all = self._hierarchy.above(np.arange(net.nodes, dtype=np.int64))
        by_tail = np.argsort(tail, kind="stable")
        self._leaving = self._real[by_tail]
        self._leaving_from = np.searchsorted(tail[by_tail], np.arange(net.nodes + 1))
        self._customize()

    def _customize(self) -> None:
        self._ahead, self._back = self._hierarchy.customized(self._ms[self._real])
        self._stale = False

    def _changed(self, arcs: Longs) -> None:  # noqa: ARG002 - all is customized anew
        self._stale = True

    def _fresh(self) -> tuple[sweep.Times, sweep.Times]:
        """Times up and down the hierarchy as the arcs are now. The arrays are replaced, never written: who holds them keeps a whole state."""
        if self._stale:
            self._customize()
        return self._ahead, self._back

    def _matrix(self, origins: Longs, targets: Longs) -> Raw:
        """The side with fewer nodes is swept from."""
        h, (ahead, back) = self._hierarchy, self._fresh()
        few, many = (origins, targets) if len(origins) <= len(targets) else (targets, origins)
        out: Raw = np.empty((len(few), len(many)), dtype=np.uint32)
        up_down = (back, ahead) if few is origins else (ahead, back)
        sweep.sweep_all(h.rank[few], h.rank[many], h.above(many), h.start, h.up, h.parent, *up_down, out)
        return out if few is origins else out.T

    def _column(self, origins: Longs) -> Callable[[int], Floats]:
        h, (ahead, back) = self._hierarchy, self._fresh()
        ranks, over = h.rank[origins], h.above(origins)

        def ask(node: int) -> Floats:
            out = np.empty(len(ranks))
            sweep.sweep(int(h.rank[node]), ranks, over, h.start, h.up, h.parent, ahead, back, out)
            return out

        return ask

    def _to_all(self, node: int, *, backward: bool) -> Floats:
        """Milliseconds of every node to it, or from it."""
        h, (ahead, back) = self._hierarchy, self._fresh()
        out = np.empty(self.network.nodes)
        sweep.sweep(int(h.rank[node]), h.rank, self._all, h.start, h.up, h.parent, *((ahead, back) if backward else (back, ahead)), out)
        return out

    def _path(self, origin: int, target: int) -> Longs | None:
        """From every node an arc leads on whose time is just what is saved: milliseconds are whole and positive, so the walk is exact and ends."""
        left = self._to_all(target, backward=True)
        if not np.isfinite(left[origin]):
            return None
        return sweep.walk(origin, target, left, self._leaving_from, self._leaving, self.network.head, self._ms)

    def _from(self, origin: int, limit_ms: float) -> Floats:
        ms = self._to_all(origin, backward=False)
        return np.where(ms <= limit_ms, ms, np.inf)


def _order(nodes: int, tail: Longs, head: Longs, lon: Floats, lat: Floats) -> Longs:
    if not len(tail):
        return np.arange(nodes, dtype=np.int64)
    import routingkit_cch

    return np.array(routingkit_cch.compute_order_inertial(nodes, tail.tolist(), head.tolist(), lat.tolist(), lon.tolist()), dtype=np.int64)
