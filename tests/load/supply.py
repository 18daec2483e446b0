"""Supply plans at the size of a province: 200 stores, 40 items, 500 places, with and without handling limits.

`python -m tests.load.supply` measures one fresh seed, with FENGHUO_BENCH=full six. Times are of the processor, as a bench
machine may be shared; the wall clock is beside them.
"""

import os
import secrets
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from services.dispatch.solver.supply import SupplyPlan, solve
from services.dispatch.solver.supply.problem import Lateness, Lots, Needs, SupplyProblem
from tests.load.figures import Figures


def instance(seed: int, stores: int = 200, items: int = 40, places: int = 500, kinds_per_place: float = 8.0, tight: float = 0.7) -> SupplyProblem:
    """A province after an earthquake: 60 % of the places in two damaged areas, three tiers, about 1.5 pieces held per piece needed."""
    rng = np.random.default_rng(seed)
    store_at = rng.uniform(0, 200, (stores, 2))
    centres = rng.uniform(40, 160, (2, 2))
    place_at = rng.uniform(0, 200, (places, 2))
    hit = rng.random(places) < 0.6
    place_at[hit] = centres[rng.integers(0, 2, int(hit.sum()))] + rng.normal(0, 15, (int(hit.sum()), 2))
    travel = np.hypot(*(store_at[:, None] - place_at[None]).transpose(2, 0, 1)) * rng.uniform(1.2, 1.5, (stores, places)) / 50 * 60 + 5
    held = rng.random((stores, items, 3)) < np.array([0.2, 0.1, 0.05])
    store, item, tier = np.nonzero(held)
    quantity = rng.integers(5, 85, len(store)) * np.array([1, 1, 1])[tier]
    ready = np.array([20.0, 240.0, 1440.0])[tier] * rng.uniform(0.5, 1.5, len(store))
    wanted = rng.random((places, items)) < kinds_per_place / items
    place, kind = np.nonzero(wanted)
    amount = rng.integers(1, 40, len(place))
    weight = rng.choice([1.0, 2.0, 4.0, 8.0], len(place), p=[0.4, 0.3, 0.2, 0.1])
    due = rng.choice([60.0, 180.0, 360.0, 720.0], len(place))
    volume = np.round(rng.uniform(0.05, 2.0, items), 2)
    need_volume = float((amount * volume[kind]).sum())
    handling = need_volume / stores * rng.uniform(0.4, 2.2, stores) * tight
    return SupplyProblem(
        travel=travel,
        lots=Lots(store, item, tier, quantity, ready, np.array([0.0, 10.0, 20.0])[tier]),
        needs=Needs(place, kind, amount, due, np.full(len(place), np.inf), weight, weight * 6000.0),
        volume=volume,
        handling=handling,
        lateness=Lateness(np.array([0.0, 120.0, 720.0]), np.array([1.0, 2.0, 4.0])),
        effort=0.1,
    )


def measure(figures: Figures) -> None:
    """Without limits: seconds and certificate. With limits: seconds, gap to the proven bound, and what working by hand costs more."""
    solve(instance(1, stores=5, items=3, places=10))  # compiled before the clock starts
    for _ in range(6 if os.environ.get("FENGHUO_BENCH") == "full" else 1):
        seed = secrets.randbelow(1_000_000)
        problem = instance(seed)
        free, seconds, wall = _timed(replace(problem, handling=np.full(len(problem.handling), np.inf)))
        figures.add(f"supply without limits, seed {seed}", seconds, "s cpu", "<= 0.3", seconds <= 0.3)
        figures.add(f"supply without limits, wall, seed {seed}", wall, "s")
        figures.add(f"supply without limits, gap, seed {seed}", free.gap * 100, "%", "0", free.gap <= 1e-9)
        figures.add(f"greedy without limits, seed {seed}", (free.greedy / free.objective - 1) * 100, "% above the plan")
        plan, seconds, wall = _timed(problem)
        figures.add(f"supply under handling limits, seed {seed}", seconds, "s cpu", "<= 15", seconds <= 15)
        figures.add(f"supply under handling limits, wall, seed {seed}", wall, "s")
        figures.add(f"supply under handling limits, gap, seed {seed}", plan.gap * 100, "% to the proven bound", "<= 0.6", plan.gap <= 0.006)
        figures.add(f"greedy under handling limits, seed {seed}", (plan.greedy / plan.objective - 1) * 100, "% above the plan")


def _timed(problem: SupplyProblem) -> tuple[SupplyPlan, float, float]:
    """The plan, and how long it took on the processor and on the wall."""
    cpu, wall = time.process_time(), time.perf_counter()
    plan = solve(problem)
    return plan, time.process_time() - cpu, time.perf_counter() - wall


if __name__ == "__main__":
    found = Figures("tests.load.supply")
    measure(found)
    sys.exit(0 if found.show(Path("var/bench.json")) else 1)
