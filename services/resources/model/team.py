"""Teams 救援队伍 and units 出动单元 (DOMAIN § 2.2, R-T1)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from chassis.states import Machine, Transition
from services.resources import errors
from services.resources.model.record import Record

CLASSES = (
    "fire_rescue", "professional", "town", "village", "employer_full_time", "employer_part_time", "social", "volunteer", "militia", "military",
)  # fmt: skip
LEAST_MEMBERS = {"town": 30, "village": 10}
"""RS-15, RS-16 (seed F001)."""
IN_FIELD = ("assigned", "en_route", "on_scene", "working", "returning", "lost_contact")
"""Statuses of dispatch in which a unit does not leave the register."""
REGISTER = Machine("register", ("registered",), {"update": Transition(("registered",)), "retire": Transition(("registered",), "retired")})


@dataclass(slots=True)
class Capability:
    """What a unit can do, and how much of it at once."""

    code: str
    count: int


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """What the register says of a team, without persons."""

    team: str
    team_class: str
    display_name: str
    display_name_en: str
    specialties: list[str]
    members_count: int | None
    region_code: str
    lon: float | None
    lat: float | None
    contact: str
    dispatch_org: str
    shared_by: list[str]


@dataclass(frozen=True, slots=True)
class TeamRegistered:
    """A team entered the register."""

    key: str
    team: TeamFacts


@dataclass(frozen=True, slots=True)
class TeamChanged:
    """A team's entry changed."""

    key: str
    team: TeamFacts


@dataclass(frozen=True, slots=True)
class TeamRetired:
    """A team left the register."""

    key: str
    reason: str


@dataclass(slots=True, kw_only=True)
class Team(Record):
    """A rescue team. `members_count`, times and minutes are None when unknown. Leader and telephone are personal data."""

    COLLECTION: ClassVar[str] = "teams"
    state: str = "registered"
    display_name: str
    display_name_en: str = ""
    team_class: str
    specialties: list[str] = field(default_factory=list)
    members_count: int | None = None
    capability_grade: int = 0
    response_minutes: int | None = None
    self_sufficiency_hours: int | None = None
    region_code: str
    lon: float | None = None
    lat: float | None = None
    dispatch_org: str = ""
    leader: str = ""
    leader_phone: str = ""
    contact: str = ""
    insured: bool | None = None
    insured_until: datetime | None = None
    shared_by: list[str] = field(default_factory=list)
    equipment: list[str] = field(default_factory=list)
    trained_at: datetime | None = None

    def check(self) -> None:
        """What its class demands: members of town and village teams; nothing but the contact of the military."""
        least = LEAST_MEMBERS.get(self.team_class, 0)
        if self.members_count is not None and self.members_count < least:
            raise errors.team_too_small(self.members_count, least)
        if self.team_class == "military":
            kept = {"members_count": self.members_count, "home": self.lon, "equipment": self.equipment or None}
            told = [name for name, value in kept.items() if value is not None]
            if told:
                raise errors.military_contact_only(told)

    def facts(self) -> TeamFacts:
        """The entry as facts tell it."""
        return TeamFacts(
            self.name, self.team_class, self.display_name, self.display_name_en, self.specialties, self.members_count,
            self.region_code, self.lon, self.lat, self.contact, self.dispatch_org, self.shared_by,
        )  # fmt: skip

    def register(self) -> TeamRegistered:
        """Enter the register."""
        self.check()
        return TeamRegistered(self.id, self.facts())

    def changed(self) -> TeamChanged:
        """The entry was replaced."""
        REGISTER.next(self.state, "update")
        self.check()
        return TeamChanged(self.id, self.facts())

    def retire(self, units: int, reason: str) -> TeamRetired:
        """Leave the register, after its units."""
        self.state = REGISTER.next(self.state, "retire")
        if units:
            raise errors.team_has_units(units)
        return TeamRetired(self.id, reason)


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What the register says of a unit."""

    unit: str
    team: str
    team_class: str
    display_name: str
    display_name_en: str
    capabilities: list[Capability]
    qualifications: list[str]
    lon: float
    lat: float
    region_code: str
    contact: str
    crew_size: int
    vehicle: str
    team_display_name: str
    shared_by: list[str]
    duty_end_at: datetime | None
    least_duty_minutes: int | None


@dataclass(frozen=True, slots=True)
class UnitRegistered:
    """A unit entered the register."""

    key: str
    unit: UnitFacts


@dataclass(frozen=True, slots=True)
class UnitChanged:
    """A unit's entry changed."""

    key: str
    unit: UnitFacts


@dataclass(frozen=True, slots=True)
class UnitRetired:
    """A unit left the register."""

    key: str
    reason: str


@dataclass(slots=True, kw_only=True)
class Unit(Record):
    """A crew that is sent as one. `status`, `status_at` and `incident` are what dispatch, which owns them, reported last, at that version of its unit.

    `exercise_id` names the exercise it was made for; empty for a real one. `duty_end_at` is the end of the crew's present shift, `least_duty_minutes` how much
    duty must be left to it on arrival; None where nothing limits it, and for dispatch's usual rule.
    """

    COLLECTION: ClassVar[str] = "units"
    state: str = "registered"
    team_id: str
    team_class: str
    display_name: str
    display_name_en: str = ""
    capabilities: list[Capability] = field(default_factory=list)
    qualifications: list[str] = field(default_factory=list)
    lon: float
    lat: float
    region_code: str
    contact: str = ""
    crew_size: int
    vehicle: str = ""
    status: str = ""
    status_at: datetime | None = None
    status_version: int = 0
    incident: str = ""
    exercise_id: str = ""
    duty_end_at: datetime | None = None
    least_duty_minutes: int | None = None

    def facts(self, team: Team) -> UnitFacts:
        """The entry as facts tell it."""
        return UnitFacts(
            self.name, team.name, self.team_class, self.display_name, self.display_name_en, self.capabilities, self.qualifications,
            self.lon, self.lat, self.region_code, self.contact, self.crew_size, self.vehicle, team.display_name, team.shared_by,
            self.duty_end_at, self.least_duty_minutes,
        )  # fmt: skip

    def register(self, team: Team) -> UnitRegistered:
        """Enter the register as part of a registered team."""
        if team.state != "registered":
            raise errors.team_retired(team.name)
        self.team_class = team.team_class
        return UnitRegistered(self.id, self.facts(team))

    def changed(self, team: Team) -> UnitChanged:
        """The entry was replaced, or its team's."""
        REGISTER.next(self.state, "update")
        self.team_class = team.team_class
        return UnitChanged(self.id, self.facts(team))

    def retire(self, reason: str) -> UnitRetired:
        """Leave the register; not while it works."""
        self.state = REGISTER.next(self.state, "retire")
        if self.status in IN_FIELD:
            raise errors.unit_in_field(self.name, self.status)
        return UnitRetired(self.id, reason)


FREE = ("available", "off_duty", "out_of_service")
"""States in which a unit works on no incident, though the report names the one that it worked on until then."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What dispatch reports of a unit."""

    unit_id: str
    status: str
    at: datetime
    version: int
    incident: str
