"""Spot checks and sensitive windows."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import timers
from chassis.access import check_region
from chassis.identity import Caller
from chassis.journal import Transaction
from chassis.paging import page
from services.dispatch.errors import field as errors
from services.dispatch.model.coverage import SensitiveWindow
from services.dispatch.model.spot_check import SpotCheck
from services.dispatch.repository import duty as repository
from services.dispatch.repository.duty import SHIFTS, SPOT_CHECKS, WINDOWS
from services.dispatch.use_cases.field import visible

ANSWER_TIMER = "spot-check"


def _check_changed(tx: Transaction, check: SpotCheck, *events: object) -> SpotCheck:
    tx.changed(check.name, check, *events, version=check.version, region_code=check.region_code)
    return check


async def issue(tx: Transaction, check: SpotCheck) -> SpotCheck:
    """抽查 a shift on duty; it must answer within the window."""
    shift = await SHIFTS.get(tx.connection, check.shift_id)
    visible(tx.caller, shift.name, shift.region_code)
    check.org, check.region_code = shift.org, shift.region_code
    event = check.issue(shift)
    await SPOT_CHECKS.add(tx, check)
    await timers.schedule(tx, ANSWER_TIMER, check.id, check.due_at)
    return _check_changed(tx, check, event)


async def answer(tx: Transaction, check_id: str, etag: str) -> SpotCheck:
    """应答, by a member of the shift, within the window."""
    check = await SPOT_CHECKS.load(tx, check_id, etag)
    visible(tx.caller, check.name, check.region_code)
    event = check.answer(await SHIFTS.get(tx.connection, check.shift_id), tx.caller.id, tx.now)
    await timers.cancel(tx, ANSWER_TIMER, check.id)
    await SPOT_CHECKS.save(tx, check)
    return _check_changed(tx, check, event)


async def miss(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """Ring of ANSWER_TIMER: not answered in time."""
    check = await SPOT_CHECKS.load(tx, payload["subject"])
    if check.state == "issued":
        event = check.miss()
        await SPOT_CHECKS.save(tx, check)
        _check_changed(tx, check, event)


async def page_of_checks(engine: AsyncEngine, caller: Caller, size: int, token: str, shift_id: str, state: str) -> tuple[list[SpotCheck], str]:
    """A page of checks the caller may see, newest first."""
    async with engine.connect() as connection:
        asked = page(size, token, shift_id, state)
        conditions = [*SPOT_CHECKS.in_regions(caller.regions), *repository.check_conditions(shift_id, state)]
        return await SPOT_CHECKS.page_of(connection, asked, conditions, by="issued_at", descending=True)


def _window_changed(tx: Transaction, window: SensitiveWindow, *events: object) -> SensitiveWindow:
    tx.changed(window.name, window, *events, version=window.version, region_code=window.region_code)
    return window


async def set_window(tx: Transaction, window: SensitiveWindow) -> SensitiveWindow:
    """敏感时期: double posts from now on; shifts planned before show up as gaps."""
    check_region(tx.caller, window.region_code)
    if window.start_at >= window.end_at:
        raise errors.period_wrong()
    await WINDOWS.add(tx, window)
    return _window_changed(tx, window, window.declare())


async def lift_window(tx: Transaction, window_id: str, etag: str) -> SensitiveWindow:
    """Lift a window."""
    window = await WINDOWS.load(tx, window_id, etag)
    visible(tx.caller, window.name, window.region_code)
    event = window.cancel()
    await WINDOWS.save(tx, window)
    return _window_changed(tx, window, event)


async def page_of_windows(engine: AsyncEngine, caller: Caller, size: int, token: str) -> tuple[list[SensitiveWindow], str]:
    """A page of windows the caller may see, by start."""
    async with engine.connect() as connection:
        return await WINDOWS.page_of(connection, page(size, token, "windows"), WINDOWS.in_regions(caller.regions), by="start_at")
