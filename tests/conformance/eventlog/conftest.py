"""A real server per session, fresh topics per test, and logs that are closed at the end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Protocol

import pytest
import pytest_asyncio

from chassis.eventlog import EventLog, Handler, open_event_log
from chassis.eventlog.record import Several
from chassis.ids import new_id
from deploy.local.profile import Profile
from deploy.local.servers import EmbeddedPostgres, Kafka, Server

OpenLog = Callable[[], Awaitable[EventLog]]


class Consume(Protocol):
    """Starts a consumer."""

    def __call__(self, log: EventLog, group: str, topics: Sequence[str], handler: Handler, several: Several | None = None) -> "asyncio.Task[None]": ...


@pytest.fixture(scope="session")
def server(backend: Profile, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server behind the log."""
    kind = {"embedded": EmbeddedPostgres, "stack": Kafka}[backend]
    with kind(tmp_path_factory.mktemp("eventlog")) as started:
        yield started


@pytest.fixture
def topic() -> str:
    """A topic nobody else uses."""
    return f"fenghuo.test.t{new_id()}.v1"


@pytest.fixture
def group() -> str:
    """A group nobody else uses."""
    return f"group-{new_id()}"


@pytest_asyncio.fixture
async def open_log(server: Server) -> AsyncIterator[OpenLog]:
    """Opens logs as separate processes would, and closes them."""
    async with contextlib.AsyncExitStack() as stack:

        async def opened() -> EventLog:
            log = await open_event_log(server.url, client_id="conformance")
            stack.push_async_callback(log.close)
            return log

        yield opened


@pytest_asyncio.fixture
async def log(open_log: OpenLog) -> EventLog:
    """One log."""
    return await open_log()


@pytest_asyncio.fixture
async def consume(open_log: OpenLog) -> AsyncIterator[Consume]:
    """Starts consumers; they are cancelled before their logs close. A consumer that failed fails the test."""
    tasks: list[asyncio.Task[None]] = []

    def start(log: EventLog, group: str, topics: Sequence[str], handler: Handler, several: Several | None = None) -> "asyncio.Task[None]":
        tasks.append(asyncio.create_task(log.consume(group, topics, handler, several)))
        return tasks[-1]

    yield start
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        assert isinstance(outcome, asyncio.CancelledError), f"a consumer ended by itself: {outcome!r}"
