"""UnitStatusService."""

from collections.abc import Iterable
from typing import Any

from chassis.identity import Call, current_call
from chassis.ids import id_of
from chassis.process import Parts
from fenghuo.dispatch.v1 import unit_statuses_pb2 as pb
from fenghuo.dispatch.v1 import unit_statuses_pb2_grpc
from services.dispatch.codec import status_reports
from services.dispatch.codec import units as codec
from services.dispatch.codec.fields import ref, word
from services.dispatch.use_cases import positions, unit_statuses
from services.dispatch.use_cases.picture import Picture


class UnitStatusServicer(unit_statuses_pb2_grpc.UnitStatusServiceServicer):
    """Serves UnitStatusService."""

    def __init__(self, parts: Parts, picture: Picture) -> None:
        self._picture = picture
        self._engine = parts.engine
        self._journal = parts.journal
        self._clock = parts.clock
        self._hot = parts.hot

    async def ListUnitStatuses(self, request: pb.ListUnitStatusesRequest, context: Any) -> pb.ListUnitStatusesResponse:
        """A page of units."""
        narrowed = {"state": word(request, "state"), "capability": request.capability, "incident_id": ref(request, "incident")}
        caller = current_call.get().caller
        found, token = await positions.statuses(self._engine, self._hot, caller, request.page_size, request.page_token, **narrowed)
        now = self._clock.now()
        return pb.ListUnitStatusesResponse(unit_statuses=[codec.unit_status(unit, now) for unit in found], next_page_token=token)

    async def GetUnitStatus(self, request: pb.GetUnitStatusRequest, context: Any) -> pb.UnitStatus:
        """One unit."""
        unit_id = id_of(request.name, "unitStatuses")
        unit = await positions.status(self._engine, self._hot, current_call.get().caller, unit_id)
        return codec.unit_status(unit, self._clock.now())

    async def SetUnitStatus(self, request: pb.SetUnitStatusRequest, context: Any) -> pb.UnitStatus:
        """状态报告."""
        report = status_reports.report(request)
        return await self._journal.run(
            request,
            pb.UnitStatus,
            lambda tx: unit_statuses.set_status(tx, report, request.etag),
            lambda unit: codec.unit_status(unit, self._clock.now()),
        )

    async def ReportPositions(self, request: pb.ReportPositionsRequest, context: Any) -> pb.ReportPositionsResponse:
        """位置上报; a unit that was out of contact is thereby back, through the journal."""
        received = await self.take(current_call.get(), request.positions)
        return pb.ReportPositionsResponse(
            accepted=received.accepted,
            outdated=received.outdated,
            unknown=[f"units/{unit_id}" for unit_id in received.unknown],
            restored=[f"units/{unit_id}" for unit_id in received.restored],
        )

    async def take(self, call: Call, reports: Iterable[pb.PositionReport]) -> positions.Received:
        """Take reported positions in."""
        now = self._clock.now()
        received = await positions.report(self._engine, self._hot, call.caller, [codec.position(each, now) for each in reports])
        self._picture.moved(received.newest.values())
        received.restored = [unit_id for unit_id, source in received.lost.items() if await self._restore(call, unit_id, source)]
        return received

    async def _restore(self, call: Call, unit_id: str, source: str) -> bool:
        own = Call(call.caller, call.method, "", call.traceparent)
        return await self._journal.apply(own, unit_id.encode(), lambda tx: unit_statuses.restore(tx, unit_id, source))

    async def ListPositions(self, request: pb.ListPositionsRequest, context: Any) -> pb.ListPositionsResponse:
        """A part of the board."""
        caller = current_call.get().caller
        found, token = await positions.board(self._engine, self._hot, caller, request.page_size, request.page_token, ref(request, "incident"))
        now = self._clock.now()
        return pb.ListPositionsResponse(positions=[codec.unit_position(unit, now) for unit in found], next_page_token=token)
