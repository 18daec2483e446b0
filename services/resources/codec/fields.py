"""Messages and models meet by name, so that neither side is written twice.

A field `x` is the model's `x`; `x_time` its `x_at`; a reference `x` (a resource name) its `x_id`; a point its `lon` and `lat`; an enumeration its
word in small letters; a quantity (text) its Decimal; a date (text) its date. What the model leaves None stays absent.
tests/unit/resources/test_codec.py holds every pair to that.
"""

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from chassis.errors import invalid
from chassis.ids import id_of
from services.resources.errors import plain

M = TypeVar("M", bound=Message)
T = TypeVar("T")
MASK = "***"
"""What personal data looks like to callers who may not see it."""
TIMESTAMP = "google.protobuf.Timestamp"
POINT = "fenghuo.type.v1.Point"
REFERENCES: Mapping[str, str] = {
    "store": "stores",
    "source_store": "stores",
    "to_store": "stores",
    "item": "items",
    "lot": "lots",
    "team": "teams",
    "shelter": "shelters",
    "reserve_agreement": "reserveAgreements",
}
"""Fields that hold the name of one of our own resources, and its collection."""
OURS: Mapping[str, frozenset[str]] = {
    "TransferLine": frozenset({"approved", "picks", "received", "returned", "written_off", "display_name", "unit_of_measure"}),
    "DonationLine": frozenset({"lot_id"}),
    "PrePositionLine": frozenset({"consumed", "lost", "display_name", "unit_of_measure"}),
    "StandbyLine": frozenset({"held"}),
}
"""Fields of lines that only the service fills in, whatever a caller sends: what was approved, received, used up."""
DIGITS = 30
_WORD = re.compile(r"(?<!^)(?=[A-Z])")


@cache
def _prefix(enum: EnumDescriptor) -> str:
    return _WORD.sub("_", enum.name).upper() + "_"


def word(enum: EnumDescriptor, number: int) -> str:
    """The model's word for an enumeration value; empty for unspecified."""
    return enum.values_by_number[number].name.removeprefix(_prefix(enum)).lower() if number else ""


def number(enum: EnumDescriptor, value: str) -> int:
    """The enumeration value of a model's word."""
    found: int = enum.values_by_name[_prefix(enum) + value.upper()].number if value else 0
    return found


def show(kind: type[M], model: object) -> M:
    """The message of a model."""
    message = kind()
    fill(message, model)
    return message


def fill(message: Any, model: object) -> None:
    """Set every field of a message that the model knows."""
    for field in message.DESCRIPTOR.fields:
        value = _attribute(model, field)
        if value is None:
            continue
        if field.message_type is not None and field.message_type.full_name == POINT:
            _point(message, field.name, model)
        elif field.is_repeated:
            _fill_list(getattr(message, field.name), field, value)
        elif field.message_type is None:
            setattr(message, field.name, _scalar(field, value))
        elif field.message_type.full_name == TIMESTAMP:
            getattr(message, field.name).FromDatetime(value)
        else:
            getattr(message, field.name).SetInParent()
            fill(getattr(message, field.name), value)


def _attribute(model: object, field: FieldDescriptor) -> Any:
    name = field.name
    if name == "etag":
        return str(getattr(model, "version", ""))
    if field.message_type is not None and field.message_type.full_name == POINT:
        return getattr(model, "lon", None)
    if name in REFERENCES and hasattr(model, f"{name}_id"):
        found = getattr(model, f"{name}_id")
        return f"{REFERENCES[name]}/{found}" if found else ""
    if field.message_type is not None and field.message_type.full_name == TIMESTAMP:
        return getattr(model, name.removesuffix("_time") + "_at" if name.endswith("_time") else name, None)
    found = getattr(model, name, None)
    return None if callable(found) else found


def _point(message: Any, name: str, model: Any) -> None:
    point = getattr(message, name)
    point.SetInParent()
    point.lon, point.lat = model.lon, model.lat


def _fill_list(target: Any, field: FieldDescriptor, values: Any) -> None:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        target.update(values)
    elif field.message_type is not None:
        for value in values:
            fill(target.add(), value)
    else:
        target.extend(_scalar(field, value) for value in values)


def _scalar(field: FieldDescriptor, value: Any) -> Any:
    if field.enum_type is not None:
        return number(field.enum_type, value)
    if isinstance(value, Decimal):
        return plain(value)
    return value.isoformat() if isinstance(value, date) else value


def read(message: Any, kind: type[T], **given: Any) -> T:
    """The model a message describes. `given` sets what the message does not say (id, times, who) or must not (state)."""
    hints = get_type_hints(kind)
    known = message.DESCRIPTOR.fields_by_name
    values = dict(given)
    for each in fields(kind):  # type: ignore[arg-type]  # T is a class of the model
        name = each.name
        if name in values or name in ("id", "version", "state") or name in OURS.get(kind.__name__, ()):
            continue
        if name in ("lon", "lat"):
            values |= _position(message, name)
            continue
        source = _source(name, known)
        if source is not None:
            value = _read(message, source, hints[name], name)
            if value is not None or NoneType in get_args(hints[name]):
                values[name] = value
    return kind(**values)


def merged(message: Any, record: T, *fixed: str) -> T:
    """The record as the message says it shall be; identity, times and `fixed` fields stay, and so does text that the caller only saw masked."""
    keep = {name: getattr(record, name) for name in ("id", "version", "create_at", "update_at", *fixed)}
    if hasattr(record, "state") and "state" not in keep and "state" in {each.name for each in fields(record)}:  # type: ignore[arg-type]
        keep["state"] = getattr(record, "state")  # noqa: B009 - not every record has one
    made = read(message, type(record), **keep)
    for each in fields(made):  # type: ignore[arg-type]  # T is a class of the model
        if getattr(made, each.name) == MASK:
            setattr(made, each.name, getattr(record, each.name))
    return made


def _source(name: str, known: Mapping[str, FieldDescriptor]) -> FieldDescriptor | None:
    for candidate in (name, name.removesuffix("_id"), name.removesuffix("_at") + "_time"):
        if candidate in known:
            return known[candidate]
    return None


def _position(message: Any, name: str) -> dict[str, float]:
    for field in message.DESCRIPTOR.fields:
        if field.message_type is not None and field.message_type.full_name == POINT and message.HasField(field.name):
            return {name: getattr(getattr(message, field.name), name)}
    return {}


def _read(message: Any, field: FieldDescriptor, hint: Any, name: str) -> Any:
    value = getattr(message, field.name)
    if field.is_repeated:
        return [_element(field, each, get_args(hint)[0]) for each in value]
    if field.has_presence and not message.HasField(field.name):
        return None
    if field.name in REFERENCES and name.endswith("_id"):
        return id_of(value, REFERENCES[field.name], field.name) if value else ""
    if field.enum_type is not None and not value:
        return None
    return _element(field, value, hint)


def _decimal(text: str, name: str) -> Decimal:
    """A quantity; INVALID for what is no finite number, or one that would take DIGITS digits to write."""
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise invalid(name) from error
    if not value.is_finite() or abs(value.adjusted()) > DIGITS:
        raise invalid(name)
    return value


def _element(field: FieldDescriptor, value: Any, hint: Any) -> Any:
    kind = next((part for part in get_args(hint) if part is not NoneType), hint) if get_origin(hint) is not list else hint
    if field.enum_type is not None:
        return word(field.enum_type, value)
    if field.message_type is not None:
        return value.ToDatetime(UTC) if field.message_type.full_name == TIMESTAMP else read(value, kind)
    if kind is Decimal:
        return _decimal(value, field.name) if value else None
    if kind is date:
        return day(value, field.name)
    return value


def day(text: str, field: str) -> date | None:
    """A date, or None for empty text; INVALID for a day that does not exist."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise invalid(field, value=text) from error


def moment(message: Any, name: str) -> datetime | None:
    """A time that may be absent."""
    found: datetime | None = getattr(message, name).ToDatetime(UTC) if message.HasField(name) else None
    return found
