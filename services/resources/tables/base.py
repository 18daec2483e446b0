"""What every table of resources stands on: one metadata, and columns that follow the model."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from types import NoneType
from typing import Any, get_args, get_type_hints

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Date, DateTime, Float, ForeignKey, Integer, Numeric, String, Table
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.schema import SchemaItem

from chassis.control import clock_table
from chassis.database import metadata
from chassis.journal import journal_table
from chassis.timers import timer_table

METADATA = metadata()
journal_table(METADATA)
timer_table(METADATA)
clock_table(METADATA)

QUANTITY = Numeric(18, 3)
"""Quantities: up to 15 digits before and 3 after the point, never floats."""
_TYPES: Mapping[Any, Any] = {str: String(), int: Integer(), bool: Boolean(), float: Float(), Decimal: QUANTITY, datetime: DateTime(timezone=True), date: Date()}


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """A CHECK that a text column holds one of the model's words."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def not_negative(*columns: str) -> list[CheckConstraint]:
    """A CHECK for each column that it does not fall below zero."""
    return [CheckConstraint(f"{column} >= 0", name=column) for column in columns]


def record_table(name: str, kind: type[Any], *rules: SchemaItem, references: Mapping[str, str] | None = None) -> Table:
    """A table with a column for each field of the model's class: values as they are, nested ones as JSON; `references` are foreign keys."""
    hints = get_type_hints(kind)
    columns = [_column(each.name, hints[each.name], (references or {}).get(each.name)) for each in fields(kind)]
    return Table(name, METADATA, *columns, *rules)


def _column(name: str, hint: Any, reference: str | None) -> Column[Any]:
    parts = get_args(hint)
    nullable = NoneType in parts
    kind = next(part for part in parts if part is not NoneType) if nullable else hint
    keys = [ForeignKey(reference)] if reference else []
    column_type = BigInteger() if name.endswith("_fen") else _TYPES.get(kind, JSONB())
    return Column(name, column_type, *keys, nullable=nullable, primary_key=name == "id")
