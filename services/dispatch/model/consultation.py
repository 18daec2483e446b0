"""Consultation 会商 (DI-19): departments and areas over one question, experts wanted, a conclusion."""

from dataclasses import dataclass
from datetime import datetime

from chassis.states import Machine, Transition

CONSULTATION = Machine("consultation", ("open",), {"conclude": Transition(("open",), "concluded")})


@dataclass(frozen=True, slots=True)
class ExpertNeed:
    """A field in which advice is wanted, and from how many."""

    field: str
    count: int


@dataclass(frozen=True, slots=True)
class ConsultationOpened:
    """Opened; wanted fields ask for a call-up of experts."""

    consultation_id: str
    subject: str
    participants: tuple[str, ...]
    expert_needs: tuple[ExpertNeed, ...]
    event_code: str


@dataclass(frozen=True, slots=True)
class ConsultationConcluded:
    """Concluded."""

    consultation_id: str
    conclusion: str


@dataclass(slots=True, kw_only=True)
class Consultation:
    """A consultation; without an incident it is about what may come."""

    id: str
    version: int = 1
    state: str = "open"
    created_at: datetime
    updated_at: datetime
    incident_id: str
    subject: str
    participants: tuple[str, ...]
    expert_needs: tuple[ExpertNeed, ...]
    region_code: str
    convener: str
    exercise_id: str
    conclusion: str = ""
    concluded_at: datetime | None = None

    @property
    def name(self) -> str:
        """Resource name."""
        return f"consultations/{self.id}"

    def opened(self, event_code: str) -> ConsultationOpened:
        """The fact of its opening."""
        return ConsultationOpened(self.id, self.subject, self.participants, self.expert_needs, event_code)

    def conclude(self, conclusion: str, now: datetime) -> ConsultationConcluded:
        """What was concluded."""
        self.state = CONSULTATION.next(self.state, "conclude")
        self.conclusion, self.concluded_at = conclusion, now
        return ConsultationConcluded(self.id, conclusion)
