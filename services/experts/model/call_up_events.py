"""Facts about call-ups, invitations, opinions and groups: references only, never personal data."""

from dataclasses import dataclass
from datetime import datetime

from services.experts.model.taxonomy import Field


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who could take a free place: an expert in reserve (with the invitation), or the next of the shortlist."""

    expert_id: str
    invitation_id: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """Which call-up a fact is about."""

    call_up_id: str


@dataclass(frozen=True, slots=True)
class ExpertCallRequested(Fact):
    """Experts are wanted."""

    question: str
    fields: tuple[Field, ...]
    mode: str
    need_by: datetime | None
    quota: int
    phase: str
    consultation: str
    subject: str


@dataclass(frozen=True, slots=True)
class ExpertsShortlisted(Fact):
    """They were ranked."""

    experts: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfInvitation(Fact):
    """Which invitation a fact is about."""

    expert_id: str
    invitation_id: str


@dataclass(frozen=True, slots=True)
class ExpertInvited(OfInvitation):
    """One was invited."""

    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExpertAccepted(OfInvitation):
    """One comes, or is in reserve."""

    reserve: bool
    late: bool
    expected_at: datetime | None
    promoted: bool = False


@dataclass(frozen=True, slots=True)
class ExpertDeclined(OfInvitation):
    """One cannot come."""

    reason: str
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class ExpertNoAnswer(OfInvitation):
    """One did not answer."""

    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class ExpertWithdrawn(OfInvitation):
    """An invitation was withdrawn, or an expert stood down."""

    proposals: tuple[Proposal, ...]


@dataclass(frozen=True, slots=True)
class ExpertEngaged(OfInvitation):
    """One begins."""

    presence: str


@dataclass(frozen=True, slots=True)
class ExpertReleased(OfInvitation):
    """One may go."""

    response_ended: bool


@dataclass(frozen=True, slots=True)
class ExpertRated(OfInvitation):
    """One was rated."""

    score: int


@dataclass(frozen=True, slots=True)
class ExpertCallClosed(Fact):
    """Closed."""


@dataclass(frozen=True, slots=True)
class ExpertCallCancelled(Fact):
    """Cancelled."""

    reason: str
    response_ended: bool


@dataclass(frozen=True, slots=True)
class InvitationDelivered(Fact):
    """What became of an invitation on a channel."""

    invitation_id: str
    channel: str
    outcome: str
    at: datetime
    answer_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class InvitationUndelivered(OfInvitation):
    """Nobody has told the expert yet."""


@dataclass(frozen=True, slots=True)
class ExpertCallMoved(Fact):
    """It goes on for the incident its own was merged into."""

    merged: str


@dataclass(frozen=True, slots=True)
class AnswerWindowShortened(Fact):
    """The incident is of level I or II now: answers are due sooner."""

    invitation_id: str
    answer_due_at: datetime


@dataclass(frozen=True, slots=True)
class OpinionSubmitted(Fact):
    """An opinion was signed."""

    opinion_id: str
    expert_id: str
    group_id: str
    number: int
    confidence: str
    digest: str
    dissenters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpinionAdopted(Fact):
    """The commander decided about it."""

    opinion_id: str
    adoption: str
    reason: str


@dataclass(frozen=True, slots=True)
class OpinionDissented(Fact):
    """A member disagrees."""

    opinion_id: str
    expert_id: str


@dataclass(frozen=True, slots=True)
class ExpertGroupFormed(Fact):
    """A group was formed or changed."""

    group_id: str
    leader_id: str
    member_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExpertGroupDissolved(Fact):
    """A group was dissolved."""

    group_id: str
