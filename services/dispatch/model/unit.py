"""Unit 力量单元 (DOMAIN § 2.2): what it is doing, who holds it, and when it counts as out of contact."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chassis.states import Machine, Transition
from services.dispatch.errors import field as errors
from services.dispatch.grading.assess import SHANGHAI

SILENCE = timedelta(minutes=10)
"""Nothing heard for so long in the field: out of contact, and a position that old is stale."""
ON_DUTY_IN_FIELD = ("en_route", "on_scene", "working")
"""States in which a unit must be heard of."""
BUSY = ("assigned", *ON_DUTY_IN_FIELD, "returning", "lost_contact")
READY = ("available", "alerted")
LEAST_DUTY_MINUTES = 60
"""Duty that must be left to a crew on arrival where the register says nothing else: our choice for the least that an ordinary task takes."""
UNIT = Machine(
    "unit",
    ("off_duty",),
    {
        "go_off_duty": Transition(("available", "out_of_service"), "off_duty"),
        "stand_by": Transition(("off_duty", "alerted", "assigned", "en_route", "resting", "returning", "out_of_service"), "available"),
        "alert": Transition(("available",), "alerted"),
        "assign": Transition(READY, "assigned"),
        "depart": Transition(("assigned", "returning", "lost_contact"), "en_route"),
        "arrive": Transition(("en_route", "working", "lost_contact"), "on_scene"),
        "work": Transition(("on_scene", "resting", "lost_contact"), "working"),
        "rest": Transition(("available", "working"), "resting"),
        "head_home": Transition(("on_scene", "working", "lost_contact"), "returning"),
        "lose_contact": Transition(ON_DUTY_IN_FIELD, "lost_contact"),
        "take_out_of_service": Transition(("off_duty", "available", "lost_contact"), "out_of_service"),
    },
    by_itself=("assign", "lose_contact"),
)
COMMANDS = {row.target: command for command, rows in UNIT.table.items() for row in rows}
"""The command that leads to a state."""
MILITARY = "military"


@dataclass(frozen=True, slots=True)
class UnitStatusChanged:
    """It does something else now."""

    key: str
    previous: str
    state: str
    assignment_id: str
    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class UnitLostContact:
    """Nothing was heard of it in the field for SILENCE."""

    key: str
    previous: str
    heard_time: datetime
    assignment_id: str
    commander: str


@dataclass(frozen=True, slots=True)
class UnitContactRestored:
    """A unit that was out of contact was heard of."""

    key: str
    state: str
    source: str
    assignment_id: str


@dataclass(frozen=True, slots=True)
class UnitProjected:
    """What the register says of it was taken over."""

    key: str
    state: str
    in_register: bool


@dataclass(frozen=True, slots=True)
class UnitCapability:
    """A capability of the register's list, and how much of it."""

    code: str
    count: int


@dataclass(frozen=True, slots=True)
class Position:
    """Where a unit was. Degrees WGS 84, metres, metres a second, degrees from north; `heard_at` is when the word came in."""

    unit_id: str
    lon: float
    lat: float
    located_at: datetime
    heard_at: datetime
    source: str
    accuracy_m: float | None = None
    speed_mps: float | None = None
    course_deg: float | None = None

    @property
    def location(self) -> tuple[float, float]:
        """Longitude, latitude."""
        return self.lon, self.lat


def hour_words(at: datetime, now: datetime) -> str:
    """The hour for people, in Beijing time; with the date when that is not today's."""
    local = at.astimezone(SHANGHAI)
    return f"{local:%H:%M}" if local.date() == now.astimezone(SHANGHAI).date() else f"{local:%m-%d %H:%M}"


def send_until(duty_end_at: datetime, least_duty_minutes: int | None) -> datetime:
    """The latest arrival at which enough of the shift is left."""
    return duty_end_at - timedelta(minutes=LEAST_DUTY_MINUTES if least_duty_minutes is None else least_duty_minutes)


def stale(state: str, position: Position | None, now: datetime) -> bool:
    """In the field, and the position is unknown or older than SILENCE."""
    return state in (*ON_DUTY_IN_FIELD, "lost_contact") and (position is None or now - position.located_at > SILENCE)


@dataclass(slots=True)
class OnBoard:
    """A unit as the board shows it: what it is doing for which incident, and where."""

    id: str
    display_name: str
    state: str
    incident_id: str
    position: Position | None


@dataclass(frozen=True, slots=True)
class TrackPoint:
    """One sampled point of a unit's way. Degrees WGS 84."""

    located_at: datetime
    lon: float
    lat: float
    source: str


@dataclass(frozen=True, slots=True)
class Registered:
    """What the register says of a unit, whole."""

    team_id: str
    team_class: str
    team_display_name: str
    display_name: str
    display_name_en: str
    region_code: str
    home_lon: float | None
    home_lat: float | None
    contact: str
    capabilities: list[UnitCapability]
    qualifications: list[str]
    crew_size: int
    made_for_exercise: str = ""
    duty_end_at: datetime | None = None
    least_duty_minutes: int | None = None


@dataclass(slots=True)
class Unit:
    """A crew as dispatch sees it now. The fence rises with every assignment given or taken away.

    `known_at` is when the last report of its state was made, or the last order given: what was said before is outdated; None before the first.
    `made_for_exercise` is the exercise it was made for, empty for a real one; `exercise_id` that of its assignment.
    """

    id: str
    team_id: str
    team_class: str
    team_display_name: str
    display_name: str
    display_name_en: str
    region_code: str
    home_lon: float | None
    home_lat: float | None
    contact: str
    capabilities: list[UnitCapability]
    qualifications: list[str]
    crew_size: int
    state_at: datetime
    heard_at: datetime
    in_register: bool = True
    state: str = "off_duty"
    lost_from: str = ""
    assignment_id: str = ""
    incident_id: str = ""
    exercise_id: str = ""
    fence: int = 0
    expected_at: datetime | None = None
    made_for_exercise: str = ""
    duty_end_at: datetime | None = None
    least_duty_minutes: int | None = None
    known_at: datetime | None = None
    version: int = 1
    position: Position | None = field(default=None, compare=False, repr=False)

    @property
    def name(self) -> str:
        """Resource name."""
        return f"units/{self.id}"

    @property
    def home(self) -> tuple[float, float] | None:
        """Longitude and latitude of where it waits; None when unknown."""
        return (self.home_lon, self.home_lat) if self.home_lon is not None and self.home_lat is not None else None

    @property
    def last_heard(self) -> datetime:
        """When anything was heard of it last: a report, or the position that is known."""
        return max(self.heard_at, self.position.heard_at) if self.position else self.heard_at

    def codes(self) -> set[str]:
        """Codes of what it can do."""
        return {capability.code for capability in self.capabilities}

    def take_over(self, facts: Registered) -> UnitProjected:
        """Take over what the register says; what the unit is doing stays."""
        for name in Registered.__slots__:
            setattr(self, name, getattr(facts, name))
        self.in_register = True
        return UnitProjected(self.id, self.state, in_register=True)

    def leave_register(self) -> UnitProjected:
        """It left the register; nothing new is offered to it."""
        self.in_register = False
        return UnitProjected(self.id, self.state, in_register=False)

    def check_fence(self, fence: int | None) -> None:
        """STALE_FENCE when a report is about an assignment that is no longer the unit's."""
        if fence is not None and fence != self.fence:
            raise errors.stale_fence(self, fence, self.fence)

    def check_plays(self, exercise_id: str) -> None:
        """Refuses a unit that was made for an exercise anything else than that exercise: what is real, and every other one."""
        if self.made_for_exercise not in ("", exercise_id):
            raise errors.unit_of_exercise(self, self.made_for_exercise)

    def check_duty(self, now: datetime, *, override: bool) -> None:
        """Refuses a unit whose shift ends before it could do anything, even if it were there at once (unless overridden); without a known end none."""
        if self.duty_end_at is not None and now > send_until(self.duty_end_at, self.least_duty_minutes) and not override:
            raise errors.shift_ends(self, hour_words(self.duty_end_at, now))

    def check_can_go(self, needs: Sequence[str], qualifications: Sequence[str], *, override: bool) -> list[str]:
        """The needed capabilities it has; refuses a unit that is busy, not ready, not ours to command, or not capable (unless overridden)."""
        if not self.in_register:
            raise errors.unit_not_ready(self, "retired")
        if self.team_class == MILITARY:
            raise errors.military_command(self)
        if self.assignment_id or self.state in BUSY:
            raise errors.unit_busy(self, self.state)
        if self.state not in READY:
            raise errors.unit_not_ready(self, self.state)
        return self.check_capable(needs, qualifications, override=override)

    def check_capable(self, needs: Sequence[str], qualifications: Sequence[str], *, override: bool) -> list[str]:
        """The needed capabilities it has: any of them makes it useful, every qualification is a must. CAPABILITY with what is missing."""
        lacked = self.lacks(needs, qualifications)
        if lacked and not override:
            raise errors.capability(self, lacked)
        return [code for code in needs if code in self.codes()]

    def lacks(self, needs: Sequence[str], qualifications: Sequence[str]) -> list[str]:
        """All needed capabilities when it has none of them, and every qualification it does not hold."""
        useful = any(code in self.codes() for code in needs)
        return [code for code in needs if not useful] + [code for code in qualifications if code not in self.qualifications]

    def move(self, state: str, now: datetime, source: str = "dispatch", reason: str = "") -> UnitStatusChanged:
        """Go to `state` by the command that leads there. Anything but our own order also means the unit was heard."""
        previous = self.state
        self.state = UNIT.next(self.state, COMMANDS[state])
        self.state_at = self.known_at = now
        self.lost_from = ""
        if source != "dispatch":
            self.heard_at = now
        if state != "en_route":
            self.expected_at = None
        return UnitStatusChanged(self.id, previous, state, self.assignment_id, source, reason)

    def heard(self, now: datetime, source: str) -> list[object]:
        """It spoke: back in contact if it was lost."""
        if self.state == "lost_contact":
            return [self.restore(now, source)]
        self.heard_at = now
        return []

    def hold(self, assignment_id: str, incident_id: str, exercise_id: str) -> int:
        """Bind it to an assignment; gives back its new fence."""
        self.assignment_id, self.incident_id, self.exercise_id = assignment_id, incident_id, exercise_id
        self.fence += 1
        return self.fence

    def let_go(self, *, raise_fence: bool = True) -> None:
        """Free it from its assignment; reports about that one are stale from now on."""
        self.assignment_id = self.incident_id = self.exercise_id = ""
        self.expected_at = None
        self.fence += raise_fence

    def silent_since(self, heard: datetime, now: datetime) -> bool:
        """Nothing was heard of it for SILENCE in a state in which it must be heard of."""
        return self.state in ON_DUTY_IN_FIELD and now - heard >= SILENCE

    def lose_contact(self, heard: datetime, now: datetime, commander: str) -> UnitLostContact:
        """失联."""
        previous, self.state = self.state, UNIT.next(self.state, "lose_contact")
        self.lost_from, self.state_at = previous, now
        return UnitLostContact(self.id, previous, heard, self.assignment_id, commander)

    def restore(self, now: datetime, source: str) -> UnitContactRestored:
        """Heard of again: back in the state it was lost from."""
        self.state = UNIT.next(self.state, COMMANDS[self.lost_from])
        self.lost_from, self.state_at, self.heard_at = "", now, now
        return UnitContactRestored(self.id, self.state, source, self.assignment_id)
