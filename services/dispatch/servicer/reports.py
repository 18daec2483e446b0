"""ReportService and ObligationService."""

from collections.abc import Awaitable, Callable
from typing import Any

from chassis.identity import current_call
from chassis.ids import id_of
from chassis.journal import Transaction
from chassis.process import Parts
from fenghuo.dispatch.v1 import reports_pb2 as pb
from fenghuo.dispatch.v1 import reports_pb2_grpc
from services.dispatch.codec import reports as codec
from services.dispatch.codec.fields import moment, ref, word
from services.dispatch.grading.duties import Channel
from services.dispatch.grading.reports import ReportKind
from services.dispatch.model.report import Report
from services.dispatch.use_cases import obligations, reports


class ReportServicer(reports_pb2_grpc.ReportServiceServicer):
    """Serves ReportService."""

    def __init__(self, parts: Parts) -> None:
        self._engine = parts.engine
        self._journal = parts.journal

    async def _run(self, request: Any, work: Callable[[Transaction, str], Awaitable[Report]]) -> pb.Report:
        report_id = id_of(request.name, "reports")
        return await self._journal.run(request, pb.Report, lambda tx: work(tx, report_id), codec.report)

    async def DraftReport(self, request: pb.DraftReportRequest, context: Any) -> pb.Report:
        """起草."""
        incident_id, corrects, kind = ref(request, "incident"), ref(request, "corrects", "reports"), ReportKind(word(request, "kind"))
        elements, deliveries = codec.elements(request.elements), codec.recipients(request.recipients)

        async def work(tx: Transaction) -> Report:
            return await reports.draft(tx, request.report_id, incident_id, kind, elements, deliveries, corrects)

        return await self._journal.run(request, pb.Report, work, codec.report)

    async def UpdateReport(self, request: pb.UpdateReportRequest, context: Any) -> pb.Report:
        """Another text."""
        elements, deliveries = codec.elements(request.elements), codec.recipients(request.recipients)
        return await self._run(request, lambda tx, name: reports.update(tx, name, request.etag, elements, deliveries))

    async def SubmitReport(self, request: pb.SubmitReportRequest, context: Any) -> pb.Report:
        """送签."""
        return await self._run(request, lambda tx, name: reports.submit(tx, name, request.etag))

    async def ReturnReport(self, request: pb.ReturnReportRequest, context: Any) -> pb.Report:
        """退回."""
        return await self._run(request, lambda tx, name: reports.send_back(tx, name, request.etag, request.reason))

    async def SignReport(self, request: pb.SignReportRequest, context: Any) -> pb.Report:
        """签发."""
        return await self._run(request, lambda tx, name: reports.sign(tx, name, request.etag))

    async def SendReport(self, request: pb.SendReportRequest, context: Any) -> pb.Report:
        """报出."""
        return await self._run(request, lambda tx, name: reports.send(tx, name, request.etag, request.evidence))

    async def SendReportUrgently(self, request: pb.SendReportUrgentlyRequest, context: Any) -> pb.Report:
        """先报后签."""
        return await self._run(request, lambda tx, name: reports.send_urgently(tx, name, request.etag, request.evidence, request.reason))

    async def CountersignReport(self, request: pb.CountersignReportRequest, context: Any) -> pb.Report:
        """补签."""
        return await self._run(request, lambda tx, name: reports.countersign(tx, name, request.etag))

    async def AcknowledgeReport(self, request: pb.AcknowledgeReportRequest, context: Any) -> pb.Report:
        """签收."""
        recipient, at = codec.party(request), moment(request, "acknowledge_time")
        return await self._run(request, lambda tx, name: reports.acknowledge(tx, name, request.etag, recipient, request.receiver, at))

    async def BounceReport(self, request: pb.BounceReportRequest, context: Any) -> pb.Report:
        """未送达."""
        return await self._run(request, lambda tx, name: reports.bounce(tx, name, request.etag, codec.party(request), request.reason))

    async def RetryReport(self, request: pb.RetryReportRequest, context: Any) -> pb.Report:
        """重报."""
        channel = Channel(word(request, "channel")) if request.channel else None
        return await self._run(request, lambda tx, name: reports.retry(tx, name, request.etag, codec.party(request), channel, request.evidence))

    async def RecipientReturnReport(self, request: pb.RecipientReturnReportRequest, context: Any) -> pb.Report:
        """被退回."""
        return await self._run(request, lambda tx, name: reports.recipient_return(tx, name, request.etag, codec.party(request), request.reason))

    async def GetReport(self, request: pb.GetReportRequest, context: Any) -> pb.Report:
        """One report."""
        return codec.report(await reports.get(self._engine, current_call.get().caller, id_of(request.name, "reports")))

    async def ListReports(self, request: pb.ListReportsRequest, context: Any) -> pb.ListReportsResponse:
        """A page of reports."""
        caller, incident_id = current_call.get().caller, ref(request, "incident")
        found, token = await reports.page_of(self._engine, caller, request.page_size, request.page_token, incident_id, word(request, "state"))
        return pb.ListReportsResponse(reports=map(codec.report, found), next_page_token=token)


class ObligationServicer(reports_pb2_grpc.ObligationServiceServicer):
    """Serves ObligationService."""

    def __init__(self, parts: Parts) -> None:
        self._engine = parts.engine
        self._journal = parts.journal
        self._clock = parts.clock

    async def GetObligation(self, request: pb.GetObligationRequest, context: Any) -> pb.Obligation:
        """One obligation."""
        found = await obligations.get(self._engine, current_call.get().caller, id_of(request.name, "obligations"))
        return codec.obligation(self._clock.now())(found)

    async def ListObligations(self, request: pb.ListObligationsRequest, context: Any) -> pb.ListObligationsResponse:
        """A page of obligations."""
        caller, incident_id = current_call.get().caller, ref(request, "incident")
        found, token = await obligations.page_of(self._engine, caller, request.page_size, request.page_token, incident_id, word(request, "state"))
        return pb.ListObligationsResponse(obligations=map(codec.obligation(self._clock.now()), found), next_page_token=token)

    async def WaiveObligation(self, request: pb.WaiveObligationRequest, context: Any) -> pb.Obligation:
        """豁免."""
        obligation_id, encode = id_of(request.name, "obligations"), codec.obligation(self._clock.now())
        return await self._journal.run(request, pb.Obligation, lambda tx: obligations.waive(tx, obligation_id, request.etag, request.reason), encode)

    async def GetTimeliness(self, request: pb.GetTimelinessRequest, context: Any) -> pb.Timeliness:
        """及时率."""
        caller, incident_id, now = current_call.get().caller, ref(request, "incident"), self._clock.now()
        start, end = moment(request, "start_time"), moment(request, "end_time")
        return codec.timeliness(await obligations.timeliness_of(self._engine, caller, now, start, end, incident_id, request.exercise_id))
