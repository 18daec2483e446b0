"""The embedded event log in its database: connections, retention, partitions, and who may hold a partition."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from chassis.eventlog import LogUnavailableError, Record, StoredRecord
from chassis.eventlog.postgres import PostgresEventLog
from chassis.ids import new_id
from deploy.local.servers import EmbeddedPostgres
from tests.conformance.eventlog.story import Notebook, append_with_patience, numbered
from tests.conformance.waiting import until

OpenLog = Callable[..., Awaitable[PostgresEventLog]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL of this module."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("postgres")) as started:
        yield started


@pytest_asyncio.fixture
async def open_log(server: EmbeddedPostgres) -> AsyncIterator[OpenLog]:
    """Opens logs and closes them."""
    async with AsyncExitStack() as stack:

        async def opened(client_id: str = "test", partitions: int = 4) -> PostgresEventLog:
            log = await PostgresEventLog.open(server.url, client_id=client_id, partitions=partitions)
            stack.push_async_callback(log.close)
            return log

        yield opened


@pytest_asyncio.fixture
async def database(server: EmbeddedPostgres) -> AsyncIterator[Any]:
    """A connection to look behind the log."""
    connection = await asyncpg.connect(server.url)
    yield connection
    await connection.close()


@pytest.fixture
def topic() -> str:
    """A topic nobody else uses."""
    return f"fenghuo.test.t{new_id()}.v1"


async def test_a_process_holds_at_most_five_connections(open_log: OpenLog, database: Any, topic: str) -> None:
    client = f"bounded-{new_id()}"
    log = await open_log(client)
    notebook = Notebook()
    topics = [f"{topic}.{letter}" for letter in "abc"]
    consuming = [asyncio.create_task(log.consume(group, topics, notebook)) for group in ("one", "two")]
    await asyncio.gather(*(log.append([Record(name, str(number), b"1")]) for number in range(40) for name in topics))
    await until(lambda: len(notebook.read) >= 240, 20, "120 records in each of two groups")
    assert await database.fetchval("SELECT count(*) FROM pg_stat_activity WHERE application_name = $1", client) <= 5
    for task in consuming:
        task.cancel()
    await asyncio.wait(consuming)


async def test_no_transaction_stays_open_while_a_handler_works(open_log: OpenLog, database: Any, topic: str) -> None:
    client = f"idle-{new_id()}"
    log = await open_log(client)
    entered, leave = asyncio.Event(), asyncio.Event()

    async def slow(_: StoredRecord) -> None:
        entered.set()
        await leave.wait()

    consuming = asyncio.create_task(log.consume("slow", [topic], slow))
    await log.append([Record(topic, "k", b"")])
    await asyncio.wait_for(entered.wait(), 20)
    open_transactions = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND state LIKE 'idle in%'"
    assert await database.fetchval(open_transactions, client) == 0
    leave.set()
    consuming.cancel()
    await asyncio.wait({consuming})


async def test_readers_pass_over_what_an_operator_removed(open_log: OpenLog, database: Any, topic: str) -> None:
    log = await open_log()
    await log.append(numbered(topic, 12, keys=3))
    await database.execute("DELETE FROM eventlog_record WHERE topic = $1", topic)
    notebook, tailed = Notebook(), Notebook()

    async def tail() -> None:
        async for stored in log.tail([topic], dict.fromkeys(await log.ends([topic]), 0)):
            await tailed(stored)

    reading = [asyncio.create_task(log.consume("g", [topic], notebook)), asyncio.create_task(tail())]
    await log.append(numbered(topic, 6, keys=3, start=12))
    await until(lambda: notebook.has(range(12, 18)) and tailed.has(range(12, 18)), 20, "the records after the gap")
    assert await log.lag("g", [topic]) >= 0
    for task in reading:
        task.cancel()
    await asyncio.wait(reading)


async def test_a_topic_keeps_its_number_of_partitions(open_log: OpenLog, topic: str) -> None:
    first, second = await open_log(partitions=3), await open_log(partitions=8)
    await first.append(numbered(topic, 30, keys=30))
    await second.append(numbered(topic, 30, keys=30, start=30))
    ends = await second.ends([topic])
    assert {partition for _, partition in ends} == {0, 1, 2}
    assert all(end % 2 == 0 for end in ends.values())


async def test_many_processes_may_open_an_empty_database_at_once(server: EmbeddedPostgres, database: Any) -> None:
    name = f"log_{new_id().replace('-', '')}"
    await database.execute(f"CREATE DATABASE {name}")
    url = server.url.replace("/postgres?", f"/{name}?")
    logs = await asyncio.gather(*(PostgresEventLog.open(url, client_id=f"process-{number}") for number in range(8)))
    await asyncio.gather(*(log.append([Record("fenghuo.test.v1", str(number), b"")]) for number, log in enumerate(logs)))
    assert sum((await logs[0].ends(["fenghuo.test.v1"])).values()) == 8
    for log in logs:
        await log.close()


async def test_an_absent_server_is_told(tmp_path: Any) -> None:
    with pytest.raises(LogUnavailableError):
        await PostgresEventLog.open(f"postgresql://postgres@/postgres?host={tmp_path}", client_id="nobody")


async def test_a_link_cut_by_the_server_is_made_again(open_log: OpenLog, database: Any, topic: str) -> None:
    client = f"cut-{new_id()}"
    log = await open_log(client)
    notebook = Notebook()
    consuming = asyncio.create_task(log.consume("g", [topic], notebook))
    for start in (0, 10, 20):
        await append_with_patience(log, numbered(topic, 10, keys=5, start=start))
        await until(lambda: notebook.has(range(start + 10)), 20, "ten more records")  # noqa: B023  (awaited within the turn)
        await database.fetch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", client)
    consuming.cancel()
    await asyncio.wait({consuming})


async def test_a_cancelled_reader_ends_whenever_its_link_breaks(open_log: OpenLog, database: Any, topic: str) -> None:
    """A server that dies cuts the readers' connections while the members cancel them: in whichever turn of the loop, the cancellation must not be lost."""
    log = await open_log()
    await log.append(numbered(topic, 1, keys=1))
    for turns in range(8):
        async with database.transaction():
            await database.execute("LOCK TABLE eventlog_record IN ACCESS EXCLUSIVE MODE")
            reading = asyncio.create_task(anext(log.tail([topic], dict.fromkeys(await log.ends([topic]), 0))))
            await until(lambda: any(holder._in_use for holder in log._pool._holders), 5, "the statement waits")  # noqa: SLF001
            await asyncio.sleep(0.05)
            (busy,) = [holder for holder in log._pool._holders if holder._in_use]  # noqa: SLF001
            link = busy._con  # noqa: SLF001
            reading.cancel()
            for _ in range(turns):
                await asyncio.sleep(0)
            link.terminate()
            done, _ = await asyncio.wait({reading}, timeout=5)
            assert done, f"cut {turns} turns after the cancellation, the reader goes on"
            assert reading.cancelled()


async def test_a_handler_that_takes_its_cancellation_for_a_fault_does_not_stop_its_group(open_log: OpenLog, database: Any, topic: str) -> None:
    """What a handler stands on may turn a cancellation into an error of its own; the member must come back after a cut all the same."""
    client = f"stubborn-{new_id()}"
    log = await open_log(client)
    notebook = Notebook()
    entered = asyncio.Event()

    async def stubborn(stored: StoredRecord) -> None:
        if not entered.is_set():
            entered.set()
            try:
                await asyncio.sleep(30)
            except asyncio.CancelledError:
                raise ConnectionResetError("the connection is gone") from None
        await notebook(stored)

    consuming = asyncio.create_task(log.consume("g", [topic], stubborn))
    await append_with_patience(log, numbered(topic, 10, keys=5))
    await asyncio.wait_for(entered.wait(), 20)
    await database.fetch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", client)
    await append_with_patience(log, numbered(topic, 10, keys=5, start=10))
    await until(lambda: notebook.has(range(20)), 20, "all records after the cut")
    consuming.cancel()
    await asyncio.wait({consuming})
