"""Arrivals of an open process: a Poisson process thinned to a rate curve, places drawn from a shape, duplicates of what came before."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from cli.exercise.scenario import Arrivals, Kind, Place, Sampled

KM_PER_DEGREE = 111.2
JITTER_DEG = 0.0008
"""A duplicate is placed within about 90 m of the first word of the event."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One call: when (seconds of the scenario), of what, where; `duplicate_of` is the number of the arrival it repeats."""

    number: int
    at: float
    kind: Kind
    lon: float
    lat: float
    duplicate_of: int | None


def moments(chance: random.Random, curve: Sequence[tuple[float, float]], per: float = 60.0) -> list[float]:
    """Arrival times of a Poisson process whose rate runs in straight lines through `curve`: (second, arrivals in `per` seconds)."""
    highest = max(rate for _, rate in curve) / per
    if highest <= 0:
        return []
    now, end = curve[0][0], curve[-1][0]
    found: list[float] = []
    while True:
        now += chance.expovariate(highest)
        if now > end:
            return found
        if chance.random() * highest <= rate_at(curve, now) / per:
            found.append(now)


def rate_at(curve: Sequence[tuple[float, float]], moment: float) -> float:
    """The rate at a moment."""
    for (left, low), (right, high) in pairwise(curve):
        if left <= moment <= right:
            return low + (high - low) * (moment - left) / (right - left)
    return 0.0


def expand(arrivals: Arrivals, place: Place, seed: int) -> list[Arrival]:
    """The calls of one process, the same for the same seed."""
    chance = random.Random(f"{seed}/{arrivals.id}")  # noqa: S311 - a scenario, no secret
    shape, weights = arrivals.place or place, [kind.share for kind in arrivals.kinds]
    made: list[Arrival] = []
    firsts: list[Arrival] = []
    for number, moment in enumerate(moments(chance, arrivals.rate)[: arrivals.limit]):
        if firsts and chance.random() < arrivals.duplicates:
            first = firsts[-1 - min(int(chance.expovariate(0.3)), len(firsts) - 1)]
            lon, lat = (value + chance.uniform(-JITTER_DEG, JITTER_DEG) for value in (first.lon, first.lat))
            made.append(Arrival(number, moment, first.kind, lon, lat, first.number))
            continue
        arrival = Arrival(number, moment, chance.choices(arrivals.kinds, weights)[0], *point(chance, shape), None)
        firsts.append(arrival)
        made.append(arrival)
    return made


def point(chance: random.Random, place: Place) -> tuple[float, float]:
    """A point of the place, evenly distributed."""
    if place.centre is not None and place.radius_km is not None:
        distance, angle = place.radius_km * math.sqrt(chance.random()), chance.uniform(0, 2 * math.pi)
        lat = place.centre.lat + distance * math.sin(angle) / KM_PER_DEGREE
        return place.centre.lon + distance * math.cos(angle) / (KM_PER_DEGREE * math.cos(math.radians(place.centre.lat))), lat
    ring = place.polygon or []
    lons, lats = [lon for lon, _ in ring], [lat for _, lat in ring]
    while True:
        lon, lat = chance.uniform(min(lons), max(lons)), chance.uniform(min(lats), max(lats))
        if _inside(ring, lon, lat):
            return lon, lat


def _inside(ring: Sequence[tuple[float, float]], lon: float, lat: float) -> bool:
    inside = False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def draw(chance: random.Random, sampled: Sampled) -> float:
    """A time, seconds."""
    return sampled.median * math.exp(chance.gauss(0.0, sampled.spread))
