"""Call-ups with their invitations in the database. A call-up's row is locked first, always; its invitations change under that lock only."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import update_versioned
from chassis.errors import not_found, stale
from chassis.journal import Transaction
from chassis.paging import Page
from services.experts.model.call_up import LIVE, CallUp
from services.experts.model.invitation import OPEN, PRESENT, Invitation
from services.experts.repository import values
from services.experts.tables import call_up as table
from services.experts.tables import invitation as invitations

JSON = ("fields", "parties", "shortlist", "left_out")


def _call_up(row: Any, rows: Iterable[Any] = ()) -> CallUp:
    given = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public mapping view
    readers: dict[str, Callable[[Any], object]] = {
        "fields": values.field,
        "parties": values.party,
        "shortlist": values.candidate,
        "left_out": values.left_out,
        "unknown_fields": str,
    }
    for name, read in readers.items():
        given[name] = tuple(map(read, given[name]))
    return CallUp(**given, invitations=[_invitation(each) for each in rows])


def _values(call_up: CallUp) -> dict[str, Any]:
    columns = [column.name for column in table.columns if column.name not in {"id", "version"}]
    given = {name: getattr(call_up, name) for name in columns}
    return given | {name: values.plain(given[name]) for name in JSON} | {"unknown_fields": list(call_up.unknown_fields)}


def _invitation(row: Any) -> Invitation:
    given = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public mapping view
    return Invitation(**given | {"deliveries": tuple(map(values.delivery, given["deliveries"]))})


def _invitation_values(invitation: Invitation) -> dict[str, Any]:
    given = {column.name: getattr(invitation, column.name) for column in invitations.columns}
    return given | {"deliveries": values.plain(invitation.deliveries)}


async def add(tx: Transaction, call_up: CallUp) -> None:
    """Insert a new call-up."""
    await tx.connection.execute(table.insert().values(id=call_up.id, version=call_up.version, **_values(call_up)))


async def load(tx: Transaction, call_up_id: str, etag: str = "") -> CallUp:
    """A call-up with its invitations, locked for a change. NOT_FOUND, or STALE when the caller saw another version."""
    row = (await tx.connection.execute(select(table).where(table.c.id == call_up_id).with_for_update())).one_or_none()
    if row is None:
        raise not_found(f"callUps/{call_up_id}")
    call_up = _call_up(row, await _invited(tx.connection, [call_up_id]))
    if etag and etag != str(call_up.version):
        raise stale(call_up.name, etag, str(call_up.version))
    tx.seen(call_up.name, call_up)
    return call_up


async def load_of_invitation(tx: Transaction, invitation_id: str, etag: str = "") -> tuple[CallUp, Invitation]:
    """An invitation inside its locked call-up. NOT_FOUND, or STALE when the caller saw another version of the invitation."""
    call_up_id = await tx.connection.scalar(select(invitations.c.call_up_id).where(invitations.c.id == invitation_id))
    if call_up_id is None:
        raise not_found(f"invitations/{invitation_id}")
    call_up = await load(tx, str(call_up_id))
    invitation = call_up.invitation(invitation_id)
    if etag and etag != str(invitation.version):
        raise stale(invitation.name, etag, str(invitation.version))
    return call_up, invitation


async def _invited(connection: AsyncConnection, call_up_ids: list[str]) -> list[Any]:
    query = select(invitations).where(invitations.c.call_up_id.in_(call_up_ids)).order_by(invitations.c.created_at, invitations.c.id)
    return list((await connection.execute(query)).all()) if call_up_ids else []


async def save(tx: Transaction, call_up: CallUp, *changed: Invitation) -> None:
    """Write a changed call-up as its next version, and these of its invitations."""
    await update_versioned(tx.connection, table, call_up.id, call_up.version, _values(call_up))
    call_up.version += 1
    for each in changed:
        given = {name: value for name, value in _invitation_values(each).items() if name not in {"id", "version", "call_up_id", "expert_id", "created_at"}}
        await update_versioned(tx.connection, invitations, each.id, each.version, given)
        each.version += 1


async def add_invitations(tx: Transaction, new: Iterable[Invitation]) -> None:
    """Insert new invitations; their call-up is saved besides."""
    await tx.connection.execute(invitations.insert(), [_invitation_values(each) for each in new])


async def get(connection: AsyncConnection, call_up_id: str) -> CallUp:
    """A call-up as it is, with its invitations; NOT_FOUND."""
    row = (await connection.execute(select(table).where(table.c.id == call_up_id))).one_or_none()
    if row is None:
        raise not_found(f"callUps/{call_up_id}")
    return _call_up(row, await _invited(connection, [call_up_id]))


async def exists(connection: AsyncConnection, call_up_id: str) -> bool:
    """True when the call-up was requested."""
    return await connection.scalar(select(table.c.id).where(table.c.id == call_up_id)) is not None


async def live_of_incident(connection: AsyncConnection, incident_id: str) -> list[str]:
    """Ids of the call-ups of an incident that are not over, in the order in which they are locked."""
    query = select(table.c.id).where(table.c.incident_id == incident_id, table.c.state.in_(LIVE)).order_by(table.c.id)
    return list((await connection.scalars(query)).all())


async def busy(connection: AsyncConnection, exercise_id: str, besides: str) -> dict[str, str]:
    """Experts who have promised or work elsewhere, with the call-up's name; a real one and an exercise do not hinder each other."""
    query = (
        select(invitations.c.expert_id, table.c.id)
        .join(table, table.c.id == invitations.c.call_up_id)
        .where(invitations.c.state.in_(("accepted", *PRESENT)), table.c.exercise_id == exercise_id, table.c.id != besides)
    )
    return {row.expert_id: f"callUps/{row.id}" for row in (await connection.execute(query)).all()}


async def page_of(connection: AsyncConnection, page: Page, regions: tuple[str, ...], incident_id: str, state: str) -> tuple[list[CallUp], str]:
    """A page of call-ups in the regions, newest first, without their invitations, and the token of the next page."""
    query = select(table).order_by(table.c.created_at.desc(), table.c.id.desc()).limit(page.size + 1)
    if "" not in regions:
        query = query.where(or_(*(table.c.region_code.startswith(prefix, autoescape=True) for prefix in regions)))
    if incident_id:
        query = query.where(table.c.incident_id == incident_id)
    if state:
        query = query.where(table.c.state == state)
    if page.after:
        created_at, row_id = page.after
        query = query.where(tuple_(table.c.created_at, table.c.id) < (datetime.fromisoformat(created_at), row_id))
    found = [_call_up(row) for row in (await connection.execute(query)).all()]
    if len(found) <= page.size:
        return found, ""
    last = found[page.size - 1]
    return found[: page.size], page.token((last.created_at.isoformat(), last.id))


async def own_invitations(connection: AsyncConnection, page: Page, expert_id: str, *, open_only: bool) -> tuple[list[tuple[CallUp, Invitation]], str]:
    """A page of an expert's invitations, newest first, each with its call-up (without the others)."""
    query = (
        select(invitations).where(invitations.c.expert_id == expert_id).order_by(invitations.c.created_at.desc(), invitations.c.id.desc()).limit(page.size + 1)
    )
    if open_only:
        query = query.where(invitations.c.state.in_((*OPEN, *PRESENT)))
    if page.after:
        created_at, row_id = page.after
        query = query.where(tuple_(invitations.c.created_at, invitations.c.id) < (datetime.fromisoformat(created_at), row_id))
    found = [_invitation(row) for row in (await connection.execute(query)).all()]
    token = ""
    if len(found) > page.size:
        found = found[: page.size]
        token = page.token((found[-1].created_at.isoformat(), found[-1].id))
    rows = (await connection.execute(select(table).where(table.c.id.in_({each.call_up_id for each in found})))).all() if found else []
    call_ups = {row.id: _call_up(row) for row in rows}
    return [(call_ups[each.call_up_id], each) for each in found], token


async def forget_remarks(tx: Transaction, expert_id: str) -> None:
    """Empty what was remarked about an expert in answers and ratings (应对法 84-85)."""
    await tx.connection.execute(invitations.update().where(invitations.c.expert_id == expert_id).values(note="", rating_comment=""))
