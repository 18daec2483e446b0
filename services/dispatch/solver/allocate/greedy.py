"""What would be done without a solver, for comparison: the nearest unit per slot, and the nearest with every capability counted."""

import numpy as np

from services.dispatch.solver.allocate.outcome import Outcome, reckon
from services.dispatch.solver.allocate.problem import Indices, Problem


def nearest(problem: Problem) -> Outcome:
    """Cells by weight; each slot takes the nearest unit left, as if a unit could do one thing only."""
    return _dispatch(problem, credit=False)


def greedy(problem: Problem) -> Outcome:
    """The same, but a unit counts for every capability it has that is still wanted there, and the time per such capability decides."""
    return _dispatch(problem, credit=True)


def _dispatch(problem: Problem, *, credit: bool) -> Outcome:
    idle = problem.available & (problem.pinned_incident() < 0)
    at, to = [int(incident) for incident in problem.pinned[:, 0]], [int(unit) for unit in problem.pinned[:, 1]]
    wanted = problem.cell_demand.copy()
    for incident, unit in problem.pinned:
        _count(problem, wanted, int(incident), int(unit))
    seconds = problem.seconds.astype(np.float64)
    seconds[problem.forbidden[:, 0], problem.forbidden[:, 1]] = np.inf
    limit = np.minimum(problem.reach, problem.unmet_penalty)
    for cell in np.argsort(-problem.weight[problem.cell_incident], kind="stable"):
        incident = int(problem.cell_incident[cell])
        while wanted[cell] > 0:
            can = np.flatnonzero(idle & problem.capabilities[:, problem.cell_capability[cell]] & (seconds[incident] <= limit[cell]))
            if not len(can):
                break
            cost = seconds[incident, can]
            if credit:
                open_kinds = problem.cell_capability[(problem.cell_incident == incident) & (wanted > 0)]
                cost = cost / problem.capabilities[np.ix_(can, open_kinds)].sum(1)
            unit = int(can[np.argmin(cost)])
            idle[unit] = False
            at.append(incident)
            to.append(unit)
            if credit:
                _count(problem, wanted, incident, unit)
            else:
                wanted[cell] -= 1
    return reckon(problem, np.array(at, np.int64), np.array(to, np.int64))


def _count(problem: Problem, wanted: Indices, incident: int, unit: int) -> None:
    """Take the unit off what the incident's cells still want."""
    here = (problem.cell_incident == incident) & problem.capabilities[unit, problem.cell_capability]
    wanted[here & (problem.seconds[incident, unit] <= problem.latest)] -= 1
