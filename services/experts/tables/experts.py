"""Experts and organisations."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, Table, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.database import key, moment
from services.experts.model.expert import EXPERT
from services.experts.tables.base import METADATA, one_of

organisation = Table(
    "organisation",
    METADATA,
    key(),
    Column("version", Integer, nullable=False),
    Column("display_name", String, nullable=False),
    Column("parent_id", String, nullable=False),
    moment("created_at"),
    moment("updated_at"),
    Column("region_code", String, nullable=False),
    CheckConstraint("parent_id <> id", name="not_own_parent"),
)

expert = Table(
    "expert",
    METADATA,
    key(),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("region_code", String, nullable=False),
    Column("owner_org", String, nullable=False),
    Column("nominator", String, nullable=False),
    Column("reviewer", String, nullable=False),
    moment("created_at"),
    moment("updated_at"),
    moment("appointed_from", nullable=True),
    moment("appointed_to", nullable=True),
    moment("verified_at", nullable=True),
    moment("stale_at", nullable=True),
    moment("purge_at", nullable=True),
    moment("purged_at", nullable=True),
    Column("disciplines", ARRAY(String), nullable=False),
    Column("shared_with", ARRAY(String), nullable=False),
    Column("profile", JSONB, nullable=False),
    Column("ratings", JSONB, nullable=False),
    # Personal data from here on; a purge empties it.
    Column("display_name", String, nullable=False),
    Column("contact", JSONB, nullable=False),
    Column("account", String, nullable=False),
    Column("id_hash", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("discipline_records", JSONB, nullable=False),
    one_of("state", EXPERT.states),
    CheckConstraint("reviewer <> nominator", name="reviewer_is_not_nominator"),
    CheckConstraint("appointed_to > appointed_from", name="appointment_span"),
    CheckConstraint("purged_at IS NULL OR (display_name = '' AND account = '' AND id_hash = '' AND reason = '' AND contact = '{}'::jsonb)", name="purged"),
    Index("uq_expert_id_hash", "id_hash", unique=True, postgresql_where=text("id_hash <> '' AND state NOT IN ('removed', 'rejected')")),
    Index("uq_expert_account", "account", unique=True, postgresql_where=text("account <> '' AND state NOT IN ('removed', 'rejected')")),
    Index("ix_expert_disciplines", "disciplines", postgresql_using="gin"),
)
