"""What every aggregate of the field half asks of its table: add, load for a change, save as the next version, read, and pages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, Select, Table, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import update_versioned
from chassis.errors import not_found, stale
from chassis.journal import Transaction
from chassis.paging import Page


class Aggregate(Protocol):
    """What a stored aggregate has."""

    id: str
    version: int

    @property
    def name(self) -> str:
        """Resource name."""


A = TypeVar("A", bound=Aggregate)
Values = dict[str, Any]


@dataclass(frozen=True)
class Store(Generic[A]):
    """One table whose columns are the fields of one dataclass. `read` and `write` change what is not a plain value."""

    table: Table
    model: Callable[..., A]
    collection: str
    read: Callable[[Values], Values] = dict
    write: Callable[[A], Values] = lambda _model: {}

    def of(self, row: Any) -> A:
        """The aggregate a row holds."""
        return self.model(**self.read({column.name: getattr(row, column.name) for column in self.table.columns}))

    def values(self, aggregate: A) -> Values:
        """What the row holds of an aggregate."""
        plain = {field.name: getattr(aggregate, field.name) for field in fields(aggregate) if field.name in self.table.c}  # type: ignore[arg-type]
        return plain | self.write(aggregate)

    async def add(self, tx: Transaction, *aggregates: A) -> None:
        """Insert new aggregates."""
        if aggregates:
            await tx.connection.execute(self.table.insert(), [self.values(aggregate) for aggregate in aggregates])

    async def load(self, tx: Transaction, row_id: str, etag: str = "") -> A:
        """One aggregate, locked for a change. NOT_FOUND, or STALE when the caller saw another version."""
        aggregate = await self.find(tx, row_id)
        if aggregate is None:
            raise not_found(f"{self.collection}/{row_id}")
        if etag and etag != str(aggregate.version):
            raise stale(aggregate.name, etag, str(aggregate.version))
        return aggregate

    async def find(self, tx: Transaction, row_id: str) -> A | None:
        """One aggregate, locked for a change; None when there is none."""
        row = (await tx.connection.execute(select(self.table).where(self.table.c.id == row_id).with_for_update())).one_or_none()
        if row is None:
            return None
        aggregate = self.of(row)
        tx.seen(aggregate.name, aggregate)
        return aggregate

    async def load_all(self, tx: Transaction, row_ids: Sequence[str]) -> dict[str, A]:
        """Those that exist, locked in the order of their ids, so that two commands on the same ones wait for each other and never in a ring."""
        query = select(self.table).where(self.table.c.id.in_(row_ids)).order_by(self.table.c.id).with_for_update()
        found = [self.of(row) for row in (await tx.connection.execute(query)).all()]
        for aggregate in found:
            tx.seen(aggregate.name, aggregate)
        return {aggregate.id: aggregate for aggregate in found}

    async def save(self, tx: Transaction, aggregate: A) -> None:
        """Write a changed aggregate as its next version."""
        values = self.values(aggregate)
        del values["id"], values["version"]
        await update_versioned(tx.connection, self.table, aggregate.id, aggregate.version, values)
        aggregate.version += 1

    async def get(self, connection: AsyncConnection, row_id: str) -> A:
        """One aggregate as it is; NOT_FOUND."""
        row = (await connection.execute(select(self.table).where(self.table.c.id == row_id))).one_or_none()
        if row is None:
            raise not_found(f"{self.collection}/{row_id}")
        return self.of(row)

    async def where(self, connection: AsyncConnection, *conditions: ColumnElement[bool]) -> list[A]:
        """Every aggregate that meets the conditions, in the order of their ids."""
        query = select(self.table).where(*conditions).order_by(self.table.c.id)
        return [self.of(row) for row in (await connection.execute(query)).all()]

    async def page_of(
        self, connection: AsyncConnection, page: Page, regions: tuple[str, ...], *conditions: ColumnElement[bool], by: str = "", newest_first: bool = True
    ) -> tuple[list[A], str]:
        """A page of what lies in the regions, sorted by the moment `by` (or only by id), and the token of the next page."""
        query = self._sorted(select(self.table).where(*conditions), page, by, newest_first=newest_first and bool(by))
        if "" not in regions:
            query = query.where(or_(*(self.table.c.region_code.startswith(prefix, autoescape=True) for prefix in regions)))
        found = [self.of(row) for row in (await connection.execute(query)).all()]
        if len(found) <= page.size:
            return found, ""
        last = found[page.size - 1]
        return found[: page.size], page.token((getattr(last, by).isoformat(), last.id) if by else (last.id,))

    def _sorted(self, query: Select[Any], page: Page, by: str, *, newest_first: bool) -> Select[Any]:
        row_id = self.table.c.id
        keys = [self.table.c[by], row_id] if by else [row_id]
        query = query.order_by(*(key.desc() if newest_first else key for key in keys)).limit(page.size + 1)
        if page.after:
            after = (datetime.fromisoformat(page.after[0]), page.after[1]) if by else page.after
            bound = tuple_(*keys) < after if newest_first else tuple_(*keys) > after
            query = query.where(bound)
        return query


def moments(values: Mapping[str, Any], *names: str) -> Values:
    """A JSON object with its moments read back."""
    return {name: datetime.fromisoformat(value) if name in names and value else value for name, value in values.items()}


def plain(values: Mapping[str, Any]) -> Values:
    """An object as JSON can hold it: moments as text."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}
