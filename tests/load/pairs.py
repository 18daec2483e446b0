"""Create and assign over HTTP: an incident, a task, a unit sent and recalled; every accepted write counts, and the cost must not grow with what is closed."""

import asyncio
import time
from typing import Any

import asyncpg

from chassis.database import asyncpg_url
from deploy.local.platform import Platform
from tests.fixtures.platform import api_of
from tests.load.cpu import cpu_seconds
from tests.load.figures import Figures
from tests.load.http import Connection
from tests.load.intake import bare, bare_round, platform_pids

CONNECTIONS = 8
PAIRS = 25
ROUNDS = 3
SIZES = (0, 10_000, 100_000)
INCIDENT = {"title": "压力测试事件", "regionCode": "640202", "source": "INCIDENT_SOURCE_PHONE", "eventCode": "11A51"}


class RefusedError(Exception):
    """A command of the benchmark was refused."""


async def _pairs(address: str, headers: dict[str, str], unit: str, count: int) -> int:
    host, _, port = address.partition(":")
    writes = 0
    async with Connection(host, int(port)) as connection:

        async def post(path: str, body: dict[str, Any]) -> dict[str, Any]:
            nonlocal writes
            status, answer = await connection.post_json(f"/api/v1{path}", headers, body)
            if status != 200:
                raise RefusedError(f"{path}: {status} {answer}")
            writes += 1
            return answer

        for _ in range(count):
            incident = await post("/incidents", INCIDENT)
            task = await post("/tasks", {"task": {"kind": "TASK_KIND_RESCUE", "title": "救援", "incident": incident["name"]}, "issue": True})
            assignment = await post("/assignments", {"task": task["name"], "unit": unit})
            await post(f"/{assignment['name']}:recall", {"reason": "压力测试"})
    return writes


async def _round(address: str, headers: dict[str, str], units: list[str]) -> int:
    return sum(await asyncio.gather(*(_pairs(address, headers, unit, PAIRS) for unit in units)))


async def _grow(url: str, table: str, wanted: int) -> None:
    """Fill a table of dispatch with closed rows, copies of one that is there, up to `wanted` of them."""
    connection = await asyncpg.connect(asyncpg_url(url))
    try:
        columns = [row["column_name"] for row in await connection.fetch(
            "SELECT column_name FROM information_schema.columns WHERE table_name = $1 AND is_identity = 'NO'", table)]  # fmt: skip
        fresh = {"id": "'old-' || n", "state": {"incident": "'closed'", "assignment": "'recalled'"}[table], "fence": "-n", "confirmed_at": "now()"}
        values = ", ".join(fresh.get(name, f"model.{name}") for name in columns)
        there = await connection.fetchval(f"SELECT count(*) FROM {table} WHERE id LIKE 'old-%'")
        await connection.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM (SELECT * FROM {table} LIMIT 1) model, generate_series({there + 1}, {wanted}) n"
        )
        await connection.execute(f"ANALYZE {table}")
    finally:
        await connection.close()


def measure(platform: Platform, figures: Figures) -> None:
    """Rounds at each size of the tables; the ratio is to the bare path, of medians."""
    api = api_of(platform)
    headers = {"Authorization": f"Bearer {api.login('duty_leader')}"}
    statuses = api.get("duty_leader", "/unitStatuses", pageSize=200, state="UNIT_STATE_AVAILABLE")["unitStatuses"]
    units = [status["unit"] for status in statuses][:CONNECTIONS]
    pids = platform_pids(platform)
    costs: dict[int, float] = {}
    with bare(platform) as (address, _):
        for size in SIZES:
            for table in ("incident", "assignment") if size else ():
                asyncio.run(_grow(platform.urls["dispatch"], table, size))
            asyncio.run(_round(platform.address(), headers, units))
            rates, limits, cpu, writes = [], [], 0.0, 0
            for _ in range(ROUNDS):
                limits.append(bare_round(address).rate)
                before, started = cpu_seconds(pids), time.perf_counter()
                done = asyncio.run(_round(platform.address(), headers, units))
                rates.append(done / (time.perf_counter() - started))
                cpu, writes = cpu + cpu_seconds(pids) - before, writes + done
            costs[size] = cpu * 1000 / writes
            figures.add(f"create+assign with {size:,} closed rows, CPU of all processes", costs[size], "ms/write", "<= 8", costs[size] <= 8)
            if size == 0:
                ratio = sorted(rates)[ROUNDS // 2] / sorted(limits)[ROUNDS // 2]
                figures.add("create+assign, ratio of writes to the bare path", ratio, "", ">= 0.6", ratio >= 0.6)
    growth = costs[SIZES[-1]] / costs[0] - 1
    figures.add("create+assign, growth of cost from 0 to 100,000 closed rows", growth * 100, "%", "<= 10", growth <= 0.10)
