"""Facts of alerts as their topics carry them. A fact of the model becomes the envelope's field of the same name, field by field."""

import re
from typing import Any

from google.protobuf.message import Message

from chassis.journal import Encoded
from fenghuo.alerts.v1 import alert_events_pb2, delivery_events_pb2, observation_events_pb2
from services.alerts.codec.fields import fill

ALERT_TOPIC = "fenghuo.alerts.alert.v1"
DELIVERY_TOPIC = "fenghuo.alerts.delivery.v1"
OBSERVATION_TOPIC = "fenghuo.alerts.observation.v1"
TOPICS: dict[str, type[Message]] = {
    ALERT_TOPIC: alert_events_pb2.AlertEvent,
    DELIVERY_TOPIC: delivery_events_pb2.DeliveryEvent,
    OBSERVATION_TOPIC: observation_events_pb2.ObservationEvent,
}
"""Topic → envelope; the key is the fact's `key`."""
FACTS = {str(field.name): (topic, envelope) for topic, envelope in TOPICS.items() for field in envelope.DESCRIPTOR.oneofs_by_name["event"].fields}
"""Field of an envelope → its topic and envelope."""


def encode(event: Any) -> Encoded:
    """Topic, key and message of a fact."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()
    if name not in FACTS:
        raise TypeError(f"{type(event).__name__} is not published")
    topic, envelope = FACTS[name]
    message = envelope()
    getattr(message, name).SetInParent()
    fill(getattr(message, name), event)
    return Encoded(topic, event.key, message)
