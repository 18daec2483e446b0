"""Hostile requests made from the contract itself: for every command and every field, values that break its type or its rule."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from buf.validate import validate_pb2
from gateway.rest.contract import Method

F = FieldDescriptor
INTEGERS = {F.TYPE_INT32, F.TYPE_INT64, F.TYPE_UINT32, F.TYPE_UINT64, F.TYPE_SINT32, F.TYPE_SINT64}
NUMBERS = INTEGERS | {F.TYPE_DOUBLE, F.TYPE_FLOAT}
SQL = "'; DROP TABLE incident; --"


@dataclass(frozen=True, slots=True)
class Case:
    """A request that must be refused with 400, naming `field` where one is to blame."""

    method: Method
    what: str
    body: bytes | dict[str, Any]
    field: str = ""

    def __str__(self) -> str:
        return f"{self.method.http} {self.method.pattern} {self.what}"


def path_of(method: Method, identifier: str = "no-such-thing") -> str:
    """A concrete path of the method."""
    parts = [part if part != "*" else identifier for part in method.segments]
    return "/" + "/".join(parts) + (f":{method.verb}" if method.verb else "")


def cases(method: Method) -> Iterator[Case]:
    """Every hostile request for one command."""
    for name, body in (("NaN", b'{"a":NaN}'), ("duplicate key", b'{"a":1,"a":2}'), ("array", b"[1]"), ("not UTF-8", b"\xff\xfe"), ("cut off", b'{"a":')):
        yield Case(method, name, body)
    if not method.body:
        return
    yield Case(method, "unknown field", {"noSuchField": 1}, "noSuchField")
    for field in method.descriptor.input_type.fields:
        if field.name in {method.variable, "request_id"}:
            continue
        for what, value in _wrong(field):
            yield Case(method, f"{field.camelcase_name}: {what}", {field.camelcase_name: value}, field.camelcase_name)


def _wrong(field: FieldDescriptor) -> Iterator[tuple[str, Any]]:
    if field.is_repeated:
        if not (field.message_type is not None and field.message_type.GetOptions().map_entry):
            yield "no list", 5
        return
    if field.type == F.TYPE_STRING:
        yield "number for text", 5
        yield "NUL", "a\x00b"
        yield "lone surrogate", "\ud800"
        yield from _too_long(field)
    elif field.type in NUMBERS:
        yield "text for number", "abc"
        yield "out of every range", 10**400
        yield "NaN as text", "NaN" if field.type in INTEGERS else "not a number"
    elif field.type == F.TYPE_BOOL:
        yield "text for truth", "perhaps"
    elif field.enum_type is not None:
        yield "unknown value", "NO_SUCH_VALUE"
    elif field.message_type is not None:
        yield "number for object", 5
        if field.message_type.full_name == "google.protobuf.Timestamp":
            yield "no time", "yesterday"
            yield "year 0", "0000-01-01T00:00:00Z"
            yield "no offset", "2026-07-29T15:12:00"


def _too_long(field: FieldDescriptor) -> Iterator[tuple[str, Any]]:
    options = field.GetOptions()
    rules = options.Extensions[validate_pb2.field] if options.HasExtension(validate_pb2.field) else None
    if rules is not None and rules.string.max_len:
        yield "too long", "灾" * (rules.string.max_len + 1)
    if rules is not None and rules.string.pattern:
        yield "against the pattern", SQL


def depth_bomb() -> bytes:
    """JSON nested far too deep."""
    return b'{"a":' * 5000 + b"1" + b"}" * 5000
