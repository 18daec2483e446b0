"""The answer: who goes where, what it costs, how far from the best it can be, and why."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

import numpy as np

from services.dispatch.solver.allocate.cover import State
from services.dispatch.solver.allocate.flow import Certificate, Flow
from services.dispatch.solver.allocate.outcome import Outcome, counting
from services.dispatch.solver.allocate.problem import Flags, Floats, Indices, Problem
from services.dispatch.solver.given import Trouble

Model = Literal["slots", "cover", "greedy", "nearest"]

MODELS: Final[tuple[str, ...]] = get_args(Model)

Stage = Callable[[str, float, float], bool]
"""Told the stage, the best objective and the bound so far; False stops the run."""

Why = Literal["NO_CAPABILITY", "NOT_AVAILABLE", "OUT_OF_REACH", "TOO_LATE", "EXCLUDED", "CREW_INCOMPLETE", "TAKEN", "NOT_WORTH_IT"]
"""The first reason, in this order, that leaves fewer units than are wanted."""


@dataclass(frozen=True, slots=True)
class Unmet:
    """A cell that goes short: how many units are missing, why, and how many units could have counted."""

    cell: int
    incident: int
    capability: int
    missing: int
    why: Why
    could: int


@dataclass(frozen=True, slots=True)
class Assignments:
    """One row per unit sent, as parallel arrays. Costs are weighted seconds."""

    incident: Indices
    unit: Indices
    seconds: Floats
    cost: Floats
    covers: Flags
    """rows x capabilities: what the unit counts for there"""
    pinned: Flags


@dataclass(frozen=True, slots=True)
class IncidentSummary:
    """Per incident: units wanted, units that count, units sent, seconds to the first and to the last (infinite and 0 without any)."""

    wanted: Indices
    counted: Indices
    sent: Indices
    first: Floats
    last: Floats


@dataclass(frozen=True, slots=True)
class ZoneSummary:
    """Per zone: units available, units sent, units that should stay, and how many of those are missing."""

    available: Indices
    sent: Indices
    reserve: Indices
    missing: Indices


@dataclass(frozen=True, slots=True)
class Duals:
    """What one more unit is worth at each cell, and what each unit is worth elsewhere; weighted seconds."""

    cell: Floats
    unit: Floats


@dataclass(frozen=True, slots=True)
class Warm:
    """What a later call may start from; for use by `allocate` alone, and once: it is changed by the re-solve."""

    problem: Problem
    flow: Flow | None = None
    cover: State | None = None


@dataclass(frozen=True, slots=True)
class Allocation:
    """An allocation with its proof. With `troubles` nothing was computed; without a bound (greedy, nearest) nothing is proven."""

    model: Model
    problem: Problem
    objective: float
    bound: float
    outcome: Outcome
    assignments: Assignments
    incidents: IncidentSummary
    zones: ZoneSummary
    unmet: tuple[Unmet, ...]
    complete: bool
    """False when the time was up or the watcher said stop: the best so far, with the bound so far"""
    troubles: tuple[Trouble, ...] = ()
    duals: Duals | None = None
    certificate: Certificate | None = None
    warm: Warm | None = field(default=None, repr=False)

    @property
    def gap(self) -> float:
        """Share of the objective by which the best allocation can be better at most; infinite without a bound."""
        if not np.isfinite(self.bound):
            return float("inf")
        return max(0.0, self.objective - self.bound) / max(abs(self.objective), 1e-9)


def described(problem: Problem, outcome: Outcome) -> tuple[Assignments, IncidentSummary, ZoneSummary, tuple[Unmet, ...]]:
    """Everything about an outcome that needs no duals."""
    at, to = outcome.at, outcome.to
    seconds = problem.seconds[at, to].astype(np.float64)
    covers = np.zeros((len(at), problem.capabilities.shape[1]), np.bool_)
    pair, cell = counting(problem, at, to) if (outcome.slot < 0).all() else _slots(outcome)
    credited = outcome.covered[cell] > 0
    covers[pair[credited], problem.cell_capability[cell[credited]]] = True
    rows = Assignments(at, to, seconds, problem.weight[at] * seconds, covers, problem.pinned_incident()[to] == at)
    first = np.full(problem.incidents, np.inf)
    np.minimum.at(first, at, seconds)
    wanted = np.bincount(problem.cell_incident, problem.cell_demand, problem.incidents).astype(np.int64)
    counted = np.bincount(problem.cell_incident, outcome.covered, problem.incidents).astype(np.int64)
    incidents = IncidentSummary(wanted, counted, np.bincount(at, minlength=problem.incidents), first, outcome.last)
    available = np.bincount(problem.zone[problem.available], minlength=problem.zones)
    zones = ZoneSummary(available, np.bincount(problem.zone[to], minlength=problem.zones), problem.reserve, outcome.reserve_short)
    return rows, incidents, zones, tuple(_unmet(problem, outcome))


def _slots(outcome: Outcome) -> tuple[Indices, Indices]:
    pair = np.flatnonzero(outcome.slot >= 0)
    return pair, outcome.slot[pair]


def _unmet(problem: Problem, outcome: Outcome) -> list[Unmet]:
    sent = np.zeros(problem.units, np.bool_)
    sent[outcome.to] = True
    found = []
    for cell in np.flatnonzero(outcome.covered < problem.cell_demand):
        missing = int(problem.cell_demand[cell] - outcome.covered[cell])
        why, could = _why(problem, int(cell), sent, crew_broken=bool(outcome.came[cell] > outcome.covered[cell]))
        found.append(Unmet(int(cell), int(problem.cell_incident[cell]), int(problem.cell_capability[cell]), missing, why, could))
    return found


def _why(problem: Problem, cell: int, sent: Flags, *, crew_broken: bool) -> tuple[Why, int]:
    incident, wanted = int(problem.cell_incident[cell]), int(problem.cell_demand[cell])
    seconds = problem.seconds[incident]
    banned = np.zeros(problem.units, np.bool_)
    banned[problem.forbidden[problem.forbidden[:, 0] == incident, 1]] = True
    remaining = problem.capabilities[:, problem.cell_capability[cell]].copy()
    pinned = problem.pinned_incident()
    steps: tuple[tuple[Why, Flags], ...] = (
        ("NO_CAPABILITY", remaining),
        ("NOT_AVAILABLE", problem.available),
        ("OUT_OF_REACH", (seconds <= problem.max_seconds) | ((pinned == incident) & np.isfinite(seconds))),
        ("TOO_LATE", seconds <= problem.latest[cell]),
        ("EXCLUDED", ~banned & ((pinned < 0) | (pinned == incident))),
    )
    for why, still in steps:
        remaining &= still
        if remaining.sum() < wanted:
            return why, int(remaining.sum())
    could = int(remaining.sum())
    if crew_broken or (problem.min_crew[cell] > 1 and (remaining & ~sent).sum() < problem.min_crew[cell]):
        return "CREW_INCOMPLETE", could
    return ("NOT_WORTH_IT" if (remaining & ~sent).any() else "TAKEN"), could
