"""An allocation made right in amounts: the solver counts units of usual size, a need counts things (3 boats) and a unit brings some of them (2 boats).

From the solver's answer as a start: who is needless goes home, who is at home goes where something is open, the heavier task first, and units change
places while that helps. In the end no unit that may go and brings something of an open need is at home, unless sending it costs more than what it brings
weighs, and nobody is sent whose staying would change nothing. Pure arrays; costs are weighted seconds.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

ROUNDS = 20
"""Times that changes are looked for again after somebody went home or out."""

PROVEN, NEAR = 1e-5, 1e-3
"""Share of the cost within which it and its bound are the same, and within which nothing more is looked for, as the solver does."""

SMALL = 1e-6
"""Weighted seconds below which two costs are the same."""

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Wave:
    """What is asked and who could go. A need is a row of site, kind and amount; a unit brings 0 of a kind whose qualification or rank it lacks."""

    seconds: Floats
    """sites x units, infinite without a way"""
    excluded: Flags
    """sites x units: must not go there"""
    declined: Flags
    """sites x units: declined it or did not answer; excluded too"""
    off_duty: Flags
    """sites x units: too little would be left of the shift on arrival; excluded too"""
    brings: Longs
    """units x kinds"""
    available: Flags
    zone: Longs
    weight: Floats
    """sites"""
    needs: Longs
    """needs x (site, kind, amount)"""
    whole: Flags
    """kinds: only the whole amount helps"""
    typical: Longs
    """kinds: how much a unit usually brings; so much that is missing counts as one unit"""
    pinned: Longs
    """pairs x (site, unit)"""
    reserve: Longs
    """zones: units that should stay"""
    reserve_price: float
    penalty_s: float
    max_s: float
    slots: bool
    """A unit counts for one need only; else for every need of its site"""
    latest: Floats
    """needs: seconds after which a unit does not count; infinite for any time"""
    least: Longs
    """needs: so many units that count, or nobody counts; 0 and 1: each counts by itself"""
    together: Floats
    """sites: weight of the moment the last unit is there; 0 where each acts as it comes"""

    @cached_property
    def held(self) -> Longs:
        """units: the site a unit is pinned to, or -1."""
        found = np.full(len(self.brings), -1, np.int64)
        found[self.pinned[:, 1]] = self.pinned[:, 0]
        return found

    @cached_property
    def may(self) -> Flags:
        """sites x units: may be sent there, or called away again."""
        return np.asarray((self.seconds <= self.max_s) & ~self.excluded & (self.available & (self.held < 0)), np.bool_)

    @cached_property
    def places(self) -> list[list[int]]:
        """Where a unit can be: a site with all of its needs, or with slots one need."""
        if self.slots:
            return [[need] for need in range(len(self.needs))]
        found: list[list[int]] = [[] for _ in self.weight]
        for need, site in enumerate(self.needs[:, 0].tolist()):
            found[site].append(need)
        return found

    def gives(self, need: int) -> Longs:
        """units: how much each brings of a need, in time."""
        site, kind, _ = self.needs[need]
        brings = self.brings[:, kind]
        return brings if np.isinf(self.latest[need]) else np.where(self.seconds[site] <= self.latest[need], brings, 0)

    def brought(self, unit: int, need: int) -> int:
        """How much a unit brings of a need, in time."""
        site, kind, _ = self.needs[need]
        return int(self.brings[unit, kind]) if self.seconds[site, unit] <= self.latest[need] else 0

    @cached_property
    def site_of(self) -> list[int]:
        """places: the site."""
        return [int(site) for site in self.needs[:, 0]] if self.slots else list(range(len(self.weight)))


class Plan:
    """Who is where, and what that brings."""

    def __init__(self, wave: Wave, pairs: Iterable[tuple[int, int]]) -> None:
        """`pairs` are unit and place. Pinned units that the slot model gives no need stand nowhere, and can be put to one of their site."""
        self.wave = wave
        self.at = np.full(len(wave.brings), -1, np.int64)
        self.there: list[list[int]] = [[] for _ in wave.places]
        self.got = np.zeros(len(wave.needs), np.int64)
        self.came = np.zeros(len(wave.needs), np.int64)
        self.arrivals: dict[int, dict[int, float]] = {int(site): {} for site in np.flatnonzero(wave.together > 0)}
        for site, unit in wave.pinned.tolist():
            if site in self.arrivals:
                self.arrivals[site][unit] = float(wave.seconds[site, unit])
        movable = wave.available & (wave.held < 0)
        self.staying = np.bincount(wave.zone[movable], minlength=len(wave.reserve))
        for unit, place in pairs:
            self.put(unit, place)
        if not wave.slots:
            for site, unit in wave.pinned.tolist():
                if self.at[unit] < 0:
                    self.put(unit, site)

    def put(self, unit: int, place: int) -> None:
        """Send a unit, elsewhere, or home (-1)."""
        wave, was = self.wave, int(self.at[unit])
        for where, sign in ((was, -1), (place, 1)):
            for need in wave.places[where] if where >= 0 else ():
                brought = wave.brought(unit, need)
                self.got[need] += sign * brought
                self.came[need] += sign * (brought > 0)
        if was >= 0:
            self.there[was].remove(unit)
            self._arrives(unit, wave.site_of[was], there=False)
        if place >= 0:
            self.there[place].append(unit)
            self._arrives(unit, wave.site_of[place], there=True)
        if wave.held[unit] < 0:
            self.staying[wave.zone[unit]] += (place < 0) - (was < 0)
        self.at[unit] = place

    def _arrives(self, unit: int, site: int, *, there: bool) -> None:
        if site in self.arrivals and self.wave.held[unit] < 0:
            if there:
                self.arrivals[site][unit] = float(self.wave.seconds[site, unit])
            else:
                self.arrivals[site].pop(unit, None)

    def met(self, need: int, less: int = -1, more: int = -1) -> int:
        """How much of a need is met, as it is or with one unit less and another more: nothing where only the whole helps or a crew is not complete."""
        wave, got, came = self.wave, int(self.got[need]), int(self.came[need])
        amount, kind = int(wave.needs[need, 2]), int(wave.needs[need, 1])
        for unit, sign in ((less, -1), (more, 1)):
            if unit >= 0 and (brought := wave.brought(unit, need)):
                got, came = got + sign * brought, came + sign
        return 0 if (got < amount and wave.whole[kind]) or came < wave.least[need] else min(got, amount)

    def waiting(self, place: int, less: int = -1, more: int = -1) -> float:
        """Weighted seconds until the last unit is there, where teams act together."""
        site = self.wave.site_of[place] if place >= 0 else -1
        if site not in self.arrivals:
            return 0.0
        last = max((seconds for unit, seconds in self.arrivals[site].items() if unit != less), default=0.0)
        return float(self.wave.together[site] * max(last, float(self.wave.seconds[site, more]) if more >= 0 else 0.0))

    def open(self, place: int) -> list[int]:
        """Needs of a place that are not met."""
        return [need for need in self.wave.places[place] if self.met(need) < self.wave.needs[need, 2]]

    def by_itself(self, need: int) -> bool:
        """One unit more helps it: neither only the whole, nor a crew that is not complete."""
        return not self.wave.whole[self.wave.needs[need, 1]] and bool(self.came[need] + 1 >= self.wave.least[need])

    def cost(self, unit: int, place: int) -> float:
        """Weighted seconds of the way; 0 at home."""
        site = self.wave.site_of[place] if place >= 0 else -1
        return float(self.wave.weight[site] * self.wave.seconds[site, unit]) if place >= 0 else 0.0

    def lack(self, place: int, less: int = -1, more: int = -1) -> float:
        """What is missing at a place costs, as it is or with one unit less and another more."""
        total, wave = 0.0, self.wave
        for need in wave.places[place] if place >= 0 else ():
            total += float((wave.needs[need, 2] - self.met(need, less, more)) / wave.typical[wave.needs[need, 1]])
        return total * self._missing_unit(place)

    def _missing_unit(self, place: int) -> float:
        return float(self.wave.weight[self.wave.site_of[place]]) * self.wave.penalty_s if place >= 0 else 0.0

    def thinned(self, leaves: int, comes: int = -1) -> float:
        """What the reserve loses when one unit leaves home and another comes home."""
        wave, change = self.wave, 0.0
        zones: dict[int, int] = {}
        for unit, sign in ((leaves, -1), (comes, 1)):
            if unit >= 0:
                zones[int(wave.zone[unit])] = zones.get(int(wave.zone[unit]), 0) + sign
        for zone, by in zones.items():
            now, keep = int(self.staying[zone]), int(wave.reserve[zone])
            change += max(0, keep - now - by) - max(0, keep - now)
        return change * wave.reserve_price

    def home(self) -> Flags:
        """units: free and not sent."""
        return np.asarray(self.wave.available & (self.at < 0) & (self.wave.held < 0), np.bool_)

    def helpful(self, needs: Sequence[int]) -> Flags:
        """units: bring something of one of these needs."""
        out: Flags = np.zeros(len(self.wave.brings), np.bool_)
        for need in needs:
            out |= self.wave.gives(need) > 0
        return out

    def objective(self) -> float:
        """Ways, what is missing in units of usual size, waits for the last, missing reserve."""
        wave = self.wave
        ways = sum(self.cost(unit, place) for place, units in enumerate(self.there) for unit in units)
        ways += sum(float(wave.weight[site] * wave.seconds[site, unit]) for site, unit in wave.pinned.tolist() if self.at[unit] < 0)
        missing = wave.needs[:, 2] - self.covered()
        lack = float((wave.weight[wave.needs[:, 0]] * missing / wave.typical[wave.needs[:, 1]]).sum()) * wave.penalty_s
        lack += sum(float(wave.together[site]) * max(there.values(), default=0.0) for site, there in self.arrivals.items())
        return ways + lack + wave.reserve_price * float(np.maximum(0, wave.reserve - self.staying).sum())

    def covered(self) -> Longs:
        """needs: how much of each is met."""
        amount, kind = self.wave.needs[:, 2], self.wave.needs[:, 1]
        nothing = (self.wave.whole[kind] & (self.got < amount)) | (self.came < self.wave.least)
        return np.where(nothing, 0, np.minimum(self.got, amount))


def mended(wave: Wave, start: Iterable[tuple[int, int]], deadline_s: float, bound: float = -np.inf) -> Plan:
    """A plan right in amounts from a start of units and places. Looking for changes ends with the seconds; what is promised holds whenever it ends.

    Where it costs hardly more than the bound nothing is looked for.
    """
    plan, end = Plan(wave, start), time.monotonic() + deadline_s
    _settle(plan)
    for _ in range(ROUNDS):
        if time.monotonic() >= end or plan.objective() * (1 - NEAR) <= bound or not _changed(plan, end):
            break
        _settle(plan)
    return plan


def _settle(plan: Plan) -> None:
    """Nobody needless out, nobody helpful at home: ends, as what is met never falls and each time somebody goes out it grows."""
    _trim(plan)
    while _fill(plan):
        _trim(plan)


def _trim(plan: Plan) -> None:
    """Send home, the dearest first, who changes nothing by staying away."""
    for place, units in enumerate(plan.there):
        needs = plan.wave.places[place]
        for unit in sorted(units, key=lambda unit: -plan.cost(unit, place)):
            if plan.wave.held[unit] < 0 and all(plan.met(need, unit) == plan.met(need) for need in needs):
                plan.put(unit, -1)


def _order(plan: Plan) -> list[int]:
    """Places by weight."""
    return sorted(range(len(plan.there)), key=lambda place: -plan.wave.weight[plan.wave.site_of[place]])


def _fill(plan: Plan) -> bool:
    """Send whoever is at home and helps; True when somebody went."""
    went = False
    for place in _order(plan):
        while _one(plan, place) or any(_whole(plan, place, need) for need in plan.open(place) if not plan.by_itself(need)):
            went = True
    return went


def _ready(plan: Plan, place: int, needs: Sequence[int]) -> tuple[Longs, Floats]:
    """Units at home that bring something of these needs, the cheapest first, and what each costs."""
    wave, site = plan.wave, plan.wave.site_of[place]
    idle = (wave.held == site) & (plan.at < 0) & wave.slots
    units = np.flatnonzero(((plan.home() & wave.may[site]) | idle) & plan.helpful(needs))
    ways = np.where(idle[units], 0.0, wave.weight[site] * wave.seconds[site, units])
    at_edge: Flags = plan.staying <= wave.reserve
    short = at_edge[wave.zone[units]] & ~idle[units]
    costs = ways + wave.reserve_price * short
    if site in plan.arrivals:
        costs = costs + np.maximum(0.0, wave.together[site] * wave.seconds[site, units] - plan.waiting(place)) * ~idle[units]
    order = np.argsort(costs, kind="stable")
    return units[order], costs[order]


def _one(plan: Plan, place: int) -> bool:
    """The cheapest unit at home that is worth its way to what is open here: a part of what a unit usually brings counts as that part."""
    wave = plan.wave
    needs = [need for need in plan.open(place) if plan.by_itself(need)]
    if not needs:
        return False
    units, costs = _ready(plan, place, needs)
    kinds, met = wave.needs[needs, 1], np.array([plan.met(need) for need in needs])
    gives = np.column_stack([wave.gives(need)[units] for need in needs])
    then = np.where(gives > 0, np.minimum(plan.got[needs] + gives, wave.needs[needs, 2]), met)
    helps = ((then - met) / wave.typical[kinds]).sum(axis=1)
    worth = np.flatnonzero(costs <= helps * wave.weight[wave.site_of[place]] * wave.penalty_s)
    if len(worth):
        plan.put(int(units[worth[0]]), place)
    return bool(len(worth))


def _whole(plan: Plan, place: int, need: int) -> bool:
    """As many units at home as together meet a need whole, or complete its crew, or none."""
    wave, kind, amount = plan.wave, int(plan.wave.needs[need, 1]), int(plan.wave.needs[need, 2])
    units, costs = _ready(plan, place, [need])
    brought = plan.got[need] + np.cumsum(wave.gives(need)[units])
    missing = amount if wave.whole[kind] else 1
    enough = max(int(np.searchsorted(brought, missing)) + 1, int(wave.least[need] - plan.came[need]))
    if enough > len(units):
        return False
    helps = min(amount, int(brought[enough - 1])) / int(wave.typical[kind])
    if costs[:enough].sum() > helps * wave.weight[wave.site_of[place]] * wave.penalty_s:
        return False
    for unit in units[:enough].tolist():
        plan.put(unit, place)
    return plan.met(need) > 0


@dataclass(frozen=True, slots=True)
class Change:
    """A unit comes to a place; another goes from there to where the first was (or nobody does)."""

    gain: float
    comes: int
    goes: int


def _changed(plan: Plan, end: float) -> bool:
    """Make, at each place, the changes that lower the cost; True when one did."""
    made = False
    for place in _order(plan):
        for _ in range(len(plan.there[place]) + len(plan.open(place)) + 1):
            if time.monotonic() >= end:
                return made
            best = _best(plan, place, end)
            if best is None:
                break
            was = int(plan.at[best.comes])
            plan.put(best.comes, place)
            if best.goes >= 0:
                plan.put(best.goes, was if was >= 0 and plan.wave.may[plan.wave.site_of[was], best.goes] else -1)
            made = True
    return made


def _best(plan: Plan, place: int, end: float) -> Change | None:
    """The change that gains most. Where nothing is open, only somebody nearer who is at home is looked for, or anywhere for teams."""
    wave, site = plan.wave, plan.wave.site_of[place]
    needs = plan.open(place)
    own = [unit for unit in plan.there[place] if wave.held[unit] < 0]
    if not needs and not own:
        return None
    others = wave.may[site] & (plan.at != place) & plan.helpful(needs or wave.places[place])
    if not needs:
        dearest = max(float(wave.seconds[site, unit]) for unit in own)
        if site not in plan.arrivals:
            others &= plan.home()
        if not (wave.reserve_price and wave.reserve.any()):
            others &= wave.seconds[site] < dearest
    best: Change | None = None
    for comes in np.flatnonzero(others).tolist():
        if time.monotonic() >= end:
            break
        for goes in [*own, -1] if needs else own:
            gain = _gain(plan, place, comes, goes)
            if gain > (best.gain if best else SMALL):
                best = Change(gain, comes, goes)
    return best


def _gain(plan: Plan, place: int, comes: int, goes: int) -> float:
    """What a change saves."""
    was = int(plan.at[comes])
    back = was if goes >= 0 and was >= 0 and plan.wave.may[plan.wave.site_of[was], goes] else -1
    before = plan.cost(comes, was) + plan.cost(goes, place if goes >= 0 else -1) + plan.lack(place) + plan.lack(was)
    after = plan.cost(comes, place) + plan.cost(goes, back) + plan.lack(place, goes, comes) + plan.lack(was, comes, goes if back >= 0 else -1)
    leaves, homes = comes if was < 0 else -1, goes if goes >= 0 and back < 0 else -1
    return before - after - plan.thinned(leaves, homes) + _sooner(plan, (place, was, back), comes, goes)


def _sooner(plan: Plan, places: tuple[int, int, int], comes: int, goes: int) -> float:
    """What a change saves of waiting for the last, at the one site or both."""
    place, was, back = places
    if not plan.arrivals:
        return 0.0
    if was >= 0 and plan.wave.site_of[was] == plan.wave.site_of[place]:
        return plan.waiting(place) - plan.waiting(place, goes if back < 0 else -1)
    there = goes if back >= 0 else -1
    return plan.waiting(place) + plan.waiting(was) - plan.waiting(place, goes, comes) - plan.waiting(was, comes, there)
