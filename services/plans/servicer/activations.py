"""ActivationService."""

from collections.abc import Awaitable, Callable
from typing import Any

from chassis.errors import invalid
from chassis.identity import current_call
from chassis.ids import checked_id, id_of
from chassis.journal import Transaction
from chassis.process import Parts
from fenghuo.plans.v1 import activations_pb2 as pb
from fenghuo.plans.v1 import activations_pb2_grpc
from services.plans.codec import responses as codec
from services.plans.codec.fields import moment, word
from services.plans.model.activation import Activation
from services.plans.use_cases import activations
from services.plans.use_cases.activations import Proposal, Termination

Work = Callable[[Transaction], Awaitable[Activation]]


class ActivationServicer(activations_pb2_grpc.ActivationServiceServicer):
    """Serves ActivationService."""

    def __init__(self, parts: Parts) -> None:
        self._engine = parts.engine
        self._journal = parts.journal
        self._clock = parts.clock

    async def _run(self, request: Any, work: Work) -> pb.Activation:
        return await self._journal.run(request, pb.Activation, work, codec.activation)

    async def ProposeActivation(self, request: pb.ProposeActivationRequest, context: Any) -> pb.Activation:
        """建议启动."""
        return await self._run(request, lambda tx: activations.propose(tx, _proposal(request, request.basis)))

    async def GetActivation(self, request: pb.GetActivationRequest, context: Any) -> pb.Activation:
        """One activation."""
        return codec.activation(await activations.get(self._engine, current_call.get().caller, id_of(request.name, "activations")))

    async def ListActivations(self, request: pb.ListActivationsRequest, context: Any) -> pb.ListActivationsResponse:
        """A page of activations."""
        caller = current_call.get().caller
        found, token = await activations.page_of(self._engine, caller, request.page_size, request.page_token, request.cause, word(request, "state"))
        return pb.ListActivationsResponse(activations=map(codec.activation, found), next_page_token=token)

    async def ActivatePlan(self, request: pb.ActivatePlanRequest, context: Any) -> pb.Activation:
        """启动."""
        activation_id, statement = id_of(request.name, "activations"), codec.statement(request)
        return await self._run(request, lambda tx: activations.activate(tx, activation_id, request.etag, statement, request.authority_org))

    async def ActivateUrgent(self, request: pb.ActivateUrgentRequest, context: Any) -> pb.Activation:
        """紧急启动."""
        proposal = _proposal(request, "")
        return await self._run(request, lambda tx: activations.activate_urgent(tx, proposal, request.subject, request.authorised_by))

    async def FilePaperwork(self, request: pb.FilePaperworkRequest, context: Any) -> pb.Activation:
        """补办手续."""
        activation_id, statement = id_of(request.name, "activations"), codec.statement(request)
        return await self._run(request, lambda tx: activations.file_paperwork(tx, activation_id, request.etag, request.document_ref, statement))

    async def RejectActivation(self, request: pb.ActivationStepRequest, context: Any) -> pb.Activation:
        """不予启动."""
        activation_id = id_of(request.name, "activations")
        return await self._run(request, lambda tx: activations.change(tx, activation_id, request.etag, lambda each: each.reject(request.reason)))

    async def ChangeActivationLevel(self, request: pb.ChangeActivationLevelRequest, context: Any) -> pb.Activation:
        """调整响应级别."""
        activation_id = id_of(request.name, "activations")
        return await self._run(request, lambda tx: activations.change_level(tx, activation_id, request.etag, request.level, request.reason))

    async def DeclineLevelChange(self, request: pb.ActivationStepRequest, context: Any) -> pb.Activation:
        """Stay at the level in force."""
        activation_id = id_of(request.name, "activations")
        return await self._run(request, lambda tx: activations.decline_level(tx, activation_id, request.etag, request.reason))

    async def ExtendActivation(self, request: pb.ExtendActivationRequest, context: Any) -> pb.Activation:
        """延长."""
        activation_id, end = id_of(request.name, "activations"), moment(request, "expected_end_time")
        if end is None:
            raise invalid("expected_end_time")
        return await self._run(request, lambda tx: activations.extend(tx, activation_id, request.etag, end, request.reason))

    async def TerminateActivation(self, request: pb.TerminateActivationRequest, context: Any) -> pb.Activation:
        """终止."""
        activation_id = id_of(request.name, "activations")
        said = Termination(request.reason, request.threat_removed, request.open_tasks_override, request.superior_end_ref)
        return await self._run(request, lambda tx: activations.terminate(tx, activation_id, request.etag, said))

    async def CloseActivation(self, request: pb.CloseActivationRequest, context: Any) -> pb.Activation:
        """结案."""
        activation_id, review_id = id_of(request.name, "activations"), codec.optional_id(request.review, "reviews", "review")
        return await self._run(request, lambda tx: activations.close(tx, activation_id, request.etag, review_id, waive_review=request.waive_review))

    async def ListActivationDebts(self, request: pb.ListActivationDebtsRequest, context: Any) -> pb.ListActivationDebtsResponse:
        """Papers that are owed."""
        found, token = await activations.debts(self._engine, current_call.get().caller, request.page_size, request.page_token)
        now = self._clock.now()
        return pb.ListActivationDebtsResponse(debts=(codec.debt(each, now) for each in found), next_page_token=token)

    async def ListActionCards(self, request: pb.ListActionCardsRequest, context: Any) -> pb.ListActionCardsResponse:
        """Action cards at work."""
        found, token = await activations.cards(self._engine, current_call.get().caller, request.page_size, request.page_token, request.cause)
        return pb.ListActionCardsResponse(actions=map(codec.action, found), next_page_token=token)

    async def ListPostNotices(self, request: pb.ListPostNoticesRequest, context: Any) -> pb.ListPostNoticesResponse:
        """Notices to posts."""
        caller, activation_id = current_call.get().caller, codec.optional_id(request.activation, "activations", "activation")
        found, token = await activations.notices(self._engine, caller, request.page_size, request.page_token, activation_id, word(request, "state"))
        return pb.ListPostNoticesResponse(notices=map(codec.notice, found), next_page_token=token)

    async def RecordNoticeDelivery(self, request: pb.RecordNoticeDeliveryRequest, context: Any) -> pb.PostNotice:
        """How a notice went."""
        notice_id, outcome = id_of(request.name, "postNotices"), word(request, "state")
        return await self._journal.run(
            request, pb.PostNotice,
            lambda tx: activations.record_delivery(tx, notice_id, request.etag, outcome, request.channel, request.remark), codec.notice,
        )  # fmt: skip


def _proposal(request: pb.ProposeActivationRequest | pb.ActivateUrgentRequest, basis: str) -> Proposal:
    collection, _, _ = request.cause.partition("/")
    id_of(request.cause, collection if collection in {"incidents", "alerts"} else "incidents", "cause")
    return Proposal(checked_id(request.activation_id, "activation_id"), id_of(request.plan, "plans", "plan"), request.cause, request.level, basis)
