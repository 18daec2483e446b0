"""Recommendations through the whole platform: how long a dispatcher waits for whom to send, by how many units there are.

Units are written straight into dispatch's table, as a register of that size would have left them; the picture of units finds them by itself.
`python -m tests.load.bench advice` runs it on a platform.
"""

import asyncio
import random
import time
from collections.abc import Callable
from typing import Any

import asyncpg

from chassis.database import asyncpg_url
from deploy.local.platform import Platform
from tests.fixtures.platform import api_of
from tests.load.cpu import memory_mb
from tests.load.figures import Figures, percentile
from tests.load.http import Run, closed_loop
from tests.load.intake import platform_pids

SIZES = (1_000, 10_000)
REQUESTS = 400
CONNECTIONS = 8
P99_MS = 25.0
PATH = "/api/v1/units:recommend"
CODES = (
    "water_rescue",
    "medical",
    "search",
    "flood_control",
    "hazmat",
    "evacuation",
    "drone",
    "fire_suppression",
    "power",
    "communication",
    "engineering",
    "traffic",
)
UNITS = """
INSERT INTO unit (id, version, state, lost_from, state_at, heard_at, in_register, team_id, team_class, team_display_name, display_name, display_name_en,
  region_code, home_lon, home_lat, contact, capabilities, codes, qualifications, crew_size, assignment_id, incident_id, exercise_id, fence, made_for_exercise)
SELECT 'load-' || n, 1, 'available', '', now(), now(), true, 't', 'professional', '', '示例' || n, '', '640202' || lpad((n % 20)::text, 3, '0'),
  106.1 + random() * 0.6, 38.8 + random() * 0.5, '', jsonb_build_array(jsonb_build_object('code', c, 'count', 1), jsonb_build_object('code', d, 'count', 2)),
  ARRAY[c, d], '{}', 6, '', '', '', 0, ''
FROM generate_series(1, $1::int) AS n, LATERAL (SELECT ($2::text[])[1 + n % 12] AS c, ($2::text[])[1 + (n / 12 + n + 5) % 12] AS d) AS held
ON CONFLICT (id) DO NOTHING
"""


async def fill(url: str, size: int) -> None:
    """So many units; those that are there already stay."""
    connection = await asyncpg.connect(asyncpg_url(url))
    try:
        await connection.execute(UNITS, size, list(CODES))
        await connection.execute("ANALYZE unit")
    finally:
        await connection.close()


def question(headers: dict[str, str]) -> Callable[[int], tuple[str, dict[str, str], dict[str, Any]]]:
    """A question that differs each time: a place, and two or three needs."""
    chance = random.Random(11)

    def make(_number: int) -> tuple[str, dict[str, str], dict[str, Any]]:
        place = {"lon": round(chance.uniform(106.1, 106.7), 5), "lat": round(chance.uniform(38.8, 39.3), 5)}
        needs = [{"code": code, "count": chance.randint(1, 3)} for code in chance.sample(CODES, chance.randint(1, 3))]
        return PATH, headers, {"location": place, "needs": needs, "coverageWeight": 500}

    return make


def measure(platform: Platform, figures: Figures) -> None:
    """The first answer (which loads the solver), then one caller and several, at each size."""
    headers = {"Authorization": f"Bearer {api_of(platform).login('duty_officer')}"}
    before = memory_mb(platform_pids(platform))
    for size in SIZES:
        asyncio.run(fill(platform.urls["dispatch"], size))
        started = time.perf_counter()
        _asked(platform, headers, 1, 1)
        figures.add(f"recommendation, {size:,} units, first answer", (time.perf_counter() - started) * 1000, "ms")
        alone, together = _asked(platform, headers, 1, REQUESTS), _asked(platform, headers, CONNECTIONS, REQUESTS)
        worst = percentile(alone.latencies, 0.99) * 1000
        figures.add(f"recommendation, {size:,} units, p50 over HTTP", percentile(alone.latencies, 0.5) * 1000, "ms")
        figures.add(f"recommendation, {size:,} units, p99 over HTTP", worst, "ms", f"<= {P99_MS:g}", worst <= P99_MS)
        figures.add(f"recommendation, {size:,} units, at {CONNECTIONS} connections", together.rate, "1/s")
        figures.add(f"recommendation, {size:,} units, refused", alone.errors + together.errors, "requests", "0", alone.errors + together.errors == 0)
    figures.add("recommendation, memory of the solver in dispatch", memory_mb(platform_pids(platform)) - before, "MB")


def _asked(platform: Platform, headers: dict[str, str], connections: int, requests: int) -> Run:
    return asyncio.run(closed_loop(platform.address(), connections, requests, question(headers)))
