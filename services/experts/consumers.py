"""What experts does when dispatch publishes: call-ups for consultations, answer windows by severity, release at the end of a response."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.journal import Subscription, Transaction
from fenghuo.dispatch.v1.consultation_events_pb2 import ConsultationEvent
from fenghuo.dispatch.v1.incident_events_pb2 import IncidentEvent
from services.experts.repository import incidents
from services.experts.use_cases import call_ups

UNGRADED = 9


def _incident_id(header: Any) -> str:
    return str(header.incident or header.aggregate).removeprefix("incidents/")


async def _note(tx: Transaction, message: Any, **known: Any) -> str:
    header = message.header
    incident_id = _incident_id(header)
    await incidents.note(tx.connection, incident_id, header.region_code, header.exercise_id, **known)
    return incident_id


async def _heard_of(tx: Transaction, message: IncidentEvent) -> None:
    fact = getattr(message, str(message.WhichOneof("event")))
    await _note(tx, message, **({"event_code": fact.event_code} if fact.event_code else {}))


async def _reported(connection: AsyncConnection, messages: Sequence[IncidentEvent]) -> None:
    """Heard of for the first time: what is known already is newer."""
    heard = [(message.header, message.incident_reported) for message in messages]
    await incidents.hear(connection, [(_incident_id(header), header.region_code, header.exercise_id, fact.event_code) for header, fact in heard])


async def _graded(tx: Transaction, message: IncidentEvent) -> None:
    level = message.incident_graded.level
    incident_id = await _note(tx, message, level=level if 0 < level < UNGRADED else None)
    await call_ups.severity_changed(tx, incident_id)


async def _judged(tx: Transaction, message: IncidentEvent) -> None:
    incident_id = await _note(tx, message, potential_level=message.potential_judged.level or None)
    await call_ups.severity_changed(tx, incident_id)


async def _ended(tx: Transaction, message: IncidentEvent) -> None:
    incident_id = await _note(tx, message, ended=True)
    await call_ups.end_response(tx, incident_id)


async def _merged(tx: Transaction, message: IncidentEvent) -> None:
    incident_id = await _note(tx, message, ended=True)
    await call_ups.merged(tx, incident_id, message.incident_merged.target.removeprefix("incidents/"))


async def _reopened(tx: Transaction, message: IncidentEvent) -> None:
    await _note(tx, message, ended=False)


async def _consultation(tx: Transaction, message: ConsultationEvent) -> None:
    header, opened = message.header, message.consultation_opened
    if not opened.expert_needs:
        return
    if header.incident:
        await _note(tx, message, **({"event_code": opened.event_code} if opened.event_code else {}))
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
            "incident_confirmed": _heard_of,
            "incident_facts_updated": _heard_of,
            "incident_graded": _graded,
            "potential_judged": _judged,
            "response_ended": _ended,
            "incident_dismissed": _ended,
            "incident_transferred": _ended,
            "incident_merged": _merged,
            "incident_reopened": _reopened,
        },
        {"incident_reported": _reported},
    ),
    Subscription("fenghuo.dispatch.consultation.v1", ConsultationEvent, {"consultation_opened": _consultation}),
]
