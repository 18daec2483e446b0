"""The one long-lived connection a process keeps to the embedded event log: it hears of new records and holds the claims on partitions."""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

import asyncpg
import structlog

from chassis.eventlog import postgres_tables as sql
from chassis.eventlog.delivery import backoff

CHANNEL = "eventlog"
POLL_S = 1.0
_ANSWER_S = 5.0

UNAVAILABLE = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
)
"""What asyncpg raises when the server is away, starting, stopping or short of something: worth another try."""

Partition = tuple[str, int]

_log = structlog.get_logger(__name__)


class Link:
    """One life of the connection. Claims (advisory locks) made through it end with it, also when the process is killed."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._turn = asyncio.Lock()
        self.claimed: set[int] = set()
        self.lost = asyncio.Event()
        self.pid: int = connection.get_server_pid()

    async def fetch(self, statement: str, *arguments: object) -> list[Any]:
        """Run one statement; when it fails or is cancelled, the link ends, since a claim may have been lost or made unseen."""
        async with self._turn:
            try:
                rows: list[Any] = await self._connection.fetch(statement, *arguments, timeout=_ANSWER_S)
            except (*UNAVAILABLE, asyncio.CancelledError):
                self.lost.set()
                raise
        return rows

    async def close(self) -> None:
        """End the link and with it every claim."""
        self.lost.set()
        try:
            with contextlib.suppress(*UNAVAILABLE):
                await self._connection.close(timeout=1)
        finally:
            self._connection.terminate()


class Session:
    """Keeps a link up, knows the end of every watched partition, and wakes those who wait for a record: by NOTIFY, or by a poll each second."""

    def __init__(self, connect: Callable[[], Awaitable[Any]]) -> None:
        self._connect = connect
        self._watched: Counter[str] = Counter()
        self._ends: dict[Partition, int] = {}
        self._waiters: dict[Partition, set[asyncio.Future[None]]] = {}
        self._link: asyncio.Future[Link] | None = None
        self._task: asyncio.Task[None] | None = None

    async def link(self) -> Link:
        """The live link; waits, for as long as it takes, until there is one."""
        if self._task is None:
            self._link = asyncio.get_running_loop().create_future()
            self._task = asyncio.create_task(self._keep(), name="eventlog-session")
        assert self._link is not None  # noqa: S101  (set with the task)
        return await asyncio.shield(self._link)

    @contextlib.contextmanager
    def watching(self, topics: Sequence[str]) -> Iterator[None]:
        """While inside, the ends of these topics are polled."""
        self._watched.update(topics)
        try:
            yield
        finally:
            self._watched.subtract(topics)
            self._watched += Counter()

    def end(self, partition: Partition) -> int:
        """The end of a partition as last heard; 0 when nothing was heard yet."""
        return self._ends.get(partition, 0)

    async def beyond(self, positions: Mapping[Partition, int]) -> None:
        """Return when a partition reaches past its position, or when `wake` is called for one."""
        if any(self.end(partition) > offset for partition, offset in positions.items()):
            return
        await self.link()
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        for partition in positions:
            self._waiters.setdefault(partition, set()).add(woken)
        try:
            if not any(self.end(partition) > offset for partition, offset in positions.items()):
                await woken
        finally:
            for partition in positions:
                self._waiters[partition].discard(woken)

    def wake(self, partition: Partition) -> None:
        """Let those who wait for this partition look again."""
        for woken in self._waiters.get(partition, ()):
            if not woken.done():
                woken.set_result(None)

    async def close(self) -> None:
        """End the link for good."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _keep(self) -> None:
        delays = backoff()
        while True:
            try:
                link = await self._open()
                delays = backoff()
                try:
                    await self._poll(link)
                finally:
                    self._link = asyncio.get_running_loop().create_future()
                    await link.close()
            except UNAVAILABLE as cause:
                _log.warning("eventlog_link_lost", cause=repr(cause))
            except Exception as cause:  # noqa: BLE001  (handed on to all who wait)
                _log.exception("eventlog_link_failed")
                self._fail(cause)
                return
            await asyncio.sleep(next(delays))

    def _fail(self, cause: Exception) -> None:
        """No retry helps (no such database, no right to it): everybody who needs the link gets the cause."""
        self._link = asyncio.get_running_loop().create_future()
        self._link.set_exception(cause)

    async def _open(self) -> Link:
        connection = await self._connect()
        link = Link(connection)
        connection.add_termination_listener(lambda _: link.lost.set())
        try:
            await connection.add_listener(CHANNEL, self._heard)
        except BaseException:
            connection.terminate()
            raise
        assert self._link is not None  # noqa: S101  (set before the task starts and after each loss)
        self._link.set_result(link)
        return link

    async def _poll(self, link: Link) -> None:
        while not link.lost.is_set():
            for row in await link.fetch(sql.ENDS, list(self._watched)):
                self._reach((row["topic"], row["partition"]), row["next"])
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await link.lost.wait()
        raise ConnectionResetError("the link to the event log is down")

    def _heard(self, _connection: object, _pid: int, _channel: str, payload: str) -> None:
        for topic, partition, end in json.loads(payload):
            self._reach((topic, partition), end)

    def _reach(self, partition: Partition, end: int) -> None:
        if partition[0] in self._watched and end > self.end(partition):
            self._ends[partition] = end
            self.wake(partition)
