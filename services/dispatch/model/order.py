"""One-key order 一键调度 (DI-18): what to do, who goes, who is told; and what became of each."""

from dataclasses import dataclass, field
from datetime import timedelta

from chassis.errors import DomainError
from services.dispatch.model.advice import NOTHING_KEPT, Kept
from services.dispatch.model.assignment import ANSWER_WITHIN, Assignment
from services.dispatch.model.task import Task


@dataclass(frozen=True, slots=True)
class Wish:
    """A unit to send, where in the scene it may work, and what was recommended of late. `override_reason`: why it may go without the capability, too near the
    end of its shift, or against the advice."""

    unit_id: str
    override_reason: str = ""
    zone: str = ""
    advice: Kept = NOTHING_KEPT
    allocation_proposal_id: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Somebody to tell; an empty text stands for the task's title."""

    recipient: str
    address: str
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one unit: its assignment, or why it was not offered one."""

    unit_id: str
    assignment: Assignment | None = None
    refusal: DomainError | None = None


@dataclass(frozen=True, slots=True)
class OneKeyOrder:
    """What to do, who goes, who is told."""

    incident_id: str
    task_id: str
    new_task: Task | None
    wishes: list[Wish]
    notices: list[Notice] = field(default_factory=list)
    answer_within: timedelta = ANSWER_WITHIN


@dataclass(frozen=True, slots=True)
class OneKeyAnswer:
    """The task, and one outcome a unit in the order asked."""

    task: Task
    outcomes: list[Outcome]
    notified: list[str]
