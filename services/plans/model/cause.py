"""What a response answers, as plans knows it from other services' events: an incident or an alert, and the tasks done for it."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from services.plans.model.content import Situation

OPEN_TASKS = ("issued", "in_progress", "failed")
"""States of a life-saving task in which it is neither done nor taken back."""
CARD_STATES = {
    "issued": "open", "in_progress": "open", "done": "done", "verified": "done", "closed": "done", "failed": "failed", "cancelled": "cancelled",
}  # fmt: skip
"""State of a task → that of the action card it was made of."""


@dataclass(slots=True)
class Cause:
    """An incident or alert chain, by its resource name. None means not known. `metrics` are decimals as text."""

    id: str
    title: str = ""
    event_code: str = ""
    region_code: str = ""
    regions: tuple[str, ...] = ()
    exercise_id: str = ""
    confirmed: bool = False
    grade: int | None = None
    alert_level: int | None = None
    metrics: dict[str, str] = field(default_factory=dict)
    under_superior: bool = False
    over: bool = False
    response_ended: bool = False
    lead_known_at: datetime | None = None
    version: int = 1

    def led(self, at: datetime, *, by_superior: bool) -> None:
        """Who leads since then. Two topics tell it, so what happened before what is known already changes nothing."""
        if self.lead_known_at is None or at >= self.lead_known_at:
            self.under_superior, self.lead_known_at = by_superior, at

    @property
    def name(self) -> str:
        """Resource name."""
        return self.id

    @property
    def incident(self) -> str:
        """The incident's name; empty for an alert."""
        return self.id if self.id.startswith("incidents/") else ""

    @property
    def key(self) -> str:
        """What orders its events: the id without its collection."""
        return self.id.rpartition("/")[2]

    @property
    def places(self) -> tuple[str, ...]:
        """Every region it touches."""
        return tuple(dict.fromkeys((self.region_code, *self.regions)))

    @property
    def situation(self) -> Situation:
        """What triggers look at."""
        return Situation(self.event_code, self.grade, self.alert_level, {name: Decimal(value) for name, value in self.metrics.items()})


@dataclass(slots=True)
class TaskSeen:
    """A task of dispatch, as far as responses depend on it. `version` is dispatch's, of the last change that was told."""

    id: str
    incident: str
    title: str
    state: str
    life_saving: bool
    activation: str
    action_id: str
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return self.id

    @property
    def card_state(self) -> str:
        """What became of the action card it was made of."""
        return CARD_STATES[self.state]
