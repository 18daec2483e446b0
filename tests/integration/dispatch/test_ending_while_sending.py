"""A unit sent in the very moment the response ends: one of the two commands is first, and the other sees it."""

import asyncio

import grpc

from fenghuo.dispatch.v1 import assignments_pb2 as assignments
from fenghuo.dispatch.v1 import incidents_pb2 as incidents
from fenghuo.dispatch.v1 import incidents_pb2_grpc
from tests.fixtures.service import Start
from tests.integration.dispatch.scene import open_scene, refusal

ROUNDS = 12


async def test_either_the_response_ends_or_the_unit_goes(start: Start) -> None:
    scene = await open_scene(start)
    stub = incidents_pb2_grpc.IncidentServiceStub(scene.running.channel)
    outcomes: set[str] = set()
    for number in range(ROUNDS):
        unit = f"u{number}"
        await scene.ready_unit(unit)
        incident = await scene.confirm_incident()
        task = (await scene.task()).name
        await scene.call(stub.ControlIncident, incidents.ControlIncidentRequest(name=incident, statement="洪水已退"), "commander")

        async def end(incident: str = incident, pause: float = number * 0.002) -> str:
            await asyncio.sleep(pause)
            try:
                await scene.call(stub.EndResponse, incidents.EndResponseRequest(name=incident), "commander")
            except grpc.aio.AioRpcError as error:
                return refusal(error)[0]
            return ""

        async def send(task: str = task, unit: str = unit) -> str:
            try:
                await scene.call(scene.assignments.CreateAssignment, assignments.CreateAssignmentRequest(task=task, unit=f"units/{unit}"), "duty_leader")
            except grpc.aio.AioRpcError as error:
                return refusal(error)[0]
            return ""

        ended, sent = await asyncio.gather(end(), send())
        outcomes.add(f"{ended or 'ended'}/{sent or 'sent'}")
    assert outcomes <= {"ended/INCIDENT_NOT_OPEN", "UNITS_NOT_RELEASED/sent"}, outcomes
