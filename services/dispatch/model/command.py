"""Command post 现场指挥部 (DOMAIN § 2.3, DI-15): exactly one commander in force, from the first post to the last."""

from dataclasses import dataclass, field
from datetime import datetime

from chassis.states import Machine, Transition
from services.dispatch.errors import field as errors

POST = Machine(
    "command post",
    ("in_command", "under_superior"),
    {
        "yield": Transition(("in_command",), "under_superior"),
        "take_command": Transition(("under_superior",), "in_command"),
        "stand_down": Transition(("in_command", "under_superior"), "stood_down"),
    },
)
LEVELS = ("county", "city", "province", "nation")
"""Governments that may lead, lowest first."""


@dataclass(frozen=True, slots=True)
class CommandEstablished:
    """A post was opened."""

    key: str
    title: str
    commander: str
    org: str
    lead_level: str
    in_command: bool


@dataclass(frozen=True, slots=True)
class CommandTransferred:
    """Command passed on."""

    key: str
    from_commander: str
    to_commander: str
    org: str
    lead_level: str
    previous_lead_level: str
    under_superior: str
    brief: str
    transfer_time: datetime


@dataclass(frozen=True, slots=True)
class CommandStoodDown:
    """A post was closed."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Term:
    """One person's time in command; open while in force."""

    commander: str
    org: str
    started_at: datetime
    ended_at: datetime | None = None
    brief: str = ""
    handed_over_by: str = ""


@dataclass(frozen=True, slots=True)
class Handover:
    """Who hands over to whom, at which level, and how things stand."""

    from_commander: str
    to_commander: str
    lead_level: str
    org: str
    title: str
    post_id: str
    place: str
    brief: str
    at: datetime | None


@dataclass(slots=True)
class CommandPost:
    """A post of an incident. Times are UTC; `lon`/`lat` WGS 84 degrees."""

    id: str
    incident_id: str
    region_code: str
    lead_level: str
    org: str
    title: str
    commander: str
    created_at: datetime
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    exercise_id: str = ""
    state: str = "in_command"
    version: int = 1
    terms: list[Term] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Resource name."""
        return f"commandPosts/{self.id}"

    @property
    def location(self) -> tuple[float, float] | None:
        """Longitude and latitude; None when unknown."""
        return (self.lon, self.lat) if self.lon is not None and self.lat is not None else None

    def establish(self, above: "CommandPost | None") -> CommandEstablished:
        """Open it: in command when there is none yet, else under the one in command; a higher level takes over by a transfer instead."""
        if above is None:
            self.terms = [Term(self.commander, self.org, self.created_at)]
        elif LEVELS.index(self.lead_level) > LEVELS.index(above.lead_level):
            raise errors.transfer_needed(above.name, above.commander)
        else:
            self.state = "under_superior"
        return CommandEstablished(self.incident_id, self.title, self.commander, self.org, self.lead_level, self.state == "in_command")

    def stand_down(self, now: datetime, reason: str, *, response_open: bool) -> CommandStoodDown:
        """Close it; command may not lapse while the response goes on."""
        state = POST.next(self.state, "stand_down")
        if self.state == "in_command" and response_open:
            raise errors.command_needed(self.name)
        self._end_term(now)
        self.state = state
        return CommandStoodDown(self.incident_id, reason)

    def hand_over(self, now: datetime) -> None:
        """Its commander is no longer in force; the post works under the one that takes over."""
        self.state = POST.next(self.state, "yield")
        self._end_term(now)

    def take_over(self, commander: str, org: str, now: datetime, brief: str, handed_over_by: str) -> None:
        """A commander of this post is in force from now on."""
        if self.state != "in_command":
            self.state = POST.next(self.state, "take_command")
        self._end_term(now)
        self.commander, self.org = commander, org
        self.terms = [*self.terms, Term(commander, org, now, None, brief, handed_over_by)]

    def check_commander(self, given: str) -> None:
        """COMMAND_CHANGED when somebody else is in force than the caller believes."""
        if given != self.commander:
            raise errors.command_changed(self.name, given, self.commander)

    def _end_term(self, now: datetime) -> None:
        if self.terms and self.terms[-1].ended_at is None:
            last = self.terms[-1]
            self.terms = [*self.terms[:-1], Term(last.commander, last.org, last.started_at, now, last.brief, last.handed_over_by)]
