"""Incidents to proto and back."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from chassis.ids import checked_id
from fenghuo.dispatch.v1 import incidents_pb2 as pb
from services.dispatch.codec.fields import fill, lon_lat, moment, optional, ref, word
from services.dispatch.model.figures import DECIMALS, Figures
from services.dispatch.model.grade import Grade
from services.dispatch.model.incident import Incident, News

_RENAMES = {
    "occur_time": "occurred_at",
    "receive_time": "received_at",
    "create_time": "created_at",
    "update_time": "updated_at",
    "occur_time_precision": "occurred_precision",
    "potential_judge_time": "potential_judged_at",
    "confirm_time": "confirmed_at",
    "response_start_time": "response_started_at",
    "control_time": "controlled_at",
    "response_end_time": "response_ended_at",
    "close_time": "closed_at",
    "unit_inform_time": "unit_informed_at",
    "unit_report_time": "unit_reported_at",
    "stable_time": "stable_at",
    "disposition_reason": "reason",
    "personal_data_outcome": "personal_data",
    **dict.fromkeys(("facts", "grade", "merged_into", "parent", "location"), ""),
}
"""Other names of an incident's fields in the model; those that are not filled by name have none."""
_GRADE = {"grade_time": "at", "inputs": ""}
_DUPLICATE = {"incident": ""}


def states(request: pb.ListIncidentsRequest) -> tuple[str, ...]:
    """The model's words of every state asked for."""
    asked = [*([request.state] if request.state else []), *request.states]
    return tuple(pb.IncidentState.Name(each).removeprefix("INCIDENT_STATE_").lower() for each in asked)


def known(message: pb.Facts) -> dict[str, int | Decimal | bool]:
    """The figures a message gives, by the model's names."""
    return {field.name: Decimal(value) if field.name in DECIMALS else value for field, value in message.ListFields()}


def figures(model: Figures) -> pb.Facts:
    """What is known, as the contract shows it."""
    values: dict[str, Any] = {name: str(value) if isinstance(value, Decimal) else value for name, value in model.known().items()}
    return pb.Facts(**values)


def registered(request: pb.RegisterIncidentRequest, now: datetime) -> Incident:
    """The incident a request describes."""
    place = request.location if request.HasField("location") else None
    return Incident(
        id=checked_id(request.incident_id, "incident_id"),
        title=request.title,
        event_code=request.event_code,
        occurred_at=moment(request, "occur_time"),
        received_at=moment(request, "receive_time") or now,
        created_at=now,
        updated_at=now,
        region_code=request.region_code,
        address=request.address,
        lon=place.lon if place else None,
        lat=place.lat if place else None,
        source=word(request, "source"),
        reporter=request.reporter,
        exercise_id=request.exercise_id,
        occurred_precision=word(request, "occur_time_precision") or "exact",
        nature=request.nature,
        impact_radius_km=optional(request, "impact_radius_km"),
        figures=Figures().learned(known(request.facts)),
        parent_id=ref(request, "parent", "incidents"),
        unit_informed_at=moment(request, "unit_inform_time"),
    )


def confirmed(request: pb.ConfirmIncidentRequest) -> News:
    """What verification found."""
    return News(
        figures=known(request.facts),
        event_code=request.event_code or None,
        occurred_at=moment(request, "occur_time"),
        occurred_precision=word(request, "occur_time_precision") or None,
        lon=lon_lat(request, "location").get("lon"),
        lat=lon_lat(request, "location").get("lat"),
    )


def updated(request: pb.UpdateIncidentFactsRequest) -> News:
    """What somebody learned."""
    return News(
        figures=known(request.facts),
        unknown=tuple(request.unknown),
        title=request.title or None,
        nature=request.nature or None,
        address=request.address or None,
        impact_radius_km=optional(request, "impact_radius_km"),
        event_code=request.event_code or None,
        occurred_at=moment(request, "occur_time"),
        occurred_precision=word(request, "occur_time_precision") or None,
        unit_informed_at=moment(request, "unit_inform_time"),
        parent_id=ref(request, "parent", "incidents") or None,
        lon=lon_lat(request, "location").get("lon"),
        lat=lon_lat(request, "location").get("lat"),
    )


def grade(model: Grade) -> pb.Grade:
    """One assessment."""
    return fill(pb.Grade(inputs=model.inputs), model, _GRADE)


def grades(models: Sequence[Grade]) -> pb.GradeHistory:
    """All assessments."""
    return pb.GradeHistory(grades=map(grade, models))


def incident(model: Incident) -> pb.Incident:
    """An incident as the contract shows it."""
    message = fill(pb.Incident(facts=figures(model.figures)), model, _RENAMES)
    if model.grade is not None:
        message.grade.CopyFrom(grade(model.grade))
    message.parent = f"incidents/{model.parent_id}" if model.parent_id else ""
    message.merged_into = f"incidents/{model.merged_into}" if model.merged_into else ""
    if model.lon is not None and model.lat is not None:
        message.location.lon, message.location.lat = model.lon, model.lat
    return message


def duplicates(found: Sequence[tuple[Incident, float, float]]) -> list[pb.Duplicate]:
    """Incidents that may be the same event, with metres and seconds between."""
    return [fill(pb.Duplicate(incident=model.name, distance_m=round(metres, 1), apart_s=round(seconds)), model, _DUPLICATE) for model, metres, seconds in found]
