"""Task 任务 (DOMAIN § 2.3): something to be done, traceable to the clause it follows from."""

from dataclasses import dataclass, field
from datetime import datetime

from chassis.states import Machine, Transition
from services.dispatch.errors import field as errors

TASK = Machine(
    "task",
    ("draft",),
    {
        "issue": Transition(("draft",), "issued"),
        "start": Transition(("issued",), "in_progress"),
        "complete": Transition(("in_progress",), "done"),
        "verify": Transition(("done",), "verified"),
        "close": Transition(("verified",), "closed"),
        "fail": Transition(("in_progress",), "failed"),
        "reissue": Transition(("failed",), "issued"),
        "cancel": Transition(("issued", "in_progress"), "cancelled"),
        "discard": Transition(("draft",), "discarded"),
    },
)
OPEN = ("issued", "in_progress", "done", "failed")
"""Given out and not settled: `done` still waits for somebody to look, `failed` for another try."""
WORKABLE = ("issued", "in_progress")
KINDS = (
    "general", "rescue", "evacuation", "firefighting", "medical", "hazard_control", "traffic", "monitoring", "supply", "communication", "relief",
    "preposition", "public_warning", "information", "law_measure",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Origin:
    """What a task follows from, as its events tell it."""

    key: str
    activation_id: str
    plan_action: str


@dataclass(frozen=True, slots=True)
class TaskDrafted(Origin):
    """Proposed."""

    title: str
    kind: str
    life_saving: bool
    clause: str
    alert_id: str


@dataclass(frozen=True, slots=True)
class TaskIssued(Origin):
    """Given out."""

    title: str
    kind: str
    life_saving: bool
    clause: str
    due_time: datetime | None
    again: bool


@dataclass(frozen=True, slots=True)
class TaskStarted(Origin):
    """Work began."""

    life_saving: bool


@dataclass(frozen=True, slots=True)
class TaskDone(Origin):
    """Reported done."""

    life_saving: bool
    result: str


@dataclass(frozen=True, slots=True)
class TaskVerified(Origin):
    """Seen to be done."""

    life_saving: bool


@dataclass(frozen=True, slots=True)
class TaskFailed(Origin):
    """Could not be done."""

    life_saving: bool
    reason: str


@dataclass(frozen=True, slots=True)
class TaskCancelled(Origin):
    """Taken back."""

    life_saving: bool
    reason: str


@dataclass(frozen=True, slots=True)
class TaskDiscarded(Origin):
    """A draft was not taken up."""

    reason: str


@dataclass(frozen=True, slots=True)
class TaskClosed(Origin):
    """Closed."""

    life_saving: bool


@dataclass(frozen=True, slots=True)
class TaskMoved(Origin):
    """It belongs to the incident that took its own in; `previous` is the name of that one."""

    previous: str


@dataclass(frozen=True, slots=True)
class TaskOverdue(Origin):
    """Due, and not done."""

    life_saving: bool
    due_time: datetime | None


@dataclass(frozen=True, slots=True)
class NotificationRequested:
    """Somebody is to be told; the notifier carries it."""

    key: str
    recipient: str
    address: str
    text: str
    task_id: str


@dataclass(frozen=True, slots=True)
class CapabilityNeed:
    """A capability the task needs, and how much of it."""

    code: str
    count: int


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What a list of tasks is narrowed to; an empty word narrows nothing."""

    state: str = ""
    incident_id: str = ""
    activation_id: str = ""
    life_saving: bool = False
    open_only: bool = False


@dataclass(slots=True)
class Task:
    """Something to be done. Times are UTC; `lon`/`lat` WGS 84 degrees; None means unknown or open."""

    id: str
    title: str
    created_at: datetime
    kind: str = "general"
    description: str = ""
    life_saving: bool = False
    incident_id: str = ""
    activation_id: str = ""
    clause: str = ""
    plan_action: str = ""
    alert_id: str = ""
    evacuation_order_id: str = ""
    pre_position_id: str = ""
    responsible: str = ""
    region_code: str = ""
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    needs: list[CapabilityNeed] = field(default_factory=list)
    qualifications: list[str] = field(default_factory=list)
    due_at: datetime | None = None
    issued_at: datetime | None = None
    started_at: datetime | None = None
    done_at: datetime | None = None
    result: str = ""
    done_by: str = ""
    verified_by: str = ""
    reason: str = ""
    exercise_id: str = ""
    state: str = "draft"
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"tasks/{self.id}"

    @property
    def key(self) -> str:
        """Order on the log: the incident's, else its own."""
        return self.incident_id or self.id

    @property
    def location(self) -> tuple[float, float] | None:
        """Longitude and latitude; None when unknown."""
        return (self.lon, self.lat) if self.lon is not None and self.lat is not None else None

    @property
    def codes(self) -> list[str]:
        """Codes of the capabilities it needs."""
        return [need.code for need in self.needs]

    def overdue(self, now: datetime) -> bool:
        """Not done though due."""
        return self.due_at is not None and now > self.due_at and self.state in ("draft", "issued", "in_progress", "failed")

    def draft(self) -> TaskDrafted:
        """Propose it."""
        return TaskDrafted(*self._origin, self.title, self.kind, self.life_saving, self.clause, self.alert_id)

    def issue(self, now: datetime, *, again: bool = False) -> TaskIssued:
        """Give it out, for the first time or again after a failure."""
        self.state = TASK.next(self.state, "reissue" if again else "issue")
        self.issued_at, self.reason = now, ""
        return TaskIssued(*self._origin, self.title, self.kind, self.life_saving, self.clause, self.due_at, again)

    def start(self, now: datetime) -> TaskStarted:
        """Work began."""
        self.state = TASK.next(self.state, "start")
        self.started_at = now
        return TaskStarted(*self._origin, self.life_saving)

    def complete(self, now: datetime, result: str, by: str) -> TaskDone:
        """Reported done, with its result."""
        self.state = TASK.next(self.state, "complete")
        self.done_at, self.result, self.done_by = now, result, by
        return TaskDone(*self._origin, self.life_saving, result)

    def verify(self, by: str, note: str) -> TaskVerified:
        """Somebody looked: another person than whoever reported it done."""
        state = TASK.next(self.state, "verify")
        if by == self.done_by:
            raise errors.verifier_is_author(self.name)
        self.state, self.verified_by = state, by
        self.result = f"{self.result}\n{note}" if note else self.result
        return TaskVerified(*self._origin, self.life_saving)

    def fail(self, reason: str) -> TaskFailed:
        """It cannot be done."""
        self.state = TASK.next(self.state, "fail")
        self.reason = reason
        return TaskFailed(*self._origin, self.life_saving, reason)

    def cancel(self, reason: str, units: int) -> TaskCancelled:
        """Take it back; units on it must be recalled first."""
        state = TASK.next(self.state, "cancel")
        if units:
            raise errors.task_has_units(self, units)
        self.state, self.reason = state, reason
        return TaskCancelled(*self._origin, self.life_saving, reason)

    def discard(self, reason: str) -> TaskDiscarded:
        """Drop a draft."""
        self.state = TASK.next(self.state, "discard")
        self.reason = reason
        return TaskDiscarded(*self._origin, reason)

    def close(self) -> TaskClosed:
        """Close it after it was verified."""
        self.state = TASK.next(self.state, "close")
        return TaskClosed(*self._origin, self.life_saving)

    def look_at_due(self, now: datetime) -> TaskOverdue | None:
        """Its due time has come: told when it was given out and is not done; None otherwise."""
        given_out = self.state in ("issued", "in_progress", "failed") and self.due_at is not None and now >= self.due_at
        return TaskOverdue(*self._origin, self.life_saving, self.due_at) if given_out else None

    def move(self, incident_id: str) -> TaskMoved:
        """Its incident was merged into another: the work goes on for that one."""
        previous, self.incident_id = self.incident_id, incident_id
        return TaskMoved(*self._origin, f"incidents/{previous}")

    @property
    def _origin(self) -> tuple[str, str, str]:
        return self.key, self.activation_id, self.plan_action
