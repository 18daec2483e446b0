"""Nested values to JSON and back, by the type hints of the model."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints


def plain(value: Any) -> Any:
    """A nested value as JSON holds it: quantities and times as text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


@cache
def hints_of(kind: Any) -> Mapping[str, Any]:
    """Type hints of a class's fields."""
    hints = get_type_hints(kind)
    return {each.name: hints[each.name] for each in fields(kind)}


def restored(value: Any, hint: Any) -> Any:
    """A value as the model holds it; fields that JSON lacks get the model's defaults."""
    parts = get_args(hint)
    if get_origin(hint) is list:
        return [restored(each, parts[0]) for each in value]
    if NoneType in parts:
        return None if value is None else restored(value, next(part for part in parts if part is not NoneType))
    if is_dataclass(hint) and isinstance(hint, type):
        return hint(**{name: restored(value[name], inner) for name, inner in hints_of(hint).items() if name in value})
    if hint is Decimal and not isinstance(value, Decimal):
        return Decimal(value)
    if hint is datetime and isinstance(value, str):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if hint is date and isinstance(value, str) else value
