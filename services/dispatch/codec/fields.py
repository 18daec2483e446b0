"""Messages filled from the model by the names of their fields, and the model's words read from them; used where names agree, which the tests hold."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import cache, partial
from types import MappingProxyType
from typing import Any, TypeVar

from google.protobuf.message import Message

from chassis.errors import invalid
from chassis.ids import id_of
from fenghuo.type.v1 import geo_pb2

M = TypeVar("M", bound=Message)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NO_RENAMES: Mapping[str, str] = MappingProxyType({})
COLLECTIONS = {
    "incident": "incidents", "activation": "activations", "alert": "alerts", "task": "tasks", "unit": "units", "assignment": "assignments", "team": "teams",
    "evacuation_order": "evacuationOrders", "pre_position": "prePositions", "relief_record": "reliefRecords", "shift": "shifts", "successor": "shifts",
    "sensitive_window": "sensitiveWindows", "allocation_proposal": "allocationProposals",
}  # fmt: skip
"""A field that names another resource, filled from `<field>_id` of the model."""


Put = Callable[[Message, str, Any], None]
"""Sets a field of a message to a value of the model."""


def fill(message: M, model: Any, renames: Mapping[str, str] = NO_RENAMES) -> M:
    """Set every field whose value the model knows; None stays absent. A field renamed to nothing is left alone."""
    asked: tuple[Any, ...] = type(message), type(model), tuple(renames.items())
    for field, attribute, put in _plan(*asked):
        value = getattr(model, attribute)
        if value is not None:
            put(message, field, value)
    return message


@cache
def _plan(message: type[Message], model: type, renames: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str, Put], ...]:
    """Which field is filled from which attribute of a model, and how: worked out once."""
    others = dict(renames)
    steps = (_step(field, model, others.get(field.name, field.name)) for field in message.DESCRIPTOR.fields)
    return tuple(step for step in steps if _has(model, step[1]))


def _step(field: Any, model: type, attribute: str) -> tuple[str, str, Put]:
    if field.name == "etag":
        return field.name, "version", _put_text
    collection, reference = COLLECTIONS.get(field.name), f"{attribute}_id"
    if collection and _has(model, reference):
        return field.name, reference, partial(_put_reference, collection)
    return field.name, attribute, _put(field)


def _has(model: type, attribute: str) -> bool:
    """The model has it as a value: a field or a property, not a method."""
    if is_dataclass(model) and any(field.name == attribute for field in fields(model)):
        return True
    return hasattr(model, attribute) and not callable(getattr(model, attribute))


def _put(field: Any) -> Put:
    kind, enumeration = field.message_type, field.enum_type
    if enumeration is not None:
        return partial(_put_numbers if field.is_repeated else _put_number, enumeration)
    if kind is None:
        return _put_all if field.is_repeated else setattr
    return _put_parts if field.is_repeated else _PUT_BY_KIND.get(kind.full_name, _put_part)


def _put_text(message: Message, field: str, value: Any) -> None:
    setattr(message, field, str(value))


def _put_reference(collection: str, message: Message, field: str, row_id: str) -> None:
    if row_id:
        setattr(message, field, f"{collection}/{row_id}")


def _put_number(enumeration: Any, message: Message, field: str, value: str) -> None:
    setattr(message, field, number(enumeration, value))


def _put_numbers(enumeration: Any, message: Message, field: str, values: Iterable[str]) -> None:
    getattr(message, field).extend([number(enumeration, value) for value in values])


def _put_all(message: Message, field: str, values: Iterable[Any]) -> None:
    getattr(message, field).extend(values)


def _put_part(message: Message, field: str, part: Any) -> None:
    fill(getattr(message, field), part)


def _put_parts(message: Message, field: str, parts: Iterable[Any]) -> None:
    listed = getattr(message, field)
    for part in parts:
        fill(listed.add(), part)


def _put_point(message: Message, field: str, place: tuple[float, float]) -> None:
    point = getattr(message, field)
    point.lon, point.lat = place


def put_moment(message: Message, field: str, at: datetime) -> None:
    """Set a timestamp field."""
    since, stamp = (at if at.tzinfo else at.replace(tzinfo=UTC)) - EPOCH, getattr(message, field)  # PostgreSQL's infinite moments come without a zone
    stamp.seconds, stamp.nanos = since.days * 86400 + since.seconds, since.microseconds * 1000


_PUT_BY_KIND: Mapping[str, Put] = {"google.protobuf.Timestamp": put_moment, "fenghuo.type.v1.Point": _put_point}


@cache
def number(enumeration: Any, word: str) -> Any:
    """The number of an enumeration's value for the model's word; 0 for an empty word."""
    prefix = str(enumeration.values[0].name).removesuffix("UNSPECIFIED")
    return enumeration.values_by_name[prefix + word.upper()].number if word else 0


def word(message: Message, field: str) -> str:
    """The model's word for an enumeration's value; empty for unspecified."""
    return _word(message.DESCRIPTOR.fields_by_name[field].enum_type, getattr(message, field))


@cache
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
