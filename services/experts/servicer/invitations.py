"""InvitationService. Answers of changes leave personal data out: the journal keeps them."""

from collections.abc import Awaitable, Callable
from datetime import UTC
from typing import Any

from google.protobuf.message import Message

from chassis.identity import current_call
from chassis.ids import id_of
from chassis.journal import Transaction
from chassis.process import Parts
from fenghuo.experts.v1 import invitations_pb2 as pb
from fenghuo.experts.v1 import invitations_pb2_grpc
from services.experts.codec import call_ups as codec
from services.experts.codec import words
from services.experts.model.invitation import Delivery
from services.experts.use_cases import invitations


class InvitationServicer(invitations_pb2_grpc.InvitationServiceServicer):
    """Serves InvitationService."""

    def __init__(self, parts: Parts) -> None:
        self._engine = parts.engine
        self._journal = parts.journal

    async def _run(self, request: Message, work: Callable[[Transaction], Awaitable[invitations.Pair]]) -> pb.Invitation:
        return await self._journal.run(request, pb.Invitation, work, lambda pair: words.impersonal(codec.invitation(pair)))

    async def AcceptInvitation(self, request: pb.AcceptInvitationRequest, context: Any) -> pb.Invitation:
        """The caller comes."""
        invitation_id, given = id_of(request.name, "invitations"), codec.accepted(request)
        return await self._run(request, lambda tx: invitations.answer_own(tx, invitation_id, request.etag, given))

    async def DeclineInvitation(self, request: pb.DeclineInvitationRequest, context: Any) -> pb.Invitation:
        """The caller cannot come."""
        invitation_id, given = id_of(request.name, "invitations"), codec.declined(request)
        return await self._run(request, lambda tx: invitations.answer_own(tx, invitation_id, request.etag, given))

    async def ListOwnInvitations(self, request: pb.ListOwnInvitationsRequest, context: Any) -> pb.ListOwnInvitationsResponse:
        """A page of the caller's own invitations."""
        caller = current_call.get().caller
        found, token = await invitations.own_page(self._engine, caller, request.page_size, request.page_token, open_only=request.open_only)
        return pb.ListOwnInvitationsResponse(invitations=map(codec.invitation, found), next_page_token=token)

    async def RecordAnswer(self, request: pb.RecordAnswerRequest, context: Any) -> pb.Invitation:
        """An answer that came otherwise."""
        invitation_id, given = id_of(request.name, "invitations"), codec.recorded(request)
        return await self._run(request, lambda tx: invitations.record_answer(tx, invitation_id, request.etag, given, accepted=request.accepted))

    async def RecordInvitationDelivery(self, request: pb.RecordInvitationDeliveryRequest, context: Any) -> pb.Invitation:
        """What became of the invitation on a channel."""
        invitation_id, outcome = id_of(request.name, "invitations"), words.word(pb.DeliveryOutcome, request.outcome)
        at = request.delivery_time.ToDatetime(UTC) if request.HasField("delivery_time") else None
        return await self._run(request, lambda tx: invitations.record_delivery(tx, invitation_id, Delivery(request.channel, at or tx.now, outcome)))

    async def PromoteReserve(self, request: pb.InvitationRequest, context: Any) -> pb.Invitation:
        """A free place for somebody in reserve."""
        return await self._run(request, lambda tx: invitations.promote(tx, id_of(request.name, "invitations"), request.etag))

    async def StandDownExpert(self, request: pb.StandDownExpertRequest, context: Any) -> pb.Invitation:
        """Not needed, or not coming after all."""
        return await self._run(request, lambda tx: invitations.stand_down(tx, id_of(request.name, "invitations"), request.etag, request.reason))

    async def EngageExpert(self, request: pb.EngageExpertRequest, context: Any) -> pb.Invitation:
        """到位."""
        invitation_id, presence = id_of(request.name, "invitations"), words.word(pb.Presence, request.presence)
        return await self._run(
            request,
            lambda tx: invitations.engage(tx, invitation_id, request.etag, presence, briefed=request.briefed, confidential=request.confidentiality_noted),
        )

    async def ReleaseExpert(self, request: pb.InvitationRequest, context: Any) -> pb.Invitation:
        """解除."""
        return await self._run(request, lambda tx: invitations.release(tx, id_of(request.name, "invitations"), request.etag))

    async def RateExpert(self, request: pb.RateExpertRequest, context: Any) -> pb.Invitation:
        """评价."""
        invitation_id, rated = id_of(request.name, "invitations"), codec.rated(request)
        return await self._run(request, lambda tx: invitations.rate(tx, invitation_id, request.etag, rated))
