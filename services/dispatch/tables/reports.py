"""Reports and the obligations to report. The database refuses a second initial or final report and a second obligation of one key."""

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, String, Table, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.database import key, moment
from services.dispatch.grading.reports import ReportKind
from services.dispatch.model.obligation import OBLIGATION
from services.dispatch.model.report import REPORT
from services.dispatch.tables.base import METADATA, one_of

obligation = Table(
    "obligation",
    METADATA,
    key(),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("incident_id", String, nullable=False),
    Column("region_code", String, nullable=False),
    Column("exercise_id", String, nullable=False),
    moment("created_at"),
    moment("updated_at"),
    Column("key", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("basis", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("from_level", String, nullable=False),
    Column("to_level", String, nullable=False),
    moment("clock_start"),
    moment("due_at"),
    moment("strict_due_at"),
    moment("met_at", nullable=True),
    Column("satisfied_by", String, nullable=False),
    Column("evidence", String, nullable=False),
    Column("waive_reason", String, nullable=False),
    Column("approver", String, nullable=False),
    one_of("state", OBLIGATION.states),
    CheckConstraint("(state IN ('met', 'met_late')) = (met_at IS NOT NULL)", name="met"),
    Index("uq_obligation_incident_id_key", "incident_id", "key", unique=True),
    Index("ix_obligation_due_at", "due_at", "id"),
    Index("ix_obligation_strict_due_at", "strict_due_at"),
)
report = Table(
    "report",
    METADATA,
    key(),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("incident_id", String, nullable=False),
    Column("region_code", String, nullable=False),
    Column("exercise_id", String, nullable=False),
    moment("created_at"),
    moment("updated_at"),
    Column("kind", String, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("episode", Integer, nullable=False),
    Column("elements", JSONB, nullable=False),
    Column("deliveries", JSONB, nullable=False),
    Column("drafter", String, nullable=False),
    Column("accident", Boolean, nullable=False),
    Column("signatory", String, nullable=False),
    moment("signed_at", nullable=True),
    moment("sent_at", nullable=True),
    Column("urgent", Boolean, nullable=False),
    moment("sign_due_at", nullable=True),
    Column("figures", JSONB),
    moment("figures_at", nullable=True),
    Column("corrects", String, nullable=False),
    Column("return_reason", String, nullable=False),
    Column("met", ARRAY(String), nullable=False),
    one_of("state", REPORT.states),
    one_of("kind", tuple(ReportKind)),
    CheckConstraint("signatory <> drafter", name="two_persons"),
    CheckConstraint("sent_at IS NULL OR urgent OR signatory <> ''", name="signed"),
    Index("uq_report_number", "incident_id", "kind", "seq", unique=True),
    Index("uq_report_initial", "incident_id", unique=True, postgresql_where=text("kind = 'initial'")),
    Index("uq_report_final", "incident_id", "episode", unique=True, postgresql_where=text("kind = 'final'")),
    Index("ix_report_created_at", "created_at", "id"),
)
