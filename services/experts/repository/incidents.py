"""What experts knows of incidents, from dispatch's events."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningInsert

from services.experts.tables import incident as table


@dataclass(frozen=True, slots=True)
class KnownIncident:
    """An incident as far as call-ups need it; levels are 1 (most severe) to 4, None or 9 when nobody knows."""

    id: str
    region_code: str
    exercise_id: str
    event_code: str
    level: int | None
    potential_level: int | None
    ended: bool

    @property
    def severity(self) -> int | None:
        """The worse of what it is and what a leader judged it may become."""
        return min((level for level in (self.level, self.potential_level) if level is not None), default=None)


_KNOWN = [table.c[each.name] for each in fields(KnownIncident)]
_ONE = select(*_KNOWN).where(table.c.id == bindparam("named"))


async def get(connection: AsyncConnection, incident_id: str) -> KnownIncident | None:
    """An incident, if anything was heard of it."""
    row = (await connection.execute(_ONE, {"named": incident_id})).one_or_none() if incident_id else None
    return KnownIncident(*row) if row is not None else None


@dataclass(frozen=True, slots=True)
class Told:
    """What an event says of its incident at that version of it; empty text is not said."""

    id: str
    region_code: str
    exercise_id: str
    version: int
    event_code: str = ""

    @property
    def row(self) -> dict[str, Any]:
        """The row of an incident nothing else is known of."""
        return {
            "id": self.id, "region_code": self.region_code, "exercise_id": self.exercise_id, "event_code": self.event_code, "ended": False,
            "told_version": self.version,
        }  # fmt: skip


_NEW = insert(table)
_TOLD = _NEW.excluded


def _first(preferred: Any, other: Any) -> Any:
    """The preferred text, unless it is empty."""
    return func.coalesce(func.nullif(preferred, ""), other)


_HEARD = _NEW.on_conflict_do_update(
    index_elements=["id"], set_={name: _first(table.c[name], _TOLD[name]) for name in ("region_code", "exercise_id", "event_code")}
).inline()


async def hear(connection: AsyncConnection, told: Sequence[Told]) -> None:
    """Incidents are heard of for the first time; applied twice or late it changes nothing."""
    await connection.execute(_HEARD, [each.row for each in told])


_TELL = _NEW.on_conflict_do_update(
    index_elements=["id"],
    set_={name: _first(_TOLD[name], table.c[name]) for name in ("region_code", "event_code")} | {"told_version": _TOLD.told_version},
    where=table.c.told_version <= _TOLD.told_version,
).inline()


async def tell(connection: AsyncConnection, told: Sequence[Told]) -> None:
    """Where incidents are and what they are, now; told again, or later than something newer, it changes nothing. The exercise never changes."""
    await connection.execute(_TELL, [each.row for each in told])


@cache
def _noting(*names: str) -> ReturningInsert[Any]:
    """One statement for each set of columns that events tell."""
    newest = {"region_code": _first(_TOLD.region_code, table.c.region_code), "told_version": func.greatest(table.c.told_version, _TOLD.told_version)}
    return _NEW.on_conflict_do_update(index_elements=["id"], set_=newest | {name: _TOLD[name] for name in names}).returning(*_KNOWN)


async def note(connection: AsyncConnection, told: Told, **known: Any) -> KnownIncident:
    """Write down what is known, and give back all of it; what is not named stays. The exercise never changes."""
    names = (*(["event_code"] if told.event_code else []), *known)
    return KnownIncident(*(await connection.execute(_noting(*names), told.row | known)).one())
