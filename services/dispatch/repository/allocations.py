"""Allocation proposals in the database: what they weigh, the lease on their computation, and its progress."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database.session import lock_key
from chassis.frozen import freeze
from chassis.store import Store, in_regions
from services.dispatch.model.advice import Asked, Reason
from services.dispatch.model.allocation import LIFE_SAVING, WAITING, WEIGHTS, AllocationProposal, Brought, Plan, Site
from services.dispatch.model.assignment import LIVE
from services.dispatch.model.incident import OPEN
from services.dispatch.model.task import WORKABLE
from services.dispatch.model.unit import Unit
from services.dispatch.repository.conditions import among
from services.dispatch.repository.units import UNITS
from services.dispatch.tables import allocation_plan, allocation_proposal, assignment, incident, task, unit

PROPOSALS = Store(allocation_proposal, AllocationProposal, "allocationProposals")
PLANS = Store(allocation_plan, Plan, "allocationPlans", fixed=("sites", "gaps", "before", "after", "areas"))
_TABLE = allocation_proposal.c
Held = tuple[str, str]
"""Title and state of an incident."""


_WAITING = select(_TABLE.id).where(among(_TABLE.state, WAITING)).order_by(_TABLE.created_at)


async def waiting(connection: AsyncConnection) -> list[str]:
    """Proposals that nobody has finished, oldest first."""
    return list(await connection.scalars(_WAITING))


async def try_lease(connection: AsyncConnection, proposal_id: str) -> bool:
    """Take the computation of a proposal for this connection: it ends with it, so with the process."""
    return bool(await connection.scalar(select(func.pg_try_advisory_lock(lock_key(f"allocation {proposal_id}")))))


async def release(connection: AsyncConnection, proposal_id: str) -> None:
    """Give the computation up."""
    await connection.scalar(select(func.pg_advisory_unlock(lock_key(f"allocation {proposal_id}"))))


_PROGRESS = (
    allocation_proposal.update()
    .where(_TABLE.id == bindparam("row_id"), _TABLE.attempts == bindparam("attempt"), _TABLE.state == "computing")
    .values(progress=bindparam("done"), message=bindparam("words"))
)


async def note_progress(connection: AsyncConnection, proposal_id: str, attempts: int, done: int, words: Reason) -> bool:
    """Write down how far a computation is; False when it is not this one's any more: cancelled, or taken over."""
    written = await connection.execute(_PROGRESS, {"row_id": proposal_id, "attempt": attempts, "done": done, "words": freeze(words)})
    return bool(written.rowcount)


def level_weight(level: int, *, life_saving: bool) -> float:
    """What a second weighs."""
    return LIFE_SAVING if life_saving else WEIGHTS.get(level, WEIGHTS[4])


async def sites(connection: AsyncConnection, region_code: str, incidents: Sequence[str], exercise_id: str) -> list[Site]:
    """Tasks of a jurisdiction, of one exercise or real, that were given out, of open incidents or of none, and lack units; with what is still open of them."""
    names = ("id", "incident_id", "title", "region_code", "lon", "lat", "life_saving", "needs", "qualifications")
    columns: list[ColumnElement[Any]] = [task.c[name] for name in names]
    columns += [incident.c.lon.label("at_lon"), incident.c.lat.label("at_lat"), incident.c.level]
    query = select(*columns).outerjoin(incident, incident.c.id == task.c.incident_id).where(task.c.state.in_(WORKABLE), task.c.exercise_id == exercise_id)
    query = query.where(or_(incident.c.id.is_(None), incident.c.state.in_(OPEN)), *in_regions(task.c.region_code, [region_code]))
    if incidents:
        query = query.where(task.c.incident_id.in_(incidents))
    rows = (await connection.execute(query.order_by(task.c.created_at, task.c.id))).all()
    on_task = await brought(connection, [row.id for row in rows])
    return [site for row in rows if (site := _site(row, on_task.get(row.id, _NOBODY))).needs]


def _site(row: Any, there: "There") -> Site:
    held = tuple(row.qualifications)
    had = [Asked(need["code"], need["count"], held) for need in row.needs] or [Asked("", 1, held)]
    lon, lat = (row.lon, row.lat) if row.lon is not None and row.lat is not None else (row.at_lon, row.at_lat)
    place = (lon, lat) if lon is not None and lat is not None else None
    weight = level_weight(row.level if row.level is not None else 4, life_saving=row.life_saving)
    return Site(
        row.id, row.incident_id, row.title, row.region_code, place, weight, row.life_saving, had, there.open(had), sorted(there.tried), there.live,
        there.seconds, came=there.came(had),
    )  # fmt: skip


class There:
    """Units on a task: how much of each capability they bring, how many they are, how long they took; and who was offered it before."""

    def __init__(self) -> None:
        self.brought: list[Brought] = []
        self.seconds: list[float] = []
        self.tried: set[str] = set()

    @property
    def live(self) -> int:
        """How many there are."""
        return len(self.brought)

    def came(self, needs: Sequence[Asked]) -> dict[str, int]:
        """How many of them bring each capability."""
        return {need.code: sum(each.amounts.get(need.code, 0) > 0 for each in self.brought) for need in needs}

    def open(self, needs: Sequence[Asked], *, strict: bool = False) -> list[Asked]:
        """What they leave open. Whoever was sent counts, by an override also without the qualification; strictly, only who fits the need."""
        left = [(need, need.count - sum(each.amounts.get(need.code, 0) for each in self.brought if not strict or each.fits(need))) for need in needs]
        return [Asked(need.code, count, need.qualifications, need.min_rank, need.whole) for need, count in left if count > 0]


_NOBODY = There()


async def brought(connection: AsyncConnection, task_ids: Sequence[str]) -> dict[str, There]:
    """Who is on these tasks, or was offered them."""
    columns = assignment.c
    there_at = func.coalesce(columns.arrived_at, columns.expected_at)
    query = select(columns.task_id, columns.unit_id, columns.state, columns.created_at, there_at.label("there_at"), unit.c.capabilities)
    query = query.add_columns(unit.c.qualifications, unit.c.team_class)
    query = query.join(unit, unit.c.id == columns.unit_id).where(columns.task_id.in_(task_ids))
    found: dict[str, There] = {}
    for row in (await connection.execute(query)).all() if task_ids else ():
        here = found.setdefault(row.task_id, There())
        if row.state not in LIVE:
            here.tried.add(row.unit_id)
            continue
        here.brought.append(Brought.by(((each["code"], int(each["count"])) for each in row.capabilities), row.qualifications, row.team_class))
        if isinstance(row.there_at, datetime):
            here.seconds.append(max(0.0, (row.there_at - row.created_at).total_seconds()))
    return found


async def held_incidents(connection: AsyncConnection, incident_ids: Iterable[str]) -> dict[str, Held]:
    """Incidents that cannot change until this command is through; locked in the order of their ids."""
    query = (
        select(incident.c.id, incident.c.title, incident.c.state)
        .where(incident.c.id.in_(list(incident_ids)))
        .order_by(incident.c.id)
        .with_for_update(read=True)
    )
    return {row.id: (row.title, row.state) for row in (await connection.execute(query)).all()}


async def incident_titles(connection: AsyncConnection, incident_ids: Iterable[str]) -> dict[str, str]:
    """What these incidents are called now."""
    rows = (await connection.execute(select(incident.c.id, incident.c.title).where(among(incident.c.id, incident_ids)))).all()
    return {row.id: row.title for row in rows}


async def needs_of(connection: AsyncConnection, task_ids: Iterable[str]) -> dict[str, tuple[str, list[Asked]]]:
    """Titles of these tasks, and what each asks for."""
    query = select(task.c.id, task.c.title, task.c.needs).where(task.c.id.in_(list(task_ids)))
    rows = (await connection.execute(query)).all()
    return {row.id: (row.title, [Asked(need["code"], need["count"]) for need in row.needs] or [Asked("", 1)]) for row in rows}


async def strange_units(connection: AsyncConnection, unit_ids: Iterable[str], region_code: str) -> set[str]:
    """Those that are no units of this jurisdiction."""
    return await _strangers(connection, unit, unit_ids, region_code)


async def of_exercises(connection: AsyncConnection, unit_ids: Iterable[str], exercise_id: str) -> dict[str, Unit]:
    """Those of these units that were made for another exercise."""
    found = await UNITS.where(connection, among(unit.c.id, list(unit_ids)), unit.c.made_for_exercise.notin_(["", exercise_id]))
    return {each.id: each for each in found}


async def strange_tasks(connection: AsyncConnection, task_ids: Iterable[str], region_code: str) -> set[str]:
    """Those that are no tasks of this jurisdiction."""
    return await _strangers(connection, task, task_ids, region_code)


async def _strangers(connection: AsyncConnection, of: Table, row_ids: Iterable[str], region_code: str) -> set[str]:
    wanted = set(row_ids)
    query = select(of.c.id).where(among(of.c.id, wanted), *in_regions(of.c.region_code, [region_code]))
    return wanted - set(await connection.scalars(query)) if wanted else set()
