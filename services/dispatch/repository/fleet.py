"""What the picture of units reads: everything once, then only what changed since, whoever changed it.

A row's xmin is the transaction that wrote it. Whatever was written by transactions that a snapshot had not seen the end of has an xmin from the
snapshot's horizon on; so rows with such an xmin, read later, are all that changed, without a column, a trigger or a notice. Ages are compared, not numbers,
since a row keeps 32 bits of a transaction's number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, Text, cast, func, literal_column, select, text, true
from sqlalchemy.ext.asyncio import AsyncConnection

from services.dispatch.model.advice import Known, Place, Seen
from services.dispatch.model.assignment import LIVE
from services.dispatch.model.road_closure import NOBODY, OPEN, Blocked
from services.dispatch.repository.conditions import among
from services.dispatch.tables import assignment, position, road_closure, unit

_XIDS = 1 << 32
_NOW = select(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text).label("horizon")).subquery("now")
_UNIT_COLUMNS = [
    unit.c[name]
    for name in (
        "id", "display_name", "region_code", "team_class", "state", "in_register", "assignment_id", "home_lon", "home_lat", "capabilities", "qualifications",
        "made_for_exercise", "duty_end_at", "least_duty_minutes", "display_name_en",
    )
]  # fmt: skip
_POSITION_COLUMNS = [position.c[name] for name in ("unit_id", "lon", "lat", "located_at")]


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed, and the horizon to ask from next time."""

    units: Sequence[Known]
    positions: Sequence[Seen]
    closures: Sequence[Blocked]
    horizon: str


def _since(table: Table) -> Any:
    return literal_column(f"age({table.name}.xmin)") <= text("age(CAST(:since AS xid))")


_UNITS = select(_NOW.c.horizon, *_UNIT_COLUMNS).select_from(_NOW.outerjoin(unit, true()))
_UNITS_SINCE = select(_NOW.c.horizon, *_UNIT_COLUMNS).select_from(_NOW.outerjoin(unit, _since(unit)))
"""The horizon, and the units beside it; beside none when none changed."""
_POSITIONS = select(*_POSITION_COLUMNS)
_POSITIONS_SINCE = _POSITIONS.where(_since(position))
_CLOSURES = select(
    *(road_closure.c[name] for name in ("id", "kind", "points", "radius_m", "factor", "state", "starts_at", "ends_at", "exercise_id"))
)  # fmt: skip
_CLOSURES_OPEN = _CLOSURES.where(among(road_closure.c.state, OPEN))
_CLOSURES_SINCE = _CLOSURES.where(_since(road_closure))


async def changes(connection: AsyncConnection, since: str, positions_since: str | None) -> Changes:
    """Units and road closures that changed since a horizon, and positions since another (None: no positions); everything when a horizon is empty."""
    found = await _rows(connection, _UNITS, _UNITS_SINCE, since)
    horizon, units = str(found[0].horizon), [_known(row) for row in found if row.id is not None]
    closures = [_blocked(row) for row in await _rows(connection, _CLOSURES_OPEN, _CLOSURES_SINCE, since)]
    if positions_since is None:
        return Changes(units, [], closures, horizon)
    places = [Seen(row.unit_id, (row.lon, row.lat), row.located_at) for row in await _rows(connection, _POSITIONS, _POSITIONS_SINCE, positions_since)]
    return Changes(units, places, closures, horizon)


async def _rows(connection: AsyncConnection, whole: Any, part: Any, since: str) -> Sequence[Any]:
    if not since:
        return (await connection.execute(whole)).all()
    return (await connection.execute(part, {"since": int(since) % _XIDS})).all()


def _known(row: Any) -> Known:
    home: Place | None = (row.home_lon, row.home_lat) if row.home_lon is not None and row.home_lat is not None else None
    brings = {each["code"]: int(each["count"]) for each in row.capabilities}
    return Known(
        row.id, row.display_name, row.region_code, row.team_class, row.state, row.in_register, bool(row.assignment_id), home, brings,
        frozenset(row.qualifications), row.made_for_exercise, row.duty_end_at, row.least_duty_minutes, row.display_name_en,
    )  # fmt: skip


def _blocked(row: Any) -> Blocked:
    points = [(lon, lat) for lon, lat in row.points]
    factor = NOBODY if row.factor is None else row.factor
    return Blocked(row.id, points, row.radius_m, factor, row.state in OPEN, row.starts_at, row.ends_at, row.exercise_id)


_OF_TASK = select(assignment.c.unit_id, among(assignment.c.state, LIVE).label("live")).where(assignment.c.task_id == text(":task_id"))


async def of_task(connection: AsyncConnection, task_id: str) -> tuple[frozenset[str], frozenset[str]]:
    """Units that are on a task, and units that were offered it before and are not."""
    rows = (await connection.execute(_OF_TASK, {"task_id": task_id})).all()
    live = frozenset(row.unit_id for row in rows if row.live)
    return live, frozenset(row.unit_id for row in rows) - live
