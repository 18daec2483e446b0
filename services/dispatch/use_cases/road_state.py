"""The roads as they are now: the loaded network, what is closed or slow on it, ways and reaches. Loaded with the first question, used by one thread."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.dispatch.model.advice import Basis, Place, Reason, both
from services.dispatch.model.road_closure import Blocked
from services.dispatch.model.road_network import Area, Network, Reach, Way
from services.dispatch.solver.travel import Affine, Engine, RoadNetwork, isochrones, open_engine
from services.dispatch.solver.travel.affine import MEDIAN_ERROR
from services.dispatch.solver.travel.places import EARTH_M, Places, crow_metres
from services.dispatch.solver.travel.profile import ACCESS_KMH
from services.dispatch.use_cases.closed_arcs import ArcShapes

CIRCLE = 64
"""Points of a circle on the map."""

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


class Roads:
    """Times and ways, by road where a file is loaded. Closures of an exercise count only for questions about it."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._engine: Engine | None = None if path is None else open_engine(RoadNetwork.load(path))
        self._shapes: ArcShapes | None = None
        self._known: dict[str, Blocked] = {}
        self._struck: dict[str, Longs] = {}
        self._applied: frozenset[str] = frozenset()
        self._factor = np.ones(self._engine.network.arcs if self._engine else 0)
        self.travel: Any = self._engine or Affine()

    def take(self, closures: Iterable[Blocked]) -> None:
        """Take in what changed; what was lifted or expired is forgotten."""
        for closure in closures:
            if closure.open:
                self._known[closure.id] = closure
            else:
                self._known.pop(closure.id, None)

    def apply(self, now: datetime, exercise_id: str = "") -> None:
        """Close and open what holds at that moment for a question about that exercise ("": what is real)."""
        holding = frozenset(closure.id for closure in self._known.values() if closure.holds(now, exercise_id))
        if holding == self._applied:
            return
        self._applied = holding
        if self._engine is None:
            return
        factor = np.ones(len(self._factor))
        for closure_id in sorted(holding):
            arcs = self._arcs(self._known[closure_id])
            factor[arcs] = np.maximum(factor[arcs], self._known[closure_id].factor)
        changed = np.flatnonzero(factor != self._factor)
        closed = np.isinf(factor)
        self._engine.close(changed[closed[changed]])
        opened = changed[~closed[changed]]
        self._engine.open(opened)
        for each in np.unique(factor[opened]):
            self._engine.slow(opened[factor[opened] == each], float(each))
        self._factor = factor
        self._struck = {closure_id: arcs for closure_id, arcs in self._struck.items() if closure_id in self._known}

    def _arcs(self, closure: Blocked) -> Longs:
        if closure.id not in self._struck and self._engine is not None:
            self._shapes = self._shapes or ArcShapes(self._engine.network)
            self._struck[closure.id] = self._shapes.touching(closure.points, closure.radius_m)
        return self._struck[closure.id]

    def changed_arcs(self) -> tuple[Longs, Floats]:
        """Stretches that are not as usual now, and by what factor; infinite where nobody drives. For an engine in another process."""
        arcs = np.flatnonzero(self._factor != 1.0)
        return arcs, self._factor[arcs]

    @property
    def basis(self) -> Basis:
        """Where travel times come from, and whether they heed what is closed."""
        count = both(len(self._applied))
        if self._path is not None:
            file = both(self._path.stem)
            return Basis(
                "roads", None, Reason("TRAVEL_ROADS_CLOSED", {"file": file, "count": count}) if self._applied else Reason("TRAVEL_ROADS", {"file": file})
            )
        low, high = (both(f"{error:.0%}") for error in MEDIAN_ERROR)
        details = {"low": low, "high": high}
        reason = Reason("TRAVEL_ESTIMATE_BLIND", details | {"count": count}) if self._applied else Reason("TRAVEL_ESTIMATE", details)
        return Basis("estimate", MEDIAN_ERROR, reason)

    @property
    def _estimate(self) -> Affine:
        return self._engine.estimate if self._engine else Affine()

    def about(self, now: datetime) -> Network:
        """Which roads are loaded."""
        self.apply(now)
        nodes, arcs = (self._engine.network.nodes, self._engine.network.arcs) if self._engine else (0, 0)
        closed = int(np.isinf(self._factor).sum())
        slowed = int((self._factor != 1.0).sum()) - closed
        source = self._path.stem if self._path else ""
        return Network(self._engine is not None, nodes, arcs, source, self.basis, closed, slowed, self._estimate.start_s, self._estimate.speed_mps)

    def way(self, start: Place, goal: Place, now: datetime, exercise_id: str) -> Way:
        """A quickest way; straight and estimated without roads."""
        self.apply(now, exercise_id)
        if self._engine is None:
            ends = Places.of(*start), Places.of(*goal)
            return Way(float(self.travel.times(*ends)[0, 0]), float(crow_metres(*ends)[0, 0]), [start, goal], [], estimated=True, travel=self.basis)
        found = self._engine.route(start, goal)
        if not np.isfinite(found.seconds):
            return Way(None, None, [], [], estimated=False, travel=self.basis)
        line = list(zip(found.lon.tolist(), found.lat.tolist(), strict=True))
        return Way(found.seconds, found.metres, line, found.streets, estimated=found.estimated, travel=self.basis)

    def reach(self, place: Place, minutes: Sequence[float], now: datetime, exercise_id: str) -> Reach:
        """Areas reached in time; circles where there are no roads."""
        self.apply(now, exercise_id)
        if self._engine is not None and self._engine.snap(Places.of(*place)).node[0] >= 0:
            found = isochrones(self._engine, *place, [each * 60 for each in minutes])
            return Reach([Area(each, one.polygons) for each, one in zip(minutes, found, strict=True)], estimated=False, travel=self.basis)
        return Reach([Area(each, [[_circle(place, self._radius(each * 60))]]) for each in minutes], estimated=True, travel=self.basis)

    def _radius(self, seconds: float) -> float:
        """Metres within which the estimate lies below so many seconds."""
        return max((seconds - self._estimate.start_s) * self._estimate.speed_mps, seconds * ACCESS_KMH / 3.6)


def _circle(centre: Place, metres: float) -> list[Place]:
    angle = np.linspace(0, 2 * np.pi, CIRCLE + 1)
    degrees = np.degrees(metres / EARTH_M)
    lon = centre[0] + degrees * np.cos(angle) / max(np.cos(np.radians(centre[1])), 1e-6)
    ring = list(zip(lon.tolist(), (centre[1] + degrees * np.sin(angle)).tolist(), strict=True))
    return [*ring[:-1], ring[0]]
