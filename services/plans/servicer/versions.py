"""PlanVersionService."""

from collections.abc import Awaitable, Callable
from typing import Any

from chassis.identity import current_call
from chassis.ids import id_of
from chassis.journal import Transaction
from chassis.process import Parts
from fenghuo.plans.v1 import versions_pb2 as pb
from fenghuo.plans.v1 import versions_pb2_grpc
from services.plans.codec import plans as codec
from services.plans.codec.fields import moment, word
from services.plans.codec.responses import optional_id
from services.plans.model.calendar import WorkingCalendar
from services.plans.model.version import PlanVersion
from services.plans.use_cases import versions

Work = Callable[[Transaction], Awaitable[PlanVersion]]


class PlanVersionServicer(versions_pb2_grpc.PlanVersionServiceServicer):
    """Serves PlanVersionService."""

    def __init__(self, parts: Parts, calendar: WorkingCalendar) -> None:
        self._engine = parts.engine
        self._journal = parts.journal
        self._calendar = calendar

    async def _run(self, request: Any, work: Work) -> pb.PlanVersion:
        return await self._journal.run(request, pb.PlanVersion, work, codec.version)

    async def _step(self, request: Any, step: versions.Step) -> pb.PlanVersion:
        version_id = id_of(request.name, "planVersions")
        return await self._run(request, lambda tx: versions.change(tx, version_id, request.etag, step))

    async def CreatePlanVersion(self, request: pb.CreatePlanVersionRequest, context: Any) -> pb.PlanVersion:
        """修订."""
        content = codec.content(request.content) if request.HasField("content") else None
        return await self._run(request, lambda tx: versions.create(tx, codec.next_version(request, tx.now), content))

    async def GetPlanVersion(self, request: pb.GetPlanVersionRequest, context: Any) -> pb.PlanVersion:
        """One version."""
        return codec.version(await versions.get(self._engine, current_call.get().caller, id_of(request.name, "planVersions")))

    async def ListPlanVersions(self, request: pb.ListPlanVersionsRequest, context: Any) -> pb.ListPlanVersionsResponse:
        """A page of versions."""
        caller, plan_id = current_call.get().caller, optional_id(request.plan, "plans", "plan")
        found, token = await versions.page_of(self._engine, caller, request.page_size, request.page_token, plan_id, word(request, "state"))
        return pb.ListPlanVersionsResponse(versions=map(codec.listed_version, found), next_page_token=token)

    async def UpdatePlanVersion(self, request: pb.UpdatePlanVersionRequest, context: Any) -> pb.PlanVersion:
        """Replace the content of a draft."""
        version_id, content = id_of(request.name, "planVersions"), codec.content(request.content)
        return await self._run(request, lambda tx: versions.update(tx, version_id, request.etag, content))

    async def ConsultPlanVersion(self, request: pb.ConsultPlanVersionRequest, context: Any) -> pb.PlanVersion:
        """征求意见."""
        version_id, end_time = id_of(request.name, "planVersions"), moment(request, "end_time")
        return await self._run(request, lambda tx: versions.consult(tx, version_id, request.etag, tuple(request.consultees), end_time))

    async def RecordOpinion(self, request: pb.RecordOpinionRequest, context: Any) -> pb.PlanVersion:
        """An opinion came."""
        return await self._step(request, lambda version: version.record_opinion(request.consultee, request.text))

    async def AnswerOpinion(self, request: pb.AnswerOpinionRequest, context: Any) -> pb.PlanVersion:
        """Adopt or reject an opinion."""
        version_id, verdict = id_of(request.name, "planVersions"), word(request, "verdict")
        return await self._run(request, lambda tx: versions.answer_opinion(tx, version_id, request.etag, request.number, verdict, request.reason))

    async def ReworkPlanVersion(self, request: pb.PlanVersionStepRequest, context: Any) -> pb.PlanVersion:
        """Back to drafting."""
        return await self._step(request, lambda version: version.rework())

    async def SubmitPlanVersion(self, request: pb.PlanVersionStepRequest, context: Any) -> pb.PlanVersion:
        """送审."""
        version_id = id_of(request.name, "planVersions")
        return await self._run(request, lambda tx: versions.change(tx, version_id, request.etag, lambda version: version.submit_review(tx.now)))

    async def RecordFeasibility(self, request: pb.RecordFeasibilityRequest, context: Any) -> pb.PlanVersion:
        """可行性评估."""
        version_id, findings = id_of(request.name, "planVersions"), tuple(request.findings)
        return await self._run(request, lambda tx: versions.record_feasibility(tx, version_id, request.etag, request.score, findings, passed=request.passed))

    async def RecordDeliberation(self, request: pb.RecordDeliberationRequest, context: Any) -> pb.PlanVersion:
        """集体讨论."""
        deliberation = codec.deliberation(request)
        return await self._step(request, lambda version: version.record_deliberation(deliberation))

    async def ReturnPlanVersion(self, request: pb.PlanVersionStepRequest, context: Any) -> pb.PlanVersion:
        """退回."""
        return await self._step(request, lambda version: version.return_(request.reason))

    async def ApprovePlanVersion(self, request: pb.PlanVersionStepRequest, context: Any) -> pb.PlanVersion:
        """审定."""
        version_id = id_of(request.name, "planVersions")
        return await self._run(request, lambda tx: versions.change(tx, version_id, request.etag, lambda version: version.approve(tx.caller.id)))

    async def IssuePlanVersion(self, request: pb.IssuePlanVersionRequest, context: Any) -> pb.PlanVersion:
        """印发."""
        version_id, issue_time = id_of(request.name, "planVersions"), moment(request, "issue_time")
        return await self._run(request, lambda tx: versions.issue(tx, version_id, request.etag, request.doc_no, issue_time, self._calendar))

    async def WithdrawPlanVersion(self, request: pb.WithdrawPlanVersionRequest, context: Any) -> pb.PlanVersion:
        """废止."""
        version_id = id_of(request.name, "planVersions")
        return await self._run(
            request, lambda tx: versions.withdraw(tx, version_id, request.etag, request.reason, request.replacement, risk_gone=request.risk_gone)
        )

    async def AbandonPlanVersion(self, request: pb.PlanVersionStepRequest, context: Any) -> pb.PlanVersion:
        """Give it up."""
        return await self._step(request, lambda version: version.abandon(request.reason))
