"""Facts about activations, as the model states them."""

from dataclasses import dataclass
from datetime import datetime

from services.plans.model.content import RequiredResource


@dataclass(frozen=True, slots=True)
class ActivatedAction:
    """An action card put to work, without persons. `action_id` is made from activation and card and never changes."""

    action_id: str
    card: str
    clause: str
    level: int
    phase: str
    post: str
    action: str
    due_time: datetime
    life_saving: bool
    capability: str
    required_resources: tuple[RequiredResource, ...]


@dataclass(frozen=True, slots=True)
class ActivationProposed:
    """A response is proposed."""

    key: str
    plan: str
    plan_version: str
    plan_title: str
    cause: str
    level: int
    basis: str


@dataclass(frozen=True, slots=True)
class ActivationMoved:
    """It goes on for the incident its own was merged into."""

    key: str
    activation: str
    merged: str


@dataclass(frozen=True, slots=True)
class ActivationRejected:
    """Decided against."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class PlanActivated:
    """A response started."""

    key: str
    activation: str
    plan: str
    plan_version: str
    plan_title: str
    cause: str
    level: int
    mode: str
    subject: str
    measures: tuple[str, ...]
    expected_end_time: datetime | None
    authority_org: str
    lead_org: str
    actions: tuple[ActivatedAction, ...]
    required_resources: tuple[RequiredResource, ...]
    posts: tuple[str, ...]
    paperwork_due_time: datetime | None


@dataclass(frozen=True, slots=True)
class ActivationLevelChangeProposed:
    """The facts call for a more severe level."""

    key: str
    level: int
    proposed_level: int
    basis: str


@dataclass(frozen=True, slots=True)
class ActivationLevelChangeDeclined:
    """The proposed level was decided against."""

    key: str
    level: int
    proposed_level: int
    reason: str


@dataclass(frozen=True, slots=True)
class ActivationLevelChanged:
    """Another level is in force; only actions not put to work before are listed."""

    key: str
    activation: str
    plan: str
    plan_version: str
    plan_title: str
    cause: str
    previous_level: int
    level: int
    reason: str
    actions: tuple[ActivatedAction, ...]
    required_resources: tuple[RequiredResource, ...]
    posts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActivationExtended:
    """It was given more time."""

    key: str
    previous_end_time: datetime | None
    expected_end_time: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class ActivationOverdue:
    """The expected end has passed."""

    key: str
    expected_end_time: datetime


@dataclass(frozen=True, slots=True)
class ActivationTerminated:
    """A response ended."""

    key: str
    activation: str
    cause: str
    level: int
    reason: str
    open_tasks: tuple[str, ...]
    open_tasks_override: str


@dataclass(frozen=True, slots=True)
class ActivationClosed:
    """A response was closed."""

    key: str
    review: str


@dataclass(frozen=True, slots=True)
class ActivationPaperworkFiled:
    """The papers of an urgent start were filed."""

    key: str
    document_ref: str
    late: bool
    expected_end_time: datetime


@dataclass(frozen=True, slots=True)
class ActivationPaperworkOverdue:
    """The papers of an urgent start are late."""

    key: str
    paperwork_due_time: datetime
