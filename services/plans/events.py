"""Facts of plans as their topics carry them. A fact of the model becomes the envelope's field of the same name, field by field."""

from typing import Any

from google.protobuf.message import Message

from chassis.journal import Encoded
from fenghuo.plans.v1 import activation_events_pb2, drill_events_pb2, plan_events_pb2, review_events_pb2
from services.plans.codec.fields import fill

PLAN_TOPIC = "fenghuo.plans.plan.v1"
ACTIVATION_TOPIC = "fenghuo.plans.activation.v1"
DRILL_TOPIC = "fenghuo.plans.drill.v1"
REVIEW_TOPIC = "fenghuo.plans.review.v1"
TOPICS: dict[str, type[Message]] = {
    PLAN_TOPIC: plan_events_pb2.PlanEvent,
    ACTIVATION_TOPIC: activation_events_pb2.ActivationEvent,
    DRILL_TOPIC: drill_events_pb2.DrillEvent,
    REVIEW_TOPIC: review_events_pb2.ReviewEvent,
}
"""Topic → envelope; the key is the fact's `key`."""
FACTS = {
    "".join(part.title() for part in field.name.split("_")): (topic, envelope, str(field.name))
    for topic, envelope in TOPICS.items()
    for field in envelope.DESCRIPTOR.oneofs_by_name["event"].fields
}
"""Name of a fact → its topic, envelope and field."""


def encode(event: Any) -> Encoded:
    """Topic, key and message of a fact."""
    name = type(event).__name__
    if name not in FACTS:
        raise TypeError(f"{name} is not published")
    topic, envelope, field = FACTS[name]
    message = envelope()
    getattr(message, field).SetInParent()
    fill(getattr(message, field), event)
    return Encoded(topic, event.key, message)
