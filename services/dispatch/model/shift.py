"""Duty shift 值班 (DOMAIN § 2.3, DI-01 … DI-06): no minute without somebody, two and a leader in sensitive windows."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chassis.states import Machine, Transition
from services.dispatch.errors import field as errors

EARLY = timedelta(minutes=15)
LATE = timedelta(minutes=5)
ANSWER_WITHIN_S = 60
LONGEST = timedelta(hours=48)
SHIFT = Machine(
    "shift",
    ("planned",),
    {
        "file": Transition(("planned",), "filed"),
        "request_change": Transition(("planned", "filed"), "change_requested"),
        "approve_change": Transition(("change_requested",), "filed"),
        "reject_change": Transition(("change_requested",), "filed"),
        "check_in": Transition(("filed",), "on_duty"),
        "join": Transition(("on_duty",)),
        "miss": Transition(("filed", "change_requested"), "absent"),
        "check_in_late": Transition(("absent",), "on_duty"),
        "start_handover": Transition(("on_duty",), "handover_pending"),
        "accept_handover": Transition(("handover_pending",), "handed_over"),
        "close": Transition(("handed_over",), "closed"),
    },
    by_itself=("miss",),
)
SPOT_CHECK = Machine("spot check", ("issued",), {"answer": Transition(("issued",), "answered"), "miss": Transition(("issued",), "missed")}, by_itself=("miss",))
WATCHING = ("on_duty", "handover_pending")


@dataclass(frozen=True, slots=True)
class ShiftPlanned:
    """A shift was planned."""

    key: str
    start_time: datetime
    end_time: datetime


@dataclass(frozen=True, slots=True)
class RosterFiled:
    """A shift was filed with the office above."""

    key: str
    recipient: str
    period_start_time: datetime
    period_end_time: datetime


@dataclass(frozen=True, slots=True)
class RosterChangeRequested:
    """A change was asked for."""

    key: str
    person_out: str
    person_in: str


@dataclass(frozen=True, slots=True)
class RosterChangeRejected:
    """The change was refused."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class RosterChanged:
    """Somebody else serves."""

    key: str
    person_out: str
    person_in: str


@dataclass(frozen=True, slots=True)
class ShiftStarted:
    """A shift went on duty."""

    key: str
    person: str
    late_minutes: int


@dataclass(frozen=True, slots=True)
class ShiftJoined:
    """A further member checked in."""

    key: str
    person: str


@dataclass(frozen=True, slots=True)
class ShiftGap:
    """Somebody, or everybody, is missing."""

    key: str
    missing: list[str]
    uncovered: bool


@dataclass(frozen=True, slots=True)
class HandoverStarted:
    """The handover was offered."""

    key: str
    signed_by: str
    items_count: int


@dataclass(frozen=True, slots=True)
class ShiftHandedOver:
    """The successor accepted; both signed."""

    key: str
    handed_over_by: str
    accepted_by: str
    successor: str


@dataclass(frozen=True, slots=True)
class ShiftClosed:
    """Its log was sealed."""

    key: str


@dataclass(frozen=True, slots=True)
class DutyPerson:
    """Somebody on the roster; `person` is the account that checks in."""

    person: str
    display_name: str
    phone: str
    checked_in_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HandoverItem:
    """An open matter that is handed over."""

    resource: str
    note: str


@dataclass(frozen=True, slots=True)
class ShiftChange:
    """A change asked for."""

    person_out: str
    person_in: DutyPerson
    reason: str
    qualification: str
    requested_by: str


@dataclass(slots=True)
class Shift:
    """A shift of one organisation. It stays on duty until its successor accepts, whatever its planned end."""

    id: str
    org: str
    region_code: str
    start_at: datetime
    end_at: datetime
    leader: DutyPerson
    officers: list[DutyPerson]
    filed_at: datetime | None = None
    actual_start_at: datetime | None = None
    actual_end_at: datetime | None = None
    late_minutes: int = 0
    change: ShiftChange | None = None
    handover_items: list[HandoverItem] = field(default_factory=list)
    handed_over_by: str = ""
    accepted_by: str = ""
    successor_id: str = ""
    state: str = "planned"
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"shifts/{self.id}"

    @property
    def members(self) -> list[DutyPerson]:
        """Leader and officers."""
        return [self.leader, *self.officers]

    def member(self, person: str) -> DutyPerson:
        """The member with that account; NOT_ON_SHIFT."""
        for member in self.members:
            if member.person == person:
                return member
        raise errors.not_on_shift(self.name, person)

    def missing(self) -> list[str]:
        """Accounts that have not checked in."""
        return [member.person for member in self.members if member.checked_in_at is None]

    def schedule(self, *, sensitive: bool) -> ShiftPlanned:
        """A leader and at least one officer, two in a sensitive window, all different (DI-01, DI-02)."""
        if not self.start_at < self.end_at <= self.start_at + LONGEST:
            raise errors.shift_length(self.name)
        self._check_posts(sensitive=sensitive)
        return ShiftPlanned(self.org, self.start_at, self.end_at)

    def _check_posts(self, *, sensitive: bool) -> None:
        accounts = [member.person for member in self.members]
        if len(set(accounts)) < len(accounts):
            raise errors.same_person_twice(self.name)
        if len(self.officers) < 1 + sensitive:
            raise errors.double_post(self.name, 1 + sensitive, len(self.officers))

    def file(self, now: datetime, recipient: str, start: datetime, end: datetime) -> RosterFiled:
        """报备, before the period starts (DI-03)."""
        state = SHIFT.next(self.state, "file")
        if now >= start:
            raise errors.roster_late(start.isoformat())
        self.state, self.filed_at = state, now
        return RosterFiled(self.org, recipient, start, end)

    def request_change(self, change: ShiftChange) -> RosterChangeRequested:
        """申请换班."""
        state = SHIFT.next(self.state, "request_change")
        self.member(change.person_out)
        if any(member.person == change.person_in.person for member in self.members):
            raise errors.same_person_twice(self.name)
        self.state, self.change = state, change
        return RosterChangeRequested(self.org, change.person_out, change.person_in.person)

    def approve_change(self, by: str, now: datetime) -> RosterChanged:
        """The substitute serves; approved by another person than whoever asked."""
        change = self._decide("approve_change", by)
        swap = {change.person_out: change.person_in}
        self.leader = swap.get(self.leader.person, self.leader)
        self.officers = [swap.get(officer.person, officer) for officer in self.officers]
        self.filed_at = self.filed_at or now
        return RosterChanged(self.org, change.person_out, change.person_in.person)

    def reject_change(self, by: str, reason: str, now: datetime) -> RosterChangeRejected:
        """The roster stays, and counts as filed."""
        self._decide("reject_change", by)
        self.filed_at = self.filed_at or now
        return RosterChangeRejected(self.org, reason)

    def _decide(self, command: str, by: str) -> ShiftChange:
        state = SHIFT.next(self.state, command)
        change = self.change
        if change is None:
            raise AssertionError("a change is asked for in this state")
        if by == change.requested_by:
            raise errors.approver_is_requester(self.name)
        self.state, self.change = state, None
        return change

    def check_in(self, person: str, now: datetime) -> ShiftStarted | ShiftJoined:
        """到岗: the first one starts the shift, between EARLY before and LATE after its start; after an absence it is taken, and counted as late."""
        member = self.member(person)
        started = self.state == "on_duty" and member.checked_in_at is None
        command = "join" if started else "check_in_late" if self.state == "absent" else "check_in"
        state = SHIFT.next(self.state, command)
        if now < self.start_at - EARLY or (command == "check_in" and now > self.start_at + LATE):
            raise errors.check_in_window(self.name, (self.start_at - EARLY).isoformat(), (self.start_at + LATE).isoformat())
        self.state = state
        present = replace(member, checked_in_at=now)
        self.leader = present if self.leader.person == person else self.leader
        self.officers = [present if officer.person == person else officer for officer in self.officers]
        if command == "join":
            return ShiftJoined(self.org, person)
        self.actual_start_at = now
        self.late_minutes = max(0, math.ceil((now - self.start_at).total_seconds() / 60))
        return ShiftStarted(self.org, person, self.late_minutes)

    def look_for_gap(self, *, covered: bool) -> ShiftGap | None:
        """LATE after the start: nobody came (absent), or somebody is missing; None when all are there."""
        if self.state in ("filed", "change_requested"):
            self.state = SHIFT.next(self.state, "miss")
            return ShiftGap(self.org, self.missing(), not covered)
        missing = self.missing()
        return ShiftGap(self.org, missing, uncovered=False) if missing and self.state in WATCHING else None

    def start_handover(self, by: str, items: list[HandoverItem], open_matters: Collection[str]) -> HandoverStarted:
        """交班: signed by a member, with every open incident among the items."""
        state = SHIFT.next(self.state, "start_handover")
        self.member(by)
        forgotten = sorted(set(open_matters) - {item.resource for item in items})
        if forgotten:
            raise errors.handover_incomplete(self.name, forgotten)
        self.state, self.handover_items, self.handed_over_by = state, items, by
        return HandoverStarted(self.org, by, len(items))

    def accept_handover(self, by: str, successor: "Shift", now: datetime) -> ShiftHandedOver:
        """接班: by a member of the next shift who has checked in; only now the old shift is off duty."""
        state = SHIFT.next(self.state, "accept_handover")
        if successor.id == self.id or successor.org != self.org or successor.state != "on_duty":
            raise errors.successor_not_on_duty(successor.name, successor.state)
        if successor.member(by).checked_in_at is None:
            raise errors.not_checked_in(successor.name, by)
        if by == self.handed_over_by:
            raise errors.both_must_sign(self.name)
        self.state, self.accepted_by, self.successor_id, self.actual_end_at = state, by, successor.id, now
        return ShiftHandedOver(self.org, self.handed_over_by, by, successor.name)

    def close(self) -> ShiftClosed:
        """Seal its log."""
        self.state = SHIFT.next(self.state, "close")
        return ShiftClosed(self.org)

    def watch(self, now: datetime) -> tuple[datetime, datetime] | None:
        """From when until when it covers: as it was, as it is, or as it is planned; None when nobody came."""
        if self.state == "absent":
            return None
        if self.actual_start_at is None:
            return self.start_at, self.end_at
        return self.actual_start_at, self.actual_end_at or max(self.end_at, now)

    def substitute_free(self, others: Sequence["Shift"], person: str) -> None:
        """The substitute does not stand on another shift at that time."""
        for other in others:
            if other.id != self.id and other.start_at < self.end_at and self.start_at < other.end_at and any(m.person == person for m in other.members):
                raise errors.substitute_busy(person, other.name)
