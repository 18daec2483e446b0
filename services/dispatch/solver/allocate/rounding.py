"""From shares to whole units: what the linear programme takes wholly is kept, the rest is a small integer programme.

Least crews and last arrivals, which the linear programme leaves out, are rows here. Nothing is fixed at an incident that has either.
"""

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from services.dispatch.solver.allocate.master import Master, quiet
from services.dispatch.solver.allocate.outcome import Outcome, trimmed
from services.dispatch.solver.allocate.pricing import pinned_cover
from services.dispatch.solver.allocate.problem import Flags, Floats, Indices, Problem

WHOLE = 1 - 1e-6


@dataclass(frozen=True, slots=True)
class Small:
    """The integer programme: pairs still open, what cells still want, what zones may still give."""

    at: Indices
    to: Indices
    demand: Indices
    leave: Indices


def kept(master: Master, shares: Floats) -> Flags:
    """known pairs: taken wholly, at an incident where each unit acts for itself."""
    problem = master.left.problem
    team = problem.last_arrival > 0
    team[problem.cell_incident[problem.min_crew > 1]] = True
    return np.asarray((shares >= WHOLE) & ~team[master.at])


def round_off(master: Master, fixed: Flags, candidates: Flags, seconds: float, gap: float) -> Outcome | None:
    """Send the fixed pairs and the best of the candidates; `gap` in weighted seconds is what the programme may leave unproven."""
    problem, left = master.left.problem, master.left
    demand, leave = left.demand.copy(), left.leave.copy()
    at, to = master.at[fixed], master.to[fixed]
    rows = _cover(master, at, to)
    np.subtract.at(demand, rows, 1)
    np.subtract.at(leave, problem.zone[to], 1)
    busy = ~left.free
    busy[to] = True
    wanted = np.zeros(problem.incidents, np.bool_)
    wanted[problem.cell_incident[demand > 0]] = True
    rest = candidates & master.allowed & ~fixed & ~busy[master.to] & wanted[master.at]
    small = Small(master.at[rest], master.to[rest], np.maximum(demand, 0), leave)
    chosen, _ = _solve(master, small, seconds, gap)
    if chosen is None:
        return None
    all_at = np.concatenate([problem.pinned[:, 0], at, small.at[chosen]])
    all_to = np.concatenate([problem.pinned[:, 1], to, small.to[chosen]])
    return trimmed(problem, all_at, all_to)


def decided(master: Master, candidates: Flags, seconds: float, gap: float) -> tuple[Outcome | None, float]:
    """The best of the candidates with nothing fixed, and a bound that no choice among them beats."""
    problem, left = master.left.problem, master.left
    rest = candidates & master.allowed & left.free[master.to]
    small = Small(master.at[rest], master.to[rest], left.demand, left.leave)
    chosen, bound = _solve(master, small, seconds, gap)
    if chosen is None:
        return None, bound + left.way
    at, to = np.concatenate([problem.pinned[:, 0], small.at[chosen]]), np.concatenate([problem.pinned[:, 1], small.to[chosen]])
    return trimmed(problem, at, to), bound + left.way


def _cover(master: Master, at: Indices, to: Indices) -> Indices:
    rows = master.columns(at, to)[2]
    return rows[rows < master.cells]


def _solve(master: Master, small: Small, seconds: float, gap: float) -> tuple[Flags | None, float]:
    """The pairs chosen (None when the time gave none) and the solver's lower bound."""
    problem = master.left.problem
    if not len(small.at):
        return np.zeros(0, np.bool_), -np.inf
    solver = quiet(mip_abs_gap=max(gap, 1e-6), mip_rel_gap=0.0, time_limit=max(0.05, seconds))
    cells = np.flatnonzero(small.demand > 0)
    units, zones = np.unique(small.to), np.unique(problem.zone[small.to])
    row_of = np.full(master.cells + master.units + master.zones, -1, np.int64)
    names = np.concatenate([cells, master.cells + units, master.cells + master.units + zones])
    row_of[names] = np.arange(len(names))
    low = np.concatenate([small.demand[cells], np.full(len(units) + len(zones), -np.inf)]).astype(np.float64)
    high = np.concatenate([np.full(len(cells), np.inf), np.ones(len(units)), small.leave[zones]]).astype(np.float64)
    none = np.zeros(0, np.int32)
    solver.addRows(len(low), low, high, 0, none, none, np.zeros(0))
    cost, starts, rows, _ = master.columns(small.at, small.to)
    mapped = row_of[rows]
    owner = np.repeat(np.arange(len(small.at)), np.diff(starts))[mapped >= 0]
    mapped = mapped[mapped >= 0].astype(np.int32)
    starts = np.searchsorted(owner, np.arange(len(small.at))).astype(np.int32)
    count = len(small.at)
    solver.addCols(count, cost, np.zeros(count), np.ones(count), len(mapped), starts, mapped, np.ones(len(mapped)))
    solver.changeColsIntegrality(count, np.arange(count, dtype=np.int32), np.full(count, highspy.HighsVarType.kInteger))
    _slacks(solver, problem, cells, (len(cells) + len(units), zones))
    _teams(solver, problem, cells, small, count)
    solver.run()
    values = np.asarray(solver.getSolution().col_value)
    found = len(values) >= count and solver.getInfo().primal_solution_status == 2
    return values[:count] > 0.5 if found else None, float(solver.getInfo().mip_dual_bound)


def _slacks(solver: Any, problem: Problem, cells: Indices, zones: tuple[int, Indices]) -> None:
    """Columns of units missing at cells and zones."""
    first_row, names = zones
    cost = np.concatenate([problem.missing_cost[cells], np.full(len(names), problem.reserve_price)])
    rows = np.concatenate([np.arange(len(cells)), first_row + np.arange(len(names))]).astype(np.int32)
    signs = np.concatenate([np.ones(len(cells)), -np.ones(len(names))])
    count = len(cost)
    solver.addCols(count, cost, np.zeros(count), np.full(count, np.inf), count, np.arange(count, dtype=np.int32), rows, signs)


def _teams(solver: Any, problem: Problem, cells: Indices, small: Small, pairs: int) -> None:
    """Rows of least crews (a binary says whether the crew is complete) and of last arrivals (a time no less than any arrival)."""
    already = pinned_cover(problem)
    for position, cell in enumerate(cells):
        least, demand = int(problem.min_crew[cell] - already[cell]), float(problem.cell_demand[cell])
        if problem.min_crew[cell] < 2 or least <= 0:
            continue
        came = np.flatnonzero((small.at == problem.cell_incident[cell]) & problem.capabilities[small.to, problem.cell_capability[cell]])
        came = came[problem.seconds[small.at[came], small.to[came]] <= problem.reach[cell]]
        complete = _binary(solver)
        missing = pairs + position
        _row(solver, 0.0, [*map(int, came), complete], [*np.ones(len(came)), -float(least)])
        _row(solver, demand, [missing, complete], [1.0, demand])
    arrivals = np.zeros(problem.incidents)
    np.maximum.at(arrivals, problem.pinned[:, 0], problem.seconds[problem.pinned[:, 0], problem.pinned[:, 1]].astype(np.float64))
    for incident in np.unique(small.at):
        if problem.last_arrival[incident] > 0:
            solver.addCol(float(problem.last_arrival[incident]), float(arrivals[incident]), np.inf, 0, np.zeros(0, np.int32), np.zeros(0))
            moment = solver.getNumCol() - 1
            for pair in np.flatnonzero(small.at == incident):
                _row(solver, 0.0, [moment, int(pair)], [1.0, -float(problem.seconds[incident, small.to[pair]])])


def _binary(solver: Any) -> int:
    solver.addCol(0.0, 0.0, 1.0, 0, np.zeros(0, np.int32), np.zeros(0))
    column = solver.getNumCol() - 1
    solver.changeColIntegrality(column, highspy.HighsVarType.kInteger)
    return int(column)


def _row(solver: Any, low: float, columns: list[int], values: list[float]) -> None:
    solver.addRow(low, np.inf, len(columns), np.array(columns, np.int32), np.array(values, np.float64))


def reduced_costs(master: Master, value: Floats, price: Floats, zone_price: Floats) -> Floats:
    """known pairs: what each costs beyond what it is worth."""
    cost, starts, rows, _ = master.columns(master.at, master.to)
    worth = np.concatenate([value, -price, -zone_price])[rows]
    return np.asarray(cost - np.add.reduceat(worth, starts[:-1]) if len(cost) else cost)
