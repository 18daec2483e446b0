"""Incident 突发事件 (DOMAIN § 2.3): its states and what each command asks."""

from dataclasses import dataclass
from datetime import datetime

from chassis.states import Machine, Transition
from services.dispatch import errors

INCIDENT = Machine("incident", ("reported",), {"verify": Transition(("reported",), "verifying"), "confirm": Transition(("reported", "verifying"), "confirmed")})


@dataclass(frozen=True, slots=True)
class IncidentReported:
    """An incident was taken in."""

    incident_id: str
    title: str
    event_code: str
    source: str
    lon: float | None
    lat: float | None


@dataclass(frozen=True, slots=True)
class IncidentVerifying:
    """Somebody verifies it."""

    incident_id: str
    verifier: str


@dataclass(slots=True)
class Incident:
    """An event that needs a response. Times are UTC; `lon`/`lat` WGS 84 degrees; None means unknown."""

    id: str
    title: str
    event_code: str
    occurred_at: datetime | None
    received_at: datetime
    region_code: str
    address: str
    lon: float | None
    lat: float | None
    source: str
    reporter: str
    exercise_id: str
    state: str = "reported"
    version: int = 1
    number: str = ""
    verifier: str = ""

    @property
    def name(self) -> str:
        """Resource name."""
        return f"incidents/{self.id}"

    def register(self) -> IncidentReported:
        """Check what registering needs: place or region, time and source."""
        if not self.region_code and self.lon is None:
            raise errors.place_or_region()
        return IncidentReported(self.id, self.title, self.event_code, self.source, self.lon, self.lat)

    def verify(self, verifier: str) -> IncidentVerifying:
        """Start verifying."""
        self.state = INCIDENT.next(self.state, "verify")
        self.verifier = verifier
        return IncidentVerifying(self.id, verifier)
