"""What experts knows of incidents, from dispatch's events."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

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


async def get(connection: AsyncConnection, incident_id: str) -> KnownIncident | None:
    """An incident, if anything was heard of it."""
    row = (await connection.execute(select(table).where(table.c.id == incident_id))).one_or_none() if incident_id else None
    return KnownIncident(**row._mapping) if row is not None else None  # noqa: SLF001 - SQLAlchemy's public mapping view


_HEARD = insert(table)
_HEARD = _HEARD.on_conflict_do_update(
    index_elements=["id"],
    set_={name: func.coalesce(func.nullif(table.c[name], ""), _HEARD.excluded[name]) for name in ("region_code", "exercise_id", "event_code")},
).inline()


async def hear(connection: AsyncConnection, heard: Sequence[tuple[str, str, str, str]]) -> None:
    """Ids with region, exercise and event code, heard of for the first time; applied twice or late it changes nothing."""
    names = ("id", "region_code", "exercise_id", "event_code")
    await connection.execute(_HEARD, [dict(zip(names, each, strict=True)) | {"ended": False} for each in heard])


async def note(connection: AsyncConnection, incident_id: str, region_code: str, exercise_id: str, **known: Any) -> None:
    """Write down what is known; what is not named stays. The exercise never changes."""
    row = {"id": incident_id, "region_code": region_code, "exercise_id": exercise_id, "event_code": "", "ended": False} | known
    statement = insert(table).values(row)
    changes = {"region_code": region_code or table.c.region_code} | known
    await connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changes))
