"""What other services and dispatch itself tell of an incident: open matters, debts, the timeline, the situation on one page."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.identity import Caller
from chassis.journal import Transaction
from chassis.paging import page
from services.dispatch.model.matter import DEBT_KINDS, Debt, Matter
from services.dispatch.model.situation import Entry, Situation
from services.dispatch.repository import forces, incidents, records, reports
from services.dispatch.use_cases.incidents import note_first_task, visible

RECENT = 10
"""Steps shown with a situation."""


async def note_matter(tx: Transaction, name: str, kind: str, incident_id: str, at: datetime, *, is_open: bool) -> str:
    """Another service opened or ended something for an incident; the end of what was a debt pays it. Gives back the incident, or what it was merged into."""
    if not incident_id:
        return ""
    incident_id = await incidents.survivor(tx, incident_id)
    await records.note_matter(tx, Matter(name=name, kind=kind, incident_id=incident_id, open=is_open, opened_at=at, changed_at=at))
    if not is_open and kind in DEBT_KINDS:
        await records.pay(tx, kind, name)
    return incident_id


async def activated(tx: Transaction, name: str, incident_id: str, at: datetime) -> None:
    """A plan was activated: the incident is responding."""
    incident_id = await note_matter(tx, name, "activation", incident_id, at, is_open=True)
    if incident_id:
        await note_first_task(tx, incident_id, name)


async def write_down(connection: AsyncConnection, entries: Sequence[Entry]) -> None:
    """Steps of incidents, of whichever service."""
    await records.write_down(connection, entries)


async def timeline(
    engine: AsyncEngine, caller: Caller, incident_id: str, size: int, token: str, types: tuple[str, ...], *, newest_first: bool
) -> tuple[list[Entry], str]:
    """A page of the steps of an incident."""
    asked = page(size, token, incident_id, sorted(types), newest_first)
    async with engine.connect() as connection:
        visible(caller, await incidents.get(connection, incident_id))
        return await records.timeline_page(connection, asked, [incident_id], types, newest_first=newest_first)


async def situation(engine: AsyncEngine, caller: Caller, incident_id: str, now: datetime) -> Situation:
    """How an incident stands, on one page."""
    async with engine.connect() as connection:
        incident = visible(caller, await incidents.get(connection, incident_id))
        owed, overdue, upcoming = await reports.open_summary(connection, incident_id, now)
        sent, last = await reports.sent_summary(connection, incident_id)
        recent, _ = await records.timeline_page(connection, page(RECENT, ""), [incident_id], (), newest_first=True)
        return Situation(
            read_at=now,
            incident=incident,
            open_obligations=owed,
            overdue_obligations=overdue,
            next_due_at=upcoming,
            reports_sent=sent,
            last_report=last,
            signals=await records.signals_of(connection, incident_id),
            children=tuple(await incidents.children(connection, incident_id)),
            open_matters=tuple(each for each in await records.matters_of(connection, incident_id) if each.open),
            recent=tuple(recent),
            open_instructions=await records.open_instructions(connection, incident_id),
            open_debts=await records.open_debts(connection, incident_id),
            tasks=await forces.tasks_by_state(connection, incident_id),
            assignments=await forces.assignments_by_state(connection, incident_id),
            commander=await forces.commander_of(connection, incident_id),
        )


async def debts(engine: AsyncEngine, caller: Caller, size: int, token: str, incident_id: str, *, paid: bool) -> tuple[list[Debt], str]:
    """A page of debts, soonest due first."""
    async with engine.connect() as connection:
        return await records.debts_page(connection, page(size, token, "debts", incident_id, paid), caller.regions, incident_id, paid=paid)
