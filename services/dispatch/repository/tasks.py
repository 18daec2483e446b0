"""Tasks and assignments in the database."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import String, and_, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.errors import not_found, stale
from chassis.journal import Transaction
from chassis.paging import Page
from chassis.store import Store
from services.dispatch.model.assignment import LIVE, Assignment
from services.dispatch.model.task import OPEN, Task, TaskFilter
from services.dispatch.model.unit import Unit
from services.dispatch.repository.conditions import among, begins, given, prefixes
from services.dispatch.repository.listing import Listing
from services.dispatch.repository.units import UNITS
from services.dispatch.tables import assignment as assignment_table
from services.dispatch.tables import task as task_table
from services.dispatch.tables import unit as unit_table

TASKS = Store(task_table, Task, "tasks")
ASSIGNMENTS = Store(assignment_table, Assignment, "assignments")


class AssignmentPlace(NamedTuple):
    """Which unit and task an assignment joins."""

    unit_id: str
    task_id: str
    task_state: str


_ROW = bindparam("row_id", type_=String)
_LIVE_COUNT = select(func.count()).where(assignment_table.c.task_id == _ROW, among(assignment_table.c.state, LIVE))


async def live_count(connection: AsyncConnection, task_id: str) -> int:
    """How many units are bound by the task."""
    return int(await connection.scalar(_LIVE_COUNT, {"row_id": task_id}) or 0)


_LIVE_UNITS = select(assignment_table.c.unit_id).where(assignment_table.c.task_id == _ROW, among(assignment_table.c.state, LIVE))


async def live_units(connection: AsyncConnection, task_id: str) -> list[str]:
    """Units that are bound by the task, in order of their ids; the database lets a unit have one live assignment."""
    return sorted(await connection.scalars(_LIVE_UNITS, {"row_id": task_id}))


_PLACE = (
    select(assignment_table.c.unit_id, assignment_table.c.task_id, task_table.c.state.label("task_state"))
    .join(task_table, task_table.c.id == assignment_table.c.task_id)
    .where(assignment_table.c.id == _ROW)
)


async def place_of(connection: AsyncConnection, assignment_id: str) -> AssignmentPlace:
    """Unit, task and the task's state of an assignment, unlocked: whoever changes it locks task, unit and assignment in that order."""
    row = (await connection.execute(_PLACE, {"row_id": assignment_id})).one_or_none()
    if row is None:
        raise not_found(f"assignments/{assignment_id}")
    return AssignmentPlace(*row)


class UnitPlace(NamedTuple):
    """Where a unit belongs, and the task that it would start by setting out; empty when it has none, or one that was started."""

    unit_id: str
    region_code: str
    task_id: str


_STARTS = and_(task_table.c.id == assignment_table.c.task_id, task_table.c.state == "issued")
_BELONGS = (
    select(unit_table.c.id, unit_table.c.region_code, func.coalesce(task_table.c.id, ""))
    .outerjoin(assignment_table, and_(assignment_table.c.id == unit_table.c.assignment_id, among(assignment_table.c.state, LIVE)))
    .outerjoin(task_table, _STARTS)
    .where(given(unit_table.c.id, "unit_ids"))
)


async def places_of(connection: AsyncConnection, unit_ids: Sequence[str]) -> list[UnitPlace]:
    """Of each of the units that there are, unlocked, as `place_of`."""
    return [UnitPlace(*row) for row in (await connection.execute(_BELONGS, {"unit_ids": unit_ids})).all()]


_BOUND = (
    select(unit_table, assignment_table)
    .join(assignment_table, assignment_table.c.unit_id == unit_table.c.id)
    .where(assignment_table.c.id == _ROW)
    .with_for_update(of=[unit_table, assignment_table])
)
_UNIT_WIDTH = len(unit_table.columns)


async def bound(tx: Transaction, assignment_id: str, etag: str = "") -> tuple[Unit, Assignment]:
    """The unit of an assignment, and the assignment, locked in that order for a change. NOT_FOUND, or STALE when the caller saw another version."""
    row = (await tx.connection.execute(_BOUND, {"row_id": assignment_id})).one_or_none()
    if row is None:
        raise not_found(f"assignments/{assignment_id}")
    unit, assignment = UNITS.seen(tx, row), ASSIGNMENTS.seen(tx, row[_UNIT_WIDTH:])
    if etag and etag != str(assignment.version):
        raise stale(assignment.name, etag, str(assignment.version))
    return unit, assignment


_TASK_LIST = Listing(
    select(task_table), [task_table.c.created_at, task_table.c.id], descending=True,
    filters={
        "regions": begins(task_table.c.region_code, "regions"), "life_saving": task_table.c.life_saving, "open_only": among(task_table.c.state, OPEN),
        **{name: task_table.c[name] == bindparam(name) for name in ("state", "incident_id", "activation_id")},
    },
)  # fmt: skip


async def page_of(connection: AsyncConnection, page: Page, regions: Sequence[str], narrowed: TaskFilter) -> tuple[list[Task], str]:
    """A page of tasks in the regions, newest first, and the token of the next."""
    wanted = {"regions": prefixes(regions)} | {name: getattr(narrowed, name) or None for name in TaskFilter.__slots__}
    rows, after = await _TASK_LIST.page_of(connection, page, wanted)
    return [TASKS.of(row) for row in rows], after


_IN_STATES = select(task_table.c.id).where(task_table.c.incident_id == bindparam("incident"), given(task_table.c.state, "states"))


async def in_states(connection: AsyncConnection, incident_id: str, states: Sequence[str]) -> list[str]:
    """Ids of an incident's tasks in one of the states."""
    return list(await connection.scalars(_IN_STATES, {"incident": incident_id, "states": states}))


_ASSIGNMENT_LIST = Listing(
    select(assignment_table), [assignment_table.c.created_at, assignment_table.c.id], descending=True,
    filters={
        "regions": begins(assignment_table.c.region_code, "regions"), "live_only": among(assignment_table.c.state, LIVE),
        **{name: assignment_table.c[name] == bindparam(name) for name in ("state", "incident_id", "task_id", "unit_id")},
    },
)  # fmt: skip


async def assignments_page(
    connection: AsyncConnection, page: Page, regions: Sequence[str], state: str, incident_id: str, task_id: str, unit_id: str, *, live_only: bool
) -> tuple[list[Assignment], str]:
    """A page of assignments in the regions, newest first, and the token of the next."""
    wanted = {"state": state, "incident_id": incident_id, "task_id": task_id, "unit_id": unit_id, "live_only": live_only}
    asked = {"regions": prefixes(regions)} | {name: value or None for name, value in wanted.items()}
    rows, after = await _ASSIGNMENT_LIST.page_of(connection, page, asked)
    return [ASSIGNMENTS.of(row) for row in rows], after
