"""A member of a consumer group on Kafka: a thread polls, the event loop applies, positions are committed after their effect."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import structlog
from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.structs import MemberState, OffsetAndMetadata

from chassis.eventlog.delivery import backoff
from chassis.eventlog.kafka_address import build
from chassis.eventlog.kafka_reader import CONSUMER_SETTINGS, Reader, StartDelivery, farewell

_POLL_MS = 200
_POLL_BUSY_MS = 50
_COMMIT_EVERY_S = 0.5
_COMMIT_LOST_S = 15.0
_FINISH_S = 1.0
_CLOSE_MS = 3_000

_GROUP_SETTINGS: dict[str, Any] = {
    "partition_assignment_strategy": (CooperativeStickyAssignor,),
    "session_timeout_ms": 10_000,
    "heartbeat_interval_ms": 1_000,
    "metadata_max_age_ms": 30_000,
}

_log = structlog.get_logger(__name__)


class GroupMember(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python carries no types
    """One `consume` call."""

    def __init__(self, settings: Mapping[str, Any], group: str, topics: Sequence[str], delivery: StartDelivery) -> None:
        self._settings = {**settings, **CONSUMER_SETTINGS, **_GROUP_SETTINGS, "group_id": group}
        self._topics = list(topics)
        self._delivery = delivery
        self._loop = asyncio.get_running_loop()
        self._stopping = threading.Event()
        self._readers: dict[TopicPartition, Reader] = {}
        self._paused: set[TopicPartition] = set()
        self._consumer: Any = None
        self._commit_sent_at = 0.0
        self._commit_open = False

    async def run(self) -> None:
        """Consume until cancelled; then finish the records in hand, commit, and leave the group."""
        ended: asyncio.Future[None] = self._loop.create_future()
        threading.Thread(target=self._work, args=(ended,), name="eventlog-poll", daemon=True).start()
        try:
            await asyncio.shield(ended)
        finally:
            self._stopping.set()
            await ended

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Begin to read what is newly ours. Called by kafka-python on its I/O thread, while the polling thread waits."""
        for partition in assigned:
            self._readers.setdefault(partition, Reader(self._delivery()))

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Finish and commit what is being taken away, while it is still ours."""
        leaving = self._stop_readers(revoked, _FINISH_S)
        offsets = {partition: OffsetAndMetadata(reader.next) for partition, reader in leaving.items() if reader.next not in {None, reader.committed}}
        if offsets and self._consumer is not None:
            self._consumer.commit_async(offsets, callback=self._committed)

    def on_partitions_lost(self, lost: Collection[TopicPartition]) -> None:
        """Drop what another member may already have; its place is not ours to commit."""
        self._stop_readers(lost, 0)

    def _work(self, ended: "asyncio.Future[None]") -> None:
        """The polling thread. A consumer that failed is replaced, for as long as it takes."""
        delays = backoff()
        while not self._stopping.is_set():
            try:
                self._consumer = build(KafkaConsumer, self._settings)
                self._consumer.subscribe(self._topics, listener=self)
                while not self._stopping.is_set():
                    self._turn()
                    delays = backoff()
            except Exception as cause:  # noqa: BLE001  (the client's own faults included: nobody else would start it again)
                if self._loop.is_closed():
                    return
                _log.warning("eventlog_consumer_restarts", group=self._settings["group_id"], cause=repr(cause))
                self._stopping.wait(next(delays))
            finally:
                self._leave()
        with contextlib.suppress(RuntimeError):  # the loop has ended, nobody waits
            self._loop.call_soon_threadsafe(ended.set_result, None)

    def _turn(self) -> None:
        if self._consumer.group_metadata().state == MemberState.REBALANCING:
            # kafka-python 3.0 drops a rebalance that changed metadata began, for good, when a poll ends between its two steps; this keeps it in mind.
            self._consumer._coordinator.request_rejoin()  # noqa: SLF001
        busy = bool(self._paused or self._uncommitted())
        for partition, messages in self._consumer.poll(timeout_ms=_POLL_BUSY_MS if busy else _POLL_MS).items():
            reader = self._readers.get(partition)
            if reader is not None:
                reader.taken_records += len(messages)
                reader.taken_bytes += sum(len(message.value or b"") for message in messages)
                self._loop.call_soon_threadsafe(reader.take, messages)
        full = {partition for partition, reader in self._readers.items() if reader.full}
        self._consumer.pause(*(full - self._paused))
        self._consumer.resume(*((self._paused - full) & self._readers.keys()))
        self._paused = full
        self._commit()

    def _commit(self) -> None:
        age = time.monotonic() - self._commit_sent_at
        if age < _COMMIT_EVERY_S or (self._commit_open and age < _COMMIT_LOST_S):
            return
        offsets = self._uncommitted()
        if offsets:
            self._commit_open = True
            self._commit_sent_at = time.monotonic()
            self._consumer.commit_async(offsets, callback=self._committed)

    def _uncommitted(self) -> dict[TopicPartition, OffsetAndMetadata]:
        """The places of partitions this member owns, and of no others, as far as they moved."""
        places = {partition: reader.next for partition, reader in self._readers.items() if reader.next != reader.committed}
        return {partition: OffsetAndMetadata(place) for partition, place in places.items() if place is not None}

    def _committed(self, offsets: dict[TopicPartition, OffsetAndMetadata], answer: object) -> None:
        self._commit_open = False
        if isinstance(answer, Exception):
            _log.info("eventlog_commit_failed", group=self._settings["group_id"], cause=repr(answer))  # the next turn commits again
            return
        for partition, place in offsets.items():
            if partition in self._readers:
                self._readers[partition].committed = place.offset

    def _stop_readers(self, partitions: Collection[TopicPartition], finish_s: float) -> dict[TopicPartition, Reader]:
        leaving = {partition: self._readers.pop(partition) for partition in partitions if partition in self._readers}
        self._paused -= leaving.keys()
        stopping = [asyncio.run_coroutine_threadsafe(reader.stop(finish_s), self._loop) for reader in leaving.values()]
        for stopped in stopping:
            with contextlib.suppress(TimeoutError):
                stopped.result(timeout=finish_s + _FINISH_S)
        return leaving

    def _leave(self) -> None:
        consumer, self._consumer = self._consumer, None
        readers = dict(self._readers)
        self._stop_readers(list(readers), _FINISH_S)
        if consumer is None:
            return
        self._readers = readers
        try:
            consumer.commit(self._uncommitted(), timeout_ms=_CLOSE_MS)
        except Exception as cause:  # noqa: BLE001  (what is not committed is read again)
            _log.info("eventlog_commit_failed", group=self._settings["group_id"], cause=repr(cause))
        self._readers = {}
        farewell(consumer, _CLOSE_MS)
