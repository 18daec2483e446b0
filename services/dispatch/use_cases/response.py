"""From control to the archive: the end of an incident and what must be settled before it (DOMAIN § 2.3)."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from chassis import timers
from chassis.ids import derived_id
from chassis.journal import Transaction
from services.dispatch.model.incident import Incident
from services.dispatch.model.matter import SETTLED_BEFORE_CLOSING, Debt, Matter
from services.dispatch.repository import forces, incidents, records, reports
from services.dispatch.use_cases import obligations
from services.dispatch.use_cases.incidents import changed, load

PURGE = "personal_data"
KEPT = timedelta(days=180)
"""How long names of those who reported are kept after closing [choice; 应对法 84, 85 name no figure]."""


async def control(tx: Transaction, incident_id: str, etag: str, statement: str) -> Incident:
    """The commander states control."""
    incident = await load(tx, incident_id, etag)
    event = incident.control(statement, tx.now)
    await incidents.save(tx, incident)
    return changed(tx, incident, event)


async def flare_up(tx: Transaction, incident_id: str, etag: str, reason: str) -> Incident:
    """It flares up: responding again, a follow-up report is owed (R-I7)."""
    incident = await load(tx, incident_id, etag)
    event = incident.flare_up(reason, tx.now)
    await incidents.save(tx, incident)
    changed(tx, incident, event)
    await obligations.refresh(tx, incident)
    return incident


async def end_response(tx: Transaction, incident_id: str, etag: str, remark: str) -> Incident:
    """响应结束: activations terminated, units released; the final report falls due unless it was sent."""
    incident = await load(tx, incident_id, etag)
    matters = await records.matters_of(tx.connection, incident_id)
    activations = [each.name for each in matters if each.kind == "activation" and each.open]
    event = incident.end_response(remark, activations, await forces.live_assignments(tx.connection, incident_id), tx.now)
    await incidents.save(tx, incident)
    changed(tx, incident, event)
    await obligations.refresh(tx, incident)
    return incident


async def evaluate(tx: Transaction, incident_id: str, etag: str) -> Incident:
    """评估 begins."""
    incident = await load(tx, incident_id, etag)
    event = incident.evaluate()
    await incidents.save(tx, incident)
    return changed(tx, incident, event)


async def close(tx: Transaction, incident_id: str, etag: str, accepted: Sequence[str]) -> Incident:
    """办结: final report sent, review submitted, requisitions and transfers settled or accepted as debt."""
    incident = await load(tx, incident_id, etag)
    matters = await records.matters_of(tx.connection, incident_id)
    unsettled = {each.name: each for each in matters if each.open and each.kind in SETTLED_BEFORE_CLOSING}
    reviewed = any(each.kind == "review" and not each.open for each in matters)
    reported = await reports.final_sent(tx, incident_id, incident.reopen_count)
    event = incident.close(unsettled, accepted, reported=reported, reviewed=reviewed, now=tx.now)
    await incidents.save(tx, incident)
    changed(tx, incident, event)
    for name in event.debts:
        await records.owe(tx, _debt(tx, incident, unsettled[name]))
    await timers.schedule(tx, PURGE, incident.id, tx.now + KEPT)
    return incident


async def archive(tx: Transaction, incident_id: str, etag: str, personal_data: str, note: str) -> Incident:
    """归档: personal data purged, or kept after a review; the record is sealed."""
    incident = await load(tx, incident_id, etag)
    event = incident.archive(personal_data, note, await _seal(tx, incident))
    await incidents.save(tx, incident)
    changed(tx, incident, event)
    if personal_data == "purged":
        await records.forget_reporters(tx, incident_id)
    return incident


async def reopen(tx: Transaction, incident_id: str, etag: str, reason: str) -> Incident:
    """重启: what is owed from now on is opened, zero reports among it."""
    incident = await load(tx, incident_id, etag)
    event = incident.reopen(reason, tx.now)
    await incidents.save(tx, incident)
    await timers.cancel(tx, PURGE, incident.id)
    changed(tx, incident, event)
    await obligations.refresh(tx, incident)
    return incident


async def ring_purge(tx: Transaction, payload: Mapping[str, Any]) -> None:
    """The time of keeping is over (timer): names of those who reported go."""
    incident = await incidents.find(tx, str(payload["subject"]))
    if incident is None or incident.state != "closed":
        return
    event = incident.purge()
    await incidents.save(tx, incident)
    changed(tx, incident, event)
    await records.forget_reporters(tx, incident.id)


def _debt(tx: Transaction, incident: Incident, matter: Matter) -> Debt:
    return Debt(
        id=derived_id("debts", matter.kind, matter.name),
        kind=matter.kind,
        resource=matter.name,
        incident_id=incident.id,
        region_code=incident.region_code,
        exercise_id=incident.exercise_id,
        opened_at=tx.now,
        due_at=None,
        paid_at=None,
        reason="",
        debtor=tx.caller.id,
    )


async def _seal(tx: Transaction, incident: Incident) -> str:
    """SHA-256 over the incident and everything reported of it, without personal data, which may go."""
    parts = [repr((incident.id, incident.number, incident.figures, incident.grades, incident.casualties))]
    parts += [repr((each.id, each.kind, each.seq, each.elements, each.sent_at)) for each in await reports.sent_of(tx, incident.id)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
