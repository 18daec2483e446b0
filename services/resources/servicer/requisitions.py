"""RequisitionService."""

from typing import Any

from chassis.ids import id_of
from fenghuo.resources.v1 import requisitions_pb2, requisitions_pb2_grpc
from services.resources.codec.fields import read, show, word
from services.resources.model.requisition import Requisition, TakeOver
from services.resources.servicer.door import Door
from services.resources.use_cases import requisitions

STATES = requisitions_pb2.RequisitionState.DESCRIPTOR
CONDITIONS = requisitions_pb2.AssetCondition.DESCRIPTOR


class RequisitionServicer(Door, requisitions_pb2_grpc.RequisitionServiceServicer):
    """Serves RequisitionService."""

    async def ProposeRequisition(self, request: requisitions_pb2.ProposeRequisitionRequest, context: Any) -> requisitions_pb2.Requisition:
        """拟征用, or urgently taken over at once."""
        given = read(request.take_over, TakeOver) if request.HasField("take_over") else None
        return await self._new(
            request,
            requisitions_pb2.Requisition,
            "requisition_id",
            Requisition,
            lambda tx, made: requisitions.propose(tx, made, given),
            take_over=None,
            proposer=self._caller.id,
        )

    async def DecideRequisition(self, request: requisitions_pb2.DecideRequisitionRequest, context: Any) -> requisitions_pb2.Requisition:
        """决定."""
        return await self._do(
            request,
            requisitions_pb2.Requisition,
            "requisitions",
            lambda tx, id_, etag: requisitions.decide(tx, id_, etag, request.decision, request.decided_by),
        )

    async def ServeRequisition(self, request: requisitions_pb2.ServeRequisitionRequest, context: Any) -> requisitions_pb2.Requisition:
        """送达."""
        return await self._do(request, requisitions_pb2.Requisition, "requisitions", lambda tx, id_, etag: requisitions.serve(tx, id_, etag))

    async def TakeOverRequisition(self, request: requisitions_pb2.TakeOverRequisitionRequest, context: Any) -> requisitions_pb2.Requisition:
        """接管."""
        given = read(request.take_over, TakeOver)
        return await self._do(
            request, requisitions_pb2.Requisition, "requisitions", lambda tx, id_, etag: requisitions.hand_over(tx, id_, etag, given, urgent=request.urgent)
        )

    async def UseRequisition(self, request: requisitions_pb2.UseRequisitionRequest, context: Any) -> requisitions_pb2.Requisition:
        """使用."""
        return await self._do(request, requisitions_pb2.Requisition, "requisitions", lambda tx, id_, etag: requisitions.use(tx, id_, etag))

    async def ReturnRequisition(self, request: requisitions_pb2.ReturnRequisitionRequest, context: Any) -> requisitions_pb2.Requisition:
        """返还."""
        return await self._do(
            request,
            requisitions_pb2.Requisition,
            "requisitions",
            lambda tx, id_, etag: requisitions.give_back(tx, id_, etag, word(CONDITIONS, request.condition), request.damage),
        )

    async def AssessRequisition(self, request: requisitions_pb2.AssessRequisitionRequest, context: Any) -> requisitions_pb2.Requisition:
        """评估."""
        return await self._do(
            request,
            requisitions_pb2.Requisition,
            "requisitions",
            lambda tx, id_, etag: requisitions.assess(tx, id_, etag, request.assessed_fen, request.assessor),
        )

    async def CompensateRequisition(self, request: requisitions_pb2.CompensateRequisitionRequest, context: Any) -> requisitions_pb2.Requisition:
        """补偿."""
        return await self._do(
            request,
            requisitions_pb2.Requisition,
            "requisitions",
            lambda tx, id_, etag: requisitions.compensate(tx, id_, etag, request.paid_fen, request.payment),
        )

    async def CloseRequisition(self, request: requisitions_pb2.CloseRequisitionRequest, context: Any) -> requisitions_pb2.Requisition:
        """办结."""
        return await self._do(request, requisitions_pb2.Requisition, "requisitions", lambda tx, id_, etag: requisitions.close(tx, id_, etag))

    async def GetRequisition(self, request: requisitions_pb2.GetRequisitionRequest, context: Any) -> requisitions_pb2.Requisition:
        """One requisition."""
        return show(requisitions_pb2.Requisition, await requisitions.get(self._engine, self._caller, id_of(request.name, "requisitions")))

    async def ListRequisitions(self, request: requisitions_pb2.ListRequisitionsRequest, context: Any) -> requisitions_pb2.ListRequisitionsResponse:
        """A page of requisitions."""
        found, token = await requisitions.page_of(
            self._engine, self._caller, request.page_size, request.page_token, word(STATES, request.state), request.incident, open_only=request.open_only
        )
        return requisitions_pb2.ListRequisitionsResponse(requisitions=[show(requisitions_pb2.Requisition, each) for each in found], next_page_token=token)
