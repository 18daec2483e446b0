"""Messages filled from the model by the names of their fields, and values of the model read from messages the same way."""

import types
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from google.protobuf.message import Message

from chassis.ids import id_of

M = TypeVar("M", bound=Message)
T = TypeVar("T")


def fill(message: M, model: Any, *, without: tuple[str, ...] = ()) -> M:
    """Set every field whose value the model has under the same name; None stays absent. `etag` is the model's version."""
    for field in message.DESCRIPTOR.fields:
        value = str(model.version) if field.name == "etag" else getattr(model, field.name, None)
        if value is not None and field.name not in without:
            _set(message, field, value)
    return message


def _set(message: Message, field: Any, value: Any) -> None:
    kind = field.message_type
    if kind is not None and kind.GetOptions().map_entry:
        getattr(message, field.name).update(value)
    elif kind is not None and field.is_repeated:
        for part in value:
            fill(getattr(message, field.name).add(), part)
    elif kind is not None and kind.full_name == "google.protobuf.Timestamp":
        getattr(message, field.name).FromDatetime(value)
    elif kind is not None:
        getattr(message, field.name).SetInParent()
        fill(getattr(message, field.name), value)
    elif field.is_repeated:
        getattr(message, field.name).extend([_plain(field, part) for part in value])
    else:
        setattr(message, field.name, _plain(field, value))


def _plain(field: Any, value: Any) -> Any:
    if field.enum_type is not None:
        prefix = str(field.enum_type.values[0].name).removesuffix("UNSPECIFIED")
        return field.enum_type.values_by_name[prefix + value.upper()].number if value else 0
    return value


def read(model: type[T], message: Message, **given: Any) -> T:
    """The value of the model that a message describes; `given` are fields the message does not have."""
    known = message.DESCRIPTOR.fields_by_name
    named = {name: _get(kind, message, known[name]) for name, kind in _declared(cast("Any", model)).items() if name in known and name not in given}
    return model(**(named | given))


def _get(kind: Any, message: Message, field: Any) -> Any:
    value = getattr(message, field.name)
    inner = _inner(kind)
    if field.is_repeated:
        item = get_args(inner)[0]
        return tuple(read(cast("type[Any]", item), part) if is_dataclass(item) else part for part in value)
    if field.message_type is not None and not message.HasField(field.name):
        return None
    if inner is datetime:
        return value.ToDatetime(UTC)
    if is_dataclass(inner):
        return read(cast("type[Any]", inner), value)
    return word(message, field.name) if field.enum_type is not None else value


def _inner(kind: Any) -> Any:
    if isinstance(kind, types.UnionType) or get_origin(kind) is Union:
        return next(part for part in get_args(kind) if part is not type(None))
    return kind


@cache
def _declared(model: Any) -> dict[str, Any]:
    """The declared type of every field of a dataclass."""
    declared = get_type_hints(model)
    return {field.name: declared[field.name] for field in fields(model)}


def word(message: Message, field: str) -> str:
    """The model's word for an enumeration's value; empty for unspecified."""
    return _word(message.DESCRIPTOR.fields_by_name[field].enum_type, getattr(message, field))


def all_words(message: Message, field: str) -> tuple[str, ...]:
    """The model's words for a repeated enumeration."""
    enumeration = message.DESCRIPTOR.fields_by_name[field].enum_type
    return tuple(_word(enumeration, value) for value in getattr(message, field) if value)


def _word(enumeration: Any, value: int) -> str:
    prefix = str(enumeration.values[0].name).removesuffix("UNSPECIFIED")
    return str(enumeration.values_by_number[value].name).removeprefix(prefix).lower() if value else ""


def moment(message: Message, field: str) -> datetime | None:
    """A timestamp field, or None when absent."""
    return getattr(message, field).ToDatetime(UTC) if message.HasField(field) else None


def ref(value: str, collection: str, field: str) -> str:
    """The id in a field that names another resource; empty when the field is."""
    return id_of(value, collection, field) if value else ""
