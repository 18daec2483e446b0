"""The slot model with least crews and last arrivals, solved to a proven optimum where the time allows.

The flow gives a first allocation and the arcs near it. Columns are generated until no arc of all there are could lower the linear programme, which then
bounds every allocation. With an arc whose reduced cost exceeds what the best known allocation lies above that bound none is better: what is left is
decided whole. Where that is too much at once, the cheaper part is decided first, and the answer carries the bound of what was proven.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from services.dispatch.solver.allocate.crews import Arcs, Programme
from services.dispatch.solver.allocate.outcome import Outcome
from services.dispatch.solver.allocate.problem import Floats, Indices, Problem

START_PER_CELL, START_OF_TEAM, PRICED_PER_CELL = 5, 12, 15
"""Arcs of a cell taken in at the start, of one of a team, and in each round."""

LEAST_WORTH = 1e-3
"""Weighted seconds below which an arc is not worth taking in; the bound does not rest on it."""

GAINED = 0.01
"""Share of the gap that a round of cuts must close, else they end."""

FIRST, GROWTH = 1_500, 4
"""Arcs decided at once at first, and how many times more at each next try."""

SLACK = 1e-9
"""Share taken off a bound for the solver's tolerances."""

EXACT = 1e-7
"""Share of the objective within which bound and objective are the same."""

SHARE = 0.25
"""Of the time left, what a part of the arcs may take."""

Report = Callable[[str, float, float], bool]


@dataclass(frozen=True, slots=True)
class Start:
    """A first allocation, a bound, and the flow's values of cells and prices of units and zones, in weighted seconds."""

    outcome: Outcome
    bound: float
    cell: Floats
    unit: Floats
    zone: Floats


def asked(problem: Problem) -> bool:
    """Something is asked for that the flow does not know."""
    wanted = np.bincount(problem.cell_incident, problem.cell_demand, problem.incidents)
    return bool((np.minimum(problem.min_crew, problem.cell_demand) > 1).any() or ((problem.last_arrival > 0) & (wanted > 0)).any())


class Search:
    """One run: the best so far and its bound."""

    def __init__(self, problem: Problem, start: Start, deadline: float, report: Report) -> None:
        self.best, self.bound, self.deadline, self.report = start.outcome, start.bound, deadline, report
        self.problem = problem
        arcs = Arcs.of(problem)
        near = arcs.cost - start.cell[arcs.cell] + start.unit[arcs.unit] + ~arcs.pinned * start.zone[problem.zone[arcs.unit]]
        team = (problem.last_arrival[problem.cell_incident] > 0) | (problem.min_crew > 1)
        self.first = _cheapest(arcs, near, np.where(team, START_OF_TEAM, START_PER_CELL), np.inf)
        self.programme = Programme(problem, arcs, self.first)
        self.stopped, self.linear = False, -np.inf
        self.cost = self.programme.arcs.cost
        """What each arc costs at least beyond `linear`"""

    def run(self) -> tuple[Outcome, float, bool]:
        """The best allocation, its bound, and whether nothing was cut short."""
        self.programme.add(self.first)
        self.programme.add(self._of(self.best))
        self._generate()
        if self.linear > -np.inf:
            self._decide(self.cost)
        return self.best, min(self.bound, self.best.objective), not self.stopped

    def _left(self) -> float:
        return self.deadline - time.monotonic()

    def _go_on(self, stage: str) -> bool:
        if not self.report(stage, self.best.objective, self.bound) or self._left() <= 0:
            self.stopped = True
        return not self.stopped

    def _done(self) -> bool:
        return self.best.objective - self.bound <= EXACT * abs(self.best.objective)

    def _of(self, outcome: Outcome) -> Indices:
        arcs, filled = self.programme.arcs, outcome.slot >= 0
        names = outcome.slot[filled] * self.problem.units + outcome.to[filled]
        return np.flatnonzero(np.isin(arcs.cell * self.problem.units + arcs.unit, names))

    def _generate(self) -> None:
        """Columns until none of all arcs lowers the programme; the bound holds for every allocation from the first round on."""
        programme, before = self.programme, -np.inf
        while self._go_on("programme"):
            found = programme.relax(self._left(), lambda: self._go_on("programme"))
            if found is None:
                self.stopped = True
                break
            cost = programme.reduced(found)
            unknown = np.where(programme.is_known, 0.0, cost)
            worst = np.zeros(self.problem.units)
            np.minimum.at(worst, programme.arcs.unit, unknown)
            proven = programme.objective + float(worst.sum())
            proven -= SLACK * abs(proven)
            if proven > self.linear:
                self.linear, self.cost, self.bound = proven, cost, max(self.bound, proven)
            if self._done():
                break
            if not programme.add(_cheapest(programme.arcs, unknown, np.full(self.problem.cells, PRICED_PER_CELL), -LEAST_WORTH)):
                gained, before = programme.objective - before, programme.objective
                if gained < GAINED * (self.best.objective - self.bound) or not programme.cut():
                    break

    def _decide(self, cost: Floats) -> None:
        """Decide the arcs that could matter, the cheaper part first where they are many; if that takes too long, a larger part once more."""
        programme, linear, most, far_enough = self.programme, self.linear, FIRST, np.inf
        while not self._done() and self._go_on("whole units"):
            far = self.best.objective - linear
            matter = np.flatnonzero(cost <= far)
            everything = len(matter) <= most
            if not everything:
                far = float(np.partition(cost[matter], most)[most])
                matter = matter[cost[matter] < far]
            programme.add(matter)
            mine = np.isin(programme.known, matter) | np.isin(programme.known, self._of(self.best))
            last = everything or most >= far_enough
            outcome, bound = programme.decide(mine, self.best, self._left() * (1.0 if last else SHARE), self._watch)
            if outcome is not None and outcome.objective < self.best.objective:
                self.best = outcome
            bound -= SLACK * abs(bound)
            self.bound = max(self.bound, min(bound, self.best.objective) if everything else min(bound, linear + far))
            if last:
                break
            far_enough = np.inf if bound >= self.best.objective - EXACT * abs(self.best.objective) else most * GROWTH
            most *= GROWTH
        self.stopped = self.stopped or not self._done()

    def _watch(self, _objective: float, _bound: float) -> bool:
        return self._go_on("whole units")


def _cheapest(arcs: Arcs, cost: Floats, each: Indices, below: float) -> Indices:
    """Of every cell so many arcs, the cheapest first."""
    which = np.flatnonzero(cost < below)
    order = which[np.lexsort((cost[which], arcs.cell[which]))]
    begin = np.searchsorted(arcs.cell[order], arcs.cell[order], side="left")
    return np.asarray(order[np.arange(len(order)) - begin < each[arcs.cell[order]]])


def solve(problem: Problem, start: Start, deadline_s: float, report: Report) -> tuple[Outcome, float, bool]:
    """The best allocation found, a bound below every one, and whether it is proven (else the time, or the size, cut it short)."""
    return Search(problem, start, time.monotonic() + deadline_s, report).run()
