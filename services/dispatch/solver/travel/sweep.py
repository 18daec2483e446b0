"""Times of many places to one, and of one to all, by a sweep over a customizable contraction hierarchy (Dibbelt, Strasser, Wagner 2014), compiled by numba.

Nodes are numbered by rank in a nested dissection order. Contracting them in that order gives the upward graph: `up[start[v]:start[v + 1]]` are the higher
neighbours of v, ascending; the lowest of them is v's parent in the elimination tree, all of them are its ancestors. `ahead[e]` is the time up an edge,
`back[e]` the time down it. Every quickest way has an equal one that goes up and then down, so the times to a node t are had by going up from t along its
ancestors against the direction, and then down over all nodes of interest, the highest first.
"""

from dataclasses import dataclass
from typing import Final

import numba
import numpy as np
from numpy.typing import NDArray

NEVER: Final = 2_147_483_647
"""Milliseconds of no way, as in engine.BLOCKED."""

Longs = NDArray[np.int64]
Times = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Hierarchy:
    """The upward graph and where each arc of the network lies in it: edge `edge[a]`, up it where `rises[a]`."""

    rank: Longs
    start: Longs
    up: Longs
    parent: Longs
    edge: Longs
    rises: NDArray[np.bool_]

    @classmethod
    def of(cls, order: Longs, tail: Longs, head: Longs) -> "Hierarchy":
        """From the order (node of each rank) and arcs without loops."""
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        low, high = np.minimum(rank[tail], rank[head]), np.maximum(rank[tail], rank[head])
        sort = np.argsort(low, kind="stable")
        start, up, parent = _contract(np.searchsorted(low[sort], np.arange(len(order) + 1)), high[sort])
        return cls(rank, start, up, parent, _edges(start, up, low, high), rank[tail] < rank[head])

    def customized(self, ms: NDArray[np.uint32]) -> tuple[Times, Times]:
        """Times up and down every edge, for the milliseconds of every arc."""
        return _customize(self.start, self.up, self.edge, self.rises, ms)

    def above(self, nodes: Longs) -> Longs:
        """Ranks of nodes and all their ancestors, descending."""
        return _above(self.rank[nodes], self.parent)


@numba.njit(cache=True, nogil=True)
def _contract(first: Longs, high: Longs) -> tuple[Longs, Longs, Longs]:
    """Upward neighbours of every rank: its own and those of its children in the elimination tree."""
    nodes = len(first) - 1
    start, parent = np.zeros(nodes + 1, dtype=np.int64), np.full(nodes, -1, dtype=np.int64)
    child, sibling = np.full(nodes, -1, dtype=np.int64), np.full(nodes, -1, dtype=np.int64)
    seen = np.full(nodes, -1, dtype=np.int64)
    up = np.empty(max(16, 4 * len(high)), dtype=np.int64)
    count = 0
    for node in range(nodes):
        if count + nodes > len(up):
            up = np.concatenate((up, np.empty(len(up) + nodes, dtype=np.int64)))
        for at in range(first[node], first[node + 1]):
            if seen[high[at]] != node:
                seen[high[at]] = node
                up[count] = high[at]
                count += 1
        one = child[node]
        while one >= 0:
            for at in range(start[one], start[one + 1]):
                if up[at] != node and seen[up[at]] != node:
                    seen[up[at]] = node
                    up[count] = up[at]
                    count += 1
            one = sibling[one]
        up[start[node] : count].sort()
        start[node + 1] = count
        if count > start[node]:
            parent[node] = up[start[node]]
            sibling[node] = child[parent[node]]
            child[parent[node]] = node
    return start, up[:count].copy(), parent


@numba.njit(cache=True, nogil=True)
def _edges(start: Longs, up: Longs, low: Longs, high: Longs) -> Longs:
    out = np.empty(len(low), dtype=np.int64)
    for arc in range(len(low)):
        begin, end = start[low[arc]], start[low[arc] + 1]
        out[arc] = begin + np.searchsorted(up[begin:end], high[arc])
    return out


@numba.njit(cache=True, nogil=True)
def _customize(start: Longs, up: Longs, edge: Longs, rises: NDArray[np.bool_], ms: NDArray[np.uint32]) -> tuple[Times, Times]:
    """Every edge takes the quickest of its arcs and of the ways through a lower node, the lowest nodes first."""
    ahead, back = np.full(len(up), NEVER, dtype=np.int64), np.full(len(up), NEVER, dtype=np.int64)
    for arc in range(len(edge)):
        if rises[arc]:
            ahead[edge[arc]] = min(ahead[edge[arc]], np.int64(ms[arc]))
        else:
            back[edge[arc]] = min(back[edge[arc]], np.int64(ms[arc]))
    for node in range(len(start) - 1):
        begin, end = start[node], start[node + 1]
        for one in range(begin, end - 1):
            rise, fall = ahead[one], back[one]
            at = start[up[one]]
            for other in range(one + 1, end):
                while up[at] != up[other]:
                    at += 1
                ahead[at] = min(ahead[at], fall + ahead[other])
                back[at] = min(back[at], back[other] + rise)
    return ahead, back


@numba.njit(cache=True, nogil=True)
def _above(ranks: Longs, parent: Longs) -> Longs:
    inside = np.zeros(len(parent), dtype=np.bool_)
    for one in ranks:
        node = one
        while node >= 0 and not inside[node]:
            inside[node] = True
            node = parent[node]
    out = np.empty(len(parent), dtype=np.int64)
    count = 0
    for node in range(len(parent) - 1, -1, -1):
        if inside[node]:
            out[count] = node
            count += 1
    return out[:count].copy()


@numba.njit(cache=True, nogil=True)
def sweep(goal: int, ranks: Longs, over: Longs, start: Longs, up: Longs, parent: Longs, ahead: Times, back: Times, out: NDArray[np.float64]) -> None:
    """Milliseconds from each of `ranks` to the rank `goal`; `over` holds them and their ancestors, descending. With ahead and back exchanged: from goal."""
    time = np.full(len(parent), NEVER, dtype=np.int64)
    time[goal] = 0
    node = goal
    while node >= 0:
        here = time[node]
        for edge in range(start[node], start[node + 1]):
            time[up[edge]] = min(time[up[edge]], here + back[edge])
        node = parent[node]
    for node in over:
        least = time[node]
        for edge in range(start[node], start[node + 1]):
            least = min(least, ahead[edge] + time[up[edge]])
        time[node] = least
    for at in range(len(ranks)):
        out[at] = time[ranks[at]] if time[ranks[at]] < NEVER else np.inf


BLOCK: Final = 16
"""Goals that are swept together: a node's times to all of them lie side by side."""


@numba.njit(cache=True, nogil=True)
def _rise(column: int, goal: int, start: Longs, up: Longs, parent: Longs, back: Times, time: Times) -> None:
    """Times of a goal's ancestors to it, in its column."""
    time[goal, column] = 0
    node = goal
    while node >= 0:
        here = time[node, column]
        for edge in range(start[node], start[node + 1]):
            time[up[edge], column] = min(time[up[edge], column], here + back[edge])
        node = parent[node]


@numba.njit(cache=True, nogil=True)
def _fall(over: Longs, start: Longs, up: Longs, ahead: Times, time: Times) -> None:
    """Times of all nodes of interest, the highest first."""
    for node in over:
        for edge in range(start[node], start[node + 1]):
            way, above = ahead[edge], up[edge]
            for column in range(BLOCK):
                time[node, column] = min(time[node, column], way + time[above, column])


@numba.njit(cache=True, nogil=True)
def sweep_all(
    goals: Longs, ranks: Longs, over: Longs, start: Longs, up: Longs, parent: Longs, ahead: Times, back: Times, out: NDArray[np.uint32]
) -> None:  # fmt: skip
    """out[goal, rank]: what `sweep` says, for many goals."""
    time = np.empty((len(parent), BLOCK), dtype=np.int64)
    for first in range(0, len(goals), BLOCK):
        size = min(BLOCK, len(goals) - first)
        for node in over:
            time[node] = NEVER
        for column in range(size):
            node = goals[first + column]
            while node >= 0:
                time[node] = NEVER
                node = parent[node]
        for column in range(size):
            _rise(column, goals[first + column], start, up, parent, back, time)
        _fall(over, start, up, ahead, time)
        for at in range(len(ranks)):
            for column in range(size):
                out[first + column, at] = min(time[ranks[at], column], NEVER)


@numba.njit(cache=True, nogil=True)
def walk(
    origin: int, target: int, left: NDArray[np.float64], leaving_from: Longs, leaving: Longs, head: Longs, ms: NDArray[np.uint32]
) -> Longs:  # fmt: skip
    """Arcs of a quickest way, by the milliseconds that every node has left to the target."""
    arcs = np.empty(len(left), dtype=np.int64)
    node, count, before = origin, 0, -1
    while node != target and node != before:
        before = node
        for at in range(leaving_from[node], leaving_from[node + 1]):
            arc = leaving[at]
            if ms[arc] < NEVER and ms[arc] + left[head[arc]] == left[node]:
                arcs[count] = arc
                count += 1
                node = head[arc]
                break
    return arcs[:count].copy()
