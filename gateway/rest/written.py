"""Messages as JSON objects: what json_format's MessageToDict makes of them, by a writer that reads the descriptor of each type once, not each time."""

import base64
import math
from collections.abc import Callable
from functools import cache, cached_property, lru_cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

Write = Callable[[Any], Any]

_MOMENTS = 16_384


def written(message: Message) -> dict[str, Any]:
    """The message as a JSON object; a field without presence is shown also when it is empty, any other only when it is set."""
    return _writer(message.DESCRIPTOR)(message)


class Writer:
    """Writes messages of one type. TypeError for a kind of field that the contract does not have."""

    def __init__(self, descriptor: Descriptor) -> None:
        self._descriptor = descriptor

    def __call__(self, message: Message) -> dict[str, Any]:
        """One message."""
        fields = self._fields
        shown = self._empty.copy()
        for name, collection in self._collections:
            shown[name] = collection()
        for field, value in message.ListFields():
            name, write = fields[field.number]
            shown[name] = write(value) if write else value
        return shown

    # Looked at when the first message comes: a type may hold itself.
    @cached_property
    def _fields(self) -> dict[int, tuple[str, Write | None]]:
        return {field.number: (field.json_name, _all_values(field)) for field in self._descriptor.fields}

    @cached_property
    def _empty(self) -> dict[str, Any]:
        """How fields look that are shown although nothing was set."""
        return {field.json_name: _default(field) for field in self._descriptor.fields if not (field.has_presence or field.is_repeated)}

    @cached_property
    def _collections(self) -> list[tuple[str, Callable[[], Any]]]:
        return [(field.json_name, dict if _is_map(field) else list) for field in self._descriptor.fields if field.is_repeated]


_writer = cache(Writer)


def _all_values(field: FieldDescriptor) -> Write | None:
    """How what the field holds is written, one value or many; None: as it is."""
    if field.message_type and _is_map(field):
        if any(_one_value(part) for part in field.message_type.fields):
            raise TypeError(f"{field.full_name}: a map of other things than texts and numbers")
        return dict
    write = _one_value(field)
    if not field.is_repeated:
        return write
    return (lambda values: [write(value) for value in values]) if write else list


def _one_value(field: FieldDescriptor) -> Write | None:
    if field.message_type:
        name = field.message_type.full_name
        return _moment if name == Timestamp.DESCRIPTOR.full_name else MessageToDict if name.startswith("google.protobuf.") else _writer(field.message_type)
    if field.enum_type:
        names = {number: value.name for number, value in field.enum_type.values_by_number.items()}
        return lambda number: names.get(number, number)
    if field.type not in _KINDS:
        raise TypeError(f"{field.full_name}: no way to write a field of the type {field.type}")
    return _KINDS[field.type]


def _default(field: FieldDescriptor) -> Any:
    write = _one_value(field)
    return write(field.default_value) if write else field.default_value


def _is_map(field: FieldDescriptor) -> bool:
    return bool(field.message_type and field.message_type.GetOptions().map_entry)


def _moment(value: Timestamp) -> str:
    return _moment_text(value.seconds, value.nanos)


@lru_cache(_MOMENTS)
def _moment_text(seconds: int, nanos: int) -> str:
    """Remembered, since lists are read again and again, and most of what is in them has not changed."""
    return Timestamp(seconds=seconds, nanos=nanos).ToJsonString()


def _decimal(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _bytes(value: bytes) -> str:
    return base64.b64encode(value).decode()


_KINDS: dict[int, Write | None] = {
    FieldDescriptor.TYPE_STRING: None, FieldDescriptor.TYPE_BOOL: None, FieldDescriptor.TYPE_INT32: None, FieldDescriptor.TYPE_INT64: str,
    FieldDescriptor.TYPE_DOUBLE: _decimal, FieldDescriptor.TYPE_BYTES: _bytes,
}  # fmt: skip
