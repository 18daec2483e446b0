"""The linear programme over the pairs known so far, in HiGHS; it grows by columns and starts each time from where it stopped."""

import time
from collections.abc import Callable
from typing import Any

import highspy
import numpy as np

from services.dispatch.solver.allocate import pricing
from services.dispatch.solver.allocate.pricing import Residue
from services.dispatch.solver.allocate.problem import Flags, Floats, Indices

LOOK_SECONDS = 0.1


def quiet(**options: Any) -> Any:
    """A HiGHS that prints nothing and uses one thread."""
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    for name, value in options.items():
        solver.setOptionValue(name, value)
    return solver


class Master:
    """Rows: cells (cover + missing >= demand), units (at most one incident), zones (sent - missing <= may leave)."""

    def __init__(self, left: Residue) -> None:
        """Rows, and the columns of what is missing; no pair yet."""
        problem = left.problem
        self.left = left
        self.cells, self.units, self.zones = problem.cells, problem.units, problem.zones
        self.at: Indices = np.zeros(0, np.int64)
        self.to: Indices = np.zeros(0, np.int64)
        self.known: Flags = np.zeros((problem.incidents, problem.units), np.bool_)
        self.allowed: Flags = np.zeros(0, np.bool_)
        """known pairs: not excluded; a re-solve may exclude one that was taken in before."""
        self.solver = quiet(solver="simplex", presolve="off")
        self.solved, self.objective = False, np.inf
        """Weighted seconds of the programme's optimum over the known pairs, once solved."""
        self._slack = self.cells + self.zones
        self._first()

    def _bounds(self) -> tuple[Floats, Floats]:
        left = self.left
        low = np.concatenate([left.demand, np.full(self.units + self.zones, -np.inf)]).astype(np.float64)
        high = np.concatenate([np.full(self.cells, np.inf), left.free, left.leave]).astype(np.float64)
        return low, high

    def _first(self) -> None:
        problem = self.left.problem
        low, high = self._bounds()
        none = np.zeros(0, np.int32)
        self.solver.addRows(len(low), low, high, 0, none, none, np.zeros(0))
        cost = np.concatenate([problem.missing_cost, np.full(self.zones, problem.reserve_price)])
        rows = np.concatenate([np.arange(self.cells), self.cells + self.units + np.arange(self.zones)])
        signs = np.concatenate([np.ones(self.cells), -np.ones(self.zones)])
        count = self._slack
        self.solver.addCols(count, cost, np.zeros(count), np.full(count, np.inf), count, np.arange(count, dtype=np.int32), rows.astype(np.int32), signs)

    def adapt(self, left: Residue) -> None:
        """Turn to a problem that differs in demand, units and pairs allowed only; what is known and the basis stay."""
        self.left, self.solved = left, False
        low, high = self._bounds()
        rows = np.arange(len(low), dtype=np.int32)
        self.solver.changeRowsBounds(len(low), rows, low, high)
        banned = np.zeros((left.problem.incidents, left.problem.units), np.bool_)
        banned[left.problem.forbidden[:, 0], left.problem.forbidden[:, 1]] = True
        self.allowed = ~banned[self.at, self.to]
        top = np.where(self.allowed, np.inf, 0.0)
        columns = (self._slack + np.arange(len(self.at))).astype(np.int32)
        self.solver.changeColsBounds(len(columns), columns, np.zeros(len(columns)), top)

    def add(self, at: Indices, to: Indices) -> int:
        """Take in the pairs not yet known; how many were new."""
        codes = np.unique(at * self.left.problem.units + to)
        at, to = codes // self.left.problem.units, codes % self.left.problem.units
        new = ~self.known[at, to]
        at, to = at[new], to[new]
        if len(at):
            self.known[at, to] = True
            cost, start, rows, values = self.columns(at, to)
            count = len(at)
            self.solver.addCols(count, cost, np.zeros(count), np.full(count, np.inf), len(rows), start[:-1].astype(np.int32), rows.astype(np.int32), values)
            self.at, self.to = np.concatenate([self.at, at]), np.concatenate([self.to, to])
            self.allowed = np.concatenate([self.allowed, np.ones(len(at), np.bool_)])
        return len(at)

    def columns(self, at: Indices, to: Indices) -> tuple[Floats, Indices, Indices, Floats]:
        """Cost, starts, rows and values of the pairs' columns."""
        problem = self.left.problem
        start, cells = pricing.counted(self.left.pairs, at, to, problem.capabilities)
        starts = start + 2 * np.arange(len(start))
        rows = np.empty(starts[-1], np.int64)
        rows[np.repeat(2 * np.arange(len(at)), np.diff(start)) + np.arange(len(cells))] = cells
        rows[starts[1:] - 2] = self.cells + to
        rows[starts[1:] - 1] = self.cells + self.units + problem.zone[to]
        cost = problem.weight[at] * problem.seconds[at, to].astype(np.float64)
        return cost, starts, rows, np.ones(len(rows))

    def solve(self, seconds: float, watch: Callable[[], bool]) -> bool:
        """Solve within the time; false when it was not enough, or the watch, asked ten times a second, said stop."""
        asked = time.monotonic()

        def look(event: Any) -> None:
            nonlocal asked
            if time.monotonic() - asked > LOOK_SECONDS:
                asked = time.monotonic()
                if not watch():
                    event.interrupt()

        self.solver.setOptionValue("time_limit", self.solver.getRunTime() + max(0.01, seconds))
        self.solver.cbSimplexInterrupt.subscribe(look)
        try:
            self.solver.run()
        finally:
            self.solver.cbSimplexInterrupt.unsubscribe(look)
        self.solved = bool(self.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal)
        if self.solved:
            self.objective = float(self.solver.getInfo().objective_function_value) + self.left.way
            self._solution = self.solver.getSolution()
        return self.solved

    def duals(self) -> tuple[Floats, Floats, Floats]:
        """Values of cells, prices of units, prices of zones (all >= 0 but for tolerance)."""
        dual = np.asarray(self._solution.row_dual)
        value, price, zone = np.split(dual, [self.cells, self.cells + self.units])
        return np.maximum(0.0, value), np.maximum(0.0, -price), np.maximum(0.0, -zone)

    def shares(self) -> Floats:
        """How much of each pair the programme takes."""
        taken = np.asarray(self._solution.col_value)[self._slack :]
        return np.concatenate([taken, np.zeros(len(self.at) - len(taken))])
