"""The solver's figures as reasons for people: codes with details in both languages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from services.dispatch.model.advice import Asked, HeldBack, Known, Open, OtherSet, Pick, Question, Reason, Served, both, clock_words
from services.dispatch.model.unit import hour_words, send_until
from services.dispatch.solver.recommend import Chosen, Recommendation, Unmet, Why

if TYPE_CHECKING:
    from services.dispatch.use_cases.fleet import Fleet

WHY = {
    Why.NONE_EXIST: "UNMET_NONE_EXIST",
    Why.NONE_QUALIFIED: "UNMET_NONE_QUALIFIED",
    Why.DECLINED: "UNMET_DECLINED",
    Why.NONE_AVAILABLE: "UNMET_NONE_AVAILABLE",
    Why.ALL_RESTING: "UNMET_ALL_RESTING",
    Why.SHIFT_ENDS: "UNMET_SHIFT_ENDS",
    Why.NONE_REACHABLE: "UNMET_NONE_REACHABLE",
    Why.TOO_LATE: "UNMET_TOO_LATE",
    Why.TOO_FEW: "UNMET_TOO_FEW",
    Why.WHOLE_SHORT: "UNMET_WHOLE_SHORT",
    Why.WHOLE_TAKEN: "UNMET_WHOLE_TAKEN",
    Why.SEVERAL: "UNMET_SEVERAL",
}
"""Text of each reason that a need stays open."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the answer was made from."""

    fleet: "Fleet"
    question: Question
    needs: Sequence[Asked]
    seconds: NDArray[np.float64]
    stale: NDArray[np.bool_]


def picks(facts: Facts, found: Recommendation) -> list[Pick]:
    """The set, by arrival."""
    return [_pick(facts, chosen) for chosen in found.chosen]


def _pick(facts: Facts, chosen: Chosen) -> Pick:
    rows = facts.fleet.rows
    unit, other = rows[chosen.unit], rows[chosen.next_unit] if chosen.next_unit >= 0 else None
    serves = [Served(need, facts.needs[need].code, count) for need, count in chosen.serves]
    old = facts.fleet.old(chosen.unit, stale=bool(facts.stale[chosen.unit]))
    return Pick(
        unit.id, unit.display_name, serves, chosen.seconds, chosen.coverage_cost, old, other.id if other else "",
        chosen.next_seconds if other else None, _reasons(facts, chosen, serves), unit.display_name_en,
    )  # fmt: skip


def _reasons(facts: Facts, chosen: Chosen, serves: Sequence[Served]) -> list[Reason]:
    fleet, code = facts.fleet, serves[0].code or "any_unit"
    first = {"capability": both(code), "count": both(chosen.capable), "time": clock_words(chosen.seconds), "rank": both(chosen.rank)}
    by_road = fleet.basis.source == "roads"
    if chosen.rank == 1:
        reasons = [Reason("RECOMMENDED_NEAREST_BY_ROAD" if by_road else "RECOMMENDED_NEAREST_BY_ESTIMATE", first)]
    else:
        reasons = [Reason("RECOMMENDED_RANKED_BY_ROAD" if by_road else "RECOMMENDED_RANKED_BY_ESTIMATE", first)]
    if len(serves) > 1:
        reasons.append(Reason("RECOMMENDED_SERVES_MORE", {"needs": both(len(serves))}))
    if chosen.next_unit >= 0:
        name = fleet.rows[chosen.next_unit].names
        reasons.append(Reason("RECOMMENDED_NEXT_BEST", {"unit": name, "time": clock_words(chosen.next_seconds)}))
    elif chosen.instead:
        names = zip(*(fleet.rows[unit].names for unit in chosen.instead), strict=True)
        zh, en = (separator.join(each) for separator, each in zip(("、", ", "), names, strict=True))
        last = max(float(facts.seconds[unit]) for unit in chosen.instead)
        reasons.append(Reason("RECOMMENDED_NEXT_SET", {"units": (zh, en), "time": clock_words(last)}))
    elif chosen.irreplaceable:
        reasons.append(Reason("RECOMMENDED_NOBODY_ELSE"))
    if chosen.left_in_zone is not None:
        place = fleet.zone_names(chosen.unit)
        reasons.append(Reason("RECOMMENDED_LEAVES", {"zone": place, "left": both(chosen.left_in_zone), "capability": both(code)}))
    if facts.stale[chosen.unit]:
        reasons.append(Reason("RECOMMENDED_FROM_OLD" if np.isnan(fleet.home[chosen.unit, 0]) else "RECOMMENDED_FROM_HOME"))
    return reasons


def unmet(facts: Facts, found: Recommendation) -> list[Open]:
    """Needs that stay open, and why."""
    return [_open(facts.needs[one.need], one) for one in found.unmet]


def _open(need: Asked, one: Unmet) -> Open:
    details = {"capability": both(need.code or "any_unit"), "missing": both(one.missing), "exist": both(one.exist), "could": both(one.could_go)}
    if one.why is Why.SEVERAL:
        stopped = ("unqualified", "declined", "unavailable", "resting", "shift_ends", "unreachable", "too_late")
        details |= {name: both(getattr(one, name)) for name in stopped}
    return Open(one.need, need.code, one.missing, one.exist, one.could_go, Reason(WHY[one.why], details))


def held_back(facts: Facts, rows: Sequence[int], now: datetime) -> list[HeldBack]:
    """Capable units that are spared for rest or for the end of their shift, and why."""
    return [_held_back(facts.fleet.rows[row], float(facts.seconds[row]), now) for row in rows]


def _held_back(unit: Known, seconds: float, now: datetime) -> HeldBack:
    travel_s = seconds if np.isfinite(seconds) else None
    if unit.duty_end_at is None or unit.state == "resting":
        return HeldBack(unit.id, unit.display_name, travel_s, None, Reason("HELD_BACK_RESTING"))
    words = {"end": both(hour_words(unit.duty_end_at, now))}
    if unit.duty_end_at <= now:
        return HeldBack(unit.id, unit.display_name, travel_s, unit.duty_end_at, Reason("HELD_BACK_SHIFT_OVER", words))
    done = now + timedelta(seconds=travel_s or 0.0) + (unit.duty_end_at - send_until(unit.duty_end_at, unit.least_duty_minutes))
    return HeldBack(unit.id, unit.display_name, travel_s, unit.duty_end_at, Reason("HELD_BACK_SHIFT_ENDS", words | {"done": both(hour_words(done, now))}))


def without_place(needs: Sequence[Asked]) -> list[Open]:
    """Nobody can be timed to a place that is not known."""
    return [Open(at, need.code, need.count, 0, 0, Reason("UNMET_PLACE_UNKNOWN")) for at, need in enumerate(needs)]


def others(facts: Facts, found: Recommendation) -> list[OtherSet]:
    """Other sets, best first."""
    rows = facts.fleet.rows
    return [
        OtherSet([rows[unit].id for unit in one.units], one.seconds, one.objective - found.objective, one.missing, rows[one.instead_of].id)
        for one in found.alternatives
    ]
