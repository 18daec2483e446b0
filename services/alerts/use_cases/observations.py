"""Stations, readings and thresholds. A reading that crosses a threshold proposes a level; nothing is issued by itself."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.access import check_region
from chassis.identity import Caller
from chassis.ids import new_id
from chassis.journal import Transaction
from chassis.paging import page
from services.alerts import errors
from services.alerts.model.facts import ObservationReceived, ThresholdCrossed
from services.alerts.model.observation import Observation, Reading, Station, Threshold, ThresholdCrossing, crossed
from services.alerts.repository import CROSSINGS, OBSERVATIONS, STATIONS, THRESHOLDS, conditions, queries
from services.alerts.use_cases.visibility import noted, visible

Taken = tuple[Observation, list[ThresholdCrossing]]


async def create_station(tx: Transaction, station: Station) -> Station:
    """Register a station."""
    check_region(tx.caller, station.region_code)
    await STATIONS.add(tx, station)
    return noted(tx, station)


async def create_threshold(tx: Transaction, threshold: Threshold, district: str) -> Threshold:
    """Set a threshold for stations of a region in the caller's jurisdiction."""
    threshold.region_code = threshold.region_code or district
    check_region(tx.caller, threshold.region_code)
    if threshold.station_id:
        visible(tx.caller, await STATIONS.get(tx.connection, threshold.station_id))
    await THRESHOLDS.add(tx, threshold)
    return noted(tx, threshold)


async def retire_threshold(tx: Transaction, threshold_id: str, etag: str) -> Threshold:
    """It holds no longer."""
    threshold = visible(tx.caller, await THRESHOLDS.load(tx, threshold_id, etag))
    threshold.retire_time = threshold.retire_time or tx.now
    await THRESHOLDS.save(tx, threshold)
    return noted(tx, threshold)


async def record(tx: Transaction, station_id: str, observe_time: datetime | None, readings: tuple[Reading, ...], exercise_id: str) -> Taken:
    """Take in readings. Those of one station wait for each other, so that a threshold is crossed once."""
    station = visible(tx.caller, await STATIONS.get(tx.connection, station_id))
    station.check(readings)
    at = observe_time or tx.now
    if at > tx.now:
        raise errors.in_the_future("observe_time")
    await queries.lock(tx, f"{station.name}/{exercise_id}")
    before = _values(await queries.before(tx.connection, station_id, exercise_id, at))
    observation = Observation(
        id=new_id(), station_id=station_id, observe_time=at, receive_time=tx.now, readings=readings, region_code=station.region_code, exercise_id=exercise_id
    )
    await OBSERVATIONS.add(tx, observation)
    lon, lat = (station.location.lon, station.location.lat) if station.location else (None, None)
    values = {reading.metric: reading.value for reading in readings}
    noted(tx, observation, ObservationReceived(station_id, station.name, at, values, lon, lat), exercise_id=exercise_id)
    rows = await THRESHOLDS.where(tx.connection, *conditions.thresholds_on(list(values)))
    crossings = [_crossing(observation, reading, each) for reading in readings for each in crossed(rows, station, reading, before)]
    await CROSSINGS.add(tx, *crossings)
    for each in crossings:
        fact = ThresholdCrossed(
            station_id,
            each.name,
            station.name,
            station.title,
            each.event_code,
            each.proposed_level,
            each.metric,
            each.value,
            each.threshold_value,
            at,
            lon,
            lat,
        )
        noted(tx, each, fact, exercise_id=exercise_id)
    return observation, crossings


def _values(earlier: list[Observation]) -> Mapping[str, str]:
    """The newest value of each metric; observations come newest first."""
    found: dict[str, str] = {}
    for observation in earlier:
        for reading in observation.readings:
            found.setdefault(reading.metric, reading.value)
    return found


def _crossing(observation: Observation, reading: Reading, threshold: Threshold) -> ThresholdCrossing:
    return ThresholdCrossing(
        id=new_id(),
        threshold=threshold.name,
        station_id=observation.station_id,
        observation=observation.name,
        event_code=threshold.event_code,
        proposed_level=threshold.level,
        metric=reading.metric,
        value=reading.value,
        threshold_value=threshold.value,
        observe_time=observation.observe_time,
        region_code=observation.region_code,
        exercise_id=observation.exercise_id,
    )


async def station(engine: AsyncEngine, caller: Caller, station_id: str) -> Station:
    """One station the caller may see."""
    async with engine.connect() as connection:
        return visible(caller, await STATIONS.get(connection, station_id))


async def stations(engine: AsyncEngine, caller: Caller, size: int, token: str) -> tuple[list[Station], str]:
    """A page of stations."""
    async with engine.connect() as connection:
        return await STATIONS.page_of(connection, page(size, token), STATIONS.in_regions(caller.regions))


async def thresholds(engine: AsyncEngine, caller: Caller, size: int, token: str) -> tuple[list[Threshold], str]:
    """A page of thresholds."""
    async with engine.connect() as connection:
        return await THRESHOLDS.page_of(connection, page(size, token), THRESHOLDS.in_regions(caller.regions))


async def observations(engine: AsyncEngine, caller: Caller, size: int, token: str, station_id: str) -> tuple[list[Taken], str]:
    """A page of readings with the crossings they made, newest first."""
    async with engine.connect() as connection:
        wanted = [*OBSERVATIONS.in_regions(caller.regions), *OBSERVATIONS.equal(station_id=station_id)]
        found, onward = await OBSERVATIONS.page_of(connection, page(size, token, station_id), wanted, by="observe_time", descending=True)
        made = await CROSSINGS.where(connection, conditions.made_by([each.name for each in found]))
    return [(each, [crossing for crossing in made if crossing.observation == each.name]) for each in found], onward


async def crossings(engine: AsyncEngine, caller: Caller, size: int, token: str, station_id: str) -> tuple[list[ThresholdCrossing], str]:
    """A page of proposals, newest first."""
    async with engine.connect() as connection:
        wanted = [*CROSSINGS.in_regions(caller.regions), *CROSSINGS.equal(station_id=station_id)]
        return await CROSSINGS.page_of(connection, page(size, token, station_id), wanted, by="observe_time", descending=True)
