"""The register of teams and units, and what dispatch reports of them."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.access import check_region
from chassis.identity import Caller
from chassis.journal import Transaction
from chassis.paging import page
from services.resources import errors
from services.resources.model.team import Sighting, Team, Unit
from services.resources.repository import places
from services.resources.repository.collections import TEAMS, UNITS
from services.resources.use_cases.acting import act, create, loaded, saved, visible


async def register_team(tx: Transaction, team: Team) -> Team:
    """Enter a team."""
    return await create(tx, TEAMS, team, team.register())


async def update_team(tx: Transaction, team_id: str, etag: str, merge: Callable[[Team], Team]) -> Team:
    """Replace a team's entry; its units' entries follow, since facts about units carry the team's class and name."""
    before = await loaded(tx, TEAMS, team_id, etag)
    told = (before.team_class, before.display_name, tuple(before.shared_by))
    team = merge(before)
    check_region(tx.caller, team.region_code)
    event = team.changed()
    if told != (team.team_class, team.display_name, tuple(team.shared_by)):
        for unit in (await UNITS.load_all(tx, [each.id for each in await places.units_of(tx.connection, team_id)])).values():
            await saved(tx, UNITS, unit, unit.changed(team))
    return await saved(tx, TEAMS, team, event)


async def retire_team(tx: Transaction, team_id: str, etag: str, reason: str) -> Team:
    """Take a team out of the register, after its units."""
    team = await loaded(tx, TEAMS, team_id, etag)
    event = team.retire(len(await places.units_of(tx.connection, team_id)), reason)
    return await saved(tx, TEAMS, team, event)


async def register_unit(tx: Transaction, unit: Unit) -> Unit:
    """Enter a unit of a registered team; the team is locked, so that it cannot leave at the same moment."""
    team = await TEAMS.load(tx, unit.team_id)
    return await create(tx, UNITS, unit, unit.register(team))


async def update_unit(tx: Transaction, unit_id: str, etag: str, exercise_id: str, merge: Callable[[Unit], Unit]) -> Unit:
    """Replace a unit's entry; its team stays. EXERCISE_FIXED when another exercise is named than it was made for."""
    unit = await loaded(tx, UNITS, unit_id, etag)
    if exercise_id not in ("", unit.exercise_id):
        raise errors.exercise_fixed("unit.exercise_id", unit.exercise_id)
    unit = merge(unit)
    check_region(tx.caller, unit.region_code)
    return await saved(tx, UNITS, unit, unit.changed(await TEAMS.get(tx.connection, unit.team_id)))


async def set_duty(tx: Transaction, unit_id: str, etag: str, end: datetime | None) -> Unit:
    """Until when its present crew is on duty; None when nothing limits it."""
    unit = await loaded(tx, UNITS, unit_id, etag)
    unit.duty_end_at = end
    return await saved(tx, UNITS, unit, unit.changed(await TEAMS.get(tx.connection, unit.team_id)))


async def retire_unit(tx: Transaction, unit_id: str, etag: str, reason: str) -> Unit:
    """Take a unit out of the register."""
    return await act(tx, UNITS, unit_id, etag, lambda unit: unit.retire(reason))


async def units_reported(connection: AsyncConnection, seen: Sequence[Sighting]) -> None:
    """Take over the statuses dispatch reports; a unit we do not know, or an older report, changes nothing."""
    await places.note_units(connection, seen)


async def get_team(engine: AsyncEngine, caller: Caller, team_id: str) -> Team:
    """One team the caller may see."""
    async with engine.connect() as connection:
        return visible(caller, await TEAMS.get(connection, team_id))


async def teams_page(engine: AsyncEngine, caller: Caller, size: int, token: str, team_class: str, specialty: str) -> tuple[list[Team], str]:
    """Teams the caller may see."""
    asked = page(size, token, team_class, specialty, caller.regions)
    async with engine.connect() as connection:
        return await places.teams_page(connection, asked, caller.regions, team_class, specialty)


async def get_unit(engine: AsyncEngine, caller: Caller, unit_id: str) -> Unit:
    """One unit the caller may see."""
    async with engine.connect() as connection:
        return visible(caller, await UNITS.get(connection, unit_id))


async def units_page(engine: AsyncEngine, caller: Caller, size: int, token: str, team_id: str, capability: str, status: str) -> tuple[list[Unit], str]:
    """Units the caller may see."""
    asked = page(size, token, team_id, capability, status, caller.regions)
    async with engine.connect() as connection:
        return await places.units_page(connection, asked, caller.regions, team_id, capability, status)
