"""Reads topics on Kafka from given places onwards, without a group."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import structlog
from kafka import KafkaConsumer, TopicPartition

from chassis.eventlog.delivery import backoff
from chassis.eventlog.kafka_address import build
from chassis.eventlog.kafka_reader import CONSUMER_SETTINGS, farewell, stored
from chassis.eventlog.record import StoredRecord

_POLL_MS = 100
_CLOSE_MS = 3_000

_log = structlog.get_logger(__name__)


class Tail:
    """A polling thread that hands over one batch at a time and waits until it is taken."""

    def __init__(self, settings: Mapping[str, Any], start: Mapping[tuple[str, int], int]) -> None:
        self._settings = {**settings, **CONSUMER_SETTINGS}
        self._places = {TopicPartition(*partition): offset for partition, offset in start.items()}
        self._loop = asyncio.get_running_loop()
        self._batches: asyncio.Queue[list[Any]] = asyncio.Queue()
        self._room = threading.Semaphore(1)
        self._stopping = threading.Event()

    async def records(self) -> AsyncGenerator[StoredRecord, None]:
        """Every record, for ever."""
        thread = threading.Thread(target=self._work, name="eventlog-tail", daemon=True)
        thread.start()
        try:
            while True:
                batch = await self._batches.get()
                self._room.release()
                for message in batch:
                    yield stored(message)
        finally:
            self._stopping.set()

    def _work(self) -> None:
        delays = backoff()
        while not self._stopping.is_set():
            consumer: Any = None
            try:
                consumer = build(KafkaConsumer, self._settings)
                consumer.assign(list(self._places))
                for partition, offset in self._places.items():
                    consumer.seek(partition, offset)
                while not self._stopping.is_set():
                    self._hand_over(consumer.poll(timeout_ms=_POLL_MS))
                    delays = backoff()
            except Exception as cause:  # noqa: BLE001  (the client's own faults included: nobody else would start it again)
                if self._loop.is_closed():
                    return
                _log.warning("eventlog_tail_restarts", cause=repr(cause))
                self._stopping.wait(next(delays))
            finally:
                if consumer is not None:
                    farewell(consumer, _CLOSE_MS)

    def _hand_over(self, polled: Mapping[TopicPartition, list[Any]]) -> None:
        for partition, messages in polled.items():
            while not self._room.acquire(timeout=_POLL_MS / 1000):
                if self._stopping.is_set():  # nobody takes anything any more
                    return
            self._loop.call_soon_threadsafe(self._batches.put_nowait, messages)
            self._places[partition] = messages[-1].offset + 1
