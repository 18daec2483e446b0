"""Road closures 道路封闭 (DI-17): which roads nobody drives, or only slowly, from when until when."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.states import Machine, Transition
from services.dispatch.errors import roads as errors

ROAD_CLOSURE = Machine(
    "road closure",
    ("planned", "in_force"),
    {
        "start": Transition(("planned",), "in_force"),
        "lift": Transition(("planned", "in_force"), "lifted"),
        "expire": Transition(("planned", "in_force"), "expired"),
    },
    by_itself=("start", "expire"),
)
KINDS = ("closed", "slowed")
OPEN = ("planned", "in_force")
"""States in which the clock alone says whether the roads are closed."""
LEAST_RING = 4
"""Points of the smallest closed ring."""

Place = tuple[float, float]
"""Longitude and latitude, degrees WGS 84."""


@dataclass(frozen=True, slots=True)
class RoadClosureCreated:
    """Roads are closed or slow, or will be."""

    key: str
    kind: str
    reason: str
    factor: float | None
    start_time: datetime
    end_time: datetime | None


@dataclass(frozen=True, slots=True)
class RoadClosureStarted:
    """The beginning came."""

    key: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class RoadClosureLifted:
    """Taken back."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class RoadClosureExpired:
    """The end came."""

    key: str
    reason: str


@dataclass(slots=True)
class RoadClosure:
    """Roads closed, or slowed by `factor`. The shape is a closed ring of points, or with `radius_m` a strip of metres along them or around the one."""

    id: str
    kind: str
    points: Sequence[Place]
    radius_m: float | None
    reason: str
    created_at: datetime
    starts_at: datetime
    ends_at: datetime | None = None
    factor: float | None = None
    incident_id: str = ""
    region_code: str = ""
    exercise_id: str = ""
    lift_reason: str = ""
    finished_at: datetime | None = None
    state: str = "in_force"
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"roadClosures/{self.id}"

    @property
    def key(self) -> str:
        """Order on the log: its own."""
        return self.id

    def create(self, now: datetime) -> RoadClosureCreated:
        """Check what a closure needs: a shape that encloses something, a factor when slowed and only then, an end that is to come."""
        if self.radius_m is None and (len(self.points) < LEAST_RING or tuple(self.points[0]) != tuple(self.points[-1])):
            raise errors.ring_open()
        if (self.kind == "slowed") != (self.factor is not None):
            raise errors.factor_when_slowed(self.kind)
        if self.ends_at is not None and self.ends_at <= max(now, self.starts_at):
            raise errors.ends_before()
        self.state = "planned" if self.starts_at > now else "in_force"
        return RoadClosureCreated(self.key, self.kind, self.reason, self.factor, self.starts_at, self.ends_at)

    def start(self) -> RoadClosureStarted:
        """The beginning came."""
        self.state = ROAD_CLOSURE.next(self.state, "start")
        return RoadClosureStarted(self.key, self.kind, self.reason)

    def lift(self, reason: str, now: datetime) -> RoadClosureLifted:
        """The roads are as they were before."""
        self.state = ROAD_CLOSURE.next(self.state, "lift")
        self.lift_reason, self.finished_at = reason, now
        return RoadClosureLifted(self.key, reason)

    def expire(self, now: datetime) -> RoadClosureExpired:
        """The end came."""
        self.state, self.finished_at = ROAD_CLOSURE.next(self.state, "expire"), now
        return RoadClosureExpired(self.key, self.reason)


@dataclass(frozen=True, slots=True)
class Blocked:
    """A closure as the road engine takes it in. `factor` is infinite where nobody drives."""

    id: str
    points: Sequence[Place]
    radius_m: float | None
    factor: float
    open: bool
    starts_at: datetime
    ends_at: datetime | None
    exercise_id: str

    def holds(self, now: datetime, exercise_id: str) -> bool:
        """In force at that moment for questions about that exercise, or about what is real (""). By the clock: no timer is waited for."""
        return self.open and self.starts_at <= now and (self.ends_at is None or now < self.ends_at) and self.exercise_id in ("", exercise_id)


NOBODY = math.inf
"""Factor of a closed road."""
