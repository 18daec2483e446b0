"""One aggregate's rows: what every collection of this service can do."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, Table, or_, select, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import update_versioned
from chassis.errors import not_found, stale
from chassis.journal import Transaction
from chassis.paging import Page
from services.resources.model.record import Record
from services.resources.repository.values import hints_of, plain, restored

R = TypeVar("R", bound=Record)
FIXED = ("id", "version", "create_at")


def in_regions(column: ColumnElement[str], regions: Iterable[str]) -> list[ColumnElement[bool]]:
    """The condition that a region lies in one of the prefixes; none when everywhere is allowed."""
    prefixes = tuple(regions)
    return [] if "" in prefixes else [or_(*(column.startswith(prefix, autoescape=True) for prefix in prefixes))]


@dataclass(frozen=True, slots=True)
class Collection(Generic[R]):
    """Rows of one table as one class of the model."""

    table: Table
    kind: type[R]

    def restore(self, row: Any) -> R:
        """The model of a row."""
        kind: Any = self.kind
        record: R = kind(**{name: restored(getattr(row, name), hint) for name, hint in hints_of(kind).items()})
        return record

    def values(self, record: R) -> dict[str, Any]:
        """The row of a model."""
        columns = self.table.columns
        return {each.name: _stored(getattr(record, each.name), columns[each.name].type) for each in fields(record)}

    def name(self, record_id: str) -> str:
        """Resource name of an id."""
        return f"{self.kind.COLLECTION}/{record_id}"

    async def add(self, tx: Transaction, record: R) -> None:
        """Insert a new one."""
        await tx.connection.execute(self.table.insert().values(self.values(record)))

    async def load(self, tx: Transaction, record_id: str, etag: str = "") -> R:
        """One, locked for a change. NOT_FOUND, or STALE when the caller saw another version."""
        row = (await tx.connection.execute(select(self.table).where(self.table.c.id == record_id).with_for_update())).one_or_none()
        if row is None:
            raise not_found(self.name(record_id))
        record = self.restore(row)
        if etag and etag != str(record.version):
            raise stale(record.name, etag, str(record.version))
        tx.seen(record.name, record)
        return record

    async def lock(self, tx: Transaction, ids: Iterable[str]) -> dict[str, R]:
        """Several, locked in the order of their ids, so that two commands never wait for each other in a ring."""
        wanted = sorted(set(ids))
        if not wanted:
            return {}
        query = select(self.table).where(self.table.c.id.in_(wanted)).order_by(self.table.c.id).with_for_update()
        found = {row.id: self.restore(row) for row in (await tx.connection.execute(query)).all()}
        for record_id in wanted:
            if record_id not in found:
                raise not_found(self.name(record_id))
            tx.seen(found[record_id].name, found[record_id])
        return found

    async def save(self, tx: Transaction, record: R) -> None:
        """Write a changed one as its next version."""
        record.update_at = tx.now
        values = {name: value for name, value in self.values(record).items() if name not in FIXED}
        await update_versioned(tx.connection, self.table, record.id, record.version, values)
        record.version += 1

    async def get(self, connection: AsyncConnection, record_id: str) -> R:
        """One as it is; NOT_FOUND."""
        record = await self.find(connection, record_id)
        if record is None:
            raise not_found(self.name(record_id))
        return record

    async def find(self, connection: AsyncConnection, record_id: str) -> R | None:
        """One as it is, or None."""
        row = (await connection.execute(select(self.table).where(self.table.c.id == record_id))).one_or_none()
        return None if row is None else self.restore(row)

    async def some(self, connection: AsyncConnection, *where: ColumnElement[bool], limit: int = 1000) -> list[R]:
        """Those that meet the conditions, by id."""
        query = select(self.table).where(*where).order_by(self.table.c.id).limit(limit)
        return [self.restore(row) for row in (await connection.execute(query)).all()]

    async def page_of(self, connection: AsyncConnection, page: Page, *where: ColumnElement[bool], newest_first: bool = True) -> tuple[list[R], str]:
        """A page, newest first or by id, and the token of the next page."""
        found = [self.restore(row) for row in (await connection.execute(self._paged(page, where, newest_first=newest_first))).all()]
        if len(found) <= page.size:
            return found, ""
        last = found[page.size - 1]
        return found[: page.size], page.token((last.create_at.isoformat(), last.id) if newest_first else (last.id,))

    def _paged(self, page: Page, where: Iterable[ColumnElement[bool]], *, newest_first: bool) -> Select[Any]:
        columns = self.table.c
        query = select(self.table).where(*where).limit(page.size + 1)
        if not newest_first:
            query = query.order_by(columns.id)
            return query.where(columns.id > page.after[0]) if page.after else query
        query = query.order_by(columns.create_at.desc(), columns.id.desc())
        if not page.after:
            return query
        return query.where(tuple_(columns.create_at, columns.id) < (datetime.fromisoformat(page.after[0]), page.after[1]))


def _stored(value: Any, column_type: Any) -> Any:
    return plain(value) if isinstance(column_type, JSONB) or is_dataclass(value) else value
