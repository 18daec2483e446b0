"""What an assignment of units amounts to: one reckoning for every model, made from the problem alone."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from services.dispatch.solver.allocate.problem import Flags, Floats, Indices, Problem


@dataclass(frozen=True, slots=True)
class Outcome:
    """Pairs sent and what they come to. Pinned pairs are among them."""

    at: Indices
    """pairs: incident"""
    to: Indices
    """pairs: unit"""
    slot: Indices
    """pairs: the cell the unit fills in the slot model; -1 in the cover model and for a pinned unit that fills none"""
    covered: Indices
    """cells: units that count, at most the demand; 0 where fewer than the least crew came"""
    came: Indices
    """cells: units that would count, least crew or not"""
    reserve_short: Indices
    """zones: units missing from the reserve"""
    last: Floats
    """incidents: seconds until the last unit sent is there; 0 when none is sent"""
    objective: float


def reckon(problem: Problem, at: Indices, to: Indices, slot: Indices | None = None) -> Outcome:
    """Count cover, reserve and arrivals, and add up the objective. With `slot` a unit counts for that cell only."""
    seconds = problem.seconds[at, to].astype(np.float64)
    came = np.zeros(problem.cells, np.int64)
    if slot is None:
        np.add.at(came, counting(problem, at, to)[1], 1)
        filled = np.full(len(at), -1, np.int64)
    else:
        filled = slot
        np.add.at(came, slot[slot >= 0], 1)
    covered = np.where(came >= problem.min_crew, np.minimum(came, problem.cell_demand), 0)
    pinned = np.isin(at * problem.units + to, problem.pinned[:, 0] * problem.units + problem.pinned[:, 1])
    free = problem.available & (problem.pinned_incident() < 0)
    staying = np.bincount(problem.zone[free], minlength=problem.zones) - np.bincount(problem.zone[to[~pinned]], minlength=problem.zones)
    short = np.maximum(0, problem.reserve - staying)
    last = np.zeros(problem.incidents)
    np.maximum.at(last, at, seconds)
    objective = (
        (problem.weight[at] * seconds).sum()
        + (problem.missing_cost * (problem.cell_demand - covered)).sum()
        + problem.reserve_price * short.sum()
        + (problem.last_arrival * last).sum()
    )
    return Outcome(at, to, filled, covered, came, short.astype(np.int64), last, float(objective))


def counting(problem: Problem, at: Indices, to: Indices) -> tuple[Indices, Indices]:
    """Which pair counts for which cell (has the capability and comes in time), as two parallel arrays."""
    order = np.argsort(problem.cell_incident, kind="stable")
    start = np.searchsorted(problem.cell_incident[order], np.arange(problem.incidents + 1))
    lengths = np.diff(start)[at]
    pair = np.repeat(np.arange(len(at)), lengths)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    cell = order[start[at][pair] + within]
    counts = problem.capabilities[to[pair], problem.cell_capability[cell]] & (problem.seconds[at[pair], to[pair]] <= _limit(problem, at, to)[pair, None][:, 0])
    counts &= problem.seconds[at[pair], to[pair]] <= problem.latest[cell]
    return pair[counts], cell[counts].astype(np.int64)


def _limit(problem: Problem, at: Indices, to: Indices) -> Floats:
    """pairs: how far a unit may be sent; a pinned one is as far as it is."""
    return np.where(problem.pinned_incident()[to] == at, np.inf, problem.max_seconds)


def trimmed(problem: Problem, at: Indices, to: Indices) -> Outcome:
    """The outcome without the units, dearest first, whose staying away costs nothing."""
    outcome = reckon(problem, at, to)
    pair, cell = counting(problem, at, to)
    surplus = outcome.came - problem.cell_demand
    idle = outcome.came < problem.min_crew
    cost = problem.weight[at] * problem.seconds[at, to]
    pinned = problem.pinned_incident()[to] == at
    cells_of: list[Indices] = [cell[begin:end] for begin, end in _runs(pair, len(at))]
    keep: Flags = np.ones(len(at), np.bool_)
    for index in np.argsort(-cost, kind="stable"):
        cells = cells_of[index]
        if not pinned[index] and bool(np.all((surplus[cells] > 0) | idle[cells])):
            keep[index] = False
            surplus[cells] -= 1
    return outcome if keep.all() else reckon(problem, at[keep], to[keep])


def _runs(sorted_pairs: Indices, count: int) -> list[tuple[int, int]]:
    bounds = np.searchsorted(sorted_pairs, np.arange(count + 1))
    return [(int(begin), int(end)) for begin, end in pairwise(bounds)]
