"""What units answer and dispatchers order on assignments, and queries. The unit follows in the same command."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import timers
from chassis.identity import Caller
from chassis.journal import Transaction
from chassis.paging import page
from services.dispatch.model.assignment import ASSIGNMENT, Assignment, Step
from services.dispatch.model.status_report import Told
from services.dispatch.model.task import Task
from services.dispatch.model.unit import Unit
from services.dispatch.repository import tasks as repository
from services.dispatch.repository.tasks import ASSIGNMENTS, TASKS
from services.dispatch.repository.units import UNITS
from services.dispatch.use_cases.field import assignment_changed, unit_changed, visible
from services.dispatch.use_cases.offers import ANSWER_TIMER
from services.dispatch.use_cases.picture import Picture
from services.dispatch.use_cases.recommendation import next_candidates
from services.dispatch.use_cases.told import write_down
from services.dispatch.use_cases.way import send_home, watch_contact


@dataclass(slots=True)
class Bound:
    """An assignment with its unit, both locked; the task only when the step may start it."""

    assignment: Assignment
    unit: Unit
    task: Task | None = None


async def bound(tx: Transaction, assignment_id: str, etag: str = "", fence: int | None = None, *, starts: bool = False) -> Bound:
    """Lock what a command on an assignment changes; STALE_FENCE when the report is about another assignment than the unit's current one."""
    place = await repository.place_of(tx.connection, assignment_id) if starts else None
    task = await TASKS.load(tx, place.task_id) if place is not None and place.task_state == "issued" else None
    unit, assignment = await repository.bound(tx, assignment_id, etag)
    visible(tx.caller, assignment.name, assignment.region_code)
    unit.check_fence(fence)
    return Bound(assignment, unit, task)


async def _save(tx: Transaction, both: Bound, events: list[object], unit_events: list[object]) -> Assignment:
    await ASSIGNMENTS.save(tx, both.assignment)
    await UNITS.save(tx, both.unit)
    assignment_changed(tx, both.assignment, *events)
    unit_changed(tx, both.unit, *unit_events, incident_id=both.assignment.incident_id, exercise_id=both.assignment.exercise_id)
    return both.assignment


async def accept(tx: Transaction, assignment_id: str, etag: str, fence: int | None, expected_at: datetime | None) -> Assignment:
    """确认 (offered → acknowledged), within the window."""
    both = await bound(tx, assignment_id, etag, fence)
    event = both.assignment.accept(tx.now, expected_at)
    await timers.cancel(tx, ANSWER_TIMER, assignment_id)
    return await _save(tx, both, [event], both.unit.heard(tx.now, "app"))


async def decline(picture: Picture, tx: Transaction, assignment_id: str, etag: str, reason: str) -> Assignment:
    """不能执行 (offered → declined); who could go instead is suggested."""
    both = await bound(tx, assignment_id, etag)
    task = await TASKS.get(tx.connection, both.assignment.task_id)
    event = both.assignment.decline(tx.now, reason, await next_candidates(picture, tx.connection, task, tx.now, both.unit))
    await timers.cancel(tx, ANSWER_TIMER, assignment_id)
    return await _save(tx, both, [event], _free(both.unit, tx.now, reason))


async def expire(picture: Picture, tx: Transaction, payload: Mapping[str, Any]) -> None:
    """Ring of ANSWER_TIMER: the unit did not answer in time (offered → expired); who could go instead is suggested."""
    both = await bound(tx, payload["subject"])
    if both.assignment.state != "offered":
        return
    task = await TASKS.get(tx.connection, both.assignment.task_id)
    event = both.assignment.expire(tx.now, await next_candidates(picture, tx.connection, task, tx.now, both.unit))
    await _save(tx, both, [event], _free(both.unit, tx.now, ""))


def _free(unit: Unit, now: datetime, reason: str) -> list[object]:
    """An offer came to nothing: the unit is free, or goes on home."""
    events = send_home(unit, now, reason) if unit.state in ("assigned", "en_route") else []
    unit.let_go()
    return events


async def report(tx: Transaction, assignment_id: str, etag: str, fence: int | None, step: Step) -> Assignment:
    """赶赴、到场、作业 (acknowledged → en_route → on_scene → working)."""
    both = await bound(tx, assignment_id, etag, fence, starts=step.state == "en_route")
    told = Told(both.unit, both.assignment)
    told.advance(both.assignment, step, tx.now)
    await write_down(tx, [told], {both.task.id: both.task} if both.task else {})
    return both.assignment


async def complete(tx: Transaction, assignment_id: str, etag: str, result: str) -> Assignment:
    """完成 (working → completed)."""
    both = await bound(tx, assignment_id, etag)
    event = both.assignment.complete(tx.now, result)
    before = both.unit.state
    unit_events = both.unit.heard(tx.now, "app")
    await watch_contact(tx, both.unit, before)
    return await _save(tx, both, [event], unit_events)


async def release(tx: Transaction, assignment_id: str, etag: str) -> Assignment:
    """放行 (on_scene, working, completed → released): the unit goes home, still bound until it is there."""
    return await _release(tx, await bound(tx, assignment_id, etag), "")


async def _release(tx: Transaction, both: Bound, reason: str) -> Assignment:
    event = both.assignment.release(tx.now)
    return await _save(tx, both, [event], send_home(both.unit, tx.now, reason))


async def give_back(tx: Transaction, assignment_id: str, etag: str, note: str, *, equipment_ok: bool) -> Assignment:
    """归建 (released → returned): at home, equipment checked, available again."""
    both = await bound(tx, assignment_id, etag)
    event = both.assignment.give_back(tx.now, note, equipment_ok=equipment_ok)
    unit_events = both.unit.heard(tx.now, "app")
    if both.unit.state == "returning":
        unit_events.append(both.unit.move("available", tx.now, "app"))
    both.unit.let_go(raise_fence=False)
    return await _save(tx, both, [event], unit_events)


async def recall(tx: Transaction, assignment_id: str, etag: str, reason: str) -> Assignment:
    """召回 (offered … working → recalled)."""
    return await _recall(tx, await bound(tx, assignment_id, etag), reason)


async def _recall(tx: Transaction, both: Bound, reason: str) -> Assignment:
    event = both.assignment.recall(tx.now, reason)
    await timers.cancel(tx, ANSWER_TIMER, both.assignment.id)
    unit_events = send_home(both.unit, tx.now, reason)
    both.unit.let_go()
    return await _save(tx, both, [event], unit_events)


async def bring_home(tx: Transaction, unit_id: str, task_id: str, reason: str) -> None:
    """The unit is not needed for the task any more: released from the scene, else recalled; nothing when it is not on it."""
    unit = await UNITS.find(tx, unit_id)
    if unit is None or not unit.assignment_id:
        return
    both = Bound(await ASSIGNMENTS.load(tx, unit.assignment_id), unit)
    if both.assignment.task_id != task_id:
        return
    if "release" in ASSIGNMENT.allowed(both.assignment.state):
        await _release(tx, both, reason)
    elif "recall" in ASSIGNMENT.allowed(both.assignment.state):
        await _recall(tx, both, reason)


async def get(engine: AsyncEngine, caller: Caller, assignment_id: str) -> Assignment:
    """One assignment the caller may see."""
    async with engine.connect() as connection:
        assignment = await ASSIGNMENTS.get(connection, assignment_id)
    visible(caller, assignment.name, assignment.region_code)
    return assignment


async def page_of(
    engine: AsyncEngine, caller: Caller, size: int, token: str, *, state: str, incident_id: str, task_id: str, unit_id: str, live_only: bool
) -> tuple[list[Assignment], str]:
    """A page of assignments the caller may see, newest first."""
    asked = page(size, token, state, incident_id, task_id, unit_id, live_only)
    async with engine.connect() as connection:
        return await repository.assignments_page(connection, asked, caller.regions, state, incident_id, task_id, unit_id, live_only=live_only)
