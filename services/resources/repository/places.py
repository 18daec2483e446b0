"""Stores, teams, units, shelters and risks in the database."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from sqlalchemy import ARRAY, ColumnElement, String, bindparam, exists, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.geo import distance_m
from chassis.journal import Transaction
from chassis.paging import Page
from chassis.store import Store as Rows
from chassis.store import in_regions
from services.resources.model.catalogue import Store
from services.resources.model.record import Record
from services.resources.model.shelter import Shelter, Stay
from services.resources.model.team import Sighting, Team, Unit
from services.resources.repository.collections import SHELTERS, STAYS, STORES, TEAMS, UNITS
from services.resources.tables import shelter, stay, store, team, unit

R = TypeVar("R", bound=Record)
USABLE = ("open", "ready", "preparing")


async def by_id(connection: AsyncConnection, collection: Rows[R], page: Page, regions: Iterable[str], *where: ColumnElement[bool]) -> tuple[list[R], str]:
    """A page in the regions, by id."""
    return await collection.page_of(connection, page, [*collection.in_regions(regions), *where])


async def stores_page(connection: AsyncConnection, page: Page, regions: Iterable[str], level: str, region: str) -> tuple[list[Store], str]:
    """Stores in the regions."""
    where = [store.c.region_code.startswith(region)] + ([store.c.level == level] if level else [])
    return await by_id(connection, STORES, page, regions, *where)


async def teams_page(connection: AsyncConnection, page: Page, regions: Iterable[str], team_class: str, specialty: str) -> tuple[list[Team], str]:
    """Teams in the regions that stand in the register."""
    where: list[ColumnElement[bool]] = [team.c.state == "registered"]
    where += [team.c.team_class == team_class] if team_class else []
    where += [team.c.specialties.contains([specialty])] if specialty else []
    return await by_id(connection, TEAMS, page, regions, *where)


async def units_page(connection: AsyncConnection, page: Page, regions: Iterable[str], team_id: str, capability: str, status: str) -> tuple[list[Unit], str]:
    """Units in the regions that stand in the register."""
    where: list[ColumnElement[bool]] = [unit.c.state == "registered"]
    where += [unit.c.team_id == team_id] if team_id else []
    where += [unit.c.capabilities.contains([{"code": capability}])] if capability else []
    where += [unit.c.status == status] if status else []
    return await by_id(connection, UNITS, page, regions, *where)


async def units_of(connection: AsyncConnection, team_id: str) -> list[Unit]:
    """Registered units of a team."""
    return await UNITS.where(connection, unit.c.team_id == team_id, unit.c.state == "registered")


_REPORT = {name: bindparam(f"reported_{name}", type_=unit.c[name].type) for name in ("status", "status_at", "status_version", "incident")}
_REPORTED = (
    unit.update()
    .where(unit.c.id == bindparam("named"), unit.c.status_version <= _REPORT["status_version"])
    .where(tuple_(*(unit.c[name] for name in _REPORT)).is_distinct_from(tuple_(*_REPORT.values())))
    .values(**_REPORT, version=unit.c.version + 1, update_at=func.greatest(unit.c.update_at, _REPORT["status_at"]))
)


async def note_units(connection: AsyncConnection, seen: Sequence[Sighting]) -> None:
    """Take down what dispatch reports of units; one we do not know, what is known already, or an older report, changes nothing."""
    rows = [
        {"named": each.unit_id, "reported_status": each.status, "reported_status_at": each.at, "reported_status_version": each.version,
         "reported_incident": each.incident}
        for each in seen
    ]  # fmt: skip
    await connection.execute(_REPORTED, rows)


async def units_named(connection: AsyncConnection, ids: Iterable[str]) -> dict[str, Unit]:
    """Registered units by id; those that are not there are left out."""
    wanted = list(ids)
    return {each.id: each for each in await UNITS.where(connection, unit.c.id.in_(wanted), unit.c.state == "registered")}


async def shelters_page(connection: AsyncConnection, page: Page, regions: Iterable[str], state: str, region: str) -> tuple[list[Shelter], str]:
    """Shelters in the regions."""
    where = [shelter.c.region_code.startswith(region)] + ([shelter.c.state == state] if state else [])
    return await by_id(connection, SHELTERS, page, regions, *where)


_PREFIX = func.unnest(bindparam("regions", type_=ARRAY(String))).column_valued("prefix")
_SHELTERS_IN = (
    select(shelter)
    .where(exists().where(func.starts_with(shelter.c.region_code, _PREFIX)), shelter.c.exercise_id == bindparam("of_exercise"))
    .order_by(shelter.c.id)
)
_BUILDINGS_IN = _SHELTERS_IN.where(shelter.c.indoor)
_READY_IN = _SHELTERS_IN.where(shelter.c.state == "ready")


async def buildings_in(connection: AsyncConnection, regions: Iterable[str], exercise_id: str) -> list[Shelter]:
    """Buildings among the shelters in the regions that belong to the exercise, or to none."""
    return [SHELTERS.of(row) for row in await connection.execute(_BUILDINGS_IN, {"regions": list(regions), "of_exercise": exercise_id})]


async def ready_in(connection: AsyncConnection, regions: Iterable[str], exercise_id: str) -> list[Shelter]:
    """Ready shelters in the regions that belong to the exercise, or to none."""
    return [SHELTERS.of(row) for row in await connection.execute(_READY_IN, {"regions": list(regions), "of_exercise": exercise_id})]


async def nearest_with_space(
    connection: AsyncConnection, lon: float, lat: float, persons: int, exercise_id: str, regions: Iterable[str] = ("",), besides: str = ""
) -> list[tuple[Shelter, float]]:
    """Open shelters with space, then those that could be opened, each nearest first; with metres. Those that must be inspected first are left out."""
    where = [shelter.c.state.in_(USABLE), shelter.c.capacity - shelter.c.occupancy >= persons, shelter.c.exercise_id == exercise_id, shelter.c.id != besides]
    found = await SHELTERS.where(connection, *where, ~(shelter.c.indoor & (shelter.c.inspection_reason != "")), *in_regions(shelter.c.region_code, regions))
    with_distance = [(each, distance_m((each.lon, each.lat), (lon, lat))) for each in found]
    return sorted(with_distance, key=lambda pair: (pair[0].state != "open", pair[1], pair[0].id))[:10]


async def stays_page(connection: AsyncConnection, page: Page, regions: Iterable[str], shelter_id: str, *, present_only: bool) -> tuple[list[Stay], str]:
    """Stays in the regions, newest first."""
    where = in_regions(stay.c.region_code, regions)
    where += [stay.c.shelter_id == shelter_id] if shelter_id else []
    where += [stay.c.check_out_at.is_(None)] if present_only else []
    return await STAYS.page_of(connection, page, where, by="create_at", descending=True)


async def without_place(connection: AsyncConnection, shelter_id: str) -> int:
    """Persons in a shelter who do not know where to go next."""
    query = select(func.coalesce(func.sum(stay.c["count"]), 0))
    there = (stay.c.shelter_id == shelter_id, stay.c.check_out_at.is_(None), stay.c.onward_place == "")
    return int(await connection.scalar(query.where(*there)) or 0)


async def erase_stays(tx: Transaction, shelter_id: str) -> int:
    """Erase the personal data of everybody who stayed and left; what is counted stays (应对法 84-85)."""
    gone = (stay.c.shelter_id == shelter_id, stay.c.check_out_at.isnot(None), stay.c.purged.is_(False))
    changes = {"person": "", "phone": "", "special_needs": "", "purged": True, "version": stay.c.version + 1, "update_at": tx.now}
    done = await tx.connection.execute(stay.update().where(*gone).values(changes))
    return int(done.rowcount)
