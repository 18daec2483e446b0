"""The timeline of incidents: every event of any service that names an incident becomes one step of it.

Those of other services come by the log, dispatch's own from the relay: no command pays for it.
"""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from google.protobuf.json_format import MessageToDict
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.eventlog import Record
from chassis.journal import Note, Subscription
from fenghuo.alerts.v1 import alert_events_pb2
from fenghuo.dispatch.v1 import (
    allocation_events_pb2,
    command_events_pb2,
    consultation_events_pb2,
    incident_events_pb2,
    release_events_pb2,
    relief_events_pb2,
    report_events_pb2,
    road_closure_events_pb2,
    signal_events_pb2,
    task_events_pb2,
    unit_events_pb2,
)
from fenghuo.experts.v1 import call_up_events_pb2
from fenghuo.plans.v1 import activation_events_pb2, review_events_pb2
from fenghuo.resources.v1 import requisition_events_pb2, shelter_events_pb2, stock_events_pb2, supply_events_pb2, transfer_events_pb2
from fenghuo.resources.v1 import unit_events_pb2 as register_events_pb2
from services.dispatch.use_cases import matters

TOPICS: dict[str, type[Any]] = {
    "fenghuo.dispatch.incident.v1": incident_events_pb2.IncidentEvent,
    "fenghuo.dispatch.report.v1": report_events_pb2.ReportEvent,
    "fenghuo.dispatch.signal.v1": signal_events_pb2.SignalEvent,
    "fenghuo.dispatch.consultation.v1": consultation_events_pb2.ConsultationEvent,
    "fenghuo.dispatch.release.v1": release_events_pb2.ReleaseEvent,
    "fenghuo.dispatch.task.v1": task_events_pb2.TaskEvent,
    "fenghuo.dispatch.allocation.v1": allocation_events_pb2.AllocationEvent,
    "fenghuo.dispatch.unit.v1": unit_events_pb2.UnitStatusEvent,
    "fenghuo.dispatch.command.v1": command_events_pb2.CommandEvent,
    "fenghuo.dispatch.relief.v1": relief_events_pb2.ReliefEvent,
    "fenghuo.dispatch.road_closure.v1": road_closure_events_pb2.RoadClosureEvent,
    "fenghuo.plans.activation.v1": activation_events_pb2.ActivationEvent,
    "fenghuo.plans.review.v1": review_events_pb2.ReviewEvent,
    "fenghuo.resources.requisition.v1": requisition_events_pb2.RequisitionEvent,
    "fenghuo.resources.transfer.v1": transfer_events_pb2.TransferEvent,
    "fenghuo.resources.shelter.v1": shelter_events_pb2.ShelterEvent,
    "fenghuo.resources.standby.v1": stock_events_pb2.StandbyEvent,
    "fenghuo.resources.call_off.v1": supply_events_pb2.CallOffEvent,
    "fenghuo.resources.pre_position.v1": register_events_pb2.PrePositionEvent,
    "fenghuo.alerts.alert.v1": alert_events_pb2.AlertEvent,
    "fenghuo.experts.call_up.v1": call_up_events_pb2.CallUpEvent,
}
"""Topics whose events belong to incidents, and what they carry. Positions of units do not: they are a track, not steps."""
TOLD_ELSEWHERE = frozenset({"unit_status_changed", "unit_projected"})
"""Events that are no steps: what a unit does for an incident is told of its assignment. That it is lost, and back, is told of the unit alone."""

OWN = "fenghuo.dispatch."


def _step(message: Any) -> dict[str, Any]:
    header = message.header
    return {
        "event_id": header.event_id,
        "incident_id": header.incident.removeprefix("incidents/"),
        "type": header.type,
        "occurred_at": header.occurred_at.ToDatetime(UTC),
        "recorded_at": header.recorded_at.ToDatetime(UTC),
        "actor_id": header.actor.id,
        "actor_org": header.actor.org,
        "actor_roles": list(header.actor.roles),
        "producer": header.producer,
        "resource": header.aggregate,
        "detail": MessageToDict(getattr(message, message.WhichOneof("event"))),
    }


def _counts(message: Any) -> bool:
    return bool(message.header.incident) and message.WhichOneof("event") not in TOLD_ELSEWHERE


async def _steps(connection: AsyncConnection, messages: Sequence[Any]) -> None:
    await matters.write_down(connection, [_step(message) for message in messages if _counts(message)])


async def published(connection: AsyncConnection, records: Sequence[Record]) -> None:
    """Dispatch's own events need no way round through the log: they are steps as soon as they are published."""
    await _steps(connection, [TOPICS[record.topic].FromString(record.value) for record in records if record.topic in TOPICS])


def _notes(message: type[Any]) -> dict[str, Note]:
    return {field.name: _steps for field in message.DESCRIPTOR.oneofs_by_name["event"].fields}


SUBSCRIPTIONS = [Subscription(topic, message, {}, _notes(message)) for topic, message in TOPICS.items() if not topic.startswith(OWN)]
