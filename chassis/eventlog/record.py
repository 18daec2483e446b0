"""What travels on the event log, and the interface its two implementations keep (pure)."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


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


class PoisonError(Exception):
    """A handler raises this for a record that no retry can mend; the record goes to `<topic>.dead` with the reason."""


Handler = Callable[[StoredRecord], Awaitable[None]]
"""Applies one record. Returning means its effect is committed; raising PoisonError dead-letters it; any other exception is retried with backoff."""


class EventLog(Protocol):
    """An append-only log of topics, each split into partitions by key. Both implementations pass tests/conformance/eventlog."""

    async def append(self, records: Sequence[Record]) -> None:
        """Store the records durably, in order per key. On return every record is stored; on an exception any prefix may be (callers retry, consumers dedupe)."""

    async def consume(self, group: str, topics: Sequence[str], handler: Handler) -> None:
        """Feed every record to `handler`, at least once, in order per partition, one call at a time per partition, until cancelled. The group's offset is stored after the handler returned.

        Several processes may consume as one group: a partition has one consumer at a time, and another takes over when its process dies. A new group starts at offset 0.
        Survives the restart of the broker: it reconnects, with backoff, for as long as it takes.
        """

    def tail(self, topics: Sequence[str], start: Mapping[tuple[str, int], int] | None = None) -> AsyncIterator[StoredRecord]:
        """Every record from `start` ((topic, partition) -> next offset; partitions not named start at the end as of now), for ever, without a group. Reconnects."""

    async def ends(self, topics: Sequence[str]) -> dict[tuple[str, int], int]:
        """The next offset of every partition of the topics."""

    async def lag(self, group: str, topics: Sequence[str]) -> int:
        """Number of stored records that the group has not yet applied."""

    async def close(self) -> None:
        """Release connections and threads."""
