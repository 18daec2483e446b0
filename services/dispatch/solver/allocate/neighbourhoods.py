"""Improving a whole allocation where the duals say that something was lost.

What an allocation costs above the bound is the sum of losses that can be placed: pairs sent above their worth, cover beyond demand at cells that are worth
something, units missing where the cell is worth less than that, units idle at a price. Around such an incident the incidents that compete for the same units
are decided anew by a small integer programme, all else staying as it is.
"""

import numpy as np

from services.dispatch.solver.allocate import rounding
from services.dispatch.solver.allocate.master import Master
from services.dispatch.solver.allocate.outcome import Outcome
from services.dispatch.solver.allocate.problem import Flags, Floats, Indices

SIZES = (40, 120, 400)
"""Incidents of a neighbourhood; the next size when the smaller have nothing left."""

STEP_SECONDS = 1.0


class Search:
    """Neighbourhoods one after the other, the greatest loss first."""

    def __init__(self, master: Master, beyond: Floats, duals: tuple[Floats, Floats], best: Outcome) -> None:
        """`beyond` known pairs' reduced costs; `duals` values of cells and prices of units."""
        self.master, self.beyond, self.best = master, beyond, best
        self.value, self.price = duals
        self._order = np.argsort(master.at * master.left.problem.units + master.to)
        self._tried: Flags = np.zeros(master.left.problem.incidents, np.bool_)
        self._size = 0

    def step(self, bound: float, seconds: float) -> bool:
        """Decide one neighbourhood anew; false when there is none left to try."""
        loss = np.where(self._tried, 0.0, self._losses())
        gap = self.best.objective - bound
        while loss.max(initial=0.0) <= 1e-3 * gap:
            self._size += 1
            if self._size == len(SIZES):
                return False
            self._tried[:] = False
            loss = self._losses()
            if loss.max(initial=0.0) <= 0:
                return False
        around = self._around(int(np.argmax(loss)), gap)
        sent = self._positions(self.best.at, self.best.to)
        fixed = np.zeros(len(self.beyond), np.bool_)
        fixed[sent] = True
        fixed &= ~around[self.master.at]
        limit = min(seconds, STEP_SECONDS)
        found = rounding.round_off(self.master, fixed, around[self.master.at] & (self.beyond <= gap), limit, 1e-5 * gap)
        if found is not None and found.objective < self.best.objective - 1e-9:
            self.best = found
            self._tried[around] = False
        self._tried[np.argmax(loss)] = True
        if self._size == 0:
            self._tried |= around
        return True

    def _positions(self, at: Indices, to: Indices) -> Indices:
        """Where the pairs stand among the known; pinned pairs, which are not known, fall out."""
        units = self.master.left.problem.units
        free = self.master.left.free[to]
        codes = at[free] * units + to[free]
        known = (self.master.at * units + self.master.to)[self._order]
        return np.asarray(self._order[np.searchsorted(known, codes)])

    def _losses(self) -> Floats:
        """incidents: what the allocation costs there above what the duals allow."""
        problem, best = self.master.left.problem, self.best
        loss = np.zeros(problem.incidents)
        sent = self._positions(best.at, best.to)
        np.add.at(loss, self.master.at[sent], np.maximum(0.0, self.beyond[sent]))
        surplus = np.maximum(0, best.came - problem.cell_demand) * self.value
        missing = (problem.cell_demand - best.covered) * np.maximum(0.0, problem.missing_cost - self.value)
        np.add.at(loss, problem.cell_incident, surplus + missing)
        idle = self.master.left.free.copy()
        idle[best.to] = False
        paid = np.flatnonzero(idle[self.master.to] & (self.price[self.master.to] > 0) & (self.beyond <= 1e-6))
        np.add.at(loss, self.master.at[paid], self.price[self.master.to[paid]])
        return loss

    def _around(self, incident: int, gap: float) -> Flags:
        """The incident and those that compete with it for units, nearest in reduced cost first, up to the size."""
        problem = self.master.left.problem
        chosen = np.zeros(problem.incidents, np.bool_)
        chosen[incident] = True
        serves = np.full(problem.units, -1, np.int64)
        serves[self.best.to] = self.best.at
        near = self.beyond <= 0.2 * gap
        while chosen.sum() < SIZES[self._size]:
            rivals = near & chosen[self.master.at]
            units = np.unique(self.master.to[rivals])
            costs = np.full(problem.units, np.inf)
            np.minimum.at(costs, self.master.to[rivals], self.beyond[rivals])
            units = units[(serves[units] >= 0)]
            units = units[~chosen[serves[units]]]
            wanting = near & np.isin(self.master.to, np.flatnonzero(np.isin(serves, np.flatnonzero(chosen)))) & ~chosen[self.master.at]
            others = np.concatenate([serves[units], self.master.at[wanting]])
            if not len(others):
                break
            cost = np.concatenate([costs[units], self.beyond[wanting]])
            room = SIZES[self._size] - int(chosen.sum())
            chosen[others[np.argsort(cost, kind="stable")][: max(1, room // 2)]] = True
        return chosen
