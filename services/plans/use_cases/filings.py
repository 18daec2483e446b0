"""Commands, queries and timers on filings 备案 (R-P1)."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.identity import Caller
from chassis.ids import new_id
from chassis.journal import Transaction
from chassis.paging import page
from chassis.timers import schedule
from services.plans.model.calendar import WorkingCalendar, day_of, end_of
from services.plans.model.filing import ADDRESSEES, COPIES, PlanFiling, due_on
from services.plans.model.version import PlanVersion
from services.plans.repository import FILINGS
from services.plans.use_cases.visibility import noted, visible

DUE = "filing_due"
CALENDAR = "filing_calendar"
TRY_AGAIN = timedelta(days=1)


async def open_for(tx: Transaction, version: PlanVersion, issue_time: datetime, calendar: WorkingCalendar) -> None:
    """Open the filing duty of an issued version; a manual has none."""
    if version.kind not in ADDRESSEES:
        return
    addressee, issued_on = ADDRESSEES[version.kind], day_of(issue_time)
    last_day = due_on(calendar, issued_on)
    filing = PlanFiling(new_id(), version.plan_id, version.name, version.region_code, addressee, COPIES.get(addressee, ()), issued_on, last_day)
    await FILINGS.add(tx, filing)
    await _watch(tx, filing)
    noted(tx, filing, filing.due())


async def _watch(tx: Transaction, filing: PlanFiling) -> None:
    """Set the timer of the last day, or, while no holiday table covers it, ask again tomorrow."""
    if filing.due_on is None:
        await schedule(tx, CALENDAR, filing.id, tx.now + TRY_AGAIN)
    else:
        await schedule(tx, DUE, filing.id, end_of(filing.due_on))


async def ring_due(tx: Transaction, timer: Mapping[str, Any]) -> None:
    """The last day has passed: an open duty is overdue; the plan stays in force."""
    filing = await FILINGS.load(tx, timer["subject"])
    event = filing.expire()
    if event:
        await FILINGS.save(tx, filing)
        noted(tx, filing, event)


def ring_calendar(calendar: WorkingCalendar) -> Callable[[Transaction, Mapping[str, Any]], Any]:
    """Look whether the holiday table has come that a filing's last day needs."""

    async def ring(tx: Transaction, timer: Mapping[str, Any]) -> None:
        filing = await FILINGS.load(tx, timer["subject"])
        filing.due_on = due_on(calendar, filing.issued_on)
        if filing.due_on is not None:
            await FILINGS.save(tx, filing)
            noted(tx, filing, filing.due())
        if filing.state == "due":
            await _watch(tx, filing)

    return ring


async def change(tx: Transaction, filing_id: str, etag: str, step: Callable[[PlanFiling], object]) -> PlanFiling:
    """Load a filing, take a step of the model, save it."""
    filing = visible(tx.caller, await FILINGS.load(tx, filing_id, etag))
    event = step(filing)
    await FILINGS.save(tx, filing)
    return noted(tx, filing, event)


async def submit(tx: Transaction, filing_id: str, etag: str, to_org: str, papers: tuple[str, str, str]) -> PlanFiling:
    """报送备案."""
    return await change(tx, filing_id, etag, lambda filing: filing.submit(to_org, papers, tx.now))


async def get(engine: AsyncEngine, caller: Caller, filing_id: str) -> PlanFiling:
    """One filing the caller may see."""
    async with engine.connect() as connection:
        return visible(caller, await FILINGS.get(connection, filing_id))


async def page_of(engine: AsyncEngine, caller: Caller, size: int, token: str, plan_id: str, state: str) -> tuple[list[PlanFiling], str]:
    """A page of the filings the caller may see."""
    conditions = [*FILINGS.in_regions(caller.regions), *FILINGS.equal(plan_id=plan_id, state=state)]
    async with engine.connect() as connection:
        return await FILINGS.page_of(connection, page(size, token, plan_id, state), conditions)
