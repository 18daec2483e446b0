"""Commands, timer and queries on invitations. An expert answers and sees only own ones."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import timers
from chassis.identity import Caller
from chassis.journal import Transaction
from chassis.paging import page
from services.experts import errors
from services.experts.model.call_up import Answer, CallUp, window
from services.experts.model.call_up_events import InvitationUndelivered
from services.experts.model.expert import Rating
from services.experts.model.invitation import Delivery, Invitation, Rated
from services.experts.repository import call_ups, experts, incidents
from services.experts.repository.experts import EXPERTS
from services.experts.use_cases import experts as expert_use_cases
from services.experts.use_cases.call_ups import ANSWER, UNDELIVERED, changed, checked, finish

Pair = tuple[CallUp, Invitation]


async def own(tx: Transaction, invitation_id: str, etag: str = "") -> Pair:
    """An invitation of the expert who logs in with the caller's account; others' do not exist for the caller."""
    expert_id = await experts.own_id(tx.connection, tx.caller.id)
    if not expert_id:
        raise errors.no_own_expert()
    call_up, invitation = await call_ups.load_of_invitation(tx, invitation_id, etag)
    if invitation.expert_id != expert_id:
        raise errors.not_your_invitation(invitation.name)
    return call_up, invitation


async def theirs(tx: Transaction, invitation_id: str, etag: str = "") -> Pair:
    """An invitation of a call-up in the caller's jurisdiction."""
    call_up, invitation = await call_ups.load_of_invitation(tx, invitation_id, etag)
    checked(tx, call_up)
    return call_up, invitation


async def answer(tx: Transaction, pair: Pair, given: Answer) -> Pair:
    """Yes or no; a yes beyond the quota or after the window waits in reserve."""
    call_up, invitation = pair
    if not given.reason:
        await _still_active(tx, invitation)
    event = call_up.answer(invitation, given, tx.now)
    await call_ups.save(tx, call_up, invitation)
    await timers.cancel(tx, ANSWER, invitation.id)
    changed(tx, call_up, event)
    return pair


async def answer_own(tx: Transaction, invitation_id: str, etag: str, given: Answer) -> Pair:
    """The expert's own answer."""
    return await answer(tx, await own(tx, invitation_id, etag), given)


async def record_answer(tx: Transaction, invitation_id: str, etag: str, given: Answer, *, accepted: bool) -> Pair:
    """An answer that somebody wrote down."""
    if not accepted and not given.reason:
        raise errors.decline_reason_needed()
    return await answer(tx, await theirs(tx, invitation_id, etag), given)


async def time_out(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """Timer: the window is over. An answer that came first has taken the timer away."""
    call_up, invitation = await call_ups.load_of_invitation(tx, payload["subject"])
    if invitation.state == "invited" and invitation.answer_due_at is not None and invitation.answer_due_at <= tx.now:
        event = call_up.time_out(invitation, tx.now)
        await call_ups.save(tx, call_up, invitation)
        changed(tx, call_up, event)


async def undelivered(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """Timer: nobody has told the expert for as long as an answer may take; somebody must call. The invitation stays open."""
    call_up, invitation = await call_ups.load_of_invitation(tx, payload["subject"])
    if invitation.unsent:
        changed(tx, call_up, InvitationUndelivered(call_up.id, invitation.expert_id, invitation.id))


async def record_delivery(tx: Transaction, invitation_id: str, delivery: Delivery) -> Pair:
    """What became of the invitation on a channel; the answer window begins when it went out."""
    call_up, invitation = await theirs(tx, invitation_id)
    incident = await incidents.get(tx.connection, call_up.incident_id)
    waited = invitation.unsent
    event = call_up.deliver(invitation, delivery, tx.now + window(incident.severity if incident else None), tx.now)
    await call_ups.save(tx, call_up, invitation)
    if waited and invitation.answer_due_at is not None:
        await timers.schedule(tx, ANSWER, invitation.id, invitation.answer_due_at)
        await timers.cancel(tx, UNDELIVERED, invitation.id)
    changed(tx, call_up, event)
    return call_up, invitation


async def promote(tx: Transaction, invitation_id: str, etag: str) -> Pair:
    """A free place for somebody in reserve."""
    call_up, invitation = await theirs(tx, invitation_id, etag)
    await _still_active(tx, invitation)
    event = call_up.promote(invitation, tx.now)
    await call_ups.save(tx, call_up, invitation)
    changed(tx, call_up, event)
    return call_up, invitation


async def stand_down(tx: Transaction, invitation_id: str, etag: str, reason: str) -> Pair:
    """Not needed, or not coming after all."""
    call_up, invitation = await theirs(tx, invitation_id, etag)
    event = call_up.stand_down(invitation, reason, tx.now)
    await call_ups.save(tx, call_up, invitation)
    await timers.cancel(tx, ANSWER, invitation.id)
    changed(tx, call_up, event)
    return call_up, invitation


async def engage(tx: Transaction, invitation_id: str, etag: str, presence: str, *, briefed: bool, confidential: bool) -> Pair:
    """到位 (accepted → engaged)."""
    call_up, invitation = await theirs(tx, invitation_id, etag)
    event = call_up.engage(invitation, presence, briefed=briefed, confidential=confidential, now=tx.now)
    await call_ups.save(tx, call_up, invitation)
    changed(tx, call_up, event)
    return call_up, invitation


async def release(tx: Transaction, invitation_id: str, etag: str) -> Pair:
    """解除 (engaged, opinion_given → released)."""
    call_up, invitation = await theirs(tx, invitation_id, etag)
    await finish(tx, call_up, lambda: call_up.release(invitation, tx.now))
    return call_up, invitation


async def rate(tx: Transaction, invitation_id: str, etag: str, rated: Rated) -> Pair:
    """评价 (released → rated); the mark also stands in the expert's record."""
    call_up, invitation = await theirs(tx, invitation_id, etag)
    event = call_up.rate(invitation, rated, tx.now)
    await call_ups.save(tx, call_up, invitation)
    changed(tx, call_up, event)
    expert = await EXPERTS.load(tx, invitation.expert_id)
    if expert.purged_at is None:
        expert.rate(Rating(call_up.id, rated.score, tx.now))
        await EXPERTS.save(tx, expert)
        expert_use_cases.changed(tx, expert)
    return call_up, invitation


async def own_page(engine: AsyncEngine, caller: Caller, size: int, token: str, *, open_only: bool) -> tuple[list[Pair], str]:
    """A page of the caller's own invitations."""
    async with engine.connect() as connection:
        expert_id = await experts.own_id(connection, caller.id)
        if not expert_id:
            raise errors.no_own_expert()
        return await call_ups.own_invitations(connection, page(size, token, expert_id, open_only), expert_id, open_only=open_only)


async def _still_active(tx: Transaction, invitation: Invitation) -> None:
    expert = (await experts.many(tx.connection, [invitation.expert_id])).get(invitation.expert_id)
    if expert is None or expert.state != "active":
        raise errors.expert_not_active(f"experts/{invitation.expert_id}")
