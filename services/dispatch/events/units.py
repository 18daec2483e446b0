"""Facts of units, topic `fenghuo.dispatch.unit.v1`, key: unit id."""

from fenghuo.dispatch.v1 import unit_events_pb2 as pb
from services.dispatch.events.encoding import Encoders, by_name
from services.dispatch.model.unit import UnitContactRestored, UnitLostContact, UnitProjected, UnitStatusChanged

TOPIC = "fenghuo.dispatch.unit.v1"
ENCODERS: Encoders = by_name(TOPIC, pb.UnitStatusEvent, UnitStatusChanged, UnitLostContact, UnitContactRestored, UnitProjected)
