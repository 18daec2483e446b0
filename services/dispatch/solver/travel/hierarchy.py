"""Road times by customizable contraction hierarchies (RoutingKit): what DISPATCH asks of thousands of units costs about a millisecond.

Two wheels hold the same graph: pyroutingkit for matrices, paths and closures, routingkit-cch for the times of all pinned units to one place.
"""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from services.dispatch.solver.travel.engine import BLOCKED, Engine, Floats, Longs, Raw

WHOLE_SHARE: Final = 100
"""When more than one arc in so many changes, all is customized anew: that is quicker then."""


class HierarchyEngine(Engine):
    """The quick engine."""

    @staticmethod
    def available() -> bool:
        """Whether both wheels are installed."""
        return find_spec("pyroutingkit") is not None and find_spec("routingkit_cch") is not None

    def _prepare(self) -> None:
        import pyroutingkit

        net = self.network
        self._topology = pyroutingkit.CCHTopology()
        self._pins: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
        self._columns: Any = None
        self._column_changes: dict[int, int] = {}
        self._graph_version = -1
        self._real = net.tail != net.head
        self._arc_of = np.flatnonzero(self._real)
        self._id_of = np.cumsum(self._real) - 1
        if not len(self._arc_of):
            self._metric = None
            return
        ends = net.tail[self._real].astype(np.uint32), net.head[self._real].astype(np.uint32)
        self._topology.build(*ends, net.lat.astype(np.float32), net.lon.astype(np.float32), net.nodes)
        self._metric = pyroutingkit.CCHMetric(self._topology)
        self._metric.customize(self._ms[self._real])

    def _changed(self, arcs: Longs) -> None:
        if self._metric is None:
            return
        arcs = arcs[self._real[arcs]]
        if len(arcs) * WHOLE_SHARE > self.network.arcs:
            self._metric.customize(self._ms[self._real])
        else:
            self._metric.update_weights(self._id_of[arcs].astype(np.uint32), self._ms[arcs])
        self._column_changes.update(zip(self._id_of[arcs].tolist(), self._ms[arcs].tolist(), strict=True))

    def _matrix(self, origins: Longs, targets: Longs) -> Raw:
        if self._metric is None or not len(origins) or not len(targets):
            raw: NDArray[np.uint32] = np.where(origins[:, None] == targets[None, :], 0, BLOCKED).astype(np.uint32)
            return raw
        found: Raw = self._metric.distances_many_to_many(origins.astype(np.uint32), targets.astype(np.uint32))
        return found

    def _column(self, origins: Longs, stamp: object) -> Callable[[int], Floats]:
        if self._metric is None or not len(origins):
            return lambda node: np.where(origins == node, 0.0, np.inf)
        import routingkit_cch

        self._renew_columns()
        pins = self._pins[stamp] = routingkit_cch.CCHManyToOne(self._columns[1], origins.tolist())
        pins_of = self._pins

        def ask(node: int) -> Floats:
            return np.array(pins_of[stamp].distances_to(node), dtype=np.float64)

        del pins
        return ask

    def _renew_columns(self) -> None:
        """Bring the second wheel up to date. It refuses while pins on the old times live: they are dropped, their owners pin again by the version."""
        import routingkit_cch

        net = self.network
        if self._columns is None:
            tail, head = net.tail[self._real].tolist(), net.head[self._real].tolist()
            order = routingkit_cch.compute_order_inertial(net.nodes, tail, head, net.lat.tolist(), net.lon.tolist())
            hierarchy = routingkit_cch.CCH(order, tail, head, False)
            self._columns = hierarchy, routingkit_cch.CCHMetric(hierarchy, self._ms[self._real].tolist()), routingkit_cch.CCHMetricPartialUpdater(hierarchy)
        elif self._column_changes:
            self._pins.clear()
            _, metric, updater = self._columns
            if len(self._column_changes) * WHOLE_SHARE > net.arcs:
                metric.reset(self._ms[self._real].tolist())
            else:
                updater.apply(metric, self._column_changes)
        self._column_changes = {}

    def _path(self, origin: int, target: int) -> Longs | None:
        if self._metric is None:
            return None
        ms, _, arcs = self._metric.query(origin, target)
        return None if ms >= BLOCKED else self._arc_of[np.array(arcs, dtype=np.int64)]

    def _from(self, origin: int, limit_ms: float) -> Floats:
        if self._graph_version != self.version:
            net = self.network
            usable = self._real & (self._ms < BLOCKED)
            order = np.lexsort((-self._ms[usable].astype(np.int64), net.head[usable], net.tail[usable]))
            tail, head, ms = net.tail[usable][order], net.head[usable][order], self._ms[usable][order].astype(np.float64)
            last = np.ones(len(tail), dtype=np.bool_)
            last[:-1] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
            self._graph = csr_array((ms[last], (tail[last], head[last])), shape=(net.nodes, net.nodes))
            self._graph_version = self.version
        ms_from: Floats = dijkstra(self._graph, indices=origin, limit=limit_ms)
        return ms_from
