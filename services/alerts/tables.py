"""Tables of alerts; the database refuses the impossible by itself. Columns are the fields of the model; nested values are JSONB.

What a CHECK cannot say, the triggers of migration 0002 do: no delivery row takes an exercise to a live target, and a message never changes what it is.
"""

from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Table, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis.control import clock_table
from chassis.database import key, metadata, moment
from chassis.journal import journal_table
from chassis.timers import timer_table
from services.alerts.channels.delivery import ChannelKind
from services.alerts.model.alert import ALERT, MSG_TYPES, OUT, STATUSES
from services.alerts.model.chain import CHAIN
from services.alerts.model.delivery import DELIVERY
from services.alerts.model.external import EXTERNAL
from services.alerts.model.notice import KINDS, NOTICE
from services.alerts.model.observation import COMPARISONS

METADATA = metadata()
journal_table(METADATA)
timer_table(METADATA)
clock_table(METADATA)
CHANNELS = tuple(map(str, ChannelKind))


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """A CHECK that a text column holds one of the model's words."""
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


def counts(*names: str) -> list[Column[Any]]:
    """Whole numbers that may be unknown, and then are not zero."""
    return [Column(name, Integer) for name in names]


def flags(*names: str) -> list[Column[Any]]:
    """Yes or no."""
    return [Column(name, Boolean, nullable=False) for name in names]


def maybe(*names: str) -> list[Column[Any]]:
    """Moments that may be absent."""
    return [moment(name, nullable=True) for name in names]


station = Table(
    "station", METADATA, key(), *numbers("version"), *words("title", "region_code", "operator"), *lists("metrics"), *nested("location"), moment("create_time"),
)  # fmt: skip

threshold = Table(
    "threshold", METADATA, key(), *numbers("version", "level"),
    *words("event_code", "metric", "comparison", "value", "station_id", "region_code", "source"), *maybe("retire_time"),
    one_of("comparison", COMPARISONS), CheckConstraint("level BETWEEN 1 AND 4", name="level"),
    Index("ix_threshold_metric", "metric", postgresql_where=text("retire_time IS NULL")),
)  # fmt: skip

observation = Table(
    "observation", METADATA, key(), *numbers("version"), *words("station_id", "region_code", "exercise_id"), *nested("readings"),
    moment("observe_time"), moment("receive_time"),
    Index("ix_observation_station_id", "station_id", "exercise_id", "observe_time", "id"),
    Index("ix_observation_observe_time", "observe_time", "id"),
)  # fmt: skip

threshold_crossing = Table(
    "threshold_crossing", METADATA, key(), *numbers("version", "proposed_level"),
    *words("threshold", "station_id", "observation", "event_code", "metric", "value", "threshold_value", "region_code", "exercise_id"),
    moment("observe_time"),
    Index("ix_threshold_crossing_observe_time", "observe_time", "id"),
    Index("ix_threshold_crossing_observation", "observation"),
)  # fmt: skip

authority = Table(
    "authority", METADATA, key(), *numbers("version"), *words("org", "event_prefix", "region_code", "grant_id", "grantor", "basis"),
    Column("levels", ARRAY(Integer), nullable=False), *maybe("valid_from_time", "valid_until_time", "withdraw_time"),
    CheckConstraint("grant_id = '' OR valid_until_time IS NOT NULL", name="grant_ends"),
    CheckConstraint("levels <@ ARRAY[1, 2, 3, 4] AND cardinality(levels) > 0", name="levels"),
)  # fmt: skip

external_alert = Table(
    "external_alert", METADATA, key(), *numbers("version", "level"),
    *words(
        "state", "sender", "identifier", "status", "msg_type", "region_code", "fingerprint", "chain_id", "event", "event_code", "sender_name", "headline",
        "description", "instruction", "area_description", "judge", "judge_reason", "content_type", "source",
    ),
    *lists("regions", "ended"), *flags("concerns_district"), *nested("findings", "cap_references"), Column("document", LargeBinary, nullable=False),
    moment("create_time"), *maybe("sent_time", "onset_time", "expire_time", "show_until_time"),
    one_of("state", EXTERNAL.states),
    Index("uq_external_alert_identifier", "sender", "identifier", unique=True, postgresql_where=text("state IN ('accepted', 'superseded', 'cancelled')")),
    Index("ix_external_alert_sender", "sender", "identifier"),
    Index("ix_external_alert_create_time", "create_time", "id"),
)  # fmt: skip

alert_chain = Table(
    "alert_chain", METADATA, key(), *numbers("version"), *words("region_code", "exercise_id", "state", "head_id"), *lists("measured"),
    moment("create_time"), *maybe("start_time", "expected_end_time", "end_time"),
    one_of("state", CHAIN.states),
    CheckConstraint("(state = 'pending') = (head_id = '')", name="head"),
    Index("ix_alert_chain_create_time", "create_time", "id"),
)  # fmt: skip

alert = Table(
    "alert", METADATA, key(), *numbers("version", "target_population"),
    *words(
        "kind", "status", "exercise_id", "chain_id", "region_code", "sender", "prior_id", "state", "identifier", "content_hash", "authority", "incident",
        "reason", "told_ratio",
    ),
    *lists("editors", "suggested_incidents", "regions", "villages"), *flags("urgent", "forwarded"), *nested("content", "signatures", "measures"),
    Column("document", LargeBinary, nullable=False),
    moment("create_time"), moment("update_time"), *maybe("post_review_due_time", "post_review_time", "approve_time", "publish_time", "end_time"),
    one_of("state", ALERT.states), one_of("kind", tuple(MSG_TYPES)), one_of("status", tuple(STATUSES)),
    CheckConstraint("(status = 'exercise') = (exercise_id <> '')", name="exercise"),
    CheckConstraint("(kind = 'alert') = (prior_id = '')", name="prior"),
    CheckConstraint(f"(state IN {OUT!r}) = (identifier <> '')", name="identifier"),
    CheckConstraint("state IN ('draft', 'submitted', 'discarded') OR content_hash <> ''", name="approved"),
    Index("uq_alert_live", "chain_id", unique=True, postgresql_where=text("state = 'published'")),
    Index("uq_alert_successor", "prior_id", unique=True, postgresql_where=text("prior_id <> '' AND identifier <> ''")),
    Index("uq_alert_identifier", "identifier", unique=True, postgresql_where=text("identifier <> ''")),
    Index("ix_alert_chain_id", "chain_id", "publish_time"),
    Index("ix_alert_create_time", "create_time", "id"),
    Index("ix_alert_publish_time", "publish_time", postgresql_where=text("publish_time IS NOT NULL")),
    Index("ix_alert_exercise_id", "exercise_id", postgresql_where=text("exercise_id <> ''")),
    Index(
        "ix_alert_debt", "post_review_due_time", "id",
        postgresql_where=text("post_review_due_time IS NOT NULL AND post_review_time IS NULL"),
    ),
)  # fmt: skip

alert_notice = Table(
    "alert_notice", METADATA, key(), *numbers("version"),
    *words("alert_id", "kind", "addressee_region", "addressee", "region_code", "exercise_id", "state", "remark"),
    moment("create_time"), *maybe("acknowledge_time"),
    one_of("state", NOTICE.states), one_of("kind", KINDS),
    Index("ix_alert_notice_alert_id", "alert_id"),
    Index("ix_alert_notice_create_time", "create_time", "id"),
)  # fmt: skip

incident_seen = Table(
    "incident_seen", METADATA, key(), *numbers("version"), *words("event_code", "title", "region_code", "exercise_id"), *lists("regions"),
    Column("lon", Float), Column("lat", Float),
)  # fmt: skip

channel_target = Table(
    "channel_target", METADATA, key(), *numbers("version"), *words("channel", "title", "region_code", "address"), *lists("recipients", "regions"),
    *flags("accepts_exercises", "deduplicates", "enabled", "counts_persons"), *maybe("delete_time"),
    one_of("channel", CHANNELS),
    CheckConstraint("channel <> 'drill' OR accepts_exercises", name="drill"),
)  # fmt: skip

delivery = Table(
    "delivery", METADATA, key(), *numbers("version", "attempts", "confirmed"),
    Column("alert_id", String, ForeignKey("alert.id"), nullable=False), Column("target_id", String, ForeignKey("channel_target.id"), nullable=False),
    *words("channel", "region_code", "exercise_id", "state", "reason", "claim"), *lists("remote_ids"), *nested("details", "pending"),
    *counts("reached", "accepted", "refused"), moment("create_time"), moment("update_time"), *maybe("lease_time", "retry_time"),
    one_of("state", DELIVERY.states), one_of("channel", CHANNELS),
    CheckConstraint("(state = 'sending') = (lease_time IS NOT NULL)", name="lease"),
    Index("uq_delivery_once", "alert_id", "channel", "target_id", unique=True),
    Index("ix_delivery_queued", "retry_time", "id", postgresql_where=text("state = 'queued'")),
    Index("ix_delivery_sending", "lease_time", postgresql_where=text("state = 'sending'")),
    Index("ix_delivery_create_time", "create_time", "id"),
    Index("ix_delivery_remote_ids", "remote_ids", postgresql_using="gin"),
)  # fmt: skip

receipt = Table(
    "receipt", METADATA, key(), *numbers("version", "reached"),
    *words("alert_id", "village", "channel", "target_id", "outside_channel", "region_code", "exercise_id", "evidence_ref", "source"),
    *flags("failed"), moment("receipt_time"), moment("record_time"),
    one_of("channel", CHANNELS), CheckConstraint("reached >= 0", name="reached"),
    Index("ix_receipt_alert_id", "alert_id", "receipt_time", "id"),
)  # fmt: skip
