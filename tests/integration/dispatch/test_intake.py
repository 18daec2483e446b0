"""The thin path: an incident is registered once, changed by listed commands only, and published."""

import asyncio

import grpc
import pytest

from fenghuo.dispatch.v1 import incident_events_pb2, incidents_pb2_grpc
from fenghuo.dispatch.v1 import incidents_pb2 as pb
from tests.fixtures.service import Start


def _request(key: str) -> pb.RegisterIncidentRequest:
    return pb.RegisterIncidentRequest(title="山洪", region_code="640202", source=pb.INCIDENT_SOURCE_PHONE, reporter="王", request_id=key)


async def test_a_repeated_request_has_one_effect_and_one_answer(start: Start) -> None:
    dispatch = await start("dispatch")
    stub = incidents_pb2_grpc.IncidentServiceStub(dispatch.channel)
    answers = await asyncio.gather(*(dispatch.call(stub.RegisterIncident, _request("same"), "duty_officer") for _ in range(8)))
    assert len({answer.name for answer in answers}) == 1
    events = await dispatch.published("fenghuo.dispatch.incident.v1", incident_events_pb2.IncidentEvent)
    assert [event.header.aggregate for event in events] == [answers[0].name]


async def test_another_body_under_the_same_key_is_refused(start: Start) -> None:
    dispatch = await start("dispatch")
    stub = incidents_pb2_grpc.IncidentServiceStub(dispatch.channel)
    await dispatch.call(stub.RegisterIncident, _request("key"), "duty_officer")
    other = _request("key")
    other.title = "别的"
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await dispatch.call(stub.RegisterIncident, other, "duty_officer")
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
