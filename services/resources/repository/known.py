"""What this service knows of others from their events: incidents, and the alerts and activations in force."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.journal import Transaction
from services.resources.tables import basis, incident_seen


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident as dispatch tells of it; `id` is its resource name."""

    id: str
    title: str = ""
    event_code: str = ""
    region_code: str = ""
    exercise_id: str = ""
    response_ended_at: datetime | None = None
    merged_into: str = ""


@dataclass(frozen=True, slots=True)
class Basis:
    """An alert or activation, by resource name; level 1 is the most severe."""

    id: str
    level: int
    region_code: str
    incident: str
    exercise_id: str
    ended_at: datetime | None = None


async def incident(connection: AsyncConnection, name: str) -> Incident | None:
    """An incident, if dispatch has told of it."""
    row = (await connection.execute(select(incident_seen).where(incident_seen.c.id == name))).one_or_none()
    return None if row is None else Incident(*row)


async def note_incident(tx: Transaction, seen: Incident) -> None:
    """Take down what dispatch tells; what it does not tell this time stays."""
    row = {
        "id": seen.id, "title": seen.title, "event_code": seen.event_code, "region_code": seen.region_code, "exercise_id": seen.exercise_id,
        "response_ended_at": seen.response_ended_at,
    }  # fmt: skip
    told = {name: value for name, value in row.items() if value and name not in ("id", "exercise_id")} or {"id": seen.id}
    await tx.connection.execute(insert(incident_seen).values(row).on_conflict_do_update(index_elements=["id"], set_=told))


async def note_merge(tx: Transaction, merged: str, target: str) -> str:
    """Take down that an incident was merged into another; gives back the one that stays, which may itself have been merged before this was told."""
    into = await tx.connection.scalar(select(incident_seen.c.merged_into).where(incident_seen.c.id == target)) or target
    row = {"id": merged, "title": "", "event_code": "", "region_code": "", "exercise_id": "", "merged_into": into}
    await tx.connection.execute(insert(incident_seen).values(row).on_conflict_do_update(index_elements=["id"], set_={"merged_into": into}))
    await tx.connection.execute(incident_seen.update().where(incident_seen.c.merged_into == merged).values(merged_into=into))
    await tx.connection.execute(basis.update().where(basis.c.incident == merged).values(incident=into))
    return into


async def with_merged(connection: AsyncConnection, name: str) -> list[str]:
    """The incident and those merged into it."""
    return [name, *(await connection.scalars(select(incident_seen.c.id).where(incident_seen.c.merged_into == name).order_by(incident_seen.c.id)))]


_HEARD = insert(incident_seen)
_HEARD = _HEARD.on_conflict_do_update(
    index_elements=["id"],
    set_={name: func.coalesce(func.nullif(incident_seen.c[name], ""), _HEARD.excluded[name]) for name in ("title", "event_code", "region_code", "exercise_id")},
).inline()


async def hear(connection: AsyncConnection, heard: Sequence[Incident]) -> None:
    """What was heard fills what is not known yet; applied twice or late it changes nothing."""
    await connection.execute(_HEARD, [asdict(each) for each in heard])


async def in_force(connection: AsyncConnection, name: str) -> Basis | None:
    """An alert or activation that has not ended."""
    row = (await connection.execute(select(basis).where(basis.c.id == name, basis.c.ended_at.is_(None)))).one_or_none()
    return None if row is None else Basis(*row)


async def note_basis(tx: Transaction, told: Basis) -> None:
    """Take down that an alert or activation is in force, or at another level."""
    row = {"id": told.id, "level": told.level, "region_code": told.region_code, "incident": told.incident, "exercise_id": told.exercise_id}
    statement = insert(basis).values(row)
    await tx.connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"level": told.level}))


async def end_basis(tx: Transaction, name: str) -> None:
    """It is no longer in force."""
    await tx.connection.execute(basis.update().where(basis.c.id == name).values(ended_at=tx.now))
