"""发布 and what follows: number, document, chain, notices, pre-alert period, measures, deliveries; supersession, expiry, aborted exercises.

Locks are taken in one order: the chain, the message, the one before it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chassis.errors import not_found
from chassis.ids import new_id
from chassis.journal import Transaction
from chassis.timers import cancel, schedule
from services.alerts import errors
from services.alerts.cap.identifier import make_identifier
from services.alerts.cap.write import write
from services.alerts.model.alert import Alert
from services.alerts.model.chain import Chain
from services.alerts.model.document import checked, content_hash
from services.alerts.model.facts import AlertPublished, PublishedNotice
from services.alerts.model.measures import measures_of
from services.alerts.model.notice import Notice
from services.alerts.repository import ALERTS, CHAINS, NOTICES, queries
from services.alerts.use_cases import authorities, channels
from services.alerts.use_cases.desk import Desk
from services.alerts.use_cases.drafting import keep, reference_of, sent_time
from services.alerts.use_cases.visibility import noted, visible

EXPIRE = "alert.expire"
"""Timer: the message ends then, if nothing succeeds it."""
COVERAGE = "alert.coverage"
"""Timer: coverage is looked at then."""


async def publish(tx: Transaction, desk: Desk, alert_id: str, etag: str) -> Alert:
    """Publish once. 409 HEAD_CHANGED or CHAIN_ENDED when something else was published meanwhile; 422 CONTENT_CHANGED, ALREADY_EXPIRED, and
    AUTHORITY_LEVEL when what the approval rested on holds no longer.
    """
    chain, alert = await _locked(tx, alert_id, etag)
    if alert.prior_id and alert.state == "approved":
        chain.check_head(alert.prior_id)
    reference = await reference_of(tx, alert) if alert.state == "approved" else None
    alert.publish(content_hash(alert, reference), tx.now)
    authority = await authorities.resting(tx, alert, alert.approver_org)
    alert.authority = authority.name
    sent = sent_time(tx, reference)
    alert.identifier = await _number(tx, desk, alert, sent)
    alert.document = write(checked(alert, identifier=alert.identifier, sent=sent, reference=reference))
    alert.publish_time, alert.update_time = sent, tx.now
    villages = desk.places.villages_in(alert.content.areas)
    alert.regions = desk.places.regions(alert.content.areas)
    alert.villages = tuple(village.village for village in villages)
    alert.target_population = sum(village.population for village in villages)
    alert.measures = () if alert.ends else measures_of(alert.content.level, chain.measured)
    prior = await _supersede(tx, alert)
    await ALERTS.save(tx, alert)
    chain.advance(alert.id, sent, alert.content.expire_time, tuple(measure.key for measure in alert.measures), ends=alert.ends)
    await CHAINS.save(tx, chain)
    notices = await _notices(tx, desk, alert)
    keep(tx, alert, _published(alert, prior, notices))
    noted(tx, chain, exercise_id=chain.exercise_id)
    await channels.plan(tx, alert, authority.region_code)
    await _timers(tx, desk, alert)
    return alert


async def _locked(tx: Transaction, alert_id: str, etag: str) -> tuple[Chain, Alert]:
    chain_id = await queries.chain_of(tx.connection, alert_id)
    if not chain_id:
        raise not_found(f"alerts/{alert_id}")
    chain = await CHAINS.load(tx, chain_id)
    return chain, visible(tx.caller, await ALERTS.load(tx, alert_id, etag))


async def _number(tx: Transaction, desk: Desk, alert: Alert, sent: datetime) -> str:
    """The next free 预警编号 of this second."""
    plain = make_identifier(region=alert.region_code[:6], agency=desk.agency, unit=desk.unit, issued_at=sent)
    await queries.lock(tx, f"identifier/{plain}")
    given = await queries.taken(tx.connection, plain)
    for sequence in (None, *range(1, 10)):
        number = make_identifier(region=alert.region_code[:6], agency=desk.agency, unit=desk.unit, issued_at=sent, sequence=sequence)
        if number not in given:
            return number
    raise errors.no_identifier_left(plain)


async def _supersede(tx: Transaction, alert: Alert) -> Alert | None:
    """What the message references is replaced or ended in the same transaction; what was not sent of it stays unsent."""
    if not alert.prior_id:
        return None
    prior = await ALERTS.load(tx, alert.prior_id)
    event = prior.supersede(alert, tx.now)
    prior.update_time = tx.now
    await ALERTS.save(tx, prior)
    keep(tx, prior, event)
    await cancel(tx, EXPIRE, prior.id)
    await cancel(tx, COVERAGE, prior.id)
    await channels.stop(tx, prior)
    return prior


async def _notices(tx: Transaction, desk: Desk, alert: Alert) -> tuple[Notice, ...]:
    """To the upper government, to the garrison, and to neighbours the area touches or the editor named (应对法 62, 64)."""
    own = alert.region_code[:6]
    upper = desk.places.upper_of(own)
    neighbours = [code for code in desk.places.counties(alert.content.areas) if code != own]
    addressees = [("upper", upper), ("garrison", own), *(("neighbour", code) for code in dict.fromkeys((*neighbours, *alert.content.notify_regions)))]
    notices = tuple(
        Notice(
            id=new_id(), alert_id=alert.id, kind=kind, addressee_region=code, addressee=desk.places.name_of(code), region_code=alert.region_code,
            exercise_id=alert.exercise_id, create_time=tx.now,
        )
        for kind, code in addressees
        if kind != "neighbour" or code != own
    )  # fmt: skip
    await NOTICES.add(tx, *notices)
    return notices


def _published(alert: Alert, prior: Alert | None, notices: tuple[Notice, ...]) -> AlertPublished:
    content = alert.content
    return AlertPublished(
        key=alert.chain_id, chain=alert.chain, kind=alert.kind, status=alert.status, identifier=alert.identifier, event_code=content.event_code,
        event=content.event, level=content.level, headline=content.headline, sender_name=content.sender_name, regions=alert.regions,
        polygons=content.polygons, circles=content.circles, villages=alert.villages, target_population=alert.target_population,
        sent_time=alert.publish_time or alert.update_time, effective_time=content.effective_time or alert.publish_time, onset_time=content.onset_time,
        expire_time=content.expire_time, prior=alert.prior, prior_level=prior.content.level if prior else 0, measures=alert.measures, urgent=alert.urgent,
        notices=tuple(PublishedNotice(each.name, each.kind, each.addressee_region, each.addressee) for each in notices),
        response_types=content.response_types, area_description=content.area_description,
    )  # fmt: skip


async def _timers(tx: Transaction, desk: Desk, alert: Alert) -> None:
    if alert.ends or alert.content.expire_time is None:
        return
    await schedule(tx, EXPIRE, alert.id, alert.content.expire_time, {"alert": alert.id})
    if alert.target_population:
        await schedule(tx, COVERAGE, alert.id, tx.now + desk.coverage_check, {"alert": alert.id})


async def ring_expire(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """到期: unless something succeeded it. The chain is final then."""
    chain_id = await queries.chain_of(tx.connection, payload["alert"])
    chain = await CHAINS.find(tx, chain_id)
    alert = await ALERTS.find(tx, payload["alert"])
    if chain is None or alert is None or alert.state != "published" or alert.ends:
        return
    event = alert.expire(tx.now)
    chain.end("expire", tx.now)
    await _over(tx, chain, alert, event)


async def abort_exercise(tx: Transaction, exercise_id: str, reason: str) -> None:
    """An exercise gives way to a real event: none of its messages goes on."""
    for chain_id, alert_id in await queries.unfinished(tx, exercise_id):
        chain = await CHAINS.load(tx, chain_id)
        alert = await ALERTS.load(tx, alert_id)
        if alert.state == "published" and chain.state == "live":
            chain.end("cancel", tx.now)
        await _over(tx, chain, alert, alert.abort(reason, tx.now))


async def _over(tx: Transaction, chain: Chain, alert: Alert, event: object) -> None:
    alert.update_time = tx.now
    await ALERTS.save(tx, alert)
    await CHAINS.save(tx, chain)
    keep(tx, alert, event)
    noted(tx, chain, exercise_id=chain.exercise_id)
    await cancel(tx, EXPIRE, alert.id)
    await cancel(tx, COVERAGE, alert.id)
    await channels.stop(tx, alert)


async def acknowledge_notice(tx: Transaction, notice_id: str, etag: str, remark: str) -> Notice:
    """The addressee has it."""
    notice = visible(tx.caller, await NOTICES.load(tx, notice_id, etag))
    notice.acknowledge(remark, tx.now)
    await NOTICES.save(tx, notice)
    return noted(tx, notice, exercise_id=notice.exercise_id)
