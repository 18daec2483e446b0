"""Tables of dispatch; the database refuses the impossible by itself."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Float, Identity, Index, Integer, String, Table

from chassis.control import clock_table
from chassis.database import key, metadata, moment
from chassis.journal import journal_table
from chassis.timers import timer_table
from services.dispatch.model.incident import INCIDENT

METADATA = metadata()
journal_table(METADATA)
timer_table(METADATA)
clock_table(METADATA)


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """A CHECK that a text column holds one of the model's states."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


incident = Table(
    "incident",
    METADATA,
    key(),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("serial", BigInteger, Identity(), nullable=False),
    Column("title", String, nullable=False),
    Column("event_code", String, nullable=False),
    moment("occurred_at", nullable=True),
    moment("received_at"),
    Column("region_code", String, nullable=False),
    Column("address", String, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("source", String, nullable=False),
    Column("reporter", String, nullable=False),
    Column("verifier", String, nullable=False),
    Column("exercise_id", String, nullable=False),
    one_of("state", INCIDENT.states),
    Index("ix_incident_received_at", "received_at", "id"),
)
