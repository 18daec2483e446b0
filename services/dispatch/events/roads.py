"""Facts of road closures, topic `fenghuo.dispatch.road_closure.v1`, key: the closure's id."""

from fenghuo.dispatch.v1 import road_closure_events_pb2 as pb
from services.dispatch.events.encoding import Encoders, by_name
from services.dispatch.model import road_closure as model

TOPIC = "fenghuo.dispatch.road_closure.v1"
_FACTS = (model.RoadClosureCreated, model.RoadClosureStarted, model.RoadClosureLifted, model.RoadClosureExpired)
ENCODERS: Encoders = by_name(TOPIC, pb.RoadClosureEvent, *_FACTS)
"""Their fields are those of their messages."""
