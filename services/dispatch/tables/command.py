"""Command posts and everybody's time in command. The database refuses a second commander in force."""

from sqlalchemy import Column, Float, Index, Integer, String, Table, text

from chassis.database import key, moment
from services.dispatch.model.command import LEVELS, POST
from services.dispatch.tables.base import METADATA, one_of

command_post = Table(
    "command_post",
    METADATA,
    key(),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("incident_id", String, nullable=False),
    Column("region_code", String, nullable=False),
    Column("lead_level", String, nullable=False),
    Column("org", String, nullable=False),
    Column("title", String, nullable=False),
    Column("commander", String, nullable=False),
    moment("created_at"),
    Column("place", String, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("exercise_id", String, nullable=False),
    one_of("state", POST.states),
    one_of("lead_level", LEVELS),
    Index("uq_command_post_in_command", "incident_id", unique=True, postgresql_where=text("state = 'in_command'")),
    Index("ix_command_post_created_at", "created_at", "id"),
)
command_term = Table(
    "command_term",
    METADATA,
    key("post_id"),
    Column("seq", Integer, primary_key=True),
    Column("incident_id", String, nullable=False),
    Column("commander", String, nullable=False),
    Column("org", String, nullable=False),
    moment("started_at"),
    moment("ended_at", nullable=True),
    Column("brief", String, nullable=False),
    Column("handed_over_by", String, nullable=False),
    Index("uq_command_term_in_force", "incident_id", unique=True, postgresql_where=text("ended_at IS NULL")),
)
