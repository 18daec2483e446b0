"""Times on a road network with closures. The search itself is a subclass's.

Arc times are whole milliseconds, at least 1; a closed arc is BLOCKED. A place is served from its nearest node, with the seconds between the two added; places
that share their nearest node may also go straight. A place off the network is timed by an estimate fitted to this network. No way: +inf, never an exception.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from threading import RLock
from typing import Final

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from services.dispatch.solver.given import InputError, Trouble, real, whole
from services.dispatch.solver.given import at as troubles_at
from services.dispatch.solver.travel import profile, route
from services.dispatch.solver.travel.affine import Affine
from services.dispatch.solver.travel.network import RoadNetwork
from services.dispatch.solver.travel.places import NodeIndex, Places, Snapped, crow_metres, movers

BLOCKED: Final = 2_147_483_647
"""Milliseconds of a closed arc and of no way at all (the largest of 31 bits)."""

SLOWEST_MS: Final = 1_000_000_000
"""An arc that is slower than this (11 days) is given this."""

FIT_NODES: Final = 150
"""Nodes on each side of the pairs that the estimate is fitted to."""

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Raw = NDArray[np.uint32]


class Engine(ABC):
    """Times, routes and closures on one network. Safe for threads: a change and a question never overlap."""

    def __init__(self, network: RoadNetwork, *, emergency: bool = True) -> None:
        self.network = network
        self._lock = RLock()
        self._index = NodeIndex(network.lon, network.lat)
        base = profile.emergency_seconds(network.metres, network.seconds, network.highway) if emergency else network.seconds
        self._base_ms: Floats = base * 1000
        self._factor = np.ones(network.arcs)
        self._closed = np.zeros(network.arcs, dtype=np.bool_)
        self._ms: NDArray[np.uint32] = self._weights(np.arange(network.arcs, dtype=np.int64))
        self.version = 0
        self._prepare()
        self.estimate = self._fit()

    @abstractmethod
    def _prepare(self) -> None:
        """Build the search for `self._ms`."""

    @abstractmethod
    def _changed(self, arcs: Longs) -> None:
        """These entries of `self._ms` are new."""

    @abstractmethod
    def _matrix(self, origins: Longs, targets: Longs) -> Raw:
        """Milliseconds between distinct nodes, one row an origin; BLOCKED where there is no way."""

    @abstractmethod
    def _column(self, origins: Longs) -> Callable[[int], Floats]:
        """A function of one node: milliseconds of each of the distinct nodes to it, +inf where there is no way."""

    @abstractmethod
    def _path(self, origin: int, target: int) -> Longs | None:
        """Arcs of a quickest way; None where there is none."""

    @abstractmethod
    def _from(self, origin: int, limit_ms: float) -> Floats:
        """Milliseconds from a node to every node; +inf where there is no way within the limit."""

    # --- questions

    def snap(self, places: Places) -> Snapped:
        """The nearest node of each place."""
        return self._index.snap(places)

    def times(self, origins: Places, targets: Places) -> Floats:
        """Seconds, one row an origin, one column a target; +inf where there is no way or a place is unknown."""
        start, goal = self.snap(origins), self.snap(targets)
        from_nodes, row = np.unique(start.node, return_inverse=True)
        to_nodes, column = np.unique(goal.node, return_inverse=True)
        skip_from, skip_to = int(len(from_nodes) and from_nodes[0] < 0), int(len(to_nodes) and to_nodes[0] < 0)
        with self._lock:
            raw = self._matrix(from_nodes[skip_from:], to_nodes[skip_to:])
        out = np.empty((len(start), len(goal)))
        _spread(raw, row - skip_from, column - skip_to, start.access, goal.access, start.node, goal.node, out)
        self._mend(out, start, goal)
        return out

    def node_times(self, origins: ArrayLike, targets: ArrayLike) -> Floats:
        """Seconds between nodes, one row an origin; +inf where there is no way or no such node."""
        start, goal = self._nodes(origins), self._nodes(targets)
        out = np.full((len(start), len(goal)), np.inf)
        real_from, real_to = np.flatnonzero(start >= 0), np.flatnonzero(goal >= 0)
        with self._lock:
            raw = self._matrix(start[real_from], goal[real_to])
        out[np.ix_(real_from, real_to)] = np.where(raw >= BLOCKED, np.inf, raw / 1000.0)
        return out

    def pin(self, origins: Places) -> "Pinned":
        """Hold the places of units: times of all of them to one place then come at once."""
        return Pinned(self, self.snap(origins))

    def reach(self, lon: float, lat: float, limit_s: float = np.inf) -> Floats:
        """Seconds from a place to every node; +inf beyond the limit, and everywhere when the place is off the network."""
        start = self.snap(Places.of(lon, lat))
        if start.node[0] < 0 or not limit_s > start.access[0]:
            return np.full(self.network.nodes, np.inf)
        with self._lock:
            seconds = self._from(int(start.node[0]), (limit_s - start.access[0]) * 1000) / 1000 + start.access[0]
        return np.where(seconds <= limit_s, seconds, np.inf)

    def route(self, origin: tuple[float, float], target: tuple[float, float]) -> route.Route:
        """A quickest way between two places (longitude, latitude)."""
        ends = Places.of([origin[0], target[0]], [origin[1], target[1]])
        if not ends.known.all():
            return route.NOWHERE
        both = self.snap(ends)
        start, goal = int(both.node[0]), int(both.node[1])
        seconds = float(self.times(Places.of(*origin), Places.of(*target))[0, 0])
        if start < 0 or goal < 0 or start == goal:
            return route.straight(seconds, ends, estimated=start < 0 or goal < 0)
        with self._lock:
            arcs = self._path(start, goal)
        return route.NOWHERE if arcs is None else route.along(self.network, arcs, ends, seconds)

    # --- changes

    def close(self, arcs: ArrayLike) -> tuple[Trouble, ...]:
        """Nobody drives these arcs until they are opened. What is no arc of this network is given back; the others are closed."""
        return self._change(arcs, closed=True)

    def open(self, arcs: ArrayLike) -> tuple[Trouble, ...]:
        """They are driven again, at the factor they had. What is no arc of this network is given back."""
        return self._change(arcs, closed=False)

    def slow(self, arcs: ArrayLike, factor: float) -> tuple[Trouble, ...]:
        """They take `factor` times their time (water, smoke, a jam). 1 ends it. A factor that is none changes nothing and is given back."""
        if not 0 < real(factor) < np.inf:
            return (Trouble("factor", -1, f"must be a number above 0, is {factor}"),)
        return self._change(arcs, factor=float(factor))

    @property
    def closed(self) -> Longs:
        """Arcs that are closed now."""
        return np.flatnonzero(self._closed)

    def arc_seconds(self) -> Floats:
        """Seconds of each arc now, +inf where closed."""
        return np.where(self._ms >= BLOCKED, np.inf, self._ms / 1000.0)

    def _change(self, arcs: ArrayLike, *, closed: bool | None = None, factor: float | None = None) -> tuple[Trouble, ...]:
        try:
            given, unusable = whole("arcs", arcs, np.int64, 1, least=0)
        except InputError as error:
            return (Trouble("arcs", -1, str(error)),)
        beyond = given >= self.network.arcs
        troubles = (*unusable, *troubles_at("arcs", beyond, f"outside the {self.network.arcs} arcs"))
        beyond[[one.index for one in unusable]] = True
        chosen = np.unique(given[~beyond])
        with self._lock:
            if closed is not None:
                self._closed[chosen] = closed
            if factor is not None:
                self._factor[chosen] = factor
            fresh = self._weights(chosen)
            differ = fresh != self._ms[chosen]
            if differ.any():
                self._ms[chosen] = fresh
                self.version += 1
                self._changed(chosen[differ])
        return troubles

    def _weights(self, arcs: Longs) -> NDArray[np.uint32]:
        with np.errstate(over="ignore"):
            ms = np.clip(np.rint(self._base_ms[arcs] * self._factor[arcs]), 1, SLOWEST_MS)
        return np.where(self._closed[arcs], BLOCKED, ms).astype(np.uint32)

    def _nodes(self, nodes: ArrayLike) -> Longs:
        """Nodes, -1 for what is none."""
        raw = np.atleast_1d(np.asarray(nodes, dtype=np.float64))
        return np.where((raw >= 0) & (raw < self.network.nodes) & (raw == np.floor(raw)), raw, -1).astype(np.int64)

    def _fit(self) -> Affine:
        if self.network.nodes < 2:
            return Affine()
        nodes = np.unique(np.linspace(0, self.network.nodes - 1, FIT_NODES).astype(np.int64))
        places = Places.of(self.network.lon[nodes], self.network.lat[nodes])
        return Affine.fitted(crow_metres(places, places).ravel(), self.node_times(nodes, nodes).ravel())

    def _mend(self, out: Floats, start: Snapped, goal: Snapped) -> None:
        """Put in what the network does not know: places off it, and places around one node."""
        _straight(out, start.node, goal.node, start.places.xyz, goal.places.xyz)
        rows, columns = np.flatnonzero(start.node < 0), np.flatnonzero(goal.node < 0)
        if len(rows):
            out[rows] = self.estimate.times(_some(start.places, rows), goal.places)
        if len(columns):
            out[:, columns] = self.estimate.times(start.places, _some(goal.places, columns))


class Pinned:
    """Units at their places on the network."""

    def __init__(self, engine: Engine, snapped: Snapped) -> None:
        self._engine = engine
        self._at = snapped
        self._nodes: Longs = np.zeros(0, dtype=np.int64)
        self._slot: Longs = np.zeros(0, dtype=np.int64)
        self._ask: Callable[[int], Floats] | None = None
        self._version = -1

    def __len__(self) -> int:
        return len(self._at)

    def move(self, index: ArrayLike, lon: ArrayLike, lat: ArrayLike) -> tuple[Trouble, ...]:
        """Some of them are elsewhere now. Who is none of them is given back."""
        fresh = self._engine.snap(Places.of(lon, lat))
        chosen, of, troubles = movers(index, len(self), fresh.places)
        old = self._at
        east, north, known = old.places.lon.copy(), old.places.lat.copy(), old.places.known.copy()
        xyz, node, access = old.places.xyz.copy(), old.node.copy(), old.access.copy()
        east[chosen], north[chosen], known[chosen] = fresh.places.lon[of], fresh.places.lat[of], fresh.places.known[of]
        xyz[chosen], node[chosen], access[chosen] = fresh.places.xyz[of], fresh.node[of], fresh.access[of]
        self._at = Snapped(Places(east, north, xyz, known), node, access)
        self._ask = None
        return troubles

    def times_to(self, lon: float, lat: float) -> Floats:
        """Seconds of each to the place; +inf where there is no way or no known place."""
        goal = self._engine.snap(Places.of(lon, lat))
        out = np.empty((len(self._at), 1))
        if goal.node[0] >= 0:
            raw = self._raw(int(goal.node[0]))
            _spread_one(raw, self._slot, self._at.access, goal.access[0], out[:, 0])
        self._engine._mend(out, self._at, goal)  # noqa: SLF001 - the two are one mechanism
        return out[:, 0]

    def _raw(self, node: int) -> Floats:
        with self._engine._lock:  # noqa: SLF001
            if self._ask is None or self._version != self._engine.version:
                self._nodes, slot = np.unique(self._at.node, return_inverse=True)
                off = int(len(self._nodes) > 0 and self._nodes[0] < 0)
                self._nodes, self._slot = self._nodes[off:], slot.astype(np.int64) - off
                self._ask = self._engine._column(self._nodes)  # noqa: SLF001
                self._version = self._engine.version
            return self._ask(node)


def _some(places: Places, index: Longs) -> Places:
    return Places(places.lon[index], places.lat[index], places.xyz[index], places.known[index])


@numba.njit(cache=True, nogil=True)
def _spread(raw: Raw, row: Longs, column: Longs, leave: Floats, arrive: Floats, start: Longs, goal: Longs, out: Floats) -> None:
    """Seconds of every pair from milliseconds between distinct nodes and the seconds beside the network."""
    for i in range(len(row)):
        for j in range(len(column)):
            ms = raw[row[i], column[j]] if start[i] >= 0 and goal[j] >= 0 else np.uint32(BLOCKED)
            out[i, j] = np.inf if ms >= BLOCKED else ms / 1000.0 + leave[i] + arrive[j]


@numba.njit(cache=True, nogil=True)
def _spread_one(raw: Floats, slot: Longs, leave: Floats, arrive: float, out: Floats) -> None:
    """The same for one target."""
    for i in range(len(slot)):
        out[i] = raw[slot[i]] / 1000.0 + leave[i] + arrive if slot[i] >= 0 else np.inf


@numba.njit(cache=True, nogil=True)
def _straight(out: Floats, start: Longs, goal: Longs, start_xyz: Floats, goal_xyz: Floats) -> None:
    """Places around one node may go straight."""
    drive, walk, most = profile.ACCESS_KMH / 3.6, profile.WALK_KMH / 3.6, profile.ACCESS_M
    for i in range(len(start)):
        for j in range(len(goal)):
            if start[i] == goal[j] and start[i] >= 0:
                metres = np.sqrt(((start_xyz[i] - goal_xyz[j]) ** 2).sum())
                driven = min(metres, most)
                out[i, j] = min(out[i, j], driven / drive + (metres - driven) / walk)
