"""Corrective action 整改措施 from an after-action review or a drill (DOMAIN § 2.1, PL-17)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from chassis.states import Machine, Transition
from services.plans import errors
from services.plans.model.reason import given

CORRECTION = Machine(
    "corrective_action",
    ("open",),
    {
        "start": Transition(("open",), "in_progress"),
        "finish": Transition(("open", "in_progress"), "done"),
        "verify": Transition(("done",), "verified"),
        "waive": Transition(("open", "in_progress"), "waived"),
        "pass_day": Transition(("open", "in_progress")),
    },
    by_itself=("pass_day",),
)
SETTLED = ("verified", "waived")


@dataclass(frozen=True, slots=True)
class CorrectiveActionOpened:
    """Something must be put right."""

    key: str
    corrective_action: str
    parent: str
    text: str
    owner_org: str
    due_on: date


@dataclass(frozen=True, slots=True)
class CorrectiveActionStarted:
    """Somebody works on it."""

    key: str


@dataclass(frozen=True, slots=True)
class CorrectiveActionDone:
    """It is put right."""

    key: str


@dataclass(frozen=True, slots=True)
class CorrectiveActionVerified:
    """That was verified."""

    key: str


@dataclass(frozen=True, slots=True)
class CorrectiveActionWaived:
    """It need not be put right."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class CorrectiveActionOverdue:
    """Its day has passed."""

    key: str
    due_on: date


@dataclass(slots=True)
class CorrectiveAction:
    """Something to put right until a day in Beijing. `cause` is the incident, alert or drill behind it; it orders the events."""

    id: str
    parent: str
    cause: str
    region_code: str
    exercise_id: str
    text: str
    owner_org: str
    due_on: date
    plan: str = ""
    state: str = "open"
    overdue: bool = False
    evidence: str = ""
    finisher: str = ""
    verifier: str = ""
    reason: str = ""
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"correctiveActions/{self.id}"

    @property
    def key(self) -> str:
        """What orders its events."""
        return self.cause.rpartition("/")[2]

    @property
    def incident(self) -> str:
        """The incident's name; empty for anything else."""
        return self.cause if self.cause.startswith("incidents/") else ""

    def opened(self) -> CorrectiveActionOpened:
        """The duty as a fact."""
        return CorrectiveActionOpened(self.key, self.name, self.parent, self.text, self.owner_org, self.due_on)

    def start(self) -> CorrectiveActionStarted:
        """Begin."""
        self.state = CORRECTION.next(self.state, "start")
        return CorrectiveActionStarted(self.key)

    def finish(self, evidence: str, actor: str) -> CorrectiveActionDone:
        """Say it is done, by what evidence."""
        state = CORRECTION.next(self.state, "finish")
        self.state, self.evidence, self.finisher, self.overdue = state, given(evidence), actor, False
        return CorrectiveActionDone(self.key)

    def verify(self, actor: str) -> CorrectiveActionVerified:
        """See that it is done. SEPARATION_OF_DUTY for the one who said so."""
        state = CORRECTION.next(self.state, "verify")
        if actor == self.finisher:
            raise errors.separation_of_duty("finish", "verify")
        self.state, self.verifier = state, actor
        return CorrectiveActionVerified(self.key)

    def waive(self, reason: str, actor: str) -> CorrectiveActionWaived:
        """Accept that it is not done, with the reason."""
        state = CORRECTION.next(self.state, "waive")
        self.state, self.reason, self.verifier, self.overdue = state, given(reason), actor, False
        return CorrectiveActionWaived(self.key, self.reason)

    def pass_day(self) -> CorrectiveActionOverdue | None:
        """Its day has passed; None when it was done meanwhile."""
        if "pass_day" not in CORRECTION.allowed(self.state) or self.overdue:
            return None
        self.overdue = True
        return CorrectiveActionOverdue(self.key, self.due_on)


def check_settled(corrections: Iterable[CorrectiveAction]) -> None:
    """CORRECTIONS_OPEN unless every one is verified or waived."""
    if unsettled := [correction.name for correction in corrections if correction.state not in SETTLED]:
        raise errors.corrections_open(unsettled)
