"""Routes on instances drawn like the X set of CVRPLIB (Uchoa et al. 2017): corner or central depot, clustered customers, mixed demands.

`python -m tests.load.routes` measures one instance of 100 stops and five seconds; FENGHUO_BENCH=full measures 100 to 500 stops and thirty seconds.
The best known of a fresh instance is unknown: the reference is the best of two longer runs from other random seeds and of every plan seen here. It is
itself a heuristic's answer, so the true gap can only be larger.
"""

import os
import secrets
import sys
import time
from pathlib import Path

import numpy as np

from services.dispatch.solver.routes import ALONE, RouteProblem, Stops, Vehicles, solve
from tests.load.figures import Figures

ENOUGH = 1_000_000
"""Seconds no route ever takes: the X set has no windows."""


def instance(seed: int, stops: int) -> RouteProblem:
    """A 1000 x 1000 grid, half the customers attracted by seed customers (exp(-d/40)), demands 1-100, six to sixteen customers a route."""
    rng = np.random.default_rng(seed)
    depot = np.array([[0.0, 0.0], [500.0, 500.0], rng.integers(0, 1001, 2)])[rng.integers(0, 3)]
    cores = rng.integers(0, 1001, (int(rng.integers(3, 9)), 2))
    at = [depot, *rng.integers(0, 1001, (stops // 2, 2))]
    while len(at) <= stops:
        point = rng.integers(0, 1001, 2)
        if rng.random() < np.exp(-np.hypot(*(cores - point).T) / 40).sum():
            at.append(point)
    places = np.array(at, dtype=np.float64)
    distance = np.rint(np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)))
    demand = rng.integers(1, 101, stops)
    capacity = int(np.ceil(rng.uniform(6, 16) * demand.sum() / stops))
    fleet = int(np.ceil(demand.sum() / capacity * 1.3)) + 2
    depots, zero = np.zeros(fleet, dtype=np.int64), np.zeros(stops, dtype=np.int64)
    vehicles = Vehicles(depots, depots, np.full((fleet, 1), max(capacity, 100)), depots, np.full(fleet, ENOUGH), np.ones(fleet), np.full(fleet, ALONE))
    wanted = Stops(np.arange(1, stops + 1), demand[:, None], zero, np.full(stops, ENOUGH), zero, np.full(stops, 100_000), np.full(stops, ALONE))
    return RouteProblem(distance, vehicles, wanted)


def measure(figures: Figures) -> None:
    """The instant answer's seconds and gap, the improved answer's gap."""
    full = os.environ.get("FENGHUO_BENCH") == "full"
    budget, sizes = (30.0, (100, 200, 300, 500)) if full else (5.0, (100,))
    for stops in sizes:
        seed = secrets.randbelow(1_000_000)
        problem = instance(seed, stops)
        begin = time.perf_counter()
        quick = solve(problem)
        seconds = time.perf_counter() - begin
        better = solve(problem, seconds=budget)
        best = min([quick.cost, better.cost, *(solve(problem, seconds=2 * budget, seed=other).cost for other in (2, 3))])
        name = f"{stops} stops, seed {seed}"
        figures.add(f"routes at once, {name}", seconds, "s", "<= 1", seconds <= 1)
        figures.add(f"routes at once, gap, {name}", (quick.cost / best - 1) * 100, "% over the best of 4 runs")
        gap = (better.cost / best - 1) * 100
        figures.add(f"routes in {budget:g} s, gap, {name}", gap, "% over the best of 4 runs", "<= 1", gap <= 1)
        figures.add(f"stops unserved, {name}", len(better.unserved.stop), "", "0", len(better.unserved.stop) == 0)


if __name__ == "__main__":
    found = Figures("tests.load.routes")
    measure(found)
    sys.exit(0 if found.show(Path("var/bench.json")) else 1)
