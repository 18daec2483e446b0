"""What experts does when dispatch publishes: call-ups for consultations, answer windows by severity, release at the end of a response."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.journal import Subscription, Transaction
from fenghuo.dispatch.v1.consultation_events_pb2 import ConsultationEvent
from fenghuo.dispatch.v1.incident_events_pb2 import IncidentEvent
from services.experts.repository import incidents
from services.experts.repository.incidents import KnownIncident, Told
from services.experts.use_cases import call_ups

UNGRADED = 9


def _incident_id(header: Any) -> str:
    return str(header.incident or header.aggregate).removeprefix("incidents/")


def _told(message: Any, event_code: str = "") -> Told:
    header = message.header
    return Told(_incident_id(header), header.region_code, header.exercise_id, header.version, event_code)


async def _note(tx: Transaction, message: IncidentEvent, **known: Any) -> KnownIncident:
    return await incidents.note(tx.connection, _told(message), **known)


async def _heard_of(connection: AsyncConnection, messages: Sequence[IncidentEvent]) -> None:
    """Where it is, and what it is, as it is known now."""
    await incidents.tell(connection, [_told(message, getattr(message, str(message.WhichOneof("event"))).event_code) for message in messages])


async def _reported(connection: AsyncConnection, messages: Sequence[IncidentEvent]) -> None:
    """Heard of for the first time: what is known already is newer."""
    await incidents.hear(connection, [_told(message, message.incident_reported.event_code) for message in messages])


async def _graded(tx: Transaction, message: IncidentEvent) -> None:
    level = message.incident_graded.level
    incident = await _note(tx, message, level=level if 0 < level < UNGRADED else None)
    await call_ups.severity_changed(tx, incident.id, incident.severity)


async def _judged(tx: Transaction, message: IncidentEvent) -> None:
    incident = await _note(tx, message, potential_level=message.potential_judged.level or None)
    await call_ups.severity_changed(tx, incident.id, incident.severity)


async def _ended(tx: Transaction, message: IncidentEvent) -> None:
    incident = await _note(tx, message, ended=True)
    await call_ups.end_response(tx, incident.id)


async def _merged(tx: Transaction, message: IncidentEvent) -> None:
    incident = await _note(tx, message, ended=True)
    await call_ups.merged(tx, incident.id, message.incident_merged.target.removeprefix("incidents/"))


async def _reopened(tx: Transaction, message: IncidentEvent) -> None:
    await _note(tx, message, ended=False)


async def _consultation(tx: Transaction, message: ConsultationEvent) -> None:
    header, opened = message.header, message.consultation_opened
    if not opened.expert_needs:
        return
    if header.incident:
        await incidents.note(tx.connection, replace(_told(message, opened.event_code), version=0))
    need = call_ups.ConsultationNeed(
        consultation=header.aggregate,
        subject=opened.subject,
        incident_id=header.incident.removeprefix("incidents/"),
        region_code=header.region_code,
        exercise_id=header.exercise_id,
        requester=header.actor.id,
        needs=tuple((each.field, max(1, each.count)) for each in opened.expert_needs),
    )
    await call_ups.request_for(tx, need)


SUBSCRIPTIONS = [
    Subscription(
        "fenghuo.dispatch.incident.v1",
        IncidentEvent,
        {
            "incident_graded": _graded,
            "potential_judged": _judged,
            "response_ended": _ended,
            "incident_dismissed": _ended,
            "incident_transferred": _ended,
            "incident_merged": _merged,
            "incident_reopened": _reopened,
        },
        {"incident_reported": _reported, "incident_confirmed": _heard_of, "incident_facts_updated": _heard_of},
    ),
    Subscription("fenghuo.dispatch.consultation.v1", ConsultationEvent, {"consultation_opened": _consultation}),
]
