"""Road times by scipy's Dijkstra: works wherever scipy does, and is what the quick engine is tested against."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from services.dispatch.solver.travel.engine import BLOCKED, Engine, Floats, Longs, Raw


class PlainEngine(Engine):
    """Dijkstra from every origin. Milliseconds are exact in floating point below 2 ** 53."""

    def _prepare(self) -> None:
        net = self.network
        pairs, self._pair = np.unique(net.tail * max(net.nodes, 1) + net.head, return_inverse=True)
        self._ends = np.divmod(pairs, max(net.nodes, 1))
        self._changed(np.arange(net.arcs, dtype=np.int64))

    def _changed(self, arcs: Longs) -> None:  # noqa: ARG002 - the matrix is rebuilt whole
        quickest = np.full(len(self._ends[0]), np.inf)
        np.minimum.at(quickest, self._pair, np.where(self._ms >= BLOCKED, np.inf, self._ms.astype(np.float64)))
        usable = np.isfinite(quickest)
        shape = (self.network.nodes, self.network.nodes)
        self._graph = csr_array((quickest[usable], (self._ends[0][usable], self._ends[1][usable])), shape=shape)
        self._quickest = quickest

    def _matrix(self, origins: Longs, targets: Longs) -> Raw:
        raw: NDArray[np.uint32] = np.full((len(origins), len(targets)), BLOCKED, dtype=np.uint32)
        if len(targets):
            for row, origin in enumerate(origins):
                ms = dijkstra(self._graph, indices=int(origin))[targets]
                raw[row] = np.where(np.isfinite(ms), np.minimum(ms, BLOCKED), BLOCKED).astype(np.uint32)
        return raw

    def _column(self, origins: Longs) -> Callable[[int], Floats]:
        back = self._graph.T.tocsr()

        def ask(node: int) -> Floats:
            ms: Floats = dijkstra(back, indices=node)[origins]
            return ms

        return ask

    def _path(self, origin: int, target: int) -> Longs | None:
        seconds, before = dijkstra(self._graph, indices=origin, return_predecessors=True)
        if not np.isfinite(seconds[target]):
            return None
        arcs: list[int] = []
        node = target
        while node != origin:
            previous = int(before[node])
            pair = np.searchsorted(self._ends[0] * self.network.nodes + self._ends[1], previous * self.network.nodes + node)
            lanes = np.flatnonzero(self._pair == pair)
            arcs.append(int(lanes[np.argmin(self._ms[lanes])]))
            node = previous
        return np.array(arcs[::-1], dtype=np.int64)

    def _from(self, origin: int, limit_ms: float) -> Floats:
        ms: Floats = dijkstra(self._graph, indices=origin, limit=limit_ms)
        return ms
