"""The event log of the stack profile: Apache Kafka 4 or newer."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from functools import partial
from typing import Any, TypeVar

import structlog
from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError, for_code

from chassis.eventlog.delivery import Delivery, backoff, deliver
from chassis.eventlog.kafka_address import KafkaAddress, build
from chassis.eventlog.kafka_group import GroupMember
from chassis.eventlog.kafka_producer import Producer
from chassis.eventlog.kafka_tail import Tail
from chassis.eventlog.record import Handler, LogUnavailableError, Record, Several, StoredRecord, check

_APPEND_S = 10.0
_ASK_S = 15.0
_TOPIC_EXISTS = 36

Answer = TypeVar("Answer")

_log = structlog.get_logger(__name__)


class KafkaEventLog:
    """EventLog on Kafka. kafka-python is synchronous: each producer, member and tail has its own threads; the event loop never waits for one."""

    def __init__(self, address: KafkaAddress, client_id: str) -> None:
        self._address = address
        self._client = address.client(client_id)
        self._producer = Producer(address, client_id)
        self._asking = ThreadPoolExecutor(max_workers=1, thread_name_prefix="eventlog-ask")
        self._admin: Any = None
        self._partitions: dict[str, list[TopicPartition]] = {}

    @classmethod
    async def open(cls, url: str, *, client_id: str) -> "KafkaEventLog":
        """Connect. Raises LogUnavailableError, ValueError when the URL has no sense."""
        log = cls(KafkaAddress.parse(url), client_id)
        try:
            await log._ask(lambda admin: admin.list_topics())
        except LogUnavailableError:
            await log.close()
            raise
        return log

    async def append(self, records: Sequence[Record]) -> None:
        """See EventLog. After LogUnavailableError the records may still be stored later, before any that are appended later."""
        check(records)
        if not records:
            return
        try:
            async with asyncio.timeout(_APPEND_S):
                await self._topic_partitions({record.topic for record in records})
                await self._producer.send(records)
        except (KafkaError, OSError) as cause:
            raise LogUnavailableError(f"event log: {cause!r}") from cause

    async def consume(self, group: str, topics: Sequence[str], handler: Handler, several: Several | None = None) -> None:
        """See EventLog."""
        for delay in backoff():
            try:
                await self._topic_partitions(topics)
            except LogUnavailableError as cause:
                _log.warning("eventlog_join_retried", group=group, cause=repr(cause))
                await asyncio.sleep(delay)
            else:
                break
        one = partial(deliver, self, group, handler=handler)
        await GroupMember(self._client, group, topics, lambda: Delivery(one, several)).run()

    async def tail(self, topics: Sequence[str], start: Mapping[tuple[str, int], int] | None = None) -> AsyncGenerator[StoredRecord, None]:
        """See EventLog."""
        delays = backoff()
        places: dict[tuple[str, int], int] = {}
        while not places:
            try:
                places = {**await self.ends(topics), **(start or {})}
            except LogUnavailableError:
                await asyncio.sleep(next(delays))
        async with aclosing(Tail(self._client, places).records()) as records:
            async for record in records:
                yield record

    async def ends(self, topics: Sequence[str]) -> dict[tuple[str, int], int]:
        """See EventLog."""
        partitions = await self._topic_partitions(topics)
        return {tuple(partition): end for partition, end in (await self._offsets(partitions, OffsetSpec.LATEST)).items()}

    async def lag(self, group: str, topics: Sequence[str]) -> int:
        """See EventLog."""
        partitions = await self._topic_partitions(topics)
        ends = await self._offsets(partitions, OffsetSpec.LATEST)
        starts = await self._offsets(partitions, OffsetSpec.EARLIEST)
        applied = (await self._ask(lambda admin: admin.list_group_offsets({group: partitions})))[group]
        return sum(ends[partition] - max(starts[partition], applied[partition].offset if partition in applied else 0) for partition in partitions)

    async def close(self) -> None:
        """See EventLog."""
        await self._producer.close()
        await asyncio.get_running_loop().run_in_executor(self._asking, self._drop_admin)
        self._asking.shutdown(wait=False)

    async def _offsets(self, partitions: Collection[TopicPartition], which: OffsetSpec) -> dict[TopicPartition, int]:
        found = await self._ask(lambda admin: admin.list_partition_offsets(dict.fromkeys(partitions, which)))
        return {partition: answer.offset for partition, answer in found.items()}

    async def _topic_partitions(self, topics: Collection[str]) -> list[TopicPartition]:
        """All partitions of the topics; topics that are missing are created."""
        unknown = sorted(set(topics) - self._partitions.keys())
        if unknown:
            self._partitions |= await self._ask(lambda admin: self._create(admin, unknown))
        return [partition for topic in topics for partition in self._partitions[topic]]

    def _create(self, admin: Any, topics: Collection[str]) -> dict[str, list[TopicPartition]]:
        missing = set(topics) - set(admin.list_topics())
        if missing:
            shape = {"num_partitions": self._address.partitions, "replication_factor": self._address.replication}
            answer = admin.create_topics(dict.fromkeys(missing, shape), raise_errors=False)
            for topic in answer["topics"]:
                if topic["error_code"] not in {0, _TOPIC_EXISTS}:
                    raise for_code(topic["error_code"])(topic["error_message"])
            admin.wait_for_topics(list(missing))
        described = admin.describe_topics(list(topics))
        return {topic["name"]: [TopicPartition(topic["name"], part["partition_index"]) for part in topic["partitions"]] for topic in described}

    async def _ask(self, question: Callable[[Any], Answer]) -> Answer:
        """Put a question to the cluster on the thread kept for that."""
        try:
            async with asyncio.timeout(_ASK_S):
                return await asyncio.get_running_loop().run_in_executor(self._asking, self._answer, question)
        except (KafkaError, OSError) as cause:
            raise LogUnavailableError(f"event log: {cause!r}") from cause

    def _answer(self, question: Callable[[Any], Answer]) -> Answer:
        if self._admin is not None:
            try:
                return question(self._admin)
            except KafkaError as cause:
                _log.info("eventlog_asks_again", cause=repr(cause))  # its connections may be from before a restart of the brokers
                self._drop_admin()
        self._admin = build(KafkaAdminClient, self._client)
        return question(self._admin)

    def _drop_admin(self) -> None:
        admin, self._admin = self._admin, None
        if admin is not None:
            admin.close()
