"""The duty desk of dispatch in tests: one object with every stub of the incident half and the calls the stories share."""

from datetime import UTC, datetime
from typing import Any

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from fenghuo.dispatch.v1 import (
    consultations_pb2_grpc,
    incidents_pb2,
    incidents_pb2_grpc,
    instructions_pb2_grpc,
    releases_pb2_grpc,
    reports_pb2,
    reports_pb2_grpc,
    signals_pb2_grpc,
    timeline_pb2_grpc,
)
from tests.fixtures.service import Running

NINE = {
    "time": "7月29日15时12分", "place": "大武口沟", "source": "群众电话", "nature": "山洪", "scope": "暂不清楚", "casualties_and_loss": "损失 暂不清楚",
    "trend": "雨势减弱", "measures_and_effect": "已派3支队伍", "next_steps": "继续搜救",
}  # fmt: skip


class Desk:
    """Calls the service as the people of the duty room."""

    def __init__(self, dispatch: Running) -> None:
        self.dispatch = dispatch
        self.incidents = incidents_pb2_grpc.IncidentServiceStub(dispatch.channel)
        self.reports = reports_pb2_grpc.ReportServiceStub(dispatch.channel)
        self.obligations = reports_pb2_grpc.ObligationServiceStub(dispatch.channel)
        self.signals = signals_pb2_grpc.SignalServiceStub(dispatch.channel)
        self.consultations = consultations_pb2_grpc.ConsultationServiceStub(dispatch.channel)
        self.releases = releases_pb2_grpc.ReleaseServiceStub(dispatch.channel)
        self.instructions = instructions_pb2_grpc.InstructionServiceStub(dispatch.channel)
        self.timeline = timeline_pb2_grpc.TimelineServiceStub(dispatch.channel)

    async def officer(self, method: Any, request: Any) -> Any:
        """As the duty officer."""
        return await self.dispatch.call(method, request, "officer", "duty_officer")

    async def leader(self, method: Any, request: Any) -> Any:
        """As the duty leader."""
        return await self.dispatch.call(method, request, "leader", "duty_leader")

    async def register(self, title: str, **known: Any) -> Any:
        """Take an incident in, in the district unless another region is given."""
        given: dict[str, Any] = {"region_code": "640202", "source": incidents_pb2.INCIDENT_SOURCE_PHONE} | known
        return await self.officer(self.incidents.RegisterIncident, incidents_pb2.RegisterIncidentRequest(title=title, **given))

    async def facts(self, name: str, **figures: Any) -> Any:
        """Tell what is known now."""
        request = incidents_pb2.UpdateIncidentFactsRequest(name=name, facts=incidents_pb2.Facts(**figures))
        return await self.officer(self.incidents.UpdateIncidentFacts, request)

    async def send(self, incident: str, kind: "reports_pb2.ReportKind.ValueType", *recipients: Any) -> Any:
        """Draft, submit, sign and send a report."""
        draft = reports_pb2.DraftReportRequest(incident=incident, kind=kind, elements=reports_pb2.ReportElements(**NINE), recipients=recipients)
        report = await self.officer(self.reports.DraftReport, draft)
        await self.officer(self.reports.SubmitReport, reports_pb2.SubmitReportRequest(name=report.name))
        await self.leader(self.reports.SignReport, reports_pb2.SignReportRequest(name=report.name))
        return await self.officer(self.reports.SendReport, reports_pb2.SendReportRequest(name=report.name, evidence="记录"))

    async def owed(self, incident: str) -> dict[str, Any]:
        """Every obligation of an incident by its key."""
        asked = reports_pb2.ListObligationsRequest(incident=incident, page_size=500)
        return {each.key: each for each in (await self.officer(self.obligations.ListObligations, asked)).obligations}

    async def timeliness(self, **asked: Any) -> Any:
        """How timely the duties were."""
        return await self.officer(self.obligations.GetTimeliness, reports_pb2.GetTimelinessRequest(**asked))


def to(party: "reports_pb2.Party.ValueType", channel: "reports_pb2.ReportChannel.ValueType") -> reports_pb2.ReportRecipient:
    """A recipient."""
    return reports_pb2.ReportRecipient(recipient=party, channel=channel)


def stamp(text: str) -> Timestamp:
    """A timestamp from an ISO time."""
    found = Timestamp()
    found.FromDatetime(datetime.fromisoformat(text).astimezone(UTC))
    return found


def clock(at: Timestamp) -> str:
    """Day and time in Beijing, for comparing with the scenarios."""
    return datetime.fromtimestamp(at.seconds + 8 * 3600, UTC).strftime("%d %H:%M")


async def refusal(call: Any) -> tuple[grpc.StatusCode, str]:
    """Status and reason of a refused call."""
    try:
        await call
    except grpc.aio.AioRpcError as error:
        from google.rpc import error_details_pb2, status_pb2

        details = dict(error.trailing_metadata() or ())["grpc-status-details-bin"]
        status = status_pb2.Status.FromString(details)
        info = error_details_pb2.ErrorInfo()
        for each in status.details:
            if each.Unpack(info):
                return error.code(), info.reason
        return error.code(), ""
    raise AssertionError("the call was not refused")
