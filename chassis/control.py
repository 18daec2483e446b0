"""Control of a service: its settable clock (kept in its database, followed by every replica), the proof of its audit chain, its events the log lost."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import CheckConstraint, Column, Float, Integer, MetaData, Table, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import audit
from chassis.clock import Clock, ClockSetting
from chassis.database import Session, moment
from chassis.errors import guard
from chassis.eventlog import EventLog
from chassis.journal.reconcile import reconcile
from chassis.logs import logger
from chassis.timers import Timers
from fenghuo.system.v1 import system_pb2, system_pb2_grpc

log = logger(__name__)
CHANNEL = "clock"


def clock_table(metadata: MetaData) -> Table:
    """At most one row: the clock setting in force."""
    one_row = CheckConstraint("id = 1", name="one_row")
    return Table("clock", metadata, Column("id", Integer, primary_key=True), moment("anchor"), moment("domain"), Column("rate", Float, nullable=False), one_row)


class Control(system_pb2_grpc.SystemServiceServicer):
    """Serves SystemService for one process."""

    def __init__(
        self, engine: AsyncEngine, session: Session, clock: Clock, metadata: MetaData, timers: Timers, service: str, key: Ed25519PublicKey, eventlog: EventLog,
        *, allowed: bool,
    ) -> None:  # fmt: skip
        self._engine = engine
        self._session = session
        self._clock = clock
        self._table = metadata.tables["clock"]
        self._journal = metadata.tables["journal"]
        self._service = service
        self._key = key
        self._timers = timers
        self._log = eventlog
        self._allowed = allowed
        self._changed = asyncio.Event()
        session.listen(CHANNEL, lambda _payload: self._changed.set())

    async def run(self) -> None:
        """Follow what other replicas set, until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                await self.load()
            except Exception as error:  # noqa: BLE001 - the next notice or reconnection loads it again
                log.warning("clock not loaded", error=repr(error))

    async def load(self) -> None:
        """Follow what the database says."""
        if not self._allowed:
            return
        async with self._engine.connect() as connection:
            row = (await connection.execute(select(self._table))).one_or_none()
        self._clock.apply(ClockSetting(row.anchor, row.domain, row.rate) if row else None)
        self._timers.wake()

    async def GetClock(self, request: system_pb2.GetClockRequest, context: Any) -> system_pb2.ClockState:  # noqa: N802, ARG002
        """The clock this process follows."""
        return self._state()

    async def SetClock(self, request: system_pb2.SetClockRequest, context: Any) -> system_pb2.ClockState:  # noqa: N802, ARG002
        """Store the setting, follow it, and tell the other replicas."""
        if not self._allowed:
            raise guard("CLOCK_NOT_ALLOWED")
        async with self._engine.begin() as connection:
            if request.HasField("anchor") and request.HasField("domain"):
                row = {"id": 1, "anchor": _moment(request.anchor), "domain": _moment(request.domain), "rate": request.rate}
                await connection.execute(insert(self._table).values(row).on_conflict_do_update(index_elements=["id"], set_=row))
            else:
                await connection.execute(delete(self._table))
        await self.load()
        await self._session.notify(CHANNEL)
        return self._state()

    async def VerifyAudit(self, request: system_pb2.VerifyAuditRequest, context: Any) -> system_pb2.AuditReport:  # noqa: N802, ARG002
        """Recompute the chain."""
        known = [(mark.chain_seq, mark.chain_hash) for mark in request.known]
        head = select(self._journal.c.chain_seq, self._journal.c.chain_hash).where(self._journal.c.chain_seq.isnot(None))
        async with self._engine.connect() as connection:
            findings = await audit.verify(connection, self._journal, self._service, self._key, known)
            last = (await connection.execute(head.order_by(self._journal.c.chain_seq.desc()).limit(1))).one_or_none()
        report = system_pb2.AuditReport(rows=last.chain_seq if last else 0)
        if last:
            report.head.chain_seq, report.head.chain_hash = last.chain_seq, bytes(last.chain_hash)
        report.findings.extend(system_pb2.AuditFinding(chain_seq=each.chain_seq, problem=each.problem) for each in findings)
        return report

    async def ReconcileEvents(self, request: system_pb2.ReconcileEventsRequest, context: Any) -> system_pb2.ReconcileReport:  # noqa: N802, ARG002
        """Publish again what the log lost."""
        done = await reconcile(self._engine, self._journal, self._log, timedelta(hours=request.hours))
        log.info("events reconciled", checked=done.checked, republished=done.republished)
        return system_pb2.ReconcileReport(checked=done.checked, republished=done.republished)

    def _state(self) -> system_pb2.ClockState:
        state = system_pb2.ClockState(rate=1.0, allowed=self._allowed)
        state.now.FromDatetime(self._clock.now())
        setting = self._clock.setting
        if setting:
            state.rate = setting.rate
            state.anchor.FromDatetime(setting.anchor)
            state.domain.FromDatetime(setting.domain)
        return state


def _moment(stamp: Any) -> datetime:
    moment_: datetime = stamp.ToDatetime(UTC)
    return moment_
