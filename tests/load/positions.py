"""Live positions of a large district: 10,000 units heard every 15 seconds, through the whole platform, while a board is read.

Communication gateways collect what they hear: batches of 50 over HTTP. `python -m tests.load.bench positions` runs it on a platform; its units are those that
`advice` writes into dispatch's table.
"""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

from deploy.local.platform import Platform
from tests.fixtures.platform import api_of
from tests.load.advice import fill
from tests.load.cpu import cpu_seconds
from tests.load.figures import Figures, percentile
from tests.load.http import Make, closed_loop
from tests.load.intake import platform_pids

UNITS = 10_000
EVERY_S = 15.0
BATCH = 50
GATEWAYS = 4
ROUNDS = 3
READS = 20


def measure(platform: Platform, figures: Figures) -> None:
    """Rounds of all positions, as fast as they are taken; each has EVERY_S seconds. Then the board."""
    asyncio.run(fill(platform.urls["dispatch"], UNITS))
    api = api_of(platform)
    headers = {"Authorization": f"Bearer {api.login('sensor')}"}
    seconds, answers, refused = list[float](), list[float](), 0
    pids = platform_pids(platform)
    before = cpu_seconds(pids)
    for number in range(ROUNDS):
        run = asyncio.run(closed_loop(platform.address(), GATEWAYS, UNITS // BATCH, _batches(headers, number), keep=True))
        taken = sum(body.get("accepted", 0) for body in run.bodies)
        seconds.append(run.seconds)
        answers += run.latencies
        refused += run.errors + UNITS - taken
    cost = (cpu_seconds(pids) - before) / ROUNDS
    whole = sorted(seconds)[ROUNDS // 2]
    figures.add(f"positions of {UNITS:,} units, taken in", whole, "s", f"<= {EVERY_S:g}", whole <= EVERY_S)
    figures.add(f"positions of {UNITS:,} units, CPU of all processes", cost, "s")
    figures.add(f"positions, a batch of {BATCH}, p99", percentile(answers, 0.99) * 1000, "ms")
    figures.add("positions, not taken", refused, "positions", "0", refused == 0)
    reads = []
    for _ in range(READS):
        started = time.perf_counter()
        api.get("duty_officer", "/positions", pageSize=500)
        reads.append((time.perf_counter() - started) * 1000)
    api.close()
    figures.add(f"board of positions, 500 of {UNITS:,}, p95", percentile(reads, 0.95), "ms")


def _batches(headers: dict[str, str], number: int) -> Make:
    def make(batch: int) -> tuple[str, dict[str, str], dict[str, Any]]:
        now = datetime.now(UTC).isoformat()
        first = batch * BATCH + 1
        positions = [
            {"unit": f"units/load-{unit}", "location": {"lon": 106.1 + unit % 600 / 1000, "lat": 38.8 + number / 100}, "locateTime": now, "speedMps": 8.0}
            for unit in range(first, first + BATCH)
        ]
        return "/api/v1/units:reportPositions", headers, {"positions": positions}

    return make
