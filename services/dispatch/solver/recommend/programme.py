"""Needs too large for the exact table (two hundred people of five trades) as a mixed-integer programme, solved by HiGHS within a time.

One column for each way to use a unit: it goes (covering), or it goes for one need (slots). Coverage lost in a zone is convex in how many crews leave it
(cover.py, 1), so a column for each further crew that leaves, at its own price, is exact: the cheapest are used first. First the least that can be missing is
found, then the least cost of missing no more. The solver's own bound stands beside what it found, so that an answer cut by time carries its proven gap.

Without weight of coverage only the T(p) + 1 cheapest units of each profile have columns: they contain an optimum, whichever single unit is left out
(cover.py, 2).
"""

import time
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, vstack

from services.dispatch.solver.recommend.cover import Floats, Longs
from services.dispatch.solver.recommend.reasons import Case


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Units and the needs they serve (0 when covering), a proven bound of the cost of sets that miss no more, and whether missing and cost are proven."""

    units: Longs
    ways: Longs
    bound: float
    least_missing: bool
    least_cost: bool


class Rows:
    """Constraints as they are put together."""

    def __init__(self) -> None:
        self.entries: list[tuple[Longs, Longs, Floats]] = []
        self.low: list[Floats] = []
        self.high: list[Floats] = []
        self.count = 0

    def add(self, row: NDArray[np.int64], column: NDArray[np.int64], value: NDArray[np.float64], low: Floats, high: Floats) -> None:
        """Rows by entries; rows are numbered from 0 here."""
        self.entries.append((row + self.count, column, value))
        self.low.append(low)
        self.high.append(high)
        self.count += len(low)

    def made(self, columns: int, more: tuple[tuple[Floats, float], ...]) -> LinearConstraint:
        """All of them, and dense rows with an upper limit beside."""
        row, column, value = (np.concatenate(part) for part in zip(*self.entries, strict=True))
        matrix = csr_array(coo_array((value, (row, column)), shape=(self.count, columns)))
        low, high = np.concatenate([*self.low, np.full(len(more), -np.inf)]), np.concatenate([*self.high, [limit for _, limit in more]])
        return LinearConstraint(vstack([matrix, *(csr_array(dense[None, :]) for dense, _ in more)], format="csr") if more else matrix, low, high)


class Programme:
    """The programme of one question, asked again with units left out for other sets."""

    def __init__(self, case: Case, units: Longs, brings: Longs, own: Floats) -> None:
        self.case = case
        kept = np.arange(len(units)) if case.weight > 0 else _enough(brings, own, case)
        place, self.way = _columns(brings[kept], case.seconds[units[kept]], case)
        self.unit, self.at = units[kept[place]], place
        self.seconds = case.seconds[self.unit]
        self.brings = brings[kept[place]]
        self.uses, needs = len(place), len(case.needs)
        self.short = self.uses + np.arange(needs)
        self.last = self.uses + needs
        self.columns = self.last + 1
        self.whole: NDArray[np.bool_] = np.array([need.whole for need in case.needs], dtype=np.bool_)
        self.rows = Rows()
        self.cost = np.zeros(self.columns)
        self.cost[: self.uses], self.cost[self.last] = case.alpha * self.seconds, case.beta
        self.high = np.concatenate((np.ones(self.uses), np.where(self.whole, 1.0, case.amount), [np.inf]))
        self.kinds = np.concatenate((np.ones(self.uses), np.where(self.whole, 1.0, 0.0), [0.0]))
        self._needs()
        if case.weight > 0:
            self._coverage()
        self.low = np.zeros(self.columns)
        self.missing = np.zeros(self.columns)
        self.missing[self.short] = np.where(self.whole, case.amount, 1.0)

    def _needs(self) -> None:
        """What is brought and what is short make the amount (a whole one: or all of it is short); one way for a unit; nobody comes after the last."""
        case, some = self.case, np.arange(self.uses)
        for need in range(len(case.needs)):
            serving = np.flatnonzero((self.brings[:, need] > 0) & ((self.way == need) if case.slots else np.True_))
            amount = float(case.amount[need])
            values = np.append(self.brings[serving, need].astype(np.float64), amount if self.whole[need] else 1.0)
            column = np.append(serving, self.short[need])
            self.rows.add(np.zeros(len(column), np.int64), column, values / max(amount, 1.0), np.array([min(amount, 1.0)]), np.array([np.inf]))
        if case.slots and self.uses:
            size = int(self.at.max()) + 1
            self.rows.add(self.at, some, np.ones(self.uses), np.full(size, -np.inf), np.ones(size))
        if case.beta > 0 and self.uses:
            row, column = np.concatenate((some, some)), np.concatenate((some, np.full(self.uses, self.last)))
            values = np.concatenate((-self.seconds, np.ones(self.uses)))
            self.rows.add(row, column, values, np.zeros(self.uses), np.full(self.uses, np.inf))

    def _coverage(self) -> None:
        """Columns for crews that leave a zone, one after another, each at its price."""
        case, held = self.case, self.case.units
        for zone, capability in np.argwhere((case.demand > 0) & (case.crew > 0)):
            holders = held.holders[held.start_of[capability] : held.start_of[capability + 1]]
            leaving = np.flatnonzero((held.zone[self.unit] == zone) & np.isin(self.unit, holders))
            if not len(leaving):
                continue
            crews = int(case.crew[zone, capability])
            steps = min(crews, len(np.unique(self.unit[leaving])))
            price = case.weight * case.demand[zone, capability] * (1 - case.busy) * np.power(case.busy, crews - 1.0 - np.arange(steps))
            fresh = self.columns + np.arange(steps)
            self.columns += steps
            self.cost, self.high = np.concatenate((self.cost, price)), np.concatenate((self.high, np.ones(steps)))
            self.kinds = np.concatenate((self.kinds, np.zeros(steps)))
            values = np.concatenate((np.ones(len(leaving)), -np.ones(steps)))
            column = np.concatenate((leaving, fresh))
            self.rows.add(np.zeros(len(column), np.int64), column, values, np.zeros(1), np.zeros(1))

    def solve(self, lacks: Longs, until: float) -> Choice | None:
        """The best set; with `lacks` one that lacks at least one of these units. None when none is found until then (of the monotonic clock)."""
        if not self.uses:
            return Choice(self.unit, self.way, 0.0, least_missing=True, least_cost=True)
        cut: tuple[tuple[Floats, float], ...] = ()
        if len(lacks):
            row = np.zeros(self.columns)
            row[: self.uses] = np.isin(self.unit, lacks)
            cut = ((row, len(lacks) - 1.0),)
        least, surely = 0.0, True
        if self.case.slots or len(lacks):
            first = self._asked(self.missing, cut, until)
            if first is None:
                return None
            x, bound = first
            least = float(np.rint(self.missing @ x))
            surely = bound > least - 1
        self.low[self.last] = self._soonest() if least == 0 else 0.0
        found = self._asked(self.cost, (*cut, (self.missing, least + 0.5)), until)
        if found is None:
            return None
        x, bound = found
        goes = np.flatnonzero(x[: self.uses] > 0.5)
        return Choice(self.unit[goes], self.way[goes], bound, surely, float(self.cost @ x) - bound <= 1e-5 + 1e-6 * abs(bound))

    def _without_idle(self, goes: Longs) -> Longs:
        """Less those who go for nothing: a unit that is on the scene already costs nothing and may be among them."""
        brought = self.brings[goes] * ((self.way[goes, None] == np.arange(len(self.case.needs))) if self.case.slots else 1)
        spare, stays = brought.sum(axis=0) - self.case.amount, np.ones(len(goes), dtype=np.bool_)
        for place in np.argsort(-self.seconds[goes], kind="stable"):
            if ((brought[place] == 0) | (spare >= brought[place])).all():
                stays[place] = False
                spare -= brought[place]
        return goes[stays]

    def _soonest(self) -> float:
        """No set that meets every need is there before this: the last of the nearest that bring enough for a need."""
        out = 0.0
        for need in range(len(self.case.needs)):
            first = np.unique(self.unit[self.brings[:, need] > 0], return_index=True)[1]
            serving = np.flatnonzero(self.brings[:, need] > 0)[first]
            serving = serving[np.argsort(self.seconds[serving])]
            enough = np.searchsorted(np.cumsum(self.brings[serving, need]), self.case.amount[need])
            if self.case.amount[need] and enough < len(serving):
                out = max(out, float(self.seconds[serving[enough]]))
        return out

    def _asked(self, cost: Floats, more: tuple[tuple[Floats, float], ...], until: float) -> tuple[Floats, float] | None:
        left = until - time.monotonic()
        if left <= 0:
            return None
        found = milp(
            cost, integrality=self.kinds, bounds=Bounds(self.low, self.high), constraints=self.rows.made(self.columns, more),
            options={"time_limit": left, "mip_rel_gap": 0.0},
        )  # fmt: skip
        if found.x is None:
            return None
        bound = found.mip_dual_bound
        return np.asarray(found.x, np.float64), float(bound) if bound is not None and np.isfinite(bound) else 0.0


def _columns(brings: Longs, seconds: Floats, case: Case) -> tuple[Longs, Longs]:
    """Places and ways of the columns: every unit that brings something, less those that enough nearer ones can stand in for.

    No least set has more units than amounts are wanted, as each of them brings one that no other does. Where more than that many bring as much (of the one
    need that they would serve, with slots) and are no further, one of them is free to go instead; one more may be left out for another set.
    """
    every: Longs = np.asarray(brings > 0 if case.slots else (brings > 0).any(axis=1, keepdims=True), np.int64)
    if case.weight > 0:
        place, way = np.nonzero(every)
        return place, way
    order, most = np.argsort(seconds, kind="stable"), int(case.amount.sum()) + 1
    if not case.slots:
        kept = np.sort(order[_undominated(brings[order], most)])
        return kept, np.zeros(len(kept), np.int64)
    ways = [np.sort(order[_undominated(brings[order, need : need + 1], most)]) for need in range(brings.shape[1])]
    return np.concatenate([*ways, np.zeros(0, np.int64)]), np.repeat(np.arange(len(ways)), [len(way) for way in ways])


@numba.njit(cache=True, nogil=True)
def _undominated(brings: Longs, most: int) -> Longs:
    """Rows that bring something and before which fewer than so many bring at least as much of everything."""
    kept, count = np.empty(len(brings), np.int64), 0
    for row in range(len(brings)):
        before, other = 0, 0
        while other < count and before < most:
            before += (brings[kept[other]] >= brings[row]).all()
            other += 1
        if before < most and brings[row].any():
            kept[count] = row
            count += 1
    return kept[:count].copy()


def _enough(brings: Longs, own: Floats, case: Case) -> Longs:
    """Units of which an optimum can be made, whichever single one is left out: of each profile the T(p) + 1 cheapest."""
    _, line = np.unique(brings, axis=0, return_inverse=True)
    with np.errstate(divide="ignore"):
        times = np.where(brings > 0, -(-case.amount // np.maximum(brings, 1)), 0)
    quota = (times.sum(axis=1) if case.slots else times.max(axis=1, initial=0)) + 1
    order = np.lexsort((own, line))
    begin = np.searchsorted(line[order], np.arange(int(line.max(initial=-1)) + 1))
    place = np.arange(len(order)) - begin[line[order]]
    return np.sort(order[place < quota[order]])
