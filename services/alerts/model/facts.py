"""What happens to alerts, own and external, as facts (topic `fenghuo.alerts.alert.v1`); `key` is the chain's id."""

from dataclasses import dataclass
from datetime import datetime

from services.alerts.model.content import AlertPolygon, Circle
from services.alerts.model.measures import LawMeasure


@dataclass(frozen=True, slots=True)
class AlertFact:
    """Which chain."""

    key: str
    chain: str


@dataclass(frozen=True, slots=True)
class AlertDrafted(AlertFact):
    """Drafted."""

    kind: str
    event_code: str
    level: int


@dataclass(frozen=True, slots=True)
class AlertSubmitted(AlertFact):
    """Submitted."""

    kind: str
    event_code: str
    level: int
    content_hash: str


@dataclass(frozen=True, slots=True)
class AlertReviewed(AlertFact):
    """Reviewed before approval."""

    content_hash: str


@dataclass(frozen=True, slots=True)
class AlertReturned(AlertFact):
    """Returned to its editor."""

    reason: str


@dataclass(frozen=True, slots=True)
class AlertApproved(AlertFact):
    """Approved."""

    event_code: str
    level: int
    content_hash: str
    urgent: bool
    post_review_due_time: datetime | None
    authority: str


@dataclass(frozen=True, slots=True)
class AlertDiscarded(AlertFact):
    """Recalled or dropped."""

    reason: str


@dataclass(frozen=True, slots=True)
class PublishedNotice:
    """A notice that follows."""

    notice: str
    kind: str
    region_code: str
    addressee: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPublished(AlertFact):
    """Published."""

    kind: str
    status: str
    identifier: str
    event_code: str
    event: str
    level: int
    headline: str
    sender_name: str
    regions: tuple[str, ...]
    polygons: tuple[AlertPolygon, ...]
    circles: tuple[Circle, ...]
    villages: tuple[str, ...]
    target_population: int
    sent_time: datetime
    effective_time: datetime | None
    onset_time: datetime | None
    expire_time: datetime | None
    prior: str
    prior_level: int
    measures: tuple[LawMeasure, ...]
    urgent: bool
    notices: tuple[PublishedNotice, ...]
    response_types: tuple[str, ...]
    area_description: str


@dataclass(frozen=True, slots=True)
class AlertSuperseded(AlertFact):
    """An update replaced it."""

    successor: str
    event_code: str
    level: int
    successor_level: int
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AlertCancelled(AlertFact):
    """Ended."""

    successor: str
    event_code: str
    level: int
    regions: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AlertExpired(AlertFact):
    """Its time ran out."""

    event_code: str
    level: int
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AlertForwarded(AlertFact):
    """The upper government is asked to issue it."""

    event_code: str
    level: int
    upper_region: str
    reason: str
    notice: str


@dataclass(frozen=True, slots=True)
class AlertPostReviewed(AlertFact):
    """Reviewed afterwards."""

    late: bool


@dataclass(frozen=True, slots=True)
class AlertPostReviewOverdue(AlertFact):
    """The review is late."""

    due_time: datetime


@dataclass(frozen=True, slots=True)
class AlertIncidentSuggested(AlertFact):
    """An incident may belong to it."""

    incident: str


@dataclass(frozen=True, slots=True)
class AlertIncidentLinked(AlertFact):
    """It belongs to an incident, which the header names."""


@dataclass(frozen=True, slots=True)
class ExternalAlertReceived(AlertFact):
    """A message of somebody else was accepted."""

    sender: str
    identifier: str
    status: str
    msg_type: str
    event_code: str
    event: str
    level: int
    headline: str
    regions: tuple[str, ...]
    concerns_district: bool
    show_until_time: datetime | None
    ended: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExternalAlertRejected(AlertFact):
    """A message of somebody else was refused, or a person decides on it."""

    sender: str
    identifier: str
    quarantined: bool
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ObservationReceived:
    """Readings came in (topic `fenghuo.alerts.observation.v1`, key: station id)."""

    key: str
    station: str
    observe_time: datetime
    readings: dict[str, str]
    lon: float | None
    lat: float | None


@dataclass(frozen=True, slots=True)
class ThresholdCrossed:
    """A reading passed a threshold; nothing was issued."""

    key: str
    crossing: str
    station: str
    station_title: str
    event_code: str
    proposed_level: int
    metric: str
    value: str
    threshold_value: str
    observe_time: datetime
    lon: float | None
    lat: float | None
