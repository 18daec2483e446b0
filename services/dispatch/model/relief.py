"""Evacuation 转移 and relief 救助 (DI-16, DI-17): who moves where, and when people had shelter, food, water and bedding."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chassis.states import Machine, Transition
from services.dispatch.errors import field as errors

EVACUATION = Machine(
    "evacuation order",
    ("issued",),
    {
        "report": Transition(("issued", "moving"), "moving"),
        "complete": Transition(("issued", "moving"), "completed"),
        "cancel": Transition(("issued", "moving"), "cancelled"),
        "lift": Transition(("completed",), "lifted"),
    },
)
RELIEF_WITHIN = timedelta(hours=10)
"""灾害事故发生后受灾人员基本生活得到有效救助时间缩短至10小时以内 (F002)."""
BASIC = ("shelter", "food", "water", "bedding")
"""住、吃、水、衣被: what the ten-hour figure counts."""
PROVISIONS = (*BASIC, "medical")


@dataclass(frozen=True, slots=True)
class EvacuationOrdered:
    """People are to move."""

    key: str
    settlement: str
    people_count: int
    destination: str
    due_time: datetime | None
    tasks: list[str]


@dataclass(frozen=True, slots=True)
class EvacuationProgressed:
    """People moved."""

    key: str
    moved_count: int
    people_count: int


@dataclass(frozen=True, slots=True)
class EvacuationCompleted:
    """Everybody is out or accounted for."""

    key: str
    moved_count: int
    remaining_count: int


@dataclass(frozen=True, slots=True)
class EvacuationCancelled:
    """Taken back."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class EvacuationLifted:
    """People may return."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReliefOpened:
    """A settlement's record was opened."""

    key: str
    settlement: str


@dataclass(frozen=True, slots=True)
class ReliefProvided:
    """Something was first provided, or its time corrected."""

    key: str
    settlement: str
    kinds: list[str]
    complete: bool
    correction_reason: str


@dataclass(frozen=True, slots=True)
class ReliefOverdue:
    """Ten hours passed and something is missing."""

    key: str
    settlement: str
    missing: list[str]


@dataclass(slots=True)
class EvacuationOrder:
    """An order to move people out of danger. Counts of None are unknown."""

    id: str
    settlement: str
    region_code: str
    people_count: int
    reason: str
    created_at: datetime
    incident_id: str = ""
    alert_id: str = ""
    destination: str = ""
    assembly_place: str = ""
    transport: str = ""
    responsible: str = ""
    due_at: datetime | None = None
    moved_count: int | None = None
    remaining_count: int | None = None
    completed_at: datetime | None = None
    task_ids: list[str] = field(default_factory=list)
    note: str = ""
    exercise_id: str = ""
    state: str = "issued"
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"evacuationOrders/{self.id}"

    @property
    def tasks(self) -> list[str]:
        """Names of its tasks."""
        return [f"tasks/{task_id}" for task_id in self.task_ids]

    @property
    def key(self) -> str:
        """Order on the log: the incident's, else its own."""
        return self.incident_id or self.id

    def order(self) -> EvacuationOrdered:
        """Given out together with its tasks."""
        return EvacuationOrdered(self.key, self.settlement, self.people_count, self.destination, self.due_at, self.tasks)

    def report(self, moved: int, note: str) -> EvacuationProgressed:
        """How many have been moved so far, in all."""
        self.state = EVACUATION.next(self.state, "report")
        self.moved_count, self.note = moved, note or self.note
        return EvacuationProgressed(self.key, moved, self.people_count)

    def complete(self, moved: int, remaining: int, note: str, now: datetime) -> EvacuationCompleted:
        """Everybody ordered to move is moved or known to have stayed; other numbers must be explained."""
        state = EVACUATION.next(self.state, "complete")
        if moved + remaining != self.people_count and not note:
            raise errors.evacuation_count(self.name, self.people_count, moved + remaining)
        self.state, self.completed_at, self.note = state, now, note or self.note
        self.moved_count, self.remaining_count = moved, remaining
        return EvacuationCompleted(self.key, moved, remaining)

    def cancel(self, reason: str) -> EvacuationCancelled:
        """Taken back."""
        self.state, self.note = EVACUATION.next(self.state, "cancel"), reason
        return EvacuationCancelled(self.key, reason)

    def lift(self, reason: str) -> EvacuationLifted:
        """People may return."""
        self.state, self.note = EVACUATION.next(self.state, "lift"), reason
        return EvacuationLifted(self.key, reason)


@dataclass(slots=True)
class ReliefRecord:
    """When the people of one settlement were first provided for; None is not yet."""

    id: str
    incident_id: str
    settlement: str
    region_code: str
    created_at: datetime
    people_count: int | None = None
    shelter_at: datetime | None = None
    food_at: datetime | None = None
    water_at: datetime | None = None
    bedding_at: datetime | None = None
    medical_at: datetime | None = None
    exercise_id: str = ""
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"reliefRecords/{self.id}"

    def first(self, kind: str) -> datetime | None:
        """When that was first provided."""
        moment: datetime | None = getattr(self, f"{kind}_at")
        return moment

    @property
    def missing(self) -> list[str]:
        """What of the four is not provided yet."""
        return [kind for kind in BASIC if self.first(kind) is None]

    @property
    def complete_at(self) -> datetime | None:
        """When the last of the four was first provided; None while one is missing."""
        moments = [moment for kind in BASIC if (moment := self.first(kind))]
        return max(moments) if len(moments) == len(BASIC) else None

    def open(self) -> ReliefOpened:
        """Open the record."""
        return ReliefOpened(self.incident_id, self.settlement)

    def record(self, provisions: Sequence[tuple[str, datetime]], correction_reason: str, now: datetime) -> ReliefProvided:
        """Write down first times; a time already written changes only with a reason, and none lies in the future."""
        changed = [(kind, moment) for kind, moment in provisions if self.first(kind) != moment]
        for kind, moment in changed:
            if moment > now:
                raise errors.relief_in_future(kind)
            if self.first(kind) is not None and not correction_reason:
                raise errors.correction_reason_needed(kind)
            setattr(self, f"{kind}_at", moment)
        return ReliefProvided(self.incident_id, self.settlement, [kind for kind, _ in changed], not self.missing, correction_reason)

    def take_in(self, other: "ReliefRecord") -> None:
        """The same settlement's record of an incident that was merged into this one: the first time is the earlier one."""
        for kind in PROVISIONS:
            known = [moment for moment in (self.first(kind), other.first(kind)) if moment is not None]
            setattr(self, f"{kind}_at", min(known, default=None))
        self.people_count = other.people_count if self.people_count is None else self.people_count


@dataclass(frozen=True, slots=True)
class SettlementRelief:
    """How one settlement stands."""

    relief_record_id: str
    settlement: str
    verdict: str
    minutes: int | None
    missing: list[str]


@dataclass(frozen=True, slots=True)
class ReliefKpi:
    """The ten-hour figure of an incident: the slowest settlement counts."""

    incident_id: str
    occurred_at: datetime | None
    due_at: datetime | None
    verdict: str
    max_minutes: int | None
    settlements: list[SettlementRelief]


def relief_kpi(incident_id: str, occurred_at: datetime | None, records: Sequence[ReliefRecord], now: datetime) -> ReliefKpi:
    """Per settlement: last of the four first times minus the occurrence; the figure is the maximum, at most RELIEF_WITHIN (DOMAIN § 1.8)."""
    settlements = [_settlement(record, occurred_at, now) for record in records]
    verdicts = {settlement.verdict for settlement in settlements}
    verdict = "missed" if "missed" in verdicts else "pending" if "pending" in verdicts or not settlements else "met"
    minutes = [settlement.minutes for settlement in settlements if settlement.minutes is not None]
    slowest = max(minutes) if minutes and len(minutes) == len(settlements) else None
    return ReliefKpi(incident_id, occurred_at, occurred_at + RELIEF_WITHIN if occurred_at else None, verdict, slowest, settlements)


def _settlement(record: ReliefRecord, occurred_at: datetime | None, now: datetime) -> SettlementRelief:
    done = record.complete_at
    if occurred_at is None:
        return SettlementRelief(record.id, record.settlement, "pending", None, record.missing)
    taken = done - occurred_at if done else None
    verdict = ("met" if taken <= RELIEF_WITHIN else "missed") if taken is not None else ("pending" if now <= occurred_at + RELIEF_WITHIN else "missed")
    return SettlementRelief(record.id, record.settlement, verdict, None if taken is None else -(-int(taken.total_seconds()) // 60), record.missing)
