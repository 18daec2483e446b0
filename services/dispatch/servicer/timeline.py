"""TimelineService."""

from typing import Any

from chassis.identity import current_call
from chassis.process import Parts
from fenghuo.dispatch.v1 import timeline_pb2 as pb
from fenghuo.dispatch.v1 import timeline_pb2_grpc
from services.dispatch.codec import records as codec
from services.dispatch.codec.fields import ref
from services.dispatch.use_cases import matters


class TimelineServicer(timeline_pb2_grpc.TimelineServiceServicer):
    """Serves TimelineService."""

    def __init__(self, parts: Parts) -> None:
        self._engine = parts.engine
        self._clock = parts.clock

    async def ListTimeline(self, request: pb.ListTimelineRequest, context: Any) -> pb.ListTimelineResponse:
        """Every step of an incident."""
        found, token = await matters.timeline(
            self._engine,
            current_call.get().caller,
            ref(request, "incident"),
            request.page_size,
            request.page_token,
            tuple(request.types),
            newest_first=request.newest_first,
        )
        return pb.ListTimelineResponse(entries=map(codec.entry, found), next_page_token=token)

    async def GetSituation(self, request: pb.GetSituationRequest, context: Any) -> pb.Situation:
        """An incident on one page."""
        return codec.situation(await matters.situation(self._engine, current_call.get().caller, ref(request, "incident"), self._clock.now()))

    async def ListDebts(self, request: pb.ListDebtsRequest, context: Any) -> pb.ListDebtsResponse:
        """What is owed."""
        caller, incident_id = current_call.get().caller, ref(request, "incident")
        found, token = await matters.debts(self._engine, caller, request.page_size, request.page_token, incident_id, paid=request.paid)
        return pb.ListDebtsResponse(debts=map(codec.debt, found), next_page_token=token)
