"""Lists, page by page, whose statements are made once for every set of filters that is given: the values come as parameters."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Integer, Select, bindparam, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.paging import Page

SIZE = "page_size"
READ: Mapping[type, Callable[[str], Any]] = {datetime: datetime.fromisoformat, int: int, str: str}
"""How a part of a page's token is read back, by the type of its column."""


class Listing:
    """The rows of a query by some of its columns, the last of them unique. Each filter is a condition on the parameter of its name."""

    def __init__(self, query: Select[Any], keys: Sequence[Column[Any]], filters: Mapping[str, ColumnElement[bool]], *, descending: bool = False) -> None:
        self._query = query.order_by(*(key.desc() if descending else key for key in keys)).limit(bindparam(SIZE, type_=Integer))
        self._keys, self._filters, self._descending = keys, filters, descending
        self._statement = cache(self._made)

    def _made(self, given: tuple[str, ...]) -> Select[Any]:
        """The statement for these filters, and for what comes after a row when the keys are given too."""
        query = self._query.where(*(self._filters[name] for name in given if name in self._filters))
        if self._keys[0].name not in given:
            return query
        row, after = tuple_(*self._keys), tuple_(*(bindparam(key.name, type_=key.type) for key in self._keys))
        return query.where(row < after if self._descending else row > after)

    async def page_of(self, connection: AsyncConnection, page: Page, wanted: Mapping[str, object]) -> tuple[Sequence[Any], str]:
        """A page of what the filters want, None of one wants nothing, and the token of the next page."""
        given = {name: value for name, value in wanted.items() if value is not None}
        after = page.key(*(READ[key.type.python_type] for key in self._keys)) or ()
        given |= {key.name: part for key, part in zip(self._keys, after, strict=False)}
        rows = (await connection.execute(self._statement(tuple(given)), {**given, SIZE: page.size + 1})).all()
        if len(rows) <= page.size:
            return rows, ""
        last = (getattr(rows[page.size - 1], key.name) for key in self._keys)
        return rows[: page.size], page.token(tuple(value.isoformat() if isinstance(value, datetime) else str(value) for value in last))
