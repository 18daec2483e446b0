"""Shifts, gaps, spot checks and windows to proto and back."""

from datetime import datetime

from chassis.ids import checked_id
from fenghuo.dispatch.v1 import shifts_pb2 as pb
from services.dispatch.codec.fields import fill, ref, the_moment, word
from services.dispatch.model.coverage import DutyGap, SensitiveWindow
from services.dispatch.model.shift import ANSWER_WITHIN_S, DutyPerson, HandoverItem, Shift, ShiftChange
from services.dispatch.model.spot_check import SpotCheck

_SPAN = {"start_time": "start_at", "end_time": "end_at"}
_SHIFT = _SPAN | {
    "file_time": "filed_at",
    "actual_start_time": "actual_start_at",
    "actual_end_time": "actual_end_at",
    "leader": "",
    "officers": "",
    "change": "",
}


def shift(model: Shift) -> pb.Shift:
    """A shift as the contract shows it."""
    message = fill(pb.Shift(), model, _SHIFT)
    _person(message.leader, model.leader)
    for officer in model.officers:
        _person(message.officers.add(), officer)
    if model.change is not None:
        fill(message.change, model.change, {"person_in": ""})
        _person(message.change.person_in, model.change.person_in)
    return message


def _person(message: pb.DutyPerson, model: DutyPerson) -> None:
    fill(message, model, {"check_in_time": "checked_in_at"})


def person(message: pb.DutyPerson) -> DutyPerson:
    """Somebody on the roster, as a request names them."""
    return DutyPerson(account(message.person), message.display_name, message.phone)


def account(name: str) -> str:
    """The caller's id behind a name on the roster: a bare name is a local account."""
    return name if ":" in name else f"user:{name}"


def scheduled(request: pb.ScheduleShiftRequest) -> Shift:
    """The shift a request describes."""
    return Shift(
        id=checked_id(request.shift_id, "shift_id"),
        org=request.org,
        region_code=request.region_code,
        start_at=the_moment(request, "start_time"),
        end_at=the_moment(request, "end_time"),
        leader=person(request.leader),
        officers=[person(officer) for officer in request.officers],
    )


def change(request: pb.RequestShiftChangeRequest, by: str) -> ShiftChange:
    """The change a request asks for."""
    return ShiftChange(account(request.person_out), person(request.person_in), request.reason, request.qualification, by)


def items(request: pb.StartHandoverRequest) -> list[HandoverItem]:
    """What is handed over."""
    return [HandoverItem(item.resource, item.note) for item in request.items]


def gap(model: DutyGap) -> pb.DutyGap:
    """A gap as the contract shows it."""
    return fill(pb.DutyGap(), model, _SPAN)


def spot_check(model: SpotCheck) -> pb.SpotCheck:
    """A check as the contract shows it."""
    return fill(pb.SpotCheck(), model, {"issue_time": "issued_at", "answer_time": "answered_at"})


def issued(request: pb.CreateSpotCheckRequest, by: str, now: datetime) -> SpotCheck:
    """The check a request describes; organisation and region come from its shift."""
    row_id, seconds = checked_id(request.spot_check_id, "spot_check_id"), request.answer_within_s or ANSWER_WITHIN_S
    return SpotCheck(row_id, ref(request, "shift"), "", "", word(request, "kind"), now, by, seconds)


def window(model: SensitiveWindow) -> pb.SensitiveWindow:
    """A window as the contract shows it."""
    return fill(pb.SensitiveWindow(), model, _SPAN)


def declared(request: pb.CreateSensitiveWindowRequest) -> SensitiveWindow:
    """The window a request describes."""
    row_id = checked_id(request.sensitive_window_id, "sensitive_window_id")
    span = the_moment(request, "start_time"), the_moment(request, "end_time")
    return SensitiveWindow(row_id, request.display_name, request.region_code, *span)
