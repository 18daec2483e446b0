"""TrackService."""

from collections.abc import AsyncIterator
from typing import Any

from chassis.identity import current_call
from chassis.process import Parts
from fenghuo.dispatch.v1 import tracks_pb2 as pb
from fenghuo.dispatch.v1 import tracks_pb2_grpc
from services.dispatch.codec import units as codec
from services.dispatch.codec.fields import moment, ref
from services.dispatch.servicer.unit_statuses import UnitStatusServicer
from services.dispatch.use_cases import positions

MOST_UNKNOWN = 1000


class TrackServicer(tracks_pb2_grpc.TrackServiceServicer):
    """Serves TrackService."""

    def __init__(self, parts: Parts, statuses: UnitStatusServicer) -> None:
        self._engine = parts.engine
        self._clock = parts.clock
        self._statuses = statuses

    async def StreamPositions(self, request_iterator: AsyncIterator[pb.StreamPositionsRequest], context: Any) -> pb.StreamPositionsResponse:
        """位置流."""
        answer = pb.StreamPositionsResponse()
        unknown: dict[str, None] = {}
        async for request in request_iterator:
            received = await self._statuses.take(current_call.get(), request.positions)
            answer.messages += 1
            answer.accepted += received.accepted
            answer.outdated += received.outdated
            unknown |= dict.fromkeys(received.unknown if len(unknown) < MOST_UNKNOWN else ())
        answer.unknown.extend(f"units/{unit_id}" for unit_id in list(unknown)[:MOST_UNKNOWN])
        return answer

    async def ListTrackPoints(self, request: pb.ListTrackPointsRequest, context: Any) -> pb.ListTrackPointsResponse:
        """A part of a unit's way."""
        span = moment(request, "start_time"), moment(request, "end_time")
        found, token = await positions.track(self._engine, current_call.get().caller, ref(request, "unit"), span, request.page_size, request.page_token)
        return pb.ListTrackPointsResponse(track_points=map(codec.track_point, found), next_page_token=token)
