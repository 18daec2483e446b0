"""Evacuation orders and relief records to proto and back."""

from datetime import datetime

from chassis.ids import checked_id
from fenghuo.dispatch.v1 import relief_pb2 as pb
from services.dispatch.codec.fields import fill, moment, optional, ref, the_moment, word
from services.dispatch.model.relief import PROVISIONS, EvacuationOrder, ReliefKpi, ReliefRecord

_TEXTS = ("settlement", "region_code", "people_count", "destination", "assembly_place", "transport", "responsible", "reason", "exercise_id")


def evacuation_order(model: EvacuationOrder) -> pb.EvacuationOrder:
    """An order as the contract shows it."""
    return fill(pb.EvacuationOrder(), model, {"create_time": "created_at", "due_time": "due_at", "complete_time": "completed_at"})


def ordered(request: pb.OrderEvacuationRequest, now: datetime) -> EvacuationOrder:
    """The order a request describes."""
    message = request.evacuation_order
    return EvacuationOrder(
        id=checked_id(request.evacuation_order_id, "evacuation_order_id"),
        created_at=now,
        incident_id=ref(message, "incident"),
        alert_id=ref(message, "alert"),
        due_at=moment(message, "due_time"),
        **{name: getattr(message, name) for name in _TEXTS},
    )


def relief_record(model: ReliefRecord) -> pb.ReliefRecord:
    """A record as the contract shows it."""
    return fill(pb.ReliefRecord(), model, {"create_time": "created_at"} | {f"{kind}_time": f"{kind}_at" for kind in PROVISIONS})


def opened(request: pb.CreateReliefRecordRequest, now: datetime) -> ReliefRecord:
    """The record a request opens."""
    row_id, incident_id = checked_id(request.relief_record_id, "relief_record_id"), ref(request, "incident")
    return ReliefRecord(row_id, incident_id, request.settlement, request.region_code, now, optional(request, "people_count"))


def provisions(request: pb.RecordReliefRequest) -> list[tuple[str, datetime]]:
    """What was provided, and when first."""
    return [(word(provision, "kind"), the_moment(provision, "provide_time")) for provision in request.provisions]


def kpi(model: ReliefKpi) -> pb.ReliefKpi:
    """The figure as the contract shows it."""
    return fill(pb.ReliefKpi(), model, {"occur_time": "occurred_at", "due_time": "due_at"})
