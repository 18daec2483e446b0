"""CallUpService. Answers of changes leave personal data out: the journal keeps them."""

from collections.abc import Awaitable, Callable
from typing import Any

from google.protobuf.message import Message

from chassis.identity import current_call
from chassis.ids import id_of
from chassis.journal import Transaction
from chassis.messages import Catalogue
from chassis.process import Parts
from fenghuo.experts.v1 import call_ups_pb2 as pb
from fenghuo.experts.v1 import call_ups_pb2_grpc
from services.experts.codec import call_ups as codec
from services.experts.codec import words
from services.experts.codec.matching import parties
from services.experts.model.call_up import CallUp
from services.experts.model.organisation import Register
from services.experts.use_cases import call_ups, matching


class CallUpServicer(call_ups_pb2_grpc.CallUpServiceServicer):
    """Serves CallUpService."""

    def __init__(self, parts: Parts) -> None:
        self._engine = parts.engine
        self._journal = parts.journal
        self._texts = Catalogue.load(parts.settings.messages_dir)

    async def _run(self, request: Message, work: Callable[[Transaction], Awaitable[CallUp]]) -> pb.CallUp:
        return await self._journal.run(request, pb.CallUp, work, lambda model: words.impersonal(codec.call_up(model, {}, Register(()), self._texts)))

    async def RequestCallUp(self, request: pb.RequestCallUpRequest, context: Any) -> pb.CallUp:
        """提出调用."""
        caller = current_call.get().caller
        return await self._run(request, lambda tx: call_ups.request(tx, codec.requested(request, caller.id, tx.now)))

    async def GetCallUp(self, request: pb.GetCallUpRequest, context: Any) -> pb.CallUp:
        """One call-up."""
        model = await call_ups.get(self._engine, current_call.get().caller, id_of(request.name, "callUps"))
        found = await matching.describe(self._engine, model)
        return codec.call_up(model, found.people, found.register, self._texts)

    async def ListCallUps(self, request: pb.ListCallUpsRequest, context: Any) -> pb.ListCallUpsResponse:
        """A page of call-ups."""
        caller, state = current_call.get().caller, words.word(pb.CallUpState, request.state)
        incident_id = id_of(request.incident, "incidents", "incident") if request.incident else ""
        found, token = await call_ups.page_of(
            self._engine, caller, request.page_size, request.page_token, incident_id, state, undelivered=request.undelivered_only
        )
        return pb.ListCallUpsResponse(call_ups=map(codec.summary, found), next_page_token=token)

    async def ShortlistCallUp(self, request: pb.ShortlistCallUpRequest, context: Any) -> pb.CallUp:
        """拟定名单."""
        call_up_id, concerned, regions = id_of(request.name, "callUps"), parties(request.parties), tuple(request.regions)
        return await self._run(request, lambda tx: call_ups.shortlist(tx, call_up_id, request.etag, request.limit, concerned, regions))

    async def InviteExperts(self, request: pb.InviteExpertsRequest, context: Any) -> pb.CallUp:
        """邀请."""
        call_up_id, chosen = id_of(request.name, "callUps"), tuple(id_of(name, "experts", "experts") for name in request.experts)
        return await self._run(request, lambda tx: call_ups.invite(tx, call_up_id, request.etag, chosen, request.count, tuple(request.channels)))

    async def CloseCallUp(self, request: pb.CallUpRequest, context: Any) -> pb.CallUp:
        """结束."""
        return await self._run(request, lambda tx: call_ups.close(tx, id_of(request.name, "callUps"), request.etag))

    async def CancelCallUp(self, request: pb.CancelCallUpRequest, context: Any) -> pb.CallUp:
        """取消."""
        return await self._run(request, lambda tx: call_ups.cancel(tx, id_of(request.name, "callUps"), request.etag, request.reason))
