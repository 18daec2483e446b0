"""The recommendation for one incident: 10,000 units on real roads, and its gap to brute force. `python -m tests.load.recommend`.

Roads as in tests.load.travel; units, incidents and needs are made up: capabilities skewed as in the dispatch instances, one to four a unit.
"""

import sys
import time
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.dispatch.solver.recommend import Coverage, Need, Recommendation, Rules, Units, recommend, warm
from services.dispatch.solver.travel import HierarchyEngine
from tests.load.figures import Figures, percentile
from tests.load.travel import CORPUS, networks, somewhere

ROOT = Path(__file__).resolve().parents[2]
CAPABILITIES = 12
SHARE = (1 / np.arange(1, CAPABILITIES + 1)) / (1 / np.arange(1, CAPABILITIES + 1)).sum()
CALLS = 400


def fleet(count: int, zone: NDArray[np.int64], draw: np.random.Generator) -> Units:
    """Units with one to four capabilities, seven in ten available."""
    counts = np.zeros((count, CAPABILITIES), dtype=np.int32)
    for unit in range(count):
        counts[unit, draw.choice(CAPABILITIES, draw.integers(1, 5), replace=False, p=SHARE)] = draw.integers(1, 3)
    shift = np.where(draw.random(count) < 0.2, draw.uniform(0, 4 * 3600, count), np.inf)
    return Units.of(
        counts, rank=draw.integers(0, 3, count), qualifications=draw.integers(0, 8, count), available=draw.random(count) < 0.7, shift_s=shift, zone=zone
    )  # fmt: skip


def question(draw: np.random.Generator, kinds: int, most: int) -> list[Need]:
    """A few needs of different capabilities."""
    chosen = draw.choice(CAPABILITIES, draw.integers(1, kinds + 1), replace=False, p=SHARE)
    return [Need(int(one), int(draw.integers(1, most + 1)), int(draw.integers(0, 2)), int(draw.choice([0, 0, 1]))) for one in chosen]


def measure(figures: Figures) -> None:
    """Times on every network, then gaps to brute force."""
    seed = np.random.SeedSequence().entropy
    print(f"seed {seed}; roads: {'the corpus' if CORPUS else 'made up, FENGHUO_CORPUS is not set'}")  # noqa: T201
    begin = time.perf_counter()
    warm()
    figures.add("the choice made ready (compiled, or read from the cache)", time.perf_counter() - begin, "s")
    for name, network in networks():
        draw = np.random.default_rng(seed)
        engine = HierarchyEngine(network, emergency=False)
        places = somewhere(network, 10_000, draw)
        cells = np.unique(np.floor(places.lon * 50) * 100_000 + np.floor(places.lat * 50), return_inverse=True)[1]
        units = fleet(10_000, cells, draw)
        coverage = Coverage(draw.random((int(cells.max()) + 1, CAPABILITIES)), 300.0)
        for label, rules, goal in (
            ("time only", Rules(), True),
            ("with coverage", Rules(coverage=coverage), True),
            ("last arrival, coverage", Rules(together=True, coverage=coverage), False),
            ("one need a unit, coverage", Rules(slots=True, coverage=coverage), False),
        ):
            _timed(f"{name}, 10,000 units, {label}", engine, places, units, rules, draw, figures, goal=goal)
    _gaps(np.random.default_rng(seed), figures)


def _timed(
    name: str, engine: HierarchyEngine, places: object, units: Units, rules: Rules, draw: np.random.Generator, figures: Figures, *, goal: bool
) -> None:  # fmt: skip
    pinned = engine.pin(places)  # type: ignore[arg-type]
    calls = somewhere(engine.network, CALLS, draw)
    taken, quickest, road, proven = [], [], [], 0
    for lon, lat in zip(calls.lon.tolist(), calls.lat.tolist(), strict=True):
        needs = question(draw, 4, 3)
        tries = []
        for _ in range(3):
            begin = time.perf_counter()
            seconds = pinned.times_to(lon, lat)
            middle = time.perf_counter()
            answer = recommend(units, seconds, needs, rules)
            tries.append((time.perf_counter() - begin) * 1000)
            road.append((middle - begin) * 1000)
        taken += tries
        quickest.append(min(tries))
        proven += answer.proven
    p99 = percentile(quickest[5:], 0.99)
    figures.add(f"{name}: p50", percentile(taken[15:], 0.5), "ms")
    figures.add(f"{name}: p99 of questions, each the quickest of 3 tries", p99, "ms", "<= 2" if goal else "", p99 <= 2 if goal else None)
    figures.add(f"{name}: p99 of all tries", percentile(taken[15:], 0.99), "ms")
    figures.add(f"{name}: of it road times, p50", percentile(road[15:], 0.5), "ms")
    figures.add(f"{name}: answers not proven", CALLS - proven, f"of {CALLS}", "0" if goal else "", proven == CALLS if goal else None)


def _gaps(draw: np.random.Generator, figures: Figures) -> None:
    """Small pools, where every set can be tried."""
    worst, tried = 0.0, 0
    for _ in range(150):
        size = int(draw.integers(4, 13))
        units = fleet(size, draw.integers(0, 3, size), draw)
        seconds = draw.uniform(30, 1800, size)
        coverage = Coverage(draw.random((3, CAPABILITIES)) * 5, float(draw.choice([0, 30, 300])), 0.4)
        rules = Rules(together=bool(draw.random() < 0.5), coverage=coverage)
        needs = question(draw, 3, 2)
        answer = recommend(units, seconds, needs, rules)
        best = _brute_force(units, seconds, needs, rules, answer)
        worst, tried = max(worst, abs(answer.objective - best)), tried + 1
    figures.add(f"worst gap to brute force over {tried} small pools", worst, "s", "0", worst < 1e-6)


def _brute_force(units: Units, seconds: NDArray[np.float64], needs: list[Need], rules: Rules, answer: Recommendation) -> float:
    """Least cost over all sets that leave no more unmet than the answer does."""
    fit = [
        (units.counts[:, n.capability] > 0) & (units.rank >= n.min_rank) & ((units.qualifications & np.uint64(n.qualifications)) == n.qualifications)
        & units.available & (units.shift_s >= seconds) for n in needs
    ]  # fmt: skip
    short = {one.need: one.missing for one in answer.unmet}
    best = np.inf
    pool = np.flatnonzero(np.any(fit, axis=0))
    for count in range(len(pool) + 1):
        for chosen in combinations(pool.tolist(), count):
            some = list(chosen)
            if all(int(units.counts[some, n.capability] @ fit[j][some]) >= n.count - short.get(j, 0) for j, n in enumerate(needs)):
                best = min(best, _cost(units, seconds, some, rules))
    return best


def _cost(units: Units, seconds: NDArray[np.float64], chosen: list[int], rules: Rules) -> float:
    arrivals = float(seconds[chosen].sum())
    if rules.together:
        arrivals = float(seconds[chosen].max(initial=0)) + rules.last_arrival_share * arrivals
    coverage = rules.coverage
    lost = 0.0
    if coverage is not None:
        for zone, capability in np.ndindex(*coverage.demand.shape):
            crews = (units.zone == zone) & units.available & (units.counts[:, capability] > 0)
            lost += float(coverage.demand[zone, capability] * (coverage.busy ** int(crews.sum() - crews[chosen].sum()) - coverage.busy ** int(crews.sum())))
        return arrivals + coverage.weight * lost
    return arrivals


if __name__ == "__main__":
    run = Figures("python -m tests.load.recommend")
    measure(run)
    sys.exit(0 if run.show(ROOT / "var" / "bench.json") else 1)
