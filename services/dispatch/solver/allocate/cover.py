"""The cover model: column generation over all pairs to a proven bound, then whole units.

Guaranteed: `bound` lies below every allocation (it is recomputed from all pairs, without trust in the linear solver), for least crews and last
arrivals too, since leaving their rows out only relaxes. Where few pairs can be part of anything better, they are decided as a whole, and the
integer solver's own bound counts. What is sent satisfies pins, exclusions and windows; a crew below its least counts as nobody. Not guaranteed:
that the allocation is the best one; `gap` says how far it can be off at most. With last arrivals the gap overstates.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from services.dispatch.solver.allocate import bids, greedy, neighbourhoods, pricing, rounding
from services.dispatch.solver.allocate.flow import Flow
from services.dispatch.solver.allocate.master import Master
from services.dispatch.solver.allocate.outcome import Outcome, trimmed
from services.dispatch.solver.allocate.problem import Floats, Indices, Problem

START_PER_INCIDENT = 6
PRICED_PER_INCIDENT = 15
"""Pairs taken in per incident at the start and in each round: measured at 2,000 x 5,000, fewer cost rounds, more cost pivots."""

FIRST_SHARES = (0.25, 0.35, 0.5)
"""Shares of the slot model's values tried for a first bound: a unit that counts twice is worth less per cell."""

LEAST_WORTH = 0.5
"""Weighted seconds below which a pair is not worth taking in; the bound does not rest on it."""

CLOSE = 5e-5
"""Share of the bound at which the linear programme is near enough."""

NEAR = 0.02
"""Share of the bound within which an unfinished programme is worth rounding when the time is up."""

ROUNDING_SECONDS = 2.0
IMPROVING_COLD, IMPROVING_WARM = 2.0, 0.4
"""Most seconds for the first integer programme, and for its improvement."""

CARRIED_GAP = 0.005
"""Share of the bound within which the last allocation, mended where it must be, is not rounded afresh."""

EXHAUSTED_PER_INCIDENT, EXHAUSTED_COLD, EXHAUSTED_WARM = 200, 9000, 4500
"""Pairs up to which all that could still better the answer are decided at once."""

EXHAUSTING_COLD, EXHAUSTING_WARM = 1.2, 0.8
"""Most seconds for that."""

BOUND_SLACK = 1e-7
"""Share taken off the integer solver's bound for its tolerances."""

WANTED_GAP, ENOUGH_GAP = 0.001, 0.0025
"""Improvement stops at the first; above the second all that matters is decided at once where it is few, and if it is too much for the first, for the second."""

Report = Callable[[str, float, float], bool]


@dataclass(slots=True)
class State:
    """What a re-solve starts from."""

    master: Master
    value: Floats
    price: Floats
    zone_price: Floats
    at: Indices
    to: Indices


@dataclass(frozen=True, slots=True)
class Covered:
    """An allocation of the cover model with its proof."""

    outcome: Outcome
    bound: float
    state: State
    rounds: int
    complete: bool


class Cover:
    """One run of the cover model: a clock, a report to whoever watches, and the best found so far."""

    def __init__(self, problem: Problem, deadline: float, report: Report) -> None:
        """`deadline` on the monotonic clock; `report(stage, objective, bound)` may return False to stop."""
        self.problem, self.deadline, self.report = problem, deadline, report
        self.bound = -np.inf
        self.best: Outcome | None = None
        self.rounds = 0
        self.stopped = self.near = False
        self.improving, self.exhausting, self.most_pairs = IMPROVING_COLD, EXHAUSTING_COLD, EXHAUSTED_COLD

    def _left(self) -> float:
        return self.deadline - time.monotonic()

    def _go_on(self, stage: str) -> bool:
        objective = self.best.objective if self.best else np.inf
        if not self.report(stage, objective, self.bound) or self._left() <= 0:
            self.stopped = True
        return not self.stopped

    def cold(self) -> Covered:
        """From nothing: the slot model gives the first allocation and the first prices."""
        left = pricing.residue(self.problem)
        flow = Flow(self.problem)
        if not flow.solve(lambda: self._go_on("slots")):
            bids.stopgap(flow.net)
        worth, price, scale = flow.prices()
        sent = np.flatnonzero((flow.net.cell_of >= 0) & (flow.net.cell_of < self.problem.cells) & left.free)
        at = self.problem.cell_incident[flow.net.cell_of[sent]]
        self._offer(trimmed(self.problem, np.concatenate([self.problem.pinned[:, 0], at]), np.concatenate([self.problem.pinned[:, 1], sent])))
        value, price_now = worth[: self.problem.cells] / scale, price / scale
        zone_price = np.maximum(0.0, worth[self.problem.cells :] / scale)
        for share in FIRST_SHARES:
            self._prove(left, share * value, 0.5 * zone_price)
        if self.deadline < np.inf and self._left() > 0:
            self._offer(greedy.greedy(self.problem))
        master = Master(left)
        master.add(at, sent)
        if not self.stopped:
            master.add(*pricing.attractive(left.pairs, value, price_now, START_PER_INCIDENT, -np.inf))
        return self._finish(State(master, value, price_now, zone_price, self.problem.pinned[:, 0], self.problem.pinned[:, 1]))

    def warm(self, state: State) -> Covered:
        """After a change of demand, units, pins or exclusions: the known pairs and the basis stay."""
        left = pricing.residue(self.problem)
        state.master.adapt(left)
        self.improving, self.exhausting, self.most_pairs = IMPROVING_WARM, EXHAUSTING_WARM, EXHAUSTED_WARM
        self._offer(self._carried(left, state))
        self._prove(left, state.value, state.zone_price)
        return self._finish(state)

    def _carried(self, left: pricing.Residue, state: State) -> Outcome:
        """What of the last allocation is still allowed."""
        problem = self.problem
        banned = np.isin(state.at * problem.units + state.to, problem.forbidden[:, 0] * problem.units + problem.forbidden[:, 1])
        still = left.free[state.to] & ~banned & (problem.seconds[state.at, state.to] <= problem.max_seconds)
        return trimmed(problem, np.concatenate([problem.pinned[:, 0], state.at[still]]), np.concatenate([problem.pinned[:, 1], state.to[still]]))

    def _offer(self, outcome: Outcome | None) -> None:
        if outcome is not None and (self.best is None or outcome.objective < self.best.objective):
            self.best = outcome

    def _prove(self, left: pricing.Residue, value: Floats, zone_price: Floats) -> None:
        self.bound = max(self.bound, pricing.lower_bound(left, value, zone_price))

    def _finish(self, state: State) -> Covered:
        if self._go_on("programme"):
            self._generate(state)
        if self.rounds and (not self.stopped or self.near):
            self._round(state)
        if self.best is None:
            raise RuntimeError("no allocation was offered")
        state.at, state.to = self.best.at, self.best.to
        return Covered(self.best, min(self.bound, self.best.objective), state, self.rounds, not self.stopped)

    def _generate(self, state: State) -> None:
        """Solve over the known pairs, price all pairs, take in the good ones, until none is left or the bound is met."""
        master = state.master
        while True:
            if not master.solve(self._left(), lambda: self._go_on("programme")):
                self.stopped = True
                return
            self.rounds += 1
            reached = master.objective
            state.value, state.price, state.zone_price = master.duals()
            self._prove(master.left, state.value, state.zone_price)
            self.near = reached - self.bound <= NEAR * abs(self.bound)
            if reached - self.bound <= CLOSE * abs(self.bound) or not self._go_on("programme"):
                return
            price = state.price + state.zone_price[self.problem.zone]
            if not master.add(*pricing.attractive(master.left.pairs, state.value, price, PRICED_PER_INCIDENT, LEAST_WORTH)):
                return

    def _round(self, state: State) -> None:
        """Whole units: what is whole is kept and the rest decided; then neighbourhoods of what the bound says was lost are decided anew."""
        master = state.master
        fixed = rounding.kept(master, master.shares())
        everything = np.ones(len(master.at), np.bool_)
        if self.best is None or self.best.objective - self.bound > CARRIED_GAP * abs(self.bound):
            seconds = min(ROUNDING_SECONDS, max(0.3, self._left()))
            self._offer(rounding.round_off(master, fixed, everything, seconds, 0.1 * WANTED_GAP * abs(self.bound)))
        if self.best is None or not self._go_on("whole units"):
            return
        asked = self.best if self.best.objective - self.bound > ENOUGH_GAP * abs(self.bound) else None
        decided = asked is not None and self._exhaust(state)
        until = min(self.deadline, time.monotonic() + self.improving)
        search = neighbourhoods.Search(
            master, rounding.reduced_costs(master, state.value, state.price, state.zone_price), (state.value, state.price), self.best
        )
        while search.best.objective - self.bound > WANTED_GAP * abs(self.bound) and time.monotonic() < until:
            if not search.step(self.bound, until - time.monotonic()):
                break
            self._offer(search.best)
            if not self._go_on("whole units"):
                return
        if not decided and self.best is not asked:  # too many pairs for the same plan are too many again
            self._exhaust(state)

    def _exhaust(self, state: State) -> bool:
        """Where few pairs are left that could matter, decide all of them at once; false when they are too many.

        With any pair whose reduced cost exceeds `far` an allocation costs `far` above the bound of these duals: as good a bound as is wanted, so that
        only the pairs below it have to be decided.
        """
        master, problem = state.master, self.problem
        if self.best is None or self.best.objective - self.bound <= WANTED_GAP * abs(self.bound):
            return True
        proven = pricing.lower_bound(master.left, state.value, state.zone_price)
        price = state.price + state.zone_price[problem.zone]
        for wanted in (0.8 * WANTED_GAP, ENOUGH_GAP):
            far = self.best.objective - wanted * abs(self.bound) - proven
            if far <= 0:
                break
            at, to = pricing.attractive(master.left.pairs, state.value, price, EXHAUSTED_PER_INCIDENT, -far - 1.0)
            if len(at) <= self.most_pairs and np.bincount(at, minlength=1).max() < EXHAUSTED_PER_INCIDENT:
                self._decide(at, to, master, proven + far)
                return True
        return False

    def _decide(self, at: Indices, to: Indices, master: Master, without: float) -> None:
        """The best of these pairs; with any other an allocation costs `without` at least."""
        master.add(at, to)
        within = np.zeros_like(master.known)
        within[at, to] = True
        seconds = min(self.exhausting, max(0.1, self._left()))
        outcome, bound = rounding.decided(master, within[master.at, master.to], seconds, 0.1 * WANTED_GAP * abs(self.bound))
        self._offer(outcome)
        if self.best is not None:
            self.bound = max(self.bound, min(bound - BOUND_SLACK * abs(bound), without, self.best.objective))


def solve(problem: Problem, *, state: State | None = None, deadline_s: float = np.inf, report: Report | None = None) -> Covered:
    """Solve the cover model within the seconds; a `state` of an earlier answer must stand for the same units, cells and times."""
    run = Cover(problem, time.monotonic() + deadline_s, report or _silent)
    return run.cold() if state is None else run.warm(state)


def _silent(_stage: str, _objective: float, _bound: float) -> bool:
    return True
