"""Incidents."""

from sqlalchemy import BigInteger, Column, Float, Identity, Index, Integer, String, Table

from chassis.database import key, moment
from services.dispatch.model.incident import INCIDENT
from services.dispatch.tables.base import METADATA, one_of

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
