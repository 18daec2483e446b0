"""What the incident half reads of the field half: who works on an incident, and who commands."""

from typing import Any

from sqlalchemy import String, Table, bindparam, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.dispatch.model.assignment import LIVE
from services.dispatch.model.task import OPEN
from services.dispatch.repository.conditions import among
from services.dispatch.tables import assignment, command_term, matter, shift, task

ON_DUTY = ("on_duty", "handover_pending")
"""States of a shift that has not been relieved."""


_INCIDENT = bindparam("incident", type_=String)
_LIVE = select(func.count()).where(assignment.c.incident_id == _INCIDENT, among(assignment.c.state, LIVE))


async def live_assignments(connection: AsyncConnection, incident_id: str) -> int:
    """How many units are assigned to the incident and not released yet."""
    return int(await connection.scalar(_LIVE, {"incident": incident_id}) or 0)


_ACTIVATION = select(matter.c.name).where(matter.c.incident_id == _INCIDENT, matter.c.kind == "activation", matter.c.open).limit(1)
_GIVEN_OUT = select(literal("tasks/").concat(task.c.id)).where(task.c.incident_id == _INCIDENT, among(task.c.state, OPEN)).limit(1)
_WORK = select(func.coalesce(_ACTIVATION.scalar_subquery(), _GIVEN_OUT.scalar_subquery(), ""))


async def work_of(connection: AsyncConnection, incident_id: str) -> str:
    """What is already done for an incident: an open activation or a task that was given out; empty when nothing is."""
    return str(await connection.scalar(_WORK, {"incident": incident_id}))


async def tasks_by_state(connection: AsyncConnection, incident_id: str) -> dict[str, int]:
    """How many tasks of the incident are in which state."""
    return await _by_state(connection, task, incident_id)


async def assignments_by_state(connection: AsyncConnection, incident_id: str) -> dict[str, int]:
    """How many assignments of the incident are in which state."""
    return await _by_state(connection, assignment, incident_id)


async def commander_of(connection: AsyncConnection, incident_id: str) -> str:
    """Who commands on the scene now; empty when nobody does."""
    query = select(command_term.c.commander).where(command_term.c.incident_id == incident_id, command_term.c.ended_at.is_(None))
    return str(await connection.scalar(query) or "")


async def leaders_on_duty(connection: AsyncConnection, region_code: str) -> set[str]:
    """Accounts of the leaders whose shift is on duty for the region; empty when no shift is."""
    column: Any = shift.c
    query = select(column.leader["person"].astext).where(column.state.in_(ON_DUTY), literal(region_code).startswith(column.region_code))
    return set(await connection.scalars(query))


async def _by_state(connection: AsyncConnection, table: Table, incident_id: str) -> dict[str, int]:
    column: Any = table.c
    query = select(column.state, func.count()).where(column.incident_id == incident_id).group_by(column.state)
    return {str(state): int(count) for state, count in (await connection.execute(query)).all()}
