"""Signals, consultations, releases, instructions, debts, steps and situations to proto and back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from google.protobuf.json_format import ParseDict

from chassis.ids import checked_id
from fenghuo.dispatch.v1 import consultations_pb2, instructions_pb2, releases_pb2, signals_pb2, timeline_pb2
from services.dispatch.codec.fields import fill, lon_lat, moment, ref, word
from services.dispatch.codec.incidents import duplicates
from services.dispatch.codec.incidents import incident as encoded_incident
from services.dispatch.model.consultation import Consultation, ExpertNeed
from services.dispatch.model.incident import Incident
from services.dispatch.model.instruction import Instruction
from services.dispatch.model.matter import Debt
from services.dispatch.model.release import Release
from services.dispatch.model.signal import Signal
from services.dispatch.model.situation import Entry, Situation

TIMES = {"create_time": "created_at", "update_time": "updated_at", "occur_time": "occurred_at", "receive_time": "received_at"}


def reported(request: signals_pb2.ReportSignalRequest, now: datetime) -> Signal:
    """The signal a request describes."""
    place = lon_lat(request, "location")
    return Signal(
        id=checked_id(request.signal_id, "signal_id"),
        created_at=now,
        updated_at=now,
        source=word(request, "source"),
        content=request.content,
        event_code=request.event_code,
        occurred_at=moment(request, "occur_time"),
        received_at=moment(request, "receive_time") or now,
        lon=place.get("lon"),
        lat=place.get("lat"),
        region_code=request.region_code,
        address=request.address,
        reporter=request.reporter,
        exercise_id=request.exercise_id,
    )


def signal(model: Signal) -> signals_pb2.Signal:
    """A signal as the contract shows it."""
    message = fill(signals_pb2.Signal(), model, TIMES)
    if model.lon is not None and model.lat is not None:
        message.location.lon, message.location.lat = model.lon, model.lat
    return message


def suggested(found: tuple[Signal, Sequence[tuple[Incident, float, float]]]) -> signals_pb2.Signal:
    """A signal with the incidents it may belong to."""
    model, near = found
    message = signal(model)
    message.suggestions.extend(duplicates(near))
    return message


def opened(request: consultations_pb2.OpenConsultationRequest, convener: str, now: datetime) -> Consultation:
    """The consultation a request describes."""
    return Consultation(
        id=checked_id(request.consultation_id, "consultation_id"),
        created_at=now,
        updated_at=now,
        incident_id=ref(request, "incident"),
        subject=request.subject,
        participants=tuple(request.participants),
        expert_needs=tuple(ExpertNeed(each.field, each.count) for each in request.expert_needs),
        region_code=request.region_code,
        convener=convener,
        exercise_id=request.exercise_id,
    )


def consultation(model: Consultation) -> consultations_pb2.Consultation:
    """A consultation as the contract shows it."""
    return fill(consultations_pb2.Consultation(), model, TIMES | {"conclude_time": "concluded_at"})


def release(model: Release) -> releases_pb2.Release:
    """A release as the contract shows it."""
    return fill(releases_pb2.Release(), model, TIMES | {"approve_time": "approved_at", "publish_time": "published_at"})


def recorded(request: instructions_pb2.RecordInstructionRequest, now: datetime) -> Instruction:
    """The instruction a request describes; its place and recorder follow from incident and caller."""
    return Instruction(
        id=checked_id(request.instruction_id, "instruction_id"),
        created_at=now,
        updated_at=now,
        incident_id=ref(request, "incident"),
        region_code="",
        exercise_id="",
        giver=request.giver,
        content=request.content,
        received_at=moment(request, "receive_time") or now,
        due_at=moment(request, "due_time"),
        recorder="",
    )


def instruction(model: Instruction) -> instructions_pb2.Instruction:
    """An instruction as the contract shows it."""
    return fill(instructions_pb2.Instruction(), model, TIMES | {"due_time": "due_at", "acknowledge_time": "acknowledged_at", "complete_time": "completed_at"})


def entry(row: Entry) -> timeline_pb2.TimelineEntry:
    """One step."""
    message = timeline_pb2.TimelineEntry(event_id=row["event_id"], type=row["type"], source=row["producer"], resource=row["resource"])
    message.occur_time.FromDatetime(row["occurred_at"])
    message.record_time.FromDatetime(row["recorded_at"])
    message.actor.id, message.actor.org = row["actor_id"], row["actor_org"]
    message.actor.roles.extend(row["actor_roles"])
    ParseDict(row["detail"], message.detail)
    return message


def situation(model: Situation) -> timeline_pb2.Situation:
    """An incident on one page."""
    message = timeline_pb2.Situation(
        incident=encoded_incident(model.incident),
        last_report=f"reports/{model.last_report}" if model.last_report else "",
        children=[f"incidents/{each}" for each in model.children],
        recent=[entry(each) for each in model.recent],
        tasks=model.tasks,
        assignments=model.assignments,
    )
    for each in model.open_matters:
        fill(message.open_matters.add(), each, {"open_time": "opened_at"})
    apart: dict[str, Any] = dict.fromkeys(("incident", "last_report", "children", "recent", "open_matters", "tasks", "assignments"), "")
    return fill(message, model, apart | {"read_time": "read_at", "next_due_time": "next_due_at"})


def debt(model: Debt) -> timeline_pb2.Debt:
    """A debt as the contract shows it."""
    return fill(timeline_pb2.Debt(), model, {"open_time": "opened_at", "due_time": "due_at", "pay_time": "paid_at"})
