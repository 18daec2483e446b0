"""Units and positions in the database."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, String, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.errors import not_found
from chassis.journal import Transaction
from chassis.paging import Page
from chassis.store import Store, Values
from services.dispatch.model.unit import BUSY, READY, OnBoard, Position, TrackPoint, Unit
from services.dispatch.repository.conditions import among, begins, given, prefixes
from services.dispatch.repository.listing import Listing
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
_POSITION = [position_table.c[name] for name in Position.__slots__]
_LOCATED = select(table, *_POSITION).outerjoin(position_table, position_table.c.unit_id == table.c.id)
_ONE = _LOCATED.where(table.c.id == bindparam("row_id"))
_WIDTH = len(table.columns)


def _located(row: Any) -> Unit:
    unit = UNITS.of(row)
    if row[_WIDTH] is not None:
        unit.position = Position(*row[_WIDTH:])
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


_REPORTERS = (
    select(table.c.id, table.c.region_code, table.c.state, position_table.c.located_at, position_table.c.heard_at)
    .outerjoin(position_table, position_table.c.unit_id == table.c.id)
    .where(given(table.c.id, "unit_ids"))
)


async def reporters(connection: AsyncConnection, unit_ids: Sequence[str]) -> list[Reporter]:
    """Those of the units that exist."""
    return [Reporter(*row) for row in (await connection.execute(_REPORTERS, {"unit_ids": unit_ids})).all()]


_FREE = select(func.count()).where(given(table.c.id, "unit_ids"), among(table.c.state, READY), table.c.assignment_id == "", table.c.in_register)


async def any_free(connection: AsyncConnection, unit_ids: Sequence[str]) -> bool:
    """One of the units could be sent now."""
    return bool(await connection.scalar(_FREE, {"unit_ids": unit_ids}))


_FILTERS = {
    "regions": begins(table.c.region_code, "regions"),
    "state": table.c.state == bindparam("state"),
    "incident_id": table.c.incident_id == bindparam("incident_id"),
    "capability": table.c.codes.contains(bindparam("capability", type_=ARRAY(String))),
}
_SHOWN = or_(table.c.in_register, table.c.assignment_id != "", among(table.c.state, BUSY))
"""Lists show what stands in the register, and whatever is still under way."""
_LIST = Listing(_LOCATED.where(_SHOWN), [table.c.id], _FILTERS)
_ON_BOARD = select(table.c.id, table.c.display_name, table.c.state, table.c.incident_id, *_POSITION)
_BOARD = Listing(_ON_BOARD.join(position_table, position_table.c.unit_id == table.c.id).where(_SHOWN), [table.c.id], _FILTERS)


async def page_of(
    connection: AsyncConnection, page: Page, regions: Sequence[str], *, state: str = "", capability: str = "", incident_id: str = ""
) -> tuple[list[Unit], str]:
    """A page of units in the regions, by id, each with its last written position, and the token of the next."""
    wanted = {
        "regions": prefixes(regions), "state": state or None, "incident_id": incident_id or None, "capability": [capability] if capability else None,
    }  # fmt: skip
    rows, after = await _LIST.page_of(connection, page, wanted)
    return [_located(row) for row in rows], after


async def board(connection: AsyncConnection, page: Page, regions: Sequence[str], incident_id: str) -> tuple[list[OnBoard], str]:
    """A page of the units in the regions whose position was ever written down, by id, and the token of the next."""
    rows, after = await _BOARD.page_of(connection, page, {"regions": prefixes(regions), "incident_id": incident_id or None})
    return [OnBoard(row.id, row.display_name, row.state, row.incident_id, Position(*row[4:])) for row in rows], after


async def track_page(connection: AsyncConnection, page: Page, unit_id: str, span: tuple[datetime | None, datetime | None]) -> tuple[list[TrackPoint], str]:
    """A part of a unit's way between two moments, oldest first."""
    at, (start, end) = track_table.c.located_at, span
    query = select(at, track_table.c.lon, track_table.c.lat, track_table.c.source).where(track_table.c.unit_id == unit_id)
    query = query.where(*([at >= start] if start else []), *([at < end] if end else []), *(at > moment for moment in page.key(datetime.fromisoformat) or ()))
    found = [TrackPoint(*row) for row in (await connection.execute(query.order_by(at).limit(page.size + 1))).all()]
    if len(found) <= page.size:
        return found, ""
    return found[: page.size], page.token((found[page.size - 1].located_at.isoformat(),))


_GIVEN = (
    func.unnest(*(bindparam(column.name, type_=ARRAY(column.type)) for column in _POSITION))
    .table_valued(*(column.name for column in _POSITION), name="given")
    .render_derived()
)
_NEWEST = select(_GIVEN).ext(distinct_on(_GIVEN.c.unit_id)).order_by(_GIVEN.c.unit_id, _GIVEN.c.located_at.desc())
_LATEST = insert(position_table).from_select([column.name for column in _POSITION], _NEWEST)
_LATEST = _LATEST.on_conflict_do_update(
    index_elements=["unit_id"],
    set_={column.name: _LATEST.excluded[column.name] for column in _POSITION if column.name != "unit_id"},
    where=_LATEST.excluded.located_at > position_table.c.located_at,
)
_TRACKED = [column.name for column in track_table.columns]
_SAMPLED = insert(track_table).from_select(_TRACKED, select(*(_GIVEN.c[name] for name in _TRACKED))).on_conflict_do_nothing()
_SAMPLED = _SAMPLED.add_cte(_LATEST.cte("latest")).inline()


async def write_positions(connection: AsyncConnection, positions: Sequence[Position]) -> None:
    """Write sampled positions down, in one statement: the latest of each unit, and its track."""
    if positions:
        await connection.execute(_SAMPLED, {name: [getattr(position, name) for position in positions] for name in Position.__slots__})


_HEARD_AT = select(position_table.c.heard_at).where(position_table.c.unit_id == bindparam("row_id"))


async def heard_at(tx: Transaction, unit_id: str) -> datetime | None:
    """When the last written position of a unit came in."""
    found: datetime | None = await tx.connection.scalar(_HEARD_AT, {"row_id": unit_id})
    return found
