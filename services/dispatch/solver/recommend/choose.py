"""From the question to the answer: screen all units, choose exactly, explain."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from services.dispatch.solver.given import InputError, Trouble, numbers
from services.dispatch.solver.recommend import check, cover, large, reasons, screen, search
from services.dispatch.solver.recommend.answer import Alternative, Recommendation
from services.dispatch.solver.recommend.cover import Floats, Longs
from services.dispatch.solver.recommend.reasons import Case
from services.dispatch.solver.recommend.request import Coverage, Need, Rules, Units

if TYPE_CHECKING:
    from services.dispatch.solver.recommend.programme import Choice

STATES: Final = 4_096
"""Most states of what is still needed, the product of (count + 1), that are chosen exactly (eight single needs have 256)."""

TABLE: Final = 20_000_000
"""Most entries of a table; beyond it the choice is made by a programme within a time."""

MAIN_SHARE: Final = 0.6
"""Share of that time for the set itself; the rest is for the other sets."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A set: cost without the penalty, units, ways, what is left of each amount, the bound, whether it is exact; other sets for the caller to rank; what is
    missing of the amounts (all of a `whole` one that is not met), and the best set without a unit, for those it was looked for."""

    cost: float
    units: Longs
    ways: Longs
    left: Longs
    bound: float
    proven: bool
    others: tuple[Alternative, ...]
    missing: int
    without: Mapping[int, Alternative]


def recommend(units: Units, seconds: NDArray[np.float64], needs: Sequence[Need], rules: Rules | None = None) -> Recommendation:
    """The best set of units. `seconds` is when each would arrive from now, turnout included; +inf or NaN where there is no way.

    As much of every need as can be met is met, a `whole` need in full or not at all; among the sets that do so the cheapest is given.
    Needs are separate: a unit that brings a capability counts for each need of it that it is good enough for (two boats of rank 3 of three boats in all).
    A question that makes no sense is answered by its `troubles`.
    """
    given = rules or Rules()
    try:
        times = numbers("seconds", seconds, 1)
    except InputError as error:
        return _refused((Trouble("seconds", -1, str(error)),))
    troubles = check.troubles(units, times, needs, given)
    if troubles:
        return _refused(troubles)
    case = case_of(units, times, tuple(needs), given)
    found = by_table(case, given.alternatives) or by_programme(case, given.alternatives, float(given.within_s))
    explained = reasons.explain(case, found.units, found.ways, found.missing, found.without)
    last = max((one.seconds for one in explained), default=0.0)
    others = tuple(sorted(found.others, key=lambda one: (one.missing, one.objective))[: max(given.alternatives, 0)])
    return Recommendation(
        explained, reasons.unmet(case, found.left), found.cost, min(found.bound, found.cost), found.proven, last, _lost(case, found.units), others
    )  # fmt: skip


def _refused(troubles: tuple[Trouble, ...]) -> Recommendation:
    """Nobody is sent, and what is wrong is said."""
    return Recommendation((), (), 0.0, 0.0, False, 0.0, 0.0, (), troubles)


def case_of(units: Units, seconds: Floats, needs: tuple[Need, ...], rules: Rules) -> Case:
    stage = screen.stages(units.available, units.rest_s, units.shift_s, seconds, float(rules.latest_s), float(rules.work_s))
    if rules.declined:
        stage[[unit for unit in rules.declined if 0 <= unit < len(units)]] = screen.DECLINED
    tally, begin, able, each, pieces = screen.screened(
        units.start_of, units.holders, units.brings, units.held_rank, units.held_qualifications, stage,
        np.array([need.capability for need in needs], dtype=np.int64), np.array([need.min_rank for need in needs], dtype=np.int64),
        np.array([need.qualifications for need in needs], dtype=np.uint64),
    )  # fmt: skip
    amount = np.array([_amount(need, there) for need, there in zip(needs, pieces.tolist(), strict=True)], dtype=np.int64)
    coverage, columns = rules.coverage, units.counts.shape[1]
    demand = coverage.demand if coverage else np.zeros((0, columns))
    crew = screen.crews(units.start_of, units.holders, units.available, units.rest_s, units.zone, *demand.shape)
    alpha, beta = (float(rules.last_arrival_share), 1.0) if rules.together else (1.0, 0.0)
    weight, busy = (float(coverage.weight), float(coverage.busy)) if coverage else (0.0, 0.0)
    return Case(units, needs, seconds, tally, begin, able, each, amount, alpha, beta, weight, bool(rules.slots), crew, demand, busy)


def _amount(need: Need, there: int) -> int:
    """What of a need can be met at all: what there is, or all or nothing."""
    return 0 if need.whole and there < need.count else min(need.count, there)


def by_table(case: Case, alternatives: int) -> Found | None:
    """The best set by table and search; None when the table would be too large."""
    with np.errstate(over="ignore"):
        stride = np.concatenate(([1.0], np.cumprod(case.amount + 1.0)))
    if stride[-1] > STATES or min(len(case.units), stride[-1]) * stride[-1] * (len(case.needs) if case.slots else 1) > TABLE:
        return None
    strides, held = stride[:-1].astype(np.int64), case.units
    world = held.first_of, held.skills, held.zone, case.crew, case.demand, case.busy
    units, row, own, first, lowest, step, digit, latest = search.prepare(
        len(held), case.begin, case.able, case.each, case.amount, strides, case.seconds, case.alpha, case.beta, case.weight, case.slots, *world
    )  # fmt: skip
    if len(first) * len(digit) > TABLE:
        return None
    more = 1.0 + latest * (case.beta + case.alpha * int(case.amount.sum())) + case.weight * float(case.demand.sum())
    whole = [need.whole for need in case.needs]
    missing = np.where(whole, (digit > 0) * case.amount, digit).sum(axis=1) if any(whole) else digit.sum(axis=1)
    rest = units, row, own, first, lowest, step, case.seconds, case.alpha, case.beta, case.weight, more * missing, *world
    cost, chosen, ways, state, bound, proven = search.choose(-1, *rest)
    others: dict[tuple[int, ...], Alternative] = {}
    without: dict[int, Alternative] = {}
    for unit in chosen.tolist() if alternatives > 0 else ():
        price, other, _, there, _, _ = search.choose(unit, *rest)
        names = tuple(sorted(other.tolist(), key=case.seconds.__getitem__))
        without[unit] = Alternative(names, tuple(case.seconds[list(names)].tolist()), float(price), int(missing[there]), unit)
        others.setdefault(names, without[unit])
    return Found(float(cost), chosen, ways, digit[state], float(bound), bool(proven), tuple(others.values()), int(missing[state]), without)


def by_programme(case: Case, alternatives: int, within_s: float) -> Found:
    """For needs beyond the table: the best set by a programme within the time, else a quick one; and the best sets that lack one of the chosen."""
    from services.dispatch.solver.recommend.programme import Programme  # loads scipy's HiGHS, which ordinary questions do without

    begun = time.monotonic()
    units = np.unique(case.able)
    brings = np.zeros((len(units), len(case.needs)), dtype=np.int64)
    for need in range(len(case.needs)):
        part = slice(case.begin[need], case.begin[need + 1])
        brings[np.searchsorted(units, case.able[part]), need] = np.minimum(case.each[part], case.amount[need])
    step, held = screen.step_losses(case.crew, case.demand, case.busy), case.units
    own = case.alpha * case.seconds[units] + case.weight * screen.losses(units, held.first_of, held.skills, held.zone, step)
    programme = Programme(case, units, brings, own)
    found = _better(case, _quick(case, units, brings, own), programme.solve(units[:0], begun + MAIN_SHARE * within_s))
    rest, others, without = np.sort(found.units), list[Alternative](), dict[int, Alternative]()
    while len(rest) and len(others) < alternatives:
        stays = ~np.isin(units, rest[:1])
        quick = _quick(case, units[stays], brings[stays], own[stays])
        choice = programme.solve(rest, begun + within_s)
        other = _better(case, quick, choice)
        lacking = rest[~np.isin(rest, other.units)]
        if not len(lacking):
            break
        names = sorted(other.units.tolist(), key=case.seconds.__getitem__)
        others.append(Alternative(tuple(names), tuple(case.seconds[names].tolist()), other.cost, other.missing, int(lacking[0])))
        if other.proven:
            without |= dict.fromkeys(lacking.tolist(), others[-1])
        rest = rest[np.isin(rest, other.units)]
    return replace(found, others=tuple(others), without=without)


def _quick(case: Case, units: Longs, brings: Longs, own: Floats) -> Found:
    """A good set at once, with a simple bound."""
    picked, ways = large.greedy(units, brings, own, case.amount, case.slots)
    found = _found(case, units[picked], ways, 0.0, proven=False)
    return replace(found, bound=min(large.bound(brings, own, case.amount), found.cost)) if found.missing == 0 else found


def _better(case: Case, quick: Found, choice: "Choice | None") -> Found:
    """What the programme found, unless the quick set misses less or is cheaper."""
    if choice is None:
        return quick
    proven = choice.least_missing and choice.least_cost
    made = _found(case, choice.units, choice.ways, choice.bound, proven=proven)
    bound = choice.bound if made.missing > quick.missing else max(choice.bound, quick.bound if made.missing == quick.missing else 0.0)
    best = min(made, quick, key=lambda one: (one.missing, one.cost))
    same = made.missing == best.missing
    if proven and same and best.cost - bound <= 1e-3:
        return replace(best, bound=best.cost, proven=True)
    return replace(best, bound=bound if same else best.bound, proven=False)


def _found(case: Case, chosen: Longs, ways: Longs, bound: float, *, proven: bool) -> Found:
    """A set with its cost; who serves only needs that count as a whole and stay short of it is not sent."""
    left = reasons.still_needed(case, chosen, ways)
    whole = np.array([need.whole for need in case.needs], dtype=np.bool_)
    if (whole & (left > 0)).any() and case.slots:
        stay = (whole & (left > 0))[ways]
        chosen, ways = chosen[~stay], ways[~stay]
        left = reasons.still_needed(case, chosen, ways)
    last = float(case.seconds[chosen].max(initial=0.0))
    cost = case.beta * last + case.alpha * float(case.seconds[chosen].sum()) + case.weight * _lost(case, chosen)
    missing = int(np.where(whole, (left > 0) * case.amount, left).sum())
    return Found(cost, chosen, ways, left, min(bound, cost), proven, (), missing, {})


def _lost(case: Case, chosen: Longs) -> float:
    """Expected demand lost by all of them together."""
    units, gone, lost = case.units, np.zeros_like(case.crew), 0.0
    for unit in chosen:
        lost += float(cover.added_loss(unit, units.first_of, units.skills, units.zone, case.crew, gone, case.demand, case.busy))
        cover.depart(unit, 1, units.first_of, units.skills, units.zone, gone)
    return lost


def warm() -> None:
    """Answer one small question of each kind, so that the first real one finds everything compiled."""
    units, coverage = Units.of([[1, 1], [1, 0]], zone=[0, 0]), Coverage(np.ones((1, 2)), 1.0)
    for slots in (False, True):
        for together in (False, True):
            recommend(units, np.array([60.0, 30.0]), [Need(0), Need(1)], Rules(slots, together, coverage=coverage))
