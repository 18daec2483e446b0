"""Records come back as they were appended, in order per key."""

import asyncio
import time
from collections.abc import Sized
from functools import partial

import pytest

from chassis.eventlog import EventLog, Record, StoredRecord
from tests.conformance.eventlog.conftest import Consume, OpenLog
from tests.conformance.eventlog.story import Notebook, append_all, in_order_per_key, numbered, numbers
from tests.conformance.waiting import until


async def test_records_of_one_key_keep_their_order(log: EventLog, consume: Consume, topic: str, group: str) -> None:
    notebook = Notebook()
    consume(log, group, [topic], notebook)
    await append_all(log, numbered(topic, 600, keys=7), batch=50)
    await until(lambda: len(notebook.read) >= 600, 20, "600 records")
    assert sorted(numbers(notebook.read)) == list(range(600))
    assert in_order_per_key(notebook.read)


async def test_one_key_stays_in_one_partition_and_offsets_have_no_gaps(log: EventLog, consume: Consume, topic: str, group: str) -> None:
    notebook = Notebook()
    consume(log, group, [topic], notebook)
    await append_all(log, numbered(topic, 200, keys=20), batch=20)
    await until(lambda: len(notebook.read) >= 200, 20, "200 records")
    partitions = {stored.record.key: set[int]() for stored in notebook.read}
    offsets: dict[int, list[int]] = {}
    for stored in notebook.read:
        partitions[stored.record.key].add(stored.position.partition)
        offsets.setdefault(stored.position.partition, []).append(stored.position.offset)
    assert all(len(of_key) == 1 for of_key in partitions.values())
    assert len(offsets) > 1
    assert all(of_partition == list(range(len(of_partition))) for of_partition in offsets.values())


async def test_many_producers_at_once(open_log: OpenLog, consume: Consume, topic: str, group: str) -> None:
    logs = [await open_log() for _ in range(3)]
    notebook = Notebook()
    consume(logs[0], group, [topic], notebook)

    async def produce(producer: int) -> None:
        for number in range(60):
            await logs[producer % 3].append([Record(topic, f"team-{producer}", str(number).encode())])

    await asyncio.gather(*(produce(producer) for producer in range(9)))
    await until(lambda: len(notebook.read) >= 540, 30, "540 records")
    assert len(notebook.read) == 540
    assert in_order_per_key(notebook.read)


async def test_appends_that_share_topics_in_any_order_do_not_block_each_other(open_log: OpenLog, topic: str) -> None:
    logs = [await open_log() for _ in range(2)]
    topics = [f"{topic}.{letter}" for letter in "abc"]

    async def produce(producer: int) -> None:
        ordered = topics if producer % 2 else topics[::-1]
        for _ in range(30):
            await logs[producer % 2].append([Record(name, f"key-{n}", b"x") for n in range(5) for name in ordered])

    await asyncio.wait_for(asyncio.gather(*(produce(producer) for producer in range(6))), 30)
    assert sum((await logs[0].ends(topics)).values()) == 6 * 30 * 15


async def test_key_value_and_headers_come_back_in_any_script(log: EventLog, consume: Consume, topic: str, group: str) -> None:
    notebook = Notebook()
    consume(log, group, [topic], notebook)
    headers = {"ce_source": "烽火/石嘴山市", "ce_type": "fenghuo.dispatch.incident", "说明": '"引号" \\ \n 🚒', "empty": ""}
    record = Record(topic, "事件-大武口-🚨", bytes(range(256)), headers)
    await log.append([record, Record(topic, "", b"")])
    await until(lambda: len(notebook.read) == 2, 20, "two records")
    assert {_frozen(stored.record) for stored in notebook.read} == {_frozen(record), _frozen(Record(topic, "", b""))}


async def test_a_large_value(log: EventLog, consume: Consume, topic: str, group: str) -> None:
    notebook = Notebook()
    consume(log, group, [topic], notebook)
    value = bytes(number * 7919 % 251 for number in range(900_000))
    await log.append([Record(topic, "map", value), Record(topic, "map", b"after")])
    await until(lambda: len(notebook.read) == 2, 20, "the large record and the one after it")
    assert [stored.record.value for stored in notebook.read] == [value, b"after"]


@pytest.mark.parametrize(
    "record",
    [Record("no/topic", "k", b""), Record("", "k", b""), Record("fenghuo.test.v1", "k", bytes(1_000_001)), Record("fenghuo.test.v1", "a\0b", b"")],
    ids=["slash in topic", "no topic", "too large", "NUL"],
)
async def test_what_one_back_end_could_not_store_is_refused_by_both(log: EventLog, record: Record) -> None:
    with pytest.raises(ValueError, match=r"topic|bytes|NUL"):
        await log.append([record])


async def test_no_records_are_no_work(log: EventLog) -> None:
    await log.append([])


async def test_a_waiting_consumer_is_woken_not_polled(log: EventLog, consume: Consume, topic: str, group: str) -> None:
    delays: list[float] = []

    async def measure(stored: StoredRecord) -> None:
        delays.append(time.perf_counter() - float(stored.record.headers["at"]))

    consume(log, group, [topic], measure)
    for number in range(21):
        await log.append([Record(topic, f"key-{number}", b"", {"at": str(time.perf_counter())})])
        await until(partial(_reached, delays, number + 1), 20, "the record")
    assert sorted(delays)[len(delays) // 2] < 0.25


def _reached(collected: Sized, count: int) -> bool:
    return len(collected) >= count


def _frozen(record: Record) -> tuple[str, str, bytes, frozenset[tuple[str, str]]]:
    return record.topic, record.key, record.value, frozenset(record.headers.items())
