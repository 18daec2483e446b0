"""Incidents in the database."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, false, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.clock import BEIJING
from chassis.journal import Transaction
from chassis.paging import Page
from chassis.store import Store, Values
from services.dispatch.model.figures import Figures
from services.dispatch.model.incident import OPEN, Incident
from services.dispatch.tables import incident as table
from services.dispatch.tables import task as task_table

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


_STATE = select(table.c.id, table.c.state).with_for_update(read=True, of=table)
_STATE_BY_ID = _STATE.where(table.c.id == bindparam("row_id"))
_STATE_BY_TASK = _STATE.join(task_table, task_table.c.incident_id == table.c.id).where(task_table.c.id == bindparam("row_id"))


async def hold(tx: Transaction, incident_id: str = "", *, of_task: str = "") -> tuple[str, str] | None:
    """Id and state of an incident, or of the one a task belongs to, which cannot change until this command is through; others may hold it too."""
    query, row_id = (_STATE_BY_TASK, of_task) if of_task else (_STATE_BY_ID, incident_id)
    row = (await tx.connection.execute(query, {"row_id": row_id})).one_or_none()
    return (row.id, row.state) if row else None


_MERGED_INTO = select(table.c.merged_into).where(table.c.id == bindparam("row_id")).with_for_update()


async def survivor(tx: Transaction, incident_id: str) -> str:
    """The incident that stands for this one: itself, or what it was merged into at last. It is locked, so that no merge passes by unseen."""
    while into := await tx.connection.scalar(_MERGED_INTO, {"row_id": incident_id}):
        incident_id = str(into)
    return incident_id


async def children(connection: AsyncConnection, incident_id: str) -> list[str]:
    """Ids of the incidents that followed from this one."""
    return list(await connection.scalars(select(table.c.id).where(table.c.parent_id == incident_id).order_by(table.c.id)))


async def ancestors(connection: AsyncConnection, incident_id: str) -> set[str]:
    """The incident and everything it followed from."""
    chain = select(table.c.id, table.c.parent_id).where(table.c.id == incident_id).cte("chain", recursive=True)
    chain = chain.union(select(table.c.id, table.c.parent_id).where(table.c.id == chain.c.parent_id))
    return set(await connection.scalars(select(chain.c.id)))


def in_regions(regions: Sequence[str]) -> ColumnElement[bool]:
    """It lies in, or touches, one of the regions: both sides of a border see an incident (R-I9)."""
    own = (table.c.region_code.startswith(prefix, autoescape=True) for prefix in regions)
    touched = (func.array_to_string(table.c.regions, " ", "").op("~")(f"(^| ){prefix}") for prefix in regions if prefix.isdigit())
    return or_(false(), *own, *touched)


def near(moment: datetime, span: timedelta, families: Sequence[str], exercise_id: str, lon: float, lat: float, degrees: float) -> ColumnElement[bool]:
    """Open incidents of the same exercise around a place and a moment, of the same family where both know theirs; the caller measures exactly."""
    at = func.coalesce(table.c.occurred_at, table.c.received_at)
    kin = or_(table.c.event_code == "", *(table.c.event_code.startswith(family) for family in families)) if families else table.c.id != ""
    place = and_(table.c.lon.between(lon - degrees, lon + degrees), table.c.lat.between(lat - degrees, lat + degrees))
    return and_(table.c.state.in_(OPEN), table.c.exercise_id == exercise_id, at.between(moment - span, moment + span), place, kin)


def filters(states: Sequence[str], exercise_id: str | None, event_prefix: str, parent_id: str) -> list[ColumnElement[bool]]:
    """What a list of incidents asks for; exercise None is real ones and those of exercises alike, empty is real ones."""
    found: list[ColumnElement[bool]] = [table.c.state.in_(states)] if states else []
    found += [table.c.exercise_id == exercise_id] if exercise_id is not None else []
    found += [table.c.event_code.startswith(event_prefix, autoescape=True)] if event_prefix else []
    return [*found, table.c.parent_id == parent_id] if parent_id else found


async def candidates(connection: AsyncConnection, condition: ColumnElement[bool], limit: int) -> list[Incident]:
    """Incidents that meet the condition, newest first."""
    rows = (await connection.execute(select(table).where(condition).order_by(table.c.received_at.desc()).limit(limit))).all()
    return [STORE.of(row) for row in rows]


async def page_of(
    connection: AsyncConnection, page: Page, regions: tuple[str, ...], order_by: str, *conditions: ColumnElement[bool]
) -> tuple[list[Incident], str]:
    """A page of incidents in the regions, and the token of the next page."""
    by, descending = ORDERS[order_by], order_by in ("", "receive_time desc")
    keys = [table.c[by], table.c.id]
    query = select(table).where(*conditions).order_by(*(each.desc() if descending else each for each in keys)).limit(page.size + 1)
    if "" not in regions:
        query = query.where(in_regions(regions))
    if page.after:
        first: Any = int(page.after[0]) if by == "level" else datetime.fromisoformat(page.after[0])
        bound = (first, page.after[1])
        query = query.where(tuple_(*keys) < bound if descending else tuple_(*keys) > bound)
    found = [STORE.of(row) for row in (await connection.execute(query)).all()]
    if len(found) <= page.size:
        return found, ""
    last = found[page.size - 1]
    return found[: page.size], page.token((str(last.level) if by == "level" else last.received_at.isoformat(), last.id))
