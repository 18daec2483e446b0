"""Opinions in the database."""

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import update_versioned
from chassis.errors import not_found, stale
from chassis.journal import Transaction
from chassis.paging import Page
from services.experts.model.opinion import Opinion
from services.experts.repository import values
from services.experts.tables import opinion as table

FIXED = {"id", "version", "call_up_id", "invitation_id", "group_id", "expert_id", "number", "advice", "entered_by", "signature", "created_at", "exercise_id"}


def _opinion(row: Any) -> Opinion:
    given = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public mapping view
    return Opinion(**given | {"advice": values.advice(given["advice"]), "dissents": tuple(map(values.dissent, given["dissents"]))})


def _values(opinion: Opinion) -> dict[str, Any]:
    given = {column.name: getattr(opinion, column.name) for column in table.columns}
    return given | {"advice": values.plain(opinion.advice), "dissents": values.plain(opinion.dissents)}


async def add(tx: Transaction, opinion: Opinion) -> None:
    """Insert a new version."""
    await tx.connection.execute(table.insert().values(_values(opinion)))


async def load(tx: Transaction, opinion_id: str, etag: str = "") -> Opinion:
    """An opinion, locked for a change. NOT_FOUND, or STALE."""
    row = (await tx.connection.execute(select(table).where(table.c.id == opinion_id).with_for_update())).one_or_none()
    if row is None:
        raise not_found(f"opinions/{opinion_id}")
    opinion = _opinion(row)
    if etag and etag != str(opinion.version):
        raise stale(opinion.name, etag, str(opinion.version))
    tx.seen(opinion.name, opinion)
    return opinion


async def newest(tx: Transaction, call_up_id: str, invitation_id: str, group_id: str) -> Opinion | None:
    """The newest version of an author, locked for a change."""
    query = select(table).where(table.c.call_up_id == call_up_id, table.c.invitation_id == invitation_id, table.c.group_id == group_id)
    row = (await tx.connection.execute(query.order_by(table.c.number.desc()).limit(1).with_for_update())).one_or_none()
    if row is None:
        return None
    opinion = _opinion(row)
    tx.seen(opinion.name, opinion)
    return opinion


async def save(tx: Transaction, opinion: Opinion) -> None:
    """Write what may change of an opinion, as its next version; its text never does."""
    given = {name: value for name, value in _values(opinion).items() if name not in FIXED}
    await update_versioned(tx.connection, table, opinion.id, opinion.version, given)
    opinion.version += 1


async def get(connection: AsyncConnection, opinion_id: str) -> Opinion:
    """An opinion as it is; NOT_FOUND."""
    row = (await connection.execute(select(table).where(table.c.id == opinion_id))).one_or_none()
    if row is None:
        raise not_found(f"opinions/{opinion_id}")
    return _opinion(row)


async def page_of(connection: AsyncConnection, page: Page, regions: tuple[str, ...], call_up_id: str) -> tuple[list[Opinion], str]:
    """A page of a call-up's opinions, oldest first, and the token of the next page."""
    query = select(table).where(table.c.call_up_id == call_up_id).order_by(table.c.created_at, table.c.id).limit(page.size + 1)
    if "" not in regions:
        query = query.where(or_(*(table.c.region_code.startswith(prefix, autoescape=True) for prefix in regions)))
    if page.after:
        created_at, row_id = page.after
        query = query.where(tuple_(table.c.created_at, table.c.id) > (datetime.fromisoformat(created_at), row_id))
    found = [_opinion(row) for row in (await connection.execute(query)).all()]
    if len(found) <= page.size:
        return found, ""
    last = found[page.size - 1]
    return found[: page.size], page.token((last.created_at.isoformat(), last.id))
