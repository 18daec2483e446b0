"""Tasks and assignments in the database."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.errors import not_found
from chassis.store import Store
from services.dispatch.model.assignment import LIVE, Assignment
from services.dispatch.model.task import OPEN, Task, TaskFilter
from services.dispatch.tables import assignment as assignment_table
from services.dispatch.tables import task as task_table

TASKS = Store(task_table, Task, "tasks")
ASSIGNMENTS = Store(assignment_table, Assignment, "assignments")


class AssignmentPlace(NamedTuple):
    """Which unit and task an assignment joins."""

    unit_id: str
    task_id: str
    task_state: str


async def live_count(connection: AsyncConnection, task_id: str) -> int:
    """How many units are bound by the task."""
    query = select(func.count()).where(assignment_table.c.task_id == task_id, assignment_table.c.state.in_(LIVE))
    return int(await connection.scalar(query) or 0)


async def place_of(connection: AsyncConnection, assignment_id: str) -> AssignmentPlace:
    """Unit, task and the task's state of an assignment, unlocked: whoever changes it locks task, unit and assignment in that order."""
    query = select(assignment_table.c.unit_id, assignment_table.c.task_id, task_table.c.state.label("task_state"))
    query = query.join(task_table, task_table.c.id == assignment_table.c.task_id).where(assignment_table.c.id == assignment_id)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise not_found(f"assignments/{assignment_id}")
    return AssignmentPlace(*row)


async def tried_units(connection: AsyncConnection, task_id: str) -> list[str]:
    """Units that were offered the task before."""
    return list((await connection.execute(select(assignment_table.c.unit_id).where(assignment_table.c.task_id == task_id).distinct())).scalars())


def task_conditions(narrowed: TaskFilter) -> list[ColumnElement[bool]]:
    """What a list of tasks is narrowed to."""
    columns = task_table.c
    wanted = ((columns.state, narrowed.state), (columns.incident_id, narrowed.incident_id), (columns.activation_id, narrowed.activation_id))
    conditions: list[ColumnElement[bool]] = [column == value for column, value in wanted if value]
    conditions += [columns.life_saving] if narrowed.life_saving else []
    return conditions + ([columns.state.in_(OPEN)] if narrowed.open_only else [])


def assignment_conditions(state: str, incident_id: str, task_id: str, unit_id: str, *, live_only: bool) -> list[ColumnElement[bool]]:
    """What a list of assignments is narrowed to."""
    columns = assignment_table.c
    wanted = {columns.state: state, columns.incident_id: incident_id, columns.task_id: task_id, columns.unit_id: unit_id}
    conditions: list[ColumnElement[bool]] = [column == value for column, value in wanted.items() if value]
    return conditions + ([columns.state.in_(LIVE)] if live_only else [])
