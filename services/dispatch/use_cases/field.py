"""What the use cases of the field half share: the incident they serve, what the caller may see, and how a change is written down."""

from dataclasses import dataclass

from chassis.access import check_region, within
from chassis.errors import not_found
from chassis.identity import Caller
from chassis.journal import Transaction
from services.dispatch.errors import field as errors
from services.dispatch.model.assignment import Assignment
from services.dispatch.model.incident import Incident
from services.dispatch.model.task import Task
from services.dispatch.model.unit import Unit
from services.dispatch.repository import incidents

OPEN_STATES = ("reported", "verifying", "confirmed", "responding", "controlled")
"""States of an incident in which forces are directed for it."""


@dataclass(frozen=True, slots=True)
class Root:
    """What an object takes over from the incident it belongs to."""

    incident_id: str = ""
    region_code: str = ""
    exercise_id: str = ""
    incident: Incident | None = None


async def open_incident(tx: Transaction, incident_id: str, *, locked: bool = False) -> Incident:
    """The incident, when the caller may see it and its response is not over; locked for a change if wished."""
    incident = await (incidents.load(tx, incident_id) if locked else incidents.get(tx.connection, incident_id))
    if not within(tx.caller, incident.region_code):
        raise not_found(incident.name)
    if incident.state not in OPEN_STATES:
        raise errors.incident_not_open(incident.name, incident.title, incident.state)
    return incident


async def hold_open(tx: Transaction, incident_id: str = "", *, of_task: str = "") -> None:
    """Until this command is through, the response cannot end (whoever ends it counts the units that are bound by then); refuses when it is over."""
    held = await incidents.hold(tx, incident_id, of_task=of_task)
    if held is not None and held[2] not in OPEN_STATES:
        raise errors.incident_not_open(f"incidents/{held[0]}", *held[1:])


async def root_of(tx: Transaction, incident_id: str, region_code: str, exercise_id: str = "", *, locked: bool = False) -> Root:
    """Exercise of a new object: the incident's if it has one. Region: what is given, in the caller's jurisdiction, else the incident's."""
    if region_code:
        check_region(tx.caller, region_code)
    if incident_id:
        incident = await open_incident(tx, incident_id, locked=locked)
        return Root(incident_id, region_code or incident.region_code, incident.exercise_id, incident)
    if not region_code:
        raise errors.region_needed()
    return Root("", region_code, exercise_id)


def visible(caller: Caller, name: str, region_code: str) -> None:
    """NOT_FOUND outside the caller's jurisdiction."""
    if not within(caller, region_code):
        raise not_found(name)


def task_changed(tx: Transaction, task: Task, *events: object) -> Task:
    """Write down a changed task."""
    place = {"region_code": task.region_code, "incident": _incident(task.incident_id), "exercise_id": task.exercise_id}
    tx.changed(task.name, task, *events, version=task.version, **place)
    return task


def assignment_changed(tx: Transaction, assignment: Assignment, *events: object) -> Assignment:
    """Write down a changed assignment."""
    place = {"region_code": assignment.region_code, "incident": _incident(assignment.incident_id), "exercise_id": assignment.exercise_id}
    tx.changed(assignment.name, assignment, *events, version=assignment.version, **place)
    return assignment


def unit_changed(tx: Transaction, unit: Unit, *events: object, incident_id: str = "", exercise_id: str = "") -> Unit:
    """Write down a changed unit; the incident is the one it works on, or worked on until this change."""
    exercise_id = exercise_id or unit.exercise_id or unit.made_for_exercise
    place = {"region_code": unit.region_code, "incident": _incident(incident_id or unit.incident_id), "exercise_id": exercise_id}
    tx.changed(unit.name, unit, *events, version=unit.version, **place)
    return unit


def _incident(incident_id: str) -> str:
    return f"incidents/{incident_id}" if incident_id else ""
