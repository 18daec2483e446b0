"""What group members and tails on Kafka have in common: how they fetch, and how one partition is read in order."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

import structlog

from chassis.eventlog.delivery import Delivery, end
from chassis.eventlog.record import MOST_AT_ONCE, Position, Record, StoredRecord

_PENDING_RECORDS = 200
_PENDING_BYTES = 1_000_000

CONSUMER_SETTINGS: dict[str, Any] = {
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
    "allow_auto_create_topics": False,
    "fetch_min_bytes": 1,
    "fetch_max_wait_ms": 250,
    # What one fetch brings is bounded by bytes (a larger record comes alone). A poll must hand over all of it: kafka-python 3.0 never
    # returns to a partition that is paused while part of its fetched records is still inside the client.
    "fetch_max_bytes": 2_000_000,
    "max_partition_fetch_bytes": 250_000,
    "max_poll_records": 2**31 - 1,
    "metrics_enabled": False,
}
"""What group members and tails share: bounded memory, and an answer as soon as there is one record."""

_log = structlog.get_logger(__name__)

StartDelivery = Callable[[], Delivery]


def stored(message: Any) -> StoredRecord:
    """A Kafka message as the log gives it back."""
    headers = {name: text.decode(errors="replace") for name, text in message.headers}
    record = Record(message.topic, (message.key or b"").decode(errors="replace"), message.value or b"", headers)
    return StoredRecord(Position(message.topic, message.partition, message.offset), record)


def farewell(consumer: Any, timeout_ms: int) -> None:
    """Close a consumer. When the broker does not hear it, it drops the member as its session ends; nothing else depends on it."""
    try:
        consumer.close(timeout_ms=timeout_ms)
    except Exception as cause:  # noqa: BLE001  (the client's own faults included)
        _log.info("eventlog_consumer_not_closed", cause=repr(cause))


class Reader:
    """One partition while this member owns it: records wait here, in order, and are applied by one task of the event loop.

    Counters have one writer each: the polling thread `taken…`, the event loop `applied…`.
    """

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._waiting: deque[StoredRecord] = deque()
        self._filled = asyncio.Event()
        self._leaving = False
        self._task: asyncio.Task[None] | None = None
        self.taken_records = self.taken_bytes = self.applied_records = self.applied_bytes = 0
        self.next: int | None = None
        self.committed: int | None = None

    @property
    def full(self) -> bool:
        """Whether enough waits here for now."""
        return self.taken_records - self.applied_records >= _PENDING_RECORDS or self.taken_bytes - self.applied_bytes >= _PENDING_BYTES

    def take(self, messages: Sequence[Any]) -> None:
        """On the event loop: line the messages up."""
        if not self._leaving:
            self._waiting.extend(map(stored, messages))
            self._filled.set()
            self._task = self._task or asyncio.create_task(self._run(), name="eventlog-reader")

    async def stop(self, finish_s: float) -> None:
        """On the event loop: end after the record in hand, or cancel its handler when that takes longer than `finish_s` seconds."""
        self._leaving = True
        self._filled.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=finish_s)
            await end({self._task})

    async def _run(self) -> None:
        while not self._leaving:
            if not self._waiting:
                self._filled.clear()
                await self._filled.wait()
                continue
            applied = await self._delivery.next(list(islice(self._waiting, MOST_AT_ONCE)))
            for _ in range(applied):
                done = self._waiting.popleft()
                self.next = done.position.offset + 1
                self.applied_records += 1
                self.applied_bytes += len(done.record.value)
