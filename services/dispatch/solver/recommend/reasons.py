"""The figures behind a choice: what each unit serves, how near it is among those who could go, who could take its place, and why a need stays open."""

from collections.abc import Mapping
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from services.dispatch.solver.recommend import screen
from services.dispatch.solver.recommend.answer import Alternative, Chosen, Unmet, Why
from services.dispatch.solver.recommend.cover import Floats, Longs, added_loss, depart
from services.dispatch.solver.recommend.request import Need, Units


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """Everything the choice is made on. `begin`, `able`, `each`: who could go for each need and what each brings; the rest as in cover.py."""

    units: Units
    needs: tuple[Need, ...]
    seconds: Floats
    tally: Longs
    begin: Longs
    able: Longs
    each: Longs
    amount: Longs
    alpha: float
    beta: float
    weight: float
    slots: bool
    crew: Longs
    demand: Floats
    busy: float


def explain(case: Case, chosen: Longs, ways: Longs, missing: int, without: Mapping[int, Alternative]) -> tuple[Chosen, ...]:
    """One entry a unit, by arrival. `missing` is what the set leaves of the amounts, `without` the best set without a unit, for those it was looked for."""
    order = np.argsort(case.seconds[chosen], kind="stable")
    chosen, ways = chosen[order], ways[order]
    units = case.units
    serves = _served(chosen, ways, case.slots, case.begin, case.able, case.each, case.amount)
    capability = np.array([need.capability for need in case.needs], dtype=np.int64)
    lacks = _lacking(chosen, ways, case.slots, case.begin, case.able, case.each, case.amount)
    longs, floats = _figures(
        chosen, serves, lacks, case.begin, case.able, case.each, capability, case.seconds, case.alpha, case.beta, case.weight,
        units.start_of, units.holders, units.first_of, units.skills, units.zone, units.available, units.rest_s, case.crew, case.demand, case.busy,
    )  # fmt: skip
    out = []
    for unit, does, (rank, able, following, stay), (seconds, loss, later, extra) in zip(
        chosen.tolist(), serves.tolist(), longs.tolist(), floats.tolist(), strict=True
    ):
        served = tuple((need, many) for need, many in enumerate(does) if many)
        other = without.get(unit) if following < 0 else None
        instead = other.units if other is not None and other.missing <= missing else ()
        alone = following < 0 and (_alone(case, unit) if other is None else other.missing > missing)
        left = stay if stay >= 0 else None
        out.append(Chosen(unit, seconds, served, loss, case.weight * loss, rank, able, following, later, extra, left, instead, alone))
    return tuple(out)


@numba.njit(cache=True, nogil=True)
def _brought(unit: int, need: int, begin: Longs, able: Longs, each: Longs) -> int:
    """What a unit brings for a need; 0 when it could not go for it."""
    place = begin[need] + np.searchsorted(able[begin[need] : begin[need + 1]], unit)
    return each[place] if place < begin[need + 1] and able[place] == unit else 0


@numba.njit(cache=True, nogil=True)
def _served(chosen: Longs, ways: Longs, slots: bool, begin: Longs, able: Longs, each: Longs, amount: Longs) -> Longs:
    """What each adds to those before it, need by need."""
    left = amount.copy()
    out = np.zeros((len(chosen), len(amount)), dtype=np.int64)
    for at in range(len(chosen)):
        for need in range(len(amount)):
            if left[need] > 0 and (not slots or ways[at] == need):
                out[at, need] = min(left[need], _brought(chosen[at], need, begin, able, each))
                left[need] -= out[at, need]
    return out


@numba.njit(cache=True, nogil=True)
def _lacking(chosen: Longs, ways: Longs, slots: bool, begin: Longs, able: Longs, each: Longs, amount: Longs) -> Longs:
    """What would be lacking of each need without each of them, the others as they are."""
    out = np.zeros((len(chosen), len(amount)), dtype=np.int64)
    for need in range(len(amount)):
        there = 0
        for at in range(len(chosen)):
            if not slots or ways[at] == need:
                out[at, need] = _brought(chosen[at], need, begin, able, each)
                there += out[at, need]
        for at in range(len(chosen)):
            if out[at, need] > 0:
                out[at, need] = max(0, min(amount[need], there) - (there - out[at, need]))
    return out


def _alone(case: Case, unit: int) -> bool:
    """Whether some need would lack something without the unit even if everybody else who could went; proven where units cover all they can."""
    for need in range(len(case.needs)) if not case.slots else ():
        part = slice(case.begin[need], case.begin[need + 1])
        others = int(case.each[part].sum()) - int(_brought(unit, need, case.begin, case.able, case.each))
        if others < int(case.amount[need]):
            return True
    return False


@numba.njit(cache=True, nogil=True)
def _figures(
    chosen: Longs, serves: Longs, lacks: Longs, begin: Longs, able: Longs, each: Longs, capability: Longs, seconds: Floats,
    alpha: float, beta: float, weight: float, start_of: Longs, holders: Longs, first_of: Longs, skills: Longs,
    zone: NDArray[np.int32], available: NDArray[np.bool_], rest: Floats, crew: Longs, demand: Floats, busy: float,
) -> tuple[Longs, Floats]:  # fmt: skip
    """For each: rank, able, next unit, left in zone (-1 outside); seconds, loss, seconds of the next, what it costs more."""
    longs, floats = np.full((len(chosen), 4), -1, dtype=np.int64), np.full((len(chosen), 4), np.inf)
    going, gone = np.zeros(len(first_of) - 1, dtype=np.bool_), np.zeros_like(crew)
    for unit in chosen:
        going[unit] = True
        depart(unit, 1, first_of, skills, zone, gone)
    for at in range(len(chosen)):
        unit, need = chosen[at], np.argmax(serves[at] > 0)
        longs[at, 0], longs[at, 1] = _standing(seconds[unit], seconds, able[begin[need] : begin[need + 1]])
        if zone[unit] >= 0:
            held = holders[start_of[capability[need]] : start_of[capability[need] + 1]]
            longs[at, 3] = _staying(held, zone, available, rest, going, zone[unit])
        depart(unit, -1, first_of, skills, zone, gone)
        loss = added_loss(unit, first_of, skills, zone, crew, gone, demand, busy)
        last = 0.0
        for other in chosen:
            last = max(last, seconds[other] if other != unit else 0.0)
        mine = alpha * seconds[unit] + beta * max(last, seconds[unit]) + weight * loss
        floats[at, 0], floats[at, 1] = seconds[unit], loss
        other, cost = _cheapest_instead(
            lacks[at], begin, able, each, going, seconds, last, alpha, beta, weight, first_of, skills, zone, crew, gone, demand, busy
        )  # fmt: skip
        if other >= 0:
            longs[at, 2], floats[at, 2], floats[at, 3] = other, seconds[other], cost - mine
        depart(unit, 1, first_of, skills, zone, gone)
    return longs, floats


@numba.njit(cache=True, nogil=True)
def _standing(time: float, seconds: Floats, able: Longs) -> tuple[int, int]:
    """Which nearest it is of those who could go, and how many those are."""
    nearer = 0
    for unit in able:
        nearer += seconds[unit] < time
    return nearer + 1, len(able)


@numba.njit(cache=True, nogil=True)
def _brings_all(unit: int, adds: Longs, begin: Longs, able: Longs, each: Longs) -> bool:
    enough = True
    for need in range(len(adds)):
        if enough and adds[need] > 0:
            enough = _brought(unit, need, begin, able, each) >= adds[need]
    return enough


@numba.njit(cache=True, nogil=True)
def _cheapest_instead(
    adds: Longs, begin: Longs, able: Longs, each: Longs, going: NDArray[np.bool_], seconds: Floats, last: float, alpha: float, beta: float, weight: float,
    first_of: Longs, skills: Longs, zone: NDArray[np.int32], crew: Longs, gone: Longs, demand: Floats, busy: float,
) -> tuple[int, float]:  # fmt: skip
    """Of the units that stay, the cheapest that brings all of `adds`."""
    rarest, found, least = -1, -1, np.inf
    for need in range(len(adds)):
        if adds[need] > 0 and (rarest < 0 or begin[need + 1] - begin[need] < begin[rarest + 1] - begin[rarest]):
            rarest = need
    if rarest < 0:
        return found, least
    for at in range(begin[rarest], begin[rarest + 1]):
        unit = able[at]
        cost = alpha * seconds[unit] + beta * max(last, seconds[unit])
        if cost < least and not going[unit] and _brings_all(unit, adds, begin, able, each):
            cost += weight * added_loss(unit, first_of, skills, zone, crew, gone, demand, busy) if weight > 0 else 0.0
            if cost < least:
                found, least = unit, cost
    return found, least


@numba.njit(cache=True, nogil=True)
def _staying(holders: Longs, zone: NDArray[np.int32], available: NDArray[np.bool_], rest: Floats, going: NDArray[np.bool_], here: int) -> int:
    """Free crews among the holders that stay in a zone."""
    count = 0
    for unit in holders:
        count += zone[unit] == here and available[unit] and rest[unit] <= 0 and not going[unit]
    return count


def unmet(case: Case, left: Longs) -> tuple[Unmet, ...]:
    """Needs that stay open; `left` is what the chosen leave of each amount."""
    out = []
    for at, need in enumerate(case.needs):
        missing = need.count - int(case.amount[at]) + int(left[at])
        if missing == 0:
            continue
        row = case.tally[at]
        stopped = [int(row[stage]) for stage in ORDER]
        out.append(Unmet(at, need.capability, need.count if need.whole else missing, _why(row, case, at), int(row.sum()), *stopped))
    return tuple(out)


def still_needed(case: Case, chosen: Longs, ways: Longs) -> Longs:
    """What is left of each amount when these have come."""
    left: Longs = case.amount - _served(chosen, ways, case.slots, case.begin, case.able, case.each, case.amount).sum(axis=0)
    return left


ORDER = (
    screen.UNQUALIFIED, screen.DECLINED, screen.UNAVAILABLE, screen.RESTING, screen.SHIFT_ENDS, screen.UNREACHABLE, screen.TOO_LATE, screen.GO,
)  # fmt: skip
"""Stages in the order of Unmet's fields."""

STOPPED = {
    screen.UNQUALIFIED: Why.NONE_QUALIFIED, screen.DECLINED: Why.DECLINED, screen.UNAVAILABLE: Why.NONE_AVAILABLE, screen.RESTING: Why.ALL_RESTING,
    screen.SHIFT_ENDS: Why.SHIFT_ENDS, screen.UNREACHABLE: Why.NONE_REACHABLE, screen.TOO_LATE: Why.TOO_LATE,
}  # fmt: skip
"""Reason of each stage."""


def _why(row: Longs, case: Case, at: int) -> Why:
    if row.sum() == 0:
        return Why.NONE_EXIST
    if row[screen.GO] > 0:
        if not case.needs[at].whole:
            return Why.TOO_FEW
        return Why.WHOLE_TAKEN if case.amount[at] else Why.WHOLE_SHORT
    stopped = np.flatnonzero(row)
    return STOPPED[int(stopped[0])] if len(stopped) == 1 else Why.SEVERAL
