"""Facts of call-ups, topic `fenghuo.experts.call_up.v1`, key: call-up id. References only, never personal data."""

from collections.abc import Callable
from typing import Any

from chassis.journal import Encoded
from fenghuo.experts.v1 import call_up_events_pb2 as pb
from fenghuo.experts.v1 import call_ups_pb2, invitations_pb2, matching_pb2, opinions_pb2
from services.experts.codec import words
from services.experts.codec.call_ups import proposal
from services.experts.model import call_up_events as facts

TOPIC = "fenghuo.experts.call_up.v1"


def _requested(event: facts.ExpertCallRequested) -> pb.CallUpEvent:
    fact = pb.ExpertCallRequested(
        question=event.question,
        fields=words.fields(event.fields),
        mode=words.value(matching_pb2.CallMode, event.mode),
        quota=event.quota,
        phase=words.value(call_ups_pb2.EngagementPhase, event.phase),
        consultation=event.consultation,
        subject=event.subject,
    )
    words.stamp(fact, need_by=event.need_by)
    return pb.CallUpEvent(expert_call_requested=fact)


def _shortlisted(event: facts.ExpertsShortlisted) -> pb.CallUpEvent:
    fact = pb.ExpertsShortlisted(experts=map(_expert, event.experts), left_out=map(_expert, event.left_out))
    return pb.CallUpEvent(experts_shortlisted=fact)


def _invited(event: facts.ExpertInvited) -> pb.CallUpEvent:
    return pb.CallUpEvent(expert_invited=pb.ExpertInvited(**_of(event), channels=event.channels))


def _accepted(event: facts.ExpertAccepted) -> pb.CallUpEvent:
    fact = pb.ExpertAccepted(**_of(event), reserve=event.reserve, late=event.late, promoted=event.promoted)
    words.stamp(fact, expect_time=event.expected_at)
    return pb.CallUpEvent(expert_accepted=fact)


def _declined(event: facts.ExpertDeclined) -> pb.CallUpEvent:
    reason = words.value(invitations_pb2.DeclineReason, event.reason)
    return pb.CallUpEvent(expert_declined=pb.ExpertDeclined(**_of(event), reason=reason, proposals=map(proposal, event.proposals)))


def _no_answer(event: facts.ExpertNoAnswer) -> pb.CallUpEvent:
    return pb.CallUpEvent(expert_no_answer=pb.ExpertNoAnswer(**_of(event), proposals=map(proposal, event.proposals)))


def _withdrawn(event: facts.ExpertWithdrawn) -> pb.CallUpEvent:
    return pb.CallUpEvent(expert_withdrawn=pb.ExpertWithdrawn(**_of(event), proposals=map(proposal, event.proposals)))


def _engaged(event: facts.ExpertEngaged) -> pb.CallUpEvent:
    return pb.CallUpEvent(expert_engaged=pb.ExpertEngaged(**_of(event), presence=words.value(invitations_pb2.Presence, event.presence)))


def _submitted(event: facts.OpinionSubmitted) -> pb.CallUpEvent:
    fact = pb.OpinionSubmitted(
        opinion=f"opinions/{event.opinion_id}",
        expert=_expert(event.expert_id),
        group=f"expertGroups/{event.group_id}" if event.group_id else "",
        number=event.number,
        confidence=words.value(opinions_pb2.Confidence, event.confidence),
        digest=event.digest,
        dissenters=map(_expert, event.dissenters),
    )
    return pb.CallUpEvent(opinion_submitted=fact)


def _adopted(event: facts.OpinionAdopted) -> pb.CallUpEvent:
    adoption = words.value(opinions_pb2.Adoption, event.adoption)
    fact = pb.OpinionAdopted(opinion=f"opinions/{event.opinion_id}", adoption=adoption, reason=event.reason, call_up=_call_up(event))
    return pb.CallUpEvent(opinion_adopted=fact)


def _dissented(event: facts.OpinionDissented) -> pb.CallUpEvent:
    fact = pb.OpinionDissented(opinion=f"opinions/{event.opinion_id}", expert=_expert(event.expert_id), call_up=_call_up(event))
    return pb.CallUpEvent(opinion_dissented=fact)


def _released(event: facts.ExpertReleased) -> pb.CallUpEvent:
    return pb.CallUpEvent(expert_released=pb.ExpertReleased(**_of(event), response_ended=event.response_ended))


def _rated(event: facts.ExpertRated) -> pb.CallUpEvent:
    return pb.CallUpEvent(expert_rated=pb.ExpertRated(**_of(event), score=event.score))


def _cancelled(event: facts.ExpertCallCancelled) -> pb.CallUpEvent:
    return pb.CallUpEvent(expert_call_cancelled=pb.ExpertCallCancelled(reason=event.reason, response_ended=event.response_ended))


def _formed(event: facts.ExpertGroupFormed) -> pb.CallUpEvent:
    group, leader = f"expertGroups/{event.group_id}", _expert(event.leader_id)
    fact = pb.ExpertGroupFormed(group=group, leader=leader, members=map(_expert, event.member_ids), call_up=_call_up(event))
    return pb.CallUpEvent(expert_group_formed=fact)


def _dissolved(event: facts.ExpertGroupDissolved) -> pb.CallUpEvent:
    return pb.CallUpEvent(expert_group_dissolved=pb.ExpertGroupDissolved(group=f"expertGroups/{event.group_id}", call_up=_call_up(event)))


def _delivered(event: facts.InvitationDelivered) -> pb.CallUpEvent:
    outcome = words.value(invitations_pb2.DeliveryOutcome, event.outcome)
    fact = pb.InvitationDelivered(invitation=f"invitations/{event.invitation_id}", channel=event.channel, outcome=outcome)
    words.stamp(fact, delivery_time=event.at, answer_due_time=event.answer_due_at)
    return pb.CallUpEvent(invitation_delivered=fact)


def _shortened(event: facts.AnswerWindowShortened) -> pb.CallUpEvent:
    fact = pb.AnswerWindowShortened(invitation=f"invitations/{event.invitation_id}")
    words.stamp(fact, answer_due_time=event.answer_due_at)
    return pb.CallUpEvent(answer_window_shortened=fact)


_MESSAGES: dict[type, Callable[[Any], pb.CallUpEvent]] = {
    facts.ExpertCallRequested: _requested,
    facts.ExpertsShortlisted: _shortlisted,
    facts.ExpertInvited: _invited,
    facts.ExpertAccepted: _accepted,
    facts.ExpertDeclined: _declined,
    facts.ExpertNoAnswer: _no_answer,
    facts.ExpertWithdrawn: _withdrawn,
    facts.ExpertEngaged: _engaged,
    facts.OpinionSubmitted: _submitted,
    facts.OpinionAdopted: _adopted,
    facts.OpinionDissented: _dissented,
    facts.ExpertReleased: _released,
    facts.ExpertRated: _rated,
    facts.ExpertCallClosed: lambda _: pb.CallUpEvent(expert_call_closed=pb.ExpertCallClosed()),
    facts.ExpertCallCancelled: _cancelled,
    facts.ExpertGroupFormed: _formed,
    facts.ExpertGroupDissolved: _dissolved,
    facts.InvitationDelivered: _delivered,
    facts.AnswerWindowShortened: _shortened,
    facts.InvitationUndelivered: lambda event: pb.CallUpEvent(invitation_undelivered=pb.InvitationUndelivered(**_of(event))),
    facts.ExpertCallMoved: lambda event: pb.CallUpEvent(expert_call_moved=pb.ExpertCallMoved(merged=event.merged)),
}


def _expert(expert_id: str) -> str:
    return f"experts/{expert_id}"


def _call_up(event: facts.Fact) -> str:
    return f"callUps/{event.call_up_id}"


def _of(event: facts.OfInvitation) -> dict[str, Any]:
    return {"expert": _expert(event.expert_id), "invitation": f"invitations/{event.invitation_id}"}


def _encoded(event: facts.Fact) -> Encoded:
    return Encoded(TOPIC, event.call_up_id, _MESSAGES[type(event)](event))


ENCODERS: dict[type, Callable[[Any], Encoded]] = dict.fromkeys(_MESSAGES, _encoded)
