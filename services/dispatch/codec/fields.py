"""Messages filled from the model by the names of their fields, and the model's words read from them; used where names agree, which the tests hold."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from google.protobuf.message import Message

from chassis.errors import invalid
from chassis.ids import id_of
from fenghuo.type.v1 import geo_pb2

M = TypeVar("M", bound=Message)
COLLECTIONS = {
    "incident": "incidents", "activation": "activations", "alert": "alerts", "task": "tasks", "unit": "units", "assignment": "assignments", "team": "teams",
    "evacuation_order": "evacuationOrders", "pre_position": "prePositions", "relief_record": "reliefRecords", "shift": "shifts", "successor": "shifts",
    "sensitive_window": "sensitiveWindows", "allocation_proposal": "allocationProposals",
}  # fmt: skip
"""A field that names another resource, filled from `<field>_id` of the model."""


def fill(message: M, model: Any, renames: Mapping[str, str] | None = None) -> M:
    """Set every field whose value the model knows; None stays absent."""
    for field in message.DESCRIPTOR.fields:
        value = _value(model, field, (renames or {}).get(field.name, field.name))
        if value is not None:
            _set(message, field, value)
    return message


def _value(model: Any, field: Any, attribute: str) -> Any:
    if field.name == "etag":
        return str(model.version) if hasattr(model, "version") else None
    collection = COLLECTIONS.get(field.name)
    if collection and hasattr(model, f"{attribute}_id"):
        row_id = getattr(model, f"{attribute}_id")
        return f"{collection}/{row_id}" if row_id else None
    value = getattr(model, attribute, None)
    return None if callable(value) else value


def _set(message: Message, field: Any, value: Any) -> None:
    kind = field.message_type
    if kind is not None and field.is_repeated:
        for part in value:
            fill(getattr(message, field.name).add(), part)
    elif kind is not None and kind.full_name == "google.protobuf.Timestamp":
        getattr(message, field.name).FromDatetime(value)
    elif kind is not None and kind.full_name == "fenghuo.type.v1.Point":
        point = getattr(message, field.name)
        point.lon, point.lat = value
    elif kind is not None:
        fill(getattr(message, field.name), value)
    elif field.is_repeated:
        getattr(message, field.name).extend([number(field, part) for part in value] if field.enum_type else value)
    else:
        setattr(message, field.name, number(field, value) if field.enum_type else value)


def number(field: Any, word: str) -> int:
    """The number of an enumeration's value for the model's word; 0 for an empty word."""
    values = field.enum_type.values
    prefix = str(values[0].name).removesuffix("UNSPECIFIED")
    return int(field.enum_type.values_by_name[prefix + word.upper()].number) if word else 0


def word(message: Message, field: str) -> str:
    """The model's word for an enumeration's value; empty for unspecified."""
    return _word(message.DESCRIPTOR.fields_by_name[field].enum_type, getattr(message, field))


def _word(enumeration: Any, value: int) -> str:
    prefix = str(enumeration.values[0].name).removesuffix("UNSPECIFIED")
    return str(enumeration.values_by_number[value].name).removeprefix(prefix).lower() if value else ""


def moment(message: Message, field: str) -> datetime | None:
    """A timestamp field, or None when absent."""
    return getattr(message, field).ToDatetime(UTC) if message.HasField(field) else None


def the_moment(message: Message, field: str) -> datetime:
    """A timestamp field that the contract demands."""
    found = moment(message, field)
    if found is None:
        raise invalid(field)
    return found


def point(message: Message, field: str) -> tuple[float, float] | None:
    """Longitude and latitude, or None when absent."""
    place: geo_pb2.Point = getattr(message, field)
    return (place.lon, place.lat) if message.HasField(field) else None


def lon_lat(message: Message, field: str) -> dict[str, Any]:
    """The model's `lon` and `lat` of a point field; nothing when absent."""
    place = point(message, field)
    return {"lon": place[0], "lat": place[1]} if place else {}


def optional(message: Message, field: str) -> Any:
    """An optional field, or None when absent."""
    return getattr(message, field) if message.HasField(field) else None


def ref(message: Message, field: str, collection: str = "") -> str:
    """The id in a field that names another resource; empty when the field is empty."""
    value = getattr(message, field)
    return id_of(value, collection or COLLECTIONS[field], field) if value else ""
