"""Report obligation 报告义务 (DOMAIN § 2.3): a duty of `grading.duties` as it was opened, and what became of it."""

from dataclasses import dataclass, replace
from datetime import datetime

from chassis.states import Machine, Transition
from services.dispatch.grading.duties import Duty, Party, escalations
from services.dispatch.grading.reports import DutyRecord, DutyState

OBLIGATION = Machine(
    "obligation",
    ("open",),
    {
        "meet": Transition(("open",), "met"),
        "meet_late": Transition(("open",), "met_late"),
        "reopen": Transition(("met", "met_late"), "open"),
        "waive": Transition(("open",), "waived"),
        "cancel": Transition(("open",), "cancelled"),
        "warn": Transition(("open",)),
    },
    by_itself=("meet", "meet_late", "reopen", "cancel", "warn"),
)
OURS = (Party.COUNTY, Party.UNIT)
"""Whose duties ring alarms here: our own, and those of the unit that reports to us."""
_RECORDED = {"open": DutyState.OPEN, "met": DutyState.MET, "met_late": DutyState.MET, "waived": DutyState.WAIVED, "cancelled": DutyState.CANCELLED}


@dataclass(frozen=True, slots=True)
class ObligationFact:
    """Which obligation of which incident; `key` is its stable key inside it."""

    incident_id: str
    key: str


@dataclass(frozen=True, slots=True)
class ObligationOpened(ObligationFact):
    """A duty arose."""

    duty: Duty


@dataclass(frozen=True, slots=True)
class ReportDueSoon(ObligationFact):
    """50 or 80 percent of the window are over."""

    elapsed_percent: int
    due_at: datetime
    recipient: Party


@dataclass(frozen=True, slots=True)
class ReportOverdue(ObligationFact):
    """The deadline passed unmet."""

    due_at: datetime
    recipient: Party


@dataclass(frozen=True, slots=True)
class ObligationMet(ObligationFact):
    """Met, in time or late by either clock."""

    satisfied_by: str
    late: bool
    strict_late: bool


@dataclass(frozen=True, slots=True)
class ObligationReopened(ObligationFact):
    """What met it did not arrive: it is owed again, by the deadline it had."""

    due_at: datetime
    recipient: Party
    report: str


@dataclass(frozen=True, slots=True)
class ObligationWaived(ObligationFact):
    """Waived."""

    reason: str
    approver: str


@dataclass(frozen=True, slots=True)
class ObligationCancelled(ObligationFact):
    """Its incident was dismissed or merged."""


@dataclass(slots=True, kw_only=True)
class Obligation:
    """A duty with its deadlines as they were when it was opened; nothing moves them later. `warned`: percent of the window at the last warning."""

    id: str
    version: int = 1
    state: str = "open"
    incident_id: str
    region_code: str
    exercise_id: str
    created_at: datetime
    updated_at: datetime
    duty: Duty
    met_at: datetime | None = None
    satisfied_by: str = ""
    evidence: str = ""
    warned: int = 0
    waive_reason: str = ""
    approver: str = ""

    @classmethod
    def opened(cls, given_id: str, duty: Duty, incident_id: str, region_code: str, exercise_id: str, now: datetime) -> "Obligation":
        """A new one; its id follows from incident and key, so that it exists once."""
        return cls(id=given_id, incident_id=incident_id, region_code=region_code, exercise_id=exercise_id, created_at=now, updated_at=now, duty=duty)

    @property
    def name(self) -> str:
        """Resource name."""
        return f"obligations/{self.id}"

    @property
    def due_at(self) -> datetime:
        """By this lists are sorted."""
        return self.duty.due_at

    @property
    def rings(self) -> tuple[tuple[int, datetime], ...]:
        """(percent of the window, instant) of its warnings and of its due time; none for duties of others."""
        if self.duty.from_level not in OURS:
            return ()
        return tuple((round(fraction * 100), at) for fraction, at in escalations(self.duty))

    def record(self) -> DutyRecord:
        """What the timeliness of a period reads."""
        return DutyRecord(self.duty, _RECORDED[self.state], self.met_at)

    def strict_missed(self, now: datetime) -> bool:
        """The deadline of the norm passed before it was met, or has passed by now."""
        if self.state in ("waived", "cancelled"):
            return False
        return (self.met_at or now) > self.duty.strict_due_at

    def warn(self, percent: int) -> ReportDueSoon | ReportOverdue:
        """What a ring says."""
        self.state = OBLIGATION.next(self.state, "warn")
        self.warned = percent
        if percent >= 100:
            return ReportOverdue(self.incident_id, self.duty.key, self.duty.due_at, self.duty.to_level)
        return ReportDueSoon(self.incident_id, self.duty.key, percent, self.duty.due_at, self.duty.to_level)

    def meet(self, at: datetime, satisfied_by: str, evidence: str) -> ObligationMet:
        """Met by what was sent at `at`; late or not, it counts as met and keeps its evidence."""
        late = at > self.duty.due_at
        self.state = OBLIGATION.next(self.state, "meet_late" if late else "meet")
        self.met_at, self.satisfied_by, self.evidence = at, satisfied_by, evidence
        return ObligationMet(self.incident_id, self.duty.key, satisfied_by, late, at > self.duty.strict_due_at)

    def reopen(self) -> ObligationReopened:
        """The delivery that met it did not arrive."""
        self.state = OBLIGATION.next(self.state, "reopen")
        report, self.met_at, self.satisfied_by, self.evidence = self.satisfied_by, None, "", ""
        return ObligationReopened(self.incident_id, self.duty.key, self.duty.due_at, self.duty.to_level, report)

    def hasten(self, duty: Duty) -> bool:
        """The same duty of an incident that was merged into this one: while it is open, the earlier deadlines hold. False when nothing changes."""
        earlier = replace(
            self.duty,
            clock_start=min(self.duty.clock_start, duty.clock_start),
            due_at=min(self.duty.due_at, duty.due_at),
            strict_due_at=min(self.duty.strict_due_at, duty.strict_due_at),
        )
        if self.state != "open" or earlier == self.duty:
            return False
        self.duty = earlier
        return True

    def waive(self, reason: str, approver: str) -> ObligationWaived:
        """Waived, with a reason; the timeliness leaves it out."""
        self.state = OBLIGATION.next(self.state, "waive")
        self.waive_reason, self.approver = reason, approver
        return ObligationWaived(self.incident_id, self.duty.key, reason, approver)

    def cancel(self) -> ObligationCancelled:
        """Its incident was none, or belongs to another."""
        self.state = OBLIGATION.next(self.state, "cancel")
        return ObligationCancelled(self.incident_id, self.duty.key)
