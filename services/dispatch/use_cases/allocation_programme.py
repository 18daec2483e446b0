"""The wave in amounts as one programme: the bound that no plan beats, and where little is left to decide, the best plan. Pure arrays.

The linear relaxation is solved over the pairs of unit and place known so far, which grow by those that its prices make worth while. For values v of
needs (weighted seconds an amount) and prices n of zones a unit is worth gain - way - n at a place, gain being v x what it brings there of each need, and

    bound = sum open x v - sum over units of max(0, best worth) - sum over zones n x units that may leave + what is settled

lies below every plan, whatever v and n are: it does not trust the linear solver. A pair whose worth lies further below the unit's best than the plan
above the bound is in no better plan. What is left is decided in whole units, crews and whole needs included.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from services.dispatch.solver.allocate.master import quiet
from services.dispatch.use_cases.allocation_amounts import Floats, Longs, Plan, Wave
from services.dispatch.use_cases.allocation_settled import Settled
from services.dispatch.use_cases.allocation_whole import Search, WholeUnits

FIRST, TAKEN = 8, 15
"""Pairs of a place known at first (the nearest), and taken in with each turn at most."""

TURNS = 60
CLOSE, ENOUGH = 5e-5, 1e-5
"""Shares of the bound at which the relaxation is near enough, and at which nothing is left to decide."""

FEW_PAIRS, MOST_PAIRS = 1500, 6000
"""Pairs that are decided at once in all the time there is, and that are at most."""

ALL_SHARE = 0.6
"""Share of the time left for deciding more than few at once; the rest is for neighbourhoods."""

SLACK = 1e-7
"""Share taken off the integer solver's bound for its tolerances."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A bound on the cost of every plan, and the best plan that was found."""

    bound: float
    plan: Plan


class Programme:
    """One run: the relaxation that grows, the best bound so far, and the prices it came from."""

    def __init__(self, wave: Wave, deadline: float) -> None:
        """`deadline` on the monotonic clock."""
        self.wave, self.deadline, self.left = wave, deadline, Settled(wave)
        self.value, self.zone_price = np.zeros(len(wave.needs)), np.zeros(len(wave.reserve))
        self.best_worth = np.zeros(len(wave.brings))
        self.bound = -np.inf
        self.place: Longs = np.zeros(0, np.int64)
        self.at: Longs = np.zeros(0, np.int64)
        """known pairs: the place, and which of its units"""
        self._known = [np.zeros(len(each.units), np.bool_) for each in self.left.places]
        self._solver = self._rows()

    def run(self, value: Floats, plan: Plan) -> Answer:
        """From first values of needs and a plan that is to be beaten."""
        self._prove(value, self.zone_price)
        self._take(plan)
        self._nearest()
        for _ in range(TURNS):
            reached = self._relaxed()
            if reached is None:
                break
            if reached - self.bound <= CLOSE * abs(self.bound) or not self._grow():
                break
        return self._decided(plan)

    def _rows(self) -> Any:
        """Needs (met + missing >= open), units (one place), zones (sent - short <= may leave), and the columns of what is missing and short."""
        wave, left = self.wave, self.left
        solver, none = quiet(solver="simplex", presolve="off"), np.zeros(0, np.int32)
        needs, units, zones = len(wave.needs), len(wave.brings), len(wave.reserve)
        low = np.concatenate([left.demand, np.full(units + zones, -np.inf)]).astype(np.float64)
        high = np.concatenate([np.full(needs, np.inf), np.ones(units), left.leave]).astype(np.float64)
        solver.addRows(len(low), low, high, 0, none, none, np.zeros(0))
        count = needs + zones
        cost = np.concatenate([left.price, np.full(zones, wave.reserve_price)])
        rows = np.concatenate([np.arange(needs), needs + units + np.arange(zones)]).astype(np.int32)
        signs = np.concatenate([np.ones(needs), -np.ones(zones)])
        solver.addCols(count, cost, np.zeros(count), np.full(count, np.inf), count, np.arange(count, dtype=np.int32), rows, signs)
        return solver

    def _column(self, place: int, index: int) -> tuple[list[int], list[float]]:
        """Rows and values of one pair."""
        each, wave = self.left.places[place], self.wave
        unit, first = int(each.units[index]), len(wave.needs)
        rows, values = [*each.needs, first + unit], [*each.brings[:, index].tolist(), 1.0]
        if wave.held[unit] < 0:
            rows, values = [*rows, first + len(wave.brings) + int(wave.zone[unit])], [*values, 1.0]
        return rows, values

    def _add(self, place: int, chosen: Longs) -> int:
        """Take pairs of a place in; how many were new."""
        new = chosen[~self._known[place][chosen]]
        if len(new):
            self._known[place][new] = True
            self.place, self.at = np.concatenate([self.place, np.full(len(new), place)]), np.concatenate([self.at, new])
        return len(new)

    def _push(self, pairs: slice) -> None:
        """Give the solver the columns of newly known pairs."""
        columns = [self._column(place, index) for place, index in zip(self.place[pairs].tolist(), self.at[pairs].tolist(), strict=True)]
        sizes = np.array([len(rows) for rows, _ in columns], np.int64)
        cost = np.array([self.left.places[place].cost[index] for place, index in zip(self.place[pairs].tolist(), self.at[pairs].tolist(), strict=True)])
        rows, values = np.concatenate([rows for rows, _ in columns]), np.concatenate([values for _, values in columns])
        starts, count = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32), len(columns)
        self._solver.addCols(count, cost, np.zeros(count), np.full(count, np.inf), len(rows), starts, rows.astype(np.int32), values)

    def _take(self, plan: Plan) -> None:
        """Know the pairs of a plan."""
        for place, units in enumerate(plan.there):
            self._add(place, np.flatnonzero(np.isin(self.left.places[place].units, units)))

    def _nearest(self) -> None:
        for place, each in enumerate(self.left.places):
            self._add(place, np.argsort(each.cost, kind="stable")[:FIRST])
        if len(self.at):
            self._push(slice(None))

    def _relaxed(self) -> float | None:
        """Solve over the known pairs and prove with its prices; what it costs, or None when the time was not enough."""
        seconds = self.deadline - time.monotonic()
        if seconds <= 0:
            return None
        self._solver.setOptionValue("time_limit", self._solver.getRunTime() + max(0.01, seconds))
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        value, _, zone = np.split(np.asarray(self._solver.getSolution().row_dual), [len(self.wave.needs), len(self.wave.needs) + len(self.wave.brings)])
        self._prove(np.maximum(0.0, value), np.maximum(0.0, -zone))
        return float(self._solver.getInfo().objective_function_value) + self.left.known

    def _worth(self, place: int, value: Floats, zone_price: Floats) -> Floats:
        """What each unit of a place is worth there."""
        each, wave = self.left.places[place], self.wave
        paid = np.where(wave.held[each.units] < 0, zone_price[wave.zone[each.units]], 0.0)
        return np.asarray(value[each.needs] @ each.brings - each.cost - paid, np.float64)

    def _prove(self, value: Floats, zone_price: Floats) -> None:
        """The bound of these values and prices, clipped to what they may be; kept with them when it is the best so far."""
        left = self.left
        value = np.where(left.hopeless, 0.0, np.clip(value, 0.0, left.price))
        zone_price = np.clip(zone_price, 0.0, self.wave.reserve_price)
        best = np.zeros(len(self.wave.brings))
        for place, each in enumerate(left.places):
            if len(each.units):
                best[each.units] = np.maximum(best[each.units], self._worth(place, value, zone_price))
        bound = float((left.demand * value).sum() - best.sum() - (zone_price * left.leave).sum()) + left.known
        if bound > self.bound:
            self.bound, self.value, self.zone_price, self.best_worth = bound, value, zone_price, best

    def _grow(self) -> bool:
        """Take in, of each place, the pairs most worth while at the prices of the relaxation; False when there is none."""
        before = len(self.at)
        dual = np.asarray(self._solver.getSolution().row_dual)
        needs, units = len(self.wave.needs), len(self.wave.brings)
        value, price, zone = np.maximum(0.0, dual[:needs]), np.maximum(0.0, -dual[needs : needs + units]), np.maximum(0.0, -dual[needs + units :])
        for place, each in enumerate(self.left.places):
            if len(each.units):
                beyond = self._worth(place, value, zone) - price[each.units]
                beyond[self._known[place]] = 0.0
                chosen = np.argsort(-beyond, kind="stable")[:TAKEN]
                self._add(place, chosen[beyond[chosen] > 1e-3])
        if len(self.at) > before:
            self._push(slice(before, None))
        return len(self.at) > before

    def _decided(self, plan: Plan) -> Answer:
        """Whole units: all pairs that could be in a better plan, as far as they are few; then, while that proves nothing, neighbourhoods of the best plan."""
        off = [self.best_worth[each.units] - self._worth(place, self.value, self.zone_price) for place, each in enumerate(self.left.places)]
        far, count = self._matter(off, plan.objective())
        left = self.deadline - time.monotonic()
        if left > 0 and far > ENOUGH * abs(plan.objective()) and off:
            place = np.concatenate([np.full(int((each <= far).sum()), number, np.int64) for number, each in enumerate(off)])
            at = np.concatenate([np.flatnonzero(each <= far) for each in off])
            whole = WholeUnits(self.left, place, at, range(len(off)), self.left.leave)
            chosen, below = whole.best(left if count <= FEW_PAIRS else ALL_SHARE * left)
            self.bound = max(self.bound, min(below - SLACK * abs(below), self.bound + far))
            if chosen is not None:
                pairs = zip(place[chosen].tolist(), at[chosen].tolist(), strict=True)
                plan = min(plan, Plan(self.wave, [(int(self.left.places[where].units[index]), where) for where, index in pairs]), key=Plan.objective)
            if plan.objective() - self.bound > ENOUGH * abs(plan.objective()):
                plan = Search(self.left, off, plan).run(self.deadline)
        return Answer(min(self.bound, plan.objective()), plan)

    def _matter(self, off: Sequence[Floats], cost: float) -> tuple[float, int]:
        """How far below its best a pair may lie that is decided, at most so many of them, and how many those are."""
        every = np.sort(np.concatenate([*off, np.zeros(0)]))
        far = min(cost - self.bound, float(every[MOST_PAIRS]) if len(every) > MOST_PAIRS else np.inf)
        return far, int(np.searchsorted(every, far, side="right"))
