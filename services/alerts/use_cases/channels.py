"""Targets of channels, the plan of deliveries made when an alert is published, and what people do about deliveries."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.access import check_region
from chassis.identity import Caller
from chassis.ids import new_id
from chassis.journal import Transaction
from chassis.paging import page
from services.alerts import errors
from services.alerts.channels.delivery import ChannelKind
from services.alerts.channels.guard import may_carry
from services.alerts.model.alert import Alert
from services.alerts.model.delivery import ADAPTED, ChannelTarget, Delivery, masked
from services.alerts.repository import DELIVERIES, TARGETS, conditions, queries
from services.alerts.use_cases.visibility import noted, visible


async def create_target(tx: Transaction, target: ChannelTarget, district: str) -> ChannelTarget:
    """Set up a target."""
    target.region_code = target.region_code or district
    check_region(tx.caller, target.region_code)
    target.check()
    await TARGETS.add(tx, target)
    noted(tx, masked(target))
    return target


async def update_target(tx: Transaction, target_id: str, etag: str, changes: Mapping[str, Any]) -> ChannelTarget:
    """Change a target; what it is for stays."""
    target = visible(tx.caller, await TARGETS.load(tx, target_id, etag))
    for name, value in changes.items():
        setattr(target, name, value)
    target.check()
    await TARGETS.save(tx, target)
    noted(tx, masked(target))
    return target


async def delete_target(tx: Transaction, target_id: str, etag: str) -> ChannelTarget:
    """Out of use for good; its recipients are forgotten (应对法 84)."""
    target = visible(tx.caller, await TARGETS.load(tx, target_id, etag))
    target.delete_time, target.enabled, target.recipients = target.delete_time or tx.now, False, ()
    await TARGETS.save(tx, target)
    noted(tx, masked(target))
    return target


async def plan(tx: Transaction, alert: Alert, authority_region: str) -> list[Delivery]:
    """One row for each target in use that serves the part of the area the authority is about, is on a channel of the plan and may carry the message (S9).
    Whoever lives beyond it is warned by their own government, which has its notice.

    422 EXERCISE_ON_LIVE_CHANNEL when a channel is named whose targets may not carry it.
    """
    wanted = alert.content.channels
    own = authority_region
    regions = tuple(max(each, own, key=len) for each in alert.regions if each.startswith(own) or own.startswith(each))
    villages = tuple(each for each in alert.villages if each.startswith(own))
    near = [each for each in await queries.targets(tx.connection) if each.in_area(regions, villages) and each.within(own)]
    serving = [each for each in near if not wanted or each.channel in wanted]
    fit = [each for each in serving if may_carry(alert.cap_status, ChannelKind(each.channel), each.wire())]
    for channel in wanted:
        if any(each.channel == channel for each in serving) and not any(each.channel == channel for each in fit):
            raise errors.exercise_on_live_channel(channel)
    rows = [_row(tx, alert, target) for target in fit]
    await DELIVERIES.add(tx, *rows)
    for row in rows:
        keep_delivery(tx, row, row.queued())
    return rows


def _row(tx: Transaction, alert: Alert, target: ChannelTarget) -> Delivery:
    return Delivery(
        id=new_id(), alert_id=alert.id, channel=target.channel, target_id=target.id, region_code=alert.region_code, exercise_id=alert.exercise_id,
        create_time=tx.now, update_time=tx.now, state="queued" if target.channel in ADAPTED else "manual",
    )  # fmt: skip


def keep_delivery(tx: Transaction, row: Delivery, *events: object) -> Delivery:
    """Write down what became of a delivery."""
    return noted(tx, row, *events, exercise_id=row.exercise_id)


async def stop(tx: Transaction, alert: Alert) -> None:
    """The alert is over: what was not begun is not begun any more."""
    for row in await queries.queued(tx, [alert.id]):
        event = row.stop()
        row.update_time = tx.now
        await DELIVERIES.save(tx, row)
        keep_delivery(tx, row, event)


async def retry(tx: Transaction, delivery_id: str, etag: str) -> Delivery:
    """A person sends a failed delivery again."""
    row = visible(tx.caller, await DELIVERIES.load(tx, delivery_id, etag))
    event = row.retry()
    return await _saved(tx, row, event)


async def settle(tx: Transaction, delivery_id: str, etag: str, remark: str, *, sent: bool) -> Delivery:
    """A person found out what became of a delivery nobody knew of."""
    row = visible(tx.caller, await DELIVERIES.load(tx, delivery_id, etag))
    event = row.settle(remark, sent=sent)
    return await _saved(tx, row, event)


async def _saved(tx: Transaction, row: Delivery, event: object) -> Delivery:
    row.update_time = tx.now
    await DELIVERIES.save(tx, row)
    return keep_delivery(tx, row, event)


async def target(engine: AsyncEngine, caller: Caller, target_id: str) -> ChannelTarget:
    """One target."""
    async with engine.connect() as connection:
        return visible(caller, await TARGETS.get(connection, target_id))


async def targets(engine: AsyncEngine, caller: Caller, size: int, token: str, channel: str) -> tuple[list[ChannelTarget], str]:
    """A page of targets that were not deleted."""
    async with engine.connect() as connection:
        asked = [*TARGETS.in_regions(caller.regions), *TARGETS.equal(channel=channel), conditions.kept_targets()]
        return await TARGETS.page_of(connection, page(size, token, channel), asked)


async def delivery(engine: AsyncEngine, caller: Caller, delivery_id: str) -> Delivery:
    """One delivery."""
    async with engine.connect() as connection:
        return visible(caller, await DELIVERIES.get(connection, delivery_id))


async def deliveries(engine: AsyncEngine, caller: Caller, size: int, token: str, alert_id: str, state: str) -> tuple[list[Delivery], str]:
    """A page of deliveries, newest first."""
    async with engine.connect() as connection:
        asked = [*DELIVERIES.in_regions(caller.regions), *DELIVERIES.equal(alert_id=alert_id, state=state)]
        return await DELIVERIES.page_of(connection, page(size, token, alert_id, state), asked, by="create_time", descending=True)
