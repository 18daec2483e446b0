"""Opinion 专家意见 (DOMAIN § 2.5): signed advice whose text never changes; a later version supersedes it, the commander decides about it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from chassis.states import Machine, Transition
from services.experts import errors
from services.experts.model import call_up_events as facts

OPINION = Machine(
    "opinion",
    ("given",),
    {
        "decide": Transition(("given",), "decided"),
        "supersede": Transition(("given",), "superseded"),
        "dissent": Transition(("given",)),
    },
    by_itself=("supersede",),
)
CONFIDENCES = ("low", "medium", "high")
ADOPTIONS = ("yes", "no", "partly")


@dataclass(frozen=True, slots=True)
class Dissent:
    """Another view of a member of the group."""

    expert_id: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Advice:
    """What is signed."""

    text: str
    confidence: str
    assumptions: tuple[str, ...]

    def digest(self, author: str, number: int) -> str:
        """SHA-256 over author, version and content, hexadecimal."""
        signed = json.dumps([author, number, self.text, self.confidence, self.assumptions], ensure_ascii=False)
        return hashlib.sha256(signed.encode()).hexdigest()


@dataclass(slots=True, kw_only=True)
class Opinion:
    """One version of an expert's opinion, or of a group's (`group_id`). `signature` says how it was signed: "account", or what was written down."""

    id: str
    call_up_id: str
    expert_id: str
    advice: Advice
    entered_by: str
    signature: str
    created_at: datetime
    invitation_id: str = ""
    group_id: str = ""
    number: int = 1
    dissents: tuple[Dissent, ...] = ()
    adoption: str = ""
    adoption_reason: str = ""
    decider: str = ""
    decided_at: datetime | None = None
    region_code: str = ""
    incident_id: str = ""
    exercise_id: str = ""
    state: str = "given"
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"opinions/{self.id}"

    @property
    def digest(self) -> str:
        """What proves the content."""
        return self.advice.digest(self.group_id or self.expert_id, self.number)

    def submit(self, earlier: "Opinion | None") -> facts.OpinionSubmitted:
        """出具: the version after `earlier`, which is superseded unless it was decided about."""
        if earlier is not None:
            self.number = earlier.number + 1
            if earlier.state == "given":
                earlier.state = OPINION.next(earlier.state, "supersede")
        if any(dissent.expert_id == self.expert_id for dissent in self.dissents):
            raise errors.dissent_of_leader()
        dissenters = tuple(dissent.expert_id for dissent in self.dissents)
        return facts.OpinionSubmitted(self.call_up_id, self.id, self.expert_id, self.group_id, self.number, self.advice.confidence, self.digest, dissenters)

    def dissent(self, dissent: Dissent) -> facts.OpinionDissented:
        """A member of the group states another view."""
        state = OPINION.next(self.state, "dissent")
        if not self.group_id:
            raise errors.joint_only()
        if dissent.expert_id == self.expert_id:
            raise errors.dissent_of_leader()
        self.state, self.dissents = state, (*self.dissents, dissent)
        return facts.OpinionDissented(self.call_up_id, self.id, dissent.expert_id)

    def decide(self, adoption: str, reason: str, decider: str, now: datetime) -> facts.OpinionAdopted:
        """The commander follows it, partly or not; never its author."""
        state = OPINION.next(self.state, "decide")
        if adoption != "yes" and not reason:
            raise errors.adoption_reason_needed()
        if decider == self.entered_by:
            raise errors.own_opinion()
        self.state, self.adoption, self.adoption_reason, self.decider, self.decided_at = state, adoption, reason, decider, now
        return facts.OpinionAdopted(self.call_up_id, self.id, adoption, reason)
