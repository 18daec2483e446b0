"""What rows are asked for, in words of the field."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_

from services.alerts.tables import alert, authority, channel_target, external_alert, incident_seen, receipt, threshold, threshold_crossing

Condition = ColumnElement[bool]


def standing() -> Condition:
    """Authorities that were not withdrawn."""
    return authority.c.withdraw_time.is_(None)


def kept_targets() -> Condition:
    """Targets that were not deleted."""
    return channel_target.c.delete_time.is_(None)


def incident_is(incident_id: str) -> Condition:
    """The incident of this id."""
    return incident_seen.c.id == incident_id


def in_force(at: datetime) -> list[Condition]:
    """External alerts that are accepted and shown at this moment."""
    return [external_alert.c.state == "accepted", or_(external_alert.c.show_until_time.is_(None), external_alert.c.show_until_time > at)]


def concerns_district() -> Condition:
    """External alerts that touch this district."""
    return external_alert.c.concerns_district.is_(True)


def thresholds_on(metrics: Sequence[str]) -> list[Condition]:
    """Thresholds in force on these metrics."""
    return [threshold.c.metric.in_(metrics), threshold.c.retire_time.is_(None)]


def made_by(observations: Sequence[str]) -> Condition:
    """Crossings that these observations made."""
    return threshold_crossing.c.observation.in_(observations)


def receipts_of(alert_id: str) -> Condition:
    """Receipts of an alert."""
    return receipt.c.alert_id == alert_id


def review_owed() -> list[Condition]:
    """Alerts whose review is owed."""
    return [alert.c.post_review_due_time.is_not(None), alert.c.post_review_time.is_(None)]


def in_states(states: Sequence[str]) -> list[Condition]:
    """Alerts in one of these states; all when none is named."""
    return [alert.c.state.in_(states)] if states else []


def of_exercise(exercise_id: str | None) -> list[Condition]:
    """Alerts of this exercise; real ones for an empty id, all for None."""
    return [] if exercise_id is None else [alert.c.exercise_id == exercise_id]


def of_event(prefix: str) -> list[Condition]:
    """Alerts whose event code begins so."""
    return [alert.c.content["event_code"].astext.startswith(prefix, autoescape=True)] if prefix else []
