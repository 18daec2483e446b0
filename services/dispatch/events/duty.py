"""Facts of duty, topic `fenghuo.dispatch.duty.v1`, key: organisation."""

from fenghuo.dispatch.v1 import duty_events_pb2 as pb
from services.dispatch.events.encoding import Encoders, by_name
from services.dispatch.model.coverage import SensitiveWindowLifted, SensitiveWindowSet
from services.dispatch.model.shift import (
    HandoverStarted,
    RosterChanged,
    RosterChangeRejected,
    RosterChangeRequested,
    RosterFiled,
    ShiftClosed,
    ShiftGap,
    ShiftHandedOver,
    ShiftJoined,
    ShiftPlanned,
    ShiftStarted,
)
from services.dispatch.model.spot_check import SpotCheckAnswered, SpotCheckIssued, SpotCheckMissed

TOPIC = "fenghuo.dispatch.duty.v1"
_ROSTER = (ShiftPlanned, RosterFiled, RosterChangeRequested, RosterChangeRejected, RosterChanged, SensitiveWindowSet, SensitiveWindowLifted)
_WATCH = (ShiftStarted, ShiftJoined, ShiftGap, HandoverStarted, ShiftHandedOver, ShiftClosed, SpotCheckIssued, SpotCheckAnswered, SpotCheckMissed)
ENCODERS: Encoders = by_name(TOPIC, pb.DutyEvent, *_ROSTER, *_WATCH)
