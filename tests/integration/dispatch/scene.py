"""A running dispatch with a confirmed incident and units from the register, for the tests of the field half."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import grpc
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import error_details_pb2, status_pb2

from chassis.ids import new_id
from fenghuo.dispatch.v1 import assignments_pb2 as assignments
from fenghuo.dispatch.v1 import assignments_pb2_grpc, incidents_pb2, incidents_pb2_grpc, tasks_pb2_grpc, unit_events_pb2, unit_statuses_pb2_grpc
from fenghuo.dispatch.v1 import tasks_pb2 as tasks
from fenghuo.dispatch.v1 import unit_statuses_pb2 as units
from fenghuo.resources.v1 import teams_pb2, units_pb2
from fenghuo.resources.v1 import unit_events_pb2 as register
from fenghuo.type.v1 import geo_pb2
from tests.fixtures.service import Running, Start

NOON = "2026-07-29T15:30:00+08:00"
GULLY = geo_pb2.Point(lon=106.30, lat=39.05)


def stamp(text: str) -> Timestamp:
    """A timestamp of an ISO time."""
    moment = Timestamp()
    moment.FromDatetime(datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None))
    return moment


def refusal(error: grpc.aio.AioRpcError) -> tuple[str, dict[str, str]]:
    """Reason and details of a refusal."""
    raw = next(value for key, value in error.trailing_metadata() or () if key == "grpc-status-details-bin")
    for packed in status_pb2.Status.FromString(raw).details:
        info = error_details_pb2.ErrorInfo()
        if packed.Unpack(info):
            return info.reason, dict(info.metadata)
    raise AssertionError("a refusal carries its reason")


@dataclass(slots=True)
class Scene:
    """Stubs and short forms."""

    running: Running
    incident: str = ""

    @property
    def tasks(self) -> Any:
        """Stub of TaskService."""
        return tasks_pb2_grpc.TaskServiceStub(self.running.channel)

    @property
    def assignments(self) -> Any:
        """Stub of AssignmentService."""
        return assignments_pb2_grpc.AssignmentServiceStub(self.running.channel)

    @property
    def units(self) -> Any:
        """Stub of UnitStatusService."""
        return unit_statuses_pb2_grpc.UnitStatusServiceStub(self.running.channel)

    async def call(self, method: Any, request: Any, user: str = "duty_officer", *roles: str) -> Any:
        """Call as a person; every change gets a request id of its own unless it has one."""
        if "request_id" in request.DESCRIPTOR.fields_by_name and not request.request_id:
            request.request_id = new_id()
        return await self.running.call(method, request, user, *roles)

    async def refused(self, method: Any, request: Any, user: str = "duty_officer", *roles: str) -> tuple[str, dict[str, str]]:
        """Reason and details of the refusal that the call must get."""
        try:
            answer = await self.call(method, request, user, *roles)
        except grpc.aio.AioRpcError as error:
            return refusal(error)
        raise AssertionError(f"not refused: {answer}")

    async def confirm_incident(self, occurred: str = "2026-07-29T15:12:00+08:00", exercise_id: str = "") -> str:
        """A confirmed flash flood."""
        stub = incidents_pb2_grpc.IncidentServiceStub(self.running.channel)
        request = incidents_pb2.RegisterIncidentRequest(
            title="大武口沟山洪", event_code="11A51", region_code="640202", source=incidents_pb2.INCIDENT_SOURCE_PHONE, location=GULLY,
            exercise_id=exercise_id,
        )  # fmt: skip
        request.occur_time.CopyFrom(stamp(occurred))
        registered = await self.call(stub.RegisterIncident, request)
        await self.call(stub.ConfirmIncident, incidents_pb2.ConfirmIncidentRequest(name=registered.name))
        self.incident = registered.name
        return str(registered.name)

    async def incident_state(self) -> str:
        """The incident's state."""
        stub = incidents_pb2_grpc.IncidentServiceStub(self.running.channel)
        incident = await self.call(stub.GetIncident, incidents_pb2.GetIncidentRequest(name=self.incident))
        return incidents_pb2.IncidentState.Name(incident.state).removeprefix("INCIDENT_STATE_").lower()

    async def register_unit(
        self,
        unit_id: str,
        *codes: str,
        lon: float = 106.36,
        lat: float = 39.01,
        team_class: Any = teams_pb2.TEAM_CLASS_FIRE_RESCUE,
        event_id: str = "",
        region_code: str = "640202",
        count: int = 1,
        exercise_id: str = "",
        qualifications: tuple[str, ...] = (),
        duty_end: str = "",
        least_duty: int | None = None,
        name_en: str = "",
    ) -> None:
        """The register tells of a unit."""
        facts = register.UnitFacts(
            unit=f"units/{unit_id}", team="teams/t1", team_class=team_class, display_name=f"示例{unit_id}", region_code=region_code, contact="示例电台",
            crew_size=6, home=geo_pb2.Point(lon=lon, lat=lat), capabilities=[units_pb2.Capability(code=code, count=count) for code in codes],
            qualifications=qualifications, duty_end_time=stamp(duty_end) if duty_end else None, least_duty_minutes=least_duty,
            display_name_en=name_en,
        )  # fmt: skip
        event = register.UnitEvent(unit_registered=register.UnitRegistered(unit=facts))
        header = {"aggregate": f"units/{unit_id}", "region_code": region_code, "exercise_id": exercise_id}
        await self.running.deliver("fenghuo.resources.unit.v1", event, event_id=event_id, **header)

    async def report_state(self, unit_id: str, state: str, **rest: Any) -> Any:
        """A unit's leader reports its state."""
        value = units.UnitState.Value(f"UNIT_STATE_{state.upper()}")
        request = units.SetUnitStatusRequest(unit=f"units/{unit_id}", state=value, request_id=new_id(), **rest)
        return await self.running.call(self.units.SetUnitStatus, request, "field_unit", regions=("6402",))

    async def ready_unit(self, unit_id: str, *codes: str, **rest: Any) -> None:
        """A registered unit on standby."""
        await self.register_unit(unit_id, *codes, **rest)
        await self.report_state(unit_id, "available")

    async def task(self, *codes: str, issue: bool = True, count: int = 1, **rest: Any) -> Any:
        """A task of the incident."""
        values: dict[str, Any] = {"kind": tasks.TASK_KIND_RESCUE, "title": "搜救失联人员", "incident": self.incident, "location": GULLY} | rest
        body = tasks.Task(**values, needs=[tasks.CapabilityNeed(code=code, count=count) for code in codes])
        return await self.call(self.tasks.CreateTask, tasks.CreateTaskRequest(task=body, issue=issue))

    async def send(self, unit_id: str, task: str, **rest: Any) -> Any:
        """Offer a task to a unit."""
        return await self.call(self.assignments.CreateAssignment, assignments.CreateAssignmentRequest(task=task, unit=f"units/{unit_id}", **rest))

    async def step(self, name: str, state: str, **rest: Any) -> Any:
        """A unit reports how far it is."""
        value = assignments.AssignmentState.Value(f"ASSIGNMENT_STATE_{state.upper()}")
        if state == "en_route" and "expect_time" not in rest:
            rest["expect_time"] = stamp("2026-07-29T16:00:00+08:00")
        if state == "on_scene":
            rest.setdefault("place", "沟口")
        return await self.call(self.assignments.ReportAssignment, assignments.ReportAssignmentRequest(name=name, state=value, **rest), "field_unit")

    async def accept(self, name: str) -> Any:
        """A unit takes an offer."""
        return await self.call(self.assignments.AcceptAssignment, assignments.AcceptAssignmentRequest(name=name), "field_unit")

    async def to_work(self, unit_id: str, task: str) -> Any:
        """A unit offered, accepted, there and working."""
        offered = await self.send(unit_id, task)
        await self.accept(offered.name)
        for state in ("en_route", "on_scene", "working"):
            offered = await self.step(offered.name, state)
        return offered

    async def state(self, unit_id: str) -> str:
        """What a unit is doing."""
        status = await self.call(self.units.GetUnitStatus, units.GetUnitStatusRequest(name=f"unitStatuses/{unit_id}"))
        return units.UnitState.Name(status.state).removeprefix("UNIT_STATE_").lower()

    async def unit_events(self) -> list[str]:
        """Types of everything published about units."""
        return [event.header.type for event in await self.running.published("fenghuo.dispatch.unit.v1", unit_events_pb2.UnitStatusEvent)]


async def open_scene(start: Start) -> Scene:
    """Dispatch at 15:30 on the day of the flood, with a confirmed incident."""
    running = await start("dispatch")
    running.set_clock(NOON)
    scene = Scene(running)
    await scene.confirm_incident()
    return scene
