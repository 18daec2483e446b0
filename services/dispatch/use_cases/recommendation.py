"""Who could go: one function, behind which a better method may stand without anybody noticing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.geo import Position, distance_m
from chassis.identity import Caller
from services.dispatch.model.assignment import Candidate
from services.dispatch.model.task import Task
from services.dispatch.model.unit import MILITARY, SILENCE, Unit
from services.dispatch.repository import tasks as repository
from services.dispatch.repository import units
from services.dispatch.use_cases.field import visible

SUGGESTED = 3
"""How many are suggested when a unit declines or does not answer."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What is needed, and where; `place` is longitude and latitude, None when unknown."""

    codes: Sequence[str]
    qualifications: Sequence[str]
    place: Position | None


def rank(ready: Sequence[Unit], demand: Demand, now: datetime) -> list[Candidate]:
    """Capable units, best first: more of the needed capabilities, then nearer by straight distance; unknown distance last."""
    capable = [unit for unit in ready if unit.team_class != MILITARY and set(demand.qualifications) <= set(unit.qualifications)]
    candidates = [_candidate(unit, demand, now) for unit in capable]
    far = float("inf")
    return sorted(candidates, key=lambda each: (-len(each.matched), far if each.distance_m is None else each.distance_m, each.unit_id))


def _candidate(unit: Unit, demand: Demand, now: datetime) -> Candidate:
    seen = unit.position
    fresh = seen is not None and now - seen.located_at <= SILENCE
    place = seen.location if seen is not None and (fresh or unit.home is None) else unit.home
    distance = distance_m(place, demand.place) if place and demand.place else None
    matched = [code for code in demand.codes if code in unit.codes()]
    reasons = [
        "ALL_CAPABILITIES" if len(matched) == len(demand.codes) else "SOME_CAPABILITIES",
        "DISTANCE_UNKNOWN" if distance is None else "STRAIGHT_DISTANCE",
        "FROM_POSITION" if fresh else "FROM_HOME" if place == unit.home else "FROM_OLD_POSITION",
        unit.state.upper(),
    ]
    return Candidate(unit.id, unit.display_name, unit.state, matched, distance, reasons, position_stale=not fresh)


async def candidates(connection: AsyncConnection, demand: Demand, now: datetime, without: Sequence[str] = ()) -> list[Candidate]:
    """Every unit that could go now, best first."""
    return rank(await units.ready(connection, demand.codes, without), demand, now)


async def next_candidates(connection: AsyncConnection, task: Task, now: datetime) -> list[Candidate]:
    """Who could go instead of those that were offered the task before."""
    tried = await repository.tried_units(connection, task.id)
    return (await candidates(connection, Demand(task.codes, task.qualifications, task.location), now, tried))[:SUGGESTED]


async def recommend(engine: AsyncEngine, caller: Caller, now: datetime, task_id: str, demand: Demand, limit: int) -> tuple[list[Candidate], list[str]]:
    """At most `limit` candidates for a task (or for a demand said outright), and the needed capabilities that none of them has."""
    async with engine.connect() as connection:
        if task_id:
            task = await repository.TASKS.get(connection, task_id)
            visible(caller, task.name, task.region_code)
            demand = Demand(task.codes, task.qualifications, task.location)
        found = await candidates(connection, demand, now)
    covered = {code for candidate in found for code in candidate.matched}
    return found[:limit], [code for code in demand.codes if code not in covered]
