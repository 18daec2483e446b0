"""Units to proto, reports from it."""

from datetime import datetime

from fenghuo.dispatch.v1 import tracks_pb2 as pt
from fenghuo.dispatch.v1 import unit_statuses_pb2 as pb
from services.dispatch.codec.fields import fill, number, optional, put_moment, ref, the_moment, word
from services.dispatch.model.assignment import Candidate
from services.dispatch.model.unit import OnBoard, Position, TrackPoint, Unit, stale

_STATUS = {"state_time": "state_at", "heard_time": "last_heard", "expect_time": "expected_at", "duty_end_time": "duty_end_at", "name": "", "unit": ""}
_POSITION = {"locate_time": "located_at", "unit": ""}
_SOURCE, _STATE = pb.PositionSource.DESCRIPTOR, pb.UnitState.DESCRIPTOR


def unit_status(unit: Unit, now: datetime) -> pb.UnitStatus:
    """A unit's live status."""
    message = fill(pb.UnitStatus(), unit, _STATUS)
    message.name, message.unit = f"unitStatuses/{unit.id}", unit.name
    message.stale = stale(unit.state, unit.position, now)
    if unit.position is not None:
        message.location.lon, message.location.lat = unit.position.location
        put_moment(message, "locate_time", unit.position.located_at)
        message.position_source = number(_SOURCE, unit.position.source)
    return message


def unit_position(unit: OnBoard, now: datetime) -> pb.UnitPosition:
    """A unit on the board."""
    message = fill(pb.UnitPosition(unit=f"units/{unit.id}", display_name=unit.display_name), unit.position, _POSITION)
    message.stale = stale(unit.state, unit.position, now)
    message.state = number(_STATE, unit.state)
    message.incident = f"incidents/{unit.incident_id}" if unit.incident_id else ""
    return message


def track_point(model: TrackPoint) -> pt.TrackPoint:
    """A point of a unit's way."""
    message = pt.TrackPoint(source=number(_SOURCE, model.source))
    message.location.lon, message.location.lat = model.lon, model.lat
    put_moment(message, "locate_time", model.located_at)
    return message


def candidate(model: Candidate) -> pb.UnitCandidate:
    """Somebody who could go."""
    return fill(pb.UnitCandidate(), model)


def position(report: pb.PositionReport, now: datetime) -> Position:
    """A reported position."""
    rest = {name: optional(report, name) for name in ("accuracy_m", "speed_mps", "course_deg")}
    located_at, source = the_moment(report, "locate_time"), word(report, "source") or "app"
    return Position(ref(report, "unit"), report.location.lon, report.location.lat, located_at, now, source, **rest)
