"""Units as the register tells them and dispatch sees them, and where they were."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, String, Table
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.database import key, moment
from services.dispatch.model.unit import UNIT
from services.dispatch.tables.base import METADATA, one_of

unit = Table(
    "unit",
    METADATA,
    key(),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("lost_from", String, nullable=False),
    moment("state_at"),
    moment("heard_at"),
    Column("in_register", Boolean, nullable=False),
    Column("team_id", String, nullable=False),
    Column("team_class", String, nullable=False),
    Column("team_display_name", String, nullable=False),
    Column("display_name", String, nullable=False),
    Column("display_name_en", String, nullable=False),
    Column("region_code", String, nullable=False),
    Column("home_lon", Float),
    Column("home_lat", Float),
    Column("contact", String, nullable=False),
    Column("capabilities", JSONB, nullable=False),
    Column("codes", ARRAY(String), nullable=False),
    Column("qualifications", ARRAY(String), nullable=False),
    Column("crew_size", Integer, nullable=False),
    Column("assignment_id", String, nullable=False),
    Column("incident_id", String, nullable=False),
    Column("exercise_id", String, nullable=False),
    Column("fence", BigInteger, nullable=False),
    moment("expected_at", nullable=True),
    Column("made_for_exercise", String, nullable=False),
    moment("duty_end_at", nullable=True),
    Column("least_duty_minutes", Integer),
    moment("known_at", nullable=True),
    one_of("state", UNIT.states),
    Index("ix_unit_codes", "codes", postgresql_using="gin"),
)
position = Table(
    "position",
    METADATA,
    key("unit_id"),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    moment("located_at"),
    moment("heard_at"),
    Column("source", String, nullable=False),
    Column("accuracy_m", Float),
    Column("speed_mps", Float),
    Column("course_deg", Float),
)
track = Table(
    "track",
    METADATA,
    key("unit_id"),
    moment("located_at", primary_key=True),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("source", String, nullable=False),
)
