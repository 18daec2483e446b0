"""Values of the model as JSON holds them, and back by the types the model declares."""

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints


@cache
def hints(model: type[Any]) -> Mapping[str, Any]:
    """The declared type of every field."""
    return get_type_hints(model)


def freeze(value: Any) -> Any:
    """A value of the model as JSON holds it: moments and days as ISO text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: freeze(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [freeze(part) for part in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value


def thaw(kind: Any, value: Any) -> Any:
    """The value of the declared type that `freeze` made this of."""
    if value is None:
        return () if get_origin(kind) is tuple else None
    if isinstance(kind, types.UnionType) or get_origin(kind) is Union:
        return thaw(next(part for part in get_args(kind) if part is not type(None)), value)
    if get_origin(kind) is tuple:
        return tuple(thaw(get_args(kind)[0], part) for part in value)
    if is_dataclass(kind) and isinstance(kind, type):
        declared = hints(kind)
        return kind(**{name: thaw(declared[name], part) for name, part in value.items() if name in declared})
    if kind in {datetime, date} and isinstance(value, str):
        return kind.fromisoformat(value)
    return value
