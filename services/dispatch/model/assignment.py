"""Assignment 派遣 (DOMAIN § 2.3): one unit on one task, from the offer until the unit is back."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chassis.states import Machine, Transition
from services.dispatch.errors import field as errors

ANSWER_WITHIN = timedelta(minutes=2)
"""How long a unit may take to answer an offer, unless the dispatcher says otherwise."""
ASSIGNMENT = Machine(
    "assignment",
    ("offered",),
    {
        "accept": Transition(("offered",), "acknowledged"),
        "decline": Transition(("offered",), "declined"),
        "expire": Transition(("offered",), "expired"),
        "depart": Transition(("acknowledged",), "en_route"),
        "arrive": Transition(("en_route",), "on_scene"),
        "work": Transition(("on_scene",), "working"),
        "complete": Transition(("working",), "completed"),
        "release": Transition(("on_scene", "working", "completed"), "released"),
        "return": Transition(("released",), "returned"),
        "recall": Transition(("offered", "acknowledged", "en_route", "on_scene", "working"), "recalled"),
        "reassign": Transition(("acknowledged", "en_route", "on_scene", "working", "completed", "released"), "reassigned"),
    },
    by_itself=("expire",),
)
LIVE = ("offered", "acknowledged", "en_route", "on_scene", "working", "completed")
"""A unit has at most one of these."""
STEPS = {"en_route": "depart", "on_scene": "arrive", "working": "work"}
"""The command behind each step a unit reports."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Which assignment an event is about."""

    key: str
    task_id: str
    unit_id: str
    fence: int


@dataclass(frozen=True, slots=True)
class AssignmentOffered(Fact):
    """Offered to a unit."""

    answer_due_time: datetime
    override_reason: str
    set_aside: list[str]
    set_aside_reason: str


@dataclass(frozen=True, slots=True)
class AssignmentAccepted(Fact):
    """The unit takes it."""

    expect_time: datetime | None


@dataclass(frozen=True, slots=True)
class AssignmentDeclined(Fact):
    """The unit cannot."""

    reason: str
    suggested: list[str]


@dataclass(frozen=True, slots=True)
class AssignmentExpired(Fact):
    """The unit did not answer in time."""

    suggested: list[str]


@dataclass(frozen=True, slots=True)
class AssignmentProgressed(Fact):
    """Under way, arrived, working or completed."""

    state: str
    expect_time: datetime | None


@dataclass(frozen=True, slots=True)
class AssignmentReleased(Fact):
    """The unit may go home."""


@dataclass(frozen=True, slots=True)
class AssignmentReturned(Fact):
    """The unit is home."""

    equipment_ok: bool


@dataclass(frozen=True, slots=True)
class AssignmentRecalled(Fact):
    """Called back."""

    reason: str


@dataclass(frozen=True, slots=True)
class AssignmentReassigned(Fact):
    """Closed for another task."""

    reason: str
    successor: str


@dataclass(frozen=True, slots=True)
class OverrideRecorded:
    """Another unit than recommended was sent; resource names."""

    key: str
    task_id: str
    unit_id: str
    recommended: list[str]
    reason: str
    dispatcher: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that could go, and why it stands where it stands. Reasons are codes; people read their texts on the page."""

    unit_id: str
    display_name: str
    state: str
    matched: list[str]
    distance_m: float | None
    reasons: list[str]
    position_stale: bool
    travel_s: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What a unit reports of its way: the state reached, when it expects to arrive, where it is, how the word came in."""

    state: str
    expected_at: datetime | None = None
    location: tuple[float, float] | None = None
    place: str = ""
    source: str = "app"


@dataclass(slots=True)
class Assignment:
    """One unit on one task. Times are UTC; None means not yet or unknown."""

    id: str
    unit_id: str
    task_id: str
    incident_id: str
    region_code: str
    unit_display_name: str
    fence: int
    created_at: datetime
    answer_due_at: datetime
    matched: list[str]
    dispatcher: str
    override_reason: str = ""
    zone: str = ""
    expected_at: datetime | None = None
    accepted_at: datetime | None = None
    departed_at: datetime | None = None
    arrived_at: datetime | None = None
    arrive_lon: float | None = None
    arrive_lat: float | None = None
    arrive_place: str = ""
    working_at: datetime | None = None
    completed_at: datetime | None = None
    released_at: datetime | None = None
    closed_at: datetime | None = None
    result: str = ""
    reason: str = ""
    equipment_note: str = ""
    suggestions: list[Candidate] = field(default_factory=list)
    recommended: list[str] = field(default_factory=list)
    overridden: bool = False
    allocation_proposal_id: str = ""
    lacked: list[str] = field(default_factory=list)
    set_aside: list[str] = field(default_factory=list)
    set_aside_reason: str = ""
    exercise_id: str = ""
    state: str = "offered"
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"assignments/{self.id}"

    @property
    def arrive_location(self) -> tuple[float, float] | None:
        """Longitude and latitude of the arrival; None when given in words."""
        return (self.arrive_lon, self.arrive_lat) if self.arrive_lon is not None and self.arrive_lat is not None else None

    @property
    def live(self) -> bool:
        """The unit is bound by it."""
        return self.state in LIVE

    def offer(self) -> AssignmentOffered:
        """Offered to a unit."""
        return AssignmentOffered(*self._fact, self.answer_due_at, self.override_reason, self.set_aside, self.set_aside_reason)

    def override(self) -> list[OverrideRecorded]:
        """What is to be told when another unit than recommended was sent."""
        if not self.overridden:
            return []
        return [OverrideRecorded(self.incident_id or self.task_id, self.task_id, self.unit_id, self.recommended, self.override_reason, self.dispatcher)]

    def accept(self, now: datetime, expected_at: datetime | None) -> AssignmentAccepted:
        """The unit takes it; too late once the window is over, even when nobody has noticed yet."""
        state = ASSIGNMENT.next(self.state, "accept")
        if now > self.answer_due_at:
            raise errors.answer_too_late(self.name)
        self.state, self.accepted_at, self.expected_at = state, now, expected_at
        return AssignmentAccepted(*self._fact, expected_at)

    def decline(self, now: datetime, reason: str, suggestions: list[Candidate]) -> AssignmentDeclined:
        """The unit cannot."""
        self._end("decline", now, reason)
        self.suggestions = suggestions
        return AssignmentDeclined(*self._fact, reason, _units(suggestions))

    def expire(self, now: datetime, suggestions: list[Candidate]) -> AssignmentExpired:
        """The unit did not answer in time."""
        self._end("expire", now, "")
        self.suggestions = suggestions
        return AssignmentExpired(*self._fact, _units(suggestions))

    def progress(self, step: Step, now: datetime) -> AssignmentProgressed:
        """Under way (with its expected arrival), arrived (with its place), or working."""
        state = ASSIGNMENT.next(self.state, STEPS[step.state])
        if step.state == "en_route":
            self.expected_at = step.expected_at or self.expected_at
            if self.expected_at is None:
                raise errors.arrival_time_needed(self.name)
            self.departed_at = now
        elif step.state == "on_scene":
            if step.location is None and not step.place:
                raise errors.arrival_place_needed(self.name)
            self.arrived_at, self.arrive_place = now, step.place
            if step.location is not None:
                self.arrive_lon, self.arrive_lat = step.location
        else:
            self.working_at = now
        self.state = state
        return AssignmentProgressed(*self._fact, state, self.expected_at)

    def complete(self, now: datetime, result: str) -> AssignmentProgressed:
        """Its work is done."""
        self.state = ASSIGNMENT.next(self.state, "complete")
        self.completed_at, self.result = now, result
        return AssignmentProgressed(*self._fact, self.state, None)

    def release(self, now: datetime) -> AssignmentReleased:
        """The unit may go home."""
        self.state = ASSIGNMENT.next(self.state, "release")
        self.released_at = now
        return AssignmentReleased(*self._fact)

    def give_back(self, now: datetime, note: str, *, equipment_ok: bool) -> AssignmentReturned:
        """The unit is home and its equipment was looked at; what is missing must be named."""
        ASSIGNMENT.next(self.state, "return")
        if not equipment_ok and not note:
            raise errors.equipment_note_needed(self.name)
        self._end("return", now, self.reason)
        self.equipment_note = note
        return AssignmentReturned(*self._fact, equipment_ok)

    def recall(self, now: datetime, reason: str) -> AssignmentRecalled:
        """Called back."""
        self._end("recall", now, reason)
        return AssignmentRecalled(*self._fact, reason)

    def reassign(self, now: datetime, reason: str, successor: str) -> AssignmentReassigned:
        """Closed for another task."""
        self._end("reassign", now, reason)
        return AssignmentReassigned(*self._fact, reason, successor)

    def _end(self, command: str, now: datetime, reason: str) -> None:
        self.state = ASSIGNMENT.next(self.state, command)
        self.closed_at, self.reason = now, reason

    @property
    def _fact(self) -> tuple[str, str, str, int]:
        return self.incident_id or self.task_id, self.task_id, self.unit_id, self.fence


def _units(candidates: list[Candidate]) -> list[str]:
    return [f"units/{candidate.unit_id}" for candidate in candidates]
