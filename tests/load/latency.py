"""From the commit of an event to its effect in another service, at a steady pace, by the stamps both sides wrote down."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import asyncpg

from chassis.database import asyncpg_url
from deploy.local.platform import Platform
from fenghuo.type.v1 import journal_pb2
from tests.fixtures.platform import api_of
from tests.load.figures import Figures, percentile
from tests.load.http import Connection

PER_SECOND = 10
SECONDS = 20
GOAL_MS = {"embedded": 50.0, "stack": 100.0}
BODY = {"title": "时延测试事件", "eventCode": "12A10", "regionCode": "640202", "occurTime": "2026-07-29T15:12:00+08:00", "source": "INCIDENT_SOURCE_PHONE"}


def measure(platform: Platform, figures: Figures) -> None:
    """Confirm incidents at a steady pace; plans applies each confirmation, with a journal row that bears the moment."""
    headers = {"Authorization": f"Bearer {api_of(platform).login('duty_officer')}"}
    started = datetime.now(UTC)
    asyncio.run(_paced(platform.address(), headers))
    time.sleep(2.0)
    latencies = asyncio.run(_latencies(platform, started))
    goal = GOAL_MS[platform.stack.profile]
    worst = percentile(latencies, 0.99) * 1000
    name = "event commit to consumer's effect"
    figures.add(f"{name}, p50", percentile(latencies, 0.5) * 1000, "ms")
    figures.add(f"{name}, p99", worst, "ms", f"<= {goal:g}", worst <= goal)
    figures.add(f"{name}, events", len(latencies), "events", str(PER_SECOND * SECONDS), len(latencies) == PER_SECOND * SECONDS)


async def _paced(address: str, headers: dict[str, str]) -> None:
    host, _, port = address.partition(":")
    loop = asyncio.get_running_loop()
    async with Connection(host, int(port)) as connection:
        begin = loop.time()
        for number in range(PER_SECOND * SECONDS):
            await asyncio.sleep(max(0.0, begin + number / PER_SECOND - loop.time()))
            _, made = await connection.post_json("/api/v1/incidents", headers, BODY)
            await connection.post(f"/api/v1/{made['name']}:confirm", headers, {})


async def _latencies(platform: Platform, since: datetime) -> list[float]:
    dispatch = await asyncpg.connect(asyncpg_url(platform.urls["dispatch"]))
    plans = await asyncpg.connect(asyncpg_url(platform.urls["plans"]))
    try:
        rows = await dispatch.fetch(
            "SELECT recorded_at, events FROM journal WHERE recorded_at >= $1 AND events IS NOT NULL AND method LIKE '%ConfirmIncident'", since
        )
        sent: dict[str, Any] = {}
        for row in rows:
            for record in journal_pb2.Outbox.FromString(bytes(row["events"])).records:
                if record.headers["ce_type"] != "IncidentConfirmed":
                    continue
                sent[record.headers["ce_id"]] = row["recorded_at"]
        heard = await plans.fetch("SELECT request_id, recorded_at FROM journal WHERE caller = 'component:plans' AND request_id = ANY($1)", list(sent))
        return [(row["recorded_at"] - sent[row["request_id"]]).total_seconds() for row in heard]
    finally:
        await dispatch.close()
        await plans.close()
