"""ReliefService."""

from collections.abc import Awaitable, Callable
from typing import Any

from chassis.identity import current_call
from chassis.ids import id_of
from chassis.journal import Transaction
from chassis.process import Parts
from fenghuo.dispatch.v1 import relief_pb2 as pb
from fenghuo.dispatch.v1 import relief_pb2_grpc
from services.dispatch.codec import relief as codec
from services.dispatch.codec.fields import optional, ref, word
from services.dispatch.model.relief import EvacuationOrder
from services.dispatch.use_cases import relief


class ReliefServicer(relief_pb2_grpc.ReliefServiceServicer):
    """Serves ReliefService."""

    def __init__(self, parts: Parts) -> None:
        self._engine = parts.engine
        self._journal = parts.journal
        self._clock = parts.clock

    async def _run(self, request: Any, work: Callable[[Transaction], Awaitable[EvacuationOrder]]) -> pb.EvacuationOrder:
        return await self._journal.run(request, pb.EvacuationOrder, work, codec.evacuation_order)

    async def OrderEvacuation(self, request: pb.OrderEvacuationRequest, context: Any) -> pb.EvacuationOrder:
        """下令转移."""
        return await self._run(request, lambda tx: relief.order_evacuation(tx, codec.ordered(request, tx.now)))

    async def ReportEvacuation(self, request: pb.ReportEvacuationRequest, context: Any) -> pb.EvacuationOrder:
        """转移进度."""
        order_id = id_of(request.name, "evacuationOrders")
        return await self._run(request, lambda tx: relief.report(tx, order_id, request.etag, request.moved_count, request.note))

    async def CompleteEvacuation(self, request: pb.CompleteEvacuationRequest, context: Any) -> pb.EvacuationOrder:
        """转移完成."""
        order_id, counts = id_of(request.name, "evacuationOrders"), (request.moved_count, request.remaining_count)
        return await self._run(request, lambda tx: relief.complete(tx, order_id, request.etag, *counts, request.note))

    async def CancelEvacuation(self, request: pb.EvacuationReasonRequest, context: Any) -> pb.EvacuationOrder:
        """撤销."""
        order_id = id_of(request.name, "evacuationOrders")
        return await self._run(request, lambda tx: relief.cancel(tx, order_id, request.etag, request.reason))

    async def LiftEvacuation(self, request: pb.EvacuationReasonRequest, context: Any) -> pb.EvacuationOrder:
        """解除."""
        order_id = id_of(request.name, "evacuationOrders")
        return await self._run(request, lambda tx: relief.lift(tx, order_id, request.etag, request.reason))

    async def GetEvacuationOrder(self, request: pb.GetEvacuationOrderRequest, context: Any) -> pb.EvacuationOrder:
        """One order."""
        return codec.evacuation_order(await relief.get_order(self._engine, current_call.get().caller, id_of(request.name, "evacuationOrders")))

    async def ListEvacuationOrders(self, request: pb.ListEvacuationOrdersRequest, context: Any) -> pb.ListEvacuationOrdersResponse:
        """A page of orders."""
        caller, incident_id = current_call.get().caller, ref(request, "incident")
        found, token = await relief.page_of_orders(self._engine, caller, request.page_size, request.page_token, incident_id, word(request, "state"))
        return pb.ListEvacuationOrdersResponse(evacuation_orders=map(codec.evacuation_order, found), next_page_token=token)

    async def CreateReliefRecord(self, request: pb.CreateReliefRecordRequest, context: Any) -> pb.ReliefRecord:
        """登记受灾点."""
        return await self._journal.run(request, pb.ReliefRecord, lambda tx: relief.open_record(tx, codec.opened(request, tx.now)), codec.relief_record)

    async def RecordRelief(self, request: pb.RecordReliefRequest, context: Any) -> pb.ReliefRecord:
        """登记救助."""
        record_id, given, people = id_of(request.name, "reliefRecords"), codec.provisions(request), optional(request, "people_count")
        return await self._journal.run(
            request,
            pb.ReliefRecord,
            lambda tx: relief.record_relief(tx, record_id, request.etag, given, people, request.correction_reason),
            codec.relief_record,
        )

    async def GetReliefRecord(self, request: pb.GetReliefRecordRequest, context: Any) -> pb.ReliefRecord:
        """One record."""
        return codec.relief_record(await relief.get_record(self._engine, current_call.get().caller, id_of(request.name, "reliefRecords")))

    async def ListReliefRecords(self, request: pb.ListReliefRecordsRequest, context: Any) -> pb.ListReliefRecordsResponse:
        """A page of records."""
        caller = current_call.get().caller
        found, token = await relief.page_of_records(self._engine, caller, request.page_size, request.page_token, ref(request, "incident"))
        return pb.ListReliefRecordsResponse(relief_records=map(codec.relief_record, found), next_page_token=token)

    async def GetReliefKpi(self, request: pb.GetReliefKpiRequest, context: Any) -> pb.ReliefKpi:
        """十小时救助指标."""
        return codec.kpi(await relief.kpi(self._engine, current_call.get().caller, self._clock.now(), ref(request, "incident")))
