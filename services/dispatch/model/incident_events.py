"""What happens to incidents, as facts (topic `fenghuo.dispatch.incident.v1`)."""

from dataclasses import dataclass
from datetime import datetime

from services.dispatch.grading.rules import LeadLevel
from services.dispatch.model.figures import Figures
from services.dispatch.model.grade import Grade


@dataclass(frozen=True, slots=True)
class IncidentFact:
    """Which incident."""

    incident_id: str


@dataclass(frozen=True, slots=True)
class IncidentReported(IncidentFact):
    """Taken in."""

    title: str
    event_code: str
    source: str
    lon: float | None
    lat: float | None
    occurred_on: datetime | None
    parent: str
    regions: tuple[str, ...]
    number: str


@dataclass(frozen=True, slots=True)
class IncidentVerifying(IncidentFact):
    """Somebody verifies it."""

    verifier: str


@dataclass(frozen=True, slots=True)
class IncidentConfirmed(IncidentFact):
    """It is one."""

    event_code: str
    title: str
    number: str
    occurred_on: datetime
    lon: float | None
    lat: float | None
    impact_radius_km: float | None
    regions: tuple[str, ...]
    parent: str
    address: str


@dataclass(frozen=True, slots=True)
class IncidentGraded(IncidentFact):
    """Assessed; `previous_level` 0 is the first time."""

    grade: Grade
    previous_level: int
    event_code: str
    dead_or_missing: int | None


@dataclass(frozen=True, slots=True)
class LeadLevelChanged(IncidentFact):
    """Another government leads."""

    previous: LeadLevel
    lead_level: LeadLevel


@dataclass(frozen=True, slots=True)
class IncidentFactsUpdated(IncidentFact):
    """Something else is known; `changed` names what."""

    figures: Figures
    changed: tuple[str, ...]
    event_code: str
    lon: float | None
    lat: float | None
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PotentialJudged(IncidentFact):
    """A leader judged what it may become."""

    level: int
    reason: str


@dataclass(frozen=True, slots=True)
class IncidentStable(IncidentFact):
    """Zero reports end."""

    reason: str


@dataclass(frozen=True, slots=True)
class IncidentDismissed(IncidentFact):
    """It was none."""

    reason: str
    verifier: str


@dataclass(frozen=True, slots=True)
class IncidentTransferred(IncidentFact):
    """It went to the competent organisation."""

    organisation: str
    receipt: str


@dataclass(frozen=True, slots=True)
class IncidentMerged(IncidentFact):
    """It is the same event as `target`."""

    target: str


@dataclass(frozen=True, slots=True)
class ResponseStarted(IncidentFact):
    """The first task or activation, named by `cause`."""

    cause: str


@dataclass(frozen=True, slots=True)
class IncidentControlled(IncidentFact):
    """Under control."""

    statement: str


@dataclass(frozen=True, slots=True)
class IncidentReescalated(IncidentFact):
    """Out of control again."""

    reason: str


@dataclass(frozen=True, slots=True)
class ResponseEnded(IncidentFact):
    """Over."""

    remark: str
    level: int
    event_code: str


@dataclass(frozen=True, slots=True)
class EvaluationStarted(IncidentFact):
    """Being evaluated."""


@dataclass(frozen=True, slots=True)
class IncidentClosed(IncidentFact):
    """Closed; `debts` names what was accepted as such."""

    debts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IncidentArchived(IncidentFact):
    """Sealed."""

    personal_data: str
    seal: str


@dataclass(frozen=True, slots=True)
class IncidentReopened(IncidentFact):
    """Open again."""

    reason: str


@dataclass(frozen=True, slots=True)
class PersonalDataPurged(IncidentFact):
    """Names and numbers of those who reported it are gone."""
