"""Where units are: kept hot, written down at most once a minute a unit, never journalled one by one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.access import within
from chassis.hot import HotStore, HotStoreUnavailableError
from chassis.identity import Caller
from chassis.journal import Transaction
from chassis.logs import logger
from chassis.paging import page
from services.dispatch.model.unit import OnBoard, Position, TrackPoint, Unit
from services.dispatch.repository import units as repository
from services.dispatch.use_cases.field import visible

log = logger(__name__)
KEY = "dispatch.positions"
MOMENTS = ("located_at", "heard_at")
"""What the hot store holds of a position as text."""


@dataclass(slots=True)
class Received:
    """What became of a batch of positions."""

    accepted: int = 0
    outdated: int = 0
    unknown: list[str] = field(default_factory=list)
    lost: dict[str, str] = field(default_factory=dict)
    """Units that were out of contact, with the source of the word."""
    newest: dict[str, Position] = field(default_factory=dict)
    """Of each unit that moved."""
    restored: list[str] = field(default_factory=list)
    """Those of them that are back."""


async def report(engine: AsyncEngine, hot: HotStore, caller: Caller, positions: Sequence[Position]) -> Received:
    """Take the newest position of each unit; one older than the known one changes nothing, one from the future counts as now."""
    async with engine.connect() as connection:
        found = await repository.reporters(connection, sorted({position.unit_id for position in positions}))
    units = {unit.id: unit for unit in found if within(caller, unit.region_code)}
    newest = {unit_id: unit.located_at for unit_id, unit in units.items() if unit.located_at}
    newest |= {unit_id: position.located_at for unit_id, position in (await _hot(hot, list(units))).items()}
    received = Received(unknown=sorted({position.unit_id for position in positions} - units.keys()))
    fresh = received.newest
    taken: list[Position] = []
    for position in positions:
        if position.unit_id not in units:
            continue
        if position.located_at > position.heard_at:
            position = replace(position, located_at=position.heard_at)
        last = newest.get(position.unit_id)
        if last is not None and position.located_at <= last:
            received.outdated += 1
            continue
        fresh[position.unit_id], newest[position.unit_id] = position, position.located_at
        taken.append(position)
    received.accepted = len(taken)
    await _keep(hot, fresh)
    await _sample(engine, units, taken)
    received.lost = {unit_id: position.source for unit_id, position in fresh.items() if units[unit_id].state == "lost_contact"}
    return received


async def _keep(hot: HotStore, positions: Mapping[str, Position]) -> None:
    try:
        await hot.put_fields(KEY, {unit_id: _dump(position) for unit_id, position in positions.items()})
    except HotStoreUnavailableError as error:
        log.warning("positions not kept hot", error=str(error), count=len(positions))


async def _sample(engine: AsyncEngine, units: Mapping[str, repository.Reporter], positions: Sequence[Position]) -> None:
    """Write down what lies a minute or more after the last written one; what a satellite link kept back comes late, and still makes a track."""
    written = {unit_id: (unit.located_at, unit.heard_at) for unit_id, unit in units.items()}
    due: list[Position] = []
    for position in positions:
        located_at, heard_at = written[position.unit_id]
        if located_at is None or heard_at is None or max(position.located_at - located_at, position.heard_at - heard_at) >= repository.SAMPLE_EVERY:
            due.append(position)
            written[position.unit_id] = position.located_at, position.heard_at
    if due:
        async with engine.connect() as connection:
            await repository.write_positions(connection, due)


async def last_heard(hot: HotStore, tx: Transaction, unit_id: str) -> datetime:
    """When the last position of a unit came in. Where only the written one is known, one may have come up to a minute later: that much is granted."""
    position = (await _hot(hot, [unit_id])).get(unit_id)
    written = await repository.heard_at(tx, unit_id)
    moments = [moment for moment in (position.heard_at if position else None, written) if moment]
    if not moments:
        return datetime.min.replace(tzinfo=tx.now.tzinfo)
    return max(moments) if position else max(moments) + repository.SAMPLE_EVERY


async def board(engine: AsyncEngine, hot: HotStore, caller: Caller, size: int, token: str, incident_id: str) -> tuple[list[OnBoard], str]:
    """A part of the board: units whose position is known, each with its newest."""
    async with engine.connect() as connection:
        units, after = await repository.board(connection, page(size, token, "positions", incident_id), caller.regions, incident_id)
    await locate(hot, units)
    return units, after


Span = tuple[datetime | None, datetime | None]
"""From a moment on, and before a moment; None is open."""


async def track(engine: AsyncEngine, caller: Caller, unit_id: str, span: Span, size: int, token: str) -> tuple[list[TrackPoint], str]:
    """A part of the way of a unit the caller may see, oldest first."""
    asked = page(size, token, "track", unit_id, *(str(moment) for moment in span))
    async with engine.connect() as connection:
        unit = await repository.get(connection, unit_id)
        visible(caller, unit.name, unit.region_code)
        return await repository.track_page(connection, asked, unit_id, span)


async def locate(hot: HotStore, units: Sequence[Unit | OnBoard]) -> None:
    """Give units their newest known positions: hot, or as last written down."""
    newest = await _hot(hot, [unit.id for unit in units])
    for unit in units:
        position = newest.get(unit.id)
        if position is not None and (unit.position is None or position.located_at >= unit.position.located_at):
            unit.position = position


async def statuses(
    engine: AsyncEngine, hot: HotStore, caller: Caller, size: int, token: str, *, state: str, capability: str, incident_id: str
) -> tuple[list[Unit], str]:
    """A page of units in the caller's jurisdiction, by id, with their newest positions."""
    asked = page(size, token, state, capability, incident_id)
    async with engine.connect() as connection:
        units, after = await repository.page_of(connection, asked, caller.regions, state=state, capability=capability, incident_id=incident_id)
    await locate(hot, units)
    return units, after


async def _hot(hot: HotStore, unit_ids: Sequence[str]) -> dict[str, Position]:
    try:
        found = await hot.get_fields(KEY, unit_ids)
    except HotStoreUnavailableError as error:
        log.warning("positions read without the hot store", error=str(error))
        return {}
    return {unit_id: _load(value) for unit_id, value in found.items()}


def _dump(position: Position) -> bytes:
    values = {name: getattr(position, name) for name in Position.__slots__}
    return json.dumps(values | {name: values[name].isoformat() for name in MOMENTS}).encode()


def _load(value: bytes) -> Position:
    values = json.loads(value)
    for name in MOMENTS:
        values[name] = datetime.fromisoformat(values[name])
    return Position(**values)


async def status(engine: AsyncEngine, hot: HotStore, caller: Caller, unit_id: str) -> Unit:
    """One unit the caller may see, with its newest position."""
    async with engine.connect() as connection:
        unit = await repository.get(connection, unit_id)
    visible(caller, unit.name, unit.region_code)
    await locate(hot, [unit])
    return unit
