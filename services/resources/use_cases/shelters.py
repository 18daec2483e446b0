"""Shelters 避难场所 and who stays in them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.access import check_region
from chassis.identity import Caller
from chassis.journal import Transaction
from chassis.paging import page
from chassis.timers import cancel as cancel_timer
from chassis.timers import schedule
from services.resources.model.shelter import SHELTER, Shelter, Stay, StaysPurged
from services.resources.repository import known, places
from services.resources.repository.collections import SHELTERS, STAYS
from services.resources.use_cases.acting import act, create, exercise_of, listed, loaded, noted, saved, visible

QUAKE = "11C"
"""Event codes of earthquakes begin with this (data/codes/event_types_cn.csv)."""


async def create_shelter(tx: Transaction, shelter: Shelter) -> Shelter:
    """Enter a planned shelter."""
    return await create(tx, SHELTERS, shelter)


async def update(tx: Transaction, shelter_id: str, etag: str, merge: Callable[[Shelter], Shelter]) -> Shelter:
    """Replace what is recorded of a shelter; another capacity may make it full, or give it space."""
    shelter = merge(await loaded(tx, SHELTERS, shelter_id, etag))
    check_region(tx.caller, shelter.region_code)
    return await saved(tx, SHELTERS, shelter, *shelter.level_again())


async def decide(tx: Transaction, shelter_id: str, etag: str, act_on: Callable[[Shelter], object]) -> Shelter:
    """A plain command: commission, maintain, finish maintenance, repair, damage, require an inspection, inspect."""
    return await act(tx, SHELTERS, shelter_id, etag, act_on)


async def prepare(tx: Transaction, shelter_id: str, etag: str, basis: str) -> Shelter:
    """ready → preparing: the alert (level I or II) or activation must be in force here (应对法 67(2))."""
    shelter = await loaded(tx, SHELTERS, shelter_id, etag)
    found = await known.in_force(tx.connection, basis)
    fits = found is not None and found.exercise_id == shelter.exercise_id and (basis.startswith("activations/") or found.level <= 2)
    return await saved(tx, SHELTERS, shelter, shelter.prepare(basis, in_force=fits))


async def open_shelter(tx: Transaction, shelter_id: str, etag: str, keeper: str, incident: str, *, keeper_present: bool) -> Shelter:
    """ready, preparing → open."""
    shelter = await loaded(tx, SHELTERS, shelter_id, etag)
    exercise_id = await exercise_of(tx, incident, shelter.exercise_id if not incident else "")
    event = shelter.open(keeper or tx.caller.id, incident, exercise_id, keeper_present=keeper_present)
    await cancel_timer(tx, "stays_purge", shelter.id)
    return await saved(tx, SHELTERS, shelter, event)


async def close(tx: Transaction, shelter_id: str, etag: str) -> Shelter:
    """open, full → closing: everybody has an onward place."""
    shelter = await loaded(tx, SHELTERS, shelter_id, etag)
    return await saved(tx, SHELTERS, shelter, shelter.close(await places.without_place(tx.connection, shelter_id)))


async def restore(tx: Transaction, shelter_id: str, etag: str, keep: timedelta, *, stock_counted: bool, cleaned: bool) -> Shelter:
    """closing → ready: the purge of the personal data of those who stayed is set `keep` from now (应对法 84-85)."""
    shelter = await loaded(tx, SHELTERS, shelter_id, etag)
    event = shelter.restore(tx.now + keep, stock_counted=stock_counted, cleaned=cleaned)
    await schedule(tx, "stays_purge", shelter.id, tx.now + keep)
    return await saved(tx, SHELTERS, shelter, event)


async def purge(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """Erase the personal data of those who stayed; counts stay."""
    shelter = await SHELTERS.load(tx, str(payload["subject"]))
    erased = await places.erase_stays(tx, shelter.id)
    shelter.purge_at = None
    await saved(tx, SHELTERS, shelter, StaysPurged(shelter.id, erased))


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """A stay, and what the one at the door must know."""

    stay: Stay
    occupancy: int
    beyond: bool
    nearest: tuple[Shelter, float] | None


async def check_in(tx: Transaction, shelter_id: str, stay: Stay, *, overflow: bool) -> CheckedIn:
    """Take people in; beyond capacity knowingly and by the keeper, with the nearest shelter that has space (A13)."""
    shelter = await loaded(tx, SHELTERS, shelter_id)
    SHELTER.next(shelter.state, "check_in")
    beyond = shelter.occupancy + stay.count > shelter.capacity
    near: tuple[Shelter, float] | None = None
    if beyond or shelter.unsafe:
        found = await places.nearest_with_space(tx.connection, shelter.lon, shelter.lat, stay.count, shelter.exercise_id, besides=shelter.id)
        near = found[0] if found else None
    events = shelter.check_in(stay.count, tx.caller.id, near[0].name if near else "", overflow=overflow)
    stay.overflow, stay.incident, stay.exercise_id, stay.region_code = beyond, shelter.incident, shelter.exercise_id, shelter.region_code
    await saved(tx, SHELTERS, shelter, *events)
    await STAYS.add(tx, stay)
    noted(tx, stay)
    return CheckedIn(stay, shelter.occupancy, beyond, near)


async def check_out(tx: Transaction, stay_id: str, etag: str, onward_place: str) -> Stay:
    """They leave; the shelter is locked before the stay, as when they came."""
    known_stay = visible(tx.caller, await STAYS.get(tx.connection, stay_id))
    shelter = await SHELTERS.load(tx, known_stay.shelter_id)
    stay = await loaded(tx, STAYS, stay_id, etag)
    stay.leave(onward_place, tx.now)
    await saved(tx, SHELTERS, shelter, *shelter.check_out(stay.count))
    return await saved(tx, STAYS, stay)


async def plan_onward(tx: Transaction, stay_id: str, etag: str, onward_place: str) -> Stay:
    """Say where they will go when the shelter closes."""
    stay = await loaded(tx, STAYS, stay_id, etag)
    stay.go_on(onward_place)
    return await saved(tx, STAYS, stay)


async def quake(tx: Transaction, incident: str, regions: tuple[str, ...], exercise_id: str) -> None:
    """After an earthquake every building among the shelters of these regions is inspected before it is used."""
    for each in await places.buildings_in(tx.connection, regions, exercise_id):
        shelter = await SHELTERS.load(tx, each.id)
        if shelter.state != "damaged":
            await saved(tx, SHELTERS, shelter, shelter.require_inspection(incident))


async def prepare_all(tx: Transaction, basis: str, regions: tuple[str, ...], exercise_id: str) -> None:
    """Prepare every ready shelter of these regions: an alert of level I or II or an activation asks for it (应对法 67(2))."""
    for each in await places.ready_in(tx.connection, regions, exercise_id):
        shelter = await SHELTERS.load(tx, each.id)
        if shelter.state == "ready":
            await saved(tx, SHELTERS, shelter, *listed(shelter.prepare(basis, in_force=True)))


async def nearest(engine: AsyncEngine, caller: Caller, lon: float, lat: float, persons: int) -> list[tuple[Shelter, float]]:
    """Shelters with space, nearest first."""
    async with engine.connect() as connection:
        return await places.nearest_with_space(connection, lon, lat, max(1, persons), "", caller.regions)


async def get(engine: AsyncEngine, caller: Caller, shelter_id: str) -> Shelter:
    """One shelter the caller may see."""
    async with engine.connect() as connection:
        return visible(caller, await SHELTERS.get(connection, shelter_id))


async def page_of(engine: AsyncEngine, caller: Caller, size: int, token: str, state: str, region: str) -> tuple[list[Shelter], str]:
    """Shelters the caller may see."""
    asked = page(size, token, state, region, caller.regions)
    async with engine.connect() as connection:
        return await places.shelters_page(connection, asked, caller.regions, state, region)


async def stays_page(engine: AsyncEngine, caller: Caller, size: int, token: str, shelter_id: str, *, present_only: bool) -> tuple[list[Stay], str]:
    """Stays the caller may see."""
    asked = page(size, token, shelter_id, present_only, caller.regions)
    async with engine.connect() as connection:
        return await places.stays_page(connection, asked, caller.regions, shelter_id, present_only=present_only)
