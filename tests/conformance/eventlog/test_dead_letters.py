"""Dead letters are found from the oldest on, put back under their own headers, and then no longer listed."""

from chassis.eventlog import EventLog, Record, StoredRecord
from chassis.eventlog.dead import history, letters, replay
from chassis.eventlog.delivery import dead_letter
from chassis.eventlog.record import Position
from tests.conformance.eventlog.story import append_all, numbered, numbers


async def test_a_topics_whole_history_ends_where_it_ended_when_asked(log: EventLog, topic: str) -> None:
    assert [stored async for stored in history(log, [topic])] == []
    await append_all(log, numbered(topic, 300, keys=7), batch=100)
    assert sorted(numbers([stored async for stored in history(log, [topic])])) == list(range(300))


async def test_letters_are_listed_until_they_are_put_back(log: EventLog, topic: str) -> None:
    assert await letters(log, [topic]) == []
    records = [Record(topic, f"k{number}", b"%d" % number, {"ce_id": f"e{number}", "traceparent": "t"}) for number in range(3)]
    await log.append([dead_letter(StoredRecord(Position(topic, 0, number), record), "group", "a bug") for number, record in enumerate(records)])
    found = {letter.told("ce_id"): letter for letter in await letters(log, [topic])}
    assert {name: letter.told("error") for name, letter in found.items()} == {"e0": "a bug", "e1": "a bug", "e2": "a bug"}
    await replay(log, found["e1"])
    assert {letter.told("ce_id") for letter in await letters(log, [topic])} == {"e0", "e2"}
    assert [stored.record async for stored in history(log, [topic])] == [records[1]]
