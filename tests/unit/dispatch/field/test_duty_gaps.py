"""Gaps of duty found by arithmetic equal those found minute by minute (DI-01, DI-02, S12)."""

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.model.coverage import SensitiveWindow, duty_gaps
from services.dispatch.model.shift import DutyPerson, Shift

START = datetime(2026, 7, 27, tzinfo=UTC)
MINUTES = 90
END = START + timedelta(minutes=MINUTES)


def _at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def _person(name: str, checked_in: int | None = None) -> DutyPerson:
    return DutyPerson(name, name, "0952", None if checked_in is None else _at(checked_in))


def _planned(begin: int, end: int, officers: int = 1, name: str = "s") -> Shift:
    return Shift(f"{name}{begin}", "org", "640202", _at(begin), _at(end), _person("leader"), [_person(f"{name}{begin}o{n}") for n in range(officers)])


@st.composite
def _shifts(draw: st.DrawFn) -> list[Shift]:
    found = []
    for number in range(draw(st.integers(0, 4))):
        begin = draw(st.integers(-20, MINUTES))
        shift = _planned(begin, begin + draw(st.integers(1, 60)), draw(st.integers(1, 3)), name=f"n{number}-")
        kind = draw(st.sampled_from(["planned", "absent", "on_duty", "handed_over"]))
        if kind == "absent":
            shift.state = "absent"
        if kind in ("on_duty", "handed_over"):
            shift.state = kind
            arrivals = [draw(st.none() | st.integers(begin - 10, begin + 30)) for _ in shift.members]
            if all(arrival is None for arrival in arrivals):
                arrivals[0] = begin
            shift.leader = _person("leader", arrivals[0])
            shift.officers = [_person(officer.person, arrival) for officer, arrival in zip(shift.officers, arrivals[1:], strict=True)]
            shift.actual_start_at = _at(min(arrival for arrival in arrivals if arrival is not None))
        if kind == "handed_over":
            shift.actual_end_at = shift.end_at + timedelta(minutes=draw(st.integers(0, 20)))
        found.append(shift)
    return found


WINDOWS = st.lists(st.tuples(st.integers(-10, MINUTES), st.integers(1, 60), st.booleans()), max_size=2)


@given(_shifts(), WINDOWS, st.integers(0, MINUTES))
def test_gaps_are_exactly_the_minutes_that_lack_something(shifts: list[Shift], windows: list[tuple[int, int, bool]], now: int) -> None:
    sensitive = [SensitiveWindow(f"w{n}", "x", "640202", _at(a), _at(a + length), "lifted" if off else "set") for n, (a, length, off) in enumerate(windows)]
    gaps = duty_gaps(shifts, sensitive, START, END, _at(now))
    assert all(START <= gap.start_at < gap.end_at <= END for gap in gaps)
    assert all(left.end_at <= right.start_at for left, right in itertools.pairwise(gaps))
    for minute in range(MINUTES):
        told = [gap.kind for gap in gaps if gap.start_at <= _at(minute) < gap.end_at]
        assert told == _lacking(shifts, sensitive, minute, _at(now)), minute


def _lacking(shifts: list[Shift], windows: list[SensitiveWindow], minute: int, now: datetime) -> list[str]:
    moment = _at(minute)
    leaders, officers = 0, set()
    for shift in shifts:
        begun = shift.actual_start_at is not None
        end = shift.end_at if not begun else shift.actual_end_at or max(shift.end_at, now)
        for member in shift.members:
            since = member.checked_in_at if begun else shift.start_at
            if shift.state == "absent" or since is None or not since <= moment < end:
                continue
            leaders += member is shift.leader
            officers |= set() if member is shift.leader else {member.person}
    if not leaders and not officers:
        return ["uncovered"]
    if not leaders:
        return ["no_leader"]
    double = any(window.start_at <= moment < window.end_at and window.state == "set" for window in windows)
    return ["single_post"] if double and len(officers) < 2 else []


def test_one_minute_left_open_is_found() -> None:
    gaps = duty_gaps([_planned(0, 40), _planned(41, MINUTES)], [], START, END, START)
    assert [(gap.kind, gap.start_at, gap.minutes) for gap in gaps] == [("uncovered", _at(40), 1)]


def test_a_shift_stays_on_duty_until_its_successor_accepts() -> None:
    old = _planned(0, 40)
    old.state, old.actual_start_at, old.leader, old.officers = "on_duty", _at(0), _person("leader", 0), [_person("o", 0)]
    assert duty_gaps([old], [], START, _at(55), _at(55)) == []
