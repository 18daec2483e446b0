"""What every table of experts stands on: one metadata, with the chassis' own tables in it."""

from sqlalchemy import CheckConstraint

from chassis.control import clock_table
from chassis.database import metadata
from chassis.journal import journal_table
from chassis.timers import timer_table

METADATA = metadata()
journal_table(METADATA)
timer_table(METADATA)
clock_table(METADATA)


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """A CHECK that a text column holds one of the model's states."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
