"""The courier: claim a row, send, record. One runs in every process; together they send each delivery once.

A claim and a record are journal entries. Whoever dies between them leaves a row whose lease ends: then the receiver is asked where it can be, and else
the outcome is UNKNOWN and nothing is sent again by itself. Leases and pauses follow the real clock, everything else the domain's.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from chassis.clock import real_now
from chassis.database import LOST
from chassis.errors import DomainError
from chassis.identity import Call, component
from chassis.ids import new_id
from chassis.journal import Journal, Transaction
from chassis.logs import logger
from services.alerts.channels import delivery as wire
from services.alerts.channels.channel import Channel
from services.alerts.channels.delivery import ChannelKind, Outcome, failed, unknown
from services.alerts.model.alert import Alert
from services.alerts.model.coverage import DOOR
from services.alerts.model.delivery import MAX_ATTEMPTS, ChannelTarget, Delivery
from services.alerts.model.document import spoken_text
from services.alerts.repository import ALERTS, DELIVERIES, TARGETS, queries
from services.alerts.use_cases.channels import keep_delivery
from services.alerts.use_cases.desk import Desk
from services.alerts.use_cases.receipts import Report, record

log = logger(__name__)
BATCH = 20
POLL_S = 1.0
FIRST_PAUSE_S = 5.0
LONGEST_PAUSE_S = 300.0
LEASE_MARGIN_S = 30.0
SEND_LEASE_S = 60.0
Adapters = Mapping[ChannelKind, Channel]


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claimed delivery with all that sending needs."""

    row: Delivery
    target: ChannelTarget
    out: wire.Delivery


@dataclass
class Courier:
    """Sends what is queued, for as long as the process lives."""

    journal: Journal
    desk: Desk
    adapters: Adapters
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._looking = self.journal.engine.execution_options(isolation_level="AUTOCOMMIT")

    def committed(self, tx: Transaction) -> None:
        """Look again at once when something was queued."""
        if any(type(fact.event).__name__ == "ChannelQueued" for fact in tx.facts):
            self.wake.set()

    async def run(self) -> None:
        """Until cancelled; a lost database or log is waited for."""
        try:
            while True:
                try:
                    busy = await self.round()
                except (*LOST, SQLAlchemyError, DomainError) as error:
                    log.warning("the courier pauses", error=repr(error))
                    busy = False
                if not busy:
                    await self._pause()
        finally:
            for adapter in self.adapters.values():
                await adapter.close()

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self.wake.wait(), POLL_S)
        except TimeoutError:
            return
        finally:
            self.wake.clear()

    async def round(self) -> bool:
        """Clear what others left, then claim and send one batch; True when there was something and nothing broke."""
        async with self._looking.connect() as connection:
            waiting = await queries.waiting(connection)
        left = await self._claimed(self._take_abandoned) if waiting.abandoned else []
        well = await _each(self.clear, left)
        taken = await self._claimed(self._take_queued) if waiting.claimable else []
        well = await _each(self.deliver, taken) and well
        return well and bool(left or taken)

    async def claim(self) -> list[Parcel]:
        """Take a batch of queued deliveries."""
        return await self._claimed(self._take_queued)

    async def _claimed(self, take: Callable[[Transaction], Awaitable[list[Parcel]]]) -> list[Parcel]:
        parcels: list[Parcel] = []

        async def work(tx: Transaction) -> None:
            parcels[:] = await take(tx)

        await self.journal.apply(_call("claim deliveries", new_id()), b"", work)
        return parcels

    async def _take_queued(self, tx: Transaction) -> list[Parcel]:
        parcels = []
        for row in await queries.claimable(tx, BATCH):
            alert, target = await ALERTS.get(tx.connection, row.alert_id), await TARGETS.get(tx.connection, row.target_id)
            row.update_time = tx.now
            if alert.state != "published" or not target.enabled:
                event = row.stop()
                await DELIVERIES.save(tx, row)
                keep_delivery(tx, row, event)
                continue
            row.take(new_id(), self._lease(row))
            await DELIVERIES.save(tx, row)
            keep_delivery(tx, row)
            parcels.append(Parcel(row, target, outgoing(alert, target, row)))
        return parcels

    async def _take_abandoned(self, tx: Transaction) -> list[Parcel]:
        parcels = []
        for row in await queries.abandoned(tx, BATCH):
            alert, target = await ALERTS.get(tx.connection, row.alert_id), await TARGETS.get(tx.connection, row.target_id)
            row.claim, row.lease_time, row.update_time = new_id(), self._lease(row), tx.now
            await DELIVERIES.save(tx, row)
            keep_delivery(tx, row)
            parcels.append(Parcel(row, target, outgoing(alert, target, row)))
        return parcels

    def _lease(self, row: Delivery) -> datetime:
        adapter = self.adapters.get(ChannelKind(row.channel))
        return real_now() + timedelta(seconds=(adapter.timeout_seconds if adapter else SEND_LEASE_S) + LEASE_MARGIN_S)

    async def deliver(self, parcel: Parcel) -> None:
        """Send once and record what came back."""
        adapter = self.adapters.get(parcel.out.channel)
        if adapter is None:
            receipt = failed("CHANNEL_NOT_CONFIGURED", retryable=False, channel=parcel.out.channel)
        else:
            receipt = await adapter.send(parcel.out)
        await self.keep(parcel, receipt)

    async def clear(self, parcel: Parcel) -> None:
        """Somebody claimed it and said no more: ask the receiver, and else admit that nobody knows."""
        adapter = self.adapters.get(parcel.out.channel)
        receipt = await adapter.query(parcel.out) if adapter else None
        await self.keep(parcel, receipt or unknown("CHANNEL_NO_ANSWER", channel=parcel.out.channel))

    async def keep(self, parcel: Parcel, receipt: wire.Receipt) -> None:
        """Record an outcome, if the claim is still ours; queue again what `Receipt.again` allows, with growing pauses."""
        row_id, claim = parcel.row.id, parcel.row.claim

        async def work(tx: Transaction) -> None:
            row = await DELIVERIES.load(tx, row_id)
            if row.claim != claim or row.state != "sending":
                log.warning("an outcome came after its claim had ended", delivery=row.name, outcome=receipt.outcome, state=row.state)
                return
            again = receipt.again(parcel.out) if row.attempts < MAX_ATTEMPTS else None
            event = row.record(receipt, again, real_now() + _pause(row.attempts) if again else None)
            row.update_time = tx.now
            await DELIVERIES.save(tx, row)
            keep_delivery(tx, row, event)
            await self._count(tx, parcel, receipt)

        await self.journal.apply(_call("record delivery", f"{row_id}/{claim}"), receipt.outcome.encode(), work)

    async def _count(self, tx: Transaction, parcel: Parcel, receipt: wire.Receipt) -> None:
        """A channel that counts persons, in one village, reports coverage by itself."""
        alert = await ALERTS.get(tx.connection, parcel.row.alert_id)
        villages = [village for village in alert.villages if parcel.target.serves((village,))]
        if not (parcel.target.counts_persons and parcel.target.regions and len(villages) == 1 and receipt.reached is not None) or parcel.row.channel == DOOR:
            return
        population = self.desk.places.by_code[villages[0]].population
        reached = min(receipt.reached, population)
        lost = receipt.outcome is Outcome.FAILED
        await record(tx, self.desk, alert.id, Report(villages[0], parcel.row.channel, parcel.target.id, reached, "", lost, None, "", "channel"))

    async def report(self, remote_id: str, outcome: Outcome) -> bool:
        """A later report of the network on one message; False when no delivery knows that number (yet)."""
        known: list[str] = []

        async def work(tx: Transaction) -> None:
            for row in await queries.with_remote_id(tx, remote_id):
                known.append(row.id)
                event = row.confirm(remote_id, outcome)
                row.update_time = tx.now
                await DELIVERIES.save(tx, row)
                keep_delivery(tx, row, *([event] if event else []))

        await self.journal.apply(_call("report delivery", new_id()), b"", work)
        return bool(known)


async def _each(act: Callable[[Parcel], Awaitable[None]], parcels: list[Parcel]) -> bool:
    """Do it with each, all at once; one that breaks is noted and keeps its lease, and holds nobody else up. True when none broke."""
    outcomes = await asyncio.gather(*map(act, parcels), return_exceptions=True)
    broken = [(parcel, outcome) for parcel, outcome in zip(parcels, outcomes, strict=True) if outcome is not None]
    for parcel, error in broken:
        log.error("a delivery broke", delivery=parcel.row.name, target=parcel.target.name, error=repr(error))
    return not broken


def outgoing(alert: Alert, target: ChannelTarget, row: Delivery) -> wire.Delivery:
    """What goes out; only to recipients not yet sent to."""
    return wire.Delivery(
        identifier=alert.identifier, channel=ChannelKind(row.channel), target=target.wire(row.pending), status=alert.cap_status,
        msg_type=alert.kind.capitalize(), headline=alert.content.headline, text=spoken_text(alert.content), document=alert.document,
        level=alert.content.level, expires_at=alert.content.expire_time,
    )  # fmt: skip


def _pause(attempts: int) -> timedelta:
    longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (attempts - 1))
    return timedelta(seconds=random.uniform(longest / 2, longest))  # noqa: S311 - jitter, not a secret


def _call(method: str, request_id: str) -> Call:
    return Call(component("alerts.channels"), method, request_id)
