"""Commands and queries on opinions and groups. The call-up is locked first, always."""

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.access import within
from chassis.errors import not_found
from chassis.identity import Caller
from chassis.journal import Transaction
from chassis.paging import page
from services.experts import errors
from services.experts.model.call_up import CallUp
from services.experts.model.invitation import Invitation
from services.experts.model.opinion import Advice, Dissent, Opinion
from services.experts.repository import call_ups, experts, opinions
from services.experts.repository.groups import GROUPS
from services.experts.repository.opinions import OPINIONS
from services.experts.use_cases.call_ups import changed
from services.experts.use_cases.invitations import own, theirs

BY_ACCOUNT = "account"


def _noted(tx: Transaction, opinion: Opinion, *events: object) -> Opinion:
    incident = f"incidents/{opinion.incident_id}" if opinion.incident_id else ""
    place = {"region_code": opinion.region_code, "incident": incident, "exercise_id": opinion.exercise_id}
    tx.changed(opinion.name, opinion, *events, version=opinion.version, **place)
    return opinion


async def submit(tx: Transaction, opinion_id: str, invitation_id: str, advice: Advice) -> Opinion:
    """The expert's own opinion, signed by the account."""
    call_up, invitation = await own(tx, invitation_id)
    return await _given(tx, _drafted(tx, opinion_id, call_up, invitation.expert_id, advice, BY_ACCOUNT, invitation_id=invitation.id), call_up, invitation)


async def record(tx: Transaction, opinion_id: str, invitation_id: str, advice: Advice, signature: str) -> Opinion:
    """An opinion that somebody wrote down, with how it was signed."""
    call_up, invitation = await theirs(tx, invitation_id)
    return await _given(tx, _drafted(tx, opinion_id, call_up, invitation.expert_id, advice, signature, invitation_id=invitation.id), call_up, invitation)


async def submit_joint(tx: Transaction, opinion_id: str, group_id: str, advice: Advice, dissents: tuple[tuple[str, str], ...]) -> Opinion:
    """The joint opinion of a group, by its leader; `dissents` are (expert id, view)."""
    expert_id = await experts.own_id(tx.connection, tx.caller.id)
    if not expert_id:
        raise errors.no_own_expert()
    call_up = await call_ups.load(tx, (await GROUPS.get(tx.connection, group_id)).call_up_id)
    group = await GROUPS.load(tx, group_id)
    if expert_id not in group.member_ids:
        raise not_found(group.name)
    group.speak(expert_id)
    for other, _ in dissents:
        if other not in group.member_ids:
            raise errors.not_a_member(f"experts/{other}")
    opinion = _drafted(tx, opinion_id, call_up, expert_id, advice, BY_ACCOUNT, group_id=group.id)
    opinion.dissents = tuple(Dissent(other, text, tx.now) for other, text in dissents)
    return await _given(tx, opinion, call_up, None)


def _drafted(
    tx: Transaction, opinion_id: str, call_up: CallUp, expert_id: str, advice: Advice, signature: str, *, invitation_id: str = "", group_id: str = ""
) -> Opinion:
    return Opinion(
        id=opinion_id,
        call_up_id=call_up.id,
        expert_id=expert_id,
        advice=advice,
        entered_by=tx.caller.id,
        signature=signature,
        created_at=tx.now,
        invitation_id=invitation_id,
        group_id=group_id,
        region_code=call_up.region_code,
        incident_id=call_up.incident_id,
        exercise_id=call_up.exercise_id,
    )


async def _given(tx: Transaction, opinion: Opinion, call_up: CallUp, invitation: Invitation | None) -> Opinion:
    call_up.opinion(invitation, tx.now)
    earlier = await opinions.newest(tx, call_up.id, opinion.invitation_id, opinion.group_id)
    superseded = earlier is not None and earlier.state == "given"
    event = opinion.submit(earlier)
    await call_ups.save(tx, call_up, *([invitation] if invitation else []))
    await OPINIONS.add(tx, opinion)
    _noted(tx, opinion)
    if earlier is not None and superseded:
        await OPINIONS.save(tx, earlier)
        _noted(tx, earlier)
    changed(tx, call_up, event)
    return opinion


async def dissent(tx: Transaction, opinion_id: str, etag: str, text: str) -> Opinion:
    """A member of the group states another view, in own words."""
    expert_id = await experts.own_id(tx.connection, tx.caller.id)
    if not expert_id:
        raise errors.no_own_expert()
    opinion = await OPINIONS.load(tx, opinion_id, etag)
    if opinion.group_id and expert_id not in (await GROUPS.get(tx.connection, opinion.group_id)).member_ids:
        raise errors.not_a_member(f"experts/{expert_id}")
    event = opinion.dissent(Dissent(expert_id, text, tx.now))
    await OPINIONS.save(tx, opinion)
    return _noted(tx, opinion, event)


async def adopt(tx: Transaction, opinion_id: str, etag: str, adoption: str, reason: str) -> Opinion:
    """The commander's decision (given → decided)."""
    opinion = await OPINIONS.load(tx, opinion_id, etag)
    if not within(tx.caller, opinion.region_code):
        raise not_found(opinion.name)
    if await experts.own_id(tx.connection, tx.caller.id) == opinion.expert_id:
        raise errors.own_opinion()
    event = opinion.decide(adoption, reason, tx.caller.id, tx.now)
    await OPINIONS.save(tx, opinion)
    return _noted(tx, opinion, event)


async def get(engine: AsyncEngine, caller: Caller, opinion_id: str) -> Opinion:
    """One opinion."""
    async with engine.connect() as connection:
        opinion = await OPINIONS.get(connection, opinion_id)
    if not within(caller, opinion.region_code):
        raise not_found(opinion.name)
    return opinion


async def page_of(engine: AsyncEngine, caller: Caller, size: int, token: str, call_up_id: str) -> tuple[list[Opinion], str]:
    """A page of a call-up's opinions."""
    async with engine.connect() as connection:
        conditions = [*OPINIONS.in_regions(caller.regions), *OPINIONS.equal(call_up_id=call_up_id)]
        return await OPINIONS.page_of(connection, page(size, token, call_up_id), conditions, by="created_at")
