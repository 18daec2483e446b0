"""ExpertService. Answers of changes leave personal data out: the journal keeps them."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from datetime import UTC
from typing import Any

from google.protobuf.message import Message

from chassis.identity import current_call
from chassis.ids import id_of
from chassis.journal import Transaction
from chassis.process import Parts
from fenghuo.experts.v1 import experts_pb2 as pb
from fenghuo.experts.v1 import experts_pb2_grpc
from services.experts.codec import experts as codec
from services.experts.codec import words
from services.experts.model.expert import Expert
from services.experts.use_cases import experts


class ExpertServicer(experts_pb2_grpc.ExpertServiceServicer):
    """Serves ExpertService."""

    def __init__(self, parts: Parts) -> None:
        self._engine = parts.engine
        self._journal = parts.journal
        self._clock = parts.clock
        self._retention = parts.settings.retention
        # A dump of the database alone must not let identity numbers be guessed: the digest's key comes from the service's key file.
        self._id_key = hashlib.sha256(b"fenghuo-experts-identity\n" + parts.settings.audit_key.read_bytes()).digest()

    def _hash(self, identity_number: str) -> str:
        number = identity_number.strip().upper()
        return hmac.new(self._id_key, number.encode(), hashlib.sha256).hexdigest() if number else ""

    async def _run(self, request: Message, work: Callable[[Transaction], Awaitable[Expert]]) -> pb.Expert:
        return await self._journal.run(request, pb.Expert, work, lambda model: words.impersonal(codec.expert(model, self._clock.now())))

    async def NominateExpert(self, request: pb.NominateExpertRequest, context: Any) -> pb.Expert:
        """推荐."""
        caller, id_hash = current_call.get().caller, self._hash(request.identity_number)
        return await self._run(request, lambda tx: experts.nominate(tx, codec.nominated(request, caller.id, caller.org, tx.now, id_hash)))

    async def GetExpert(self, request: pb.GetExpertRequest, context: Any) -> pb.Expert:
        """One expert."""
        return codec.expert(await experts.get(self._engine, current_call.get().caller, id_of(request.name, "experts")), self._clock.now())

    async def ListExperts(self, request: pb.ListExpertsRequest, context: Any) -> pb.ListExpertsResponse:
        """A page of experts."""
        caller, now, state = current_call.get().caller, self._clock.now(), words.word(pb.ExpertState, request.state)
        stale_at = now if request.stale_only else None
        found, token = await experts.page_of(self._engine, caller, request.page_size, request.page_token, state, request.discipline, stale_at)
        return pb.ListExpertsResponse(experts=(codec.expert(each, now) for each in found), next_page_token=token)

    async def UpdateExpert(self, request: pb.UpdateExpertRequest, context: Any) -> pb.Expert:
        """What is known is different from now on."""
        expert_id, changes = id_of(request.name, "experts"), codec.changes(request)
        return await self._run(request, lambda tx: experts.update(tx, expert_id, request.etag, changes))

    async def BeginExpertReview(self, request: pb.ExpertRequest, context: Any) -> pb.Expert:
        """审核."""
        return await self._run(request, lambda tx: experts.begin_review(tx, id_of(request.name, "experts"), request.etag))

    async def ActivateExpert(self, request: pb.ActivateExpertRequest, context: Any) -> pb.Expert:
        """聘任."""
        expert_id, begin, end = id_of(request.name, "experts"), words.moment(request, "appoint_time"), request.appoint_end_time.ToDatetime(UTC)
        return await self._run(request, lambda tx: experts.activate(tx, expert_id, request.etag, begin, end))

    async def RejectExpert(self, request: pb.ExpertReasonRequest, context: Any) -> pb.Expert:
        """未通过."""
        expert_id = id_of(request.name, "experts")
        return await self._run(request, lambda tx: experts.reject(tx, expert_id, request.etag, request.reason, self._retention))

    async def SuspendExpert(self, request: pb.ExpertReasonRequest, context: Any) -> pb.Expert:
        """暂停."""
        return await self._run(request, lambda tx: experts.suspend(tx, id_of(request.name, "experts"), request.etag, request.reason))

    async def ResumeExpert(self, request: pb.ExpertRequest, context: Any) -> pb.Expert:
        """恢复."""
        return await self._run(request, lambda tx: experts.resume(tx, id_of(request.name, "experts"), request.etag))

    async def RemoveExpert(self, request: pb.ExpertReasonRequest, context: Any) -> pb.Expert:
        """解聘."""
        expert_id = id_of(request.name, "experts")
        return await self._run(request, lambda tx: experts.remove(tx, expert_id, request.etag, request.reason, self._retention))

    async def VerifyExpert(self, request: pb.ExpertRequest, context: Any) -> pb.Expert:
        """The record is still true."""
        return await self._run(request, lambda tx: experts.verify(tx, id_of(request.name, "experts"), request.etag))

    async def ShareExpert(self, request: pb.ShareExpertRequest, context: Any) -> pb.Expert:
        """Who else may see and call."""
        return await self._run(request, lambda tx: experts.share(tx, id_of(request.name, "experts"), request.etag, tuple(request.shared_with)))

    async def RecordDiscipline(self, request: pb.RecordDisciplineRequest, context: Any) -> pb.Expert:
        """A breach of discipline."""
        expert_id, kind = id_of(request.name, "experts"), words.word(pb.DisciplineKind, request.kind)
        return await self._run(request, lambda tx: experts.record_discipline(tx, expert_id, request.etag, kind, request.text, request.call_up))

    async def SetOwnAvailability(self, request: pb.SetOwnAvailabilityRequest, context: Any) -> pb.Expert:
        """The caller's own calendar."""
        return await self._run(request, lambda tx: experts.set_own_availability(tx, codec.spans(request.availability)))

    async def GetPoolStats(self, request: pb.GetPoolStatsRequest, context: Any) -> pb.PoolStats:
        """How the pool is kept."""
        return codec.stats(await experts.stats(self._engine, current_call.get().caller, request.region_code, self._clock.now()))
