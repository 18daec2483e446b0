"""Whom to send now: the question read from task, incident and request, put to the picture of units; and what was recommended is remembered for a while."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.frozen import freeze, thawing
from chassis.hot import HotStore, HotStoreUnavailableError
from chassis.identity import Caller
from chassis.logs import logger
from services.dispatch.errors import field as errors
from services.dispatch.model.advice import NOTHING_KEPT, REMEMBERED_S, Advice, Asked, Kept, Manner, Place, Question
from services.dispatch.model.assignment import Candidate
from services.dispatch.model.task import Task
from services.dispatch.model.unit import Unit
from services.dispatch.repository import fleet, incidents
from services.dispatch.repository.tasks import TASKS
from services.dispatch.use_cases.field import visible
from services.dispatch.use_cases.picture import Picture

log = logger(__name__)
COUNTY = 6
"""Digits of a region's code that name a county or district."""
SUGGESTED = 3
"""How many are suggested when a unit declines or does not answer."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a caller asks: a task, an incident or a place; needs where the task's own do not hold; who is not to be asked, and why."""

    task_id: str = ""
    incident_id: str = ""
    place: Place | None = None
    needs: Sequence[Asked] = ()
    declined: Collection[str] = ()
    manner: Manner = field(default_factory=Manner)
    limit: int = 10
    why: str = ""


def needs_of(task: Task) -> list[Asked]:
    """What a task needs; any unit at all when it names nothing."""
    held = tuple(task.qualifications)
    return [Asked(need.code, need.count, held) for need in task.needs] or [Asked("", 1, held)]


async def _question(connection: AsyncConnection, caller: Caller, demand: Demand) -> Question:
    if not (demand.task_id or demand.incident_id or demand.place):
        raise errors.place_to_recommend_for()
    place, needs, left_out, on_task = demand.place, list(demand.needs), frozenset(demand.declined), frozenset[str]()
    set_aside = left_out
    incident_id, exercise_id = demand.incident_id, ""
    if demand.task_id:
        task = await TASKS.get(connection, demand.task_id)
        visible(caller, task.name, task.region_code)
        live, tried = await fleet.of_task(connection, task.id)
        on_task = frozenset() if needs else live
        place, needs, left_out = place or task.location, needs or needs_of(task), left_out | tried
        set_aside -= live | tried
        incident_id, exercise_id = incident_id or task.incident_id, task.exercise_id
    if incident_id and (place is None or demand.incident_id):
        incident = await incidents.get(connection, incident_id)
        if demand.incident_id or not demand.task_id:
            visible(caller, incident.name, incident.region_code)
        exercise_id = exercise_id or incident.exercise_id
        place = place or ((incident.lon, incident.lat) if incident.lon is not None and incident.lat is not None else None)
    return Question(place, needs or [Asked("", 1)], caller.regions, left_out, on_task, demand.manner, demand.limit, exercise_id, set_aside)


async def recommend(engine: AsyncEngine, hot: HotStore, picture: Picture, caller: Caller, now: datetime, demand: Demand) -> Advice:
    """Who should go, of the units of the caller's jurisdiction. What is recommended for a task as it stands, or for needs of an incident, is remembered."""
    async with engine.connect() as connection:
        question = await _question(connection, caller, demand)
    advice = await picture.advice(question, now)
    if demand.task_id:
        if advice.picks and demand.place is None and not demand.needs:  # of other needs, or somewhere else, it is no advice on the task
            await remember_for_task(hot, demand.task_id, advice.kept(demand.why))
    elif advice.picks and demand.incident_id:
        await _remember_for_incident(hot, demand, advice.kept(demand.why))
    return advice


async def next_candidates(picture: Picture, connection: AsyncConnection, task: Task, now: datetime, declining: Unit) -> list[Candidate]:
    """Who could go in the place of a unit that does not: anybody the task may need who was not offered it before, whatever others bring by now.

    Of the counties of the task and of that unit: whoever sent it commands there, which is all that is known of him when nobody answered him.
    """
    live, tried = await fleet.of_task(connection, task.id)
    left_out = (live | tried) | {declining.id}
    regions = tuple(sorted({task.region_code[:COUNTY], declining.region_code[:COUNTY]}))
    question = Question(task.location, needs_of(task), regions, left_out, frozenset(), Manner(alternatives=0), SUGGESTED, task.exercise_id)
    return list((await picture.advice(question, now)).candidates)


async def remember_for_task(hot: HotStore, task_id: str, kept: Kept) -> None:
    """Whoever is offered the task is held against these units for REMEMBERED_S."""
    await _remember(hot, {_key(task_id): {"advice": freeze(kept)}})


async def _remember_for_incident(hot: HotStore, demand: Demand, advice: Kept) -> None:
    """By its needs, and as the last that was asked for the incident at all."""
    codes = _codes(need.code for need in demand.needs)
    kept = {"codes": codes, "advice": freeze(advice)}
    await _remember(hot, {_incident_key(demand.incident_id): kept, _incident_key(demand.incident_id, codes): kept})


def _codes(codes: Iterable[str]) -> list[str]:
    return sorted({code for code in codes if code})


def _key(subject: str) -> str:
    return f"dispatch.advice.{subject}"


def _incident_key(incident_id: str, codes: Sequence[str] | None = None) -> str:
    """Of the advice for exactly these needs; of the last one where None are named."""
    return _key(f"incident.{incident_id}" if codes is None else f"incident.{incident_id}.{','.join(codes)}")


async def _remember(hot: HotStore, kept: Mapping[str, object]) -> None:
    try:
        for key, value in kept.items():
            await hot.put(key, json.dumps(value).encode(), REMEMBERED_S)
    except HotStoreUnavailableError as error:
        log.warning("a recommendation is not remembered", error=str(error))


async def _held(hot: HotStore, key: str) -> Any:
    try:
        held = await hot.get(key)
    except HotStoreUnavailableError:
        return None
    return json.loads(held) if held else None


def _kept(held: Any) -> Kept:
    change = thawing(Kept)
    kept: Kept = change(held) if change else held
    return kept


async def remembered(hot: HotStore, task_id: str) -> Kept:
    """What was recommended for the task of late; nothing when nobody asked, or when it is not known."""
    found = await _held(hot, _key(task_id)) if task_id else None
    return _kept(found["advice"]) if found else NOTHING_KEPT


async def remembered_for_new(hot: HotStore, incident_id: str, needed: Iterable[str]) -> Kept:
    """What was recommended of late for the needs that a new task of the incident has: the same ones, else the last asked if any of them is.

    A task that names no needs takes the last advice whatever it was for; advice on any unit at all holds for no task that names needs.
    """
    if not incident_id:
        return NOTHING_KEPT
    codes = _codes(needed)
    found = await _held(hot, _incident_key(incident_id, codes)) or await _held(hot, _incident_key(incident_id))
    if found is None or (codes and not set(codes) & set(found["codes"])):
        return NOTHING_KEPT
    return _kept(found["advice"])
