"""What units report of themselves (DOMAIN § 2.2): what a report changes, decided on what was loaded; nothing is written here."""

from copy import copy
from dataclasses import dataclass, field
from datetime import datetime

from chassis.errors import DomainError
from services.dispatch.errors import field as errors
from services.dispatch.model.assignment import STEPS, Assignment, Step
from services.dispatch.model.unit import ON_DUTY_IN_FIELD, Unit, UnitContactRestored

FREE = ("available", "alerted", "off_duty", "out_of_service")
"""States in which no assignment binds a unit."""
ORDER = ("offered", "acknowledged", "en_route", "on_scene", "working", "completed")


@dataclass(frozen=True, slots=True)
class StatusReport:
    """A unit is in a state. `made_at` is when it said so; None: just now. `fence` is that of the assignment it is about; None: not known to the sender."""

    unit_id: str
    step: Step
    fence: int | None = None
    reason: str = ""
    made_at: datetime | None = None

    def check_form(self) -> None:
        """Refuses states that nobody reports, and going out of service without a word why."""
        if self.step.state in ("assigned", "lost_contact"):
            raise errors.state_not_reportable(self.step.state)
        if self.step.state == "out_of_service" and not self.reason.strip():
            raise errors.reason_needed(self.step.state)


@dataclass(frozen=True, slots=True)
class Refused:
    """A report that was not taken: its place among those given, and why."""

    index: int
    unit_id: str
    refusal: DomainError


@dataclass(slots=True)
class Taken:
    """What became of reports that came together."""

    accepted: int = 0
    outdated: int = 0
    unknown: list[str] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)
    """Units that were out of contact and are back."""


@dataclass(slots=True)
class Told:
    """A unit and its assignment while that is live, with the events of what it told so far."""

    unit: Unit
    assignment: Assignment | None = None
    unit_events: list[object] = field(default_factory=list)
    assignment_events: list[object] = field(default_factory=list)
    answered: bool = False
    """It took its assignment by setting out."""
    departed: bool = False
    """It set out: the first unit under way starts its task."""
    entered: bool = False
    """It came into the field: from now on it must be heard of."""

    def trial(self) -> "Told":
        """The same for a report that may yet be refused: what is told to it leaves this one alone."""
        parts = copy(self.unit), copy(self.assignment), [*self.unit_events], [*self.assignment_events]
        return Told(*parts, self.answered, self.departed, self.entered)

    @property
    def restored(self) -> bool:
        """It was out of contact and is back."""
        return any(isinstance(event, UnitContactRestored) for event in self.unit_events)

    def outdated(self, made_at: datetime | None) -> bool:
        """What was said then is older than what is known: the last report, the last order, the assignment in hand."""
        known = [moment for moment in (self.unit.known_at, self.assignment.created_at if self.assignment else None) if moment is not None]
        return made_at is not None and any(made_at < moment for moment in known)

    def take(self, report: StatusReport, now: datetime) -> None:
        """A unit's state as it reports it. Where an assignment is live, en_route, on_scene and working move it too. Raises what stands against it."""
        report.check_form()
        self.unit.check_fence(report.fence)
        if self.assignment is not None and report.step.state in STEPS and ORDER.index(report.step.state) > ORDER.index(self.assignment.state):
            self.advance(self.assignment, report.step, now)
        else:
            self._alone(report, now)
        self.unit.known_at = report.made_at or now

    def advance(self, assignment: Assignment, step: Step, now: datetime) -> None:
        """Move assignment and unit by one step; who sets out has accepted."""
        if assignment.state == "offered" and step.state == "en_route":
            self.assignment_events.append(assignment.accept(now, step.expected_at))
            self.answered = True
        self.assignment_events.append(assignment.progress(step, now))
        self._move(step, now)
        self.unit.expected_at = assignment.expected_at if step.state == "en_route" else None
        self.departed = self.departed or step.state == "en_route"

    def _alone(self, report: StatusReport, now: datetime) -> None:
        """A change that moves no assignment: also that of a unit that rested and goes on working."""
        unit, state, live = self.unit, report.step.state, self.assignment is not None
        if unit.assignment_id and (state in FREE or (state == "returning" and live)):
            raise errors.assignment_open(unit, f"assignments/{unit.assignment_id}")
        if state in STEPS and not live and unit.lost_from != state:
            raise errors.no_assignment(unit)
        self._move(report.step, now, report.reason)

    def _move(self, step: Step, now: datetime, reason: str = "") -> None:
        before = self.unit.state
        self.unit_events.extend(self.unit.heard(now, step.source))
        if self.unit.state != step.state:
            self.unit_events.append(self.unit.move(step.state, now, step.source, reason))
        self.entered = self.entered or (self.unit.state in ON_DUTY_IN_FIELD and before not in ON_DUTY_IN_FIELD)
