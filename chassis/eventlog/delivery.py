"""How one record reaches its handler: retried in place so that order holds, or set aside when no retry can mend it."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import structlog

from chassis.eventlog.record import MOST_AT_ONCE, EventLog, Handler, PoisonError, Record, Several, StoredRecord

DEAD_SUFFIX = ".dead"
_FIRST_DELAY_S = 0.05
_LONGEST_DELAY_S = 5.0
_CANCEL_AGAIN_S = 1.0

_log = structlog.get_logger(__name__)


def backoff() -> Iterator[float]:
    """Delays in seconds: doubling from 0.05 to 5, each jittered down by up to half so that many waiters do not return together."""
    delay = _FIRST_DELAY_S
    while True:
        yield delay * random.uniform(0.5, 1.0)  # noqa: S311  (spreads load, guards nothing)
        delay = min(delay * 2, _LONGEST_DELAY_S)


def dead_letter(stored: StoredRecord, group: str, reason: str) -> Record:
    """The record as it stands in `<topic>.dead`: unchanged, with why and from where in its headers."""
    position = stored.position
    headers = {
        **stored.record.headers,
        "error": reason.replace("\0", "")[:1000],
        "source_group": group,
        "source_topic": position.topic,
        "source_partition": str(position.partition),
        "source_offset": str(position.offset),
    }
    return Record(position.topic + DEAD_SUFFIX, stored.record.key, stored.record.value, headers)


@dataclass(slots=True)
class Delivery:
    """How a group applies the records of one partition: several at once where they wait, one at a time after a failure."""

    one: Callable[[StoredRecord], Awaitable[None]]
    several: Several | None = None
    _singly: int = 0

    async def next(self, waiting: Sequence[StoredRecord]) -> int:
        """Apply the first of the waiting records, or the first few; how many were applied."""
        if self.several is not None and len(waiting) > 1 and not self._singly:
            batch = waiting[:MOST_AT_ONCE]
            try:
                await self.several(batch)
            except Exception as cause:  # noqa: BLE001  (each record is applied by itself now, and tells its own failure)
                self._singly = len(batch)
                _log.info("eventlog_applied_singly", first=str(batch[0].position), records=len(batch), cause=repr(cause))
            else:
                return len(batch)
        await self.one(waiting[0])
        self._singly = max(0, self._singly - 1)
        return 1


async def end(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel these tasks until they have ended: what a handler stands on may take a cancellation for a fault of its own, and the task goes on."""
    running = tasks
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=_CANCEL_AGAIN_S)


async def deliver(log: EventLog, group: str, stored: StoredRecord, handler: Handler) -> None:
    """Return once the record is applied or lies in the dead-letter topic; until then retry for ever, so that nothing overtakes it."""
    for attempt, delay in enumerate(backoff(), start=1):
        try:
            await _apply(log, group, stored, handler)
        except Exception:  # noqa: BLE001  (what a handler raises is its own affair)
            _log.warning("record_retried", group=group, position=str(stored.position), attempt=attempt, delay_s=round(delay, 3), exc_info=True)
            await asyncio.sleep(delay)
        else:
            return


async def _apply(log: EventLog, group: str, stored: StoredRecord, handler: Handler) -> None:
    try:
        await handler(stored)
    except PoisonError as poison:
        _log.warning("record_dead", group=group, position=str(stored.position), reason=str(poison))
        await log.append([dead_letter(stored, group, str(poison) or type(poison).__name__)])
