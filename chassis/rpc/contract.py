"""What the contract says of each method and message, read once from the descriptors: access, personal data."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from google.protobuf import descriptor_pool
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from fenghuo.type.v1 import options_pb2

MASK = "***"
STAMP = "google.protobuf.Timestamp"
EARLIEST, LATEST = -2_208_988_800, 253_370_764_800
"""Seconds of 1900-01-01 and 9999-01-01. What lies outside is an unset clock, no moment of this domain; PostgreSQL keeps the first and last one as infinite."""


@dataclass(frozen=True, slots=True)
class MethodRules:
    """Who may call a method, and how early it is shed."""

    permission: str
    priority: int
    internal: bool
    has_personal_data: bool


@cache
def method_rules(path: str) -> MethodRules | None:
    """Rules of the method with gRPC path `/package.Service/Method`; None when the contract does not know it or gives it no access option."""
    service, _, method = path.lstrip("/").partition("/")
    try:
        found = descriptor_pool.Default().FindMethodByName(f"{service}.{method}")
    except KeyError:
        return None
    options: Any = found.GetOptions()
    if not options.HasExtension(options_pb2.access):
        return None
    access = options.Extensions[options_pb2.access]
    priority = access.priority or options_pb2.PRIORITY_NORMAL
    return MethodRules(access.permission, priority, access.internal, has_personal_data(found.output_type))


def _marked(field: FieldDescriptor) -> bool:
    options: Any = field.GetOptions()
    return bool(options.HasExtension(options_pb2.personal_data))


@cache
def has_personal_data(message: Descriptor, seen: frozenset[str] = frozenset()) -> bool:
    """True when a message can hold personal data, at any depth."""
    if message.full_name in seen:
        return False
    inside = seen | {message.full_name}
    return any(
        _marked(f) or (f.message_type is not None and not f.message_type.GetOptions().map_entry and has_personal_data(f.message_type, inside))
        for f in message.fields
    )


def mask(message: Message) -> bool:
    """Mask every personal field that is set; True when there was one."""
    found = False
    for field, value in message.ListFields():
        if _marked(field):
            found = True
            _mask_field(message, field)
        elif field.message_type is not None and not field.message_type.GetOptions().map_entry and has_personal_data(field.message_type):
            for part in value if field.is_repeated else (value,):
                found = mask(part) or found
    return found


def holds_personal_data(message: Message) -> bool:
    """True when a personal field is set, at any depth."""
    copy = type(message)()
    copy.CopyFrom(message)
    return mask(copy)


def _mask_field(message: Message, field: FieldDescriptor) -> None:
    if field.is_repeated or field.type != FieldDescriptor.TYPE_STRING:
        message.ClearField(field.name)
    else:
        setattr(message, field.name, MASK)


def _is_moment(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.full_name == STAMP


@cache
def _leads_to_moments(message: Descriptor, seen: frozenset[str] = frozenset()) -> bool:
    if message.full_name in seen:
        return False
    inside = seen | {message.full_name}
    return any(_is_moment(f) or (f.message_type is not None and _leads_to_moments(f.message_type, inside)) for f in message.fields)


@cache
def _towards_moments(message: Descriptor) -> tuple[tuple[FieldDescriptor, bool], ...]:
    """Fields that are a moment (True), or lead to one."""
    inner = (f for f in message.fields if f.message_type is not None and not f.message_type.GetOptions().map_entry)
    return tuple((f, _is_moment(f)) for f in inner if _is_moment(f) or _leads_to_moments(f.message_type))


def moment_out_of_range(message: Message) -> str:
    """The path of the first timestamp before EARLIEST or from LATEST on, at any depth; empty when there is none."""
    for field, is_moment in _towards_moments(message.DESCRIPTOR):
        if not field.is_repeated and not message.HasField(field.name):
            continue
        value: Any = getattr(message, field.name)
        named = [(f"{field.name}[{number}]", part) for number, part in enumerate(value)] if field.is_repeated else [(field.name, value)]
        for path, part in named:
            if is_moment and not EARLIEST <= part.seconds < LATEST:
                return path
            if not is_moment and (inner := moment_out_of_range(part)):
                return f"{path}.{inner}"
    return ""
