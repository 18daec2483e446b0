"""Incident reports: drafted, signed, sent, received or not (DOMAIN § 2.3). Order of locks: incident, report, obligations."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import timers
from chassis.access import within
from chassis.errors import not_found
from chassis.identity import Caller
from chassis.ids import checked_id, derived_id
from chassis.journal import Transaction
from chassis.paging import page
from services.dispatch import errors
from services.dispatch.grading.duties import Channel, Party
from services.dispatch.grading.reports import ReportKind, SentReport, meets
from services.dispatch.grading.rules import current
from services.dispatch.model.incident import Incident
from services.dispatch.model.matter import Debt
from services.dispatch.model.report import RETRY_AFTER, Delivery, Report, check_order, checked
from services.dispatch.repository import forces, incidents, records, reports
from services.dispatch.use_cases import obligations
from services.dispatch.use_cases.incidents import commanded, load

RETRY = "report_retry"


async def draft(
    tx: Transaction, report_id: str, incident_id: str, kind: ReportKind, elements: Mapping[str, str], deliveries: tuple[Delivery, ...], corrects: str
) -> Report:
    """起草. 409 for a wrong order or a second initial or final report; without recipients those of the obligations that are open."""
    incident = await load(tx, incident_id)
    check_order(kind, incident.state, await reports.order_of(tx, incident_id, incident.reopen_count))
    if kind is ReportKind.CORRECTION:
        await _check_corrected(tx, incident_id, corrects)
    report = Report(
        id=checked_id(report_id, "report_id"),
        incident_id=incident_id,
        region_code=incident.region_code,
        exercise_id=incident.exercise_id,
        created_at=tx.now,
        updated_at=tx.now,
        kind=kind,
        seq=await reports.next_seq(tx, incident_id, kind),
        episode=incident.reopen_count,
        elements=dict(elements),
        deliveries=checked(deliveries) or await _due_recipients(tx, incident_id, kind),
        drafter=tx.caller.id,
        editors=(tx.caller.id,),
        accident=current().is_production_accident(incident.event_code),
        corrects=corrects,
    )
    await reports.REPORTS.add(tx, report)
    return _changed(tx, report)


async def update(tx: Transaction, report_id: str, etag: str, elements: Mapping[str, str], deliveries: tuple[Delivery, ...]) -> Report:
    """Another text of a draft."""
    report = await _load(tx, report_id, etag)
    report.update(elements, deliveries, tx.caller.id)
    return await _saved(tx, report)


async def submit(tx: Transaction, report_id: str, etag: str) -> Report:
    """To the signatory, when its elements are there."""
    report = await _load(tx, report_id, etag)
    report.submit()
    return await _saved(tx, report)


async def send_back(tx: Transaction, report_id: str, etag: str, reason: str) -> Report:
    """Back to the drafter."""
    report = await _load(tx, report_id, etag)
    report.send_back(reason)
    return await _saved(tx, report)


async def sign(tx: Transaction, report_id: str, etag: str) -> Report:
    """签发 by somebody who wrote none of it: the leader on duty, while a shift is on duty, or the commander."""
    report = await _load(tx, report_id, etag)
    leaders = await forces.leaders_on_duty(tx.connection, report.region_code)
    if leaders and _account(tx.caller.id) not in set(map(_account, leaders)) and "commander" not in tx.caller.roles:
        raise errors.leader_not_on_duty(sorted(leaders))
    event = report.sign(tx.caller.id, tx.now)
    return await _saved(tx, report, event)


async def send(tx: Transaction, report_id: str, etag: str, evidence: str) -> Report:
    """报出: it leaves with what is known now and meets what it answers, late or not."""
    incident, report = await _with_incident(tx, report_id, etag)
    report.send(incident.figures, evidence, tx.now)
    return await _left(tx, incident, report)


async def send_urgently(tx: Transaction, report_id: str, etag: str, evidence: str, reason: str) -> Report:
    """先报后签: before the signature, which is owed from now on."""
    incident, report = await _with_incident(tx, report_id, etag)
    report.send(incident.figures, evidence, tx.now, urgent=True)
    sent = await _left(tx, incident, report)
    await records.owe(tx, _signature(report, reason, tx))
    return sent


async def countersign(tx: Transaction, report_id: str, etag: str) -> Report:
    """补签: pays the debt."""
    report = await _load(tx, report_id, etag)
    event = report.countersign(tx.caller.id, tx.now)
    await records.pay(tx, "signature", report.name)
    return await _saved(tx, report, event)


async def acknowledge(tx: Transaction, report_id: str, etag: str, recipient: Party, receiver: str, at: datetime | None) -> Report:
    """A recipient has it; if it was thought not to have arrived, it met what it answers after all."""
    incident, report = await _with_incident(tx, report_id, etag)
    event = report.acknowledge(recipient, receiver, min(at or tx.now, tx.now))
    met = await obligations.meet(tx, incident.id, report)
    saved = await _saved(tx, report, event)
    obligations.note(tx, met)
    return saved


async def bounce(tx: Transaction, report_id: str, etag: str, recipient: Party, reason: str) -> Report:
    """It did not arrive: what it met there is owed again; it is tried again by itself a few times, later and later."""
    incident, report = await _with_incident(tx, report_id, etag)
    event = report.bounce(recipient, reason)
    owed = await obligations.reopen(tx, incident, report, recipient)
    if event.attempts <= len(RETRY_AFTER):
        again = {"report": report.id, "recipient": recipient.value, "attempts": event.attempts}
        await timers.schedule(tx, RETRY, f"{report.id}/{recipient}", tx.now + RETRY_AFTER[event.attempts - 1], again)
    saved = await _saved(tx, report, event)
    obligations.note(tx, owed)
    await obligations.refresh(tx, incident)
    return saved


async def retry(tx: Transaction, report_id: str, etag: str, recipient: Party, channel: Channel | None, evidence: str) -> Report:
    """Again, by hand."""
    incident, report = await _with_incident(tx, report_id, etag)
    report.retry(recipient, channel, evidence, tx.now)
    return await _left(tx, incident, report, recipient)


async def recipient_return(tx: Transaction, report_id: str, etag: str, recipient: Party, reason: str) -> Report:
    """A recipient wants it corrected."""
    report = await _load(tx, report_id, etag)
    event = report.recipient_return(recipient, reason)
    return await _saved(tx, report, event)


async def ring_retry(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """Try again (timer), unless somebody did or it arrived meanwhile."""
    incident, report = await _with_incident(tx, str(payload["report"]), "")
    recipient = Party(payload["recipient"])
    delivery = report.delivery(recipient)
    if report.state == delivery.state == "bounced" and delivery.attempts == payload["attempts"]:
        report.retry(recipient, None, "", tx.now)
        await _left(tx, incident, report, recipient)


async def get(engine: AsyncEngine, caller: Caller, report_id: str) -> Report:
    """One report."""
    async with engine.connect() as connection:
        report = await reports.REPORTS.get(connection, report_id)
    if not within(caller, report.region_code):
        raise not_found(report.name)
    return report


async def page_of(engine: AsyncEngine, caller: Caller, size: int, token: str, incident_id: str, state: str) -> tuple[list[Report], str]:
    """A page of reports, newest first."""
    conditions = [*reports.REPORTS.in_regions(caller.regions), *reports.REPORTS.equal(incident_id=incident_id, state=state)]
    asked = page(size, token, "reports", incident_id, state)
    async with engine.connect() as connection:
        return await reports.REPORTS.page_of(connection, asked, conditions, by="created_at", descending=True)


async def _check_corrected(tx: Transaction, incident_id: str, corrects: str) -> None:
    if not corrects:
        raise errors.corrects_needed()
    corrected = await reports.REPORTS.get(tx.connection, corrects)
    if corrected.incident_id != incident_id or corrected.sent_at is None:
        raise errors.corrects_needed()


async def _due_recipients(tx: Transaction, incident_id: str, kind: ReportKind) -> tuple[Delivery, ...]:
    """Whom the open obligations name that a report of this kind can meet now; the level above when there are none."""
    channel = Channel.PHONE if kind is ReportKind.PHONE_FIRST else Channel.WRITTEN
    found: dict[Party, None] = {}
    for each in await reports.open_of(tx, incident_id):
        duty = each.duty
        if meets(duty, SentReport(kind, channel, Party.COUNTY, duty.to_level, tx.now)):
            found[duty.to_level] = None
    return tuple(Delivery(recipient=each, organisation="", channel=channel) for each in found or {Party.CITY: None})


async def _with_incident(tx: Transaction, report_id: str, etag: str) -> tuple[Incident, Report]:
    """A report that goes out or comes back, with its incident, locked in this order, so that no duty opens unseen meanwhile."""
    seen = await reports.REPORTS.get(tx.connection, report_id)
    incident = commanded(tx.caller, await incidents.load(tx, seen.incident_id))
    return incident, await reports.REPORTS.load(tx, report_id, etag)


async def _left(tx: Transaction, incident: Incident, report: Report, again: Party | None = None) -> Report:
    met = await obligations.meet(tx, incident.id, report)
    keys = {late: [event.key for _, event in met if event.late is late] for late in (False, True)}
    sent = await _saved(tx, report, report.left(keys[False], keys[True], again))
    obligations.note(tx, met)
    return sent


async def _load(tx: Transaction, report_id: str, etag: str) -> Report:
    report = await reports.REPORTS.load(tx, report_id, etag)
    if not within(tx.caller, report.region_code):
        raise not_found(report.name)
    return report


async def _saved(tx: Transaction, report: Report, *events: object) -> Report:
    await reports.save_report(tx, report)
    return _changed(tx, report, *events)


def _changed(tx: Transaction, report: Report, *events: object) -> Report:
    place = {"region_code": report.region_code, "incident": f"incidents/{report.incident_id}", "exercise_id": report.exercise_id}
    tx.changed(report.name, report, *events, version=report.version, **place)
    return report


def _account(caller_id: str) -> str:
    """The log-in of a caller's id: rosters name accounts without the kind before the colon."""
    return caller_id.rpartition(":")[2]


def _signature(report: Report, reason: str, tx: Transaction) -> Debt:
    return Debt(
        id=derived_id("debts", "signature", report.name),
        kind="signature",
        resource=report.name,
        incident_id=report.incident_id,
        region_code=report.region_code,
        exercise_id=report.exercise_id,
        opened_at=tx.now,
        due_at=report.sign_due_at,
        paid_at=None,
        reason=reason,
        debtor=tx.caller.id,
    )
