"""What travels on the event log, and the interface its two implementations keep (pure)."""

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

MAX_RECORD_BYTES = 1_000_000
"""Largest record, key, value and headers together; what Kafka takes by default, kept by both implementations."""

_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,200}")


@dataclass(frozen=True, slots=True)
class Record:
    """One event on its way to the log. Records of one topic with one key keep the order they were appended in."""

    topic: str
    key: str
    value: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where a stored record stands: its offset counts up from 0, without gaps in reading order, in one partition of one topic."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as the log gives it back."""

    position: Position
    record: Record


class LogUnavailableError(ConnectionError):
    """The log cannot be reached now; nothing, or a prefix, was stored. The caller retries."""


class PoisonError(Exception):
    """A handler raises this for a record that no retry can mend; the record goes to `<topic>.dead` with the reason."""


Handler = Callable[[StoredRecord], Awaitable[None]]
"""Applies one record. Returning means its effect is committed; raising PoisonError dead-letters it; any other exception is retried with backoff."""

Several = Callable[[Sequence[StoredRecord]], Awaitable[None]]
"""Applies consecutive records of one partition at once. Returning means all effects are committed; raising, that none is: they are then applied one by one."""

MOST_AT_ONCE = 64


def check(records: Sequence[Record]) -> None:
    """ValueError when a record could not be stored by every implementation: a bad topic name, a NUL in a text, or too many bytes."""
    for record in records:
        if not _TOPIC.fullmatch(record.topic):
            raise ValueError(f"not a topic name: {record.topic!r}")
        texts = (record.key, *record.headers, *record.headers.values())
        if any("\0" in text for text in texts):
            raise ValueError(f"NUL in the key or headers of a record of {record.topic}")
        size = len(record.value) + sum(len(text.encode()) for text in texts)
        if size > MAX_RECORD_BYTES:
            raise ValueError(f"a record of {record.topic} has {size} bytes, more than {MAX_RECORD_BYTES}")


class EventLog(Protocol):
    """An append-only log of topics, each split into partitions by key. Both implementations pass tests/conformance/eventlog."""

    async def append(self, records: Sequence[Record]) -> None:
        """Store the records durably, in order per key. On return every record is stored; on an exception any part may be (callers retry, consumers dedupe).

        Raises LogUnavailableError when the log cannot be reached, ValueError when a record breaks `check`.
        """

    async def consume(self, group: str, topics: Sequence[str], handler: Handler, several: Several | None = None) -> None:
        """Feed every record to `handler`, at least once, in order per partition, one call at a time per partition, until cancelled.

        Where more than one record of a partition waits, up to MOST_AT_ONCE of them go to `several` first, if there is one.

        The group's offset is stored after the handler returned. Several processes may consume as one group: a partition has
        one consumer at a time, and another takes over when its process dies. A new group starts at the oldest stored record.
        Survives the restart of the broker: it reconnects, with backoff, for as long as it takes.
        """

    def tail(self, topics: Sequence[str], start: Mapping[tuple[str, int], int] | None = None) -> AsyncGenerator[StoredRecord, None]:
        """Every record from `start` ((topic, partition) -> next offset), for ever, without a group. Reconnects.

        Partitions not named start at their end at the first step of the iteration. Close the iterator (`aclosing`) when done with it.
        """

    async def ends(self, topics: Sequence[str]) -> dict[tuple[str, int], int]:
        """The next offset of every partition of the topics."""

    async def lag(self, group: str, topics: Sequence[str]) -> int:
        """Number of stored records that the group has not yet applied."""

    async def close(self) -> None:
        """Release connections and threads."""
