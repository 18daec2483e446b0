"""The embedded event log: append-only tables in PostgreSQL, ordered per key, woken by NOTIFY."""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from functools import partial
from typing import Any
from zlib import crc32

import asyncpg
import structlog

from chassis.eventlog import postgres_tables as sql
from chassis.eventlog.delivery import Delivery, backoff, deliver
from chassis.eventlog.postgres_group import Member, Reader, partitions_of
from chassis.eventlog.postgres_session import CHANNEL, UNAVAILABLE, Partition, Session
from chassis.eventlog.record import Handler, LogUnavailableError, Position, Record, Several, StoredRecord, check

PARTITIONS = 4
_POOL_SIZE = 4
_BATCH_RECORDS = 200
_BATCH_BYTES = 1_000_000
_CONNECT_S = 5.0
_ANSWER_S = 10.0
_NOTICE_PARTITIONS = 30  # a NOTIFY carries less than 8000 bytes

# A peer that vanished without a word is noticed within about 15 s, and its claims fall; on Unix sockets these have no meaning.
_SERVER_SETTINGS = {
    "jit": "off",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "2",
    "tcp_user_timeout": "15000",
}

_log = structlog.get_logger(__name__)


async def _keep_as_is(_connection: object) -> None:
    """No statement here changes a pooled connection, so that giving it back costs no round trip."""


class PostgresEventLog:
    """EventLog over at most five connections: a pool of four for statements and one link that listens and holds claims."""

    def __init__(self, url: str, *, client_id: str, partitions: int = PARTITIONS) -> None:
        settings = {**_SERVER_SETTINGS, "application_name": client_id}
        connect = partial(asyncpg.connect, url, timeout=_CONNECT_S, server_settings=settings)
        self._pool: Any = asyncpg.create_pool(
            url, min_size=0, max_size=_POOL_SIZE, timeout=_CONNECT_S, command_timeout=_ANSWER_S, server_settings=settings, reset=_keep_as_is
        )
        self._session = Session(connect)
        self._new_partitions = partitions
        self._partition_count: dict[str, int] = {}
        self._notices: dict[Partition, int] = {}
        self._notifying: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, url: str, *, client_id: str, partitions: int = PARTITIONS) -> "PostgresEventLog":
        """Connect and create the tables when they are missing. Raises LogUnavailableError."""
        log = cls(url, client_id=client_id, partitions=partitions)
        try:
            await log._create_tables()
        except UNAVAILABLE as cause:
            await log.close()
            raise LogUnavailableError(f"event log: {cause}") from cause
        return log

    async def append(self, records: Sequence[Record]) -> None:
        """See EventLog. One statement, one commit, for the whole batch."""
        check(records)
        if not records:
            return
        try:
            await self._create_topics({record.topic for record in records})
            rows = await self._query(sql.APPEND, *self._columns(records))
        except UNAVAILABLE as cause:
            raise LogUnavailableError(f"event log: {cause}") from cause
        self._announce(partitions_of(rows))

    async def consume(self, group: str, topics: Sequence[str], handler: Handler, several: Several | None = None) -> None:
        """See EventLog."""
        partitions = await self._open_offsets(group, topics)
        one = partial(deliver, self, group, handler=handler)

        def start(partition: Partition) -> Reader:
            return Reader(group, partition, self._session, self._query, self._read, Delivery(one, several))

        await Member(group, partitions, self._session, start).run()

    async def tail(self, topics: Sequence[str], start: Mapping[Partition, int] | None = None) -> AsyncGenerator[StoredRecord, None]:
        """See EventLog."""
        delays = backoff()
        places: dict[Partition, int] = {}
        due: Collection[Partition] = ()
        with self._session.watching(topics):
            while True:
                try:
                    if not places:
                        places = {**await self.ends(topics), **(start or {})}
                        due = list(places)
                    for partition in due:
                        end = self._session.end(partition)
                        while records := await self._read(partition, places[partition]):
                            for record in records:
                                yield record
                                places[partition] = record.position.offset + 1
                        places[partition] = max(places[partition], end)  # an operator removed what stood between
                    await self._session.beyond(places)
                    due = [partition for partition, place in places.items() if self._session.end(partition) > place]
                    delays = backoff()
                except UNAVAILABLE as cause:
                    _log.warning("eventlog_tail_retries", topics=topics, cause=repr(cause))
                    await asyncio.sleep(next(delays))

    async def ends(self, topics: Sequence[str]) -> dict[Partition, int]:
        """See EventLog."""
        try:
            await self._create_topics(set(topics))
            return partitions_of(await self._query(sql.ENDS, list(topics)))
        except UNAVAILABLE as cause:
            raise LogUnavailableError(f"event log: {cause}") from cause

    async def lag(self, group: str, topics: Sequence[str]) -> int:
        """See EventLog."""
        try:
            rows = await self._query(sql.LAG, group, list(topics))
        except UNAVAILABLE as cause:
            raise LogUnavailableError(f"event log: {cause}") from cause
        return int(rows[0][0])

    async def close(self) -> None:
        """See EventLog."""
        if self._notifying is not None:
            await asyncio.gather(self._notifying, return_exceptions=True)
        await self._session.close()
        try:
            await asyncio.wait_for(self._pool.close(), _CONNECT_S)
        except UNAVAILABLE:
            self._pool.terminate()

    async def _query(self, statement: str, *arguments: object) -> list[Any]:
        pool = await self._pool
        connection = await pool.acquire(timeout=_CONNECT_S)
        try:
            rows: list[Any] = await connection.fetch(statement, *arguments)
        finally:
            with contextlib.suppress(*UNAVAILABLE):  # a link that breaks while it is given back must not stand for the answer, nor for a cancellation
                await pool.release(connection)
        return rows

    async def _read(self, partition: Partition, offset: int) -> list[StoredRecord]:
        rows = await self._query(sql.READ, *partition, offset, _BATCH_RECORDS, _BATCH_BYTES)
        return [StoredRecord(Position(*partition, row["offset"]), Record(partition[0], row["key"], row["value"], json.loads(row["headers"]))) for row in rows]

    async def _open_offsets(self, group: str, topics: Sequence[str]) -> Collection[Partition]:
        for delay in backoff():
            try:
                partitions = await self.ends(topics)
                await self._query(sql.OPEN_OFFSETS, group, list(topics))
            except UNAVAILABLE as cause:
                _log.warning("eventlog_join_retried", group=group, cause=repr(cause))
                await asyncio.sleep(delay)
            else:
                return partitions
        raise AssertionError  # backoff never ends

    async def _create_tables(self) -> None:
        pool = await self._pool
        async with pool.acquire(timeout=_CONNECT_S) as connection:
            if not await connection.fetchval("SELECT to_regclass('eventlog_group') IS NOT NULL"):
                async with connection.transaction():
                    await connection.execute("SELECT pg_advisory_xact_lock($1)", sql.SCHEMA_LOCK)
                    await connection.execute(sql.TABLES)

    async def _create_topics(self, topics: Collection[str]) -> None:
        """Learn how many partitions the topics have; those that are new get this log's number, for good."""
        unknown = [topic for topic in topics if topic not in self._partition_count]
        if unknown:
            await self._query(sql.CREATE_TOPICS, unknown, self._new_partitions)
            self._partition_count.update(Counter(row["topic"] for row in await self._query(sql.ENDS, unknown)))

    def _columns(self, records: Sequence[Record]) -> list[list[Any]]:
        """The arguments of APPEND: the heads to move, sorted, with how far; the records, each with its distance from the new end."""
        placed = [(record.topic, crc32(record.key.encode()) % self._partition_count[record.topic]) for record in records]
        left = Counter(placed)
        heads = [(*partition, count) for partition, count in sorted(left.items())]
        rows: list[tuple[Any, ...]] = []
        for record, partition in zip(records, placed, strict=True):
            rows.append((*partition, left[partition], record.key, record.value, json.dumps(dict(record.headers))))
            left[partition] -= 1
        return [*map(list, zip(*heads, strict=True)), *map(list, zip(*rows, strict=True))]

    def _announce(self, ends: Mapping[Partition, int]) -> None:
        """Wake the consumers after the commit. NOTIFY inside it would make all commits of the server wait for one another."""
        for partition, end in ends.items():
            self._notices[partition] = max(end, self._notices.get(partition, 0))
        if self._notifying is None or self._notifying.done():
            self._notifying = asyncio.create_task(self._notify(), name="eventlog-notify")

    async def _notify(self) -> None:
        while self._notices:
            notices, self._notices = self._notices, {}
            items = [(*partition, end) for partition, end in notices.items()]
            try:
                for first in range(0, len(items), _NOTICE_PARTITIONS):
                    await self._query(sql.NOTIFY, CHANNEL, json.dumps(items[first : first + _NOTICE_PARTITIONS]))
            except UNAVAILABLE as cause:
                _log.warning("eventlog_notice_lost", cause=repr(cause))  # consumers poll each second besides
