"""Shifts, spot checks and sensitive windows."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, Table
from sqlalchemy.dialects.postgresql import JSONB

from chassis.database import key, moment
from services.dispatch.model.coverage import WINDOW
from services.dispatch.model.shift import SHIFT, SPOT_CHECK
from services.dispatch.model.spot_check import KINDS
from services.dispatch.tables.base import METADATA, one_of

shift = Table(
    "shift",
    METADATA,
    key(),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("org", String, nullable=False),
    Column("region_code", String, nullable=False),
    moment("start_at"),
    moment("end_at"),
    Column("leader", JSONB, nullable=False),
    Column("officers", JSONB, nullable=False),
    moment("filed_at", nullable=True),
    moment("actual_start_at", nullable=True),
    moment("actual_end_at", nullable=True),
    Column("late_minutes", Integer, nullable=False),
    Column("change", JSONB(none_as_null=True)),
    Column("handover_items", JSONB, nullable=False),
    Column("handed_over_by", String, nullable=False),
    Column("accepted_by", String, nullable=False),
    Column("successor_id", String, nullable=False),
    one_of("state", SHIFT.states),
    CheckConstraint("start_at < end_at", name="ends_after_start"),
    Index("ix_shift_org_start_at", "org", "start_at"),
    Index("ix_shift_start_at", "start_at", "id"),
)
spot_check = Table(
    "spot_check",
    METADATA,
    key(),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("shift_id", String, nullable=False),
    Column("org", String, nullable=False),
    Column("region_code", String, nullable=False),
    Column("kind", String, nullable=False),
    moment("issued_at"),
    Column("issued_by", String, nullable=False),
    Column("answer_within_s", Integer, nullable=False),
    moment("answered_at", nullable=True),
    Column("answered_by", String, nullable=False),
    Column("response_s", Integer),
    one_of("state", SPOT_CHECK.states),
    one_of("kind", KINDS),
    Index("ix_spot_check_issued_at", "issued_at", "id"),
)
sensitive_window = Table(
    "sensitive_window",
    METADATA,
    key(),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("display_name", String, nullable=False),
    Column("region_code", String, nullable=False),
    moment("start_at"),
    moment("end_at"),
    one_of("state", WINDOW.states),
    CheckConstraint("start_at < end_at", name="ends_after_start"),
    Index("ix_sensitive_window_start_at", "start_at", "id"),
)
