"""Reads across everything this service holds."""

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.errors import invalid
from chassis.geo import EARTH_RADIUS_M, distance_m
from chassis.identity import Caller
from services.resources.model.allocation import Step, recommend
from services.resources.model.picture import LAYERS, Debt, ExpiringLot, Feature, ItemAvailability
from services.resources.repository import known, picture, stock
from services.resources.repository.collections import ITEMS
from services.resources.use_cases.acting import beijing_day
from services.resources.use_cases.transfers import Around

MAP_LIMIT = 5000
NEARBY_LIMIT = 50
EXPIRY_DAYS = 90


async def on_map(engine: AsyncEngine, caller: Caller, box: picture.Box, layers: list[str]) -> tuple[list[Feature], bool]:
    """Everything within the box, and whether there is more."""
    west, south, east, north = box
    if west > east or south > north:
        raise invalid("west" if west > east else "south")
    async with engine.connect() as connection:
        found = await picture.features(connection, box, layers or LAYERS, caller.regions, MAP_LIMIT + 1)
    return found[:MAP_LIMIT], len(found) > MAP_LIMIT


async def nearby(engine: AsyncEngine, caller: Caller, lon: float, lat: float, radius_m: float, layers: list[str], limit: int) -> list[Feature]:
    """What lies within the radius, nearest first."""
    high = math.degrees(radius_m / EARTH_RADIUS_M)
    wide = min(180.0, high / max(math.cos(math.radians(lat)), 1e-6))
    async with engine.connect() as connection:
        found = await picture.features(connection, (lon - wide, lat - high, lon + wide, lat + high), layers or LAYERS, caller.regions, MAP_LIMIT)
    with_distance = [replace(each, distance_m=distance_m((lon, lat), (each.lon, each.lat))) for each in found]
    near = sorted((each for each in with_distance if each.distance_m <= radius_m), key=lambda each: (each.distance_m, each.name))
    return near[: limit or NEARBY_LIMIT]


async def availability(engine: AsyncEngine, caller: Caller, item_id: str, region: str, now: datetime) -> list[ItemAvailability]:
    """How much of what is available, by mode."""
    async with engine.connect() as connection:
        return await picture.availability(connection, item_id, caller.regions, region, beijing_day(now))


async def expiring(engine: AsyncEngine, caller: Caller, days: int, now: datetime) -> list[ExpiringLot]:
    """Lots that expire soon or have expired."""
    today = beijing_day(now)
    async with engine.connect() as connection:
        return await picture.expiring(connection, today + timedelta(days=days or EXPIRY_DAYS), today, caller.regions)


async def debts(engine: AsyncEngine, caller: Caller, incident: str, now: datetime) -> list[Debt]:
    """What is owed."""
    async with engine.connect() as connection:
        return await picture.debts(connection, await known.with_merged(connection, incident) if incident else (), caller.regions, now)


async def sources(
    engine: AsyncEngine, regions: Iterable[str], item_id: str, text: str, near: tuple[float, float], exercise_id: str, around: Around, now: datetime
) -> tuple[list[Step], Decimal, Decimal]:
    """Where to take something from, in the legal order; what the steps cover and what they leave open."""
    today = beijing_day(now)
    async with engine.connect() as connection:
        item = await ITEMS.get(connection, item_id)
        quantity = item.quantity(text)
        substitutes = [name.removeprefix("items/") for name in item.substitutes]
        candidates = await stock.candidates(connection, [item_id, *substitutes], regions, exercise_id, near, today)
    steps, left = recommend(candidates, quantity, around.neighbours, around.upper, today)
    return steps, quantity - left, left
