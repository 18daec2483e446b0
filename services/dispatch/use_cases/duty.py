"""Commands and queries on shifts: plan, file, swap, check in, hand over; and the search for gaps."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.access import check_region
from chassis.identity import Caller
from chassis.journal import Transaction
from chassis.paging import page
from chassis.timers import schedule
from services.dispatch.errors import field as errors
from services.dispatch.model.coverage import DutyGap, duty_gaps
from services.dispatch.model.shift import LATE, LONGEST, HandoverItem, Shift, ShiftChange
from services.dispatch.repository import duty as repository
from services.dispatch.repository.duty import SHIFTS
from services.dispatch.use_cases.field import OPEN_STATES, visible

GAP_TIMER = "shift-gap"
LONGEST_PERIOD = timedelta(days=366)


def _changed(tx: Transaction, shift: Shift, *events: object) -> Shift:
    tx.changed(shift.name, shift, *events, version=shift.version, region_code=shift.region_code)
    return shift


async def _load(tx: Transaction, shift_id: str, etag: str) -> Shift:
    shift = await SHIFTS.load(tx, shift_id, etag)
    visible(tx.caller, shift.name, shift.region_code)
    return shift


async def _save(tx: Transaction, shift: Shift, *events: object) -> Shift:
    await SHIFTS.save(tx, shift)
    return _changed(tx, shift, *events)


async def schedule_shift(tx: Transaction, shift: Shift) -> Shift:
    """排班 (– → planned)."""
    check_region(tx.caller, shift.region_code)
    sensitive = bool(await repository.windows(tx.connection, shift.region_code, shift.start_at, shift.end_at))
    event = shift.schedule(sensitive=sensitive)
    await SHIFTS.add(tx, shift)
    return _changed(tx, shift, event)


async def file_roster(tx: Transaction, org: str, start: datetime, end: datetime, recipient: str) -> tuple[list[Shift], list[DutyGap]]:
    """报备 (planned → filed) of every shift that starts in the period, and the gaps the period still has."""
    _check_period(start, end)
    planned = await SHIFTS.where(tx.connection, *repository.planned_conditions(org, start, end))
    shifts = list((await SHIFTS.load_all(tx, [shift.id for shift in planned])).values())
    if not shifts:
        raise errors.nothing_to_file()
    for shift in shifts:
        visible(tx.caller, shift.name, shift.region_code)
        event = shift.file(tx.now, recipient, start, end)
        await _save(tx, shift, event)
        await schedule(tx, GAP_TIMER, shift.id, shift.start_at + LATE)
    gaps = await _gaps(tx.connection, org, start, end, tx.now)
    return sorted(shifts, key=lambda shift: shift.start_at), gaps


async def request_change(tx: Transaction, shift_id: str, etag: str, change: ShiftChange) -> Shift:
    """申请换班 (planned, filed → change_requested); the substitute must be free."""
    shift = await _load(tx, shift_id, etag)
    event = shift.request_change(change)
    near = await SHIFTS.where(tx.connection, *repository.shift_conditions("", "", shift.start_at, shift.end_at))
    shift.substitute_free(near, change.person_in.person)
    return await _save(tx, shift, event)


async def approve_change(tx: Transaction, shift_id: str, etag: str) -> Shift:
    """同意换班 (change_requested → filed), by another person; the office above hears of it."""
    shift = await _load(tx, shift_id, etag)
    return await _refiled(tx, shift, shift.approve_change(tx.caller.id, tx.now))


async def reject_change(tx: Transaction, shift_id: str, etag: str, reason: str) -> Shift:
    """不同意换班 (change_requested → filed): the roster stays."""
    shift = await _load(tx, shift_id, etag)
    return await _refiled(tx, shift, shift.reject_change(tx.caller.id, reason, tx.now))


async def _refiled(tx: Transaction, shift: Shift, event: object) -> Shift:
    await schedule(tx, GAP_TIMER, shift.id, shift.start_at + LATE)
    return await _save(tx, shift, event)


async def check_in(tx: Transaction, shift_id: str, etag: str) -> Shift:
    """到岗 (filed → on_duty, or joining it; absent → on_duty, late)."""
    shift = await _load(tx, shift_id, etag)
    return await _save(tx, shift, shift.check_in(tx.caller.id, tx.now))


async def look_for_gap(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """Ring of GAP_TIMER, five minutes after the start: whoever is missing is told to the leader and the office above."""
    shift = await SHIFTS.load(tx, payload["subject"])
    before = shift.state
    event = shift.look_for_gap(covered=await repository.watching(tx.connection, shift.org, shift.id))
    if shift.state != before:
        await SHIFTS.save(tx, shift)
    if event is not None:
        _changed(tx, shift, event)


async def start_handover(tx: Transaction, shift_id: str, etag: str, items: list[HandoverItem]) -> Shift:
    """交班 (on_duty → handover_pending): with every open incident of the region."""
    shift = await _load(tx, shift_id, etag)
    open_matters = await repository.open_incidents(tx.connection, shift.region_code, OPEN_STATES)
    return await _save(tx, shift, shift.start_handover(tx.caller.id, items, open_matters))


async def accept_handover(tx: Transaction, shift_id: str, etag: str, successor_id: str) -> Shift:
    """接班 (handover_pending → handed_over): until now the old shift was on duty."""
    shift = await _load(tx, shift_id, etag)
    successor = await SHIFTS.get(tx.connection, successor_id)
    return await _save(tx, shift, shift.accept_handover(tx.caller.id, successor, tx.now))


async def close(tx: Transaction, shift_id: str, etag: str) -> Shift:
    """归档 (handed_over → closed)."""
    shift = await _load(tx, shift_id, etag)
    return await _save(tx, shift, shift.close())


async def get(engine: AsyncEngine, caller: Caller, shift_id: str) -> Shift:
    """One shift the caller may see."""
    async with engine.connect() as connection:
        shift = await SHIFTS.get(connection, shift_id)
    visible(caller, shift.name, shift.region_code)
    return shift


async def page_of(
    engine: AsyncEngine, caller: Caller, size: int, token: str, *, org: str, state: str, since: datetime | None, until: datetime | None
) -> tuple[list[Shift], str]:
    """A page of shifts the caller may see, by start."""
    asked, conditions = page(size, token, org, state, since, until), repository.shift_conditions(org, state, since, until)
    async with engine.connect() as connection:
        return await SHIFTS.page_of(connection, asked, [*SHIFTS.in_regions(caller.regions), *conditions], by="start_at")


async def gaps(
    engine: AsyncEngine, caller: Caller, now: datetime, size: int, token: str, *, org: str, start: datetime, end: datetime
) -> tuple[list[DutyGap], str]:
    """A page of the gaps of an organisation's duty in a period, by start (S12)."""
    _check_period(start, end)
    asked = page(size, token, org, start, end)
    async with engine.connect() as connection:
        found = await _gaps(connection, org, start, end, now, caller)
    (after,) = asked.key(datetime.fromisoformat) or (None,)
    rest = [gap for gap in found if after is None or gap.start_at > after]
    shown = rest[: asked.size]
    return shown, asked.token((shown[-1].start_at.isoformat(),)) if len(rest) > asked.size else ""


async def _gaps(connection: AsyncConnection, org: str, start: datetime, end: datetime, now: datetime, caller: Caller | None = None) -> list[DutyGap]:
    shifts = await SHIFTS.where(connection, *repository.shift_conditions(org, "", start - LONGEST, end))
    if caller is not None and shifts:
        visible(caller, f"shifts of {org}", shifts[0].region_code)
    windows = await repository.windows(connection, shifts[0].region_code, start, end) if shifts else []
    return duty_gaps(shifts, windows, start, end, now)


def _check_period(start: datetime, end: datetime) -> None:
    if not start < end <= start + LONGEST_PERIOD:
        raise errors.period_wrong()
