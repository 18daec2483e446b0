"""Routes on instances drawn like the X set of CVRPLIB (Uchoa et al. 2017): corner or central depot, clustered customers, mixed demands.

`python -m tests.load.routes` measures one instance of 100 stops and five seconds; FENGHUO_BENCH=full measures 100 to 500 stops and thirty seconds.
The best known of a fresh instance is unknown: the reference is the best of two longer runs from other random seeds and of every plan seen here. It is
itself a heuristic's answer, so the true gap can only be larger. `python -m tests.load.routes X-n303-k21.vrp …` measures files of the set itself, thirty
seconds each, against the best known solution in the .sol file beside each.

A search of thirty seconds has what the machine gives it in that time: the processor's seconds stand beside the gap.
"""

import os
import secrets
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from services.dispatch.solver.routes import ALONE, RoutePlan, RouteProblem, Stops, Vehicles, solve
from services.dispatch.solver.routes.problem import Floats, Whole
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
    demand = rng.integers(1, 101, stops)
    capacity = int(np.ceil(rng.uniform(6, 16) * demand.sum() / stops))
    return _collected(places, demand, max(capacity, 100))


def published(path: Path) -> tuple[RouteProblem, int]:
    """An instance in CVRPLIB's format, and the cost of its best known solution."""
    text = path.read_text(encoding="utf-8")
    head, rest = text.split("NODE_COORD_SECTION")
    nodes, rest = rest.split("DEMAND_SECTION")
    places = np.array([line.split()[1:] for line in nodes.strip().splitlines()], dtype=np.float64)
    demand = np.array([line.split()[1] for line in rest.split("DEPOT_SECTION")[0].strip().splitlines()], dtype=np.int64)[1:]
    best = path.with_suffix(".sol").read_text(encoding="utf-8").split("Cost")[1].split()[0]
    return _collected(places, demand, int(head.split("CAPACITY")[1].split(":")[1].split()[0])), int(best)


def _collected(places: Floats, demand: Whole, capacity: int) -> RouteProblem:
    """All from one depot, the first place, by vehicles that are alike and more than enough; nothing may be left out."""
    distance = np.rint(np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)))
    stops, fleet = len(demand), int(np.ceil(demand.sum() / capacity * 1.3)) + 2
    depots, zero = np.zeros(fleet, dtype=np.int64), np.zeros(stops, dtype=np.int64)
    vehicles = Vehicles(depots, depots, np.full((fleet, 1), capacity), depots, np.full(fleet, ENOUGH), np.ones(fleet), np.full(fleet, ALONE))
    wanted = Stops(np.arange(1, stops + 1), demand[:, None], zero, np.full(stops, ENOUGH), zero, np.full(stops, 1_000_000), np.full(stops, ALONE))
    return RouteProblem(distance, vehicles, wanted)


def measure(figures: Figures) -> None:
    """The instant answer's seconds and gap, the improved answer's gap."""
    full = os.environ.get("FENGHUO_BENCH") == "full"
    budget, sizes = (30.0, (100, 200, 300, 500)) if full else (5.0, (100,))
    for stops in sizes:
        seed = secrets.randbelow(1_000_000)
        problem = instance(seed, stops)
        others = [solve(problem, seconds=2 * budget, seed=other).cost for other in (2, 3)]
        _against(figures, f"{stops} stops, seed {seed}", problem, budget, "the best of 4 runs", others)


def measure_published(figures: Figures, paths: Sequence[Path]) -> None:
    """Files of the X set against the best known."""
    for path in paths:
        problem, best = published(path)
        _against(figures, path.stem, problem, 30.0, "the best known", [best])


def _against(figures: Figures, name: str, problem: RouteProblem, budget: float, reference: str, costs: list[int]) -> None:
    """The instant answer (the quickest of three tries: the machine may be shared) and the improved one against the least of the costs."""
    tries = [_timed(problem, 0.0) for _ in range(3)]
    quick, seconds, processor = min(tries, key=lambda one: one[1])
    better, _, used = _timed(problem, budget)
    best = min([quick.cost, better.cost, *costs])
    figures.add(f"routes at once, quickest of 3, {name}", seconds, "s", "<= 1", seconds <= 1)
    figures.add(f"routes at once, processor, {name}", processor, "s cpu")
    figures.add(f"routes at once, gap, {name}", (quick.cost / best - 1) * 100, f"% over {reference}")
    gap = (better.cost / best - 1) * 100
    figures.add(f"routes in {budget:g} s, gap, {name}", gap, f"% over {reference}", "<= 1", gap <= 1)
    figures.add(f"routes in {budget:g} s, processor, {name}", used, "s cpu")
    figures.add(f"stops unserved, {name}", len(better.unserved.stop), "", "0", len(better.unserved.stop) == 0)


def _timed(problem: RouteProblem, budget: float) -> tuple[RoutePlan, float, float]:
    """The plan, and how long it took on the wall and on the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    plan = solve(problem, seconds=budget)
    return plan, time.perf_counter() - wall, time.process_time() - cpu


if __name__ == "__main__":
    found = Figures("tests.load.routes")
    if len(sys.argv) > 1:
        measure_published(found, [Path(name) for name in sys.argv[1:]])
    else:
        measure(found)
    sys.exit(0 if found.show(Path("var/bench.json")) else 1)
