"""An allocation proposal without its database: gathering as arrays, computing in the worker (cold, and once more with a pin), wording, storing.

Run alone with `python -m tests.load.proposals [tasks units]`; 2,000 tasks and 5,000 units unless told. Times without roads, by distance.
`python -m tests.load.proposals amounts` measures units that bring one to five of something for needs of one to seven, from 12 tasks to 300.
"""

import io
import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from chassis.frozen import freeze
from services.dispatch.model.advice import Asked, Known
from services.dispatch.model.allocation import Pair, Plan, Site, Spec
from services.dispatch.use_cases.allocation_job import Build, Job, outcome
from services.dispatch.use_cases.allocation_worker import Worker
from services.dispatch.use_cases.fleet import Fleet
from tests.load.figures import Figures
from tests.load.instances import COMMON, WEIGHTS

T = TypeVar("T")
NOW = datetime(2026, 7, 29, 8, tzinfo=UTC)
CODES = [f"capability_{number}" for number in range(len(COMMON))]


def fleet_of(units: int, rng: np.random.Generator, brought: Sequence[int] = (1,)) -> Fleet:
    """Units of one to three capabilities, so much of each, over a county."""
    known = []
    for number in range(units):
        codes, region = rng.choice(len(COMMON), int(rng.integers(1, 4)), replace=False, p=COMMON), f"6402020{number % 100:02d}"
        brings = {CODES[code]: int(rng.choice(brought)) for code in codes}
        known.append(Known(f"unit-{number:05d}", f"队{number}", region, "", "available", True, False, _place(rng), brings, frozenset()))
    fleet = Fleet(None, {})
    fleet.take(known, [])
    return fleet


def _place(rng: np.random.Generator) -> tuple[float, float]:
    return 106.3 + 0.6 * float(rng.random()), 39.0 + 0.5 * float(rng.random())


def sites_of(tasks: int, rng: np.random.Generator, most: int = 3) -> list[Site]:
    """Tasks that want one to so many of a capability."""
    found = []
    for number in range(tasks):
        needs = [Asked(CODES[int(rng.choice(len(COMMON), p=COMMON))], int(rng.integers(1, most + 1)))]
        found.append(Site(f"task-{number:05d}", "i", f"任务{number}", "640202", _place(rng), float(rng.choice(WEIGHTS)), False, needs, needs))
    return found


def measure_amounts(figures: Figures) -> None:
    """Seconds and gap where units bring unlike amounts."""
    for tasks, units in ((12, 33), (30, 60), (100, 200), (300, 600)):
        rng = np.random.default_rng(tasks)
        fleet, sites = fleet_of(units, rng, (1, 1, 2, 3, 5)), sites_of(tasks, rng, 7)
        for model in ("slot", "cover"):
            worker = Worker(io.BytesIO(), io.BytesIO())
            told = _timed(figures, f"amounts, {tasks} x {units}, {model}", partial(_computed, worker, _job(fleet, sites, Spec(model=model))))
            figures.add(f"amounts, {tasks} x {units}, {model}: gap", told["gap"] * 100, "%")


def measure(figures: Figures, tasks: int, units: int) -> None:
    """Each step once, after a small run that compiles."""
    rng = np.random.default_rng(tasks)
    _computed(Worker(io.BytesIO(), io.BytesIO()), _job(fleet_of(40, rng), sites_of(20, rng), Spec(model="cover")))
    fleet, sites = fleet_of(units, rng), sites_of(tasks, rng)
    for model in ("slot", "cover"):
        spec, worker = Spec(model=model), Worker(io.BytesIO(), io.BytesIO())
        pinned = replace(spec, pinned=[Pair("unit-00007", "task-00003")])
        job = _timed(figures, f"{model}: gathered as arrays", partial(_job, fleet, sites, spec))
        cold = _timed(figures, f"{model}: computed, cold", partial(_computed, worker, job))
        again = _job(fleet, sites, pinned)
        warm = _timed(figures, f"{model}: computed again with a pin, warm", partial(_computed, worker, again))
        afresh = _computed(Worker(io.BytesIO(), io.BytesIO()), again)
        figures.add(f"{model}: gap, cold", cold["gap"] * 100, "%", "<= 0.3", cold["gap"] <= 0.003)
        off = warm["objective"] / afresh["objective"] - 1
        figures.add(f"{model}: warm above afresh", off * 100, "%", "<= 0.1", bool(warm["warm"]) and off <= 0.001)
        _, plan = _timed(figures, f"{model}: put in words", partial(outcome, "p", job, cold))
        _timed(figures, f"{model}: {len(plan.lines)} lines as they are stored", partial(_stored, plan))
    figures.add("memory at most", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB")


def _stored(plan: Plan) -> str:
    return json.dumps(freeze(plan))


def _job(fleet: Fleet, sites: list[Site], spec: Spec) -> Job:
    return Build(fleet, sites, spec, "6402", "", NOW).job()


def _computed(worker: Worker, job: Job) -> dict[str, Any]:
    told: dict[str, Any] = worker.result(job.meta, job.arrays)
    return told


def _timed(figures: Figures, name: str, step: Callable[[], T]) -> T:
    began = time.perf_counter()
    found = step()
    figures.add(name, time.perf_counter() - began, "s")
    return found


if __name__ == "__main__":
    shown = Figures("python -m tests.load.proposals")
    if sys.argv[1:] == ["amounts"]:
        measure_amounts(shown)
    else:
        measure(shown, *([int(word) for word in sys.argv[1:3]] or [2000, 5000]))
    sys.exit(0 if shown.show(Path(__file__).resolve().parents[2] / "var" / "bench.json") else 1)
