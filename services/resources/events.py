"""Facts of resources as their topics carry them: the whole published contract on one page."""

from typing import Any

from chassis.journal import Encoded
from fenghuo.resources.v1 import (
    requisition_events_pb2,
    risk_events_pb2,
    shelter_events_pb2,
    stock_events_pb2,
    supply_events_pb2,
    transfer_events_pb2,
    unit_events_pb2,
)
from services.resources.codec.fields import fill

TOPICS: dict[str, Any] = {
    "fenghuo.resources.unit.v1": unit_events_pb2.UnitEvent,
    "fenghuo.resources.team.v1": unit_events_pb2.TeamEvent,
    "fenghuo.resources.pre_position.v1": unit_events_pb2.PrePositionEvent,
    "fenghuo.resources.stock.v1": stock_events_pb2.StockEvent,
    "fenghuo.resources.census.v1": stock_events_pb2.CensusEvent,
    "fenghuo.resources.standby.v1": stock_events_pb2.StandbyEvent,
    "fenghuo.resources.transfer.v1": transfer_events_pb2.TransferEvent,
    "fenghuo.resources.call_off.v1": supply_events_pb2.CallOffEvent,
    "fenghuo.resources.donation.v1": supply_events_pb2.DonationEvent,
    "fenghuo.resources.requisition.v1": requisition_events_pb2.RequisitionEvent,
    "fenghuo.resources.shelter.v1": shelter_events_pb2.ShelterEvent,
    "fenghuo.resources.risk.v1": risk_events_pb2.RiskEvent,
}
"""Every topic of this service and the message it carries."""

FACTS: dict[str, tuple[str, Any, str]] = {
    field.message_type.name: (topic, kind, field.name) for topic, kind in TOPICS.items() for field in kind.DESCRIPTOR.oneofs_by_name["event"].fields
}
"""Name of a fact → its topic, the topic's message, and its place there. A fact of the model and its message have the same name and fields."""


def encode(event: Any) -> Encoded:
    """Topic, key and message of a fact; the key is the fact's own `key`."""
    found = FACTS.get(type(event).__name__)
    if found is None:
        raise TypeError(f"{type(event).__name__} is not published")
    topic, kind, place = found
    message = kind()
    fact = getattr(message, place)
    fact.SetInParent()
    fill(fact, event)
    return Encoded(topic, event.key, message)
