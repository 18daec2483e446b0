"""Which minutes duty leaves uncovered (DI-01, DI-02, S12): pure arithmetic on intervals."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.states import Machine, Transition
from services.dispatch.model.shift import Shift

WINDOW = Machine("sensitive window", ("set",), {"cancel": Transition(("set",), "lifted")})


@dataclass(frozen=True, slots=True)
class SensitiveWindowSet:
    """Double posts for a period."""

    key: str
    display_name: str
    start_time: datetime
    end_time: datetime


@dataclass(frozen=True, slots=True)
class SensitiveWindowLifted:
    """No longer."""

    key: str


@dataclass(slots=True)
class SensitiveWindow:
    """A period that asks for two officers and a leader, in a region and everywhere below it."""

    id: str
    display_name: str
    region_code: str
    start_at: datetime
    end_at: datetime
    state: str = "set"
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"sensitiveWindows/{self.id}"

    @property
    def cancelled(self) -> bool:
        """Lifted."""
        return self.state == "lifted"

    def declare(self) -> SensitiveWindowSet:
        """Set it."""
        return SensitiveWindowSet(self.region_code, self.display_name, self.start_at, self.end_at)

    def cancel(self) -> SensitiveWindowLifted:
        """Lift it."""
        self.state = WINDOW.next(self.state, "cancel")
        return SensitiveWindowLifted(self.region_code)


@dataclass(frozen=True, slots=True)
class DutyGap:
    """Minutes without what duty asks."""

    kind: str
    start_at: datetime
    end_at: datetime
    sensitive_window_id: str = ""

    @property
    def minutes(self) -> int:
        """How long, rounded up."""
        return math.ceil((self.end_at - self.start_at).total_seconds() / 60)


@dataclass(frozen=True, slots=True)
class _Watch:
    start: datetime
    end: datetime
    person: str
    leads: bool


def duty_gaps(shifts: Sequence[Shift], windows: Sequence[SensitiveWindow], start: datetime, end: datetime, now: datetime) -> list[DutyGap]:
    """Every moment of [start, end) that nobody covers or no leader (DI-01), or that a sensitive window finds without two officers (DI-02).

    Of a shift that has begun, those who came count, each from his check-in; of one to come, those who are planned.
    """
    watches = [watch for shift in shifts for watch in _watches(shift, now)]
    live = [window for window in windows if not window.cancelled]
    edges = {start, end} | {edge for w in watches for edge in (w.start, w.end)} | {edge for w in live for edge in (w.start_at, w.end_at)}
    cuts = sorted(edge for edge in edges if start <= edge <= end)
    gaps: list[DutyGap] = []
    for left, right in itertools.pairwise(cuts):
        on = [watch for watch in watches if watch.start <= left and right <= watch.end]
        window = next((window for window in live if window.start_at <= left and right <= window.end_at), None)
        kind = _lacks(on, sensitive=window is not None)
        if kind:
            _extend(gaps, DutyGap(kind, left, right, window.id if window and kind == "single_post" else ""))
    return gaps


def _watches(shift: Shift, now: datetime) -> list[_Watch]:
    span = shift.watch(now)
    if span is None:
        return []
    start, end = span
    found = []
    for member in shift.members:
        begun = member.checked_in_at if shift.actual_start_at else start
        if begun is not None and begun < end:
            found.append(_Watch(begun, end, member.person, member is shift.leader))
    return found


def _lacks(on: Sequence[_Watch], *, sensitive: bool) -> str:
    if not on:
        return "uncovered"
    if not any(watch.leads for watch in on):
        return "no_leader"
    officers = {watch.person for watch in on if not watch.leads}
    return "single_post" if sensitive and len(officers) < 2 else ""


def _extend(gaps: list[DutyGap], gap: DutyGap) -> None:
    last = gaps[-1] if gaps else None
    if last and last.end_at == gap.start_at and (last.kind, last.sensitive_window_id) == (gap.kind, gap.sensitive_window_id):
        gaps[-1] = DutyGap(gap.kind, last.start_at, gap.end_at, gap.sensitive_window_id)
    else:
        gaps.append(gap)
