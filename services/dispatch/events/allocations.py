"""Facts of allocation proposals and overrides, topic `fenghuo.dispatch.allocation.v1`, key: the proposal's id; of overrides the incident's, else the task's."""

from fenghuo.dispatch.v1 import allocation_events_pb2 as pb
from services.dispatch.events.encoding import Encoders, by_name
from services.dispatch.model.allocation import (
    AllocationCancelled,
    AllocationCommitted,
    AllocationFailed,
    AllocationProposed,
    AllocationReady,
    AllocationStarted,
)
from services.dispatch.model.assignment import OverrideRecorded

TOPIC = "fenghuo.dispatch.allocation.v1"
_STEPS = (AllocationProposed, AllocationStarted, AllocationReady, AllocationFailed, AllocationCancelled, AllocationCommitted)
ENCODERS: Encoders = by_name(TOPIC, pb.AllocationEvent, *_STEPS, OverrideRecorded)
