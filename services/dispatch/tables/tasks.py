"""Tasks and assignments. The database refuses a second live assignment of a unit."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, String, Table, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.database import key, moment
from services.dispatch.model.assignment import ASSIGNMENT, LIVE
from services.dispatch.model.task import KINDS, TASK
from services.dispatch.tables.base import METADATA, one_of

task = Table(
    "task",
    METADATA,
    key(),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("title", String, nullable=False),
    Column("description", String, nullable=False),
    Column("life_saving", Boolean, nullable=False),
    moment("created_at"),
    Column("incident_id", String, nullable=False),
    Column("activation_id", String, nullable=False),
    Column("clause", String, nullable=False),
    Column("plan_action", String, nullable=False),
    Column("alert_id", String, nullable=False),
    Column("evacuation_order_id", String, nullable=False),
    Column("pre_position_id", String, nullable=False),
    Column("responsible", String, nullable=False),
    Column("region_code", String, nullable=False),
    Column("address", String, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("needs", JSONB, nullable=False),
    Column("qualifications", ARRAY(String), nullable=False),
    moment("due_at", nullable=True),
    moment("issued_at", nullable=True),
    moment("started_at", nullable=True),
    moment("done_at", nullable=True),
    Column("result", String, nullable=False),
    Column("done_by", String, nullable=False),
    Column("verified_by", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("exercise_id", String, nullable=False),
    one_of("state", TASK.states),
    one_of("kind", KINDS),
    Index("ix_task_created_at", "created_at", "id"),
    Index("ix_task_incident_id", "incident_id"),
    Index("ix_task_activation_id", "activation_id"),
)
assignment = Table(
    "assignment",
    METADATA,
    key(),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("unit_id", String, nullable=False),
    Column("task_id", String, nullable=False),
    Column("incident_id", String, nullable=False),
    Column("region_code", String, nullable=False),
    Column("unit_display_name", String, nullable=False),
    Column("fence", BigInteger, nullable=False),
    moment("created_at"),
    moment("answer_due_at"),
    Column("matched", ARRAY(String), nullable=False),
    Column("dispatcher", String, nullable=False),
    Column("override_reason", String, nullable=False),
    Column("zone", String, nullable=False),
    *(moment(name, nullable=True) for name in ("expected_at", "accepted_at", "departed_at", "arrived_at", "working_at", "completed_at")),
    *(moment(name, nullable=True) for name in ("released_at", "closed_at")),
    Column("arrive_lon", Float),
    Column("arrive_lat", Float),
    Column("arrive_place", String, nullable=False),
    Column("result", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("equipment_note", String, nullable=False),
    Column("suggestions", JSONB, nullable=False),
    Column("recommended", ARRAY(String), nullable=False),
    Column("overridden", Boolean, nullable=False),
    Column("allocation_proposal_id", String, nullable=False),
    Column("exercise_id", String, nullable=False),
    one_of("state", ASSIGNMENT.states),
    Index("ix_assignment_created_at", "created_at", "id"),
    Index("ix_assignment_task_id", "task_id"),
    Index("ix_assignment_incident_id", "incident_id"),
)
_LIVE = text("state IN ({})".format(", ".join(f"'{state}'" for state in LIVE)))
Index("uq_assignment_live_unit", assignment.c.unit_id, unique=True, postgresql_where=_LIVE)
Index("uq_assignment_unit_fence", assignment.c.unit_id, assignment.c.fence, unique=True)
