"""The audit chain shows any change: altered, missing, added, reordered and truncated rows, and forged checkpoints."""

import asyncio

import pytest
from sqlalchemy import text

from chassis import audit
from chassis.relay import Relay
from fenghuo.dispatch.v1 import incidents_pb2 as pb
from fenghuo.dispatch.v1 import incidents_pb2_grpc
from tests.fixtures.service import Running, Start

ROWS = 12
INSERTED = (
    "INSERT INTO journal (command_id, caller, org, request_id, method, resource, request_digest, occurred_at, recorded_at, traceparent, exercise_id,"
    " published_at) VALUES ('x', 'x', '', 'x', 'x', 'x', '', now(), now(), '', '', now())"
)


async def _sealed(start: Start) -> Running:
    dispatch = await start("dispatch")
    stub = incidents_pb2_grpc.IncidentServiceStub(dispatch.channel)
    for number in range(ROWS):
        request = pb.RegisterIncidentRequest(title=f"事件{number}", region_code="640202", source=pb.INCIDENT_SOURCE_PHONE, request_id=str(number))
        await dispatch.call(stub.RegisterIncident, request, "duty_officer")
    await dispatch.service.relay.flush()
    return dispatch


async def _verify(dispatch: Running, known: tuple[tuple[int, bytes], ...] = ()) -> list[str]:
    key = audit.load_signer(dispatch.service.settings.audit_key.read_bytes()).public_key()
    async with dispatch.service.engine.connect() as connection:
        findings = await audit.verify(connection, dispatch.service.journal.table, "dispatch", key, known)
    return [finding.problem.split(":")[0] for finding in findings]


async def test_an_untouched_chain_verifies(start: Start) -> None:
    assert await _verify(await _sealed(start)) == []


async def test_two_relays_that_both_believe_they_lead_keep_one_chain(start: Start) -> None:
    """A lease is asked for once a second, so for a moment two may seal; each knows where the chain ended when it last looked."""
    dispatch = await start("dispatch")
    service = dispatch.service
    stub = incidents_pb2_grpc.IncidentServiceStub(dispatch.channel)
    key = audit.load_signer(service.settings.audit_key.read_bytes())
    rivals = [Relay(service.engine, service.session, service.log, service.journal.table, "dispatch", key) for _ in range(2)]
    for number in range(3 * ROWS):
        request = pb.RegisterIncidentRequest(title=f"事件{number}", region_code="640202", source=pb.INCIDENT_SOURCE_PHONE, request_id=str(number))
        await dispatch.call(stub.RegisterIncident, request, "duty_officer")
        await asyncio.gather(*(relay.flush() for relay in (*rivals, service.relay)[: 1 + number % 3]), return_exceptions=True)
    await service.relay.flush()
    async with service.engine.connect() as connection:
        sealed = await connection.scalar(text("SELECT count(*) FROM journal WHERE chain_seq IS NOT NULL AND events IS NOT NULL"))
    assert sealed == 3 * ROWS
    assert await _verify(dispatch) == []


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE journal SET caller = 'user:other' WHERE chain_seq = 5", "changed"),
        ("UPDATE journal SET occurred_at = occurred_at + interval '1 second' WHERE chain_seq = 5", "changed"),
        ("UPDATE journal SET events = NULL WHERE chain_seq = 5", "changed"),
        ("DELETE FROM journal WHERE chain_seq = 5", "missing"),
        ("UPDATE journal SET chain_seq = CASE chain_seq WHEN 5 THEN 106 ELSE 105 END WHERE chain_seq IN (5, 6)", "missing"),
        (INSERTED, "added"),
    ],
)
async def test_tampering_shows(start: Start, tampering: str, found: str) -> None:
    dispatch = await _sealed(start)
    async with dispatch.service.engine.begin() as connection:
        await connection.execute(text(tampering))
    assert found in await _verify(dispatch)


async def test_truncation_shows_against_a_checkpoint_kept_elsewhere(start: Start) -> None:
    dispatch = await _sealed(start)
    async with dispatch.service.engine.begin() as connection:
        head = bytes((await connection.execute(text(f"SELECT chain_hash FROM journal WHERE chain_seq = {ROWS}"))).scalar_one())
        await connection.execute(text("DELETE FROM checkpoint"))
        await connection.execute(text(f"DELETE FROM journal WHERE chain_seq > {ROWS - 3}"))
    assert await _verify(dispatch) == []
    assert await _verify(dispatch, ((ROWS, head),)) == ["truncated"]


async def test_a_forged_checkpoint_shows(start: Start) -> None:
    dispatch = await _sealed(start)
    async with dispatch.service.engine.begin() as connection:
        await connection.execute(text("INSERT INTO checkpoint SELECT chain_seq, chain_hash, now(), 'forged' FROM journal WHERE chain_seq = 3"))
    assert await _verify(dispatch) == ["checkpoint"]
