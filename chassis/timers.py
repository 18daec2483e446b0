"""Durable timers: written in the command's transaction, fired once by the domain's clock, surviving any restart."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Column, DateTime, Delete, Index, MetaData, Select, String, Table, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import JSONB, Insert, insert

from chassis import telemetry
from chassis.database import LOST, Session, key, lost, moment
from chassis.identity import Call, component
from chassis.ids import new_id
from chassis.journal.commands import Journal
from chassis.journal.transaction import Transaction
from chassis.logs import logger

log = logger(__name__)
CHANNEL = "timers"
BATCH = 100
POLL_S = 1.0
STUCK_RETRY_S = 30

Ring = Callable[[Transaction, Mapping[str, Any]], Awaitable[None]]


def timer_table(metadata: MetaData) -> Table:
    """Timers of one service; `subject` names what a timer is about, one timer per (kind, subject)."""
    table = Table(
        "timer",
        metadata,
        key(),
        Column("kind", String, nullable=False),
        Column("subject", String, nullable=False),
        moment("due_at"),
        moment("retry_at", nullable=True),
        Column("payload", JSONB, nullable=False),
        Column("traceparent", String, nullable=False),
    )
    Index("uq_timer_kind_subject", table.c.kind, table.c.subject, unique=True)
    Index("ix_timer_due_at", table.c.due_at)
    return table


class Timers:
    """Sets timers inside commands, and rings them in the background of one leased process."""

    def __init__(self, journal: Journal, session: Session, rings: Mapping[str, Ring]) -> None:
        self._table = journal.table.metadata.tables["timer"]
        self._journal = journal
        self._reading = journal.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._due, self._upcoming = _due(self._table), _upcoming(self._table)
        self._session = session
        self._rings = dict(rings)
        self._wake = asyncio.Event()
        session.listen(CHANNEL, lambda _payload: self._wake.set())
        journal.on_commit.append(self._committed)

    def wake(self) -> None:
        """Look again now: a timer or the clock was changed."""
        self._wake.set()

    def _committed(self, tx: Transaction) -> None:
        """Wake for a timer that is due before the next look."""
        delay = None if tx.rings_at is None else self._journal.clock.delay(tx.rings_at)
        if delay is not None and delay < POLL_S:
            self._wake.set()

    async def run(self) -> None:
        """Ring what is due, for as long as this process holds the lease, until cancelled."""
        leader = False
        while True:
            pause: float = POLL_S
            try:
                if not (leader and await self._session.alive()):
                    leader = await self._session.try_lease("timers")
                if leader:
                    pause = await self.ring_due()
            except (*LOST, Exception) as error:  # noqa: BLE001 - timers stay in the table
                leader = False
                log.warning("timers stopped, will try again", error=repr(error))
            try:
                async with asyncio.timeout(pause):  # not wait_for: that loses a cancellation which comes together with the event
                    await self._wake.wait()
            except TimeoutError:
                continue
            finally:
                self._wake.clear()

    async def ring_due(self) -> float:
        """Ring everything due; gives back how many real seconds to wait."""
        clock = self._journal.clock
        while True:
            now = clock.now()
            async with self._reading.connect() as connection:
                due = (await connection.execute(self._due, {"now": now})).all()
                upcoming = await connection.scalar(self._upcoming, {"now": now})
            for row in due:
                await self._ring(row)
            if len(due) < BATCH:
                delay = clock.delay(upcoming) if upcoming else None
                return min(POLL_S, delay) if delay is not None else POLL_S

    async def _ring(self, row: Any) -> None:
        table = self._table

        async def effect(tx: Transaction) -> None:
            gone = await tx.connection.execute(delete(table).where(table.c.id == row.id))
            if gone.rowcount:
                await self._rings[row.kind](tx, row.payload | {"due_at": row.due_at, "subject": row.subject})

        with telemetry.continued(f"timer {row.kind}", row.traceparent, kind="internal") as traceparent:
            call = Call(component(f"{self._journal.service}.timers"), f"timer {row.kind}", row.id, traceparent)
            try:
                if not await self._journal.apply(call, row.id.encode(), effect):
                    await self._set_aside(row.id, drop=True)
                log.info("timer rang", kind=row.kind, subject=row.subject)
            except Exception as error:  # a bug of one ring must not silence every other timer: it is tried again later, and told each time
                if lost(error):
                    raise
                log.exception("timer failed, set aside", kind=row.kind, subject=row.subject, error=repr(error))
                await self._set_aside(row.id, drop=False)

    async def _set_aside(self, timer_id: str, *, drop: bool) -> None:
        table = self._table
        later = func.now() + func.make_interval(0, 0, 0, 0, 0, 0, STUCK_RETRY_S)
        async with self._journal.engine.begin() as connection:
            change = delete(table) if drop else table.update().values(retry_at=later)
            await connection.execute(change.where(table.c.id == timer_id))


async def schedule(tx: Transaction, kind: str, subject: str, due_at: datetime, payload: Mapping[str, Any] | None = None) -> None:
    """Set the timer (kind, subject); an earlier one of that name is replaced. It rings once, at or after `due_at` of the domain's clock."""
    await tx.connection.execute(_set(tx.metadata.tables["timer"]), _row(tx, kind, subject, due_at, payload))


async def schedule_all(tx: Transaction, kind: str, due: Mapping[str, datetime]) -> None:
    """Set the timers of these subjects, in one go."""
    if due:
        await tx.connection.execute(_set(tx.metadata.tables["timer"]), [_row(tx, kind, subject, due_at) for subject, due_at in due.items()])


def _row(tx: Transaction, kind: str, subject: str, due_at: datetime, payload: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A timer as its row; notes when the command's next one rings."""
    tx.rings_at = due_at if tx.rings_at is None else min(due_at, tx.rings_at)
    return {
        "id": new_id(),
        "kind": kind,
        "subject": subject,
        "due_at": due_at,
        "retry_at": None,
        "payload": dict(payload or {}),
        "traceparent": tx.call.traceparent,
    }


async def cancel(tx: Transaction, kind: str, subject: str) -> None:
    """Take back a timer that has not rung."""
    await tx.connection.execute(_unset(tx.metadata.tables["timer"]), {"kind": kind, "subject": subject})


async def cancel_all(tx: Transaction, kind: str, subjects: Iterable[str]) -> None:
    """Take back the timers of these subjects, in one go."""
    gone = [{"kind": kind, "subject": subject} for subject in subjects]
    if gone:
        await tx.connection.execute(_unset(tx.metadata.tables["timer"]), gone)


def _due(table: Table) -> Select[Any]:
    waiting = (table.c.retry_at.is_(None)) | (table.c.retry_at <= func.now())
    return select(table).where(table.c.due_at <= _now(), waiting).order_by(table.c.due_at).limit(BATCH)


def _upcoming(table: Table) -> Select[Any]:
    return select(func.min(table.c.due_at)).where(table.c.due_at > _now())


def _now() -> Any:
    """The domain's time, for which a statement made once has a place."""
    return bindparam("now", type_=DateTime(timezone=True))


@cache
def _set(table: Table) -> Insert:
    statement = insert(table).inline()
    changes = {column.name: statement.excluded[column.name] for column in table.c if column.name not in {"kind", "subject"}}
    return statement.on_conflict_do_update(index_elements=["kind", "subject"], set_=changes)


@cache
def _unset(table: Table) -> Delete:
    return delete(table).where(table.c.kind == bindparam("kind"), table.c.subject == bindparam("subject"))
