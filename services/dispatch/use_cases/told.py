"""Writing down what units told, of one unit or of many, in as many statements."""

from collections.abc import Mapping, Sequence

from chassis import timers
from chassis.journal import Transaction
from services.dispatch.model.status_report import Told
from services.dispatch.model.task import Task
from services.dispatch.model.unit import ON_DUTY_IN_FIELD, SILENCE
from services.dispatch.repository.tasks import ASSIGNMENTS, TASKS
from services.dispatch.repository.units import UNITS
from services.dispatch.use_cases.field import assignment_changed, task_changed, unit_changed
from services.dispatch.use_cases.offers import ANSWER_TIMER
from services.dispatch.use_cases.way import CONTACT_TIMER


async def write_down(tx: Transaction, told: Sequence[Told], tasks: Mapping[str, Task]) -> None:
    """Write units and assignments that are held locked; `tasks` that nobody was under way to yet are started by the first unit that sets out."""
    moved = [(each, each.assignment) for each in told if each.assignment is not None and each.assignment_events]
    begun = {task.id: task for each, assignment in moved if each.departed and (task := tasks.get(assignment.task_id)) and task.state == "issued"}
    started = [(task, task.start(tx.now)) for task in begun.values()]
    await timers.cancel_all(tx, ANSWER_TIMER, [assignment.id for each, assignment in moved if each.answered])
    watched = [each.unit for each in told if each.entered and each.unit.state in ON_DUTY_IN_FIELD]
    await timers.schedule_all(tx, CONTACT_TIMER, {unit.id: unit.heard_at + SILENCE for unit in watched})
    await ASSIGNMENTS.save_held(tx, [assignment for _, assignment in moved])
    await UNITS.save_held(tx, [each.unit for each in told])
    await TASKS.save_held(tx, begun.values())
    for each, assignment in moved:
        assignment_changed(tx, assignment, *each.assignment_events)
    for each in told:
        place = {"incident_id": each.assignment.incident_id, "exercise_id": each.assignment.exercise_id} if each.assignment else {}
        unit_changed(tx, each.unit, *each.unit_events, **place)
    for task, event in started:
        task_changed(tx, task, event)
