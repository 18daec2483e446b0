"""Facts about experts: references only, never personal data."""

from dataclasses import dataclass
from datetime import datetime

from services.experts.model.taxonomy import Field


@dataclass(frozen=True, slots=True)
class Fact:
    """Which expert a fact is about."""

    expert_id: str


@dataclass(frozen=True, slots=True)
class ExpertNominated(Fact):
    """Somebody was nominated."""

    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class ExpertReviewBegun(Fact):
    """The review began."""


@dataclass(frozen=True, slots=True)
class ExpertActivated(Fact):
    """Appointed, or back from a suspension."""

    fields: tuple[Field, ...]
    shared_with: tuple[str, ...]
    appointed_to: datetime
    resumed: bool


@dataclass(frozen=True, slots=True)
class ExpertRejected(Fact):
    """Rejected."""


@dataclass(frozen=True, slots=True)
class ExpertSuspended(Fact):
    """Suspended."""


@dataclass(frozen=True, slots=True)
class ExpertRemoved(Fact):
    """Removed."""

    purge_at: datetime


@dataclass(frozen=True, slots=True)
class ExpertExpired(Fact):
    """The appointment is over."""


@dataclass(frozen=True, slots=True)
class ExpertStale(Fact):
    """Not confirmed for six months."""

    verified_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExpertVerified(Fact):
    """Confirmed."""


@dataclass(frozen=True, slots=True)
class ExpertUpdated(Fact):
    """What is known changed."""

    changed: tuple[str, ...]
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class ExpertShared(Fact):
    """Who may see and call changed."""

    shared_with: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExpertDisciplined(Fact):
    """A breach of discipline was written down."""

    kind: str


@dataclass(frozen=True, slots=True)
class ExpertPurged(Fact):
    """The personal data is gone."""
