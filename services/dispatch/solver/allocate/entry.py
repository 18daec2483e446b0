"""One entry to every model: validate, solve within the time, describe."""

import time
from collections.abc import Iterator

import numpy as np

from services.dispatch.solver.allocate import bids, cover, greedy, together
from services.dispatch.solver.allocate.allocation import MODELS, Allocation, Duals, Model, Stage, Warm, described
from services.dispatch.solver.allocate.flow import Flow
from services.dispatch.solver.allocate.outcome import Outcome, reckon
from services.dispatch.solver.allocate.problem import NO_PAIRS, Indices, Problem
from services.dispatch.solver.allocate.validation import validate
from services.dispatch.solver.given import Trouble, real

SAME = ("capabilities", "zone", "weight", "last_arrival", "cell_incident", "cell_capability", "latest", "seconds", "reserve")
SAME_NUMBERS = ("max_seconds", "unmet_penalty", "reserve_price")
"""What must be as before for a re-solve to start from an earlier answer; demand, units at hand, pins and exclusions may differ."""

MOST_CHANGES = 60
"""More than so many changes take the flow longer one by one than afresh (measured at 2,000 x 5,000)."""


def allocate(problem: Problem, *, model: Model, warm: Warm | None = None, progress: Stage | None = None, deadline_s: float = np.inf) -> Allocation:
    """Allocate units to incidents within the seconds.

    A problem that makes no sense is answered by its `troubles`; demand that cannot be met by `unmet`. `warm` of an earlier answer is used where it fits.
    The slot model is exact: as a flow with windows, pins, exclusions and reserves; with least crews or last arrivals as an integer programme over every
    arc that could matter (`together`), which may take its time. When that is cut short, the answer is not `complete` and carries the bound proven so far.
    Measured with a crew in one of twenty cells that want several units and last arrivals at one incident of forty, within 20 s on two shared cores: 200 x 500
    proven in 3 to 10 s or off by 0.04 % at most, 1,000 x 2,500 off by 0.3 to 0.4 %, 2,000 x 5,000 by 0.4 %; crews alone were proven by the flow.
    """
    troubles = tuple(_asked(model, deadline_s)) or validate(problem)
    if troubles:
        return _refused(problem, model, troubles)
    if model == "slots":
        return _slots(problem, warm, progress or _silent, deadline_s)
    if model == "cover":
        state = warm.cover if warm and warm.cover and fits(warm.problem, problem) else None
        found = cover.solve(problem, state=state, deadline_s=deadline_s, report=progress)
        duals = Duals(found.state.value, found.state.price + found.state.zone_price[problem.zone])
        return _allocation(problem, model, found.outcome, found.bound, complete=found.complete, duals=duals, warm=Warm(problem, cover=found.state))
    outcome = greedy.greedy(problem) if model == "greedy" else greedy.nearest(problem)
    return _allocation(problem, model, outcome, -np.inf, complete=True)


def _asked(model: str, deadline_s: float) -> Iterator[Trouble]:
    if model not in MODELS:
        yield Trouble("model", -1, f"there is no model {model!r}: {', '.join(MODELS)}")
    if not -np.inf <= real(deadline_s) <= np.inf:
        yield Trouble("deadline_s", -1, f"must be a number, is {deadline_s}")


def fits(before: Problem, now: Problem) -> bool:
    """True when an answer to `before` can be turned into one to `now`."""
    arrays = all(getattr(before, name) is getattr(now, name) or np.array_equal(getattr(before, name), getattr(now, name)) for name in SAME)
    return arrays and all(getattr(before, name) == getattr(now, name) for name in SAME_NUMBERS)


def follows(warm: Warm | None, problem: Problem) -> bool:
    """The answer to `problem` starts from that earlier one. To be asked before it does: the re-solve changes it."""
    if warm is None or not fits(warm.problem, problem):
        return False
    return warm.cover is not None or (warm.flow is not None and warm.flow.complete and changes(warm.problem, problem) <= MOST_CHANGES)


def changes(before: Problem, now: Problem) -> int:
    """In how many cells, units and pairs two problems that fit differ."""
    pairs = 0
    for name in ("pinned", "forbidden"):
        one, other = ({*map(tuple, getattr(each, name).tolist())} for each in (before, now))
        pairs += len(one ^ other)
    return int((before.cell_demand != now.cell_demand).sum() + (before.available != now.available).sum()) + pairs


def _silent(_stage: str, _objective: float, _bound: float) -> bool:
    return True


def _allocation(
    problem: Problem,
    model: Model,
    outcome: Outcome,
    bound: float,
    *,
    complete: bool,
    duals: Duals | None = None,
    warm: Warm | None = None,
    flow: Flow | None = None,
) -> Allocation:
    rows, incidents, zones, unmet = described(problem, outcome)
    certificate = flow.certificate() if flow else None
    return Allocation(model, problem, outcome.objective, bound, outcome, rows, incidents, zones, unmet, complete, (), duals, certificate, warm)


def _refused(problem: Problem, model: Model, troubles: tuple[Trouble, ...]) -> Allocation:
    """Nothing is computed: an empty problem stands in, so that every array is there and empty."""
    empty = Problem.of(capabilities=np.zeros((0, 0)), weight=[], cells=[], seconds=np.zeros((0, 0)))
    outcome = reckon(empty, NO_PAIRS[:, 0], NO_PAIRS[:, 1])
    rows, incidents, zones, unmet = described(empty, outcome)
    return Allocation(model, problem, np.inf, -np.inf, outcome, rows, incidents, zones, unmet, complete=False, troubles=troubles)


def _slots(problem: Problem, warm: Warm | None, progress: Stage, deadline_s: float) -> Allocation:
    end = time.monotonic() + deadline_s
    flow = None
    if warm and warm.flow and follows(warm, problem):
        flow = warm.flow
        flow.turn(problem)
    if flow is None:
        flow = Flow(problem)
        if not flow.solve(lambda: progress("slots", np.inf, -np.inf) and time.monotonic() < end):
            bids.stopgap(flow.net)
    bound = flow.certificate()
    at, to, slot = flow.sent()
    outcome, complete = _crews(problem, at, to, slot), flow.complete
    worth, price, scale = flow.prices()
    duals = Duals(worth[: problem.cells] / scale, price / scale)
    lower = min(bound.dual - bound.rounding + _waited(problem), outcome.objective)
    if complete and together.asked(problem) and outcome.objective - lower > bound.rounding:
        start = together.Start(outcome, lower, duals.cell, duals.unit, worth[problem.cells :] / scale)
        outcome, lower, complete = together.solve(problem, start, end - time.monotonic(), progress)
    return _allocation(problem, "slots", outcome, lower, complete=complete, duals=duals, warm=Warm(problem, flow=flow), flow=flow)


def _waited(problem: Problem) -> float:
    """Weighted seconds until the last pinned unit is there, where teams act together: no allocation has less."""
    arrived = np.zeros(problem.incidents)
    incident, unit = problem.pinned[:, 0], problem.pinned[:, 1]
    np.maximum.at(arrived, incident, problem.seconds[incident, unit].astype(np.float64))
    return float((problem.last_arrival * arrived).sum())


def _crews(problem: Problem, at: Indices, to: Indices, slot: Indices) -> Outcome:
    """The flow's outcome; units of a crew that is not complete stay, unless pinned."""
    outcome = reckon(problem, at, to, slot)
    broken = (outcome.came > 0) & (outcome.came < problem.min_crew)
    if not broken.any():
        return outcome
    pinned = problem.pinned_incident()[to] == at
    stay = (slot >= 0) & broken[np.maximum(slot, 0)] & ~pinned
    return reckon(problem, at[~stay], to[~stay], slot[~stay])
