"""Allocation proposals, and the plans they come to."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, text
from sqlalchemy.dialects.postgresql import JSONB

from chassis.database import key, moment
from services.dispatch.model.allocation import ALLOCATION, WAITING
from services.dispatch.tables.base import METADATA, one_of

allocation_proposal = Table(
    "allocation_proposal",
    METADATA,
    key(),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    moment("created_at"),
    moment("started_at", nullable=True),
    moment("ended_at", nullable=True),
    Column("region_code", String, nullable=False),
    Column("requester", String, nullable=False),
    Column("spec", JSONB, nullable=False),
    Column("progress", Integer, nullable=False),
    Column("message", JSONB, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("summary", JSONB(none_as_null=True)),
    one_of("state", ALLOCATION.states),
    CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
    CheckConstraint("(summary IS NOT NULL) OR state NOT IN ('ready', 'committed')", name="summary"),
    Index("ix_allocation_proposal_created_at", "created_at", "id"),
)
_WAITING = text("state IN ({})".format(", ".join(f"'{state}'" for state in WAITING)))
Index("ix_allocation_proposal_waiting", allocation_proposal.c.created_at, postgresql_where=_WAITING)
allocation_plan = Table(
    "allocation_plan",
    METADATA,
    Column("id", String, ForeignKey("allocation_proposal.id"), primary_key=True),
    Column("version", Integer, nullable=False),
    *(Column(name, JSONB, nullable=False) for name in ("sites", "lines", "gaps", "before", "after", "areas")),
)
