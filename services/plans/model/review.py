"""After-action review 总结评估 (DOMAIN § 2.1, PL-19, PL-20; 应对法 92)."""

from dataclasses import dataclass
from datetime import datetime

from chassis.states import Machine, Transition
from services.plans import errors

REVIEW = Machine(
    "review",
    ("open",),
    {
        "draft": Transition(("open", "drafting", "reviewed"), "drafting"),
        "check": Transition(("drafting",), "reviewed"),
        "submit": Transition(("reviewed",), "submitted"),
        "track": Transition(("submitted",), "tracking"),
        "close": Transition(("tracking",), "closed"),
    },
)
PARTS = ("course", "root_cause", "assessment", "lessons", "measures")
"""What 应对法 92 asks for: course, cause, response assessment, lessons, measures."""


@dataclass(frozen=True, slots=True)
class AarOpened:
    """A review was opened."""

    key: str
    review: str
    cause: str


@dataclass(frozen=True, slots=True)
class AarDrafted:
    """It was written."""

    key: str
    findings: int


@dataclass(frozen=True, slots=True)
class AarReviewed:
    """It was checked."""

    key: str


@dataclass(frozen=True, slots=True)
class AarSubmitted:
    """It was submitted upwards."""

    key: str
    review: str
    cause: str
    findings: int


@dataclass(frozen=True, slots=True)
class AarTracked:
    """Its corrective actions are followed."""

    key: str
    corrective_actions: int


@dataclass(frozen=True, slots=True)
class AarClosed:
    """It was closed."""

    key: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, and the plan that must be revised because of it."""

    text: str
    plan: str = ""


@dataclass(slots=True)
class Review:
    """A review of the response to one incident or alert."""

    id: str
    cause: str
    region_code: str
    exercise_id: str
    create_time: datetime
    state: str = "open"
    version: int = 1
    course: str = ""
    root_cause: str = ""
    assessment: str = ""
    lessons: str = ""
    measures: str = ""
    findings: tuple[Finding, ...] = ()
    writers: tuple[str, ...] = ()
    checker: str = ""
    submit_time: datetime | None = None

    @property
    def name(self) -> str:
        """Resource name."""
        return f"reviews/{self.id}"

    @property
    def key(self) -> str:
        """What orders its events."""
        return self.cause.rpartition("/")[2]

    @property
    def incident(self) -> str:
        """The incident's name; empty for an alert."""
        return self.cause if self.cause.startswith("incidents/") else ""

    def opened(self) -> AarOpened:
        """The opening as a fact."""
        return AarOpened(self.key, self.name, self.cause)

    def draft(self, parts: dict[str, str], findings: tuple[Finding, ...], writer: str) -> AarDrafted:
        """Write it; one already checked must be checked again."""
        self.state = REVIEW.next(self.state, "draft")
        for name in PARTS:
            setattr(self, name, parts[name])
        self.findings, self.checker = findings, ""
        if writer not in self.writers:
            self.writers = (*self.writers, writer)
        return AarDrafted(self.key, len(findings))

    def check(self, checker: str) -> AarReviewed:
        """Check it. SEPARATION_OF_DUTY for those who wrote it."""
        state = REVIEW.next(self.state, "check")
        if checker in self.writers:
            raise errors.separation_of_duty("write", "check")
        self.state, self.checker = state, checker
        return AarReviewed(self.key)

    def submit(self, now: datetime) -> AarSubmitted:
        """Submit it upwards. Guard: LAW_92."""
        state = REVIEW.next(self.state, "submit")
        if missing := [name for name in PARTS if not getattr(self, name).strip()]:
            raise errors.law_92(missing)
        self.state, self.submit_time = state, now
        return AarSubmitted(self.key, self.name, self.cause, len(self.findings))

    def track(self, corrective_actions: int) -> AarTracked:
        """Follow its corrective actions."""
        self.state = REVIEW.next(self.state, "track")
        return AarTracked(self.key, corrective_actions)

    def close(self) -> AarClosed:
        """Close it; the caller has seen that its corrective actions are settled."""
        self.state = REVIEW.next(self.state, "close")
        return AarClosed(self.key)
