"""Spot check 抽查 of a shift on duty (DI-05): answered within its window, or missed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.dispatch.errors import field as errors
from services.dispatch.model.shift import ANSWER_WITHIN_S, SPOT_CHECK, Shift

KINDS = ("video", "phone", "site")


@dataclass(frozen=True, slots=True)
class SpotCheckIssued:
    """A check was issued."""

    key: str
    shift: str
    kind: str
    due_time: datetime


@dataclass(frozen=True, slots=True)
class SpotCheckAnswered:
    """Answered in time."""

    key: str
    shift: str
    response_s: int


@dataclass(frozen=True, slots=True)
class SpotCheckMissed:
    """Not answered in time."""

    key: str
    shift: str


@dataclass(slots=True)
class SpotCheck:
    """A check of a shift on duty."""

    id: str
    shift_id: str
    org: str
    region_code: str
    kind: str
    issued_at: datetime
    issued_by: str
    answer_within_s: int = ANSWER_WITHIN_S
    answered_at: datetime | None = None
    answered_by: str = ""
    response_s: int | None = None
    state: str = "issued"
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"spotChecks/{self.id}"

    @property
    def due_at(self) -> datetime:
        """Until when it must be answered."""
        return self.issued_at + timedelta(seconds=self.answer_within_s)

    def issue(self, shift: Shift) -> SpotCheckIssued:
        """Check a shift that is on duty, by somebody who is not on it."""
        if shift.state != "on_duty":
            raise errors.shift_not_on_duty(shift.name, shift.state)
        if any(member.person == self.issued_by for member in shift.members):
            raise errors.own_spot_check(shift.name)
        return SpotCheckIssued(self.org, shift.name, self.kind, self.due_at)

    def answer(self, shift: Shift, by: str, now: datetime) -> SpotCheckAnswered:
        """Answered by a member of the shift, within the window."""
        state = SPOT_CHECK.next(self.state, "answer")
        shift.member(by)
        if now > self.due_at:
            raise errors.answer_too_late(self.name)
        self.state, self.answered_at, self.answered_by = state, now, by
        self.response_s = int((now - self.issued_at).total_seconds())
        return SpotCheckAnswered(self.org, shift.name, self.response_s)

    def miss(self) -> SpotCheckMissed:
        """The window is over."""
        self.state = SPOT_CHECK.next(self.state, "miss")
        return SpotCheckMissed(self.org, f"shifts/{self.shift_id}")
