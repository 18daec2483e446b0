"""Road closures."""

from sqlalchemy import CheckConstraint, Column, Float, Index, Integer, String, Table
from sqlalchemy.dialects.postgresql import JSONB

from chassis.database import key, moment
from services.dispatch.model.road_closure import KINDS, ROAD_CLOSURE
from services.dispatch.tables.base import METADATA, one_of

road_closure = Table(
    "road_closure",
    METADATA,
    key(),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("points", JSONB, nullable=False),
    Column("radius_m", Float),
    Column("factor", Float),
    Column("reason", String, nullable=False),
    Column("incident_id", String, nullable=False),
    Column("region_code", String, nullable=False),
    Column("exercise_id", String, nullable=False),
    moment("created_at"),
    moment("starts_at"),
    moment("ends_at", nullable=True),
    Column("lift_reason", String, nullable=False),
    moment("finished_at", nullable=True),
    one_of("state", ROAD_CLOSURE.states),
    one_of("kind", KINDS),
    CheckConstraint("(kind = 'slowed') = (factor IS NOT NULL)", name="factor"),
    CheckConstraint("ends_at > starts_at", name="span"),
    Index("ix_road_closure_created_at", "created_at", "id"),
)
