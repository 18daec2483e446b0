"""Compiles the solver once, so that nobody waits for it later: `python -m services.dispatch.use_cases.precompile`.

Small questions go through everything the service may ask; what they compile stays on disk (`compiled.py`).
"""

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import numpy as np

from services.dispatch.solver import allocate, recommend, redeploy, supply
from services.dispatch.solver.travel import Affine, HierarchyEngine, PlainEngine, RoadNetwork, Travel
from services.dispatch.solver.travel.places import Places

SIDE = 4
"""Nodes of a side of the small network."""


def _recommend() -> None:
    counts = np.array([[1, 1, 0], [1, 0, 1], [1, 2, 1], [1, 0, 2]])
    units = recommend.Units.of(counts, zone=[0, 0, 1, 1])
    needs = [recommend.Need(1, 2), recommend.Need(2, 1)]
    coverage = recommend.Coverage(np.ones((2, 3)), 100.0)
    for rules in (recommend.Rules(), recommend.Rules(coverage=coverage), recommend.Rules(slots=True, together=True, coverage=coverage)):
        recommend.recommend(units, np.array([60.0, 120.0, 180.0, 240.0]), needs, rules)
    many = recommend.Units.of(counts * 10_000)
    for rules in (recommend.Rules(), recommend.Rules(slots=True)):  # beyond the exact table
        recommend.recommend(many, np.array([60.0, 120.0, 180.0, 240.0]), [recommend.Need(1, 10_000), recommend.Need(2, 9_000)], rules)


def _travel() -> None:
    node = np.arange(SIDE * SIDE)
    east, north = node % SIDE, node // SIDE
    right, up = node[east < SIDE - 1], node[north < SIDE - 1]
    tail, head = np.concatenate((right, right + 1, up, up + SIDE)), np.concatenate((right + 1, right, up + SIDE, up))
    network = RoadNetwork.of(lon=106.3 + east * 0.01, lat=39.0 + north * 0.01, tail=tail, head=head)
    some, one = Places.of([106.301, 106.32], [39.001, 39.02]), Places.of(106.31, 39.01)
    travels: list[Travel] = [Affine(), PlainEngine(network), *([HierarchyEngine(network)] if HierarchyEngine.available() else [])]
    for travel in travels:
        travel.times(some, one)
        goers = travel.pin(some)
        goers.move([0], [106.31], [39.0])
        goers.times_to(106.32, 39.02)


def _allocate() -> None:
    chance = np.random.default_rng(5)
    problem = allocate.Problem.of(
        capabilities=chance.random((40, 4)) < 0.5, weight=[8.0, 4.0, 1.0], cells=[(0, 0, 3), (0, 1, 2), (1, 1, 4), (2, 2, 3), (2, 3, 30)],
        seconds=chance.uniform(60, 3000, (3, 40)), zone=np.arange(40) % 3, reserve=[2, 2, 2], reserve_price=100.0, pinned=[(0, 1)], forbidden=[(1, 2)],
    )  # fmt: skip
    allocate.reasons(allocate.allocate(problem, model="slots", deadline_s=5.0))
    allocate.reasons(allocate.allocate(problem, model="cover", deadline_s=5.0))


def _supply() -> None:
    def row(*values: float) -> np.ndarray:
        return np.array(values, dtype=float)

    problem = supply.SupplyProblem(
        travel=np.array([[30.0, 60.0], [45.0, 20.0]]),
        lots=supply.Lots(row(0, 0, 1), row(0, 1, 0), row(0, 0, 1), row(20, 5, 30), row(20, 20, 240), row(0, 0, 10)),
        needs=supply.Needs(row(0, 1, 1), row(0, 0, 1), row(15, 20, 8), row(60, 180, 60), np.full(3, np.inf), row(4, 1, 2), row(24_000, 6_000, 12_000)),
        volume=row(1, 0.5),
        handling=np.full(2, np.inf),
    )
    supply.solve(problem)
    supply.solve(replace(problem, handling=row(12, 10)), seconds=10.0)


def _redeploy() -> None:
    seconds = np.array([[60.0, 300.0, 900.0], [900.0, 300.0, 60.0], [400.0, 60.0, 400.0]])
    posts = redeploy.Posts.of(seconds, np.ones(3), 480.0, spread=0.25)
    redeploy.expected(posts, redeploy.advise(posts, np.array([0, 0]), seconds[:2]).after.units)


HALVES = {"units": (_recommend, _redeploy, _travel), "stores": (_allocate, _supply)}
"""Each about half of the work, for a process of its own."""


def compile_half(name: str) -> None:
    """Compile one half, and let others work meanwhile."""
    os.nice(10)
    for part in HALVES[name]:
        part()


def main() -> None:
    """Compile the half that is named, else both at once."""
    if sys.argv[1:]:
        compile_half(sys.argv[1])
        return
    with ProcessPoolExecutor(len(HALVES), get_context("spawn")) as pool:
        list(pool.map(compile_half, HALVES))


if __name__ == "__main__":
    main()
