"""A member of a consumer group on the embedded event log: claims its fair share of partitions and applies their records.

Claims are session-level advisory locks on the process's one link: no transaction stays open while a handler works, and a
process that dies gives up its partitions at once. Every member also holds one shared lock per topic; counting those locks
tells each member how many it shares with, so nobody needs a coordinator or heartbeats.
"""

import asyncio
import contextlib
import hashlib
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any
from zlib import crc32

import structlog

from chassis.eventlog import postgres_tables as sql
from chassis.eventlog.delivery import Delivery, end
from chassis.eventlog.postgres_session import POLL_S, UNAVAILABLE, Link, Partition, Session
from chassis.eventlog.record import MOST_AT_ONCE, StoredRecord

_STORE_EVERY_S = 0.05

Query = Callable[..., Awaitable[list[Any]]]
Read = Callable[[Partition, int], Awaitable[list[StoredRecord]]]

_log = structlog.get_logger(__name__)


class Reader:
    """The group's place in one partition, and the loop that moves it on."""

    def __init__(self, group: str, partition: Partition, session: Session, query: Query, read: Read, delivery: Delivery) -> None:
        self._key = (group, *partition)
        self._partition = partition
        self._session = session
        self._query = query
        self._read = read
        self._delivery = delivery
        self._stored = self._next = -1
        self._stored_at = 0.0
        self._leaving = False

    def leave(self) -> None:
        """End after the record in hand."""
        self._leaving = True
        self._session.wake(self._partition)

    async def run(self) -> None:
        """Apply records in order until told to leave, or until the stored offset shows that another member has the partition."""
        try:
            while not self._leaving:
                try:
                    await self._step()
                except UNAVAILABLE as cause:
                    _log.warning("eventlog_reader_retries", partition=self._partition, cause=repr(cause))
                    await asyncio.sleep(POLL_S / 4)
        finally:
            with contextlib.suppress(*UNAVAILABLE):
                await self._store()

    async def _step(self) -> None:
        if self._next < 0:
            rows = await self._query(sql.OFFSET, *self._key)
            self._stored = self._next = rows[0]["next"]
        end = self._session.end(self._partition)
        records = await self._read(self._partition, self._next)
        done = 0
        while done < len(records):
            done += await self._delivery.next(records[done : done + MOST_AT_ONCE])
            self._next = records[done - 1].position.offset + 1
            if time.monotonic() - self._stored_at >= _STORE_EVERY_S:
                await self._store()
            if self._leaving:
                return
        if not records:
            self._next = max(self._next, end)  # an operator removed what stood between
        await self._store()
        if not self._leaving:
            await self._session.beyond({self._partition: self._next})

    async def _store(self) -> None:
        if self._next > self._stored:
            moved = await self._query(sql.STORE_OFFSET, *self._key, self._stored, self._next)
            self._stored_at = time.monotonic()
            if not moved:
                _log.warning("eventlog_partition_taken", partition=self._partition)
                self._leaving = True
            self._stored = self._next


class Member:
    """One `consume` call: keeps its share of the partitions busy while a link is up, and starts anew on the next link."""

    def __init__(self, group: str, partitions: Collection[Partition], session: Session, start: Callable[[Partition], Reader]) -> None:
        self._partition_of = {_lock_key(group, *partition): partition for partition in partitions}
        self._joining = {_lock_key(group, topic, -1): topic for topic, _ in partitions}
        self._session = session
        self._start = start
        self._readers: dict[int, Reader] = {}
        self._tasks: dict[asyncio.Task[None], int] = {}

    async def run(self) -> None:
        """Consume until cancelled."""
        with self._session.watching(sorted(set(self._joining.values()))):
            while True:
                link = await self._session.link()
                try:
                    await self._serve(link)
                except UNAVAILABLE as cause:
                    _log.warning("eventlog_member_restarts", cause=repr(cause))
                finally:
                    await self._stop(link)
                await asyncio.sleep(POLL_S / 10)

    async def _serve(self, link: Link) -> None:
        await link.fetch(sql.JOIN_GROUP, list(self._joining))
        lost = asyncio.create_task(_until(link.lost))
        try:
            while not link.lost.is_set():
                await self._balance(link)
                done, _ = await asyncio.wait({lost, *self._tasks}, timeout=POLL_S, return_when=asyncio.FIRST_COMPLETED)
                await self._reap(link, done - {lost})
        finally:
            lost.cancel()

    async def _balance(self, link: Link) -> None:
        """Claim free partitions up to a fair share of each topic, and leave those above it."""
        rows = await link.fetch(sql.CLAIMS, [*self._joining, *self._partition_of])
        taken = {row["key"] for row in rows} | link.claimed
        wanted: list[int] = []
        for joined, topic in self._joining.items():
            members = sorted({row["pid"] for row in rows if row["key"] == joined} | {link.pid})
            keys = [key for key, partition in self._partition_of.items() if partition[0] == topic]
            share = _share(len(keys), members.index(link.pid), len(members), topic)
            mine = [key for key in keys if key in self._readers]
            for key in mine[share:]:
                self._readers[key].leave()
            wanted += [key for key in keys if key not in taken][: max(0, share - len(mine))]
        if wanted:
            for row in await link.fetch(sql.CLAIM, wanted):
                self._begin(link, row["key"])

    def _begin(self, link: Link, key: int) -> None:
        link.claimed.add(key)
        reader = self._readers[key] = self._start(self._partition_of[key])
        self._tasks[asyncio.create_task(reader.run(), name=f"eventlog-{self._partition_of[key]}")] = key

    async def _reap(self, link: Link, done: Collection[asyncio.Task[None]]) -> None:
        keys = [self._tasks[task] for task in done]
        for task in done:
            key = self._tasks.pop(task)
            del self._readers[key]
            link.claimed.discard(key)
        if keys:
            await link.fetch(sql.RELEASE, keys)
        for task in done:
            task.result()

    async def _stop(self, link: Link) -> None:
        """Cancel the readers, wait until they have stored their places, then give the claims up."""
        await end(self._tasks)
        keys = list(self._readers)
        self._tasks.clear()
        self._readers.clear()
        link.claimed.difference_update(keys)
        if not link.lost.is_set():
            with contextlib.suppress(*UNAVAILABLE):
                await link.fetch(sql.RELEASE, keys)
                await link.fetch(sql.LEAVE_GROUP, list(self._joining))


def _share(partitions: int, rank: int, members: int, topic: str) -> int:
    """How many partitions of a topic the member of this rank takes; who gets the odd ones differs by topic."""
    whole, odd = divmod(partitions, members)
    return whole + ((rank + crc32(topic.encode())) % members < odd)


async def _until(event: asyncio.Event) -> None:
    await event.wait()


def _lock_key(*parts: str | int) -> int:
    digest = hashlib.blake2b("\0".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def partitions_of(rows: Sequence[Any]) -> dict[Partition, int]:
    """(topic, partition) -> next offset, from rows of `ENDS`."""
    return {(row["topic"], row["partition"]): row["next"] for row in rows}
