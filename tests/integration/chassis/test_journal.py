"""The journal as inbox and outbox: events take effect once, changes and events go together, the relay's lease has one holder."""

import asyncio

import asyncpg
import pytest
from sqlalchemy import func, select

from chassis.errors import DomainError, Kind, guard
from chassis.eventlog.record import LogUnavailableError, PoisonError, Position, Record, StoredRecord
from chassis.hot import HotStoreUnavailableError
from chassis.identity import Call, component
from chassis.journal import Inbox, Subscription, Transaction
from chassis.journal.inbox import TRIES
from chassis.relay import Relay
from fenghuo.dispatch.v1 import incident_events_pb2, incidents_pb2_grpc
from fenghuo.dispatch.v1 import incidents_pb2 as pb
from tests.fixtures.service import Running, Start

TOPIC = "fenghuo.test.thing.v1"


async def _rows(dispatch: Running, **where: str) -> int:
    table = dispatch.service.journal.table
    query = select(func.count()).select_from(table).where(*(table.c[name] == value for name, value in where.items()))
    async with dispatch.service.engine.connect() as connection:
        return int(await connection.scalar(query) or 0)


def _stored(event_id: str, value: bytes | None = None) -> StoredRecord:
    event = incident_events_pb2.IncidentEvent(incident_verifying=incident_events_pb2.IncidentVerifying(verifier="x"))
    event.header.event_id, event.header.type = event_id, "IncidentVerifying"
    return StoredRecord(Position(TOPIC, 0, 0), Record(TOPIC, "k", event.SerializeToString() if value is None else value, {}))


async def test_an_event_delivered_many_times_at_once_takes_effect_once(start: Start) -> None:
    dispatch = await start("dispatch")
    applied = []

    async def effect(_tx: Transaction, event: incident_events_pb2.IncidentEvent) -> None:
        applied.append(event.header.event_id)

    inbox = Inbox(
        dispatch.service.journal, dispatch.service.log, "group", [Subscription(TOPIC, incident_events_pb2.IncidentEvent, {"incident_verifying": effect})]
    )
    await asyncio.gather(*(inbox.handle(_stored("e1")) for _ in range(6)))
    await inbox.handle(_stored("e1"))
    assert await _rows(dispatch, caller="component:group", request_id="e1") == 1


@pytest.mark.parametrize("fault", [ValueError("a bug"), asyncpg.DataError("invalid input for query argument $1: 'x'")])
async def test_an_effect_with_a_bug_is_set_aside_and_what_is_away_is_waited_for(start: Start, fault: Exception) -> None:
    dispatch = await start("dispatch")
    raised: list[Exception] = []

    async def effect(_tx: Transaction, _event: incident_events_pb2.IncidentEvent) -> None:
        for each in raised:
            raise each

    subscription = Subscription(TOPIC, incident_events_pb2.IncidentEvent, {"incident_verifying": effect})
    inbox = Inbox(dispatch.service.journal, dispatch.service.log, "group", [subscription])
    for away in (LogUnavailableError("away"), HotStoreUnavailableError("away"), OSError("away")):
        raised[:] = [away]
        for _ in range(TRIES):
            with pytest.raises(OSError, match="away"):
                await inbox.handle(_stored("waits"))
    raised.clear()
    await inbox.handle(_stored("waits"))
    raised[:] = [fault]
    for _ in range(TRIES - 1):
        with pytest.raises(type(fault)):
            await inbox.handle(_stored("broken"))
    with pytest.raises(PoisonError, match=type(fault).__name__):
        await inbox.handle(_stored("broken"))
    assert inbox.dead == 1
    assert await _rows(dispatch, caller="component:group") == 1


async def test_an_effect_that_fails_leaves_no_trace_and_is_poison_in_the_end(start: Start) -> None:
    dispatch = await start("dispatch")

    async def effect(_tx: Transaction, _event: incident_events_pb2.IncidentEvent) -> None:
        raise guard("NEVER")

    inbox = Inbox(
        dispatch.service.journal, dispatch.service.log, "group", [Subscription(TOPIC, incident_events_pb2.IncidentEvent, {"incident_verifying": effect})]
    )
    with pytest.raises(PoisonError, match="NEVER"):
        await inbox.handle(_stored("e2"))
    with pytest.raises(PoisonError, match="not a IncidentEvent"):
        await inbox.handle(_stored("e3", b"\xff\xff"))
    assert await _rows(dispatch, caller="component:group") == 0


async def test_a_refused_command_leaves_no_change_and_no_event(start: Start) -> None:
    dispatch = await start("dispatch")
    journal = dispatch.service.journal

    async def work(tx: Transaction) -> None:
        await tx.connection.execute(journal.table.insert(), {"caller": "half"} | _blank())
        raise DomainError(Kind.CONFLICT, "HALF_WAY")

    with pytest.raises(DomainError, match="HALF_WAY"):
        await journal.apply(Call(component("x"), "m", "r"), b"", work)
    assert await _rows(dispatch, caller="half") == 0


def _blank() -> dict[str, object]:
    from chassis.clock import real_now

    texts = dict.fromkeys(("command_id", "org", "request_id", "method", "resource", "traceparent", "exercise_id"), "x")
    return texts | {"request_digest": b"", "occurred_at": real_now(), "recorded_at": real_now()}


async def test_one_relay_holds_the_lease_and_another_takes_over(start: Start) -> None:
    dispatch = await start("dispatch")
    service = dispatch.service
    stub = incidents_pb2_grpc.IncidentServiceStub(dispatch.channel)
    from chassis import audit
    from chassis.database import Session

    session = Session(service.settings.database_url)
    key = audit.load_signer(service.settings.audit_key.read_bytes())
    second = Relay(service.engine, session, service.log, service.journal.table, "dispatch", key)
    await _register(dispatch, stub, "1")
    await _published(dispatch, 1)
    assert not await session.try_lease("relay")
    await service.session.close()
    runner = asyncio.create_task(second.run())
    await _register(dispatch, stub, "2")
    await _published(dispatch, 2)
    runner.cancel()
    await asyncio.gather(runner, return_exceptions=True)
    await session.close()


async def _register(dispatch: Running, stub: incidents_pb2_grpc.IncidentServiceStub, key: str) -> None:
    request = pb.RegisterIncidentRequest(title="事件", region_code="640202", source=pb.INCIDENT_SOURCE_PHONE, request_id=key)
    await dispatch.call(stub.RegisterIncident, request, "duty_officer")


async def _published(dispatch: Running, wanted: int) -> None:
    table = dispatch.service.journal.table
    for _ in range(100):
        async with dispatch.service.engine.connect() as connection:
            done = await connection.scalar(select(func.count()).select_from(table).where(table.c.published_at.isnot(None), table.c.events.isnot(None)))
        if done == wanted:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{done} of {wanted} rows were published")
