"""Commands and queries on road closures, and the ways and reaches computed on the roads as they are."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.hot import HotStore
from chassis.identity import Caller
from chassis.journal import Transaction
from chassis.paging import page
from chassis.timers import cancel, schedule
from services.dispatch import errors as service_errors
from services.dispatch.errors import roads as errors
from services.dispatch.model.advice import Place
from services.dispatch.model.road_closure import OPEN, RoadClosure
from services.dispatch.model.road_network import Network, Reach, Way
from services.dispatch.repository import incidents
from services.dispatch.repository import roads as repository
from services.dispatch.repository.roads import CLOSURES
from services.dispatch.use_cases import positions
from services.dispatch.use_cases.field import root_of, visible
from services.dispatch.use_cases.picture import Picture
from services.dispatch.use_cases.places import Places

START_TIMER = "road-closure-start"
END_TIMER = "road-closure-end"


def _changed(tx: Transaction, closure: RoadClosure, *events: object) -> RoadClosure:
    incident = f"incidents/{closure.incident_id}" if closure.incident_id else ""
    tx.changed(closure.name, closure, *events, version=closure.version, region_code=closure.region_code, incident=incident, exercise_id=closure.exercise_id)
    return closure


async def create(tx: Transaction, closure: RoadClosure, places: Places) -> RoadClosure:
    """封闭道路: from its beginning on every question heeds it; the timers only tell others of beginning and end."""
    if not closure.region_code and not closure.incident_id:
        closure.region_code = places.county_of(*closure.points[0])
        if not closure.region_code:
            raise service_errors.region_unknown(*closure.points[0])
    root = await root_of(tx, closure.incident_id, closure.region_code, closure.exercise_id)
    closure.region_code, closure.exercise_id = root.region_code, root.exercise_id
    event = closure.create(tx.now)
    await CLOSURES.add(tx, closure)
    if closure.state == "planned":
        await schedule(tx, START_TIMER, closure.id, closure.starts_at)
    if closure.ends_at is not None:
        await schedule(tx, END_TIMER, closure.id, closure.ends_at)
    return _changed(tx, closure, event)


async def lift(tx: Transaction, closure_id: str, etag: str, reason: str) -> RoadClosure:
    """解除封闭."""
    closure = await CLOSURES.load(tx, closure_id, etag)
    visible(tx.caller, closure.name, closure.region_code)
    event = closure.lift(reason, tx.now)
    await CLOSURES.save(tx, closure)
    await cancel(tx, START_TIMER, closure.id)
    await cancel(tx, END_TIMER, closure.id)
    return _changed(tx, closure, event)


async def ring_start(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """Ring of START_TIMER: the beginning came."""
    closure = await CLOSURES.find(tx, payload["subject"])
    if closure is not None and closure.state == "planned":
        event = closure.start()
        await CLOSURES.save(tx, closure)
        _changed(tx, closure, event)


async def ring_end(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """Ring of END_TIMER: the end came."""
    closure = await CLOSURES.find(tx, payload["subject"])
    if closure is not None and closure.state in OPEN:
        event = closure.expire(tx.now)
        await CLOSURES.save(tx, closure)
        _changed(tx, closure, event)


async def get(engine: AsyncEngine, caller: Caller, closure_id: str) -> RoadClosure:
    """One closure the caller may see."""
    async with engine.connect() as connection:
        closure = await CLOSURES.get(connection, closure_id)
    visible(caller, closure.name, closure.region_code)
    return closure


async def page_of(engine: AsyncEngine, caller: Caller, size: int, token: str, incident_id: str, state: str) -> tuple[list[RoadClosure], str]:
    """A page of closures the caller may see, newest first."""
    asked, conditions = page(size, token, incident_id, state), repository.closure_conditions(incident_id, state)
    async with engine.connect() as connection:
        return await CLOSURES.page_of(connection, asked, [*CLOSURES.in_regions(caller.regions), *conditions], by="created_at", descending=True)


async def network(picture: Picture, now: datetime) -> Network:
    """Which roads are loaded; loads them when nobody asked before."""
    return await picture.ask(lambda fleet: fleet.roads.about(now))


async def _incident_place(connection: AsyncConnection, caller: Caller, incident_id: str) -> tuple[Place, str]:
    incident = await incidents.get(connection, incident_id)
    visible(caller, incident.name, incident.region_code)
    if incident.lon is None or incident.lat is None:
        raise errors.place_unknown(incident.name)
    return (incident.lon, incident.lat), incident.exercise_id


async def _unit_place(engine: AsyncEngine, hot: HotStore, caller: Caller, unit_id: str) -> Place:
    unit = await positions.status(engine, hot, caller, unit_id)
    if unit.position is not None:
        return unit.position.location
    if unit.home is None:
        raise errors.place_unknown(unit.name)
    return unit.home


async def route(
    engine: AsyncEngine, hot: HotStore, picture: Picture, caller: Caller, now: datetime, *, unit_id: str, origin: Place | None, incident_id: str,
    destination: Place | None,
) -> Way:  # fmt: skip
    """A quickest way now."""
    if bool(unit_id) == (origin is not None) or bool(incident_id) == (destination is not None):
        raise errors.route_ends()
    start, exercise_id = origin or await _unit_place(engine, hot, caller, unit_id), ""
    if incident_id:
        async with engine.connect() as connection:
            destination, exercise_id = await _incident_place(connection, caller, incident_id)
    goal = destination or start
    return await picture.ask(lambda fleet: fleet.roads.way(start, goal, now, exercise_id))


async def isochrones(
    engine: AsyncEngine, picture: Picture, caller: Caller, now: datetime, *, place: Place | None, incident_id: str, minutes: list[float]
) -> Reach:
    """Where one gets within so many minutes now."""
    if bool(incident_id) == (place is not None):
        raise errors.isochrone_place()
    exercise_id = ""
    if incident_id:
        async with engine.connect() as connection:
            place, exercise_id = await _incident_place(connection, caller, incident_id)
    around: Place = place or (0.0, 0.0)
    return await picture.ask(lambda fleet: fleet.roads.reach(around, minutes, now, exercise_id))
