"""What the log lost is published again: every event of the journal that is not on the log."""

from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.eventlog.dead import history
from chassis.eventlog.record import EventLog, Record
from fenghuo.type.v1 import journal_pb2

PAGE = 500
ID = "ce_id"


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How many events the journal holds as published, and how many of them the log did not have."""

    checked: int
    republished: int


async def reconcile(engine: AsyncEngine, table: Table, log: EventLog, since: timedelta) -> Reconciled:
    """Compare what the journal says was published within `since` with the log, and publish again, in order, what is missing there.

    Consumers apply an event once, so one too many does no harm. `since` must not reach beyond the log's retention. Raises LogUnavailableError.
    """
    wanted: dict[str, int] = {}
    topics: set[str] = set()
    async with engine.connect() as connection:
        recent = (table.c.published_at > func.now() - since) & table.c.events.isnot(None)
        rows = await connection.stream(select(table.c.seq, table.c.events).where(recent).order_by(table.c.seq))
        async for row in rows:
            for stored in journal_pb2.Outbox.FromString(row.events).records:
                wanted[stored.headers[ID]] = row.seq
                topics.add(stored.topic)
    checked = len(wanted)
    async with aclosing(history(log, sorted(topics))) as records:
        async for found in records:
            wanted.pop(found.record.headers.get(ID, ""), None)
    places = sorted(set(wanted.values()))
    for start in range(0, len(places), PAGE):
        async with engine.connect() as connection:
            page = select(table.c.events).where(table.c.seq.in_(places[start : start + PAGE])).order_by(table.c.seq)
            lost = [stored for row in await connection.execute(page) for stored in journal_pb2.Outbox.FromString(row.events).records]
        await log.append([Record(each.topic, each.key, each.value, dict(each.headers)) for each in lost if each.headers[ID] in wanted])
    return Reconciled(checked, len(wanted))
