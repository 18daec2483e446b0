"""DrillService."""

from collections.abc import Awaitable, Callable
from typing import Any

from chassis.identity import current_call
from chassis.ids import id_of
from chassis.journal import Transaction
from chassis.process import Parts
from fenghuo.plans.v1 import drills_pb2 as pb
from fenghuo.plans.v1 import drills_pb2_grpc
from services.plans.codec import responses as codec
from services.plans.codec.fields import moment, read, word
from services.plans.model.drill import Drill, DrillRating
from services.plans.use_cases import drills
from services.plans.use_cases.corrections import CorrectionDraft

Work = Callable[[Transaction], Awaitable[Drill]]


class DrillServicer(drills_pb2_grpc.DrillServiceServicer):
    """Serves DrillService."""

    def __init__(self, parts: Parts) -> None:
        self._engine = parts.engine
        self._journal = parts.journal

    async def _run(self, request: Any, work: Work) -> pb.Drill:
        return await self._journal.run(request, pb.Drill, work, codec.drill)

    async def _step(self, request: Any, step: Callable[[Drill, Transaction], object]) -> pb.Drill:
        drill_id = id_of(request.name, "drills")
        return await self._run(request, lambda tx: drills.change(tx, drill_id, request.etag, lambda drill: step(drill, tx)))

    async def PlanDrill(self, request: pb.PlanDrillRequest, context: Any) -> pb.Drill:
        """列入计划."""
        return await self._run(request, lambda tx: drills.plan(tx, codec.planned_drill(request)))

    async def GetDrill(self, request: pb.GetDrillRequest, context: Any) -> pb.Drill:
        """One drill."""
        return codec.drill(await drills.get(self._engine, current_call.get().caller, id_of(request.name, "drills")))

    async def ListDrills(self, request: pb.ListDrillsRequest, context: Any) -> pb.ListDrillsResponse:
        """A page of drills."""
        caller = current_call.get().caller
        found, token = await drills.page_of(self._engine, caller, request.page_size, request.page_token, request.year, word(request, "state"))
        return pb.ListDrillsResponse(drills=map(codec.drill, found), next_page_token=token)

    async def PrepareDrill(self, request: pb.PrepareDrillRequest, context: Any) -> pb.Drill:
        """开始准备."""
        return await self._step(request, lambda drill, _: drill.start_preparation(request.organiser, moment(request, "scheduled_time"), request.place))

    async def ReadyDrill(self, request: pb.ReadyDrillRequest, context: Any) -> pb.Drill:
        """准备就绪."""
        preparation = codec.preparation(request)
        return await self._step(request, lambda drill, _: drill.ready(preparation))

    async def StartDrill(self, request: pb.StartDrillRequest, context: Any) -> pb.Drill:
        """开始."""
        return await self._step(request, lambda drill, tx: drill.start(tx.now, channels_set=request.channels_set_to_exercise))

    async def DeliverInject(self, request: pb.DeliverInjectRequest, context: Any) -> pb.Drill:
        """演练注入."""
        return await self._step(request, lambda drill, tx: drill.deliver_inject(request.number, request.observed, tx.now))

    async def FinishDrill(self, request: pb.DrillStepRequest, context: Any) -> pb.Drill:
        """结束."""
        drill_id = id_of(request.name, "drills")
        return await self._run(request, lambda tx: drills.finish(tx, drill_id, request.etag))

    async def AbortDrill(self, request: pb.AbortDrillRequest, context: Any) -> pb.Drill:
        """中止."""
        return await self._step(request, lambda drill, tx: drill.abort(request.reason, request.incident, tx.now))

    async def CancelDrill(self, request: pb.DrillStepRequest, context: Any) -> pb.Drill:
        """取消."""
        return await self._step(request, lambda drill, _: drill.cancel(request.reason))

    async def EvaluateDrill(self, request: pb.EvaluateDrillRequest, context: Any) -> pb.Drill:
        """评估."""
        ratings = tuple(read(DrillRating, rating) for rating in request.ratings)
        return await self._step(request, lambda drill, _: drill.evaluate(ratings, tuple(request.findings)))

    async def OpenDrillCorrections(self, request: pb.OpenDrillCorrectionsRequest, context: Any) -> pb.Drill:
        """整改."""
        drill_id, drafts = id_of(request.name, "drills"), tuple(read(CorrectionDraft, draft) for draft in request.corrections)
        return await self._run(request, lambda tx: drills.open_corrections(tx, drill_id, request.etag, drafts))

    async def CloseDrill(self, request: pb.DrillStepRequest, context: Any) -> pb.Drill:
        """结案."""
        drill_id = id_of(request.name, "drills")
        return await self._run(request, lambda tx: drills.close(tx, drill_id, request.etag))

    async def GetDrillStats(self, request: pb.GetDrillStatsRequest, context: Any) -> pb.GetDrillStatsResponse:
        """The year's figures."""
        found = await drills.stats(self._engine, current_call.get().caller, request.year, request.organiser)
        counts = (pb.DrillCount(organiser=organiser, planned=planned, carried_out=done, met=done > 0) for organiser, planned, done in found)
        return pb.GetDrillStatsResponse(counts=counts)
