"""Organisations in the database."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import update_versioned
from chassis.errors import not_found, stale
from chassis.journal import Transaction
from chassis.paging import Page
from services.experts.model.organisation import Organisation, Register
from services.experts.tables import organisation as table


def _organisation(row: Any) -> Organisation:
    return Organisation(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public mapping view


async def add(tx: Transaction, organisation: Organisation) -> None:
    """Insert a new organisation."""
    await tx.connection.execute(table.insert().values(asdict(organisation)))


async def load(tx: Transaction, organisation_id: str, etag: str = "") -> Organisation:
    """An organisation, locked for a change. NOT_FOUND, or STALE."""
    row = (await tx.connection.execute(select(table).where(table.c.id == organisation_id).with_for_update())).one_or_none()
    if row is None:
        raise not_found(f"organisations/{organisation_id}")
    organisation = _organisation(row)
    if etag and etag != str(organisation.version):
        raise stale(organisation.name, etag, str(organisation.version))
    tx.seen(organisation.name, organisation)
    return organisation


async def save(tx: Transaction, organisation: Organisation) -> None:
    """Write a changed organisation as its next version."""
    values = {name: value for name, value in asdict(organisation).items() if name not in {"id", "version", "created_at"}}
    await update_versioned(tx.connection, table, organisation.id, organisation.version, values)
    organisation.version += 1


async def get(connection: AsyncConnection, organisation_id: str) -> Organisation:
    """An organisation as it is; NOT_FOUND."""
    row = (await connection.execute(select(table).where(table.c.id == organisation_id))).one_or_none()
    if row is None:
        raise not_found(f"organisations/{organisation_id}")
    return _organisation(row)


async def register(connection: AsyncConnection) -> Register:
    """Who belongs to whom: the whole register, a few hundred rows in a district."""
    return Register(map(_organisation, (await connection.execute(select(table).order_by(table.c.id))).all()))


async def page_of(connection: AsyncConnection, page: Page) -> tuple[list[Organisation], str]:
    """A page of organisations, by id, and the token of the next page."""
    query = select(table).order_by(table.c.id).limit(page.size + 1)
    if page.after:
        query = query.where(table.c.id > page.after[0])
    found = [_organisation(row) for row in (await connection.execute(query)).all()]
    return (found, "") if len(found) <= page.size else (found[: page.size], page.token((found[page.size - 1].id,)))
