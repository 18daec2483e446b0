"""Incidents in the database."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.clock import BEIJING
from chassis.database import update_versioned
from chassis.errors import not_found, stale
from chassis.journal import Transaction
from chassis.paging import Page
from services.dispatch.model.incident import Incident
from services.dispatch.tables import incident as table

OUTSIDE_THE_TABLE = {"number"}


def _incident(row: Any) -> Incident:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public mapping view
    serial = values.pop("serial")
    return Incident(**values, number=number(values["region_code"], values["received_at"], serial))


def number(region_code: str, received_at: datetime, serial: int) -> str:
    """事件编号: county, date in Beijing time, running number of at least four digits (DOMAIN § 2.0)."""
    return f"{region_code[:6]}-{received_at.astimezone(BEIJING):%Y%m%d}-{serial:04d}"


def _values(incident: Incident) -> dict[str, Any]:
    return {name: value for name, value in asdict(incident).items() if name not in OUTSIDE_THE_TABLE}


async def add(tx: Transaction, incident: Incident) -> None:
    """Insert a new incident and give it its number."""
    serial = await tx.connection.scalar(table.insert().values(_values(incident)).returning(table.c.serial))
    incident.number = number(incident.region_code, incident.received_at, int(serial or 0))


async def load(tx: Transaction, incident_id: str, etag: str = "") -> Incident:
    """An incident, locked for a change. NOT_FOUND, or STALE when the caller saw another version."""
    row = (await tx.connection.execute(select(table).where(table.c.id == incident_id).with_for_update())).one_or_none()
    if row is None:
        raise not_found(f"incidents/{incident_id}")
    incident = _incident(row)
    if etag and etag != str(incident.version):
        raise stale(incident.name, etag, str(incident.version))
    tx.seen(incident.name, incident)
    return incident


async def save(tx: Transaction, incident: Incident) -> None:
    """Write a changed incident as its next version."""
    values = _values(incident)
    for fixed in ("id", "version", "exercise_id"):
        values.pop(fixed)
    await update_versioned(tx.connection, table, incident.id, incident.version, values)
    incident.version += 1


async def get(connection: AsyncConnection, incident_id: str) -> Incident:
    """An incident as it is; NOT_FOUND."""
    row = (await connection.execute(select(table).where(table.c.id == incident_id))).one_or_none()
    if row is None:
        raise not_found(f"incidents/{incident_id}")
    return _incident(row)


async def page_of(connection: AsyncConnection, page: Page, regions: tuple[str, ...], state: str) -> tuple[list[Incident], str]:
    """A page of incidents in the regions, newest first, and the token of the next page."""
    query = select(table).order_by(table.c.received_at.desc(), table.c.id.desc()).limit(page.size + 1)
    if "" not in regions:
        query = query.where(or_(*(table.c.region_code.startswith(prefix, autoescape=True) for prefix in regions)))
    if state:
        query = query.where(table.c.state == state)
    if page.after:
        received_at, row_id = page.after
        query = query.where(tuple_(table.c.received_at, table.c.id) < (datetime.fromisoformat(received_at), row_id))
    found = [_incident(row) for row in (await connection.execute(query)).all()]
    if len(found) <= page.size:
        return found, ""
    last = found[page.size - 1]
    return found[: page.size], page.token((last.received_at.isoformat(), last.id))
