"""Signal 线索 (DI-13): an early sign or a call that may become, or belong to, an incident."""

from dataclasses import dataclass
from datetime import datetime

from chassis.states import Machine, Transition
from services.dispatch import errors
from services.dispatch.model.incident import OPEN, Incident

SIGNAL = Machine("signal", ("open",), {"link": Transition(("open", "linked"), "linked"), "dismiss": Transition(("open",), "dismissed")})


@dataclass(frozen=True, slots=True)
class SignalFact:
    """Which signal."""

    signal_id: str


@dataclass(frozen=True, slots=True)
class SignalReported(SignalFact):
    """Taken in."""

    source: str
    event_code: str
    lon: float | None
    lat: float | None


@dataclass(frozen=True, slots=True)
class SignalLinked(SignalFact):
    """Linked to the incident its header names."""

    source: str


@dataclass(frozen=True, slots=True)
class SignalDismissed(SignalFact):
    """Dropped."""

    reason: str


@dataclass(slots=True, kw_only=True)
class Signal:
    """A signal. Times are UTC, `lon`/`lat` WGS 84 degrees; None means unknown."""

    id: str
    version: int = 1
    state: str = "open"
    created_at: datetime
    updated_at: datetime
    source: str
    content: str
    event_code: str
    occurred_at: datetime | None
    received_at: datetime
    lon: float | None
    lat: float | None
    region_code: str
    address: str
    reporter: str
    exercise_id: str
    incident_id: str = ""
    handler: str = ""
    dismiss_reason: str = ""

    @property
    def name(self) -> str:
        """Resource name."""
        return f"signals/{self.id}"

    def report(self, now: datetime) -> SignalReported:
        """Check what a signal needs: place or region, and times that are not to come."""
        if not self.region_code and self.lon is None:
            raise errors.place_or_region()
        for name, value in (("occur_time", self.occurred_at), ("receive_time", self.received_at)):
            if value is not None and value > now:
                raise errors.in_the_future(name)
        return SignalReported(self.id, self.source, self.event_code, self.lon, self.lat)

    def link(self, incident: Incident, handler: str) -> SignalLinked:
        """It belongs to an open incident of the same exercise; a linked one may be moved to another."""
        after = SIGNAL.next(self.state, "link")
        if incident.exercise_id != self.exercise_id:
            raise errors.other_exercise(incident.name)
        if incident.state not in OPEN:
            raise errors.merge_target_not_open(incident.name, incident.state)
        self.state, self.incident_id, self.handler = after, incident.id, handler
        return SignalLinked(self.id, self.source)

    def dismiss(self, reason: str, handler: str) -> SignalDismissed:
        """It is nothing."""
        self.state = SIGNAL.next(self.state, "dismiss")
        self.dismiss_reason, self.handler = reason, handler
        return SignalDismissed(self.id, reason)
