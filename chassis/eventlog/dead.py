"""Dead letters: what lies in `<topic>.dead`, and the way back; and everything a topic holds, from its oldest record to now."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from chassis.eventlog.delivery import DEAD_SUFFIX
from chassis.eventlog.record import EventLog, Record, StoredRecord

QUIET_S = 5.0
"""When nothing comes for so long although the log answers, retention has dropped what stood there."""
REPLAYED = "replayed"
_SET_ASIDE = {"error", "source_group", "source_topic", "source_partition", "source_offset"}


@dataclass(frozen=True, slots=True)
class Letter:
    """A record that a group could not apply."""

    id: str
    stored: StoredRecord

    def told(self, header: str) -> str:
        """One of its headers: `error`, `source_group`, `source_topic`, `ce_id`, `ce_type`, `ce_time`, …"""
        return self.stored.record.headers.get(header, "")


async def history(log: EventLog, topics: Sequence[str]) -> AsyncGenerator[StoredRecord, None]:
    """Every record the topics hold now, then the end. Raises LogUnavailableError."""
    ends = await log.ends(topics)
    left = {place for place, end in ends.items() if end > 0}
    async with aclosing(log.tail(topics, dict.fromkeys(ends, 0))) as tail:
        while left:
            try:
                async with asyncio.timeout(QUIET_S):
                    stored = await anext(tail)
            except TimeoutError:
                await log.ends(topics)  # raises when the log is away
                return
            place = (stored.position.topic, stored.position.partition)
            if stored.position.offset < ends[place]:
                yield stored
            if stored.position.offset + 1 >= ends[place]:
                left.discard(place)


async def letters(log: EventLog, topics: Sequence[str]) -> list[Letter]:
    """The dead letters of the topics that were not replayed yet, per key oldest first."""
    found: dict[str, Letter] = {}
    async with aclosing(history(log, [topic + DEAD_SUFFIX for topic in topics])) as records:
        async for stored in records:
            replayed = stored.record.headers.get(REPLAYED)
            place = stored.position
            if replayed is None:
                name = f"{place.topic}/{place.partition}/{place.offset}"
                found[name] = Letter(name, stored)
            else:
                found.pop(replayed, None)
    return list(found.values())


async def replay(log: EventLog, letter: Letter) -> None:
    """Put the record back on its topic, where every group reads it again (each applies an event once), and note that beside the letter."""
    record = letter.stored.record
    headers = {name: text for name, text in record.headers.items() if name not in _SET_ASIDE}
    await log.append([Record(record.topic.removesuffix(DEAD_SUFFIX), record.key, record.value, headers)])
    await log.append([Record(record.topic, record.key, b"", {REPLAYED: letter.id})])
