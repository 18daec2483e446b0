"""Incidents in the database."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import Integer, String, bindparam, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.clock import BEIJING
from chassis.geo import distance_m
from chassis.journal import Transaction
from chassis.paging import Page
from chassis.store import Store, Values
from services.dispatch.model.figures import Figures
from services.dispatch.model.incident import OPEN, Incident
from services.dispatch.model.signal import Signal
from services.dispatch.model.standby import Past
from services.dispatch.repository.conditions import among, begins, given, prefixes
from services.dispatch.repository.listing import Listing
from services.dispatch.tables import incident as table
from services.dispatch.tables import task as task_table

CELLS = 100
"""Cells of a degree that past incidents are counted by: about a kilometre each."""

MOST_CELLS = 500
"""Most cells, those with the most incidents."""

ORDERS = {"": "received_at", "receive_time desc": "received_at", "receive_time": "received_at", "grade": "level"}


def figures_json(figures: Figures) -> Values:
    """What is known, as JSON holds it: decimals as text."""
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in figures.known().items()}


def _read(values: Values) -> Values:
    del values["level"]
    return values | {"number": number(values["region_code"], values["received_at"], values.pop("serial"))}


def _write(incident: Incident) -> Values:
    return {"level": incident.level, "figures": figures_json(incident.figures)}


STORE: Store[Incident] = Store(table, Incident, "incidents", _read, _write)


def number(region_code: str, received_at: datetime, serial: int) -> str:
    """事件编号: county, date in Beijing time, running number of at least four digits (DOMAIN § 2.0)."""
    day = received_at.astimezone(BEIJING)
    return f"{region_code[:6]}-{day.year:04d}{day.month:02d}{day.day:02d}-{serial:04d}"


_ADD = table.insert().returning(table.c.serial)


async def add(tx: Transaction, incident: Incident) -> None:
    """Insert a new incident and give it its number."""
    serial = await tx.connection.scalar(_ADD, STORE.values(incident))
    incident.number = number(incident.region_code, incident.received_at, int(serial or 0))


async def load(tx: Transaction, incident_id: str, etag: str = "") -> Incident:
    """An incident, locked for a change. NOT_FOUND, or STALE when the caller saw another version."""
    return await STORE.load(tx, incident_id, etag)


async def find(tx: Transaction, incident_id: str) -> Incident | None:
    """An incident, locked for a change; None when this deployment does not know it."""
    return await STORE.find(tx, incident_id)


async def load_all(tx: Transaction, incident_ids: Sequence[str]) -> dict[str, Incident]:
    """Several incidents, locked in the order of their ids; NOT_FOUND for one that there is not."""
    return await STORE.load_all(tx, incident_ids)


async def open_of_exercise(tx: Transaction, exercise_id: str) -> list[Incident]:
    """Incidents of an exercise that are open, locked in the order of their ids."""
    return await STORE.find_where(tx, table.c.exercise_id == exercise_id, table.c.state.in_(OPEN))


async def save(tx: Transaction, incident: Incident) -> None:
    """Write a changed incident as its next version."""
    incident.updated_at = tx.now
    await STORE.save(tx, incident)


async def get(connection: AsyncConnection, incident_id: str) -> Incident:
    """An incident as it is; NOT_FOUND."""
    return await STORE.get(connection, incident_id)


_STATE = select(table.c.id, table.c.title, table.c.state).with_for_update(read=True, of=table)
_STATE_BY_ID = _STATE.where(table.c.id == bindparam("row_id"))
_STATE_BY_TASK = _STATE.join(task_table, task_table.c.incident_id == table.c.id).where(task_table.c.id == bindparam("row_id"))


async def hold(tx: Transaction, incident_id: str = "", *, of_task: str = "") -> tuple[str, str, str] | None:
    """Id, title and state of an incident, or of the one a task belongs to, which cannot change until this command is through; others may hold it too."""
    query, row_id = (_STATE_BY_TASK, of_task) if of_task else (_STATE_BY_ID, incident_id)
    row = (await tx.connection.execute(query, {"row_id": row_id})).one_or_none()
    return (row.id, row.title, row.state) if row else None


_MERGED_INTO = select(table.c.merged_into).where(table.c.id == bindparam("row_id")).with_for_update()


async def survivor(tx: Transaction, incident_id: str) -> str:
    """The incident that stands for this one: itself, or what it was merged into at last. It is locked, so that no merge passes by unseen."""
    while into := await tx.connection.scalar(_MERGED_INTO, {"row_id": incident_id}):
        incident_id = str(into)
    return incident_id


_CHILDREN = select(table.c.id).where(table.c.parent_id == bindparam("row_id")).order_by(table.c.id)


async def children(connection: AsyncConnection, incident_id: str) -> list[str]:
    """Ids of the incidents that followed from this one."""
    return list(await connection.scalars(_CHILDREN, {"row_id": incident_id}))


async def ancestors(connection: AsyncConnection, incident_id: str) -> set[str]:
    """The incident and everything it followed from."""
    chain = select(table.c.id, table.c.parent_id).where(table.c.id == incident_id).cte("chain", recursive=True)
    chain = chain.union(select(table.c.id, table.c.parent_id).where(table.c.id == chain.c.parent_id))
    return set(await connection.scalars(select(chain.c.id)))


_FAMILY = bindparam("family", type_=String)
_AT = func.coalesce(table.c.occurred_at, table.c.received_at)
_NEAR = (
    select(table)
    .where(
        among(table.c.state, OPEN), table.c.exercise_id == bindparam("exercise_id"), _AT.between(bindparam("start"), bindparam("end")),
        table.c.lon.between(bindparam("west"), bindparam("east")), table.c.lat.between(bindparam("south"), bindparam("north")),
        or_(_FAMILY == "", table.c.event_code == "", func.left(table.c.event_code, func.length(_FAMILY)) == _FAMILY),
    )
    .order_by(table.c.received_at.desc())
    .limit(bindparam("most", type_=Integer))
)  # fmt: skip
"""Of two of the same family, or one of them without a code."""


async def near(
    connection: AsyncConnection, thing: Incident | Signal, span: timedelta, radius_m: float, degrees: float, most: int
) -> list[tuple[Incident, float]]:
    """Open incidents of the same exercise within a time and so many metres of an incident or signal, with their distance.

    They are measured among the newest `most` of those in a box that reaches so many degrees to each side.
    """
    if thing.lon is None or thing.lat is None:
        return []
    at, lon, lat = thing.occurred_at or thing.received_at, thing.lon, thing.lat
    asked = {
        "start": at - span, "end": at + span, "family": thing.event_code[:3], "exercise_id": thing.exercise_id, "most": most,
        "west": lon - degrees, "east": lon + degrees, "south": lat - degrees, "north": lat + degrees,
    }  # fmt: skip
    measured = [(row, distance_m((lon, lat), (row.lon, row.lat))) for row in (await connection.execute(_NEAR, asked)).all()]
    return [(STORE.of(row), metres) for row, metres in measured if metres <= radius_m]


_TOUCHED = func.unnest(table.c.regions).column_valued("touched")
_FILTERS = {
    "regions": or_(begins(table.c.region_code, "regions"), select(literal(1)).where(begins(_TOUCHED, "regions")).exists()),
    "states": given(table.c.state, "states"),
    "exercise_id": table.c.exercise_id == bindparam("exercise_id"),
    "event_prefixes": begins(table.c.event_code, "event_prefixes"),
    "parent_id": table.c.parent_id == bindparam("parent_id"),
}
"""An incident lies in, or touches, one of the regions: both sides of a border see it (R-I9)."""
_LISTS = {
    order_by: Listing(select(table), [table.c[by], table.c.id], _FILTERS, descending=order_by in ("", "receive_time desc")) for order_by, by in ORDERS.items()
}


async def page_of(
    connection: AsyncConnection, page: Page, regions: Sequence[str], order_by: str, states: Sequence[str], exercise_id: str | None, event_prefix: str,
    parent_id: str,
) -> tuple[list[Incident], str]:  # fmt: skip
    """A page of incidents in the regions, and the token of the next; exercise None is real ones and those of exercises alike, empty is real ones."""
    wanted = {
        "regions": prefixes(regions), "states": states or None, "exercise_id": exercise_id, "event_prefixes": prefixes([event_prefix]),
        "parent_id": parent_id or None,
    }  # fmt: skip
    rows, after = await _LISTS[order_by].page_of(connection, page, wanted)
    return [STORE.of(row) for row in rows], after


_CELL = [(func.floor(column * CELLS + 0.5) / CELLS).label(column.name) for column in (table.c.lon, table.c.lat)]
_PAST = (
    select(*_CELL, func.count().label("incidents"))
    .where(table.c.received_at >= bindparam("since"), table.c.confirmed_at.is_not(None), table.c.merged_into == "", table.c.lon.is_not(None))
    .where(table.c.lat.is_not(None), table.c.exercise_id.in_(("", bindparam("exercise_id"))))
    .group_by(*_CELL)
    .order_by(func.count().desc(), *_CELL)
    .limit(MOST_CELLS)
)
_PAST_IN = _PAST.where(begins(table.c.region_code, "regions"))


async def past(connection: AsyncConnection, regions: Sequence[str], since: datetime, exercise_id: str) -> list[Past]:
    """Where incidents of the regions were, to the kilometre: what is real, and what belongs to that exercise."""
    asked = {"since": since, "exercise_id": exercise_id}
    wanted = prefixes(regions)
    found = await connection.execute(_PAST, asked) if wanted is None else await connection.execute(_PAST_IN, asked | {"regions": wanted})
    return [Past((float(row.lon), float(row.lat)), int(row.incidents)) for row in found.all()]
