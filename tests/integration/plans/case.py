"""A running plans service, and the people who work with it."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from fenghuo.alerts.v1 import alert_events_pb2, alerts_pb2
from fenghuo.dispatch.v1 import incident_events_pb2, task_events_pb2
from fenghuo.plans.v1 import (
    activation_events_pb2,
    activations_pb2,
    activations_pb2_grpc,
    content_pb2,
    drills_pb2_grpc,
    filings_pb2_grpc,
    plan_events_pb2,
    plans_pb2,
    plans_pb2_grpc,
    reviews_pb2_grpc,
    versions_pb2,
    versions_pb2_grpc,
)
from services.plans import consumers, events
from tests.fixtures.service import Running

LAW_28 = ("ORGANISATION", "WARNING", "RESPONSE", "SUPPORT", "RECOVERY")
INCIDENT = "incidents/i1"


def card(name: str, post: str, **more: Any) -> content_pb2.ActionCard:
    """An action card of a post."""
    defaults: dict[str, Any] = {"clause": "4.3.2", "person": "张三（示例）", "action": f"{post}到岗", "due_offset_minutes": 30}
    return content_pb2.ActionCard(card=name, post=post, **(defaults | more))


def content() -> content_pb2.PlanContent:
    """A plan with levels 2, 3 and 4; the level adds one card each."""
    graded = [content_pb2.Trigger(grade=content_pb2.GradeTrigger(grade=level)) for level in (2, 3, 4)]
    yellow = content_pb2.Trigger(alert=content_pb2.AlertTrigger(alert_level=3, event_code="11A"))
    missing = content_pb2.Trigger(metric=content_pb2.MetricTrigger(metric="missing", op=content_pb2.COMPARISON_AT_LEAST, value="10", unit="人"))
    need = content_pb2.RequiredResource(item_code="2040101", quantity="40", unit="件")
    levels = [
        content_pb2.ResponseLevel(level=2, triggers=[graded[0], missing], actions=[card("command", "指挥长", required_resources=[need])]),
        content_pb2.ResponseLevel(level=3, triggers=[graded[1], yellow], actions=[card("rescue", "消防大队长", life_saving=True, required_resources=[need])]),
        content_pb2.ResponseLevel(level=4, triggers=[graded[2]], actions=[card("watch", "防汛办主任"), card("warn", "街道主任")]),
    ]
    sections = [content_pb2.Section(kind=getattr(content_pb2, f"SECTION_KIND_{kind}"), text="内容") for kind in LAW_28]
    return content_pb2.PlanContent(sections=sections, risk_assessment_ref="risk-1", resource_survey_ref="survey-1", levels=levels)


@dataclass
class Case:
    """The service and its stubs; every request gets a request id of its own."""

    plans: Running
    _serial: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        channel = self.plans.channel
        self.register = plans_pb2_grpc.PlanServiceStub(channel)
        self.versions = versions_pb2_grpc.PlanVersionServiceStub(channel)
        self.filings = filings_pb2_grpc.PlanFilingServiceStub(channel)
        self.activations = activations_pb2_grpc.ActivationServiceStub(channel)
        self.drills = drills_pb2_grpc.DrillServiceStub(channel)
        self.reviews = reviews_pb2_grpc.ReviewServiceStub(channel)

    async def do(self, method: Any, request: Any, user: str, *roles: str, regions: tuple[str, ...] = ("640202",)) -> Any:
        """A person's call."""
        if "request_id" in request.DESCRIPTOR.fields_by_name and not request.request_id:
            request.request_id = f"r{next(self._serial)}"
        return await self.plans.call(method, request, user, *roles, regions=regions)

    async def refused(self, method: Any, request: Any, user: str, *roles: str, regions: tuple[str, ...] = ("640202",)) -> tuple[str, dict[str, str]]:
        """Reason and details of a call that must be refused."""
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await self.do(method, request, user, *roles, regions=regions)
        return reason(error.value)

    async def draft(self, plan: str = "flood", version: str = "flood-1", **more: Any) -> Any:
        """A plan with a complete draft."""
        fields: dict[str, Any] = {"title": "防汛抗旱应急预案", "kind": plans_pb2.PLAN_KIND_SPECIAL, "hazards": ["11A00"], "region_code": "640202"}
        fields |= {"issuer_org": "大武口区政府", "lead_org": "区水务局", "content": content(), "plan_id": plan, "version_id": version}
        return await self.do(self.register.CreatePlan, plans_pb2.CreatePlanRequest(**(fields | more)), "plan_editor")

    async def approve(self, version: str) -> None:
        """From draft to approved, by different people."""
        name, pb, do = f"planVersions/{version}", versions_pb2, self.do
        await do(self.versions.ConsultPlanVersion, pb.ConsultPlanVersionRequest(name=name, consultees=["区气象局"]), "plan_editor")
        await do(self.versions.RecordOpinion, pb.RecordOpinionRequest(name=name, consultee="区气象局"), "duty_leader")
        await do(self.versions.SubmitPlanVersion, pb.PlanVersionStepRequest(name=name), "plan_editor")
        await do(self.versions.RecordFeasibility, pb.RecordFeasibilityRequest(name=name, score=90, passed=True), "plan_reviewer")
        minute = pb.RecordDeliberationRequest(name=name, date="2026-07-01", meeting="区政府常务会议", minute_ref="minute-1")
        await do(self.versions.RecordDeliberation, minute, "plan_reviewer")
        await do(self.versions.ApprovePlanVersion, pb.PlanVersionStepRequest(name=name), "plan_approver")

    async def issue(self, version: str, doc_no: str = "石大政办发〔2026〕1号（示例）") -> Any:
        """Bring an approved version into force."""
        request = versions_pb2.IssuePlanVersionRequest(name=f"planVersions/{version}", doc_no=doc_no)
        return await self.do(self.versions.IssuePlanVersion, request, "plan_approver")

    async def in_force(self, plan: str = "flood", version: str = "flood-1", **more: Any) -> None:
        """A plan in force."""
        await self.draft(plan, version, **more)
        await self.approve(version)
        await self.issue(version)

    async def incident(
        self, field_name: str, *, incident: str = INCIDENT, exercise_id: str = "", region: str = "640202001201", event_id: str = "", **fact: Any
    ) -> None:
        """Dispatch says something about an incident."""
        message = incident_events_pb2.IncidentEvent()
        getattr(message, field_name).SetInParent()
        for name, value in fact.items():
            setattr(getattr(message, field_name), name, value)
        await self.plans.deliver(
            consumers.INCIDENT_TOPIC, message, event_id=event_id, incident=incident, region_code=region, exercise_id=exercise_id, aggregate=incident
        )

    async def confirmed(self, grade: int = 4, **more: Any) -> None:
        """An incident is confirmed and graded."""
        await self.incident("incident_confirmed", event_code="11A51", title="大武口沟山洪", **more)
        await self.incident("incident_graded", event_code="11A51", level=grade, **more)

    async def task(self, field_name: str, task: str, *, incident: str = INCIDENT, event_id: str = "", version: int = 1, **fact: Any) -> None:
        """Dispatch says something about a task."""
        message = task_events_pb2.TaskEvent()
        getattr(message, field_name).SetInParent()
        for name, value in fact.items():
            setattr(getattr(message, field_name), name, value)
        await self.plans.deliver(consumers.TASK_TOPIC, message, event_id=event_id, incident=incident, aggregate=task, version=version)

    async def alert(self, alert: str, level: int, *, field_name: str = "alert_published", **fact: Any) -> None:
        """Alerts says something about a chain for which `alert` is the first message."""
        message = alert_events_pb2.AlertEvent()
        said = {"chain": alert, "event_code": "11A51", "level": level, "regions": ["640202"], "status": alerts_pb2.ALERT_STATUS_ACTUAL} | fact
        for name, value in said.items():
            if name in getattr(message, field_name).DESCRIPTOR.fields_by_name:
                field_value = getattr(message, field_name)
                field_value.regions.extend(value) if name == "regions" else setattr(field_value, name, value)
        await self.plans.deliver(consumers.ALERT_TOPIC, message, aggregate=alert, region_code="640202")

    async def listed(self, cause: str = INCIDENT) -> list[activations_pb2.Activation]:
        """Activations of an incident."""
        request = activations_pb2.ListActivationsRequest(cause=cause)
        return list((await self.do(self.activations.ListActivations, request, "duty_officer")).activations)

    async def activate(self, name: str, user: str = "duty_leader", **more: Any) -> Any:
        """Start a proposal with everything the law asks for."""
        request = activations_pb2.ActivatePlanRequest(name=name, level=4, subject="防汛应急响应", measures=["转移危险区群众"])
        request.expected_duration.FromSeconds(24 * 3600)
        for field_name, value in more.items():
            setattr(request, field_name, value)
        return await self.do(self.activations.ActivatePlan, request, user)

    async def plan_facts(self) -> list[str]:
        """Names of the facts published about plans."""
        return [event.header.type for event in await self.plans.published(events.PLAN_TOPIC, plan_events_pb2.PlanEvent)]

    async def activation_facts(self) -> list[Any]:
        """The facts published about activations."""
        return await self.plans.published(events.ACTIVATION_TOPIC, activation_events_pb2.ActivationEvent)


def reason(error: grpc.aio.AioRpcError) -> tuple[str, dict[str, str]]:
    """Reason and details of a refusal."""
    trailers = dict(error.trailing_metadata() or ())
    status = status_pb2.Status.FromString(trailers["grpc-status-details-bin"])
    info = error_details_pb2.ErrorInfo()
    status.details[0].Unpack(info)
    return info.reason, dict(info.metadata)
