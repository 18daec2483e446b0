"""What becomes of forces when an incident turns out to be none, goes to another organisation, is merged into another, or its exercise is broken off."""

from collections.abc import Sequence

from chassis.journal import Transaction
from services.dispatch.model.incident import INCIDENT
from services.dispatch.model.task import Task
from services.dispatch.repository import belonging, forces, incidents, records
from services.dispatch.repository import tasks as repository
from services.dispatch.repository.relief import EVACUATIONS, RECORDS
from services.dispatch.repository.tasks import ASSIGNMENTS, TASKS
from services.dispatch.repository.units import UNITS
from services.dispatch.use_cases import obligations
from services.dispatch.use_cases.assignments import bring_home
from services.dispatch.use_cases.field import assignment_changed, task_changed, unit_changed
from services.dispatch.use_cases.incidents import changed, note_first_task
from services.dispatch.use_cases.relief import order_changed, record_changed

UNFINISHED = ("draft", "issued", "in_progress", "failed")


async def stop_work(tx: Transaction, incident_id: str, reason: str) -> None:
    """Units come home, drafts are dropped, what was given out is cancelled."""
    await _stop(tx, await _unfinished(tx, incident_id), reason)


async def end_exercise(tx: Transaction, exercise_id: str, reason: str) -> None:
    """An exercise gives way to a real event (DOMAIN C2): its work stops and its units are free, nothing of it is owed or rings any more.

    What was not confirmed is dismissed; people end the responses (DOMAIN § 6: none ends by itself).
    """
    for incident in await incidents.open_of_exercise(tx, exercise_id):
        if "dismiss" in INCIDENT.allowed(incident.state):
            event = incident.dismiss(reason, tx.caller.id)
            await incidents.save(tx, incident)
            changed(tx, incident, event)
        await obligations.waive_all(tx, incident.id, reason)
    found = await TASKS.find_where(tx, *TASKS.equal(exercise_id=exercise_id))
    await _stop(tx, [task for task in found if task.state in UNFINISHED], reason)


async def _stop(tx: Transaction, unfinished: Sequence[Task], reason: str) -> None:
    for task in unfinished:
        for unit_id in await repository.live_units(tx.connection, task.id):
            await bring_home(tx, unit_id, task.id, reason)
        if task.state == "failed":
            continue
        event = task.discard(reason) if task.state == "draft" else task.cancel(reason, 0)
        await TASKS.save(tx, task)
        task_changed(tx, task, event)


async def move_work(tx: Transaction, incident_id: str, target_id: str) -> None:
    """Tasks, units and assignments belong to the incident that stays, nobody turns round; what is open or owed guards its end from now on (law 12)."""
    target_id = await incidents.survivor(tx, target_id)
    await records.move_matters(tx, incident_id, target_id)
    await _move_people(tx, incident_id, target_id)
    for task in await _unfinished(tx, incident_id):
        units = await UNITS.find_all(tx, await repository.live_units(tx.connection, task.id))
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
    cause = await forces.work_of(tx.connection, target_id)
    if cause:
        await note_first_task(tx, target_id, cause)


async def _move_people(tx: Transaction, incident_id: str, target_id: str) -> None:
    """Evacuations and what was provided; of one settlement with two records the one that stays has the earlier times."""
    for order in await belonging.locked(tx, EVACUATIONS, incident_id):
        order.incident_id = target_id
        await EVACUATIONS.save(tx, order)
        order_changed(tx, order)
    theirs = {record.settlement: record for record in await belonging.locked(tx, RECORDS, target_id)}
    for record in await belonging.locked(tx, RECORDS, incident_id):
        kept = theirs.get(record.settlement)
        if kept is None:
            record.incident_id, kept = target_id, record
        else:
            kept.take_in(record)
        await RECORDS.save(tx, kept)
        record_changed(tx, kept)


async def _unfinished(tx: Transaction, incident_id: str) -> list[Task]:
    found = await repository.in_states(tx.connection, incident_id, UNFINISHED)
    return [task for task in (await TASKS.find_all(tx, found)).values() if task.state in UNFINISHED]
