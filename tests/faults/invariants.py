"""`check_all()`: what must hold after any fault, read from the databases, the event log and the gateway of a running platform."""

import asyncio
import importlib
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from chassis.database import asyncpg_url
from chassis.eventlog import EventLog, open_event_log
from deploy.local.platform import Platform
from fenghuo.type.v1 import journal_pb2
from gateway.public.stream import Topics
from services.dispatch.consumers.timeline import TOLD_ELSEWHERE, TOPICS
from services.dispatch.model.assignment import LIVE
from tests.faults import effects
from tests.fixtures.platform import api_of

SETTLE_S = 60.0

LIVE_TWICE = f"SELECT unit_id FROM assignment WHERE state = ANY(ARRAY{list(LIVE)}) GROUP BY unit_id HAVING count(*) > 1"
UNSIGNED = """
SELECT id FROM alert
WHERE identifier <> '' AND NOT urgent AND NOT EXISTS (
    SELECT 1 FROM jsonb_array_elements(signatures) one, jsonb_array_elements(signatures) other
    WHERE one->>'act' = 'submit' AND other->>'act' = 'approve' AND one->>'signer' <> other->>'signer'
        AND one->>'content_hash' = alert.content_hash AND other->>'content_hash' = alert.content_hash)
"""
ON_LIVE_TARGET = """
SELECT d.id FROM delivery d JOIN alert a ON a.id = d.alert_id JOIN channel_target t ON t.id = d.target_id
WHERE a.status <> 'actual' AND NOT t.accepts_exercises
"""
IN_ENDED_CHAIN = "SELECT a.id FROM alert a JOIN alert_chain c ON c.id = a.chain_id WHERE c.state IN ('cancelled', 'expired')"
NEVER: Mapping[str, Mapping[str, str]] = {
    "dispatch": {
        "3 a unit with two live assignments": LIVE_TWICE,
        "3 a fence given twice": "SELECT unit_id FROM assignment GROUP BY unit_id, fence HAVING count(*) > 1",
        "3 two commanders in force": "SELECT incident_id FROM command_post WHERE state = 'in_command' GROUP BY incident_id HAVING count(*) > 1",
    },
    "resources": {
        "4 stock below zero or promised twice": "SELECT id FROM lot WHERE least(on_hand, reserved, held, in_transit, on_hand - reserved - held) < 0",
        "4 a movement that does not balance": "SELECT movement_id FROM entry GROUP BY movement_id, item_id HAVING sum(quantity) <> 0",
    },
    "plans": {
        "7 two effective versions of a plan": "SELECT plan_id FROM plan_version WHERE state = 'effective' GROUP BY plan_id HAVING count(*) > 1",
    },
    "alerts": {
        "5 published without two people who answered for that content": UNSIGNED,
        "5 approved by one person without a debt": "SELECT id FROM alert WHERE urgent AND identifier <> '' AND post_review_due_time IS NULL",
        "5 a delivery given twice": "SELECT alert_id, channel, target_id FROM delivery GROUP BY alert_id, channel, target_id HAVING count(*) > 1",
        "5 an exercise or test on a live target": ON_LIVE_TARGET,
        "6 a message in force in a chain that ended": f"{IN_ENDED_CHAIN} AND a.kind <> 'cancel' AND a.state = 'published'",
        "6 published after the end of its chain": f"{IN_ENDED_CHAIN} AND a.publish_time > c.end_time",
    },
    "experts": {},
}
"""Rows that may never exist, by service; the number is the invariant's."""

EVERYWHERE: Mapping[str, str] = {
    "2 a request with two effects": "SELECT caller, request_id FROM journal GROUP BY caller, request_id HAVING count(*) > 1",
    "8 an audit entry without its place on the chain": "SELECT seq FROM journal WHERE published_at IS NOT NULL AND chain_seq IS NULL",
    "8 a place on the chain given twice": "SELECT chain_seq FROM journal WHERE chain_seq IS NOT NULL GROUP BY chain_seq HAVING count(*) > 1",
}


@dataclass(slots=True)
class Findings:
    """Violated invariants; empty when all hold."""

    found: list[str] = field(default_factory=list)

    def add(self, invariant: str, rows: list[Any]) -> None:
        """Note rows that may not exist."""
        if rows:
            self.found.append(f"{invariant}: {[tuple(row) if hasattr(row, 'values') else row for row in rows[:5]]} ({len(rows)})")


def check_all(platform: Platform, accepted: Mapping[str, str] | None = None, commands: Mapping[str, str] | None = None) -> list[str]:
    """Wait until everything is published and consumed, then check invariants 1–9 and 12.

    `accepted` maps resource names a client saw accepted to their service, `commands` the keys of accepted commands to their paths.
    """
    findings = Findings()
    findings.add("12 not back in time", effects.back(platform))
    asyncio.run(_check_all(platform, accepted or {}, commands or {}, findings))
    findings.add("4 the book of stock", effects.ledger(platform))
    findings.add("8 the audit chain", _audit(platform))
    return findings.found


async def _check_all(platform: Platform, accepted: Mapping[str, str], commands: Mapping[str, str], findings: Findings) -> None:
    log = await open_event_log(platform.stack.environment["FENGHUO_LOG_URL"], client_id="invariants")
    services = [component.name for component in platform.components if component.kind == "service" and component.name == component.area]
    try:
        await _settled(platform, services, log)
        before = await _events(platform, services, published_only=True)
        for name in services:
            connection = await asyncpg.connect(asyncpg_url(platform.urls[name]))
            try:
                for invariant, query in {**EVERYWHERE, **NEVER.get(name, {})}.items():
                    findings.add(f"{name}: {invariant}", await connection.fetch(query))
                names = [resource for resource, service in accepted.items() if service == name]
                stored = {row["resource"] for row in await connection.fetch("SELECT DISTINCT resource FROM journal WHERE resource = ANY($1)", names)}
                findings.add(f"{name}: 1 accepted but not stored", [resource for resource in names if resource not in stored])
            finally:
                await connection.close()
        on_log = await _read_log(findings, log, sorted(set(before.values()) | set(Topics().messages)))
        known = {event.id for event in on_log}
        findings.add("9 a change without its event on the log", sorted(set(before) - known))
        findings.add("9 an event without its change", sorted(known - set(await _events(platform, services))))
        await _settled(platform, services, log)
        steps = {event.id for event in on_log if event.step}
        findings.add("9 an event that is no step of its incident", sorted(steps - await _timeline(platform)))
        journals, connections = await _journals(platform, services)
        findings.add("1 a command that was accepted and is lost", effects.lost_commands(commands, journals))
        findings.add("9 an effect that is missing", effects.lost_effects(services, {(event.topic, event.case, event.id) for event in on_log}, journals))
        findings.add("12 beyond its bounds", effects.bounds(platform, connections))
    finally:
        await log.close()


async def _events(platform: Platform, services: list[str], *, published_only: bool = False) -> dict[str, str]:
    """Event id -> topic of the events the journals hold.

    Timers ring on: whoever compares with the log reads what is published before it, and everything after it.
    """
    condition = "events IS NOT NULL AND published_at IS NOT NULL" if published_only else "events IS NOT NULL"
    found: dict[str, str] = {}
    for name in services:
        connection = await asyncpg.connect(asyncpg_url(platform.urls[name]))
        try:
            rows = await connection.fetch(f"SELECT events FROM journal WHERE {condition}")
        finally:
            await connection.close()
        outboxes = (journal_pb2.Outbox.FromString(bytes(row["events"])) for row in rows)
        found |= {record.headers["ce_id"]: record.topic for outbox in outboxes for record in outbox.records}
    return found


async def _journals(platform: Platform, services: list[str]) -> tuple[dict[str, set[tuple[str, str]]], int]:
    """Caller and request id of every row of every journal, and how many connections the server has."""
    journals, connections = {}, 0
    for name in services:
        connection = await asyncpg.connect(asyncpg_url(platform.urls[name]))
        try:
            journals[name] = {(row["caller"], row["request_id"]) for row in await connection.fetch("SELECT caller, request_id FROM journal")}
            connections = await connection.fetchval("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")
        finally:
            await connection.close()
    return journals, connections


@dataclass(frozen=True, slots=True)
class OnLog:
    """An event as the log has it; `step` when it belongs to an incident's timeline."""

    topic: str
    case: str
    aggregate: str
    version: int
    id: str
    step: bool


async def _read_log(findings: Findings, log: EventLog, topics: list[str]) -> list[OnLog]:
    """The events on the log. The versions of each aggregate rise.

    Rows of one journal are numbered before they commit, so their numbers say nothing about two changes at the same moment; versions do.
    """
    messages = Topics().messages
    ends = await log.ends(topics)
    seen: list[OnLog] = []
    left = sum(ends.values())
    if left:
        async for stored in log.tail(topics, dict.fromkeys(ends, 0)):
            topic = stored.record.topic
            event = messages[topic][0].FromString(stored.record.value)
            header, case = event.header, event.WhichOneof("event") or ""
            step = bool(header.incident and topic in TOPICS and case not in TOLD_ELSEWHERE)
            seen.append(OnLog(topic, case, header.aggregate, header.version, header.event_id, step))
            place = stored.position
            left -= place.offset < ends[place.topic, place.partition]  # what came since is read too, and does not stand for what has yet to be read
            if not left:
                break
    _check_order(findings, seen)
    dead = await log.ends([f"{topic}.dead" for topic in topics])
    findings.add("1 dead letters", [(topic, end) for (topic, _), end in dead.items() if end])
    return seen


def _check_order(findings: Findings, seen: list[OnLog]) -> None:
    last: dict[tuple[str, str], int] = {}
    known: set[str] = set()
    for event in seen:
        if event.id in known:
            continue
        known.add(event.id)
        if event.version < last.get((event.topic, event.aggregate), 0):
            findings.add("9 out of order", [(event.topic, event.aggregate, event.version, last[event.topic, event.aggregate], event.id)])
        last[event.topic, event.aggregate] = event.version


async def _timeline(platform: Platform) -> set[str]:
    connection = await asyncpg.connect(asyncpg_url(platform.urls["dispatch"]))
    try:
        return {row["event_id"] for row in await connection.fetch("SELECT event_id FROM timeline")}
    finally:
        await connection.close()


def _audit(platform: Platform) -> list[str]:
    client = api_of(platform)
    answer = client.get("administrator", "/audit")
    client.close()
    return [] if answer["intact"] else [f"{name}: {chain}" for name, chain in answer["chains"].items() if chain.get("findings") or chain.get("error")]


async def _settled(platform: Platform, services: list[str], log: EventLog) -> None:
    """Until every journal is published and every service has consumed what it subscribes to."""

    async def unpublished() -> int:
        total = 0
        for name in services:
            connection = await asyncpg.connect(asyncpg_url(platform.urls[name]))
            try:
                total += await connection.fetchval("SELECT count(*) FROM journal WHERE published_at IS NULL")
            finally:
                await connection.close()
        return total

    async def lag() -> int:
        return sum([await log.lag(name, topics) for name, topics in subscribed(services).items() if topics])

    await _until("everything is published", unpublished)
    await _until("everything is consumed", lag)
    await _until("everything that followed is published", unpublished)


def subscribed(services: list[str]) -> dict[str, list[str]]:
    """Topics each service's group reads."""
    modules = {name: importlib.import_module(f"services.{name}.consumers") for name in services}
    known = {name: module.SUBSCRIPTIONS if hasattr(module, "SUBSCRIPTIONS") else module.subscriptions(None) for name, module in modules.items()}
    return {name: [subscription.topic for subscription in subscriptions] for name, subscriptions in known.items()}


async def _until(what: str, count: Callable[[], Awaitable[int]]) -> None:
    until = time.monotonic() + SETTLE_S
    while left := await count():
        if time.monotonic() > until:
            raise AssertionError(f"not in {SETTLE_S:.0f} s: {what} ({left} left)")
        await asyncio.sleep(0.2)
