"""Call-ups with their invitations in the database. A call-up's row is locked first, always; its invitations change under that lock only."""

from sqlalchemy import ColumnElement, bindparam, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.errors import not_found, stale
from chassis.journal import Transaction
from chassis.paging import Page
from chassis.store import Store
from services.experts.model.call_up import LIVE, CallUp
from services.experts.model.invitation import OPEN, PRESENT, Invitation
from services.experts.tables import call_up as table
from services.experts.tables import invitation as invitations

CALL_UPS = Store(table, CallUp, "callUps")
INVITATIONS = Store(invitations, Invitation, "invitations", fixed=("call_up_id", "expert_id", "created_at"))


async def load(tx: Transaction, call_up_id: str, etag: str = "") -> CallUp:
    """A call-up with its invitations, locked for a change. NOT_FOUND, or STALE when the caller saw another version."""
    call_up = await CALL_UPS.lock(tx, call_up_id)
    if call_up is None:
        raise not_found(CALL_UPS.name(call_up_id))
    call_up.invitations = await _invited(tx.connection, call_up_id)
    if etag and etag != str(call_up.version):
        raise stale(call_up.name, etag, str(call_up.version))
    tx.seen(call_up.name, call_up)
    return call_up


_CALL_UP_OF = select(invitations.c.call_up_id).where(invitations.c.id == bindparam("named"))


async def load_of_invitation(tx: Transaction, invitation_id: str, etag: str = "") -> tuple[CallUp, Invitation]:
    """An invitation inside its locked call-up. NOT_FOUND, or STALE when the caller saw another version of the invitation."""
    call_up_id = await tx.connection.scalar(_CALL_UP_OF, {"named": invitation_id})
    if call_up_id is None:
        raise not_found(f"invitations/{invitation_id}")
    call_up = await load(tx, str(call_up_id))
    invitation = call_up.invitation(invitation_id)
    if etag and etag != str(invitation.version):
        raise stale(invitation.name, etag, str(invitation.version))
    return call_up, invitation


_INVITED = select(invitations).where(invitations.c.call_up_id == bindparam("of_call_up")).order_by(invitations.c.created_at, invitations.c.id)


async def _invited(connection: AsyncConnection, call_up_id: str) -> list[Invitation]:
    return [INVITATIONS.of(row) for row in (await connection.execute(_INVITED, {"of_call_up": call_up_id})).all()]


async def save(tx: Transaction, call_up: CallUp, *changed: Invitation) -> None:
    """Write a changed call-up as its next version, and these of its invitations."""
    await CALL_UPS.save(tx, call_up)
    for each in changed:
        await INVITATIONS.save(tx, each)


async def get(connection: AsyncConnection, call_up_id: str) -> CallUp:
    """A call-up as it is, with its invitations; NOT_FOUND."""
    call_up = await CALL_UPS.get(connection, call_up_id)
    call_up.invitations = await _invited(connection, call_up_id)
    return call_up


_EXISTS = select(table.c.id).where(table.c.id == bindparam("named"))
_LIVE: list[ColumnElement[str]] = [literal_column(f"'{state}'") for state in LIVE]
_LIVE_OF_INCIDENT = select(table.c.id).where(table.c.incident_id == bindparam("of_incident"), table.c.state.in_(_LIVE)).order_by(table.c.id)


async def exists(connection: AsyncConnection, call_up_id: str) -> bool:
    """True when the call-up was requested."""
    return await connection.scalar(_EXISTS, {"named": call_up_id}) is not None


async def live_of_incident(connection: AsyncConnection, incident_id: str) -> list[str]:
    """Ids of the call-ups of an incident that are not over, in the order in which they are locked."""
    return list((await connection.scalars(_LIVE_OF_INCIDENT, {"of_incident": incident_id})).all())


async def busy(connection: AsyncConnection, exercise_id: str, besides: str) -> dict[str, str]:
    """Experts who have promised or work elsewhere, with the call-up's name; a real one and an exercise do not hinder each other."""
    query = (
        select(invitations.c.expert_id, table.c.id)
        .join(table, table.c.id == invitations.c.call_up_id)
        .where(invitations.c.state.in_(("accepted", *PRESENT)), table.c.exercise_id == exercise_id, table.c.id != besides)
    )
    return {row.expert_id: f"callUps/{row.id}" for row in (await connection.execute(query)).all()}


async def page_of(
    connection: AsyncConnection, page: Page, regions: tuple[str, ...], incident_id: str, state: str, *, undelivered: bool
) -> tuple[list[CallUp], str]:
    """A page of call-ups in the regions, newest first, without their invitations, and the token of the next page."""
    conditions = [*CALL_UPS.in_regions(regions), *CALL_UPS.equal(incident_id=incident_id, state=state)]
    if undelivered:
        unsent = select(invitations.c.call_up_id).where(invitations.c.state == "invited", invitations.c.answer_due_at.is_(None))
        conditions.append(table.c.id.in_(unsent))
    return await CALL_UPS.page_of(connection, page, conditions, by="created_at", descending=True)


async def own_invitations(connection: AsyncConnection, page: Page, expert_id: str, *, open_only: bool) -> tuple[list[tuple[CallUp, Invitation]], str]:
    """A page of an expert's invitations, newest first, each with its call-up (without the others)."""
    conditions = [invitations.c.expert_id == expert_id]
    if open_only:
        conditions.append(invitations.c.state.in_((*OPEN, *PRESENT)))
    found, token = await INVITATIONS.page_of(connection, page, conditions, by="created_at", descending=True)
    wanted = {each.call_up_id for each in found}
    call_ups = {each.id: each for each in await CALL_UPS.where(connection, table.c.id.in_(wanted))} if wanted else {}
    return [(call_ups[each.call_up_id], each) for each in found], token


async def forget_remarks(tx: Transaction, expert_id: str) -> None:
    """Empty what was remarked about an expert in answers and ratings (应对法 84-85)."""
    await tx.connection.execute(invitations.update().where(invitations.c.expert_id == expert_id).values(note="", rating_comment=""))
