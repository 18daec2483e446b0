"""Districts under load for the allocation benches: clustered stations, four incidents in ten inside two disaster areas.

A region of 60 x 60 km; units have one to four of twelve skewed capabilities; times are crow distance x 1.35 at 40 km/h plus 60 s turnout;
weights 8, 4, 2, 1 by priority; 15 % of a zone's units are its reserve.
"""

import numpy as np
from numpy.typing import NDArray

from services.dispatch.solver.allocate.problem import Problem

SIZES = {"S": (200, 500), "M": (1000, 2500), "L": (2000, 5000)}
"""Incidents and units of the three sizes."""

REGION_KM = 60.0
DETOUR, KMH, TURNOUT = 1.35, 40.0, 60.0
ZONES_ACROSS = 10
RESERVE_SHARE, RESERVE_PRICE = 0.15, 1800.0
WEIGHTS = np.array([8.0, 4.0, 2.0, 1.0])
COMMON = np.array([0.22, 0.18, 0.14, 0.10, 0.08, 0.07, 0.06, 0.05, 0.04, 0.03, 0.02, 0.01])
"""How common each capability is."""

Floats = NDArray[np.float64]


def seeds(count: int) -> list[int]:
    """Fresh seeds; whoever draws them prints them."""
    return [int(seed) for seed in np.random.default_rng().integers(0, 1 << 31, count)]


def instance(size: str, seed: int, *, reserve: bool = True) -> Problem:
    """A problem of the size; the same seed gives the same problem."""
    incidents, units = SIZES[size]
    return drawn(incidents, units, seed, reserve=reserve)


def drawn(incidents: int, units: int, seed: int, *, reserve: bool = True) -> Problem:
    """A problem with so many incidents and units."""
    rng = np.random.default_rng(seed)
    centres = np.c_[rng.random((9, 2)) * REGION_KM, rng.uniform(1.5, 6, 9)]
    stations = _points(rng, max(20, units // 5), centres, 0.25)
    where = stations[rng.integers(0, len(stations), units)]
    roaming = rng.random(units) < 0.3
    where[roaming] += rng.normal(0, 2, (int(roaming.sum()), 2))
    where = np.clip(where, 0, REGION_KM)
    able = np.zeros((units, len(COMMON)), bool)
    for unit, count in enumerate(rng.choice([1, 2, 3, 4], units, p=[0.35, 0.35, 0.2, 0.1])):
        able[unit, rng.choice(len(COMMON), count, replace=False, p=COMMON)] = True
    scenes = _points(rng, incidents, centres, 0.3)
    hit = rng.random(incidents) < 0.4
    scenes[hit] = _points(rng, int(hit.sum()), np.c_[rng.random((2, 2)) * REGION_KM, [4.0, 7.0]], 0.0)
    weight = WEIGHTS[rng.choice(4, incidents, p=[0.15, 0.3, 0.35, 0.2])]
    column, row = (np.minimum(where[:, axis] // (REGION_KM / ZONES_ACROSS), ZONES_ACROSS - 1) for axis in (0, 1))
    zone = (column * ZONES_ACROSS + row).astype(np.int64)
    kept = np.ceil(RESERVE_SHARE * np.bincount(zone, minlength=ZONES_ACROSS**2)).astype(np.int64)
    return Problem.of(
        capabilities=able,
        weight=weight,
        cells=_cells(rng, incidents),
        seconds=_seconds(scenes, where),
        zone=zone,
        reserve=kept if reserve else np.zeros_like(kept),
        reserve_price=RESERVE_PRICE if reserve else 0.0,
    )


def _points(rng: np.random.Generator, count: int, centres: Floats, uniform: float) -> Floats:
    chosen = rng.integers(0, len(centres), count)
    points = centres[chosen, :2] + rng.normal(0, 1, (count, 2)) * centres[chosen, 2:3]
    anywhere = rng.random(count) < uniform
    points[anywhere] = rng.random((int(anywhere.sum()), 2)) * REGION_KM
    return np.clip(points, 0, REGION_KM)


def _cells(rng: np.random.Generator, incidents: int) -> NDArray[np.int64]:
    cells = []
    for incident, total in enumerate(rng.choice([1, 2, 3, 4, 5], incidents, p=[0.33, 0.29, 0.2, 0.11, 0.07])):
        kinds = min(int(total), int(rng.choice([1, 2, 3], p=[0.5, 0.35, 0.15])))
        demand = np.ones(kinds, np.int64)
        for _ in range(int(total) - kinds):
            demand[rng.integers(0, kinds)] += 1
        wanted = rng.choice(len(COMMON), kinds, replace=False, p=COMMON)
        cells += [(incident, int(capability), int(units)) for capability, units in zip(wanted, demand, strict=True)]
    return np.array(cells, np.int64)


def _seconds(scenes: Floats, where: Floats) -> NDArray[np.float32]:
    """Whole seconds, incidents x units."""
    km = np.sqrt(((scenes[:, None, :] - where[None, :, :]) ** 2).sum(-1))
    seconds: NDArray[np.float32] = np.rint(km * DETOUR / KMH * 3600 + TURNOUT).astype(np.float32)
    return seconds
