"""Call-ups and invitations to proto and back."""

from datetime import datetime

from chassis.ids import checked_id, id_of
from chassis.messages import Catalogue
from fenghuo.experts.v1 import call_ups_pb2 as pb
from fenghuo.experts.v1 import experts_pb2, matching_pb2
from fenghuo.experts.v1 import invitations_pb2 as ipb
from services.experts import errors
from services.experts.codec import matching, words
from services.experts.model.call_up import Answer, CallUp
from services.experts.model.call_up_events import Proposal
from services.experts.model.expert import LEVELS, Expert
from services.experts.model.invitation import Invitation, Rated
from services.experts.model.organisation import Register

COLLECTIONS = {"incident": "incidents", "plan": "plans", "drill": "drills"}


def requested(request: pb.RequestCallUpRequest, requester: str, now: datetime) -> CallUp:
    """The call-up a request describes. GUARD CALL_UP_SUBJECT unless it names exactly one of incident, plan, drill."""
    named = {field: name for field in COLLECTIONS if (name := str(getattr(request, field)))}
    if len(named) != 1:
        raise errors.call_up_subject()
    field, name = next(iter(named.items()))
    subject_id = id_of(name, COLLECTIONS[field], field)
    return CallUp(
        id=checked_id(request.call_up_id, "call_up_id"),
        subject=name,
        question=request.question,
        fields=tuple(dict.fromkeys(map(words.asked_field, request.fields))),
        mode=words.word(matching_pb2.CallMode, request.mode),
        quota=request.quota or 1,
        region_code=request.region_code,
        requester=requester,
        created_at=now,
        updated_at=now,
        need_by=words.moment(request, "need_by"),
        incident_id=subject_id if field == "incident" else "",
        phase=words.word(pb.EngagementPhase, request.phase),
        parties=matching.parties(request.parties),
        security_level=int(request.security_level),
        exercise_id=subject_id if field == "drill" else "",
    )


def proposal(model: Proposal) -> pb.Proposal:
    """Who could take a free place."""
    return pb.Proposal(expert=f"experts/{model.expert_id}", invitation=f"invitations/{model.invitation_id}" if model.invitation_id else "")


def call_up(model: CallUp, people: dict[str, Expert], register: Register, texts: Catalogue) -> pb.CallUp:
    """A call-up as the contract shows it, with its lists."""
    message = summary(model)
    for rank, each in enumerate(model.shortlist, start=1):
        message.shortlist.append(matching.candidate(each, rank, people.get(each.expert_id), register, texts))
    message.left_out.extend(matching.left_out(each, people.get(each.expert_id), texts) for each in model.left_out)
    message.invitations.extend(invitation((model, each)) for each in model.invitations)
    message.proposals.extend(map(proposal, model.proposals()))
    message.accepted = model.accepted
    return message


def summary(model: CallUp) -> pb.CallUp:
    """A call-up without its lists."""
    message = pb.CallUp(
        name=model.name,
        etag=str(model.version),
        state=words.value(pb.CallUpState, model.state),
        incident=model.incident,
        plan=model.subject if model.subject.startswith("plans/") else "",
        drill=model.subject if model.subject.startswith("drills/") else "",
        consultation=model.consultation,
        question=model.question,
        fields=words.fields(model.fields),
        unknown_fields=model.unknown_fields,
        mode=words.value(matching_pb2.CallMode, model.mode),
        quota=model.quota,
        phase=words.value(pb.EngagementPhase, model.phase),
        parties=map(matching.party, model.parties),
        security_level=words.value(experts_pb2.SecurityLevel, LEVELS[model.security_level]),
        region_code=model.region_code,
        requester=model.requester,
        reason=model.reason,
        exercise_id=model.exercise_id,
    )
    words.stamp(message, create_time=model.created_at, update_time=model.updated_at, need_by=model.need_by)
    return message


def invitation(pair: tuple[CallUp, Invitation]) -> ipb.Invitation:
    """An invitation with what its call-up asks."""
    asked, model = pair
    message = ipb.Invitation(
        name=model.name,
        etag=str(model.version),
        state=words.value(ipb.InvitationState, model.state),
        call_up=asked.name,
        expert=f"experts/{model.expert_id}",
        incident=asked.incident,
        question=asked.question,
        mode=words.value(matching_pb2.CallMode, asked.mode),
        late=model.late,
        answer_channel=model.answer_channel,
        decline_reason=words.value(ipb.DeclineReason, model.decline_reason),
        note=model.note,
        presence=words.value(ipb.Presence, model.presence),
        score=model.score or 0,
        rating_comment=model.rating_comment,
        fee_fen=model.fee_fen,
        travel_fen=model.travel_fen,
        withdraw_reason=model.withdraw_reason,
        exercise_id=asked.exercise_id,
    )
    for each in model.deliveries:
        words.stamp(message.deliveries.add(channel=each.channel, outcome=words.value(ipb.DeliveryOutcome, each.outcome)), delivery_time=each.at)
    words.stamp(
        message,
        create_time=model.created_at,
        need_by=asked.need_by,
        answer_due_time=model.answer_due_at,
        answer_time=model.answered_at,
        expect_time=model.expected_at,
        engage_time=model.engaged_at,
        confidentiality_time=model.confidentiality_at,
        release_time=model.released_at,
    )
    return message


def accepted(request: ipb.AcceptInvitationRequest) -> Answer:
    """Yes."""
    return Answer(expected_at=words.moment(request, "expect_time"))


def declined(request: ipb.DeclineInvitationRequest) -> Answer:
    """No, and why."""
    return Answer(reason=words.word(ipb.DeclineReason, request.reason), note=request.note)


def recorded(request: ipb.RecordAnswerRequest) -> Answer:
    """An answer that somebody wrote down."""
    reason = "" if request.accepted else words.word(ipb.DeclineReason, request.reason)
    return Answer(reason=reason, channel=request.channel, expected_at=words.moment(request, "expect_time"), note=request.note)


def rated(request: ipb.RateExpertRequest) -> Rated:
    """How good the help was, and what it cost."""
    fee = request.fee_fen if request.HasField("fee_fen") else None
    travel = request.travel_fen if request.HasField("travel_fen") else None
    return Rated(request.score, request.comment, fee, travel)
