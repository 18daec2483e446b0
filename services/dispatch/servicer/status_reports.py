"""StatusReportService."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from chassis.identity import current_call
from chassis.messages import Catalogue
from chassis.process import Parts
from fenghuo.dispatch.v1 import status_reports_pb2 as pb
from fenghuo.dispatch.v1 import status_reports_pb2_grpc
from services.dispatch.codec import status_reports as codec
from services.dispatch.use_cases import unit_statuses

MOST_NAMED = 1000
"""So many units, and so many refusals, the answer to a stream names."""


class StatusReportServicer(status_reports_pb2_grpc.StatusReportServiceServicer):
    """Serves StatusReportService."""

    def __init__(self, parts: Parts) -> None:
        self._journal = parts.journal
        self._texts = Catalogue.load(parts.settings.messages_dir)

    async def ReportStatuses(self, request: pb.ReportStatusesRequest, context: Any) -> pb.ReportStatusesResponse:
        """状态批量上报."""
        return await self._take(request)

    async def StreamStatuses(self, request_iterator: AsyncIterator[pb.StreamStatusesRequest], context: Any) -> pb.StreamStatusesResponse:
        """状态流; each message is a command of its own, under its own key."""
        answer = pb.StreamStatusesResponse()
        unknown: dict[str, None] = {}
        call, read = current_call.get(), 0
        async for request in request_iterator:
            current_call.set(replace(call, request_id=request.request_id))
            taken = await self._take(request)
            answer.messages += 1
            answer.accepted += taken.accepted
            answer.outdated += taken.outdated
            answer.refusals += len(taken.refused)
            unknown |= dict.fromkeys(taken.unknown if len(unknown) < MOST_NAMED else ())
            for refused in taken.refused[: MOST_NAMED - len(answer.refused)]:
                refused.index += read
                answer.refused.append(refused)
            read += len(request.reports)
        answer.unknown.extend(list(unknown)[:MOST_NAMED])
        return answer

    async def _take(self, request: pb.ReportStatusesRequest | pb.StreamStatusesRequest) -> pb.ReportStatusesResponse:
        reports = codec.reports(request.reports)
        return await self._journal.run(
            request, pb.ReportStatusesResponse, lambda tx: unit_statuses.report_all(tx, reports), lambda taken: codec.taken(taken, self._texts)
        )
