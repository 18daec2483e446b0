"""What becomes of forces when an incident turns out to be none, goes to another organisation, or is merged into another."""

from chassis.journal import Transaction
from services.dispatch.model.task import Task, TaskFilter
from services.dispatch.repository import tasks as repository
from services.dispatch.repository.tasks import ASSIGNMENTS, TASKS
from services.dispatch.repository.units import UNITS
from services.dispatch.use_cases.assignments import bring_home
from services.dispatch.use_cases.field import assignment_changed, task_changed, unit_changed

UNFINISHED = ("draft", "issued", "in_progress", "failed")


async def stop_work(tx: Transaction, incident_id: str, reason: str) -> None:
    """Units come home, drafts are dropped, what was given out is cancelled."""
    for task in await _unfinished(tx, incident_id):
        for unit_id in await _live(tx, task.id):
            await bring_home(tx, unit_id, task.id, reason)
        if task.state == "failed":
            continue
        event = task.discard(reason) if task.state == "draft" else task.cancel(reason, 0)
        await TASKS.save(tx, task)
        task_changed(tx, task, event)


async def move_work(tx: Transaction, incident_id: str, target_id: str) -> None:
    """Tasks, the units on them and their assignments belong to the incident that stays; nobody turns round."""
    for task in await _unfinished(tx, incident_id):
        units = await UNITS.find_all(tx, await _live(tx, task.id))
        for unit in units.values():
            assignment = await ASSIGNMENTS.load(tx, unit.assignment_id)
            assignment.incident_id = unit.incident_id = target_id
            await ASSIGNMENTS.save(tx, assignment)
            await UNITS.save(tx, unit)
            assignment_changed(tx, assignment)
            unit_changed(tx, unit)
        event = task.move(target_id)
        await TASKS.save(tx, task)
        task_changed(tx, task, event)


async def _unfinished(tx: Transaction, incident_id: str) -> list[Task]:
    found = await TASKS.where(tx.connection, *repository.task_conditions(TaskFilter(incident_id=incident_id)))
    locked = await TASKS.find_all(tx, [task.id for task in found if task.state in UNFINISHED])
    return [task for task in locked.values() if task.state in UNFINISHED]


async def _live(tx: Transaction, task_id: str) -> list[str]:
    conditions = repository.assignment_conditions("", "", task_id, "", live_only=True)
    return sorted({assignment.unit_id for assignment in await ASSIGNMENTS.where(tx.connection, *conditions)})
