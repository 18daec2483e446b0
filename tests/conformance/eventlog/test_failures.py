"""Nothing acknowledged is lost, nothing takes effect twice, and order per key holds, whoever is killed."""

import asyncio
import sqlite3
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from chassis.eventlog import EventLog, LogUnavailableError, Record
from deploy.local.servers import Server
from tests.conformance.eventlog.conftest import Consume, OpenLog
from tests.conformance.eventlog.consuming_process import effects
from tests.conformance.eventlog.story import Notebook, append_all, append_with_patience, in_order_per_key, numbered, numbers
from tests.conformance.waiting import until

ROOT = Path(__file__).parents[3]
StartProcess = Callable[[], Awaitable[asyncio.subprocess.Process]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the consuming processes write their effects."""
    return tmp_path / "effects.sqlite"


@pytest_asyncio.fixture
async def start_process(server: Server, group: str, topic: str, file: Path) -> AsyncIterator[StartProcess]:
    """Starts consuming processes of one group; those that still run are killed at the end."""
    started: list[asyncio.subprocess.Process] = []

    async def start() -> asyncio.subprocess.Process:
        command = [sys.executable, "-m", "tests.conformance.eventlog.consuming_process", server.url, group, topic, str(file)]
        started.append(await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL))
        return started[-1]

    yield start
    for process in started:
        await killed(process)


async def killed(process: asyncio.subprocess.Process) -> None:
    """SIGKILL and wait."""
    if process.returncode is None:
        process.kill()
    await process.wait()


def count(connection: sqlite3.Connection) -> int:
    """How many effects there are."""
    return int(connection.execute("SELECT count(*) FROM effect").fetchone()[0])


def pids(connection: sqlite3.Connection, newest: int) -> set[int]:
    """Which processes made the newest effects."""
    return {pid for (pid,) in connection.execute("SELECT pid FROM effect ORDER BY seq DESC LIMIT ?", (newest,))}


def assert_each_once_in_order(connection: sqlite3.Connection, total: int) -> None:
    """Every record took effect exactly once, and per key in the order appended."""
    rows = connection.execute("SELECT key, number FROM effect ORDER BY seq").fetchall()
    by_key: dict[str, list[int]] = defaultdict(list)
    for key, number in rows:
        by_key[key].append(number)
    assert sorted(number for _, number in rows) == list(range(total))
    assert all(of_key == sorted(of_key) for of_key in by_key.values())


async def test_a_consumer_killed_again_and_again_loses_and_doubles_nothing(log: EventLog, topic: str, file: Path, start_process: StartProcess) -> None:
    total = 3000
    with effects(file) as connection:
        producing = asyncio.create_task(append_all(log, numbered(topic, total, keys=30), batch=100))
        for stop_at in (200, 1500):
            process = await start_process()
            await until(lambda: count(connection) >= stop_at, 60, "some effects")  # noqa: B023  (awaited within the turn)
            await killed(process)
        await producing
        await start_process()
        await until(lambda: count(connection) >= total, 60, "all effects")
        assert_each_once_in_order(connection, total)


async def test_when_a_member_dies_the_other_takes_over(log: EventLog, topic: str, file: Path, start_process: StartProcess) -> None:
    sent = 0

    async def send() -> None:
        nonlocal sent
        await log.append(numbered(topic, 40, keys=40, start=sent))
        sent += 40

    with effects(file) as connection:
        first, second = await start_process(), await start_process()
        async with asyncio.timeout(60):
            while len(pids(connection, newest=40)) < 2:
                await send()
                await asyncio.sleep(0.05)
        await killed(first)
        for _ in range(5):
            await send()
        await until(lambda: count(connection) >= sent, 60, "the survivor has applied everything")
        assert_each_once_in_order(connection, sent)
        assert second.returncode is None


async def test_a_broker_killed_amid_appends_loses_nothing_acknowledged(open_log: OpenLog, consume: Consume, topic: str, group: str, server: Server) -> None:
    log = await open_log()
    notebook = Notebook()
    consume(await open_log(), group, [topic], notebook)
    acknowledged: list[int] = []

    async def produce(producer: int) -> None:
        for number in range(producer, 600, 4):
            await append_with_patience(log, [Record(topic, f"unit-{producer}", str(number).encode())])
            acknowledged.append(number)

    producing = asyncio.gather(*(produce(producer) for producer in range(4)))
    await until(lambda: len(acknowledged) >= 150, 30, "150 appends before the kill")
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)
    await producing
    assert sorted(acknowledged) == list(range(600))
    await until(partial(notebook.has, range(600)), 60, "every acknowledged record is read")
    assert in_order_per_key(notebook.read)


async def test_a_broker_killed_amid_reading_is_read_on(open_log: OpenLog, consume: Consume, topic: str, group: str, server: Server) -> None:
    log = await open_log()
    notebook, seen = Notebook(), Notebook()
    started = asyncio.Event()

    async def tail() -> None:
        start = dict.fromkeys(await log.ends([topic]), 0)
        started.set()
        async for stored in log.tail([topic], start):
            await seen(stored)

    tailing = asyncio.create_task(tail())
    await started.wait()
    consume(await open_log(), group, [topic], notebook)
    await append_all(log, numbered(topic, 300, keys=10), batch=30)
    await until(lambda: notebook.has(range(300)) and seen.has(range(300)), 30, "300 records before the kill")
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)
    for record in numbered(topic, 50, keys=10, start=300):
        await append_with_patience(log, [record])
    await until(lambda: notebook.has(range(350)) and seen.has(range(350)), 60, "what came after the restart")
    assert in_order_per_key(notebook.read)
    assert in_order_per_key(seen.read)
    assert len(numbers(notebook.read)) < 2 * 350
    tailing.cancel()
    await asyncio.wait({tailing}, timeout=10)


async def test_an_append_to_a_dead_broker_says_so_in_time(open_log: OpenLog, topic: str, server: Server) -> None:
    log = await open_log()
    await log.append(numbered(topic, 1, keys=1))
    await asyncio.to_thread(server.kill)
    try:
        async with asyncio.timeout(25):
            with pytest.raises(LogUnavailableError):
                await log.append(numbered(topic, 1, keys=1, start=1))
    finally:
        await asyncio.to_thread(server.start)
    await append_with_patience(log, [Record(topic, "after", b"2")])
    assert sum((await log.ends([topic])).values()) in {2, 3}
