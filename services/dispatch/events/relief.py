"""Facts of evacuation and relief, topic `fenghuo.dispatch.relief.v1`, key: incident id, else the order's own."""

from fenghuo.dispatch.v1 import relief_events_pb2 as pb
from services.dispatch.events.encoding import Encoders, by_name
from services.dispatch.model import relief

TOPIC = "fenghuo.dispatch.relief.v1"
_EVACUATION = (relief.EvacuationOrdered, relief.EvacuationProgressed, relief.EvacuationCompleted, relief.EvacuationCancelled, relief.EvacuationLifted)
ENCODERS: Encoders = by_name(TOPIC, pb.ReliefEvent, *_EVACUATION, relief.ReliefOpened, relief.ReliefProvided, relief.ReliefOverdue)
