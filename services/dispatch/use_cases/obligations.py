"""Report obligations: opened from the duties of grading, warned of by timers, met by what is sent, waived, measured (R-I1 … R-I7, DI-11)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import timers
from chassis.access import within
from chassis.errors import not_found
from chassis.identity import Caller
from chassis.ids import derived_id
from chassis.journal import Transaction
from chassis.paging import page
from services.dispatch.grading.duties import Channel, Duty, GradeEntry, IncidentHistory, Party, new_duties, next_zero_report_at
from services.dispatch.grading.reports import ReportKind, SentReport, Timeliness, meets, timeliness
from services.dispatch.model.incident import Incident
from services.dispatch.model.obligation import Obligation, ObligationFact, ObligationMet, ObligationOpened
from services.dispatch.model.report import Report
from services.dispatch.repository import incidents, reports

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
RING = "obligation"
ZERO_REPORT = "zero_report"


async def refresh(tx: Transaction, incident: Incident, elsewhere: Collection[str] = ()) -> None:
    """Open what the incident owes by now and did not before; meet at once what was already reported; set the timers.

    Duties whose keys stand in `elsewhere` were settled under an incident that was merged into this one: they are opened and end at once.
    """
    if incident.confirmed_at is None or incident.occurred_at is None or incident.merged_into:
        return
    sent = await reports.sent_of(tx, incident.id)
    history = history_of(incident, incident.occurred_at, sent)
    fresh = new_duties(await reports.keys(tx, incident.id), history, tx.now)
    opened = [Obligation.opened(_id(incident, duty), duty, incident.id, incident.region_code, incident.exercise_id, tx.now) for duty in fresh]
    for each in opened:
        events: list[ObligationFact] = [ObligationOpened(incident.id, each.duty.key, each.duty)]
        met = _already(each.duty, incident, sent)
        if met is not None:
            events.append(each.meet(*met))
        elif each.duty.key in elsewhere:
            events.append(each.cancel())
        _changed(tx, each, *events)
    await reports.OBLIGATIONS.add(tx, *opened)
    for each in opened:
        if each.state == "open":
            await _schedule(tx, each)
    following = next_zero_report_at(history, tx.now)
    if following is not None:
        await timers.schedule(tx, ZERO_REPORT, incident.id, following)


def history_of(incident: Incident, occurred_at: datetime, sent: Sequence[Report]) -> IncidentHistory:
    """What opens duties, gathered from the incident and the reports that have left."""
    reached: dict[Party, datetime] = {}
    for report in sent:
        for delivery in report.deliveries:
            at = delivery.reached_at
            if at is not None:
                reached[delivery.recipient] = min(at, reached.get(delivery.recipient, at))
    finals = [each.sent_at for each in sent if each.kind is ReportKind.FINAL and each.episode == incident.reopen_count and each.sent_to()]
    return IncidentHistory(
        event_code=incident.event_code,
        occurred_at=occurred_at,
        received_at=incident.received_at,
        grades=tuple(GradeEntry(each.level, each.at) for each in incident.grades),
        casualties=incident.casualties,
        confirmed_at=incident.confirmed_at,
        unit_informed_at=incident.unit_informed_at,
        unit_reported_at=incident.unit_reported_at,
        reached=reached,
        potential_level=incident.potential_level,
        potential_judged_at=incident.potential_judged_at,
        flare_ups=incident.flare_ups,
        response_ended_at=incident.response_ended_at,
        final_report_at=finals[-1] if finals else None,
        stable_at=incident.stable_at,
        unstable_since=incident.unstable_since,
    )


async def meet(tx: Transaction, incident_id: str, report: Report) -> list[tuple[Obligation, ObligationMet]]:
    """Meet what a report that just left answers. The caller holds the incident's lock, and writes the facts down with `note` after its own."""
    found: list[tuple[Obligation, ObligationMet]] = []
    for each in await reports.open_of(tx, incident_id):
        answer = next(((at, delivery) for at, delivery, sent in report.sent_to() if meets(each.duty, sent)), None)
        if answer is not None:
            found.append((each, each.meet(answer[0], report.name, answer[1].evidence)))
            await reports.save_obligation(tx, each)
    report.met = (*report.met, *(each.id for each, _ in found))
    return found


async def reopen(tx: Transaction, incident: Incident, report: Report, recipient: Party) -> list[tuple[Obligation, ObligationFact]]:
    """What this report met at a recipient where it did not arrive is owed again, late if it is late, unless another delivery met it too.

    The caller holds the incident's lock, and writes the facts down with `note` after its own.
    """
    facts: list[tuple[Obligation, ObligationFact]] = []
    others = [each for each in await reports.sent_of(tx, incident.id) if each.id != report.id]
    for each in await reports.met_by(tx, incident.id, report.name, recipient):
        facts.append((each, each.reopen()))
        report.met = tuple(met for met in report.met if met != each.id)
        answer = _already(each.duty, incident, others)
        if answer is not None:
            facts.append((each, each.meet(*answer)))
        else:
            await _schedule(tx, each)
        await reports.save_obligation(tx, each)
    return facts


def note(tx: Transaction, facts: Sequence[tuple[Obligation, ObligationFact]]) -> None:
    """Write down what became of obligations."""
    for each, event in facts:
        _changed(tx, each, event)


async def meet_unit(tx: Transaction, incident: Incident, signal: str) -> None:
    """The unit's own report came in: meets the unit's duty towards the county (R-I4)."""
    report = _unit_report(incident)
    for each in await reports.open_of(tx, incident.id) if report else ():
        if report is not None and meets(each.duty, report):
            event = each.meet(report.sent_at, signal, "")
            await reports.save_obligation(tx, each)
            _changed(tx, each, event)


async def cancel_all(tx: Transaction, incident_id: str) -> None:
    """The incident was dismissed: what is open ends; what was met stays met."""
    for each in await reports.open_of(tx, incident_id):
        event = each.cancel()
        await reports.save_obligation(tx, each)
        _changed(tx, each, event)


async def waive_all(tx: Transaction, incident_id: str, reason: str) -> None:
    """The exercise it belongs to was broken off: nothing of it is owed any more, and no zero report falls due."""
    for each in await reports.open_of(tx, incident_id):
        event = each.waive(reason, tx.caller.id)
        await reports.save_obligation(tx, each)
        _changed(tx, each, event)
    await timers.cancel(tx, ZERO_REPORT, incident_id)


async def move(tx: Transaction, incident: Incident, target: Incident) -> None:
    """A merge: what the incident owes ends there and is owed by the target, with the earlier of both deadlines; both are locked."""
    theirs = {each.duty.key: each for each in await reports.all_of(tx, target.id)}
    ours = await reports.all_of(tx, incident.id)
    settled = {each.duty.key for each in ours if each.state != "open"}
    for each in [each for each in ours if each.state == "open"]:
        there = theirs.get(each.duty.key)
        if there is None:
            there = Obligation.opened(_id(target, each.duty), each.duty, target.id, target.region_code, target.exercise_id, tx.now)
            there.warned = each.warned
            await reports.OBLIGATIONS.add(tx, there)
            _changed(tx, there, ObligationOpened(target.id, there.duty.key, there.duty))
            await _schedule(tx, there)
        elif there.hasten(each.duty):
            await reports.save_obligation(tx, there)
            _changed(tx, there)
            await _schedule(tx, there)
        event = each.cancel()
        await reports.save_obligation(tx, each)
        _changed(tx, each, event)
    await refresh(tx, target, settled)


async def waive(tx: Transaction, obligation_id: str, etag: str, reason: str) -> Obligation:
    """豁免: by a leader, with a reason."""
    model = await reports.OBLIGATIONS.load(tx, obligation_id, etag)
    _visible(tx.caller, model)
    event = model.waive(reason, tx.caller.id)
    await reports.save_obligation(tx, model)
    return _changed(tx, model, event)


async def ring(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """A part of an obligation's window is over (timer): warn once, then wait for the next part."""
    model = await reports.OBLIGATIONS.find(tx, str(payload["subject"]))
    if model is None or model.state != "open" or model.warned >= int(payload["percent"]):
        return
    event = model.warn(int(payload["percent"]))
    await reports.save_obligation(tx, model)
    _changed(tx, model, event)
    await _schedule(tx, model)


async def ring_zero_report(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """A reporting day is over (timer): the zero report falls due (R-I6)."""
    incident = await incidents.find(tx, str(payload["subject"]))
    if incident is not None:
        await refresh(tx, incident)


async def get(engine: AsyncEngine, caller: Caller, obligation_id: str) -> Obligation:
    """One obligation."""
    async with engine.connect() as connection:
        return _visible(caller, await reports.OBLIGATIONS.get(connection, obligation_id))


async def page_of(engine: AsyncEngine, caller: Caller, size: int, token: str, incident_id: str, state: str) -> tuple[list[Obligation], str]:
    """A page of obligations, soonest due first."""
    conditions = [*reports.OBLIGATIONS.in_regions(caller.regions), *reports.OBLIGATIONS.equal(incident_id=incident_id, state=state)]
    async with engine.connect() as connection:
        asked = page(size, token, "obligations", incident_id, state)
        return await reports.OBLIGATIONS.page_of(connection, asked, conditions, by="due_at")


async def timeliness_of(
    engine: AsyncEngine, caller: Caller, now: datetime, start: datetime | None, end: datetime | None, incident_id: str, exercise_id: str
) -> tuple[Timeliness, Timeliness]:
    """How timely the duties of the county were, by the clock one could act on and by the strict one."""
    until = end or now
    async with engine.connect() as connection:
        found = list(await reports.records(connection, caller.regions, exercise_id, incident_id, start, until))
    usual, strict = (timeliness(found, start or BEGINNING, until, now, strict=by) for by in (False, True))
    return usual, strict


def _id(incident: Incident, duty: Duty) -> str:
    return derived_id("obligations", incident.id, duty.key)


def _already(duty: Duty, incident: Incident, sent: Sequence[Report]) -> tuple[datetime, str, str] | None:
    """When, by what and with what evidence a new duty is met already: reports that left before it was opened count from its clock's start."""
    for report in sent:
        for at, delivery, each in report.sent_to():
            if meets(duty, each):
                return at, report.name, delivery.evidence
    own = _unit_report(incident)
    return (own.sent_at, incident.name, "") if own is not None and meets(duty, own) else None


def _unit_report(incident: Incident) -> SentReport | None:
    at = incident.unit_reported_at
    return SentReport(ReportKind.PHONE_FIRST, Channel.PHONE, Party.UNIT, Party.COUNTY, at) if at else None


async def _schedule(tx: Transaction, model: Obligation) -> None:
    following = next(((percent, at) for percent, at in model.rings if percent > model.warned), None)
    if following is not None:
        await timers.schedule(tx, RING, model.id, following[1], {"percent": following[0]})


def _visible(caller: Caller, model: Obligation) -> Obligation:
    if not within(caller, model.region_code):
        raise not_found(model.name)
    return model


def _changed(tx: Transaction, model: Obligation, *events: object) -> Obligation:
    place = {"region_code": model.region_code, "incident": f"incidents/{model.incident_id}", "exercise_id": model.exercise_id}
    tx.changed(model.name, model, *events, version=model.version, **place)
    return model
