"""Expert groups in the database."""

from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import update_versioned
from chassis.errors import not_found, stale
from chassis.journal import Transaction
from chassis.paging import Page
from services.experts.model.group import ExpertGroup
from services.experts.tables import expert_group as table


def _group(row: Any) -> ExpertGroup:
    given = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public mapping view
    return ExpertGroup(**given | {"member_ids": tuple(given["member_ids"])})


def _values(group: ExpertGroup) -> dict[str, Any]:
    return {column.name: getattr(group, column.name) for column in table.columns} | {"member_ids": list(group.member_ids)}


async def add(tx: Transaction, group: ExpertGroup) -> None:
    """Insert a new group."""
    await tx.connection.execute(table.insert().values(_values(group)))


async def load(tx: Transaction, group_id: str, etag: str = "") -> ExpertGroup:
    """A group, locked for a change. NOT_FOUND, or STALE."""
    row = (await tx.connection.execute(select(table).where(table.c.id == group_id).with_for_update())).one_or_none()
    if row is None:
        raise not_found(f"expertGroups/{group_id}")
    group = _group(row)
    if etag and etag != str(group.version):
        raise stale(group.name, etag, str(group.version))
    tx.seen(group.name, group)
    return group


async def load_formed(tx: Transaction, call_up_id: str) -> list[ExpertGroup]:
    """The groups of a call-up that still work, locked for a change."""
    query = select(table).where(table.c.call_up_id == call_up_id, table.c.state == "formed").order_by(table.c.id).with_for_update()
    groups = [_group(row) for row in (await tx.connection.execute(query)).all()]
    for group in groups:
        tx.seen(group.name, group)
    return groups


async def save(tx: Transaction, group: ExpertGroup) -> None:
    """Write a changed group as its next version."""
    given = {name: value for name, value in _values(group).items() if name not in {"id", "version", "call_up_id", "created_at", "exercise_id"}}
    await update_versioned(tx.connection, table, group.id, group.version, given)
    group.version += 1


async def get(connection: AsyncConnection, group_id: str) -> ExpertGroup:
    """A group as it is; NOT_FOUND."""
    row = (await connection.execute(select(table).where(table.c.id == group_id))).one_or_none()
    if row is None:
        raise not_found(f"expertGroups/{group_id}")
    return _group(row)


async def page_of(connection: AsyncConnection, page: Page, regions: tuple[str, ...], call_up_id: str) -> tuple[list[ExpertGroup], str]:
    """A page of groups in the regions, by id, and the token of the next page."""
    query = select(table).order_by(table.c.id).limit(page.size + 1)
    if "" not in regions:
        query = query.where(or_(*(table.c.region_code.startswith(prefix, autoescape=True) for prefix in regions)))
    if call_up_id:
        query = query.where(table.c.call_up_id == call_up_id)
    if page.after:
        query = query.where(table.c.id > page.after[0])
    found = [_group(row) for row in (await connection.execute(query)).all()]
    return (found, "") if len(found) <= page.size else (found[: page.size], page.token((found[page.size - 1].id,)))
