"""Evacuation orders and relief records."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, Table
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.database import key, moment
from services.dispatch.model.relief import EVACUATION, PROVISIONS
from services.dispatch.tables.base import METADATA, one_of

evacuation_order = Table(
    "evacuation_order",
    METADATA,
    key(),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("incident_id", String, nullable=False),
    Column("alert_id", String, nullable=False),
    Column("settlement", String, nullable=False),
    Column("region_code", String, nullable=False),
    Column("people_count", Integer, nullable=False),
    Column("destination", String, nullable=False),
    Column("assembly_place", String, nullable=False),
    Column("transport", String, nullable=False),
    Column("responsible", String, nullable=False),
    Column("reason", String, nullable=False),
    moment("created_at"),
    moment("due_at", nullable=True),
    Column("moved_count", Integer),
    Column("remaining_count", Integer),
    moment("completed_at", nullable=True),
    Column("task_ids", ARRAY(String), nullable=False),
    Column("note", String, nullable=False),
    Column("exercise_id", String, nullable=False),
    one_of("state", EVACUATION.states),
    CheckConstraint("people_count > 0 AND moved_count >= 0 AND remaining_count >= 0", name="counts"),
    Index("ix_evacuation_order_created_at", "created_at", "id"),
)
relief_record = Table(
    "relief_record",
    METADATA,
    key(),
    Column("version", Integer, nullable=False),
    Column("incident_id", String, nullable=False),
    Column("settlement", String, nullable=False),
    Column("region_code", String, nullable=False),
    Column("people_count", Integer),
    *(moment(f"{kind}_at", nullable=True) for kind in PROVISIONS),
    moment("created_at"),
    Column("exercise_id", String, nullable=False),
    CheckConstraint("people_count >= 0", name="counts"),
    Index("uq_relief_record_settlement", "incident_id", "settlement", unique=True),
    Index("ix_relief_record_created_at", "created_at", "id"),
)
