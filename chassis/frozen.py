"""Values of a model as JSON holds them, and back by the types the model declares. How a type is read back is worked out once."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache, partial
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

Change = Callable[[Any], Any]
SCALARS = (str, int, float)


@cache
def hints(model: Any) -> Mapping[str, Any]:
    """The declared type of every field of a dataclass."""
    declared = get_type_hints(model)
    return {each.name: declared[each.name] for each in fields(model)}


def freeze(value: Any) -> Any:
    """A value of the model as JSON holds it: dataclasses as objects, quantities and moments as text."""
    if value is None or isinstance(value, SCALARS):
        return value
    if isinstance(value, tuple | list):
        return [freeze(part) for part in value]
    if isinstance(value, Mapping):
        return {name: freeze(part) for name, part in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {name: freeze(getattr(value, name)) for name in hints(type(value))}
    raise TypeError(f"{type(value).__name__} has no form in JSON")


@cache
def thawing(kind: Any) -> Change | None:
    """How what `freeze` made of a value of this type is read back; None when JSON holds it as it is.

    Fields that an object lacks get the model's defaults, those the model does not know are passed over, so a model may grow and shrink.
    """
    origin, parts = get_origin(kind), get_args(kind)
    if isinstance(kind, UnionType) or origin is Union:
        inner = thawing(next(part for part in parts if part is not type(None)))
        return None if inner is None else partial(_optional, inner)
    if origin is tuple:
        return partial(_fixed, tuple(map(thawing, parts))) if Ellipsis not in parts else partial(_several, tuple, thawing(parts[0]))
    if origin is list:
        return partial(_several, list, thawing(parts[0]))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        inner = thawing(parts[1])
        return None if inner is None else partial(_named, inner)
    return _single(kind) if isinstance(kind, type) else None


def _single(kind: type[Any]) -> Change | None:
    if is_dataclass(kind):
        return partial(_object, kind)
    if issubclass(kind, date | datetime):
        return kind.fromisoformat
    return kind if issubclass(kind, Decimal | Enum) else None


def _optional(change: Change, value: Any) -> Any:
    return None if value is None else change(value)


def _several(made: type[Any], change: Change | None, value: Any) -> Any:
    return made(value or ()) if change is None else made(map(change, value or ()))


def _fixed(changes: tuple[Change | None, ...], value: Any) -> tuple[Any, ...]:
    return tuple(part if change is None else change(part) for change, part in zip(changes, value, strict=True))


def _named(change: Change, value: Any) -> dict[str, Any]:
    return {name: change(part) for name, part in value.items()}


@cache
def _changes(model: Any) -> Mapping[str, Change | None]:
    return {name: thawing(kind) for name, kind in hints(model).items()}


def _object(model: Any, value: Any) -> Any:
    changes = _changes(model)
    return model(**{name: part if (change := changes[name]) is None else change(part) for name, part in value.items() if name in changes})
