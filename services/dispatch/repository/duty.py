"""Shifts, spot checks and sensitive windows in the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import Store
from services.dispatch.model.coverage import SensitiveWindow
from services.dispatch.model.shift import WATCHING, Shift
from services.dispatch.model.spot_check import SpotCheck
from services.dispatch.tables import incident as incident_table
from services.dispatch.tables import sensitive_window as window_table
from services.dispatch.tables import shift as table
from services.dispatch.tables import spot_check as check_table

SHIFTS = Store(table, Shift, "shifts")
SPOT_CHECKS = Store(check_table, SpotCheck, "spotChecks")
WINDOWS = Store(window_table, SensitiveWindow, "sensitiveWindows")


def shift_conditions(org: str, state: str, since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    """What a list of shifts is narrowed to: those of an organisation or state that touch a period. One still on duty has not ended."""
    columns = table.c
    conditions = [column == value for column, value in ((columns.org, org), (columns.state, state)) if value]
    conditions += [or_(columns.end_at > since, columns.actual_end_at > since, columns.state.in_(WATCHING))] if since else []
    return conditions + ([columns.start_at < until] if until else [])


def check_conditions(shift_id: str, state: str) -> list[ColumnElement[bool]]:
    """What a list of spot checks is narrowed to."""
    return [column == value for column, value in ((check_table.c.shift_id, shift_id), (check_table.c.state, state)) if value]


async def watching(connection: AsyncConnection, org: str, without: str) -> bool:
    """True when another shift of the organisation is on duty."""
    query = select(table.c.id).where(table.c.org == org, table.c.state.in_(WATCHING), table.c.id != without).limit(1)
    return await connection.scalar(query) is not None


async def windows(connection: AsyncConnection, region_code: str, start: datetime, end: datetime) -> list[SensitiveWindow]:
    """Windows in force in the region during the period."""
    inside: Any = literal(region_code).startswith(window_table.c.region_code)
    return await WINDOWS.where(connection, window_table.c.state == "set", window_table.c.start_at < end, window_table.c.end_at > start, inside)


async def open_incidents(connection: AsyncConnection, region_code: str, states: Sequence[str]) -> list[str]:
    """Names of the real incidents in the region that are in one of the states."""
    columns = incident_table.c
    inside = columns.region_code.startswith(region_code, autoescape=True)
    query = select(columns.id).where(columns.state.in_(states), columns.exercise_id == "", inside).order_by(columns.id)
    return [f"incidents/{row_id}" for row_id in (await connection.execute(query)).scalars()]


def planned_conditions(org: str, start: datetime, end: datetime) -> list[ColumnElement[bool]]:
    """Planned shifts of an organisation that start in a period."""
    return [table.c.org == org, table.c.state == "planned", table.c.start_at >= start, table.c.start_at < end]
