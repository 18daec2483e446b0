"""An operator sees dead letters and puts them back; what the log lost is published again; the same through the command line's own client."""

from sqlalchemy import text

from chassis.eventlog import Record
from chassis.eventlog.delivery import dead_letter
from chassis.eventlog.record import Position, StoredRecord
from fenghuo.dispatch.v1 import incident_events_pb2, incidents_pb2_grpc
from fenghuo.dispatch.v1 import incidents_pb2 as pb
from tests.fixtures.service import Running, Start
from tests.integration.gateway.conftest import Open, login

TOPIC = "fenghuo.dispatch.incident.v1"


async def _registered(dispatch: Running, count: int) -> list[incident_events_pb2.IncidentEvent]:
    stub = incidents_pb2_grpc.IncidentServiceStub(dispatch.channel)
    for number in range(count):
        request = pb.RegisterIncidentRequest(title="山洪", region_code="640202", source=pb.INCIDENT_SOURCE_PHONE, reporter="王", request_id=f"r{number}")
        await dispatch.call(stub.RegisterIncident, request, "duty_officer")
    return await dispatch.published(TOPIC, incident_events_pb2.IncidentEvent)


async def test_a_dead_letter_is_listed_with_its_reason_and_put_back_once(start: Start, door: Open) -> None:
    dispatch = await start("dispatch")
    client = await door(dispatch)
    operator, officer = await login(client, "administrator"), await login(client, "duty_officer")
    event = (await _registered(dispatch, 1))[0]
    record = Record(TOPIC, "k", event.SerializeToString(), {"ce_id": event.header.event_id, "ce_type": "IncidentReported"})
    await dispatch.service.log.append([dead_letter(StoredRecord(Position(TOPIC, 1, 7), record), "plans", "ValueError: a bug")])

    assert (await client.get("/api/v1/events/dead", headers=officer)).status_code == 403
    letters = (await client.get("/api/v1/events/dead", headers=operator)).json()["letters"]
    assert [(each["event"], each["group"], each["reason"]) for each in letters] == [(event.header.event_id, "plans", "ValueError: a bug")]
    done = await client.post("/api/v1/events/dead:replay", json={"ids": [letters[0]["id"]]}, headers=operator)
    assert done.json() == {"replayed": 1}
    assert (await client.get("/api/v1/events/dead", headers=operator)).json() == {"letters": []}
    again = await client.post("/api/v1/events/dead:replay", json={"ids": [letters[0]["id"]]}, headers=operator)
    assert again.status_code == 404
    found = await dispatch.published(TOPIC, incident_events_pb2.IncidentEvent)
    assert [each.header.event_id for each in found] == [event.header.event_id] * 2


async def test_events_that_the_log_lost_are_published_again(start: Start, door: Open) -> None:
    dispatch = await start("dispatch")
    client = await door(dispatch)
    operator = await login(client, "administrator")
    before = await _registered(dispatch, 5)
    url = dispatch.service.settings.log_url
    from chassis.database import create_engine

    engine = create_engine(url)
    async with engine.begin() as connection:
        lost = await connection.execute(text('DELETE FROM eventlog_record WHERE topic = :topic AND "offset" = 0'), {"topic": TOPIC})
    await engine.dispose()
    assert lost.rowcount
    answer = (await client.post("/api/v1/events:reconcile", json={"hours": 1}, headers=operator)).json()["services"]["dispatch"]
    assert answer["republished"] == lost.rowcount
    again = (await client.post("/api/v1/events:reconcile", headers=operator)).json()["services"]["dispatch"]
    assert again == {"checked": answer["checked"], "republished": 0}
    ends = await dispatch.service.log.ends([TOPIC])
    assert sum(ends.values()) == len(before) + lost.rowcount
