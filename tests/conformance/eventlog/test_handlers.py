"""What happens when a handler fails, and how the members of a group share the work."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

from chassis.eventlog import EventLog, PoisonError, StoredRecord
from tests.conformance.eventlog.conftest import Consume, OpenLog
from tests.conformance.eventlog.story import Notebook, append_all, in_order_per_key, numbered, numbers
from tests.conformance.waiting import until


async def test_a_failing_record_is_retried_in_its_place(log: EventLog, consume: Consume, topic: str, group: str) -> None:
    notebook, attempts = Notebook(), list[int]()

    async def flaky(stored: StoredRecord) -> None:
        number = int(stored.record.value)
        if number == 8 and len(attempts) < 5:
            attempts.append(number)
            raise ConnectionError("the service's own database is away")
        await notebook(stored)

    consume(log, group, [topic], flaky)
    await log.append(numbered(topic, 60, keys=4))
    await until(lambda: len(notebook.read) >= 60, 20, "60 records in spite of five failures")
    assert len(attempts) == 5
    assert len(notebook.read) == 60
    assert in_order_per_key(notebook.read)


async def test_a_stuck_partition_holds_up_no_other(log: EventLog, consume: Consume, topic: str, group: str) -> None:
    notebook, release, stuck = Notebook(), asyncio.Event(), list[int]()

    async def stuck_on_first(stored: StoredRecord) -> None:
        if not stuck:
            stuck.append(stored.position.partition)
            await release.wait()
        await notebook(stored)

    consume(log, group, [topic], stuck_on_first)
    await append_all(log, numbered(topic, 400, keys=40), batch=40)
    ends = await log.ends([topic])
    await until(lambda: bool(stuck) and len(notebook.read) >= 400 - ends[topic, stuck[0]], 20, "all records of the other partitions")
    assert stuck[0] not in {stored.position.partition for stored in notebook.read}
    release.set()
    await until(lambda: len(notebook.read) >= 400, 20, "the rest")
    assert sorted(numbers(notebook.read)) == list(range(400))
    assert in_order_per_key(notebook.read)


async def test_poison_goes_to_the_dead_topic_and_the_rest_goes_on(log: EventLog, consume: Consume, topic: str, group: str) -> None:
    notebook, poisoned = Notebook(), list[StoredRecord]()

    async def refuse_seven(stored: StoredRecord) -> None:
        if stored.record.value == b"7":
            poisoned.append(stored)
            raise PoisonError("未知字段 unknown field")
        await notebook(stored)

    consume(log, group, [topic], refuse_seven)
    await log.append(numbered(topic, 30, keys=1))
    await until(lambda: len(notebook.read) >= 29, 20, "the 29 others")
    assert numbers(notebook.read) == [number for number in range(30) if number != 7]
    dead_topic = f"{topic}.dead"
    async with asyncio.timeout(20), aclosing(log.tail([dead_topic], dict.fromkeys(await log.ends([dead_topic]), 0))) as tail:
        dead = await anext(tail)
    source = poisoned[0].position
    assert (dead.record.key, dead.record.value) == (poisoned[0].record.key, b"7")
    assert dead.record.headers == {
        "error": "未知字段 unknown field",
        "source_group": group,
        "source_topic": topic,
        "source_partition": str(source.partition),
        "source_offset": str(source.offset),
    }
    assert len(poisoned) == 1


async def test_records_that_wait_are_applied_together_and_singly_after_a_failure(log: EventLog, consume: Consume, topic: str, group: str) -> None:
    notebook, together, singly = Notebook(), list[int](), list[int]()

    async def one(stored: StoredRecord) -> None:
        singly.append(int(stored.record.value))
        await notebook(stored)

    async def several(batch: Sequence[StoredRecord]) -> None:
        if any(stored.record.value == b"150" for stored in batch):
            raise ConnectionError("one of them cannot be applied with the others")
        together.append(len(batch))
        for stored in batch:
            await notebook(stored)

    await append_all(log, numbered(topic, 300, keys=3), batch=100)
    consume(log, group, [topic], one, several)
    await until(lambda: len(notebook.read) >= 300, 20, "all records, each once")
    assert sorted(numbers(notebook.read)) == list(range(300))
    assert in_order_per_key(notebook.read)
    assert 150 in singly
    assert max(together) > 1


async def test_two_members_share_the_partitions_and_one_takes_over(open_log: OpenLog, consume: Consume, topic: str, group: str) -> None:
    log, other_log = await open_log(), await open_log()
    one, other = Notebook(), Notebook()
    consume(log, group, [topic], one)
    task = consume(other_log, group, [topic], other)
    sent = 0
    async with asyncio.timeout(40):
        while not (one.read and other.read and not _partitions(one, sent - 40) & _partitions(other, sent - 40) and _both(one, other, sent - 40)):
            await log.append(numbered(topic, 20, keys=20, start=sent))
            sent += 20
            await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.wait({task}, timeout=10)
    await log.append(numbered(topic, 40, keys=20, start=sent))
    await until(lambda: one.has(range(sent, sent + 40)), 30, "the member that stayed has all partitions")
    assert set(numbers(one.read) + numbers(other.read)) == set(range(sent + 40))
    assert in_order_per_key(one.read)
    assert in_order_per_key(other.read)


def _partitions(notebook: Notebook, since: int) -> set[int]:
    return {stored.position.partition for stored in notebook.read if int(stored.record.value) >= since}


def _both(one: Notebook, other: Notebook, since: int) -> bool:
    return bool(_partitions(one, since)) and bool(_partitions(other, since))
