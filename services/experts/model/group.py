"""Expert group 专家组 (EX-08): experts of one call-up who speak together, with a leader."""

from dataclasses import dataclass
from datetime import datetime

from chassis.states import Machine, Transition
from services.experts import errors
from services.experts.model import call_up_events as facts
from services.experts.model.call_up import CallUp
from services.experts.model.invitation import ON_A_PLACE

GROUP = Machine(
    "expert_group",
    ("formed",),
    {
        "update": Transition(("formed",)),
        "dissolve": Transition(("formed",), "dissolved"),
        "submit_opinion": Transition(("formed",)),
    },
    by_itself=("submit_opinion",),
)


@dataclass(slots=True, kw_only=True)
class ExpertGroup:
    """A group; members include the leader."""

    id: str
    display_name: str
    call_up_id: str
    leader_id: str
    member_ids: tuple[str, ...]
    incident_id: str
    region_code: str
    created_at: datetime
    updated_at: datetime
    exercise_id: str = ""
    state: str = "formed"
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"expertGroups/{self.id}"

    def form(self, call_up: CallUp) -> facts.ExpertGroupFormed:
        """成立: every member accepted or is engaged, the leader is one of them."""
        if self.leader_id not in self.member_ids:
            raise errors.leader_not_member()
        coming = {each.expert_id for each in call_up.invitations if each.state in ON_A_PLACE}
        if missing := [f"experts/{each}" for each in self.member_ids if each not in coming]:
            raise errors.member_not_engaged(missing)
        return facts.ExpertGroupFormed(self.call_up_id, self.id, self.leader_id, self.member_ids)

    def update(self, leader_id: str, member_ids: tuple[str, ...], call_up: CallUp, now: datetime) -> facts.ExpertGroupFormed:
        """Other members, another leader."""
        self.state = GROUP.next(self.state, "update")
        self.leader_id, self.member_ids, self.updated_at = leader_id, member_ids, now
        return self.form(call_up)

    def dissolve(self, now: datetime) -> facts.ExpertGroupDissolved:
        """解散."""
        self.state, self.updated_at = GROUP.next(self.state, "dissolve"), now
        return facts.ExpertGroupDissolved(self.call_up_id, self.id)

    def speak(self, expert_id: str) -> None:
        """Only the leader gives the joint opinion, while the group works."""
        GROUP.next(self.state, "submit_opinion")
        if expert_id != self.leader_id:
            raise errors.not_the_leader(self.name)
