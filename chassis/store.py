"""One table as the aggregates it holds: add, load for a change, save as the next version, read, and pages.

What a command does to a row costs no building of statements: they are made once a store, values come as parameters.
"""

from collections.abc import Callable, Container, Iterable
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import ARRAY, ColumnElement, Date, DateTime, Numeric, Select, String, Table, any_, bindparam, false, or_, select, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import update_held, update_versioned
from chassis.errors import not_found, stale
from chassis.frozen import freeze, hints, thawing
from chassis.journal import Transaction
from chassis.paging import Page


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
Values = dict[str, Any]
NATIVE = (Date, DateTime, Numeric)
"""Columns whose values the driver gives as the model has them."""


def in_regions(column: ColumnElement[Any], regions: Iterable[str]) -> list[ColumnElement[bool]]:
    """The condition that a region's code begins with one of these; none when everywhere is allowed, and never met when nowhere is."""
    prefixes = tuple(regions)
    return [] if "" in prefixes else [or_(false(), *(column.startswith(prefix, autoescape=True) for prefix in prefixes))]


class Store(Generic[A]):
    """One table whose columns are the fields of one dataclass; JSONB columns hold nested values.

    `read` gets what the columns hold and gives the fields, `write` gives columns beside or instead of those that are fields: for a table that holds more,
    or other, than the fields. Columns in `fixed` are written once, on adding.
    """

    def __init__(
        self,
        table: Table,
        model: type[A],
        collection: str,
        read: Callable[[Values], Values] | None = None,
        write: Callable[[A], Values] | None = None,
        fixed: Iterable[str] = (),
    ) -> None:
        self.table, self.model, self.collection = table, model, collection
        self._read, self._write = read, write
        declared = hints(model)
        self._columns = [column.name for column in table.columns]
        self._fields = [name for name in self._columns if name in declared]
        self._given = attrgetter(*self._fields)
        self._frozen = [name for name in self._fields if isinstance(table.c[name].type, JSONB | ARRAY)]
        changes = ((name, thawing(declared[name])) for name in self._fields if not isinstance(table.c[name].type, NATIVE))
        self._thawed = [(name, change) for name, change in changes if change is not None]
        self._fixed = ("id", "version", *fixed)
        self._insert = table.insert().inline()
        self._every: Select[Any] = select(table)
        self._one = self._every.where(table.c.id == bindparam("row_id"))
        self._one_locked = self._one.with_for_update()
        listed = bindparam("row_ids", type_=ARRAY(String))
        self._several_locked = self._every.where(table.c.id == any_(listed)).order_by(table.c.id).with_for_update()

    def name(self, row_id: str) -> str:
        """Resource name of an id."""
        return f"{self.collection}/{row_id}"

    def of(self, row: Any) -> A:
        """The aggregate that a row begins with: the table's columns come first, in their order."""
        values: Values = dict(zip(self._columns, row, strict=False))
        for name, change in self._thawed:
            values[name] = change(values[name])
        return self.model(**(values if self._read is None else self._read(values)))

    def values(self, aggregate: A, without: Container[str] = ()) -> Values:
        """What the row holds of an aggregate, or of its columns but these."""
        values: Values = dict(zip(self._fields, self._given(aggregate), strict=True))
        for name in self._frozen:
            if name not in without:
                values[name] = freeze(values[name])
        written = values if self._write is None else values | self._write(aggregate)
        return {name: value for name, value in written.items() if name not in without} if without else written

    async def add(self, tx: Transaction, *aggregates: A) -> None:
        """Insert new aggregates."""
        if aggregates:
            rows = [self.values(aggregate) for aggregate in aggregates]
            await tx.connection.execute(self._insert, rows if len(rows) > 1 else rows[0])

    async def load(self, tx: Transaction, row_id: str, etag: str = "") -> A:
        """One aggregate, locked for a change. NOT_FOUND, or STALE when the caller saw another version."""
        aggregate = await self.find(tx, row_id)
        if aggregate is None:
            raise not_found(self.name(row_id))
        if etag and etag != str(aggregate.version):
            raise stale(aggregate.name, etag, str(aggregate.version))
        return aggregate

    async def find(self, tx: Transaction, row_id: str) -> A | None:
        """One aggregate, locked for a change; None when there is none."""
        aggregate = await self.lock(tx, row_id)
        if aggregate is not None:
            tx.seen(aggregate.name, aggregate)
        return aggregate

    async def lock(self, tx: Transaction, row_id: str) -> A | None:
        """As `find`, for an aggregate that other tables complete: who completes it notes it then as it was."""
        row = (await tx.connection.execute(self._one_locked, {"row_id": row_id})).one_or_none()
        return None if row is None else self.of(row)

    async def load_all(self, tx: Transaction, row_ids: Iterable[str]) -> dict[str, A]:
        """Several, locked as `find_all` does; NOT_FOUND for one that there is not."""
        wanted = sorted(set(row_ids))
        found = await self.find_all(tx, wanted)
        for row_id in wanted:
            if row_id not in found:
                raise not_found(self.name(row_id))
        return found

    async def find_all(self, tx: Transaction, row_ids: Iterable[str]) -> dict[str, A]:
        """Those that exist, locked in the order of their ids, so that two commands on the same ones wait for each other and never in a ring."""
        wanted = list(row_ids)
        rows = (await tx.connection.execute(self._several_locked, {"row_ids": wanted})).all() if wanted else ()
        return {aggregate.id: aggregate for aggregate in (self.seen(tx, row) for row in rows)}

    async def find_where(self, tx: Transaction, *conditions: ColumnElement[bool]) -> list[A]:
        """Those that meet the conditions, locked in the order of their ids."""
        query = self._every.where(*conditions).order_by(self.table.c.id).with_for_update()
        return [self.seen(tx, row) for row in (await tx.connection.execute(query)).all()]

    def seen(self, tx: Transaction, row: Any) -> A:
        """The aggregate of a row that was locked, noted as it was before the command."""
        aggregate = self.of(row)
        tx.seen(aggregate.name, aggregate)
        return aggregate

    async def save(self, tx: Transaction, aggregate: A) -> None:
        """Write a changed aggregate as its next version; STALE when somebody else was quicker."""
        await update_versioned(tx.connection, self.table, aggregate.id, aggregate.version, self.values(aggregate, self._fixed))
        aggregate.version += 1  # type: ignore[misc]  # read-only in the protocol only: what is never saved may be frozen

    async def save_held(self, tx: Transaction, aggregates: Iterable[A]) -> None:
        """Write several that this command loaded locked as their next versions, in one go."""
        held = list(aggregates)
        await update_held(tx.connection, self.table, [(each.id, each.version, self.values(each, self._fixed)) for each in held])
        for each in held:
            each.version += 1  # type: ignore[misc]  # as above

    async def get(self, connection: AsyncConnection, row_id: str) -> A:
        """One aggregate as it is; NOT_FOUND."""
        row = (await connection.execute(self._one, {"row_id": row_id})).one_or_none()
        if row is None:
            raise not_found(self.name(row_id))
        return self.of(row)

    async def where(self, connection: AsyncConnection, *conditions: ColumnElement[bool]) -> list[A]:
        """Every aggregate that meets the conditions, in the order of their ids."""
        query = self._every.where(*conditions).order_by(self.table.c.id)
        return [self.of(row) for row in (await connection.execute(query)).all()]

    def in_regions(self, regions: Iterable[str]) -> list[ColumnElement[bool]]:
        """The condition that a row lies in one of the regions; none when everywhere is allowed."""
        return in_regions(self.table.c.region_code, regions)

    def equal(self, **wanted: object) -> list[ColumnElement[bool]]:
        """Conditions that columns hold these values; an empty value asks for nothing."""
        return [self.table.c[name] == value for name, value in wanted.items() if value]

    async def page_of(
        self, connection: AsyncConnection, page: Page, conditions: Iterable[ColumnElement[bool]] = (), *, by: str = "", descending: bool = False
    ) -> tuple[list[A], str]:
        """A page of what meets the conditions, sorted by the moment or day `by` (or only by id), and the token of the next page."""
        query = self._sorted(self._every.where(*conditions), page, by, descending=descending)
        found = [self.of(row) for row in (await connection.execute(query)).all()]
        if len(found) <= page.size:
            return found, ""
        last = found[page.size - 1]
        return found[: page.size], page.token((getattr(last, by).isoformat(), last.id) if by else (last.id,))

    def _sorted(self, query: Select[Any], page: Page, by: str, *, descending: bool) -> Select[Any]:
        row_id = self.table.c.id
        keys = [self.table.c[by], row_id] if by else [row_id]
        query = query.order_by(*(key.desc() if descending else key for key in keys)).limit(page.size + 1)
        moment: type[date] = datetime if by and self.table.c[by].type.python_type is datetime else date
        after = page.key(moment.fromisoformat, str) if by else page.key(str)
        if after:
            query = query.where(tuple_(*keys) < after if descending else tuple_(*keys) > after)
        return query
