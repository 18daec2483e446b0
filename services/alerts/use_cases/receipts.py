"""Receipts and coverage (AL-01): whom channels reached, village by village, and what to try again below 90 %."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.identity import Caller
from chassis.ids import new_id
from chassis.journal import Transaction
from chassis.paging import page
from chassis.timers import schedule
from services.alerts import errors
from services.alerts.model.alert import Alert
from services.alerts.model.coverage import DOOR, Coverage, CoverageBelowTarget, CoverageUpdated, Receipt, coverage, proposal
from services.alerts.repository import ALERTS, RECEIPTS, conditions
from services.alerts.use_cases.desk import Desk
from services.alerts.use_cases.drafting import keep
from services.alerts.use_cases.publishing import COVERAGE
from services.alerts.use_cases.visibility import noted, visible


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody, or a device, reports."""

    village: str
    channel: str
    target_id: str
    reached: int
    outside_channel: str
    failed: bool
    receipt_time: datetime | None
    evidence_ref: str
    source: str


async def record(tx: Transaction, desk: Desk, alert_id: str, report: Report) -> Receipt:
    """Take in a receipt, and say what coverage is now. Receipts of one alert wait for each other."""
    alert = visible(tx.caller, await ALERTS.load(tx, alert_id))
    if not alert.identifier:
        raise errors.not_published(alert.name)
    if report.village not in alert.villages:
        raise errors.not_covered(report.village, alert.name)
    if report.outside_channel and report.channel != DOOR:
        raise errors.outside_channel_only_for_door(report.channel)
    at = report.receipt_time or tx.now
    if at > tx.now:
        raise errors.in_the_future("receipt_time")
    population = desk.places.by_code[report.village].population
    if report.reached > population:
        raise errors.more_than_live_there(report.village, report.reached, population)
    receipt = Receipt(
        id=new_id(), alert_id=alert.id, village=report.village, channel=report.channel, target_id=report.target_id, reached=report.reached,
        outside_channel=report.outside_channel, failed=report.failed, receipt_time=at, record_time=tx.now, region_code=alert.region_code,
        exercise_id=alert.exercise_id, evidence_ref=report.evidence_ref, source=report.source,
    )  # fmt: skip
    await RECEIPTS.add(tx, receipt)
    noted(tx, receipt, exercise_id=receipt.exercise_id)
    found = await _coverage(tx.connection, desk, alert)
    facts: list[object] = [CoverageUpdated(alert.id, alert.name, found.ratio, found.reached, found.target)]
    if found.all_reported:
        facts += _below(alert, found)
    await _told(tx, alert, found, facts)
    return receipt


async def ring_coverage(tx: Transaction, desk: Desk, payload: Mapping[str, Any]) -> None:
    """Time to look at coverage; again later while it is below what is wanted and the alert is in force."""
    alert = await ALERTS.find(tx, payload["alert"])
    if alert is None or alert.state != "published":
        return
    found = await _coverage(tx.connection, desk, alert)
    await _told(tx, alert, found, _below(alert, found))
    if found.below_target:
        await schedule(tx, COVERAGE, alert.id, tx.now + desk.coverage_check, {"alert": alert.id})


def _below(alert: Alert, found: Coverage) -> list[object]:
    """Coverage is below what is wanted: said once for each value it has."""
    if not found.below_target or alert.told_ratio == found.ratio:
        return []
    return [CoverageBelowTarget(alert.id, alert.name, found.ratio, found.wanted, proposal(found))]


async def _told(tx: Transaction, alert: Alert, found: Coverage, facts: list[object]) -> None:
    if not facts:
        return
    if any(isinstance(fact, CoverageBelowTarget) for fact in facts):
        alert.told_ratio = found.ratio
    await ALERTS.save(tx, alert)
    keep(tx, alert, *facts)


async def _coverage(connection: AsyncConnection, desk: Desk, alert: Alert) -> Coverage:
    receipts = await RECEIPTS.where(connection, conditions.receipts_of(alert.id))
    return coverage(alert.name, desk.places.known(alert.villages), receipts, Decimal(desk.coverage_wanted))


async def of(engine: AsyncEngine, desk: Desk, caller: Caller, alert_id: str) -> Coverage:
    """Coverage of an alert as it is known now."""
    async with engine.connect() as connection:
        return await _coverage(connection, desk, visible(caller, await ALERTS.get(connection, alert_id)))


async def page_of(engine: AsyncEngine, caller: Caller, size: int, token: str, alert_id: str) -> tuple[list[Receipt], str]:
    """A page of receipts, newest first."""
    async with engine.connect() as connection:
        wanted = [*RECEIPTS.in_regions(caller.regions), *RECEIPTS.equal(alert_id=alert_id)]
        return await RECEIPTS.page_of(connection, page(size, token, alert_id), wanted, by="receipt_time", descending=True)
