"""Opinions and groups to proto and back."""

from typing import Any

from chassis.ids import id_of
from fenghuo.experts.v1 import expert_groups_pb2 as gpb
from fenghuo.experts.v1 import opinions_pb2 as pb
from services.experts.codec import words
from services.experts.model.group import ExpertGroup
from services.experts.model.opinion import Advice, Opinion


def advice(request: Any) -> Advice:
    """What is signed."""
    return Advice(request.text, words.word(pb.Confidence, request.confidence), tuple(request.assumptions))


def dissents(request: pb.SubmitJointOpinionRequest) -> tuple[tuple[str, str], ...]:
    """(expert id, view) of those who disagree."""
    return tuple((id_of(each.expert, "experts", "dissents"), each.text) for each in request.dissents)


def opinion(model: Opinion) -> pb.Opinion:
    """An opinion as the contract shows it."""
    message = pb.Opinion(
        name=model.name,
        etag=str(model.version),
        state=words.value(pb.OpinionState, model.state),
        call_up=f"callUps/{model.call_up_id}",
        invitation=f"invitations/{model.invitation_id}" if model.invitation_id else "",
        group=f"expertGroups/{model.group_id}" if model.group_id else "",
        expert=f"experts/{model.expert_id}",
        number=model.number,
        text=model.advice.text,
        confidence=words.value(pb.Confidence, model.advice.confidence),
        assumptions=model.advice.assumptions,
        entered_by=model.entered_by,
        signature=model.signature,
        digest=model.digest,
        adoption=words.value(pb.Adoption, model.adoption),
        adoption_reason=model.adoption_reason,
        decider=model.decider,
        exercise_id=model.exercise_id,
    )
    for each in model.dissents:
        words.stamp(message.dissents.add(expert=f"experts/{each.expert_id}", text=each.text), dissent_time=each.at)
    words.stamp(message, create_time=model.created_at, decide_time=model.decided_at)
    return message


def members(names: Any) -> tuple[str, ...]:
    """Ids of the members."""
    return tuple(id_of(name, "experts", "members") for name in names)


def group(model: ExpertGroup) -> gpb.ExpertGroup:
    """A group as the contract shows it."""
    message = gpb.ExpertGroup(
        name=model.name,
        etag=str(model.version),
        state=words.value(gpb.ExpertGroupState, model.state),
        display_name=model.display_name,
        call_up=f"callUps/{model.call_up_id}",
        incident=f"incidents/{model.incident_id}" if model.incident_id else "",
        leader=f"experts/{model.leader_id}",
        members=[f"experts/{each}" for each in model.member_ids],
        region_code=model.region_code,
        exercise_id=model.exercise_id,
    )
    words.stamp(message, create_time=model.created_at, update_time=model.updated_at)
    return message
