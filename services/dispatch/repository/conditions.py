"""Conditions of statements that are made once: a list is one parameter, since what stands in IN is written out anew for every call."""

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, String, any_, bindparam, literal


def among(column: Any, words: Iterable[str]) -> ColumnElement[bool]:
    """The column holds one of these words."""
    condition: ColumnElement[bool] = column == any_(literal(list(words), ARRAY(String)))
    return condition


def given(column: Any, parameter: str) -> ColumnElement[bool]:
    """The column holds one of the words that the parameter lists."""
    condition: ColumnElement[bool] = column == any_(bindparam(parameter, type_=ARRAY(String)))
    return condition


def begins(column: Any, parameter: str) -> ColumnElement[bool]:
    """The column begins with one of the prefixes that the parameter lists, as `prefixes` gives them."""
    condition: ColumnElement[bool] = column.like(any_(bindparam(parameter, type_=ARRAY(String))))
    return condition


def prefixes(wanted: Iterable[str]) -> list[str] | None:
    """Prefixes as patterns; None when one is empty: anything begins with it."""
    listed = list(wanted)
    return None if "" in listed else [re.sub(r"([\\%_])", r"\\\1", prefix) + "%" for prefix in listed]
