"""Commands and queries on call-ups, and what other services' facts mean for them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import timers
from chassis.access import check_region, within
from chassis.errors import not_found
from chassis.identity import Caller
from chassis.ids import derived_id, new_id
from chassis.journal import Transaction
from chassis.paging import page
from services.experts import errors
from services.experts.model.call_up import LIVE, WINDOW, CallUp, window
from services.experts.model.invitation import Delivery, Invitation
from services.experts.model.matching import Wanted
from services.experts.model.organisation import Party
from services.experts.model.taxonomy import TAXONOMY, Field
from services.experts.repository import call_ups, experts, groups, incidents
from services.experts.repository.call_ups import CALL_UPS, INVITATIONS
from services.experts.repository.groups import GROUPS
from services.experts.use_cases import matching

ANSWER = "invitation.answer"
UNDELIVERED = "invitation.undelivered"
DEFAULT_CHANNEL = "app"
SHORTLIST = 10


def changed(tx: Transaction, call_up: CallUp, *events: object) -> CallUp:
    """Write down what became of a call-up."""
    place = {"region_code": call_up.region_code, "incident": call_up.incident, "exercise_id": call_up.exercise_id}
    tx.changed(call_up.name, call_up, *events, version=call_up.version, **place)
    return call_up


def checked(tx: Transaction, call_up: CallUp) -> CallUp:
    """NOT_FOUND unless the call-up lies in the caller's jurisdiction."""
    if not within(tx.caller, call_up.region_code):
        raise not_found(call_up.name)
    return call_up


async def request(tx: Transaction, call_up: CallUp) -> CallUp:
    """提出调用 (– → requested); region and exercise come from the incident."""
    if call_up.incident_id:
        incident = await incidents.get(tx.connection, call_up.incident_id)
        if incident is None or not within(tx.caller, incident.region_code):
            raise not_found(call_up.subject)
        if incident.ended:
            raise errors.response_over(call_up.subject)
        call_up.region_code, call_up.exercise_id = incident.region_code, incident.exercise_id
    elif not call_up.region_code:
        raise errors.call_up_region()
    check_region(tx.caller, call_up.region_code)
    event = call_up.request(tx.now)
    await CALL_UPS.add(tx, call_up)
    return changed(tx, call_up, event)


async def shortlist(tx: Transaction, call_up_id: str, etag: str, limit: int, parties: tuple[Party, ...], regions: tuple[str, ...]) -> CallUp:
    """拟定名单 (requested, shortlisted → shortlisted)."""
    call_up = checked(tx, await call_ups.load(tx, call_up_id, etag))
    incident = await incidents.get(tx.connection, call_up.incident_id)
    call_up.parties = (*call_up.parties, *(each for each in parties if each not in call_up.parties))
    wanted = Wanted(
        fields=matching.with_hazard(call_up.fields, incident.event_code if incident else ""),
        now=tx.now,
        need_by=call_up.need_by,
        mode=call_up.mode,
        region_code=call_up.region_code,
        regions=regions,
        parties=call_up.parties,
        security_level=call_up.security_level,
    )
    found = await matching.search(tx.connection, tx.caller, wanted, call_up.exercise_id, call_up.id)
    event = call_up.set_shortlist(found.matches, limit or SHORTLIST, tx.now)
    await call_ups.save(tx, call_up)
    return changed(tx, call_up, event)


async def invite(tx: Transaction, call_up_id: str, etag: str, chosen: tuple[str, ...], count: int, channels: tuple[str, ...]) -> CallUp:
    """邀请 (shortlisted → invited), several in parallel. Each waits to be sent by somebody, who then records it; its answer window begins there."""
    call_up = checked(tx, await call_ups.load(tx, call_up_id, etag))
    expert_ids = call_up.choose(chosen, count)
    people = await experts.many(tx.connection, expert_ids)
    for expert_id in expert_ids:
        if expert_id not in people or people[expert_id].state != "active":
            raise errors.expert_not_active(f"experts/{expert_id}")
    incident = await incidents.get(tx.connection, call_up.incident_id)
    sent_by = tx.now + window(incident.severity if incident else None)
    deliveries = tuple(Delivery(channel, tx.now, "pending") for channel in channels or (DEFAULT_CHANNEL,))
    new = [Invitation(id=new_id(), call_up_id=call_up.id, expert_id=each, created_at=tx.now, deliveries=deliveries) for each in expert_ids]
    events = call_up.invite(new, tx.now)
    await call_ups.save(tx, call_up)
    await INVITATIONS.add(tx, *new)
    for each in new:
        await timers.schedule(tx, UNDELIVERED, each.id, sent_by)
    return changed(tx, call_up, *events)


async def close(tx: Transaction, call_up_id: str, etag: str) -> CallUp:
    """结束 (rated → closed)."""
    call_up = checked(tx, await call_ups.load(tx, call_up_id, etag))
    event = call_up.close(tx.now)
    await call_ups.save(tx, call_up)
    return changed(tx, call_up, event)


async def cancel(tx: Transaction, call_up_id: str, etag: str, reason: str) -> CallUp:
    """取消 (requested … accepted → cancelled)."""
    call_up = checked(tx, await call_ups.load(tx, call_up_id, etag))
    await finish(tx, call_up, lambda: call_up.cancel(reason, tx.now))
    return call_up


async def finish(tx: Transaction, call_up: CallUp, step: Any) -> None:
    """Take a step that may end several invitations: save those that changed, stop their timers, dissolve groups when the call-up is over."""
    before = {each.id: each.state for each in call_up.invitations}
    events = step()
    ended = [each for each in call_up.invitations if each.state != before[each.id]]
    await call_ups.save(tx, call_up, *ended)
    for each in ended:
        await timers.cancel(tx, ANSWER, each.id)
        await timers.cancel(tx, UNDELIVERED, each.id)
    changed(tx, call_up, *events)
    if call_up.state not in LIVE:
        for group in await groups.load_formed(tx, call_up.id):
            event = group.dissolve(tx.now)
            await GROUPS.save(tx, group)
            place = {"region_code": group.region_code, "incident": call_up.incident, "exercise_id": group.exercise_id}
            tx.changed(group.name, group, event, version=group.version, **place)


async def end_response(tx: Transaction, incident_id: str) -> None:
    """The response ended: engaged experts are released, open invitations withdrawn, call-ups nobody began cancelled."""
    for call_up_id in await call_ups.live_of_incident(tx.connection, incident_id):
        call_up = await call_ups.load(tx, call_up_id)
        await finish(tx, call_up, lambda call_up=call_up: call_up.end(tx.now))


async def severity_changed(tx: Transaction, incident_id: str, severity: int | None) -> None:
    """At level I or II open invitations are due five minutes from now, unless they are due sooner, and who was not told by then is asked for; a lower level
    changes nothing.
    """
    due_at = tx.now + window(severity)
    for call_up_id in await call_ups.live_of_incident(tx.connection, incident_id):
        call_up = await call_ups.load(tx, call_up_id)
        for each in call_up.invitations:
            if each.unsent and due_at < each.created_at + WINDOW:
                await timers.schedule(tx, UNDELIVERED, each.id, due_at)
        later = [each for each in call_up.invitations if each.state == "invited" and each.answer_due_at is not None and each.answer_due_at > due_at]
        if later:
            events = [call_up.shorten(each, due_at) for each in later]
            await call_ups.save(tx, call_up, *later)
            for each in later:
                await timers.schedule(tx, ANSWER, each.id, due_at)
            changed(tx, call_up, *events)


async def merged(tx: Transaction, incident_id: str, target_id: str) -> None:
    """并案: call-ups go on for the incident that stays; when its response is over, they end."""
    target = await incidents.get(tx.connection, target_id)
    if target is not None and target.ended:
        await end_response(tx, incident_id)
        return
    for call_up_id in await call_ups.live_of_incident(tx.connection, incident_id):
        call_up = await call_ups.load(tx, call_up_id)
        event = call_up.join(target_id, tx.now)
        await call_ups.save(tx, call_up)
        changed(tx, call_up, event)
        for group in await groups.load_formed(tx, call_up.id):
            group.incident_id = target_id
            await GROUPS.save(tx, group)
            tx.changed(group.name, group, version=group.version, region_code=group.region_code, incident=call_up.incident, exercise_id=group.exercise_id)
    await severity_changed(tx, target_id, target.severity if target else None)


@dataclass(frozen=True, slots=True)
class ConsultationNeed:
    """What a consultation asks experts for: (field as it was written, how many)."""

    consultation: str
    subject: str
    incident_id: str
    region_code: str
    exercise_id: str
    requester: str
    needs: tuple[tuple[str, int], ...] = field(default_factory=tuple)


async def request_for(tx: Transaction, need: ConsultationNeed) -> None:
    """A consultation wants experts: one call-up, requested once; words the taxonomy does not know are kept as they are."""
    call_up_id = derived_id("call_up", need.consultation)
    if await call_ups.exists(tx.connection, call_up_id):
        return
    found = [(TAXONOMY.find(text), text, count) for text, count in need.needs]
    call_up = CallUp(
        id=call_up_id,
        subject=f"incidents/{need.incident_id}" if need.incident_id else need.consultation,
        consultation=need.consultation,
        question=need.subject,
        fields=_distinct(known for known, _, _ in found if known is not None),
        unknown_fields=tuple(text for known, text, _ in found if known is None),
        mode="remote",
        quota=max(1, sum(count for _, _, count in found)),
        incident_id=need.incident_id,
        region_code=need.region_code,
        requester=need.requester,
        phase="command" if need.incident_id else "warning",
        created_at=tx.now,
        updated_at=tx.now,
        exercise_id=need.exercise_id,
    )
    event = call_up.request(tx.now)
    await CALL_UPS.add(tx, call_up)
    changed(tx, call_up, event)


def _distinct(fields: Iterable[Field]) -> tuple[Field, ...]:
    return tuple(dict.fromkeys(fields))


async def get(engine: AsyncEngine, caller: Caller, call_up_id: str) -> CallUp:
    """One call-up with its invitations."""
    async with engine.connect() as connection:
        call_up = await call_ups.get(connection, call_up_id)
    if not within(caller, call_up.region_code):
        raise not_found(call_up.name)
    return call_up


async def page_of(engine: AsyncEngine, caller: Caller, size: int, token: str, incident_id: str, state: str, *, undelivered: bool) -> tuple[list[CallUp], str]:
    """A page of the call-ups the caller may see; `undelivered`: only those with an invitation that somebody must still send."""
    asked = page(size, token, incident_id, state, undelivered)
    async with engine.connect() as connection:
        return await call_ups.page_of(connection, asked, caller.regions, incident_id, state, undelivered=undelivered)
