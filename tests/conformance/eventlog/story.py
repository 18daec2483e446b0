"""Numbered records, and what their readers must see whatever happens on the way."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence

from chassis.eventlog import EventLog, LogUnavailableError, Record, StoredRecord


def numbered(topic: str, count: int, keys: int, start: int = 0) -> list[Record]:
    """Records numbered from `start`, their keys taken in turn."""
    return [Record(topic, f"incident-{number % keys}", str(number).encode()) for number in range(start, start + count)]


def numbers(records: Iterable[StoredRecord]) -> list[int]:
    """The numbers in the order read."""
    return [int(stored.record.value) for stored in records]


def in_order_per_key(records: Iterable[StoredRecord]) -> bool:
    """Whether the numbers of each key rise; a record delivered again counts where it came first."""
    seen: dict[str, dict[int, None]] = defaultdict(dict)
    for stored in records:
        seen[stored.record.key].setdefault(int(stored.record.value))
    return all(list(of_key) == sorted(of_key) for of_key in seen.values())


class Notebook:
    """A handler that writes down what it is given."""

    def __init__(self) -> None:
        self.read: list[StoredRecord] = []

    async def __call__(self, stored: StoredRecord) -> None:
        self.read.append(stored)

    def has(self, wanted: Sequence[int]) -> bool:
        """Whether every wanted number was read."""
        return set(wanted) <= set(numbers(self.read))


async def append_all(log: EventLog, records: Sequence[Record], batch: int) -> None:
    """Append in batches."""
    for first in range(0, len(records), batch):
        await log.append(records[first : first + batch])


async def append_with_patience(log: EventLog, records: Sequence[Record]) -> None:
    """What the relay does: again, until it is stored."""
    async with asyncio.timeout(60):
        while True:
            try:
                await log.append(records)
            except LogUnavailableError:
                await asyncio.sleep(0.05)
            else:
                return
