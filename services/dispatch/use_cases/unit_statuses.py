"""What units report of themselves, what the register says of them, and the alarm when nothing is heard."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from chassis.access import within
from chassis.errors import DomainError, not_found, stale
from chassis.hot import HotStore
from chassis.journal import Transaction
from chassis.timers import schedule
from services.dispatch.model.assignment import LIVE
from services.dispatch.model.status_report import Refused, StatusReport, Taken, Told
from services.dispatch.model.task import Task
from services.dispatch.model.unit import ON_DUTY_IN_FIELD, SILENCE, Registered, Unit
from services.dispatch.repository import command
from services.dispatch.repository import tasks as repository
from services.dispatch.repository.tasks import ASSIGNMENTS, TASKS, UnitPlace
from services.dispatch.repository.units import UNITS
from services.dispatch.use_cases.field import unit_changed, visible
from services.dispatch.use_cases.positions import last_heard
from services.dispatch.use_cases.told import write_down
from services.dispatch.use_cases.way import CONTACT_TIMER, watch_contact


async def set_status(tx: Transaction, report: StatusReport, etag: str) -> Unit:
    """A unit's state as its leader reports it. Where an assignment is live, en_route, on_scene and working move it too (DOMAIN § 2.2)."""
    report.check_form()
    places = await repository.places_of(tx.connection, [report.unit_id])
    told, tasks = await _held(tx, places, [report])
    if report.unit_id not in told:
        raise not_found(f"units/{report.unit_id}")
    one = told[report.unit_id]
    visible(tx.caller, one.unit.name, one.unit.region_code)
    if etag and etag != str(one.unit.version):
        raise stale(one.unit.name, etag, str(one.unit.version))
    one.take(report, tx.now)
    await write_down(tx, [one], tasks)
    return one.unit


async def report_all(tx: Transaction, reports: Sequence[StatusReport]) -> Taken:
    """Reports of many units in one command: each takes effect as by itself, or is answered for by itself. Locks go task, units by id, assignments by id."""
    given = {report.unit_id for report in reports}
    places = [place for place in await repository.places_of(tx.connection, sorted(given)) if within(tx.caller, place.region_code)]
    told, tasks = await _held(tx, places, reports)
    taken = Taken(unknown=sorted(given - told.keys()))
    changed: set[str] = set()
    for index, report in _in_order(reports, tx.now):
        one = told.get(report.unit_id)
        if one is None:
            continue
        if one.outdated(report.made_at):
            taken.outdated += 1
            continue
        trial = one.trial()
        try:
            trial.take(report, tx.now)
        except DomainError as refusal:
            taken.refused.append(Refused(index, report.unit_id, refusal))
        else:
            told[report.unit_id] = trial
            changed.add(report.unit_id)
            taken.accepted += 1
    taken.refused.sort(key=lambda each: each.index)
    taken.restored = [unit_id for unit_id in sorted(changed) if told[unit_id].restored]
    await write_down(tx, [told[unit_id] for unit_id in sorted(changed)], tasks)
    return taken


def _in_order(reports: Sequence[StatusReport], now: datetime) -> list[tuple[int, StatusReport]]:
    """Each with its place, in the order of the times at which they were made; one from the future counts as made now."""
    bounded = [replace(each, made_at=min(each.made_at, now)) if each.made_at else each for each in reports]
    return sorted(enumerate(bounded), key=lambda pair: pair[1].made_at or now)


async def _held(tx: Transaction, places: Sequence[UnitPlace], reports: Sequence[StatusReport]) -> tuple[dict[str, Told], dict[str, Task]]:
    """The units with their live assignments, and the tasks that their setting out may start; all locked, in the order task, unit, assignment."""
    departing = {report.unit_id for report in reports if report.step.state == "en_route"}
    tasks = await TASKS.find_all(tx, sorted({place.task_id for place in places if place.task_id and place.unit_id in departing}))
    units = await UNITS.find_all(tx, [place.unit_id for place in places])
    assignments = await ASSIGNMENTS.find_all(tx, sorted(unit.assignment_id for unit in units.values() if unit.assignment_id))
    live = {each.id: each for each in assignments.values() if each.state in LIVE}
    return {unit.id: Told(unit, live.get(unit.assignment_id)) for unit in units.values()}, tasks


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
