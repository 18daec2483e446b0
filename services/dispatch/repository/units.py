"""Units and positions in the database."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.errors import not_found
from chassis.journal import Transaction
from chassis.paging import Page
from chassis.store import Store, Values, in_regions
from services.dispatch.model.unit import READY, Position, TrackPoint, Unit
from services.dispatch.tables import position as position_table
from services.dispatch.tables import track as track_table
from services.dispatch.tables import unit as table

SAMPLE_EVERY = timedelta(minutes=1)
"""A unit's position is written down at most so often."""


def _read(values: Values) -> Values:
    del values["codes"]
    return values


def _write(unit: Unit) -> Values:
    return {"codes": sorted(unit.codes())}


UNITS = Store(table, Unit, "units", _read, _write)
_POSITION = [column.label(f"position_{column.name}") for column in position_table.columns]
_LOCATED = select(table, *_POSITION).outerjoin(position_table, position_table.c.unit_id == table.c.id)
_ONE = _LOCATED.where(table.c.id == bindparam("row_id"))


def _located(row: Any) -> Unit:
    unit = UNITS.of(row)
    if row.position_unit_id is not None:
        unit.position = Position(**{column.name: getattr(row, f"position_{column.name}") for column in position_table.columns})
    return unit


async def get(connection: AsyncConnection, unit_id: str) -> Unit:
    """A unit with its last written position; NOT_FOUND."""
    row = (await connection.execute(_ONE, {"row_id": unit_id})).one_or_none()
    if row is None:
        raise not_found(f"units/{unit_id}")
    return _located(row)


class Reporter(NamedTuple):
    """What a position report asks of its unit: where it belongs, what it is doing, and which of its positions is written down."""

    id: str
    region_code: str
    state: str
    located_at: datetime | None
    heard_at: datetime | None


_REPORTERS = select(
    table.c.id, table.c.region_code, table.c.state, position_table.c.located_at, position_table.c.heard_at
).outerjoin(position_table, position_table.c.unit_id == table.c.id).where(table.c.id.in_(bindparam("unit_ids", expanding=True)))  # fmt: skip


async def reporters(connection: AsyncConnection, unit_ids: Sequence[str]) -> list[Reporter]:
    """Those of the units that exist."""
    return [Reporter(*row) for row in (await connection.execute(_REPORTERS, {"unit_ids": unit_ids})).all()]


async def ready(connection: AsyncConnection, codes: Sequence[str], without: Sequence[str] = ()) -> list[Unit]:
    """Every unit that may be sent and has any of the capabilities (all of them when none is named), with its last written position."""
    query = _LOCATED.where(table.c.state.in_(READY), table.c.in_register, table.c.assignment_id == "", table.c.id.not_in(without))
    if codes:
        query = query.where(table.c.codes.overlap(list(codes)))
    return [_located(row) for row in (await connection.execute(query.order_by(table.c.id))).all()]


async def page_of(
    connection: AsyncConnection, page: Page, regions: tuple[str, ...], *, state: str = "", capability: str = "", incident_id: str = "", located: bool = False
) -> tuple[list[Unit], str]:
    """A page of units in the regions, by id; with `located`, only those whose position was ever written down."""
    query = _LOCATED.where(*in_regions(table.c.region_code, regions)).order_by(table.c.id).limit(page.size + 1)
    wanted = {"state": state, "incident_id": incident_id}
    query = query.where(and_(True, *(table.c[name] == value for name, value in wanted.items() if value)))
    if capability:
        query = query.where(table.c.codes.contains([capability]))
    if located:
        query = query.where(position_table.c.unit_id.isnot(None))
    if page.after:
        query = query.where(table.c.id > page.after[0])
    found = [_located(row) for row in (await connection.execute(query)).all()]
    if len(found) <= page.size:
        return found, ""
    return found[: page.size], page.token((found[page.size - 1].id,))


async def track_page(connection: AsyncConnection, page: Page, unit_id: str, span: tuple[datetime | None, datetime | None]) -> tuple[list[TrackPoint], str]:
    """A part of a unit's way between two moments, oldest first."""
    at, (start, end) = track_table.c.located_at, span
    query = select(at, track_table.c.lon, track_table.c.lat, track_table.c.source).where(track_table.c.unit_id == unit_id)
    query = query.where(*([at >= start] if start else []), *([at < end] if end else []), *([at > datetime.fromisoformat(page.after[0])] if page.after else []))
    found = [TrackPoint(*row) for row in (await connection.execute(query.order_by(at).limit(page.size + 1))).all()]
    if len(found) <= page.size:
        return found, ""
    return found[: page.size], page.token((found[page.size - 1].located_at.isoformat(),))


_LATEST = insert(position_table)
_LATEST = _LATEST.on_conflict_do_update(
    index_elements=["unit_id"],
    set_={column.name: _LATEST.excluded[column.name] for column in position_table.columns if column.name != "unit_id"},
    where=_LATEST.excluded.located_at > position_table.c.located_at,
).inline()
_TRACK = insert(track_table).on_conflict_do_nothing().inline()
_TRACKED = [column.name for column in track_table.columns]


async def write_positions(connection: AsyncConnection, positions: Sequence[Position]) -> None:
    """Write sampled positions down: the latest of each unit, and its track."""
    if positions:
        await connection.execute(_LATEST, [asdict(position) for position in positions])
        await connection.execute(_TRACK, [{name: getattr(position, name) for name in _TRACKED} for position in positions])


async def heard_at(tx: Transaction, unit_id: str) -> datetime | None:
    """When the last written position of a unit came in."""
    found: datetime | None = await tx.connection.scalar(select(position_table.c.heard_at).where(position_table.c.unit_id == unit_id))
    return found
