"""What callers hand in: made into arrays, and what is wrong with it told field by field.

Every function that answers a question answers any question: values that make no sense (NaN, negative, huge, out of range, contradictory) come back as the
answer's `troubles`, nothing is computed then and nothing is repaired silently. One thing is raised, `InputError`, and only by what makes arrays of what it is
given (`Units.of`, `Posts.of`, `Places.of`, `RoadNetwork.of` and `load`, `Affine`), where there is nothing that an answer could be about.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

SHOWN: Final = 20
"""How many positions of one kind of trouble are listed."""


class InputError(ValueError):
    """What was given cannot be made into the arrays asked for: no numbers, rows of unlike length, another shape; or no network, no estimate."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that makes a question unanswerable: the field, the position in it (-1 for the whole field), and what is wrong."""

    field: str
    index: int
    what: str


def at(field: str, wrong: NDArray[np.bool_], what: str) -> Iterator[Trouble]:
    """A trouble for each position that is wrong, the first of them."""
    for index in np.flatnonzero(wrong)[:SHOWN]:
        yield Trouble(field, int(index), what)


def numbers(field: str, given: object, dimensions: int) -> NDArray[np.float64]:
    """An array of floats; a single number is a row of one. InputError when it cannot be one."""
    try:
        out = np.asarray(given, dtype=np.float64)
    except (ValueError, TypeError, OverflowError) as error:
        raise InputError(f"{field}: not numbers in rows of one length") from error
    out = out.reshape(1) if (out.ndim, dimensions) == (0, 1) else out
    if out.ndim != dimensions:
        raise InputError(f"{field}: {dimensions} dimensions wanted, is of shape {out.shape}")
    return np.ascontiguousarray(out)


def whole(field: str, given: object, kind: type[np.integer[Any]], dimensions: int, least: int | None = None) -> tuple[NDArray[Any], tuple[Trouble, ...]]:
    """An array of whole numbers of a kind, and its entries that are none or below the least, which stand as 0. InputError when it cannot be an array."""
    try:
        raw = np.asarray(given)
    except ValueError as error:
        raise InputError(f"{field}: not numbers in rows of one length") from error
    if raw.dtype.kind == "f":
        raw = _exact(given, raw, kind)
    if raw.dtype.kind not in "biuf":
        raw = numbers(field, given, dimensions)
    raw = raw.reshape(1) if (raw.ndim, dimensions) == (0, 1) else raw
    if raw.ndim != dimensions:
        raise InputError(f"{field}: {dimensions} dimensions wanted, is of shape {raw.shape}")
    low, above = np.iinfo(kind).min if least is None else least, np.iinfo(kind).max + 1
    wrong = ~((raw >= low) & (raw < above)) if raw.dtype.kind != "b" else np.zeros(raw.shape, dtype=np.bool_)
    if raw.dtype.kind == "f":
        wrong |= raw != np.floor(raw)
    made = np.ascontiguousarray(np.where(wrong, 0, raw).astype(kind))
    return made, tuple(at(field, wrong.ravel(), f"must be a whole number from {low} to {above - 1}"))


def _exact(given: object, raw: NDArray[Any], kind: type[np.integer[Any]]) -> NDArray[Any]:
    """Small and very large whole numbers side by side are taken for floats, which do not hold them: given whole, they stay whole."""
    try:
        made = np.asarray(given, dtype=kind)
    except (ValueError, TypeError, OverflowError):
        return raw
    return made if bool(np.all(made.astype(np.float64) == raw)) else raw


def real(value: object) -> float:
    """The number; NaN for what is none."""
    if not isinstance(value, int | float | np.integer | np.floating):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan


def integer(value: object, low: int, high: int) -> bool:
    """Whether it is a whole number within the limits."""
    return isinstance(value, int | np.integer) and low <= int(value) <= high
