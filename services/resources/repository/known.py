"""What this service knows of others from their events: incidents, and the alerts and activations in force."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
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


_INCIDENT = select(incident_seen).where(incident_seen.c.id == bindparam("named"))


async def incident(connection: AsyncConnection, name: str) -> Incident | None:
    """An incident, if dispatch has told of it."""
    row = (await connection.execute(_INCIDENT, {"named": name})).one_or_none()
    return None if row is None else Incident(*row)


_INSERT = insert(incident_seen)
_NEW = _INSERT.excluded
_TOLD = _INSERT.on_conflict_do_update(
    index_elements=["id"],
    set_={name: func.coalesce(func.nullif(_NEW[name], ""), incident_seen.c[name]) for name in ("title", "event_code", "region_code")}
    | {"response_ended_at": func.greatest(incident_seen.c.response_ended_at, _NEW.response_ended_at)},
).inline()


async def note_incidents(connection: AsyncConnection, told: Sequence[Incident]) -> None:
    """Take down what dispatch tells; what it does not tell this time stays, and so does the last end of the response."""
    await connection.execute(_TOLD, [asdict(each) for each in told])


_MERGED_INTO = select(incident_seen.c.merged_into).where(incident_seen.c.id == bindparam("named"))
_MERGE = _INSERT.on_conflict_do_update(index_elements=["id"], set_={"merged_into": _NEW.merged_into}).inline()
_MERGED_BEFORE = incident_seen.update().where(incident_seen.c.merged_into == bindparam("merged")).values(merged_into=bindparam("stays"))
_BASES_FOLLOW = basis.update().where(basis.c.incident == bindparam("merged")).values(incident=bindparam("stays"))


async def note_merge(tx: Transaction, merged: str, target: str) -> str:
    """Take down that an incident was merged into another; gives back the one that stays, which may itself have been merged before this was told."""
    into = await tx.connection.scalar(_MERGED_INTO, {"named": target}) or target
    await tx.connection.execute(_MERGE, asdict(Incident(merged, merged_into=into)))
    for follow in (_MERGED_BEFORE, _BASES_FOLLOW):
        await tx.connection.execute(follow, {"merged": merged, "stays": into})
    return into


_MERGED_WITH = select(incident_seen.c.id).where(incident_seen.c.merged_into == bindparam("named")).order_by(incident_seen.c.id)


async def with_merged(connection: AsyncConnection, name: str) -> list[str]:
    """The incident and those merged into it."""
    return [name, *(await connection.scalars(_MERGED_WITH, {"named": name}))]


_HEARD = _INSERT.on_conflict_do_update(
    index_elements=["id"],
    set_={name: func.coalesce(func.nullif(incident_seen.c[name], ""), _NEW[name]) for name in ("title", "event_code", "region_code", "exercise_id")},
).inline()


async def hear(connection: AsyncConnection, heard: Sequence[Incident]) -> None:
    """What was heard fills what is not known yet; applied twice or late it changes nothing."""
    await connection.execute(_HEARD, [asdict(each) for each in heard])


_IN_FORCE = select(basis).where(basis.c.id == bindparam("named"), basis.c.ended_at.is_(None))
_BASIS = insert(basis)
_BASIS = _BASIS.on_conflict_do_update(index_elements=["id"], set_={"level": _BASIS.excluded.level}).inline()
_END_BASIS = basis.update().where(basis.c.id == bindparam("named"))


async def in_force(connection: AsyncConnection, name: str) -> Basis | None:
    """An alert or activation that has not ended."""
    row = (await connection.execute(_IN_FORCE, {"named": name})).one_or_none()
    return None if row is None else Basis(*row)


async def note_basis(tx: Transaction, told: Basis) -> None:
    """Take down that an alert or activation is in force, or at another level."""
    await tx.connection.execute(_BASIS, asdict(told))


async def end_basis(tx: Transaction, name: str) -> None:
    """It is no longer in force."""
    await tx.connection.execute(_END_BASIS, {"named": name, "ended_at": tx.now})
