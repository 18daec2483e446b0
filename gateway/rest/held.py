"""What a message holds and its fields do not take though the parser does: numbers that no enumeration has, and texts of which nothing is to be seen."""

import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from buf.validate import validate_pb2
from chassis.errors import DomainError, Kind
from gateway.rest import wrong_field

_UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0\ufffc")
"""Letters and signs that draw nothing by themselves: fillers, the blank Braille cell, and the place of an object that is not there."""

Check = Callable[[FieldDescriptor, Any, str], None]


def check(message: Message, path: str = "") -> None:
    """INVALID with the field, and for an enumeration with the values it has. Fields without such rules are not looked at."""
    for field, look in _plan(message.DESCRIPTOR):
        if field.is_repeated or not field.has_presence or message.HasField(field.name):
            value, name = getattr(message, field.name), f"{path}.{field.camelcase_name}" if path else field.camelcase_name
            for each in value if field.is_repeated else (value,):
                look(field, each, name)


@cache
def _plan(descriptor: Descriptor) -> tuple[tuple[FieldDescriptor, Check], ...]:
    """Fields to look at, and how: worked out once for a type of message."""
    return tuple(_checks(descriptor, frozenset()))


def _checks(descriptor: Descriptor, outside: frozenset[str]) -> Iterator[tuple[FieldDescriptor, Check]]:
    inside = outside | {descriptor.full_name}
    for field in descriptor.fields:
        if field.enum_type is not None:
            yield field, _enumerated
        elif field.type == FieldDescriptor.TYPE_STRING and _needed(field):
            yield field, _seen
        elif field.message_type is not None and _ours(field.message_type) and (
            field.message_type.full_name in inside or next(_checks(field.message_type, inside), None) is not None
        ):  # fmt: skip
            yield field, _nested


def _ours(message: Descriptor) -> bool:
    return not message.full_name.startswith("google.") and not message.GetOptions().map_entry


def _needed(field: FieldDescriptor) -> bool:
    """Whether a text may not be empty, or none of a list."""
    options = field.GetOptions()
    if not options.HasExtension(validate_pb2.field):
        return False
    rules = options.Extensions[validate_pb2.field]
    return bool((rules.repeated.items if field.is_repeated else rules).string.min_len)


def _enumerated(field: FieldDescriptor, number: int, name: str) -> None:
    if field.enum_type is not None and number not in field.enum_type.values_by_number:
        raise wrong_field.of_type(field, name)


def _seen(_field: FieldDescriptor, text: str, name: str) -> None:
    if text and not any(unicodedata.category(char)[0] in "LNPS" and char not in _UNSEEN for char in text):
        raise DomainError(Kind.INVALID, "TEXT_BLANK", field=name, name=name)


def _nested(_field: FieldDescriptor, inner: Message, name: str) -> None:
    check(inner, name)
