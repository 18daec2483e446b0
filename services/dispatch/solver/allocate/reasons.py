"""Why an allocation is as it is, by its duals: the next best unit for every assignment, and what pins and exclusions cost.

A dual price is a marginal figure: exact for one small change of the slot model, a close estimate for the cover model.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit

from services.dispatch.solver.allocate.allocation import Allocation
from services.dispatch.solver.allocate.problem import Flags, Floats, Indices, Seconds


@dataclass(frozen=True, slots=True)
class Reasons:
    """Parallel to the assignments: the unit that would go instead (-1 when nobody can), its seconds, and what the change would cost in weighted
    seconds, its absence elsewhere included. Parallel to pins and exclusions: what each costs at most against leaving it out.
    """

    next_unit: Indices
    next_seconds: Floats
    next_cost: Floats
    pin_cost: Floats
    exclusion_cost: Floats


def reasons(allocation: Allocation) -> Reasons:
    """Reasons of an allocation that carries duals; ValueError for one that does not (greedy, nearest, troubles)."""
    if allocation.duals is None:
        raise ValueError("allocation: carries no duals")
    problem, rows, duals = allocation.problem, allocation.assignments, allocation.duals
    price = np.where(problem.available & (problem.pinned_incident() < 0), duals.unit, np.inf)
    seconds = problem.seconds
    if len(problem.forbidden):
        seconds = seconds.copy()
        seconds[problem.forbidden[:, 0], problem.forbidden[:, 1]] = np.inf
    limit = _limits(allocation)
    unit, cost = _next_best(seconds, problem.weight, problem.capabilities, price, rows.incident, rows.unit, rows.covers, limit)
    there = np.where(unit >= 0, problem.seconds[rows.incident, np.maximum(unit, 0)].astype(np.float64), np.inf)
    return Reasons(unit, there, cost - rows.cost, _pins(allocation), _exclusions(allocation))


def _limits(allocation: Allocation) -> Floats:
    """rows: the latest arrival at which another unit would count for the same."""
    problem, rows = allocation.problem, allocation.assignments
    limit = np.full(len(rows.unit), problem.max_seconds)
    for cell in np.flatnonzero(problem.latest < problem.max_seconds):
        here = (rows.incident == problem.cell_incident[cell]) & rows.covers[:, problem.cell_capability[cell]]
        limit[here] = np.minimum(limit[here], problem.latest[cell])
    return limit


@njit(cache=True, nogil=True)
def _next_best(
    seconds: Seconds, weight: Floats, capabilities: Flags, price: Floats, incident: Indices, unit: Indices, covers: Flags, limit: Floats
) -> tuple[Indices, Floats]:
    kinds = capabilities.shape[1]
    found, cost = np.full(len(unit), -1, np.int64), np.full(len(unit), np.inf)
    for row in range(len(unit)):
        wanted = np.flatnonzero(covers[row])
        if len(wanted) == 0 or kinds == 0:
            continue
        times, by = seconds[incident[row]], weight[incident[row]]
        for other in range(len(price)):
            time = np.float64(times[other])
            if time > limit[row] or other == unit[row]:
                continue
            total = by * time + price[other]
            if total < cost[row]:
                able = True
                for kind in wanted:
                    able = able and capabilities[other, kind]
                if able:
                    found[row], cost[row] = other, total
    return found, cost


def _worth(allocation: Allocation, incident: int, unit: int) -> float:
    """What the unit is worth at the incident by the values of the cells it would count for, its way taken off."""
    problem, duals = allocation.problem, allocation.duals
    seconds = float(problem.seconds[incident, unit])
    cells = np.flatnonzero((problem.cell_incident == incident) & problem.capabilities[unit, problem.cell_capability] & (seconds <= problem.latest))
    if duals is None or not len(cells) or not np.isfinite(seconds):
        return -float(problem.weight[incident]) * seconds if np.isfinite(seconds) else 0.0
    values = duals.cell[cells]
    gain = float(values.max()) if allocation.model == "slots" else float(values.sum())
    return gain - float(problem.weight[incident]) * seconds


def _pins(allocation: Allocation) -> Floats:
    """pins: the best the unit could be worth anywhere less what it is worth where it is held."""
    problem = allocation.problem
    costs = np.zeros(len(problem.pinned))
    for row, (incident, unit) in enumerate(problem.pinned):
        near = np.flatnonzero(problem.seconds[:, unit] <= problem.max_seconds)
        elsewhere = max((_worth(allocation, int(other), int(unit)) for other in near), default=0.0)
        costs[row] = max(0.0, elsewhere, 0.0) - _worth(allocation, int(incident), int(unit))
    return np.maximum(0.0, costs)


def _exclusions(allocation: Allocation) -> Floats:
    """exclusions: what the pair would save beyond what the unit is worth elsewhere."""
    problem, duals = allocation.problem, allocation.duals
    costs = np.zeros(len(problem.forbidden))
    for row, (incident, unit) in enumerate(problem.forbidden):
        if duals is not None and problem.available[unit] and problem.seconds[incident, unit] <= problem.max_seconds:
            costs[row] = max(0.0, _worth(allocation, int(incident), int(unit)) - float(duals.unit[unit]))
    return costs
