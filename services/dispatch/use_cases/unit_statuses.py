"""What units report of themselves, what the register says of them, and the alarm when nothing is heard."""

from collections.abc import Mapping
from typing import Any

from chassis.hot import HotStore
from chassis.journal import Transaction
from chassis.timers import schedule
from services.dispatch.errors import field as errors
from services.dispatch.model.assignment import LIVE, STEPS, Step
from services.dispatch.model.unit import ON_DUTY_IN_FIELD, SILENCE, Registered, Unit
from services.dispatch.repository import command
from services.dispatch.repository import tasks as tasks_repository
from services.dispatch.repository.tasks import ASSIGNMENTS, TASKS
from services.dispatch.repository.units import UNITS
from services.dispatch.use_cases.assignments import Bound, follow
from services.dispatch.use_cases.field import unit_changed, visible
from services.dispatch.use_cases.positions import last_heard
from services.dispatch.use_cases.way import CONTACT_TIMER, heard, watch_contact

FREE = ("available", "alerted", "off_duty", "out_of_service")
"""States in which no assignment binds a unit."""


async def set_status(tx: Transaction, unit_id: str, etag: str, fence: int | None, step: Step, reason: str) -> Unit:
    """A unit's state as its leader reports it. Where an assignment is live, en_route, on_scene and working move it too (DOMAIN § 2.2)."""
    if step.state in ("assigned", "lost_contact"):
        raise errors.state_not_reportable(step.state)
    if step.state == "out_of_service" and not reason:
        raise errors.reason_needed(step.state)
    both = await _both(tx, unit_id, etag, step)
    unit = both if isinstance(both, Unit) else both.unit
    visible(tx.caller, unit.name, unit.region_code)
    unit.check_fence(fence)
    if isinstance(both, Bound) and step.state in STEPS and _ahead(both, step):
        await follow(tx, both, step)
        return unit
    return await _alone(tx, unit, step, reason, live=isinstance(both, Bound))


async def _both(tx: Transaction, unit_id: str, etag: str, step: Step) -> Bound | Unit:
    """The unit, with its assignment when that is live; locked in the order task, unit, assignment."""
    peeked = await UNITS.get(tx.connection, unit_id)
    task = None
    if peeked.assignment_id and step.state == "en_route":
        place = await tasks_repository.place_of(tx.connection, peeked.assignment_id)
        task = await TASKS.load(tx, place.task_id) if place.task_state == "issued" else None
    unit = await UNITS.load(tx, unit_id, etag)
    if not unit.assignment_id:
        return unit
    assignment = await ASSIGNMENTS.load(tx, unit.assignment_id)
    same = task is not None and task.id == assignment.task_id
    return Bound(assignment, unit, task if same else None) if assignment.state in LIVE else unit


def _ahead(both: Bound, step: Step) -> bool:
    """The step lies before the assignment, not behind it: a unit that rested goes on working without telling it anew."""
    order = ("offered", "acknowledged", "en_route", "on_scene", "working", "completed")
    return order.index(step.state) > order.index(both.assignment.state)


async def _alone(tx: Transaction, unit: Unit, step: Step, reason: str, *, live: bool) -> Unit:
    """A change that moves no assignment."""
    if unit.assignment_id and (step.state in FREE or (step.state == "returning" and live)):
        raise errors.assignment_open(unit.name, f"assignments/{unit.assignment_id}")
    if step.state in STEPS and not live and unit.lost_from != step.state:
        raise errors.no_assignment(unit.name)
    before = unit.state
    events = heard(unit, tx.now, step.source)
    if unit.state != step.state:
        events.append(unit.move(step.state, tx.now, step.source, reason))
    await watch_contact(tx, unit, before)
    await UNITS.save(tx, unit)
    return unit_changed(tx, unit, *events)


async def check_contact(hot: HotStore, tx: Transaction, payload: Mapping[str, Any]) -> None:
    """Ring of CONTACT_TIMER: nothing heard for SILENCE in the field makes the unit lost, once; otherwise ask again when SILENCE would be over."""
    unit = await UNITS.load(tx, payload["subject"])
    if unit.state not in ON_DUTY_IN_FIELD:
        return
    latest = max(unit.heard_at, await last_heard(hot, tx, unit.id))
    if not unit.silent_since(latest, tx.now):
        await schedule(tx, CONTACT_TIMER, unit.id, latest + SILENCE)
        return
    event = unit.lose_contact(latest, tx.now, await command.commander(tx.connection, unit.incident_id))
    await UNITS.save(tx, unit)
    unit_changed(tx, unit, event)


async def restore(tx: Transaction, unit_id: str, source: str) -> None:
    """A position came from a unit that was out of contact; nothing when it is in contact already."""
    unit = await UNITS.load(tx, unit_id)
    if unit.state != "lost_contact":
        return
    event = unit.restore(tx.now, source)
    await watch_contact(tx, unit, "lost_contact")
    await UNITS.save(tx, unit)
    unit_changed(tx, unit, event)


async def take_over(tx: Transaction, unit_id: str, facts: Registered) -> None:
    """Take over what the register says; a unit that is new here is off duty until it reports."""
    unit = await UNITS.find(tx, unit_id)
    if unit is None:
        unit = Unit(id=unit_id, state_at=tx.now, heard_at=tx.now, **{name: getattr(facts, name) for name in Registered.__slots__})
        await UNITS.add(tx, unit)
        event = unit.take_over(facts)
    else:
        event = unit.take_over(facts)
        await UNITS.save(tx, unit)
    unit_changed(tx, unit, event)


async def leave_register(tx: Transaction, unit_id: str) -> None:
    """The unit left the register; nothing new is offered to it."""
    unit = await UNITS.find(tx, unit_id)
    if unit is not None:
        event = unit.leave_register()
        await UNITS.save(tx, unit)
        unit_changed(tx, unit, event)
