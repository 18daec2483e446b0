"""Where readers start, and how far they are."""

import asyncio
import threading
from contextlib import aclosing
from functools import partial

from chassis.eventlog import EventLog, StoredRecord
from tests.conformance.eventlog.conftest import Consume, OpenLog
from tests.conformance.eventlog.story import Notebook, append_all, in_order_per_key, numbered, numbers
from tests.conformance.waiting import until, until_async


async def take(log: EventLog, topics: list[str], start: dict[tuple[str, int], int] | None, count: int) -> list[StoredRecord]:
    """The first records of a tail."""
    taken: list[StoredRecord] = []
    async with asyncio.timeout(20), aclosing(log.tail(topics, start)) as tail:
        async for stored in tail:
            taken.append(stored)
            if len(taken) == count:
                break
    return taken


async def test_a_new_group_starts_with_the_oldest_record(log: EventLog, consume: Consume, topic: str, group: str) -> None:
    await log.append(numbered(topic, 40, keys=8))
    notebook = Notebook()
    consume(log, group, [topic], notebook)
    await until(lambda: len(notebook.read) >= 40, 20, "what was there before the group")
    assert sorted(numbers(notebook.read)) == list(range(40))


async def test_a_group_goes_on_where_it_ended(open_log: OpenLog, consume: Consume, topic: str, group: str) -> None:
    first = await open_log()
    before, after = Notebook(), Notebook()
    task = consume(first, group, [topic], before)
    await first.append(numbered(topic, 40, keys=8))
    await until(lambda: len(before.read) >= 40, 20, "the first 40")
    task.cancel()
    await asyncio.wait({task}, timeout=10)
    await first.append(numbered(topic, 10, keys=8, start=40))
    consume(await open_log(), group, [topic], after)
    await until(lambda: after.has(range(40, 50)), 20, "the next 10")
    assert sorted(numbers(after.read)) == list(range(40, 50))


async def test_a_reader_that_stops_leaves_nothing_waiting(log: EventLog, topic: str) -> None:
    """Records of several partitions were at hand: a thread went on waiting for somebody to take the next ones, and the loop ended under it."""
    await log.append(numbered(topic, 200, keys=40))
    start = dict.fromkeys(await log.ends([topic]), 0)
    for _ in range(5):
        assert len(await take(log, [topic], start, 1)) == 1
    await until(lambda: not any(thread.name == "eventlog-tail" for thread in threading.enumerate()), 20, "every reading thread has ended")


async def test_groups_do_not_share_their_places(log: EventLog, consume: Consume, topic: str, group: str) -> None:
    one, other = Notebook(), Notebook()
    consume(log, group, [topic], one)
    consume(log, f"{group}-other", [topic], other)
    await log.append(numbered(topic, 30, keys=5))
    await until(lambda: len(one.read) >= 30 and len(other.read) >= 30, 20, "30 records in each group")


async def test_lag_counts_what_a_group_has_still_to_apply(log: EventLog, consume: Consume, topic: str, group: str) -> None:
    assert await log.lag(group, [topic]) == 0
    await log.append(numbered(topic, 25, keys=5))
    assert await log.lag(group, [topic]) == 25
    notebook = Notebook()
    consume(log, group, [topic], notebook)
    await until_async(partial(_caught_up, log, group, topic), 20, "no lag")
    assert len(notebook.read) == 25
    assert await log.lag(f"{group}-other", [topic]) == 25


async def _caught_up(log: EventLog, group: str, topic: str) -> bool:
    return await log.lag(group, [topic]) == 0


async def test_ends_name_every_partition_of_a_new_topic(log: EventLog, topic: str) -> None:
    ends = await log.ends([topic])
    assert {partition for _, partition in ends} == set(range(len(ends)))
    assert set(ends.values()) == {0}
    await log.append(numbered(topic, 12, keys=12))
    assert sum((await log.ends([topic])).values()) == 12


async def test_a_tail_reads_from_its_start_and_goes_on_with_what_comes(log: EventLog, topic: str) -> None:
    await log.append(numbered(topic, 40, keys=8))
    ends = await log.ends([topic])
    reading = asyncio.create_task(take(log, [topic], dict.fromkeys(ends, 0), 60))
    await append_all(log, numbered(topic, 20, keys=8, start=40), batch=5)
    taken = await reading
    assert sorted(numbers(taken)) == list(range(60))
    assert in_order_per_key(taken)


async def test_a_tail_that_stops_goes_on_without_gap_or_repeat(log: EventLog, topic: str) -> None:
    await log.append(numbered(topic, 90, keys=9))
    places = dict.fromkeys(await log.ends([topic]), 0)
    taken: list[StoredRecord] = []
    for count in (1, 30, 59):
        part = await take(log, [topic], places, count)
        for stored in part:
            position = stored.position
            assert position.offset == places[position.topic, position.partition]
            places[position.topic, position.partition] += 1
        taken += part
    assert sorted(numbers(taken)) == list(range(90))


async def test_a_tail_without_a_start_reads_only_what_comes(log: EventLog, topic: str) -> None:
    await log.append(numbered(topic, 30, keys=8))
    ends = await log.ends([topic])
    named = dict(list(ends.items())[:1])
    old = await take(log, [topic], dict.fromkeys(named, 0), sum(named.values())) if sum(named.values()) else []
    assert {(stored.position.topic, stored.position.partition) for stored in old} <= named.keys()
    async with asyncio.timeout(20), aclosing(log.tail([topic])) as tail:
        first = asyncio.ensure_future(anext(tail))
        number = 30
        while not first.done():
            await log.append(numbered(topic, 1, keys=8, start=number))
            number += 1
            await asyncio.wait({first}, timeout=0.1)
        assert int(first.result().record.value) >= 30
