"""Sending units out: one, many by one key, or one from task to task. Locks go task, units by id, assignment, in every command."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from chassis.errors import DomainError, not_found
from chassis.ids import checked_id, new_id
from chassis.journal import Transaction
from chassis.timers import schedule_all
from services.dispatch.errors import field as errors
from services.dispatch.model.advice import NOTHING_KEPT
from services.dispatch.model.assignment import Assignment
from services.dispatch.model.order import OneKeyAnswer, OneKeyOrder, Outcome, Wish
from services.dispatch.model.task import WORKABLE, NotificationRequested, Task
from services.dispatch.model.unit import Unit
from services.dispatch.repository.tasks import ASSIGNMENTS, TASKS, place_of
from services.dispatch.repository.units import UNITS, any_free
from services.dispatch.use_cases import tasks
from services.dispatch.use_cases.field import assignment_changed, hold_open, open_incident, task_changed, unit_changed, visible
from services.dispatch.use_cases.way import send_home

ANSWER_TIMER = "assignment-answer"
Offered = tuple[Assignment, Unit, list[object]]
SHOWN = 4
"""So many characters of an address stand in an event."""


def offer(tx: Transaction, task: Task, unit: Unit, wish: Wish, answer_within: timedelta, assignment_id: str = "") -> tuple[Assignment, list[object]]:
    """Bind a unit that can go to a task; nothing is written yet. Raises what stands against it, NOT_FOUND for a unit of another jurisdiction."""
    visible(tx.caller, unit.name, unit.region_code)
    unit.check_plays(task.exercise_id)
    matched = unit.check_can_go(task.codes, task.qualifications, override=bool(wish.override_reason))
    unit.check_duty(tx.now, override=bool(wish.override_reason))
    if _against_advice(wish) and not wish.override_reason:
        raise errors.override_reason_needed(unit, [f"units/{unit_id}" for unit_id in wish.advice.units], wish.advice.names)
    return _bind(tx, task, unit, wish, matched, tx.now + answer_within, assignment_id)


def _against_advice(wish: Wish) -> bool:
    return bool(wish.advice.units) and wish.unit_id not in wish.advice.units


def _bind(
    tx: Transaction, task: Task, unit: Unit, wish: Wish, matched: list[str], answer_due_at: datetime, assignment_id: str
) -> tuple[Assignment, list[object]]:
    row_id = checked_id(assignment_id, "assignment_id")
    fence = unit.hold(row_id, task.incident_id, task.exercise_id)
    aside = [f"units/{unit_id}" for unit_id in wish.advice.set_aside if unit_id != unit.id]
    moved: list[object] = [unit.move("assigned", tx.now)] if unit.state in ("available", "alerted") else []
    assignment = Assignment(
        id=row_id, unit_id=unit.id, task_id=task.id, incident_id=task.incident_id, region_code=task.region_code, unit_display_name=unit.display_name,
        fence=fence, created_at=tx.now, answer_due_at=answer_due_at, matched=matched, dispatcher=tx.caller.id,
        override_reason=wish.override_reason, zone=wish.zone, exercise_id=task.exercise_id, overridden=_against_advice(wish),
        lacked=unit.lacks(task.codes, task.qualifications),
        recommended=[f"units/{unit_id}" for unit_id in wish.advice.units], allocation_proposal_id=wish.allocation_proposal_id,
        set_aside=aside, set_aside_reason=wish.advice.why if aside else "",
    )  # fmt: skip
    return assignment, moved


async def write(tx: Transaction, offered: Sequence[Offered]) -> None:
    """Write offers: units, assignments, and the timers that wait for the answers."""
    await UNITS.save_held(tx, [unit for _, unit, _ in offered])
    await ASSIGNMENTS.add(tx, *(assignment for assignment, _, _ in offered))
    await schedule_all(tx, ANSWER_TIMER, {assignment.id: assignment.answer_due_at for assignment, _, _ in offered})
    for assignment, unit, moved in offered:
        assignment_changed(tx, assignment, assignment.offer(), *assignment.override())
        unit_changed(tx, unit, *moved)


async def _open_task(tx: Transaction, task_id: str, states: Collection[str] = WORKABLE) -> Task:
    await hold_open(tx, of_task=task_id)
    task = await TASKS.load(tx, task_id)
    visible(tx.caller, task.name, task.region_code)
    if task.state not in states:
        raise errors.task_not_open(task, task.state)
    return task


async def create(tx: Transaction, task_id: str, wish: Wish, answer_within: timedelta, assignment_id: str) -> Assignment:
    """派遣 (– → offered): of two dispatchers who want the same unit exactly one gets it."""
    task = await _open_task(tx, task_id)
    unit = await UNITS.load(tx, wish.unit_id)
    assignment, moved = offer(tx, task, unit, wish, answer_within, assignment_id)
    await write(tx, [(assignment, unit, moved)])
    return assignment


async def one_key(tx: Transaction, order: OneKeyOrder) -> OneKeyAnswer:
    """一键调度 (DI-18): task, offers and notices in one step; what one unit cannot is told for that unit, the others go.

    A task that is not given out yet is given out with the first of them: where every unit is refused it stays a draft, and nobody is told of it.
    """
    _check_form(order)
    await hold_open(tx, order.incident_id)
    await open_incident(tx, order.incident_id)
    if order.new_task is not None:
        task = order.new_task
        incident = await tasks.settle(tx, task, locked=True)
        outcomes, offered = await _decide(tx, task, await _heeding(tx, order.wishes), order.answer_within)
        await tasks.draft(tx, task, incident, issue=bool(offered) or not order.wishes)
    else:
        task = await _open_task(tx, order.task_id, ("draft", *WORKABLE))
        if task.incident_id != order.incident_id:
            raise errors.another_incident(task, f"incidents/{order.incident_id}")
        outcomes, offered = await _decide(tx, task, order.wishes, order.answer_within)
        if task.state == "draft" and offered:
            await tasks.give_out(tx, task)
    await write(tx, offered)
    notices = order.notices if task.state in WORKABLE else []
    for notice in notices:
        told = NotificationRequested(task.key, notice.recipient, hinted(notice.address), notice.text or task.title, task.id)
        task_changed(tx, task, told)
    return OneKeyAnswer(task, outcomes, [notice.recipient for notice in notices])


async def _heeding(tx: Transaction, wishes: list[Wish]) -> list[Wish]:
    """The wishes for a new task; what was recommended for its incident is spent once nobody of it is free, and holds against nobody then."""
    recommended = {unit_id for wish in wishes for unit_id in wish.advice.units}
    if not recommended or await any_free(tx.connection, sorted(recommended)):
        return wishes
    return [replace(wish, advice=NOTHING_KEPT) for wish in wishes]


def hinted(address: str) -> str:
    """The end of a telephone number or mail address: enough to tell which was meant, too little to be personal data in an event (应对法 85)."""
    return "*" * max(0, len(address) - SHOWN) + address[-SHOWN:] if len(address) > SHOWN else "*" * len(address)


def _check_form(order: OneKeyOrder) -> None:
    if (order.new_task is None) == (not order.task_id):
        raise errors.task_or_new_task()
    seen: set[str] = set()
    for wish in order.wishes:
        if wish.unit_id in seen:
            raise errors.unit_named_twice(f"units/{wish.unit_id}")
        seen.add(wish.unit_id)


async def offer_each(tx: Transaction, task: Task, wishes: Sequence[Wish], answer_within: timedelta) -> list[Outcome]:
    """Offer a task to several units, each for itself."""
    outcomes, offered = await _decide(tx, task, wishes, answer_within)
    await write(tx, offered)
    return outcomes


async def _decide(tx: Transaction, task: Task, wishes: Sequence[Wish], answer_within: timedelta) -> tuple[list[Outcome], list[Offered]]:
    """What becomes of each unit; nothing is written yet."""
    units = await UNITS.find_all(tx, [wish.unit_id for wish in wishes])
    outcomes: list[Outcome] = []
    offered: list[Offered] = []
    for wish in wishes:
        unit = units.get(wish.unit_id)
        try:
            if unit is None:
                raise not_found(f"units/{wish.unit_id}")
            assignment, moved = offer(tx, task, unit, wish, answer_within)
        except DomainError as refusal:
            outcomes.append(Outcome(wish.unit_id, refusal=refusal))
        else:
            offered.append((assignment, unit, moved))
            outcomes.append(Outcome(wish.unit_id, assignment))
    return outcomes, offered


async def reassign(tx: Transaction, assignment_id: str, etag: str, task_id: str, wish: Wish, answer_within: timedelta, reason: str) -> Assignment:
    """改派: close one assignment and open another, at once; the unit is never free in between."""
    place = await place_of(tx.connection, assignment_id)
    task = await _open_task(tx, task_id)
    unit = await UNITS.load(tx, place.unit_id)
    old = await ASSIGNMENTS.load(tx, assignment_id, etag)
    visible(tx.caller, old.name, old.region_code)
    unit.check_plays(task.exercise_id)
    successor_id = new_id()
    ended = old.reassign(tx.now, reason, f"assignments/{successor_id}")
    matched = unit.check_capable(task.codes, task.qualifications, override=bool(wish.override_reason))
    unit.check_duty(tx.now, override=bool(wish.override_reason))
    turned = send_home(unit, tx.now, reason) if unit.state in ("on_scene", "working", "resting", "lost_contact") else []
    await ASSIGNMENTS.save(tx, old)
    assignment_changed(tx, old, ended)
    assignment, moved = _bind(tx, task, unit, wish, matched, tx.now + answer_within, successor_id)
    await write(tx, [(assignment, unit, [*turned, *moved])])
    return assignment
