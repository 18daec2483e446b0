"""Which field of a JSON object does not fit its message, and what it should have been, in words for people."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from chassis.errors import DomainError, Kind

_NESTED = re.compile(r"Failed to parse (\w+) field")
_UNKNOWN = re.compile(r'has no field named "(.*?)" at "\w*\.?([^"]*)"', re.DOTALL)
_AT = re.compile(r' at "?\w+\.([\w.\[\]]+?)"?\.*$')
_INDEX = re.compile(r"\[\d+\]")
_ANY = re.compile(r'"(?:[\w.]+\.)?(\w+)"')
_RULES = {
    FieldDescriptor.CPPTYPE_STRING: "JSON_TEXT", FieldDescriptor.CPPTYPE_BOOL: "JSON_TRUTH", FieldDescriptor.CPPTYPE_DOUBLE: "JSON_DECIMAL",
    FieldDescriptor.CPPTYPE_FLOAT: "JSON_DECIMAL", FieldDescriptor.CPPTYPE_INT32: "JSON_INTEGER", FieldDescriptor.CPPTYPE_INT64: "JSON_INTEGER",
    FieldDescriptor.CPPTYPE_UINT32: "JSON_INTEGER", FieldDescriptor.CPPTYPE_UINT64: "JSON_INTEGER", FieldDescriptor.CPPTYPE_MESSAGE: "JSON_NESTED",
}  # fmt: skip
COORDINATES = ("lon", "lat")
_TIMES = {"google.protobuf.Timestamp": "JSON_TIME", "google.protobuf.Duration": "JSON_DURATION"}


def check_aliases(values: dict[str, Any], descriptor: Descriptor) -> None:
    """INVALID when a field is given under both of its names: which one counts would be a secret of the parser."""
    if _aliased(values):
        _check_aliases(values, descriptor)


def _aliased(values: Any) -> bool:
    """Whether any key, at any depth, could be the second name of a field: those have an underscore."""
    if isinstance(values, dict):
        return "_" in "".join(values) or any(map(_aliased, values.values()))
    return isinstance(values, list) and any(map(_aliased, values))


def _check_aliases(values: dict[str, Any], descriptor: Descriptor) -> None:
    seen = set[int]()
    for key, value in values.items():
        field = descriptor.fields_by_camelcase_name.get(key) or descriptor.fields_by_name.get(key)
        if field is None:
            continue
        if field.number in seen:
            raise DomainError(Kind.INVALID, "JSON_DUPLICATE_KEY", field=field.camelcase_name, key=field.camelcase_name)
        seen.add(field.number)
        if field.message_type is not None:
            for part in value if isinstance(value, list) else (value,):
                if isinstance(part, dict):
                    _check_aliases(part, field.message_type)


def check_points(values: dict[str, Any], descriptor: Descriptor, path: str = "") -> None:
    """INVALID when a point has only one of its coordinates, or none: the parser would put it on the equator. Unknown is not zero."""
    if not _leads_to_points(descriptor):
        return
    if _is_point(descriptor) and any(values.get(name) is None for name in COORDINATES):
        raise DomainError(Kind.INVALID, "POINT_INCOMPLETE", field=path or "lon", name=path or "lon")
    for key, value in values.items():
        field = descriptor.fields_by_camelcase_name.get(key) or descriptor.fields_by_name.get(key)
        if field is None or field.message_type is None or field.message_type.GetOptions().map_entry:
            continue
        for part in value if isinstance(value, list) else (value,):
            if isinstance(part, dict):
                check_points(part, field.message_type, f"{path}.{field.camelcase_name}" if path else field.camelcase_name)


def _is_point(message: Descriptor) -> bool:
    """Whether a message has both coordinates as numbers that cannot be absent."""
    fields = [message.fields_by_name.get(name) for name in COORDINATES]
    return all(field is not None and field.cpp_type == FieldDescriptor.CPPTYPE_DOUBLE and not field.has_presence for field in fields)


@cache
def _leads_to_points(message: Descriptor, seen: frozenset[str] = frozenset()) -> bool:
    if message.full_name in seen:
        return False
    inside = seen | {message.full_name}
    return _is_point(message) or any(f.message_type is not None and _leads_to_points(f.message_type, inside) for f in message.fields)


def refusal(error: str, values: dict[str, Any], descriptor: Descriptor) -> DomainError:
    """What the parser's words mean: INVALID with the field and the rule it breaks, without those words."""
    unknown = _UNKNOWN.search(error)
    at = _AT.search(error)
    stands = _INDEX.sub("", at[1]).split(".") if at else _NESTED.findall(error)
    path = [*filter(None, _INDEX.sub("", unknown[2]).split(".")), unknown[1]] if unknown else stands
    known, field = _known(path, descriptor)
    name = ".".join(known)[:80]
    if unknown and (field is None or _all_objects(values, known)):
        name = ".".join([*known, unknown[1]])[:80]
        return DomainError(Kind.INVALID, "JSON_UNKNOWN", field=name, name=name)
    if field is None:
        found = _ANY.search(error)
        return of_type(None, found[1] if found else "")
    if field.is_repeated and not isinstance(_values(values, known)[0], list):
        return DomainError(Kind.INVALID, "JSON_LIST", field=name, name=name)
    return of_type(field, name)


def of_type(field: FieldDescriptor | None, name: str) -> DomainError:
    """A value that its field's type does not take."""
    if field is None:
        return DomainError(Kind.INVALID, "JSON_FIELD", field=name, name=name)
    if field.enum_type is not None:
        return DomainError(Kind.INVALID, "JSON_VALUE", field=name, name=name, allowed=[value.name for value in field.enum_type.values if value.number])
    reason = _TIMES.get(field.message_type.full_name) if field.message_type else None
    return DomainError(Kind.INVALID, reason or _RULES[field.cpp_type], field=name, name=name)


def field_at(path: str, descriptor: Descriptor) -> FieldDescriptor | None:
    """The field that a dotted path names, or its nearest parent that the contract knows."""
    return _known(path.split("."), descriptor)[1]


def _known(path: Sequence[str], descriptor: Descriptor) -> tuple[list[str], FieldDescriptor | None]:
    """As much of the path as the contract knows, and its last field."""
    known: list[str] = []
    last: FieldDescriptor | None = None
    inner: Descriptor | None = descriptor
    for part in path:
        field = (inner.fields_by_camelcase_name.get(part) or inner.fields_by_name.get(part)) if inner else None
        if field is None:
            break
        known.append(part)
        last, inner = field, field.message_type
    return known, last


def _values(values: Any, path: Sequence[str]) -> list[Any]:
    """What stands at the path; several where a list is on the way. [None] where nothing stands."""
    found = [values]
    for part in path:
        rows = [row for each in found for row in (each if isinstance(each, list) else [each])]
        found = [row[part] for row in rows if isinstance(row, dict) and part in row]
    return found or [None]


def _all_objects(values: Any, path: Sequence[str]) -> bool:
    return all(isinstance(row, dict) for each in _values(values, path) for row in (each if isinstance(each, list) else [each]))
