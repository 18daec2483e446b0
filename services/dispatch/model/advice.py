"""Advice 推荐: what is needed of units, who should go, and why; words are codes with details in Chinese and English."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chassis.errors import DomainError
from services.dispatch.model.assignment import Candidate

RANKS: Mapping[str, int] = {
    "fire_rescue": 3, "professional": 3, "town": 2, "employer_full_time": 2, "village": 1, "employer_part_time": 1, "social": 1, "volunteer": 1, "militia": 1,
}  # fmt: skip
"""Rank of a team's class, in the order in which 突发事件应对法 art. 39 names the forces: standing and professional, grass-roots full-time, others."""

REMEMBERED_S = 900
"""Seconds that a recommendation for a task stands: whoever is offered the task within them is held against it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was recommended of late: ids of units, and their names in Chinese and English; which units that could go were set aside then, and why."""

    units: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    set_aside: tuple[str, ...] = ()
    why: str = ""


NOTHING_KEPT = Kept()
"""Nobody asked of late."""


Place = tuple[float, float]
"""Longitude and latitude, degrees WGS 84."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason by its code; details in Chinese and in English, which fill its text."""

    code: str
    details: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def refused(refusal: DomainError) -> Reason:
    """A refusal as a reason: its words fill from the same details."""
    return Reason(refusal.reason, {name: both(value) for name, value in refusal.texts.items()})


@dataclass(frozen=True, slots=True)
class Asked:
    """So much of a capability (any unit at all when `code` is empty), by units that hold the qualifications and whose team has at least the rank."""

    code: str
    count: int
    qualifications: tuple[str, ...] = ()
    min_rank: int = 0
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Manner:
    """How to choose. Seconds; None is without a limit."""

    coverage_weight: float = 0.0
    one_need_each: bool = False
    together: bool = False
    latest_s: float | None = None
    alternatives: int = 2


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the picture of units: needs at a place, less what units on the task bring; who is left out; in which regions units stand.

    `set_aside` are those of the left out whom nothing but the asker's word leaves out. `exercise_id` names the exercise whose units, and whose road
    closures, count beside the real ones.
    """

    place: Place | None
    needs: Sequence[Asked]
    regions: tuple[str, ...]
    left_out: frozenset[str] = frozenset()
    on_task: frozenset[str] = frozenset()
    manner: Manner = field(default_factory=Manner)
    limit: int = 10
    exercise_id: str = ""
    set_aside: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Basis:
    """Where travel times come from: roads, or an estimate with the range of its median relative error."""

    source: str
    error: tuple[float, float] | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Served:
    """So much of a need."""

    need: int
    code: str
    count: int


@dataclass(frozen=True, slots=True)
class Pick:
    """A unit to send. Times are seconds on the way; `next_unit_id` is empty when no single unit could take its place."""

    unit_id: str
    display_name: str
    serves: Sequence[Served]
    travel_s: float
    coverage_cost_s: float
    position_stale: bool
    next_unit_id: str
    next_travel_s: float | None
    reasons: Sequence[Reason]
    display_name_en: str = ""


@dataclass(frozen=True, slots=True)
class Open:
    """A need that stays open."""

    need: int
    code: str
    missing: int
    exist: int
    could_go: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class OtherSet:
    """Another set that would do, without one unit of the recommended."""

    units: Sequence[str]
    travel_s: Sequence[float]
    extra_s: float
    missing: int
    instead_of: str


@dataclass(frozen=True, slots=True)
class HeldBack:
    """A capable free unit that rests, or whose shift ends too soon."""

    unit_id: str
    display_name: str
    travel_s: float | None
    duty_end_at: datetime | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Advice:
    """Who should go, with the proof: no set that meets as much costs less than `bound_s`."""

    picks: Sequence[Pick]
    unmet: Sequence[Open]
    others: Sequence[OtherSet]
    candidates: Sequence[Candidate]
    missing: Sequence[str]
    basis: Basis
    needs: Sequence[Asked]
    considered: int
    objective_s: float = 0.0
    bound_s: float = 0.0
    proven: bool = True
    held_back: Sequence[HeldBack] = ()
    set_aside: Sequence[str] = ()

    @property
    def unit_ids(self) -> list[str]:
        """The recommended units."""
        return [pick.unit_id for pick in self.picks]

    def kept(self, why: str) -> Kept:
        """What is remembered of it, and why units were set aside."""
        named = ((pick.display_name, pick.display_name_en or pick.display_name) for pick in self.picks)
        return Kept(tuple(self.unit_ids), tuple(named), tuple(self.set_aside), why)


@dataclass(frozen=True, slots=True)
class Known:
    """A unit as the picture takes it in: what it is, whether it may be sent, where it waits and where it was."""

    id: str
    display_name: str
    region_code: str
    team_class: str
    state: str
    in_register: bool
    bound: bool
    home: Place | None
    brings: Mapping[str, int]
    qualifications: frozenset[str]
    made_for_exercise: str = ""
    duty_end_at: datetime | None = None
    least_duty_minutes: int | None = None
    display_name_en: str = ""

    @property
    def names(self) -> tuple[str, str]:
        """Its name in Chinese and in English; the Chinese one where it has no other."""
        return self.display_name, self.display_name_en or self.display_name


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a unit was, and when."""

    unit_id: str
    place: Place
    located_at: datetime


def clock_words(seconds: float) -> tuple[str, str]:
    """A length of time for people, in Chinese and English: 380 → 6分20秒, 6 min 20 s."""
    whole = max(0, round(seconds))
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    if hours:
        return (f"{hours}小时{minutes}分", f"{hours} h {minutes} min")
    if not minutes:
        return (f"{rest}秒", f"{rest} s")
    return (f"{minutes}分{rest}秒", f"{minutes} min {rest} s") if rest else (f"{minutes}分钟", f"{minutes} min")


def both(word: object) -> tuple[str, str]:
    """A detail that reads the same in both languages."""
    return str(word), str(word)
