"""Activation 启动响应: proposed by people or rules, started, changed and ended by people only (DOMAIN § 2.1; 应对法 72, 86)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.states import Machine, Transition
from services.plans import errors
from services.plans.model.activation_facts import (
    ActivatedAction,
    ActivationClosed,
    ActivationExtended,
    ActivationLevelChanged,
    ActivationLevelChangeDeclined,
    ActivationLevelChangeProposed,
    ActivationMoved,
    ActivationOverdue,
    ActivationPaperworkFiled,
    ActivationPaperworkOverdue,
    ActivationProposed,
    ActivationRejected,
    ActivationTerminated,
    PlanActivated,
)
from services.plans.model.content import ActionCard, Content, RequiredResource, has_authority, needed_role
from services.plans.model.reason import given

PAPERWORK = timedelta(hours=24)
"""Papers of an urgent start are due after this time (DOMAIN § 0.10, our choice)."""

ACTIVATION = Machine(
    "activation",
    ("proposed", "active"),
    {
        "repropose": Transition(("proposed",)),
        "activate": Transition(("proposed",), "active"),
        "activate_urgent": Transition(("proposed",), "active"),
        "reject": Transition(("proposed",), "rejected"),
        "propose_level": Transition(("active",)),
        "decline_level": Transition(("active",)),
        "change_level": Transition(("active",)),
        "extend": Transition(("active",)),
        "file_paperwork": Transition(("active", "terminated", "closed")),
        "terminate": Transition(("active",), "terminated"),
        "close": Transition(("terminated",), "closed"),
    },
    by_itself=("repropose", "propose_level"),
)


@dataclass(frozen=True, slots=True)
class LevelChange:
    """A response level that was in force."""

    level: int
    time: datetime
    reason: str
    actor: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What 应对法 72 asks to be stated at the start of a response."""

    level: int
    subject: str
    duration: timedelta | None
    measures: tuple[str, ...]

    def check(self) -> timedelta:
        """The expected duration. LAW_72 names what is not stated."""
        stated = {"subject": bool(self.subject.strip()), "level": self.level > 0, "expected_duration": bool(self.duration), "measures": bool(self.measures)}
        missing = [name for name, given in stated.items() if not given]
        if missing or self.duration is None:
            raise errors.law_72(missing)
        return self.duration


@dataclass(slots=True)
class ActionAtWork:
    """An action card of an activation at work; it keeps the person, whom events leave out."""

    id: str
    activation_id: str
    cause: str
    level: int
    card: ActionCard
    due_time: datetime
    state: str = "open"
    task: str = ""
    version: int = 1

    @property
    def name(self) -> str:
        """It has no name of its own; its id is unique."""
        return self.id

    @property
    def action_id(self) -> str:
        """Its id, as the contract calls it."""
        return self.id

    @property
    def activation(self) -> str:
        """Resource name of its activation."""
        return f"activations/{self.activation_id}"

    def fact(self) -> ActivatedAction:
        """The action without persons."""
        card = self.card
        return ActivatedAction(
            self.id, card.card, card.clause, self.level, card.phase, card.post, card.action, self.due_time,
            card.life_saving, card.capability, card.required_resources,
        )  # fmt: skip


@dataclass(slots=True)
class Activation:
    """A plan version at work for one incident or alert. Levels run from 1 (most severe) to 4."""

    id: str
    plan_id: str
    plan_version: str
    plan_title: str
    lead_org: str
    cause: str
    region_code: str
    exercise_id: str
    level: int
    basis: str
    proposer: str
    create_time: datetime
    state: str = "proposed"
    version: int = 1
    subject: str = ""
    measures: tuple[str, ...] = ()
    expected_end_time: datetime | None = None
    overdue: bool = False
    mode: str = ""
    activator: str = ""
    authority_org: str = ""
    authorised_by: str = ""
    activate_time: datetime | None = None
    level_history: tuple[LevelChange, ...] = ()
    proposed_level: int = 0
    proposed_level_basis: str = ""
    paperwork_due_time: datetime | None = None
    paperwork_file_time: datetime | None = None
    paperwork_ref: str = ""
    terminate_time: datetime | None = None
    reason: str = ""
    review: str = ""

    @property
    def name(self) -> str:
        """Resource name."""
        return f"activations/{self.id}"

    @property
    def plan(self) -> str:
        """Resource name of its plan."""
        return f"plans/{self.plan_id}"

    @property
    def incident(self) -> str:
        """The incident's name; empty for an alert."""
        return self.cause if self.cause.startswith("incidents/") else ""

    @property
    def key(self) -> str:
        """What orders its events."""
        return self.cause.rpartition("/")[2]

    def proposed(self) -> ActivationProposed:
        """The proposal as a fact."""
        return ActivationProposed(self.key, self.plan, self.plan_version, self.plan_title, self.cause, self.level, self.basis)

    def repropose(self, level: int, basis: str) -> ActivationProposed:
        """Another level is called for before anybody decided."""
        ACTIVATION.next(self.state, "repropose")
        self.level, self.basis = level, basis
        return self.proposed()

    def activate(self, statement: Statement, org: str, actor: str, now: datetime) -> None:
        """Start. Guard: LAW_72."""
        state = ACTIVATION.next(self.state, "activate")
        duration = statement.check()
        self.state, self.mode, self.subject, self.measures = state, "normal", statement.subject.strip(), statement.measures
        self.expected_end_time = now + duration
        self._start(statement.level, org, actor, now)

    def activate_urgent(self, level: int, subject: str, authorised_by: str, org: str, actor: str, now: datetime) -> None:
        """Start at once; papers are due in 24 hours."""
        self.state = ACTIVATION.next(self.state, "activate_urgent")
        self.mode, self.subject, self.authorised_by = "urgent", subject.strip(), authorised_by.strip()
        self.paperwork_due_time = now + PAPERWORK
        self._start(level, org, actor, now)

    def _start(self, level: int, org: str, actor: str, now: datetime) -> None:
        self.level, self.authority_org, self.activator, self.activate_time = level, org, actor, now
        self.level_history = (LevelChange(level, now, self.basis, actor),)

    def activated(self, actions: Iterable[ActionAtWork], needs: tuple[RequiredResource, ...], posts: tuple[str, ...]) -> PlanActivated:
        """The start as a fact, with everything that follows from it."""
        facts = tuple(action.fact() for action in actions)
        return PlanActivated(
            self.key, self.name, self.plan, self.plan_version, self.plan_title, self.cause, self.level, self.mode, self.subject, self.measures,
            self.expected_end_time, self.authority_org, self.lead_org, facts, needs, posts, self.paperwork_due_time,
        )  # fmt: skip

    def file_paperwork(self, document_ref: str, statement: Statement, now: datetime) -> ActivationPaperworkFiled:
        """Pay the debt. Guards: NO_PAPERWORK_OWED, LAW_72 (level and, if given at the start, subject stand already)."""
        ACTIVATION.next(self.state, "file_paperwork")
        if self.paperwork_due_time is None or self.paperwork_file_time is not None or self.activate_time is None:
            raise errors.no_debt()
        subject = statement.subject.strip() or self.subject
        duration = Statement(self.level, subject, statement.duration, statement.measures).check()
        self.subject, self.measures, self.paperwork_ref, self.paperwork_file_time = subject, statement.measures, document_ref, now
        end = self.expected_end_time or self.activate_time + duration
        self.expected_end_time = end
        return ActivationPaperworkFiled(self.key, document_ref, now > self.paperwork_due_time, end)

    def reject(self, reason: str) -> ActivationRejected:
        """Decide against it."""
        state = ACTIVATION.next(self.state, "reject")
        self.reason = given(reason)
        self.state = state
        return ActivationRejected(self.key, self.reason)

    def move(self, target: str) -> ActivationMoved:
        """并案: the response at work goes on for the incident that stays."""
        merged, self.cause = self.cause, target
        return ActivationMoved(self.key, self.name, merged)

    def propose_level(self, level: int, basis: str) -> ActivationLevelChangeProposed | None:
        """The facts call for a more severe level; None when that was said already or is not more severe."""
        ACTIVATION.next(self.state, "propose_level")
        if level >= self.level or level == self.proposed_level:
            return None
        self.proposed_level, self.proposed_level_basis = level, basis
        return ActivationLevelChangeProposed(self.key, self.level, level, basis)

    def decline_level(self, reason: str) -> ActivationLevelChangeDeclined:
        """Stay at the level in force. Guards: NO_LEVEL_PROPOSED, REASON_NEEDED."""
        ACTIVATION.next(self.state, "decline_level")
        if not self.proposed_level:
            raise errors.no_level_proposed()
        fact = ActivationLevelChangeDeclined(self.key, self.level, self.proposed_level, given(reason))
        self.proposed_level, self.proposed_level_basis = 0, ""
        return fact

    def change_level(self, level: int, reason: str, actor: str, now: datetime) -> int:
        """Put another level in force; gives back the one before. Guards: SAME_LEVEL, REASON_NEEDED."""
        ACTIVATION.next(self.state, "change_level")
        if level == self.level:
            raise errors.same_level(level)
        previous, self.level = self.level, level
        self.level_history = (*self.level_history, LevelChange(level, now, given(reason), actor))
        if not self.proposed_level or level <= self.proposed_level:
            self.proposed_level, self.proposed_level_basis = 0, ""
        return previous

    def level_changed(
        self, previous: int, reason: str, actions: Iterable[ActionAtWork], needs: tuple[RequiredResource, ...], posts: tuple[str, ...]
    ) -> ActivationLevelChanged:
        """The change as a fact, with the actions it puts to work."""
        facts = tuple(action.fact() for action in actions)
        return ActivationLevelChanged(
            self.key, self.name, self.plan, self.plan_version, self.plan_title, self.cause, previous, self.level, reason, facts, needs, posts
        )

    def extend(self, end: datetime, reason: str, now: datetime) -> ActivationExtended:
        """Give it more time. Guard: EXPECTED_END."""
        ACTIVATION.next(self.state, "extend")
        if end <= now:
            raise errors.end_not_later()
        fact = ActivationExtended(self.key, self.expected_end_time, end, reason.strip())
        self.expected_end_time, self.overdue = end, False
        return fact

    def pass_end(self, now: datetime) -> ActivationOverdue | None:
        """The expected end has passed; it never ends a response by itself. None when it ended, was extended, or is marked already."""
        if self.state != "active" or self.overdue or self.expected_end_time is None or self.expected_end_time > now:
            return None
        self.overdue = True
        return ActivationOverdue(self.key, self.expected_end_time)

    def pass_paperwork(self) -> ActivationPaperworkOverdue | None:
        """The papers are late; None when they were filed."""
        if self.paperwork_due_time is None or self.paperwork_file_time is not None:
            return None
        return ActivationPaperworkOverdue(self.key, self.paperwork_due_time)

    def terminate(self, ending: "Ending", now: datetime) -> ActivationTerminated:
        """End it. Guards: REASON_NEEDED, LAW_86, SUPERIOR_NOT_ENDED, OPEN_LIFE_SAVING_TASKS."""
        state = ACTIVATION.next(self.state, "terminate")
        reason = given(ending.reason)
        if not ending.threat_removed:
            raise errors.threat_remains()
        if ending.under_superior and not ending.superior_ended:
            raise errors.superior_not_ended()
        if ending.open_tasks and not ending.override.strip():
            raise errors.open_life_saving_tasks(list(ending.open_tasks))
        self.state, self.reason, self.terminate_time, self.overdue = state, reason, now, False
        self.proposed_level, self.proposed_level_basis = 0, ""
        return ActivationTerminated(self.key, self.name, self.cause, self.level, reason, ending.open_tasks, ending.override.strip())

    def close(self, review: str, *, waived: bool) -> ActivationClosed:
        """Close it. Guard: REVIEW_MISSING; only an exercise may waive the review."""
        state = ACTIVATION.next(self.state, "close")
        if not review and not (waived and self.exercise_id):
            raise errors.review_missing()
        self.state, self.review = state, review
        return ActivationClosed(self.key, review)


@dataclass(frozen=True, slots=True)
class Ending:
    """What is said and known when a response is to end."""

    reason: str
    threat_removed: bool
    override: str
    open_tasks: tuple[str, ...]
    under_superior: bool
    superior_ended: bool


def check_authority(roles: Iterable[str], content: Content, level: int) -> None:
    """LEVEL_AUTHORITY unless one of the roles may decide on this level; LEVEL_NOT_IN_PLAN when there is none such."""
    found = content.level(level)
    if not has_authority(roles, found):
        raise errors.level_authority(level, needed_role(found))


def check_urgent_authority(roles: Iterable[str], content: Content, level: int) -> None:
    """On the urgent path a duty leader decides on any level (DOMAIN § 2.1)."""
    content.level(level)
    if not {"duty_leader", "commander"} & set(roles):
        raise errors.level_authority(level, "duty_leader")
