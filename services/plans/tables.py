"""Tables of plans; the database refuses the impossible by itself. Columns are the fields of the model; nested values are JSONB."""

from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Index, Integer, String, Table, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.control import clock_table
from chassis.database import key, metadata, moment
from chassis.journal import journal_table
from chassis.timers import timer_table
from services.plans.model.activation import ACTIVATION
from services.plans.model.correction import CORRECTION
from services.plans.model.drill import DRILL
from services.plans.model.filing import FILING
from services.plans.model.notice import NOTICE
from services.plans.model.review import REVIEW
from services.plans.model.version import VERSION

METADATA = metadata()
journal_table(METADATA)
timer_table(METADATA)
clock_table(METADATA)


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """A CHECK that a text column holds one of the model's states."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def words(*names: str) -> list[Column[Any]]:
    """Text columns; what is not known or not given is empty."""
    return [Column(name, String, nullable=False) for name in names]


def lists(*names: str) -> list[Column[Any]]:
    """Columns that hold several texts."""
    return [Column(name, ARRAY(String), nullable=False) for name in names]


def nested(*names: str) -> list[Column[Any]]:
    """Columns of value lists that nothing is searched by."""
    return [Column(name, JSONB(none_as_null=True), nullable=True) for name in names]


def numbers(*names: str) -> list[Column[Any]]:
    """Whole numbers that are always known."""
    return [Column(name, Integer, nullable=False) for name in names]


def days(*names: str) -> list[Column[Any]]:
    """Days that may be unknown."""
    return [Column(name, Date) for name in names]


def flags(*names: str) -> list[Column[Any]]:
    """Yes or no."""
    return [Column(name, Boolean, nullable=False) for name in names]


def level(name: str, lowest: int = 1) -> CheckConstraint:
    """A CHECK that a level lies between 1 (or 0 for none) and 4."""
    return CheckConstraint(f"{name} BETWEEN {lowest} AND 4", name=name)


plan = Table(
    "plan", METADATA, key(), *numbers("version", "latest_number"),
    *words("title", "kind", "region_code", "sector", "issuer_org", "lead_org", "effective_version", "doc_no"),
    *lists("hazards", "regions", "upper_plans"), *days("valid_from", "valid_to", "evaluate_by", "drill_by", "revise_by"),
    *nested("review_reasons"), moment("create_time"), moment("update_time"),
    Index("ix_plan_upper_plans", "upper_plans", postgresql_using="gin"),
)  # fmt: skip

plan_version = Table(
    "plan_version", METADATA, key(), *numbers("version", "number", "round"),
    *words("plan_id", "kind", "region_code", "state", "approver", "doc_no", "reason"), *lists("consultees", "editors"),
    *nested("content", "opinions", "feasibility", "deliberation"),
    moment("create_time"), moment("update_time"), moment("consultation_end_time", nullable=True), moment("issue_time", nullable=True),
    one_of("state", VERSION.states),
    Index("uq_plan_version_effective", "plan_id", unique=True, postgresql_where=text("state = 'effective'")),
    Index("uq_plan_version_number", "plan_id", "number", unique=True),
)  # fmt: skip

plan_filing = Table(
    "plan_filing", METADATA, key(), *numbers("version"),
    *words("plan_id", "plan_version", "region_code", "state", "addressee", "to_org", "formal_text_ref", "electronic_text_ref", "drafting_note_ref", "reason"),
    *lists("cc_orgs"), Column("issued_on", Date, nullable=False), *days("due_on"), moment("submit_time", nullable=True), *flags("late"),
    one_of("state", FILING.states),
    Index("ix_plan_filing_plan_id", "plan_id"),
)  # fmt: skip

plan_evaluation = Table(
    "plan_evaluation", METADATA, key(), *numbers("version", "score"), *words("plan_id", "plan_version", "region_code", "cause", "conclusion", "evaluator"),
    *lists("findings"), moment("evaluate_time"),
    CheckConstraint("score BETWEEN 0 AND 100", name="score"),
    Index("ix_plan_evaluation_plan_id", "plan_id"),
)  # fmt: skip

cause = Table(
    "cause", METADATA, key(), *numbers("version"), *words("title", "event_code", "region_code", "exercise_id"), *lists("regions"),
    Column("grade", Integer), Column("alert_level", Integer), *nested("metrics"),
    *flags("confirmed", "under_superior", "over", "response_ended"), moment("lead_known_at", nullable=True),
)  # fmt: skip

task_seen = Table(
    "task_seen", METADATA, key(), *numbers("version"), *words("incident", "title", "state", "activation", "action_id"), *flags("life_saving"),
    Index("ix_task_seen_incident", "incident", postgresql_where=text("life_saving")),
)  # fmt: skip

activation = Table(
    "activation", METADATA, key(), *numbers("version", "level", "proposed_level"),
    *words(
        "plan_id", "plan_version", "plan_title", "lead_org", "cause", "region_code", "exercise_id", "state", "basis", "proposer", "subject", "mode",
        "activator", "authority_org", "authorised_by", "proposed_level_basis", "paperwork_ref", "reason", "review",
    ),
    *lists("measures"), *flags("overdue"), *nested("level_history"), moment("create_time"),
    *(moment(name, nullable=True) for name in ("expected_end_time", "activate_time", "paperwork_due_time", "paperwork_file_time", "terminate_time")),
    one_of("state", ACTIVATION.states), level("level"), level("proposed_level", 0),
    Index("uq_activation_open", "plan_id", "cause", unique=True, postgresql_where=text("state IN ('proposed', 'active')")),
    Index("ix_activation_cause", "cause"),
    Index("ix_activation_create_time", "create_time", "id"),
    Index(
        "ix_activation_debt", "paperwork_due_time", "id",
        postgresql_where=text("paperwork_due_time IS NOT NULL AND paperwork_file_time IS NULL"),
    ),
)  # fmt: skip

action_at_work = Table(
    "action_at_work", METADATA, key(), *numbers("version", "level"), *words("activation_id", "cause", "state", "task"), *nested("card"), moment("due_time"),
    one_of("state", ("open", "done", "failed", "cancelled")), level("level"),
    Index("ix_action_at_work_cause", "cause", "due_time"),
    Index("ix_action_at_work_activation_id", "activation_id", "due_time"),
)  # fmt: skip

post_notice = Table(
    "post_notice", METADATA, key(), *numbers("version", "level", "actions", "attempts"),
    *words("activation_id", "cause", "region_code", "exercise_id", "post", "person", "alternate", "channel", "state", "remark"), moment("update_time"),
    one_of("state", NOTICE.states),
    Index("ix_post_notice_activation_id", "activation_id"),
)  # fmt: skip

drill = Table(
    "drill", METADATA, key(), *numbers("version", "year"),
    *words(
        "title", "type", "plan_id", "plan_version", "region_code", "scenario", "state", "organiser", "place", "evaluation_scheme_ref", "safety_plan_ref",
        "public_notice_ref", "reason", "incident",
    ),
    *lists("participants", "evaluators", "findings"), *flags("public_signals"), *nested("injects", "ratings"),
    *(moment(name, nullable=True) for name in ("scheduled_time", "start_time", "end_time")),
    one_of("state", DRILL.states),
    Index("ix_drill_year", "year", "organiser"),
    Index("ix_drill_alive", "id", postgresql_where=text("state IN ('planned', 'preparing', 'ready', 'in_progress')")),
)  # fmt: skip

review = Table(
    "review", METADATA, key(), *numbers("version"),
    *words("cause", "region_code", "exercise_id", "state", "course", "root_cause", "assessment", "lessons", "measures", "checker"),
    *lists("writers"), *nested("findings"), moment("create_time"), moment("submit_time", nullable=True),
    one_of("state", REVIEW.states),
    Index("uq_review_cause", "cause", unique=True),
    Index("ix_review_create_time", "create_time", "id"),
)  # fmt: skip

corrective_action = Table(
    "corrective_action", METADATA, key(), *numbers("version"),
    *words("parent", "cause", "region_code", "exercise_id", "text", "owner_org", "plan", "state", "evidence", "finisher", "verifier", "reason"),
    Column("due_on", Date, nullable=False), *flags("overdue"),
    one_of("state", CORRECTION.states),
    Index("ix_corrective_action_parent", "parent"),
    Index("ix_corrective_action_due_on", "due_on", "id"),
)  # fmt: skip
