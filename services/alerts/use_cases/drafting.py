"""Alerts up to their approval: draft, revise, submit, review, return, approve, discard, forward (制作→审核→签发, R-W7)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from chassis.access import check_region, within
from chassis.errors import not_found
from chassis.identity import Caller
from chassis.ids import id_of, new_id
from chassis.journal import Transaction
from chassis.timers import cancel, schedule
from services.alerts import errors
from services.alerts.cap.message import Reference
from services.alerts.model.alert import Alert, Signer
from services.alerts.model.chain import Chain
from services.alerts.model.content import AlertContent, completed, named
from services.alerts.model.document import DRAFT_IDENTIFIER, all_clear, checked, content_hash, reference_to
from services.alerts.model.facts import AlertPostReviewOverdue
from services.alerts.model.notice import Notice
from services.alerts.repository import ALERTS, CHAINS, INCIDENTS, NOTICES, conditions
from services.alerts.use_cases import authorities
from services.alerts.use_cases.desk import Desk
from services.alerts.use_cases.visibility import noted, visible

SECOND = timedelta(seconds=1)
POST_REVIEW = "alert.post_review"
"""Timer: a review is owed until then."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a first alert is asked to be."""

    id: str
    content: AlertContent
    exercise_id: str
    status: str
    region_code: str
    incident: str


def keep(tx: Transaction, alert: Alert, *events: object) -> Alert:
    """Write down what a command made of an alert."""
    return noted(tx, alert, *events, incident=alert.incident, exercise_id=alert.exercise_id)


async def load(tx: Transaction, alert_id: str, etag: str = "") -> Alert:
    """An alert of the caller's jurisdiction, locked for a change."""
    return visible(tx.caller, await ALERTS.load(tx, alert_id, etag))


async def create(tx: Transaction, desk: Desk, draft: Draft) -> Alert:
    """制作: a first alert, and the chain it begins."""
    region = draft.region_code or desk.district
    check_region(tx.caller, region)
    status = draft.status or ("exercise" if draft.exercise_id else "actual")
    content = _named(desk, draft.content)
    alert = Alert(
        id=draft.id, kind="alert", status=status, exercise_id=draft.exercise_id, chain_id=draft.id, region_code=region, content=content,
        sender=desk.sender, create_time=tx.now, update_time=tx.now,
    )  # fmt: skip
    if draft.incident:
        await _check_incident(tx, alert, draft.incident)
        alert.incident = draft.incident
    event = alert.drafted(tx.caller.id)
    await ALERTS.add(tx, alert)
    await CHAINS.add(tx, Chain(id=alert.id, region_code=region, exercise_id=draft.exercise_id, create_time=tx.now))
    return keep(tx, alert, event)


async def succeed(tx: Transaction, desk: Desk, prior_id: str, alert_id: str, kind: str, content: AlertContent | None, reason: str = "") -> Alert:
    """更新 or 解除 of the chain's head. Exercise and status are inherited. 409 HEAD_CHANGED, CHAIN_ENDED, NOT_PUBLISHED."""
    prior = visible(tx.caller, await ALERTS.get(tx.connection, prior_id))
    (await CHAINS.get(tx.connection, prior.chain_id)).check_head(prior.id)
    said = all_clear(prior.content, reason) if kind == "cancel" else _named(desk, content or prior.content)
    alert = Alert(
        id=alert_id, kind=kind, status=prior.status, exercise_id=prior.exercise_id, chain_id=prior.chain_id, prior_id=prior.id,
        region_code=prior.region_code, content=replace(said, note=said.note or prior.content.note), sender=desk.sender, incident=prior.incident,
        create_time=tx.now, update_time=tx.now,
    )  # fmt: skip
    event = alert.drafted(tx.caller.id)
    await ALERTS.add(tx, alert)
    return keep(tx, alert, event)


def _named(desk: Desk, content: AlertContent) -> AlertContent:
    if content.event_code not in desk.event_names:
        raise errors.event_code_unknown(content.event_code)
    return named(content, desk.event_names)


async def revise(tx: Transaction, desk: Desk, alert_id: str, etag: str, content: AlertContent) -> Alert:
    """Other words for a draft."""
    alert = await load(tx, alert_id, etag)
    alert.revise(_named(desk, content), tx.caller.id)
    return await _save(tx, alert)


async def submit(tx: Transaction, desk: Desk, alert_id: str, etag: str) -> Alert:
    """Submit what keeps every rule of CAP and says what the law demands (422 C03 to C20, LAW_64), about a place of ours (422 AREA_ELSEWHERE)."""
    alert = await load(tx, alert_id, etag)
    content = completed(alert.content, tx.now, ends=alert.ends)
    hashed = await _checked(tx, desk, replace(alert, content=content))
    event = alert.submit(content, hashed, _signer(tx.caller), tx.now)
    return await _save(tx, alert, event)


async def approve(tx: Transaction, alert_id: str, etag: str, seen_hash: str, remark: str) -> Alert:
    """签发 within the own authority (422 AUTHORITY_LEVEL), by a second person (403 SEPARATION_OF_DUTY)."""
    alert = await load(tx, alert_id, etag)
    authority = await authorities.resting(tx, alert, tx.caller.org)
    event = alert.approve(_signer(tx.caller), seen_hash, authority.name, remark, tx.now)
    return await _save(tx, alert, event)


async def approve_urgent(tx: Transaction, desk: Desk, alert_id: str, etag: str, seen_hash: str, remark: str) -> Alert:
    """签发 by one person alone, who thereby owes a review within 24 hours."""
    alert = await load(tx, alert_id, etag)
    content = completed(alert.content, tx.now, ends=alert.ends)
    hashed = await _checked(tx, desk, replace(alert, content=content))
    if seen_hash and seen_hash != hashed:
        raise errors.other_content(seen_hash, hashed)
    authority = await authorities.resting(tx, alert, tx.caller.org)
    event = alert.approve_urgent(content, hashed, _signer(tx.caller), authority.name, remark, tx.now)
    if alert.post_review_due_time:
        await schedule(tx, POST_REVIEW, alert.id, alert.post_review_due_time, {"alert": alert.id})
    return await _save(tx, alert, event)


async def review(tx: Transaction, alert_id: str, etag: str, remark: str) -> Alert:
    """审核."""
    alert = await load(tx, alert_id, etag)
    return await _save(tx, alert, alert.review(_signer(tx.caller), remark, tx.now))


async def post_review(tx: Transaction, alert_id: str, etag: str, remark: str) -> Alert:
    """Pay the debt of an urgent approval."""
    alert = await load(tx, alert_id, etag)
    event = alert.post_review(_signer(tx.caller), remark, tx.now)
    await cancel(tx, POST_REVIEW, alert.id)
    return await _save(tx, alert, event)


async def ring_post_review(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """The review is late; the debt stays listed."""
    alert = await ALERTS.find(tx, payload["alert"])
    if alert is not None and alert.post_review_due_time is not None and alert.post_review_time is None:
        await _save(tx, alert, AlertPostReviewOverdue(alert.chain_id, alert.chain, alert.post_review_due_time))


async def step(tx: Transaction, alert_id: str, etag: str, act: Callable[[Alert], object]) -> Alert:
    """Load an alert, take a step of the model, save it: return, recall, discard."""
    alert = await load(tx, alert_id, etag)
    return await _save(tx, alert, act(alert))


async def forward(tx: Transaction, desk: Desk, alert_id: str, etag: str, reason: str) -> Alert:
    """报请上级发布: a notice asks the upper government to issue it."""
    alert = await load(tx, alert_id, etag)
    upper = desk.places.upper_of(alert.region_code)
    notice = Notice(
        id=new_id(), alert_id=alert.id, kind="forward", addressee_region=upper, addressee=desk.places.name_of(upper), region_code=alert.region_code,
        exercise_id=alert.exercise_id, create_time=tx.now,
    )  # fmt: skip
    event = alert.forward(reason, upper, notice.name)
    await NOTICES.add(tx, notice)
    return await _save(tx, alert, event)


async def link_incident(tx: Transaction, alert_id: str, etag: str, incident: str) -> Alert:
    """It belongs to this incident."""
    alert = await load(tx, alert_id, etag)
    await _check_incident(tx, alert, incident)
    return await _save(tx, alert, alert.link_incident(incident))


async def _check_incident(tx: Transaction, alert: Alert, incident: str) -> None:
    """An incident that is known here is of the same exercise; one that is not known yet is taken at its word. NOT_FOUND outside the jurisdiction."""
    found = await INCIDENTS.where(tx.connection, conditions.incident_is(id_of(incident, "incidents", "incident")))
    if any(each.region_code and not within(tx.caller, each.region_code) for each in found):
        raise not_found(incident)
    if found and found[0].exercise_id != alert.exercise_id:
        raise errors.other_exercise(incident)


async def _checked(tx: Transaction, desk: Desk, alert: Alert) -> str:
    """The hash of what was checked. A warning is about a place of its issuer's region; what ends one is about the place it was about."""
    reference = await reference_of(tx, alert)
    checked(alert, identifier=DRAFT_IDENTIFIER, sent=sent_time(tx, reference), reference=reference)
    stray = None if alert.ends else desk.places.stray(alert.content.areas, alert.region_code)
    if stray is not None:
        raise errors.area_elsewhere(alert.region_code, stray, alert.content.areas[stray].description)
    return content_hash(alert, reference)


def sent_time(tx: Transaction, reference: Reference | None) -> datetime:
    """Now, in whole seconds, and later than what is referenced (C09)."""
    now = tx.now.replace(microsecond=0)
    return now if reference is None else max(now, reference.sent + SECOND)


async def reference_of(tx: Transaction, alert: Alert) -> Reference | None:
    """How the message names the one it succeeds; None for a first one."""
    return reference_to(await ALERTS.get(tx.connection, alert.prior_id)) if alert.prior_id else None


async def _save(tx: Transaction, alert: Alert, *events: object) -> Alert:
    alert.update_time = tx.now
    await ALERTS.save(tx, alert)
    return keep(tx, alert, *events)


def _signer(caller: Caller) -> Signer:
    return Signer(caller.id, caller.org)
