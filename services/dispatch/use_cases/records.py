"""What is written down beside incidents: signals, consultations, releases, instructions."""

from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.access import check_region, within
from chassis.errors import not_found
from chassis.identity import Caller
from chassis.ids import checked_id
from chassis.journal import Transaction
from chassis.paging import page
from chassis.store import Store
from services.dispatch import errors
from services.dispatch.model.consultation import Consultation
from services.dispatch.model.incident import Incident
from services.dispatch.model.instruction import Instruction
from services.dispatch.model.release import Release
from services.dispatch.model.signal import Signal
from services.dispatch.repository import incidents, records
from services.dispatch.use_cases.incidents import commanded, link, load, near, visible
from services.dispatch.use_cases.places import Places

Suggestions = list[tuple[Incident, float, float]]
R = TypeVar("R", Signal, Consultation, Release, Instruction)


async def report_signal(tx: Transaction, signal: Signal, places: Places) -> tuple[Signal, Suggestions]:
    """Take a signal in; answers with the open incidents it may belong to."""
    if not signal.region_code and signal.lon is not None and signal.lat is not None:
        signal.region_code = places.county_of(signal.lon, signal.lat)
        if not signal.region_code:
            raise errors.region_unknown(signal.lon, signal.lat)
    event = signal.report(tx.now)
    check_region(tx.caller, signal.region_code)
    await records.SIGNALS.add(tx, signal)
    _changed(tx, signal, event)
    return signal, await near(tx.connection, tx.caller, signal)


async def link_signal(tx: Transaction, signal_id: str, etag: str, incident_id: str) -> Signal:
    """It belongs to an incident."""
    incident = await load(tx, incident_id)
    signal = await _load(tx, records.SIGNALS, signal_id, etag)
    return await link(tx, signal, incident)


async def dismiss_signal(tx: Transaction, signal_id: str, etag: str, reason: str) -> Signal:
    """It is nothing."""
    signal = await _load(tx, records.SIGNALS, signal_id, etag)
    return await _saved(tx, records.SIGNALS, signal, signal.dismiss(reason, tx.caller.id))


async def get_signal(engine: AsyncEngine, caller: Caller, signal_id: str) -> tuple[Signal, Suggestions]:
    """One signal; while it is open, with the incidents it may belong to."""
    async with engine.connect() as connection:
        signal = _inside(caller, await records.SIGNALS.get(connection, signal_id))
        return signal, await near(connection, caller, signal) if signal.state == "open" else []


async def open_consultation(tx: Transaction, consultation: Consultation) -> Consultation:
    """Open it; of an incident it takes over region and exercise."""
    event_code = ""
    if consultation.incident_id:
        incident = visible(tx.caller, await incidents.get(tx.connection, consultation.incident_id))
        consultation.region_code, consultation.exercise_id = incident.region_code, incident.exercise_id
        event_code = incident.event_code
    if not consultation.region_code:
        raise errors.place_or_region()
    check_region(tx.caller, consultation.region_code)
    await records.CONSULTATIONS.add(tx, consultation)
    return _changed(tx, consultation, consultation.opened(event_code))


async def conclude_consultation(tx: Transaction, consultation_id: str, etag: str, conclusion: str) -> Consultation:
    """What was concluded."""
    model = await _load(tx, records.CONSULTATIONS, consultation_id, etag)
    return await _saved(tx, records.CONSULTATIONS, model, model.conclude(conclusion, tx.now))


async def draft_release(tx: Transaction, release_id: str, incident_id: str, title: str, content: str, channels: tuple[str, ...]) -> Release:
    """Draft a release."""
    incident = commanded(tx.caller, await incidents.get(tx.connection, incident_id))
    model = Release(
        id=checked_id(release_id, "release_id"),
        created_at=tx.now,
        updated_at=tx.now,
        incident_id=incident_id,
        region_code=incident.region_code,
        exercise_id=incident.exercise_id,
        title=title,
        content=content,
        channels=channels,
        author=tx.caller.id,
        editors=(tx.caller.id,),
    )
    await records.RELEASES.add(tx, model)
    return _changed(tx, model, model.drafted())


async def update_release(tx: Transaction, release_id: str, etag: str, title: str, content: str, channels: tuple[str, ...]) -> Release:
    """Another text of a draft."""
    model = await _load(tx, records.RELEASES, release_id, etag)
    event = model.update(title, content, channels, tx.caller.id)
    return await _saved(tx, records.RELEASES, model, event)


async def approve_release(tx: Transaction, release_id: str, etag: str) -> Release:
    """Approve the text as it is."""
    model = await _load(tx, records.RELEASES, release_id, etag)
    return await _saved(tx, records.RELEASES, model, model.approve(tx.caller.id, tx.now))


async def publish_release(tx: Transaction, release_id: str, etag: str, content: str) -> Release:
    """Out on all its channels, with the next number of its incident."""
    seen = await records.RELEASES.get(tx.connection, release_id)
    await load(tx, seen.incident_id)
    model = await _load(tx, records.RELEASES, release_id, etag)
    return await _saved(tx, records.RELEASES, model, model.publish(content, await records.next_release(tx, model.incident_id), tx.now))


async def discard_release(tx: Transaction, release_id: str, etag: str, reason: str) -> Release:
    """Dropped before it went out."""
    model = await _load(tx, records.RELEASES, release_id, etag)
    return await _saved(tx, records.RELEASES, model, model.discard(reason))


async def record_instruction(tx: Transaction, instruction: Instruction) -> Instruction:
    """An instruction came in."""
    incident = commanded(tx.caller, await incidents.get(tx.connection, instruction.incident_id))
    instruction.region_code, instruction.exercise_id = incident.region_code, incident.exercise_id
    instruction.recorder = tx.caller.id
    if instruction.received_at > tx.now:
        raise errors.in_the_future("receive_time")
    await records.INSTRUCTIONS.add(tx, instruction)
    return _changed(tx, instruction, instruction.received())


async def acknowledge_instruction(tx: Transaction, instruction_id: str, etag: str) -> Instruction:
    """Its receipt is confirmed."""
    model = await _load(tx, records.INSTRUCTIONS, instruction_id, etag)
    return await _saved(tx, records.INSTRUCTIONS, model, model.acknowledge(tx.caller.id, tx.now))


async def complete_instruction(tx: Transaction, instruction_id: str, etag: str, result: str) -> Instruction:
    """Carried out."""
    model = await _load(tx, records.INSTRUCTIONS, instruction_id, etag)
    return await _saved(tx, records.INSTRUCTIONS, model, model.complete(result, tx.now))


async def get(engine: AsyncEngine, caller: Caller, store: Store[R], row_id: str) -> R:
    """One of them."""
    async with engine.connect() as connection:
        return _inside(caller, await store.get(connection, row_id))


async def page_of(
    engine: AsyncEngine, caller: Caller, store: Store[R], size: int, token: str, incident_id: str, state: str = "", by: str = "created_at"
) -> tuple[list[R], str]:
    """A page of them, newest first."""
    conditions = [*store.in_regions(caller.regions), *store.equal(incident_id=incident_id, state=state)]
    async with engine.connect() as connection:
        return await store.page_of(connection, page(size, token, store.collection, incident_id, state), conditions, by=by, descending=True)


async def _load(tx: Transaction, store: Store[R], row_id: str, etag: str) -> R:
    return _inside(tx.caller, await store.load(tx, row_id, etag))


async def _saved(tx: Transaction, store: Store[R], model: R, *events: object) -> R:
    model.updated_at = tx.now
    await store.save(tx, model)
    return _changed(tx, model, *events)


def _inside(caller: Caller, model: R) -> R:
    if not within(caller, model.region_code):
        raise not_found(model.name)
    return model


def _changed(tx: Transaction, model: R, *events: Any) -> R:
    incident = f"incidents/{model.incident_id}" if model.incident_id else ""
    tx.changed(model.name, model, *events, version=model.version, region_code=model.region_code, incident=incident, exercise_id=model.exercise_id)
    return model
