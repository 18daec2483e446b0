"""Durable incident intake over HTTP against the bare limit, in the same run: interleaved rounds, so that a noisy machine hits both alike."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chassis.database.schema import provision
from deploy.local.platform import Platform
from deploy.local.server import free_port
from tests.fixtures.platform import api_of
from tests.load.cpu import cpu_seconds
from tests.load.figures import Figures, percentile
from tests.load.http import Run, closed_loop

ROUNDS = 5
REQUESTS = 600
CONNECTIONS = 16
PATH = "/api/v1/incidents"


@contextmanager
def bare(platform: Platform) -> Iterator[tuple[str, list[int]]]:
    """The bare path on the platform's own PostgreSQL: address and process ids."""
    url = asyncio.run(provision(platform.stack.postgres.url, "fenghuo_bare", "bare"))
    service, door = free_port(), free_port()
    commands = [["tests.load.bare.service", url, f"127.0.0.1:{service}"], ["tests.load.bare.door", f"127.0.0.1:{service}", str(door)]]
    processes = [subprocess.Popen([sys.executable, "-m", *command]) for command in commands]
    try:
        _wait(f"127.0.0.1:{door}")
        yield f"127.0.0.1:{door}", [process.pid for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _wait(address: str) -> None:
    until = time.monotonic() + 20
    while True:
        try:
            if not asyncio.run(closed_loop(address, 1, 1, _body({}))).errors:
                return
        except OSError:
            if time.monotonic() > until:
                raise
        time.sleep(0.1)


def _body(headers: dict[str, str]) -> Any:
    body = {"title": "大武口沟发生山洪，两人被冲走", "regionCode": "640202", "source": "INCIDENT_SOURCE_PHONE"}
    return lambda _number: (PATH, headers, body)


def measure(platform: Platform, figures: Figures) -> None:
    """Rounds of bare and full in turn; the ratio is of medians."""
    headers = {"Authorization": f"Bearer {api_of(platform).login('duty_officer')}"}
    pids = platform_pids(platform)
    with bare(platform) as (address, _):
        rates: dict[str, list[float]] = {"bare": [], "full": []}
        cpu, latencies, errors = 0.0, [], 0
        for number in range(ROUNDS + 1):
            rates["bare"].append(bare_round(address).rate)
            before = cpu_seconds(pids)
            run = _round(platform.address(), headers)
            if number:
                cpu += cpu_seconds(pids) - before
                latencies += run.latencies
                errors += run.errors
            rates["full"].append(run.rate)
    full, limit = (sorted(values[1:])[ROUNDS // 2] for values in (rates["full"], rates["bare"]))
    figures.add("incident intake, bare path", limit, "1/s")
    figures.add("incident intake, accepted", full, "1/s")
    figures.add("incident intake, ratio to the bare path", full / limit, "", ">= 0.6", full / limit >= 0.6)
    per_write = cpu * 1000 / max(1, len(latencies))
    figures.add("incident intake, CPU of all processes", per_write, "ms/write", "<= 8", per_write <= 8)
    figures.add("incident intake, p99 at 16 connections", percentile(latencies, 0.99) * 1000, "ms")
    figures.add("incident intake, refused", errors, "requests", "0", errors == 0)


def bare_round(address: str) -> Run:
    """One round on the bare path."""
    return _round(address, {})


def _round(address: str, headers: dict[str, str]) -> Run:
    return asyncio.run(closed_loop(address, CONNECTIONS, REQUESTS, _body(headers)))


def platform_pids(platform: Platform) -> list[int]:
    """Processes of the platform: components and servers."""
    children = [process.child for process in platform.supervisor.processes.values()] + [server.child for server in platform.stack.servers]
    return [child.pid for child in children if child.pid is not None]
