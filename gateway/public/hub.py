"""The live stream: one reader of the event log per process, many listeners, each of which can resume exactly where it stopped, also on another process."""

import asyncio
import base64
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

from chassis.errors import DomainError, Kind
from chassis.eventlog import EventLog
from chassis.eventlog.record import Position, StoredRecord
from chassis.logs import logger

log = logger(__name__)
Offsets = dict[tuple[str, int], int]
CURSOR = "1."
QUEUE = 2000
LISTENERS, PER_CALLER = 500, 10
"""Clients at once, and of one caller: somebody with many windows keeps nobody else out."""


class SlowListenerError(Exception):
    """The listener's queue ran over; it is cut off and resumes from its last id."""


class Cursor:
    """The next offset that a client wants of every partition; `text` says the same as an opaque event id."""

    def __init__(self, offsets: Offsets) -> None:
        self._offsets = dict(offsets)
        self._parts = {place: _part(place, offset) for place, offset in offsets.items() if offset}

    def __getitem__(self, place: tuple[str, int]) -> int:
        """Of one partition."""
        return self._offsets.get(place, 0)

    def take(self, position: Position) -> bool:
        """Move past a record; False when it was passed before."""
        place = (position.topic, position.partition)
        if position.offset < self[place]:
            return False
        self._offsets[place] = position.offset + 1
        self._parts[place] = _part(place, position.offset + 1)
        return True

    @property
    def text(self) -> str:
        """The event id: its parts are kept, since between two records one of some hundreds changes."""
        return CURSOR + base64.urlsafe_b64encode(b"".join(self._parts.values())).decode().rstrip("=")


@dataclass(slots=True, eq=False)
class Listener:
    """One client: its queue, and what it wants next."""

    wanted: Cursor
    queue: asyncio.Queue[StoredRecord] = field(default_factory=lambda: asyncio.Queue(QUEUE))
    overrun: bool = False


class Hub:
    """Fans the log out to listeners. `position` is what the shared reader has passed on so far."""

    def __init__(self, eventlog: EventLog, topics: Sequence[str]) -> None:
        self._log = eventlog
        self.topics = sorted(topics)
        self.position: Offsets = {}
        self._listeners: set[Listener] = set()
        self._places: Counter[str] = Counter()
        self.ready = asyncio.Event()

    @property
    def listening(self) -> int:
        """Clients connected now."""
        return self._places.total()

    @contextmanager
    def place(self, caller: str) -> Iterator[None]:
        """A place on the stream while the context lasts; EXHAUSTED when the caller holds too many, or all are taken."""
        if self._places[caller] >= PER_CALLER:
            raise DomainError(Kind.EXHAUSTED, "STREAMS_OF_CALLER", retry_after_s=5, limit=PER_CALLER)
        if self.listening >= LISTENERS:
            raise DomainError(Kind.EXHAUSTED, "STREAM_FULL", retry_after_s=5)
        self._places[caller] += 1
        try:
            yield
        finally:
            self._places[caller] -= 1
            if not self._places[caller]:
                del self._places[caller]

    async def run(self) -> None:
        """Read the log until cancelled; after a failure read on from where it stopped."""
        while True:
            try:
                if not self.ready.is_set():
                    self.position = await self._log.ends(self.topics)
                    self.ready.set()
                async for stored in self._log.tail(self.topics, self.position):
                    self._pass_on(stored)
            except Exception as error:  # noqa: BLE001 - the log may be restarting
                log.warning("live stream interrupted, will try again", error=repr(error))
                await asyncio.sleep(0.5)

    def _pass_on(self, stored: StoredRecord) -> None:
        place = stored.position
        self.position[place.topic, place.partition] = place.offset + 1
        for listener in self._listeners:
            try:
                listener.queue.put_nowait(stored)
            except asyncio.QueueFull:
                listener.overrun = True

    async def beyond(self, offsets: Offsets) -> bool:
        """Whether offsets point past the log's end: they are of another log, and who waited there would hear nothing, for ever."""
        await self.ready.wait()
        further = {place: offset for place, offset in offsets.items() if offset > self.position.get(place, 0)}
        if not further:
            return False
        ends = await self._log.ends(sorted({topic for topic, _ in further}))  # another process may have told more than this one has read
        return any(offset > ends.get(place, 0) for place, offset in further.items())

    async def listen(self, start: Offsets) -> AsyncIterator[tuple[StoredRecord, Cursor]]:
        """Every record from `start` on, once each, with the cursor to resume from after it."""
        await self.ready.wait()
        listener = Listener(Cursor(start))
        self._listeners.add(listener)
        joined = dict(self.position)
        try:
            async for stored in self._missed(listener, joined):
                yield stored, listener.wanted
            while True:
                if listener.overrun:
                    raise SlowListenerError
                stored = await listener.queue.get()
                if listener.wanted.take(stored.position):
                    yield stored, listener.wanted
        finally:
            self._listeners.discard(listener)

    async def _missed(self, listener: Listener, joined: Offsets) -> AsyncIterator[StoredRecord]:
        """Records between the listener's offsets and where the shared reader stood when it joined."""
        behind = {key for key, end in joined.items() if listener.wanted[key] < end}
        if not behind:
            return
        topics = sorted({topic for topic, _ in behind})
        start = {key: listener.wanted[key] if key in behind else end for key, end in joined.items() if key[0] in topics}
        reader = self._log.tail(topics, start)
        try:
            async for stored in reader:
                key = (stored.position.topic, stored.position.partition)
                if key in behind and stored.position.offset < joined[key] and listener.wanted.take(stored.position):
                    yield stored
                behind -= {key} if stored.position.offset + 1 >= joined.get(key, 0) else set()
                if not behind:
                    return
        finally:
            close = getattr(reader, "aclose", None)
            if close is not None:
                await close()


@cache
def _place(topic: str, partition: int) -> bytes:
    return zlib.crc32(topic.encode()).to_bytes(4, "big") + partition.to_bytes(1, "big")


def _part(place: tuple[str, int], offset: int) -> bytes:
    return _place(*place) + offset.to_bytes(6, "big")


def decode_cursor(text: str, topics: Sequence[str]) -> Offsets | None:
    """The offsets in an event id; None when it is not one of ours. Partitions it does not name were empty then."""
    if not text.startswith(CURSOR):
        return None
    text = text.removeprefix(CURSOR)
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
    except ValueError:
        return None
    if len(raw) % 11:
        return None
    names = {zlib.crc32(topic.encode()): topic for topic in topics}
    parts = [raw[start : start + 11] for start in range(0, len(raw), 11)]
    known = [(names.get(int.from_bytes(part[:4], "big")), part[4], int.from_bytes(part[5:], "big")) for part in parts]
    if not all(topic for topic, _, _ in known):
        return None
    return {(topic, partition): offset for topic, partition, offset in known if topic}
