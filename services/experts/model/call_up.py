"""Call-up 专家调用 (DOMAIN § 2.5): a question, its shortlist, and the invitations in parallel for `quota` places."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chassis.states import Machine, Transition
from services.experts import errors
from services.experts.model import call_up_events as facts
from services.experts.model.invitation import INVITATION, OPEN, OUT, PRESENT, Delivery, Invitation, Rated
from services.experts.model.matching import Candidate, LeftOut, Matches
from services.experts.model.organisation import Party
from services.experts.model.taxonomy import Field

URGENT_WINDOW, WINDOW = timedelta(minutes=5), timedelta(minutes=30)
"""How long an expert may take to answer, at level I-II and else (choice of § 2.5)."""
URGENT_LEVEL = 2
_INVITING = ("invited", "accepted", "engaged", "opinion_given")
CALL_UP = Machine(
    "call_up",
    ("requested",),
    {
        "shortlist": Transition(("requested", "shortlisted"), "shortlisted"),
        "invite": (Transition(("shortlisted",), "invited"), Transition(_INVITING)),
        "accept": (Transition(("invited",), "accepted"), Transition(("accepted", "engaged", "opinion_given"))),
        "answer": Transition(_INVITING),
        "engage": (Transition(("accepted",), "engaged"), Transition(("engaged", "opinion_given"))),
        "submit_opinion": Transition(("engaged", "opinion_given"), "opinion_given"),
        "release": Transition(("engaged", "opinion_given"), "released"),
        "rate": Transition(("released", "rated"), "rated"),
        "close": Transition(("rated",), "closed"),
        "cancel": Transition(("requested", "shortlisted", "invited", "accepted"), "cancelled"),
    },
    by_itself=("answer", "submit_opinion"),
)
MODES = ("remote", "on_site")
PHASES = ("warning", "command", "rescue", "recovery", "review")
LIVE = ("requested", "shortlisted", *_INVITING)
RESPONSE_ENDED = "response ended"


def window(level: int | None) -> timedelta:
    """How long an expert may take to answer at a level (1 is the most severe); None and 9 mean that nobody knows."""
    return URGENT_WINDOW if level is not None and level <= URGENT_LEVEL else WINDOW


@dataclass(frozen=True, slots=True)
class Answer:
    """What an expert said: `reason` is empty for yes. Not on the expert's own account: `channel` says how it came."""

    reason: str = ""
    channel: str = "app"
    expected_at: datetime | None = None
    note: str = field(default="", repr=False)


@dataclass(slots=True, kw_only=True)
class CallUp:
    """A question that needs `quota` experts. Subject is a resource name of incident, plan, drill or consultation. Times are UTC."""

    id: str
    subject: str
    question: str
    fields: tuple[Field, ...]
    mode: str
    quota: int
    region_code: str
    requester: str
    created_at: datetime
    updated_at: datetime
    need_by: datetime | None = None
    incident_id: str = ""
    consultation: str = ""
    unknown_fields: tuple[str, ...] = ()
    phase: str = ""
    parties: tuple[Party, ...] = ()
    security_level: int = 0
    shortlist: tuple[Candidate, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    invitations: list[Invitation] = field(default_factory=list)
    reason: str = ""
    exercise_id: str = ""
    state: str = "requested"
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"callUps/{self.id}"

    @property
    def incident(self) -> str:
        """Resource name of its incident; empty for none."""
        return f"incidents/{self.incident_id}" if self.incident_id else ""

    @property
    def accepted(self) -> int:
        """Places taken, also by those who were released again."""
        return sum(1 for each in self.invitations if each.place is not None)

    def invitation(self, invitation_id: str) -> Invitation:
        """One of its invitations."""
        return next(each for each in self.invitations if each.id == invitation_id)

    def of_expert(self, expert_id: str) -> Invitation | None:
        """The expert's invitation, if there is one."""
        return next((each for each in self.invitations if each.expert_id == expert_id), None)

    def proposals(self) -> tuple[facts.Proposal, ...]:
        """Who could take the places that neither a promise nor an open invitation covers: the reserve in order, then the shortlist."""
        waiting = sum(1 for each in self.invitations if each.state == "invited")
        free = self.quota - self.accepted - waiting
        if free <= 0 or self.state not in LIVE:
            return ()
        reserve = sorted((each for each in self.invitations if each.state == "reserve"), key=lambda each: (each.late, each.answered_at or each.created_at))
        invited = {each.expert_id for each in self.invitations}
        following = [candidate.expert_id for candidate in self.shortlist if candidate.expert_id not in invited]
        found = [facts.Proposal(each.expert_id, each.id) for each in reserve] + [facts.Proposal(expert_id) for expert_id in following]
        return tuple(found[:free])

    def request(self, now: datetime) -> facts.ExpertCallRequested:
        """提出调用."""
        if self.need_by is not None and self.need_by <= now:
            raise errors.need_by_past()
        subject = "" if self.subject.startswith("incidents/") else self.subject
        return facts.ExpertCallRequested(self.id, self.question, self.fields, self.mode, self.need_by, self.quota, self.phase, self.consultation, subject)

    def set_shortlist(self, matches: Matches, limit: int, now: datetime) -> facts.ExpertsShortlisted:
        """拟定名单: who could come, and who was left out and why."""
        self._move("shortlist", now)
        self.shortlist, self.left_out = matches.candidates[:limit], matches.left_out
        return facts.ExpertsShortlisted(self.id, tuple(each.expert_id for each in self.shortlist), tuple(each.expert_id for each in self.left_out))

    def choose(self, experts: tuple[str, ...], count: int) -> tuple[str, ...]:
        """Whom to invite: those named when the shortlist holds them, else the best who were not invited."""
        CALL_UP.next(self.state, "invite")
        listed = [candidate.expert_id for candidate in self.shortlist]
        invited = {each.expert_id for each in self.invitations}
        for expert_id in experts:
            if expert_id in invited:
                raise errors.already_invited(f"experts/{expert_id}")
            if any(each.expert_id == expert_id and each.conflict for each in self.left_out):
                raise errors.conflict_of_interest(f"experts/{expert_id}")
            if expert_id not in listed:
                raise errors.not_shortlisted(f"experts/{expert_id}")
        free = self.quota - self.accepted - sum(1 for each in self.invitations if each.state == "invited")
        chosen = experts or tuple(expert_id for expert_id in listed if expert_id not in invited)[: max(0, count or free)]
        if not chosen:
            raise errors.nobody_to_invite()
        return chosen

    def invite(self, invitations: Iterable[Invitation], now: datetime) -> list[facts.ExpertInvited]:
        """邀请, several in parallel."""
        self._move("invite", now)
        new = list(invitations)
        self.invitations += new
        return [facts.ExpertInvited(self.id, each.expert_id, each.id, tuple(way.channel for way in each.deliveries)) for each in new]

    def answer(self, one: Invitation, given: Answer, now: datetime) -> facts.ExpertAccepted | facts.ExpertDeclined:
        """Yes or no. A yes within the window takes a free place, else it waits in reserve; after the window always, for another may be coming."""
        late = (one.answer_due_at is not None and now > one.answer_due_at) or one.state == "no_answer"
        free = min(set(range(1, self.quota + 1)) - {each.place for each in self.invitations}, default=None)
        command = "decline" if given.reason else "reserve" if late or free is None else "accept"
        INVITATION.next(one.state, command)
        self._move("accept" if command == "accept" else "answer", now)
        one.move(command)
        one.answered_at, one.late, one.answer_channel, one.note = now, late, given.channel, given.note
        if given.reason:
            one.decline_reason = given.reason
            return facts.ExpertDeclined(self.id, one.expert_id, one.id, given.reason, self.proposals())
        one.expected_at, one.place = given.expected_at, free if command == "accept" else None
        return facts.ExpertAccepted(self.id, one.expert_id, one.id, command == "reserve", late, given.expected_at)

    def promote(self, one: Invitation, now: datetime) -> facts.ExpertAccepted:
        """A free place goes to an expert in reserve."""
        INVITATION.next(one.state, "promote")
        free = min(set(range(1, self.quota + 1)) - {each.place for each in self.invitations}, default=None)
        if free is None:
            raise errors.no_place_free(self.quota)
        self._move("accept", now)
        one.move("promote")
        one.place = free
        return facts.ExpertAccepted(self.id, one.expert_id, one.id, reserve=False, late=one.late, expected_at=one.expected_at, promoted=True)

    def time_out(self, one: Invitation, now: datetime) -> facts.ExpertNoAnswer:
        """逾时未答复; who is next is proposed."""
        self._move("answer", now)
        one.move("no_answer")
        return facts.ExpertNoAnswer(self.id, one.expert_id, one.id, self.proposals())

    def stand_down(self, one: Invitation, reason: str, now: datetime) -> facts.ExpertWithdrawn:
        """Not needed, or not coming after all; the place is free again."""
        INVITATION.next(one.state, "withdraw")
        self._move("answer", now)
        one.withdraw(reason)
        return facts.ExpertWithdrawn(self.id, one.expert_id, one.id, self.proposals())

    def shorten(self, one: Invitation, due_at: datetime) -> facts.AnswerWindowShortened:
        """The incident became of level I or II: the answer is due sooner."""
        one.move("shorten")
        one.answer_due_at = due_at
        return facts.AnswerWindowShortened(self.id, one.id, due_at)

    def deliver(self, one: Invitation, delivery: Delivery, due_at: datetime, now: datetime) -> facts.InvitationDelivered:
        """What became of the invitation on a channel; the first that did not fail begins the answer window."""
        begins = one.unsent and delivery.outcome in OUT
        one.move("record_delivery")
        kept = [each for each in one.deliveries if each.outcome != "pending" or each.channel != delivery.channel]
        one.deliveries, self.updated_at = (*kept, delivery), now
        one.answer_due_at = due_at if begins else one.answer_due_at
        return facts.InvitationDelivered(self.id, one.id, delivery.channel, delivery.outcome, delivery.at, one.answer_due_at)

    def join(self, incident_id: str, now: datetime) -> facts.ExpertCallMoved:
        """并案: its incident was merged into this one; whoever was asked or works goes on for it."""
        merged = self.incident
        self.incident_id, self.updated_at = incident_id, now
        self.subject = self.incident if self.subject == merged else self.subject
        return facts.ExpertCallMoved(self.id, merged)

    def engage(self, one: Invitation, presence: str, *, briefed: bool, confidential: bool, now: datetime) -> facts.ExpertEngaged:
        """到位: arrived or online, briefed, confidentiality noted."""
        INVITATION.next(one.state, "engage")
        given = {"presence": bool(presence), "briefed": briefed, "confidentiality_noted": confidential}
        if missing := [name for name, fulfilled in given.items() if not fulfilled]:
            raise errors.engage_needs(missing)
        self._move("engage", now)
        one.engage(presence, now)
        return facts.ExpertEngaged(self.id, one.expert_id, one.id, presence)

    def opinion(self, one: Invitation | None, now: datetime) -> None:
        """An opinion of one expert, or (None) of a group, is given."""
        if one is not None:
            INVITATION.next(one.state, "submit_opinion")
        self._move("submit_opinion", now)
        if one is not None:
            one.move("submit_opinion")

    def release(self, one: Invitation, now: datetime, *, response_ended: bool = False) -> list[facts.ExpertReleased | facts.ExpertWithdrawn]:
        """解除; with the last one present the call-up is released and what is still open is withdrawn."""
        INVITATION.next(one.state, "release")
        CALL_UP.next(self.state, "release")
        one.release(now)
        self.updated_at = now
        released: list[facts.ExpertReleased | facts.ExpertWithdrawn] = [facts.ExpertReleased(self.id, one.expert_id, one.id, response_ended)]
        if any(each.state in PRESENT for each in self.invitations):
            return released
        self._move("release", now)
        return [*released, *self._withdraw_open("released")]

    def rate(self, one: Invitation, rated: Rated, now: datetime) -> facts.ExpertRated:
        """评价, with fee and travel cost."""
        INVITATION.next(one.state, "rate")
        self._move("rate", now)
        one.rate(rated)
        return facts.ExpertRated(self.id, one.expert_id, one.id, rated.score)

    def close(self, now: datetime) -> facts.ExpertCallClosed:
        """结束."""
        self._move("close", now)
        return facts.ExpertCallClosed(self.id)

    def cancel(self, reason: str, now: datetime, *, response_ended: bool = False) -> list[facts.ExpertWithdrawn | facts.ExpertCallCancelled]:
        """取消, while nobody is engaged; open invitations are withdrawn."""
        self._move("cancel", now)
        self.reason = reason
        return [*self._withdraw_open("cancelled"), facts.ExpertCallCancelled(self.id, reason, response_ended)]

    def end(self, now: datetime) -> list[facts.ExpertReleased | facts.ExpertWithdrawn | facts.ExpertCallCancelled]:
        """The response ended: whoever is present goes, whoever was asked need not come."""
        present = [each for each in self.invitations if each.state in PRESENT]
        ended: list[facts.ExpertReleased | facts.ExpertWithdrawn | facts.ExpertCallCancelled] = []
        for one in present:
            ended += self.release(one, now, response_ended=True)
        if "cancel" in CALL_UP.allowed(self.state):
            ended += self.cancel(RESPONSE_ENDED, now, response_ended=True)
        return ended

    def _withdraw_open(self, reason: str) -> list[facts.ExpertWithdrawn]:
        withdrawn = [each for each in self.invitations if each.state in OPEN]
        for one in withdrawn:
            one.withdraw(reason)
        return [facts.ExpertWithdrawn(self.id, one.expert_id, one.id, ()) for one in withdrawn]

    def _move(self, command: str, now: datetime) -> None:
        self.state, self.updated_at = CALL_UP.next(self.state, command), now
