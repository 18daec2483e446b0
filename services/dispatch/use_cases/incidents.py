"""Taking in, judging and reading incidents; what leads their response to its end stands in `response`."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.access import check_region, within
from chassis.errors import not_found, stale
from chassis.identity import Caller
from chassis.journal import Transaction
from chassis.paging import page
from services.dispatch import errors
from services.dispatch.model.grade import Grade, Judgement
from services.dispatch.model.incident import Incident, News
from services.dispatch.model.signal import Signal
from services.dispatch.repository import forces, incidents, records
from services.dispatch.use_cases import obligations
from services.dispatch.use_cases.places import Places

SAME_PLACE_M = 500.0
SAME_TIME = timedelta(minutes=30)
"""How near, in metres and time, two reports may be of one event [choice, DOMAIN A14]."""
DEGREES = 0.02
"""Surely more than SAME_PLACE_M at the latitudes of China; the exact distance is measured afterwards."""
MOST_DUPLICATES = 20
REAL = "-"
"""Filter for incidents that belong to no exercise."""


def changed(tx: Transaction, incident: Incident, *events: object) -> Incident:
    """Write down a changed incident."""
    place = {"region_code": incident.region_code, "incident": incident.name, "exercise_id": incident.exercise_id}
    tx.changed(incident.name, incident, *events, version=incident.version, regions=[each for each in incident.regions if each != incident.region_code], **place)
    return incident


async def register(tx: Transaction, incident: Incident, places: Places, signal_id: str = "") -> Incident:
    """接报 (transition – → reported); from a signal, or as what followed from another incident, whose exercise it then shares."""
    if not incident.region_code and incident.lon is not None and incident.lat is not None:
        incident.region_code = places.county_of(incident.lon, incident.lat)
        if not incident.region_code:
            raise errors.region_unknown(incident.lon, incident.lat)
    incident.register(tx.now)
    incident.regions = places.touched(incident.region_code, incident.lon, incident.lat, incident.impact_radius_km)
    check_region(tx.caller, incident.region_code)
    if incident.parent_id:
        parent = visible(tx.caller, await incidents.get(tx.connection, incident.parent_id))
        incident.exercise_id = _shared(incident, parent.exercise_id, parent.name)
    signal = await records.SIGNALS.load(tx, signal_id) if signal_id else None
    if signal is not None:
        if not within(tx.caller, signal.region_code):
            raise not_found(signal.name)
        incident.exercise_id = _shared(incident, signal.exercise_id, signal.name)
        incident.unit_reported_at = signal.received_at if signal.source == "unit" else None
    await incidents.add(tx, incident)
    changed(tx, incident, incident.registered())
    if signal is not None:
        await link(tx, signal, incident)
    return incident


async def verify(tx: Transaction, incident_id: str, etag: str, verifier: str) -> Incident:
    """核实 (transition reported → verifying)."""
    incident = await load(tx, incident_id, etag)
    event = incident.verify(verifier)
    await incidents.save(tx, incident)
    return changed(tx, incident, event)


async def confirm(tx: Transaction, incident_id: str, etag: str, news: News, places: Places) -> Incident:
    """确认: grades it and opens its obligations; what is already worked on is responding at once."""
    incident = await load(tx, incident_id, etag)
    events = incident.confirm(news, _touched(incident, news, places), tx.now)
    cause = await forces.work_of(tx.connection, incident_id)
    if cause:
        events.append(incident.start_response(cause, tx.now))
    await incidents.save(tx, incident)
    changed(tx, incident, *events)
    await obligations.refresh(tx, incident)
    return incident


async def update_facts(tx: Transaction, incident_id: str, etag: str, news: News, places: Places) -> Incident:
    """More is known: assessed again; an upgrade opens obligations, a downgrade cancels none."""
    incident = await load(tx, incident_id, etag)
    if news.parent_id:
        await _check_parent(tx, incident, news.parent_id)
    events = incident.update_facts(news, _touched(incident, news, places), tx.now)
    if not events:
        return changed(tx, incident)
    await incidents.save(tx, incident)
    changed(tx, incident, *events)
    await obligations.refresh(tx, incident)
    return incident


async def regrade(tx: Transaction, incident_id: str, etag: str, level: int, reason: str) -> Incident:
    """A person's level; 0 returns to the rules."""
    incident = await load(tx, incident_id, etag)
    events = incident.regrade(Judgement(level, reason, tx.caller.id), tx.now)
    await incidents.save(tx, incident)
    changed(tx, incident, *events)
    await obligations.refresh(tx, incident)
    return incident


async def judge_potential(tx: Transaction, incident_id: str, etag: str, level: int, reason: str) -> Incident:
    """What it may become (R-I3)."""
    incident = await load(tx, incident_id, etag)
    event = incident.judge_potential(level, reason, tx.now)
    await incidents.save(tx, incident)
    changed(tx, incident, event)
    await obligations.refresh(tx, incident)
    return incident


async def declare_stable(tx: Transaction, incident_id: str, etag: str, reason: str) -> Incident:
    """The disaster is stable: no more zero reports (R-I6)."""
    incident = await load(tx, incident_id, etag)
    event = incident.declare_stable(reason, tx.now)
    await incidents.save(tx, incident)
    return changed(tx, incident, event)


async def dismiss(tx: Transaction, incident_id: str, etag: str, reason: str, verifier: str) -> Incident:
    """误报."""
    incident = await load(tx, incident_id, etag)
    event = incident.dismiss(reason, verifier or tx.caller.id)
    await incidents.save(tx, incident)
    changed(tx, incident, event)
    await obligations.cancel_all(tx, incident_id)
    return incident


async def transfer(tx: Transaction, incident_id: str, etag: str, organisation: str, receipt: str, reason: str) -> Incident:
    """移送 (应对法 60)."""
    incident = await load(tx, incident_id, etag)
    event = incident.transfer(organisation, receipt, reason)
    await incidents.save(tx, incident)
    return changed(tx, incident, event)


async def merge(tx: Transaction, incident_id: str, etag: str, target_id: str, reason: str) -> Incident:
    """并案: the target learns what it did not know and owes what is owed. Both are locked in the order of their ids: of two opposite merges, one is done."""
    found = await incidents.load_all(tx, (incident_id, target_id))
    incident, target = (commanded(tx.caller, found[each]) for each in (incident_id, target_id))
    if etag and etag != str(incident.version):
        raise stale(incident.name, etag, str(incident.version))
    event = incident.merge(target, reason)
    await incidents.save(tx, incident)
    changed(tx, incident, event)
    for signal in await records.linked_to(tx, incident_id):
        await link(tx, signal, target)
    learned = target.update_facts(incident.lent(target), (), tx.now)
    if learned:
        await incidents.save(tx, target)
        changed(tx, target, *learned)
    await obligations.move(tx, incident, target)
    return incident


async def note_first_task(tx: Transaction, incident_id: str, cause: str = "") -> None:
    """Work began on an incident, if this deployment knows it."""
    incident = await incidents.find(tx, incident_id)
    if incident is not None:
        await start_response(tx, incident, cause)


async def start_response(tx: Transaction, incident: Incident, cause: str) -> None:
    """Work began on an incident that is locked: a confirmed one is responding from now on; any other stays as it is."""
    if incident.state == "confirmed":
        event = incident.start_response(cause, tx.now)
        await incidents.save(tx, incident)
        changed(tx, incident, event)


async def link(tx: Transaction, signal: Signal, incident: Incident) -> Signal:
    """A signal belongs to an incident that is locked; a unit's own report meets the unit's obligation."""
    event = signal.link(incident, tx.caller.id)
    signal.updated_at = tx.now
    await records.SIGNALS.save(tx, signal)
    place = {"region_code": signal.region_code, "incident": incident.name, "exercise_id": signal.exercise_id}
    tx.changed(signal.name, signal, event, version=signal.version, **place)
    if signal.source == "unit" and incident.unit_reported_at is None:
        fact = incident.unit_reported(signal.received_at)
        await incidents.save(tx, incident)
        changed(tx, incident, fact)
        await obligations.meet_unit(tx, incident, signal.name)
    return signal


async def get(engine: AsyncEngine, caller: Caller, incident_id: str) -> Incident:
    """One incident the caller may see."""
    async with engine.connect() as connection:
        return visible(caller, await incidents.get(connection, incident_id))


async def grades(engine: AsyncEngine, caller: Caller, incident_id: str) -> Sequence[Grade]:
    """Every assessment of an incident."""
    return (await get(engine, caller, incident_id)).grades


async def page_of(
    engine: AsyncEngine, caller: Caller, size: int, token: str, *, states: Sequence[str], exercise_id: str, order_by: str, event_prefix: str, parent_id: str
) -> tuple[list[Incident], str]:
    """A page of the incidents the caller may see."""
    exercise = exercise_id.removeprefix(REAL) if exercise_id else None
    asked = page(size, token, sorted(states), exercise_id, order_by, event_prefix, parent_id)
    async with engine.connect() as connection:
        return await incidents.page_of(connection, asked, caller.regions, order_by, states, exercise, event_prefix, parent_id)


async def suggest(engine: AsyncEngine, caller: Caller, incident_id: str) -> list[tuple[Incident, float, float]]:
    """Open incidents that may be the same event as this one, with metres and seconds between; nearest first."""
    async with engine.connect() as connection:
        return await near(connection, caller, visible(caller, await incidents.get(connection, incident_id)))


async def near(connection: AsyncConnection, caller: Caller, thing: Incident | Signal) -> list[tuple[Incident, float, float]]:
    """Open incidents within SAME_PLACE_M and SAME_TIME of an incident or signal, of the same family or without a code."""
    at = thing.occurred_at or thing.received_at
    found = [
        (other, metres, abs(((other.occurred_at or other.received_at) - at).total_seconds()))
        for other, metres in await incidents.near(connection, thing, SAME_TIME, SAME_PLACE_M, DEGREES, 10 * MOST_DUPLICATES)
        if other.id != thing.id and sees(caller, other)
    ]
    return sorted(found, key=lambda each: (each[1], each[0].id))[:MOST_DUPLICATES]


async def load(tx: Transaction, incident_id: str, etag: str = "") -> Incident:
    """An incident the caller commands, locked for a change."""
    return commanded(tx.caller, await incidents.load(tx, incident_id, etag))


def sees(caller: Caller, incident: Incident) -> bool:
    """It lies in the caller's jurisdiction, or touches it (R-I9)."""
    return within(caller, incident.region_code) or any(within(caller, each) for each in incident.regions)


def visible(caller: Caller, incident: Incident) -> Incident:
    """The incident; NOT_FOUND when the caller may not see it."""
    if not sees(caller, incident):
        raise not_found(incident.name)
    return incident


def commanded(caller: Caller, incident: Incident) -> Incident:
    """The incident; FORBIDDEN when it only touches the caller's jurisdiction."""
    check_region(caller, visible(caller, incident).region_code)
    return incident


def _shared(incident: Incident, exercise_id: str, name: str) -> str:
    if incident.exercise_id not in ("", exercise_id):
        raise errors.other_exercise(name)
    return exercise_id


def _touched(incident: Incident, news: News, places: Places) -> tuple[str, ...]:
    lon, lat = (incident.lon, incident.lat) if news.lon is None else (news.lon, news.lat)
    return places.touched(incident.region_code, lon, lat, news.impact_radius_km or incident.impact_radius_km)


async def _check_parent(tx: Transaction, incident: Incident, parent_id: str) -> None:
    parent = visible(tx.caller, await incidents.get(tx.connection, parent_id))
    if parent.exercise_id != incident.exercise_id:
        raise errors.other_exercise(parent.name)
    if incident.id in await incidents.ancestors(tx.connection, parent_id):
        raise errors.own_cause(incident.name)
