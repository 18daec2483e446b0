"""The relay: one leased process per service publishes journal rows in order, seals them onto the audit chain, and marks them, batch by batch."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import BigInteger, LargeBinary, Table, Update, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis import audit
from chassis.clock import real_now
from chassis.database import Session
from chassis.eventlog.record import EventLog, Record
from chassis.journal.transaction import Transaction
from chassis.logs import logger
from fenghuo.type.v1 import journal_pb2

log = logger(__name__)
BATCH = 500
POLL_S = 1.0
CHANNEL = "journal"
NUDGE_S = 0.005
LEASE_S = 1.0
"""How often the server is asked whether the lease still stands."""
SHARE = 0.4
SAVED_S = 0.1
LONGEST_REST_S = 0.06
"""Batches take at most so much of the time, of which so much may be saved up; but no event waits longer than this for the next batch to begin."""
KEEP_ANSWERS = timedelta(days=7)
HOUSEKEEPING_S = 3600.0


Published = Callable[[AsyncConnection, Sequence[Record]], Awaitable[None]]
"""What a service writes down of its own events as they are published, in the transaction that seals them; the same events may come again."""


class Pace:
    """A budget of time. A lone event, and a few together, go out at once; under load batches grow instead of coming more often.

    Each wakes the broker and everybody who listens, which costs more than what is in it (measured: with half as many batches a whole dispatch, from the call
    to the unit's return, took a quarter less of the processors). The busier the machine, the longer a batch takes, and the fewer there are.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._saved, self._at = SAVED_S, monotonic()

    def rest(self, took: float) -> float:
        """Seconds to rest after a batch that took so many."""
        now = self._monotonic()
        self._saved = max(min(SAVED_S, self._saved + (now - self._at) * SHARE) - took, -LONGEST_REST_S * SHARE)
        self._at = now
        return max(0.0, -self._saved / SHARE)


class SealedElsewhereError(Exception):
    """Two relays believed that they lead; nothing of this batch was sealed here."""


class Relay:
    """Publishes one service's events. Correctness rests on the journal: a batch published twice has one effect downstream."""

    def __init__(
        self,
        engine: AsyncEngine,
        session: Session,
        eventlog: EventLog,
        journal: Table,
        service: str,
        signer: Ed25519PrivateKey,
        published: Published | None = None,
    ) -> None:
        self._engine = engine
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._session = session
        self._log = eventlog
        self._table = journal
        self._service = service
        self._signer = signer
        self._published = published
        self._wake = asyncio.Event()
        self._turn = asyncio.Lock()
        self._leader = False
        self._pace = Pace()
        self._head: tuple[int, bytes] | None = None
        self._waiting = select(journal).where(journal.c.published_at.is_(None)).order_by(journal.c.seq).limit(BATCH)
        self._sealing = _sealing(journal)
        self._nudging: asyncio.Task[None] | None = None
        self._cleaned = self._asked = 0.0
        session.listen(CHANNEL, lambda _payload: self._wake.set())

    def committed(self, tx: Transaction) -> None:
        """A command was committed in this process: wake the leader, here or (at most every few milliseconds) elsewhere.

        One that says nothing to others waits: it is sealed with the next batch, within POLL_S.
        """
        if not tx.facts:
            return
        if self._leader:
            self._wake.set()
        elif self._nudging is None or self._nudging.done():
            self._nudging = asyncio.create_task(self._nudge())

    async def _nudge(self) -> None:
        await asyncio.sleep(NUDGE_S)
        try:
            await self._session.notify(CHANNEL)
        except Exception as error:  # noqa: BLE001 - the leader polls anyway
            log.warning("relay nudge failed", error=str(error))

    async def run(self) -> None:
        """Lead while holding the lease, stand by otherwise, until cancelled; any failure is told and tried again."""
        while True:
            try:
                if not (self._leader and await self._holds()):
                    self._head = None
                    self._leader = await self._session.try_lease("relay")
                    self._asked = time.monotonic()
                if self._leader:
                    begun = time.monotonic()
                    if await self.flush():
                        await asyncio.sleep(self._pace.rest(time.monotonic() - begun))
                    await self._housekeep()
            except Exception as error:  # noqa: BLE001 - the journal keeps what could not be published
                self._leader = False
                log.warning("relay stopped, will try again", error=repr(error))
                await asyncio.sleep(POLL_S / 2)
            await self._sleep()

    async def _holds(self) -> bool:
        """The lease still stands, as the server said a moment ago. Should it not, two publish for that moment, which costs only repetitions."""
        if self._session.open and time.monotonic() - self._asked < LEASE_S:
            return True
        self._asked = time.monotonic()
        return await self._session.alive()

    async def _sleep(self) -> None:
        try:
            async with asyncio.timeout(POLL_S):  # not wait_for: that loses a cancellation which comes together with the event
                await self._wake.wait()
        except TimeoutError:
            return
        finally:
            self._wake.clear()

    async def flush(self) -> int:
        """Publish everything that waits; gives back how many rows."""
        total = 0
        async with self._turn:
            while done := await self._batch():
                total += done
                if done < BATCH:
                    break
        return total

    async def _batch(self) -> int:
        async with self._reading.connect() as connection:
            rows = (await connection.execute(self._waiting)).all()
        if not rows:
            return 0
        records = [_record(stored) for row in rows if row.events for stored in journal_pb2.Outbox.FromString(row.events).records]
        if records:
            await self._log.append(records)
        await self._seal(rows, records)
        return len(rows)

    async def _seal(self, rows: Any, records: Sequence[Record]) -> None:
        table = self._table
        checkpoint = table.metadata.tables["checkpoint"]
        head, self._head = self._head, None
        async with self._engine.begin() as connection:
            place, previous = head or await self._last(connection)
            places, hashes = [], []
            for row in rows:
                place += 1
                previous = audit.link(previous, place, row)
                places.append(place)
                hashes.append(previous)
            sealed = await connection.execute(self._sealing, {"seqs": [row.seq for row in rows], "places": places, "hashes": hashes})
            if sealed.rowcount != len(rows):
                raise SealedElsewhereError(f"{len(rows) - sealed.rowcount} rows were sealed by another relay meanwhile")
            if place // audit.CHECKPOINT_EVERY > (place - len(rows)) // audit.CHECKPOINT_EVERY:
                await connection.execute(checkpoint.insert(), self._checkpoint(place, previous))
            if self._published is not None and records:
                await self._published(connection, records)
        self._head = place, previous

    async def _last(self, connection: AsyncConnection) -> tuple[int, bytes]:
        """Where the chain ends: place and hash of the last sealed row."""
        table = self._table
        head = select(table.c.chain_seq, table.c.chain_hash).where(table.c.chain_seq.isnot(None)).order_by(table.c.chain_seq.desc()).limit(1)
        last = (await connection.execute(head)).one_or_none()
        return (last.chain_seq, bytes(last.chain_hash)) if last else (0, audit.GENESIS)

    def _checkpoint(self, place: int, value: bytes) -> dict[str, object]:
        signature = self._signer.sign(audit.statement(self._service, place, value))
        return {"chain_seq": place, "chain_hash": value, "signed_at": real_now(), "signature": signature}

    async def _housekeep(self) -> None:
        """Once an hour: sign a checkpoint of the chain's head, and drop stored answers older than seven days."""
        if time.monotonic() - self._cleaned < HOUSEKEEPING_S:
            return
        table = self._table
        checkpoint = table.metadata.tables["checkpoint"]
        async with self._engine.begin() as connection:
            place, value = await self._last(connection)
            signed = await connection.scalar(select(func.max(checkpoint.c.chain_seq))) or 0
            if place > signed:
                await connection.execute(checkpoint.insert(), self._checkpoint(place, value))
            old = table.c.published_at < func.now() - KEEP_ANSWERS
            await connection.execute(update(table).where(old, table.c.response.isnot(None)).values(response=None))
        self._cleaned = time.monotonic()


def _sealing(table: Table) -> Update:
    """Marks rows as published and places them on the chain, all at once. The unique index on chain_seq refuses a second sealer; a row sealed is left alone."""
    given = (
        func.unnest(bindparam("seqs", type_=ARRAY(BigInteger)), bindparam("places", type_=ARRAY(BigInteger)), bindparam("hashes", type_=ARRAY(LargeBinary)))
        .table_valued("seq", "place", "hash", name="given")
        .render_derived()
    )
    values = {"published_at": func.now(), "chain_seq": given.c.place, "chain_hash": given.c.hash}
    return update(table).where(table.c.seq == given.c.seq, table.c.published_at.is_(None)).values(values)


def _record(stored: journal_pb2.OutboxRecord) -> Record:
    return Record(stored.topic, stored.key, stored.value, dict(stored.headers))
