"""Incidents to proto and back."""

from datetime import UTC, datetime
from typing import Any

from chassis.ids import checked_id
from fenghuo.dispatch.v1 import incidents_pb2 as pb
from services.dispatch.model.incident import Incident

_STATE = "INCIDENT_STATE_"
_SOURCE = "INCIDENT_SOURCE_"


def state(value: "pb.IncidentState.ValueType") -> str:
    """The model's word for a state; empty for unspecified."""
    return pb.IncidentState.Name(value).removeprefix(_STATE).lower() if value else ""


def moment(message: Any, field: str) -> datetime | None:
    """A timestamp field, or None when absent."""
    return getattr(message, field).ToDatetime(UTC) if message.HasField(field) else None


def registered(request: pb.RegisterIncidentRequest, now: datetime) -> Incident:
    """The incident a request describes."""
    place = request.location if request.HasField("location") else None
    return Incident(
        id=checked_id(request.incident_id, "incident_id"),
        title=request.title,
        event_code=request.event_code,
        occurred_at=moment(request, "occur_time"),
        received_at=moment(request, "receive_time") or now,
        region_code=request.region_code,
        address=request.address,
        lon=place.lon if place else None,
        lat=place.lat if place else None,
        source=pb.IncidentSource.Name(request.source).removeprefix(_SOURCE).lower(),
        reporter=request.reporter,
        exercise_id=request.exercise_id,
    )


def incident(model: Incident) -> pb.Incident:
    """An incident as the contract shows it."""
    message = pb.Incident(
        name=model.name,
        etag=str(model.version),
        number=model.number,
        state=pb.IncidentState.Value(_STATE + model.state.upper()),
        title=model.title,
        event_code=model.event_code,
        region_code=model.region_code,
        address=model.address,
        source=pb.IncidentSource.Value(_SOURCE + model.source.upper()),
        reporter=model.reporter,
        exercise_id=model.exercise_id,
        verifier=model.verifier,
    )
    if model.occurred_at is not None:
        message.occur_time.FromDatetime(model.occurred_at)
    message.receive_time.FromDatetime(model.received_at)
    if model.lon is not None and model.lat is not None:
        message.location.lon, message.location.lat = model.lon, model.lat
    return message
