"""Allocation proposal 力量分配方案: who goes where when tasks compete for units; computed, looked at, and committed by a person."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chassis.errors import DomainError
from chassis.states import Machine, Transition
from services.dispatch.model.advice import RANKS, Asked, Basis, Place, Reason, both, refused

ALLOCATION = Machine(
    "allocation proposal",
    ("queued",),
    {
        "start": Transition(("queued", "computing"), "computing"),
        "finish": Transition(("computing",), "ready"),
        "fail": Transition(("queued", "computing"), "failed"),
        "cancel": Transition(("queued", "computing", "ready"), "cancelled"),
        "commit": Transition(("ready", "committed"), "committed"),
    },
    by_itself=("start", "finish", "fail"),
)
WAITING = ("queued", "computing")
"""Somebody must compute these; `computing` without a lease was left by a process that ended."""
ATTEMPTS = 3
"""A computation that ended with its worker so often is given up."""
WEIGHTS = {1: 8.0, 2: 4.0, 3: 2.0, 4: 1.0}
"""What a second weighs at an incident of a grade (1 特别重大 … 4 一般; ungraded counts as 4). Lives at stake count as the gravest grade."""
LIFE_SAVING = 8.0
LATER_SHARE = 1.5
LATER_S = 120.0
"""A line is not sent any more when its way takes more than so much of the time it was proposed with, and so many seconds more. Our choice."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Which proposal an event is about."""

    key: str


@dataclass(frozen=True, slots=True)
class AllocationProposed(Fact):
    """Asked for."""

    model: str


@dataclass(frozen=True, slots=True)
class AllocationStarted(Fact):
    """Its computation began, or began again."""

    attempts: int


@dataclass(frozen=True, slots=True)
class AllocationReady(Fact):
    """It can be looked at and committed."""

    wanted: int
    covered: int
    sent: int
    objective: float
    gap: float


@dataclass(frozen=True, slots=True)
class AllocationFailed(Fact):
    """It cannot be computed."""

    reason: str


@dataclass(frozen=True, slots=True)
class AllocationCancelled(Fact):
    """Stopped or dropped."""

    reason: str


@dataclass(frozen=True, slots=True)
class AllocationCommitted(Fact):
    """Lines were put into force."""

    offered: int
    refused: int


@dataclass(frozen=True, slots=True)
class Terms:
    """By when, and how many at least, for who comes for a need of this capability; for every need when it is empty."""

    code: str = ""
    latest_at: datetime | None = None
    least: int = 0

    def holds(self, need: Asked) -> bool:
        """It is about this need."""
        return self.code in ("", need.code)


@dataclass(frozen=True, slots=True)
class TaskTerms:
    """What holds for who comes to a task; `last_arrival_weight` as in the contract."""

    task_id: str
    needs: list[Terms]
    last_arrival_weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Explicit:
    """A need that no task states."""

    incident_id: str
    title: str
    needs: list[Asked]
    place: Place | None = None
    life_saving: bool = False
    terms: list[Terms] = field(default_factory=list)
    last_arrival_weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Pair:
    """A unit and a task."""

    unit_id: str
    task_id: str


@dataclass(frozen=True, slots=True)
class Spec:
    """What to weigh, and by which rules. Times are seconds; costs weighted seconds."""

    incidents: list[str] = field(default_factory=list)
    needs: list[Explicit] = field(default_factory=list)
    model: str = "cover"
    reserve_share: float = 0.0
    reserve_price_s: float = 1800.0
    unmet_penalty_s: float = 7200.0
    max_travel_s: float = 5400.0
    pinned: list[Pair] = field(default_factory=list)
    forbidden: list[Pair] = field(default_factory=list)
    time_limit_s: float = 20.0
    exercise_id: str = ""
    terms: list[TaskTerms] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Site:
    """Where units are wanted: a task, or an explicit need whose task is made on commit. `needs` is what is still open, `had` what was asked in all."""

    task_id: str
    incident_id: str
    title: str
    region_code: str
    place: Place | None
    weight: float
    life_saving: bool
    had: list[Asked]
    needs: list[Asked]
    left_out: list[str] = field(default_factory=list)
    live: int = 0
    live_s: list[float] = field(default_factory=list)
    explicit: bool = False
    terms: list[Terms] = field(default_factory=list)
    last_arrival_weight: float = 0.0
    came: Mapping[str, int] = field(default_factory=dict)
    """units there already, by capability"""

    def latest_at(self, need: Asked) -> datetime | None:
        """Who is there later does not count for the need; None for any time."""
        return min((each.latest_at for each in self.terms if each.latest_at is not None and each.holds(need)), default=None)

    def least(self, need: Asked) -> int:
        """So many units that count for the need, or nobody counts."""
        return max((each.least for each in self.terms if each.holds(need)), default=0)

    def too_late(self, covers: Collection[str], at: datetime) -> bool:
        """Who would be there then for what it covers counts for nothing of it."""
        served = [need for need in self.had if need.code in covers]
        moments = [self.latest_at(need) for need in served]
        return bool(served) and all(moment is not None and at > moment for moment in moments)


@dataclass(frozen=True, slots=True)
class Brought:
    """What a unit brings to a task."""

    amounts: Mapping[str, int]
    qualifications: frozenset[str]
    rank: int

    @classmethod
    def by(cls, amounts: Iterable[tuple[str, int]], qualifications: Iterable[str], team_class: str) -> "Brought":
        """Of a unit; any unit is one of "any unit at all"."""
        return cls({"": 1, **dict(amounts)}, frozenset(qualifications), RANKS.get(team_class, 0))

    def fits(self, need: Asked) -> bool:
        """It has the capability, the qualifications and the rank that the need demands."""
        return self.amounts.get(need.code, 0) > 0 and self.qualifications.issuperset(need.qualifications) and self.rank >= need.min_rank


@dataclass(slots=True)
class Line:
    """A unit that the proposal sends; `site` is a position in the plan's sites."""

    number: int
    unit_id: str
    unit_display_name: str
    site: int
    covers: list[str]
    travel_s: float
    pinned: bool
    reasons: list[Reason]
    assignment_id: str = ""
    refusal: str = ""
    refusal_reason: Reason | None = None

    def send(self, assignment_id: str) -> None:
        """It is offered its task."""
        self.assignment_id, self.refusal, self.refusal_reason = assignment_id, "", None

    def refuse(self, refusal: DomainError) -> None:
        """It stays, and whoever reads the proposal again is told why."""
        self.assignment_id, self.refusal, self.refusal_reason = "", refusal.reason, refused(refusal)

    def late(self, seconds: float, max_travel_s: float) -> bool:
        """By now the way is much longer than it was, or beyond what was allowed. A pinned unit goes however long it takes."""
        longer = seconds > max(self.travel_s * LATER_SHARE, self.travel_s + LATER_S)
        return not self.pinned and (longer or seconds > max(max_travel_s, self.travel_s + 1.0))


@dataclass(frozen=True, slots=True)
class Gap:
    """A need that the proposal leaves open; units."""

    site: int
    code: str
    missing: int
    could: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Tally:
    """Units wanted, covered and there; their times in all and the longest, over `timed` of them."""

    wanted: int = 0
    covered: int = 0
    units: int = 0
    timed: int = 0
    total_s: float = 0.0
    worst_s: float = 0.0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.wanted + other.wanted, self.covered + other.covered, self.units + other.units, self.timed + other.timed, self.total_s + other.total_s,
            max(self.worst_s, other.worst_s),
        )  # fmt: skip

    @property
    def mean_s(self) -> float | None:
        """Mean seconds; None when nothing is known."""
        return self.total_s / self.timed if self.timed else None

    @property
    def longest_s(self) -> float | None:
        """Seconds until the last is there; None when nothing is known."""
        return self.worst_s if self.timed else None


@dataclass(frozen=True, slots=True)
class Area:
    """Free units of a town or street, before and after, and how many should stay."""

    region_code: str
    display_name: str
    free_before: int
    free_after: int
    reserve: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What a proposal comes to."""

    objective: float
    bound: float
    gap: float
    complete: bool
    travel: Basis
    units_considered: int
    sites_considered: int
    wanted: int
    covered: int
    sent: int
    compute_s: float
    proven: bool = False
    warm: bool = False


@dataclass(slots=True)
class Plan:
    """The lines of a proposal with what they stand on. Sites, `before` and `after` are parallel."""

    id: str
    sites: list[Site]
    lines: list[Line]
    gaps: list[Gap]
    before: list[Tally]
    after: list[Tally]
    areas: list[Area]
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name of the proposal it belongs to, with what it is."""
        return f"allocationProposals/{self.id}/plan"


@dataclass(slots=True)
class AllocationProposal:
    """An allocation somebody may put into force. Times are UTC."""

    id: str
    created_at: datetime
    region_code: str
    requester: str
    spec: Spec
    started_at: datetime | None = None
    ended_at: datetime | None = None
    progress: int = 0
    message: Reason = field(default_factory=lambda: Reason("ALLOCATION_QUEUED"))
    attempts: int = 0
    summary: Summary | None = None
    state: str = "queued"
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"allocationProposals/{self.id}"

    def propose(self) -> AllocationProposed:
        """Asked for."""
        return AllocationProposed(self.id, self.spec.model)

    def start(self, now: datetime) -> AllocationStarted:
        """Its computation begins; again, when whoever computed it before ended."""
        self.state = ALLOCATION.next(self.state, "start")
        self.started_at, self.progress, self.message = now, 0, Reason("ALLOCATION_GATHERING")
        self.attempts += 1
        return AllocationStarted(self.id, self.attempts)

    def finish(self, now: datetime, summary: Summary) -> AllocationReady:
        """It can be looked at."""
        self.state = ALLOCATION.next(self.state, "finish")
        self.ended_at, self.progress, self.summary, self.message = now, 100, summary, Reason("ALLOCATION_DONE")
        return AllocationReady(self.id, summary.wanted, summary.covered, summary.sent, summary.objective, summary.gap)

    def fail(self, now: datetime, reason: Reason) -> AllocationFailed:
        """It cannot be computed."""
        self.state = ALLOCATION.next(self.state, "fail")
        self.ended_at, self.message = now, reason
        return AllocationFailed(self.id, reason.code)

    def cancel(self, now: datetime, reason: str) -> AllocationCancelled:
        """Stopped, or dropped before anybody committed it."""
        self.state = ALLOCATION.next(self.state, "cancel")
        self.ended_at, self.message = now, Reason("ALLOCATION_STOPPED_FOR", {"reason": both(reason)}) if reason else Reason("ALLOCATION_STOPPED")
        return AllocationCancelled(self.id, reason)

    def commit(self, offered: int, refused: int) -> AllocationCommitted:
        """Lines were put into force."""
        self.state = ALLOCATION.next(self.state, "commit")
        return AllocationCommitted(self.id, offered, refused)


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """What became of one line."""

    line: Line
    task_id: str
    refusal: DomainError | None = None


@dataclass(frozen=True, slots=True)
class Committed:
    """A proposal after a commit, with its plan and what became of each line."""

    proposal: AllocationProposal
    plan: Plan
    outcomes: Sequence[LineOutcome]
