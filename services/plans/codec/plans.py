"""The register of plans, their versions and filings to messages and back."""

from datetime import datetime

from chassis.ids import checked_id, id_of
from fenghuo.plans.v1 import content_pb2, filings_pb2, plans_pb2, versions_pb2
from services.plans.codec.fields import fill, read
from services.plans.model.content import Content
from services.plans.model.filing import PlanFiling
from services.plans.model.plan import Plan, PlanEvaluation, PlanReviewReason
from services.plans.model.version import Deliberation, PlanVersion


def content(message: content_pb2.PlanContent) -> Content:
    """What an editor writes."""
    return read(Content, message)


def created(request: plans_pb2.CreatePlanRequest, now: datetime) -> tuple[Plan, PlanVersion]:
    """The plan a request describes, and its first version."""
    plan_id = checked_id(request.plan_id, "plan_id")
    plan = read(Plan, request, id=plan_id, create_time=now, update_time=now)
    return plan, _begun(checked_id(request.version_id, "version_id"), plan, content(request.content), now)


def _begun(version_id: str, plan: Plan, text: Content, now: datetime) -> PlanVersion:
    return PlanVersion(version_id, plan.id, 1, plan.kind, plan.region_code, now, now, content=text)


def next_version(request: versions_pb2.CreatePlanVersionRequest, now: datetime) -> PlanVersion:
    """The version a request begins; number, kind and region come from its plan."""
    return PlanVersion(checked_id(request.version_id, "version_id"), id_of(request.plan, "plans", "plan"), 0, "", "", now, now)


def review_reason(request: plans_pb2.TriggerPlanReviewRequest) -> PlanReviewReason:
    """Why a plan must be looked at again, said by a person."""
    return read(PlanReviewReason, request, source="")


def evaluation(request: plans_pb2.EvaluatePlanRequest, evaluator: str, now: datetime) -> PlanEvaluation:
    """The evaluation a request describes; the use case adds version and region."""
    made = {"id": checked_id(request.evaluation_id, "evaluation_id"), "plan_id": id_of(request.name, "plans")}
    return read(PlanEvaluation, request, **made, plan_version="", region_code="", evaluate_time=now, evaluator=evaluator)


def deliberation(request: versions_pb2.RecordDeliberationRequest) -> Deliberation:
    """The collective discussion."""
    return read(Deliberation, request)


def plan(model: Plan) -> plans_pb2.Plan:
    """A plan as the contract shows it."""
    return fill(plans_pb2.Plan(), model)


def plan_evaluation(model: PlanEvaluation) -> plans_pb2.PlanEvaluation:
    """An evaluation as the contract shows it."""
    return fill(plans_pb2.PlanEvaluation(), model)


def version(model: PlanVersion) -> versions_pb2.PlanVersion:
    """A version as the contract shows it."""
    return fill(versions_pb2.PlanVersion(), model)


def listed_version(model: PlanVersion) -> versions_pb2.PlanVersion:
    """A version as lists show it: without its content."""
    message = version(model)
    message.ClearField("content")
    return message


def filing(model: PlanFiling) -> filings_pb2.PlanFiling:
    """A filing as the contract shows it."""
    return fill(filings_pb2.PlanFiling(), model)
