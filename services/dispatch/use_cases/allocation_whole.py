"""Whole units decided by an integer programme: all pairs that matter at once, or neighbourhoods of a plan one after another. Pure arrays."""

import time
from collections.abc import Sequence
from typing import Any

import highspy
import numpy as np
from scipy.sparse import csr_array

from services.dispatch.solver.allocate.master import quiet
from services.dispatch.use_cases.allocation_amounts import Flags, Floats, Longs, Plan
from services.dispatch.use_cases.allocation_settled import Settled

FEASIBLE, HALF = 2, 0.5
"""HiGHS's word for a feasible point, and what is one of zero and one."""

NEAREST = 25
"""Pairs of a place, best first by reduced cost, among which a neighbourhood is decided."""

SITES, STEP_S, IDLE = 20, 1.0, 60
"""Sites of a neighbourhood, most seconds for one, and after how many without success the search ends."""


class WholeUnits:
    """The cheapest plan of some pairs, each sent or not, with crews, whole needs and last arrivals as they count."""

    def __init__(self, left: Settled, place: Longs, at: Longs, places: Sequence[int], leave: Longs) -> None:
        """Pairs of place and which of its units, to decide for these places; `leave` says how many units may leave each zone before it is short."""
        self.left, self.place, self.at, self.places, self.leave = left, place, at, places, leave
        self.model: Any = quiet(mip_rel_gap=0.0, mip_abs_gap=1e-3)
        for where, index in zip(place.tolist(), at.tolist(), strict=True):
            self._variable(float(left.places[where].cost[index]), 1.0, whole=True)
        self._units()
        self._needs()
        for site in {left.wave.site_of[where] for where in places}:
            if left.wave.together[site] > 0:
                self._last(site)

    def best(self, seconds: float) -> tuple[Longs | None, float]:
        """Which of the pairs, None when the time gave none, and the integer solver's bound."""
        self.model.setOptionValue("time_limit", max(0.05, seconds))
        self.model.run()
        info, values = self.model.getInfo(), np.asarray(self.model.getSolution().col_value)
        found = len(values) >= len(self.at) and info.primal_solution_status == FEASIBLE
        return np.flatnonzero(values[: len(self.at)] > HALF) if found else None, float(info.mip_dual_bound) + self.left.known

    def _variable(self, cost: float, most: float, *, whole: bool = False) -> int:
        column = int(self.model.getNumCol())
        self.model.addVar(0.0, most)
        self.model.changeColCost(column, cost)
        if whole:
            self.model.changeColIntegrality(column, highspy.HighsVarType.kInteger)
        return column

    def _row(self, low: float, high: float, columns: Sequence[int], values: Sequence[float]) -> None:
        self.model.addRow(low, high, len(columns), np.array(columns, np.int32), np.array(values, np.float64))

    def _units(self) -> None:
        """One place each; whoever is short in a zone costs."""
        wave = self.left.wave
        unit = np.array([self.left.places[where].units[index] for where, index in zip(self.place, self.at, strict=True)], np.int64)
        order = np.argsort(unit, kind="stable")
        for mine in np.split(order, np.flatnonzero(np.diff(unit[order])) + 1):
            if len(mine) > 1:
                self._row(-np.inf, 1.0, mine.tolist(), [1.0] * len(mine))
        for zone in np.flatnonzero(wave.reserve > 0).tolist() if wave.reserve_price else ():
            sent = np.flatnonzero((wave.zone[unit] == zone) & (wave.held[unit] < 0)).tolist()
            short = self._variable(wave.reserve_price, np.inf)
            self._row(-np.inf, float(self.leave[zone]), [*sent, short], [*[1.0] * len(sent), -1.0])

    def _needs(self) -> None:
        of_place: dict[int, list[int]] = {}
        for column, where in enumerate(self.place.tolist()):
            of_place.setdefault(where, []).append(column)
        for where in self.places:
            each, columns = self.left.places[where], of_place.get(where, [])
            for row, need in enumerate(each.needs):
                self._need(need, columns, each.brings[row, self.at[columns]], each.counts[row, self.at[columns]])

    def _need(self, need: int, columns: list[int], brings: Floats, counts: Flags) -> None:
        """What comes and what is missing add up to what is open; where only all of it or a crew counts, a yes or no says whether it does."""
        left, wave = self.left, self.left.wave
        amount, opened, least = float(wave.needs[need, 2]), float(left.demand[need]), float(wave.least[need] - left.came[need])
        missing = self._variable(float(left.price[need]), np.inf)
        self._row(opened, np.inf, [*columns, missing], [*brings.tolist(), 1.0])
        whole = bool(wave.whole[wave.needs[need, 1]])
        if not whole and least <= 0:
            return
        met = self._variable(0.0, 1.0, whole=True)
        self._row(amount, np.inf, [missing, met], [1.0, amount])
        if whole:
            self._row(0.0, np.inf, [*columns, met], [*brings.tolist(), -opened])
        if least > 0:
            self._row(0.0, np.inf, [*columns, met], [*counts.astype(np.float64).tolist(), -least])

    def _last(self, site: int) -> None:
        """Seconds that the last one comes after the last pinned one."""
        wave = self.left.wave
        last = max((float(wave.seconds[site, unit]) for where, unit in wave.pinned.tolist() if where == site), default=0.0)
        later = self._variable(float(wave.together[site]), np.inf)
        for column, (where, index) in enumerate(zip(self.place.tolist(), self.at.tolist(), strict=True)):
            unit = int(self.left.places[where].units[index])
            if wave.site_of[where] == site and wave.held[unit] < 0:
                self._row(-last, np.inf, [later, column], [1.0, -float(wave.seconds[site, unit])])


class Search:
    """Neighbourhoods of sites that compete for the same units, decided anew while all else stays as it is."""

    def __init__(self, left: Settled, off: Sequence[Floats], plan: Plan) -> None:
        """`off` says for each place how far below its best anywhere each of its units is worth there."""
        self.left, self.plan, self.cost = left, plan, plan.objective()
        self._near = [np.argsort(each, kind="stable")[:NEAREST] for each in off]
        wave = left.wave
        site = np.repeat(wave.site_of, [len(each) for each in self._near])
        unit = np.concatenate([left.places[place].units[each] for place, each in enumerate(self._near)])
        wants = csr_array((np.ones(len(unit)), (site, unit)), shape=(len(wave.weight), len(wave.brings)))
        self._rivals = csr_array(wants @ wants.T)
        self._places: list[list[int]] = [[] for _ in wave.weight]
        for place, at in enumerate(wave.site_of):
            self._places[at].append(place)

    def run(self, deadline: float) -> Plan:
        """The best plan found until then (of the monotonic clock); the same seed looks the same way."""
        draw, idle = np.random.default_rng(0), 0
        while time.monotonic() < deadline and idle < IDLE:
            idle = 0 if self._step(int(draw.integers(len(self._places))), draw, deadline) else idle + 1
        return self.plan

    def _step(self, centre: int, draw: np.random.Generator, deadline: float) -> bool:
        shared = self._rivals[[centre], :].toarray()[0] * draw.uniform(0.5, 1.0, len(self._places))
        shared[centre] = np.inf
        sites = np.argsort(-shared, kind="stable")[:SITES]
        inside = [place for site in sites.tolist() for place in self._places[site]]
        wave, at = self.left.wave, self.plan.at
        mine = np.isin(at, inside)
        open_to = mine | (at < 0)
        pairs = [(place, index) for place in inside for index in self._chosen(place, open_to).tolist()]
        if not pairs:
            return False
        gone = (at >= 0) & ~mine & (wave.held < 0)
        leave = self.left.leave - np.bincount(wave.zone[gone], minlength=len(self.left.leave))
        place, index = (np.array(each, np.int64) for each in zip(*pairs, strict=True))
        chosen, _ = WholeUnits(self.left, place, index, inside, leave).best(min(STEP_S, deadline - time.monotonic()))
        if chosen is None:
            return False
        stay = [(unit, where) for unit, where in enumerate(at.tolist()) if where >= 0 and not mine[unit]]
        made = Plan(wave, [*stay, *((int(self.left.places[place[each]].units[index[each]]), int(place[each])) for each in chosen.tolist())])
        better = made.objective() < self.cost * (1 - 1e-7)
        if better:
            self.plan, self.cost = made, made.objective()
        return better

    def _chosen(self, place: int, open_to: Flags) -> Longs:
        """Which of the units of a place may come: the best for it, and who is there."""
        units = self.left.places[place].units
        there = np.flatnonzero(np.isin(units, self.plan.there[place]))
        near = self._near[place]
        return np.union1d(near[open_to[units[near]]], there)
