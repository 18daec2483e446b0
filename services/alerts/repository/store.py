"""What every aggregate asks of its table: add, load for a change, save as the next version, read, and pages."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, Select, Table, or_, select, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import update_versioned
from chassis.errors import not_found, stale
from chassis.journal import Transaction
from chassis.paging import Page
from services.alerts.repository.values import freeze, hints, thaw


class Aggregate(Protocol):
    """What a stored aggregate has."""

    @property
    def id(self) -> str:
        """Key of its row."""

    @property
    def version(self) -> int:
        """Counts its changes from 1."""

    @property
    def name(self) -> str:
        """Resource name."""


A = TypeVar("A", bound=Aggregate)


@dataclass(frozen=True)
class Store(Generic[A]):
    """One table whose columns are the fields of one dataclass; JSONB columns hold nested values."""

    table: Table
    model: type[A]
    collection: str

    def of(self, row: Any) -> A:
        """The aggregate a row holds."""
        declared = hints(self.model)
        return self.model(**{column.name: thaw(declared[column.name], getattr(row, column.name)) for column in self.table.columns})

    def values(self, aggregate: A) -> dict[str, Any]:
        """What the row holds of an aggregate."""
        columns = self.table.columns
        given = {field.name: getattr(aggregate, field.name) for field in fields(aggregate) if field.name in columns}  # type: ignore[arg-type]
        return {name: freeze(value) if isinstance(columns[name].type, JSONB) or isinstance(value, tuple) else value for name, value in given.items()}

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
        return next(iter(await self.find_all(tx, self.table.c.id == row_id)), None)

    async def find_all(self, tx: Transaction, *conditions: ColumnElement[bool]) -> list[A]:
        """Those that meet the conditions, locked in the order of their ids, so that two commands on the same ones never wait in a ring."""
        query = select(self.table).where(*conditions).order_by(self.table.c.id).with_for_update()
        found = [self.of(row) for row in (await tx.connection.execute(query)).all()]
        for aggregate in found:
            tx.seen(aggregate.name, aggregate)
        return found

    async def save(self, tx: Transaction, aggregate: A) -> None:
        """Write a changed aggregate as its next version."""
        values = self.values(aggregate)
        del values["id"], values["version"]
        await update_versioned(tx.connection, self.table, aggregate.id, aggregate.version, values)
        aggregate.version += 1  # type: ignore[misc]  # read-only in the protocol only

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

    def in_regions(self, regions: Iterable[str]) -> list[ColumnElement[bool]]:
        """The condition that a row lies in one of the regions; none when everywhere is allowed."""
        prefixes = tuple(regions)
        return [] if "" in prefixes else [or_(*(self.table.c.region_code.startswith(prefix, autoescape=True) for prefix in prefixes))]

    def equal(self, **wanted: object) -> list[ColumnElement[bool]]:
        """Conditions that columns hold these values; an empty value asks for nothing."""
        return [self.table.c[name] == value for name, value in wanted.items() if value]

    async def page_of(
        self, connection: AsyncConnection, page: Page, conditions: Iterable[ColumnElement[bool]] = (), *, by: str = "", descending: bool = False
    ) -> tuple[list[A], str]:
        """A page of what meets the conditions, sorted by the moment or day `by` (or only by id), and the token of the next page."""
        query = self._sorted(select(self.table).where(*conditions), page, by, descending=descending)
        found = [self.of(row) for row in (await connection.execute(query)).all()]
        if len(found) <= page.size:
            return found, ""
        last = found[page.size - 1]
        return found[: page.size], page.token((getattr(last, by).isoformat(), last.id) if by else (last.id,))

    def _sorted(self, query: Select[Any], page: Page, by: str, *, descending: bool) -> Select[Any]:
        row_id = self.table.c.id
        keys = [self.table.c[by], row_id] if by else [row_id]
        query = query.order_by(*(key.desc() if descending else key for key in keys)).limit(page.size + 1)
        if page.after:
            read: type[date] = datetime if by and self.table.c[by].type.python_type is datetime else date
            after = (read.fromisoformat(page.after[0]), page.after[1]) if by else page.after
            query = query.where(tuple_(*keys) < after if descending else tuple_(*keys) > after)
        return query
