"""RiskSourceService and HiddenDangerService."""

from datetime import UTC
from typing import Any

from chassis.ids import id_of
from fenghuo.resources.v1 import hidden_dangers_pb2, hidden_dangers_pb2_grpc, risk_sources_pb2, risk_sources_pb2_grpc
from services.resources.codec.fields import merged, show, word
from services.resources.model.risk import HiddenDanger, RiskSource
from services.resources.servicer.door import Door
from services.resources.use_cases import risks

SOURCES = risk_sources_pb2.RiskSourceState.DESCRIPTOR
CLASSES = risk_sources_pb2.RiskClass.DESCRIPTOR
DANGERS = hidden_dangers_pb2.HiddenDangerState.DESCRIPTOR
GRADES = hidden_dangers_pb2.DangerGrade.DESCRIPTOR
KEPT = ("grade", "assessment", "warning", "warning_at")
"""What an update of a risk source does not touch."""


class RiskSourceServicer(Door, risk_sources_pb2_grpc.RiskSourceServiceServicer):
    """Serves RiskSourceService."""

    async def RegisterRiskSource(self, request: risk_sources_pb2.RegisterRiskSourceRequest, context: Any) -> risk_sources_pb2.RiskSource:
        """登记."""
        untouched = {"grade": 0, "assessment": "", "warning": "", "warning_at": None}
        return await self._new(request, risk_sources_pb2.RiskSource, "risk_source_id", RiskSource, risks.register, "risk_source", **untouched)

    async def UpdateRiskSource(self, request: risk_sources_pb2.UpdateRiskSourceRequest, context: Any) -> risk_sources_pb2.RiskSource:
        """Replace what is recorded."""
        return await self._do(
            request,
            risk_sources_pb2.RiskSource,
            "riskSources",
            lambda tx, id_, etag: risks.update(tx, id_, etag, lambda old: merged(request.risk_source, old, *KEPT)),
        )

    async def AssessRiskSource(self, request: risk_sources_pb2.AssessRiskSourceRequest, context: Any) -> risk_sources_pb2.RiskSource:
        """评估."""
        return await self._do(
            request,
            risk_sources_pb2.RiskSource,
            "riskSources",
            lambda tx, id_, etag: risks.decide(tx, id_, etag, lambda source: source.assess(request.grade, request.assessment)),
        )

    async def MonitorRiskSource(self, request: risk_sources_pb2.MonitorRiskSourceRequest, context: Any) -> risk_sources_pb2.RiskSource:
        """监测."""
        return await self._do(
            request, risk_sources_pb2.RiskSource, "riskSources", lambda tx, id_, etag: risks.decide(tx, id_, etag, lambda source: source.monitor())
        )

    async def WarnRiskSource(self, request: risk_sources_pb2.WarnRiskSourceRequest, context: Any) -> risk_sources_pb2.RiskSource:
        """告警."""
        return await self._do(
            request,
            risk_sources_pb2.RiskSource,
            "riskSources",
            lambda tx, id_, etag: risks.decide(tx, id_, etag, lambda source: source.warn(request.warning, tx.now)),
        )

    async def CalmRiskSource(self, request: risk_sources_pb2.CalmRiskSourceRequest, context: Any) -> risk_sources_pb2.RiskSource:
        """解除告警."""
        return await self._do(
            request, risk_sources_pb2.RiskSource, "riskSources", lambda tx, id_, etag: risks.decide(tx, id_, etag, lambda source: source.calm())
        )

    async def RetireRiskSource(self, request: risk_sources_pb2.RetireRiskSourceRequest, context: Any) -> risk_sources_pb2.RiskSource:
        """注销."""
        return await self._do(
            request, risk_sources_pb2.RiskSource, "riskSources", lambda tx, id_, etag: risks.decide(tx, id_, etag, lambda source: source.retire(request.reason))
        )

    async def GetRiskSource(self, request: risk_sources_pb2.GetRiskSourceRequest, context: Any) -> risk_sources_pb2.RiskSource:
        """One risk source."""
        return show(risk_sources_pb2.RiskSource, await risks.get_source(self._engine, self._caller, id_of(request.name, "riskSources")))

    async def ListRiskSources(self, request: risk_sources_pb2.ListRiskSourcesRequest, context: Any) -> risk_sources_pb2.ListRiskSourcesResponse:
        """A page of risk sources."""
        found, token = await risks.sources_page(
            self._engine, self._caller, request.page_size, request.page_token, word(SOURCES, request.state), word(CLASSES, request.risk_class)
        )
        return risk_sources_pb2.ListRiskSourcesResponse(risk_sources=[show(risk_sources_pb2.RiskSource, each) for each in found], next_page_token=token)


class HiddenDangerServicer(Door, hidden_dangers_pb2_grpc.HiddenDangerServiceServicer):
    """Serves HiddenDangerService."""

    async def ReportHiddenDanger(self, request: hidden_dangers_pb2.ReportHiddenDangerRequest, context: Any) -> hidden_dangers_pb2.HiddenDanger:
        """上报."""
        return await self._new(request, hidden_dangers_pb2.HiddenDanger, "hidden_danger_id", HiddenDanger, risks.report)

    async def VerifyHiddenDanger(self, request: hidden_dangers_pb2.VerifyHiddenDangerRequest, context: Any) -> hidden_dangers_pb2.HiddenDanger:
        """核实."""
        return await self._do(
            request, hidden_dangers_pb2.HiddenDanger, "hiddenDangers", lambda tx, id_, etag: risks.act_on_danger(tx, id_, etag, lambda danger: danger.verify())
        )

    async def DismissHiddenDanger(self, request: hidden_dangers_pb2.DismissHiddenDangerRequest, context: Any) -> hidden_dangers_pb2.HiddenDanger:
        """不构成隐患."""
        return await self._do(
            request,
            hidden_dangers_pb2.HiddenDanger,
            "hiddenDangers",
            lambda tx, id_, etag: risks.act_on_danger(tx, id_, etag, lambda danger: danger.dismiss(request.reason)),
        )

    async def GradeHiddenDanger(self, request: hidden_dangers_pb2.GradeHiddenDangerRequest, context: Any) -> hidden_dangers_pb2.HiddenDanger:
        """定级."""
        return await self._do(
            request,
            hidden_dangers_pb2.HiddenDanger,
            "hiddenDangers",
            lambda tx, id_, etag: risks.act_on_danger(tx, id_, etag, lambda danger: danger.assess(word(GRADES, request.grade))),
        )

    async def SuperviseHiddenDanger(self, request: hidden_dangers_pb2.SuperviseHiddenDangerRequest, context: Any) -> hidden_dangers_pb2.HiddenDanger:
        """挂牌督办."""
        return await self._do(
            request,
            hidden_dangers_pb2.HiddenDanger,
            "hiddenDangers",
            lambda tx, id_, etag: risks.act_on_danger(tx, id_, etag, lambda danger: danger.supervise(request.supervisor)),
        )

    async def AssignHiddenDanger(self, request: hidden_dangers_pb2.AssignHiddenDangerRequest, context: Any) -> hidden_dangers_pb2.HiddenDanger:
        """交办."""
        due = request.due_time.ToDatetime(UTC)
        return await self._do(
            request,
            hidden_dangers_pb2.HiddenDanger,
            "hiddenDangers",
            lambda tx, id_, etag: risks.assign(tx, id_, etag, request.owner, request.person, request.measure, due),
        )

    async def RectifyHiddenDanger(self, request: hidden_dangers_pb2.RectifyHiddenDangerRequest, context: Any) -> hidden_dangers_pb2.HiddenDanger:
        """开始整改."""
        return await self._do(
            request, hidden_dangers_pb2.HiddenDanger, "hiddenDangers", lambda tx, id_, etag: risks.act_on_danger(tx, id_, etag, lambda danger: danger.rectify())
        )

    async def SubmitHiddenDanger(self, request: hidden_dangers_pb2.SubmitHiddenDangerRequest, context: Any) -> hidden_dangers_pb2.HiddenDanger:
        """申请验收."""
        return await self._do(
            request,
            hidden_dangers_pb2.HiddenDanger,
            "hiddenDangers",
            lambda tx, id_, etag: risks.act_on_danger(tx, id_, etag, lambda danger: danger.submit(request.result, tx.caller.id)),
        )

    async def AcceptHiddenDanger(self, request: hidden_dangers_pb2.AcceptHiddenDangerRequest, context: Any) -> hidden_dangers_pb2.HiddenDanger:
        """销号."""
        return await self._do(request, hidden_dangers_pb2.HiddenDanger, "hiddenDangers", lambda tx, id_, etag: risks.accept(tx, id_, etag))

    async def ReturnHiddenDanger(self, request: hidden_dangers_pb2.ReturnHiddenDangerRequest, context: Any) -> hidden_dangers_pb2.HiddenDanger:
        """退回整改."""
        return await self._do(
            request,
            hidden_dangers_pb2.HiddenDanger,
            "hiddenDangers",
            lambda tx, id_, etag: risks.act_on_danger(tx, id_, etag, lambda danger: danger.send_back(tx.caller.id)),
        )

    async def ReopenHiddenDanger(self, request: hidden_dangers_pb2.ReopenHiddenDangerRequest, context: Any) -> hidden_dangers_pb2.HiddenDanger:
        """重新整改."""
        due = request.due_time.ToDatetime(UTC)
        return await self._do(request, hidden_dangers_pb2.HiddenDanger, "hiddenDangers", lambda tx, id_, etag: risks.reopen(tx, id_, etag, request.reason, due))

    async def GetHiddenDanger(self, request: hidden_dangers_pb2.GetHiddenDangerRequest, context: Any) -> hidden_dangers_pb2.HiddenDanger:
        """One hidden danger."""
        return show(hidden_dangers_pb2.HiddenDanger, await risks.get_danger(self._engine, self._caller, id_of(request.name, "hiddenDangers")))

    async def ListHiddenDangers(self, request: hidden_dangers_pb2.ListHiddenDangersRequest, context: Any) -> hidden_dangers_pb2.ListHiddenDangersResponse:
        """A page of hidden dangers."""
        found, token = await risks.dangers_page(
            self._engine, self._caller, request.page_size, request.page_token, word(DANGERS, request.state), overdue_only=request.overdue_only
        )
        return hidden_dangers_pb2.ListHiddenDangersResponse(
            hidden_dangers=[show(hidden_dangers_pb2.HiddenDanger, each) for each in found], next_page_token=token
        )
