"""Teams, units, shelters, risks, and what this service knows of others: incidents, alerts and activations in force."""

from sqlalchemy import Column, Index, Integer, String, Table

from chassis.database import key, moment
from services.resources.model.risk import CLASSES as RISK_CLASSES
from services.resources.model.risk import HIDDEN_DANGER, RISK_SOURCE, HiddenDanger, RiskSource
from services.resources.model.shelter import KINDS, LEVELS, SHELTER, Shelter, Stay
from services.resources.model.team import CLASSES, REGISTER, Team, Unit
from services.resources.tables.base import METADATA, not_negative, one_of, record_table

team = record_table("team", Team, one_of("state", REGISTER.states), one_of("team_class", CLASSES), *not_negative("capability_grade"))

unit = record_table(
    "unit",
    Unit,
    one_of("state", REGISTER.states),
    one_of("team_class", CLASSES),
    *not_negative("least_duty_minutes"),
    Index("ix_unit_team_id", "team_id"),
    references={"team_id": "team.id"},
)

shelter = record_table(
    "shelter",
    Shelter,
    one_of("state", SHELTER.states),
    one_of("level", LEVELS),
    one_of("kind", KINDS),
    *not_negative("occupancy"),
    Index("ix_shelter_region_code", "region_code"),
)

stay = record_table("stay", Stay, Index("ix_stay_shelter_id", "shelter_id", "create_at"), references={"shelter_id": "shelter.id"})

risk_source = record_table("risk_source", RiskSource, one_of("state", RISK_SOURCE.states), one_of("risk_class", RISK_CLASSES))

hidden_danger = record_table(
    "hidden_danger",
    HiddenDanger,
    one_of("state", HIDDEN_DANGER.states),
    one_of("risk_class", RISK_CLASSES),
    Index("ix_hidden_danger_create_at", "create_at", "id"),
)

incident_seen = Table(
    "incident_seen",
    METADATA,
    key(),
    Column("title", String, nullable=False),
    Column("event_code", String, nullable=False),
    Column("region_code", String, nullable=False),
    Column("exercise_id", String, nullable=False),
    moment("response_ended_at", nullable=True),
    Column("merged_into", String, nullable=False, server_default=""),
)
"""Incidents as dispatch tells of them."""

basis = Table(
    "basis",
    METADATA,
    key(),
    Column("level", Integer, nullable=False),
    Column("region_code", String, nullable=False),
    Column("incident", String, nullable=False),
    Column("exercise_id", String, nullable=False),
    moment("ended_at", nullable=True),
)
"""Alerts and activations (by resource name) that justify preparing a shelter or a standby; 1 is the most severe level."""
