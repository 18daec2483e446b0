"""PlanService."""

from typing import Any

from chassis.errors import invalid
from chassis.identity import current_call
from chassis.ids import id_of
from chassis.process import Parts
from fenghuo.plans.v1 import plans_pb2 as pb
from fenghuo.plans.v1 import plans_pb2_grpc
from services.plans.codec import plans as codec
from services.plans.codec.fields import fill, word
from services.plans.codec.responses import optional_id
from services.plans.model.calendar import day_of, read_day
from services.plans.use_cases import plans


class PlanServicer(plans_pb2_grpc.PlanServiceServicer):
    """Serves PlanService."""

    def __init__(self, parts: Parts) -> None:
        self._engine = parts.engine
        self._journal = parts.journal
        self._clock = parts.clock

    async def CreatePlan(self, request: pb.CreatePlanRequest, context: Any) -> pb.Plan:
        """立项编制."""
        return await self._journal.run(request, pb.Plan, lambda tx: plans.create(tx, *codec.created(request, tx.now)), codec.plan)

    async def GetPlan(self, request: pb.GetPlanRequest, context: Any) -> pb.Plan:
        """One plan."""
        return codec.plan(await plans.get(self._engine, current_call.get().caller, id_of(request.name, "plans")))

    async def ListPlans(self, request: pb.ListPlansRequest, context: Any) -> pb.ListPlansResponse:
        """A page of plans."""
        wanted = plans.Wanted(word(request, "kind"), request.event_code, request.region_code, request.effective_only)
        found, token = await plans.page_of(self._engine, current_call.get().caller, request.page_size, request.page_token, wanted)
        return pb.ListPlansResponse(plans=map(codec.plan, found), next_page_token=token)

    async def TriggerPlanReview(self, request: pb.TriggerPlanReviewRequest, context: Any) -> pb.Plan:
        """启动修订."""
        plan_id, reason = id_of(request.name, "plans"), codec.review_reason(request)
        return await self._journal.run(request, pb.Plan, lambda tx: plans.trigger_review(tx, plan_id, request.etag, reason), codec.plan)

    async def EvaluatePlan(self, request: pb.EvaluatePlanRequest, context: Any) -> pb.PlanEvaluation:
        """预案评估."""

        def work(tx: Any) -> Any:
            return plans.evaluate(tx, id_of(request.name, "plans"), request.etag, codec.evaluation(request, tx.caller.id, tx.now))

        return await self._journal.run(request, pb.PlanEvaluation, work, codec.plan_evaluation)

    async def ListPlanEvaluations(self, request: pb.ListPlanEvaluationsRequest, context: Any) -> pb.ListPlanEvaluationsResponse:
        """A page of evaluations."""
        plan_id = optional_id(request.plan, "plans", "plan")
        found, token = await plans.evaluations(self._engine, current_call.get().caller, request.page_size, request.page_token, plan_id)
        return pb.ListPlanEvaluationsResponse(evaluations=map(codec.plan_evaluation, found), next_page_token=token)

    async def GetCoverage(self, request: pb.GetCoverageRequest, context: Any) -> pb.GetCoverageResponse:
        """The coverage matrix."""
        if len(request.regions) * len(request.hazards) > plans.MOST_CELLS:
            raise invalid("hazards")
        cells = await plans.coverage(self._engine, current_call.get().caller, request.regions, request.hazards, day_of(self._clock.now()))
        covered = sum(1 for cell in cells if cell.plans)
        return pb.GetCoverageResponse(cells=(fill(pb.CoverageCell(), cell) for cell in cells), covered=covered, declared=len(cells))

    async def ListDuePlans(self, request: pb.ListDuePlansRequest, context: Any) -> pb.ListDuePlansResponse:
        """Plans with something due."""
        today = day_of(self._clock.now())
        until = read_day(request.until, "until") or today
        found, token = await plans.due(self._engine, current_call.get().caller, request.page_size, request.page_token, until, today)
        listed = (pb.DuePlan(plan=codec.plan(plan), dues=(fill(pb.Due(), each) for each in dues)) for plan, dues in found)
        return pb.ListDuePlansResponse(plans=listed, next_page_token=token)
