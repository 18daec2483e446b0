"""Censuses 普查 (RS-02): every store is counted each half-year."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import ClassVar

from chassis.states import Machine, Transition
from services.resources import errors
from services.resources.model.record import Record

CENSUS = Machine(
    "census",
    ("scheduled",),
    {
        "count": Transition(("scheduled", "counting"), "counting"),
        "review": Transition(("counting",), "reviewed"),
        "post": Transition(("reviewed",), "posted"),
        "close": Transition(("posted",), "closed"),
    },
)


def half_of(day: date) -> str:
    """The half-year of a day: H1 is 1 January to 30 June, H2 1 July to 31 December."""
    return f"{day.year}H{1 if day.month <= 6 else 2}"


def last_day(half: str) -> date:
    """Last day of a half-year."""
    year = int(half[:4])
    return date(year, 6, 30) if half.endswith("1") else date(year, 12, 31)


def end_of(half: str) -> datetime:
    """The moment the half-year ends, without a zone: the next midnight in Beijing."""
    return datetime.combine(last_day(half) + timedelta(days=1), time())


@dataclass(slots=True, kw_only=True)
class CountLine:
    """What was counted in a lot, and what the book said then."""

    lot_id: str
    counted: Decimal
    remark: str = ""
    book: Decimal


@dataclass(frozen=True, slots=True)
class CensusScheduled:
    """A count is due in the half-year."""

    key: str
    store: str
    half: str


@dataclass(frozen=True, slots=True)
class CensusPosted:
    """The count is in the book."""

    key: str
    store: str
    half: str
    movement: str


@dataclass(frozen=True, slots=True)
class CensusOverdue:
    """The half-year ended without the count."""

    key: str
    store: str
    half: str


@dataclass(slots=True, kw_only=True)
class Census(Record):
    """The count of one store in one half-year."""

    COLLECTION: ClassVar[str] = "censuses"
    state: str = "scheduled"
    store_id: str
    half: str
    due_at: datetime
    lines: list[CountLine] = field(default_factory=list)
    counter: str = ""
    reviewer: str = ""
    movement: str = ""
    region_code: str
    overdue: bool = False

    def schedule(self) -> CensusScheduled:
        """A count is due."""
        return CensusScheduled(self.store_id, f"stores/{self.store_id}", self.half)

    def count(self, lines: list[CountLine], counter: str, keeper: str) -> None:
        """Enter counted lots; not by the keeper, and always by the same person."""
        self.state = CENSUS.next(self.state, "count")
        if counter == keeper:
            raise errors.keeper_counts(keeper)
        if self.counter and self.counter != counter:
            raise errors.counter_only(self.counter)
        self.counter = counter
        counted = {line.lot_id: line for line in self.lines} | {line.lot_id: line for line in lines}
        self.lines = list(counted.values())

    def review(self, reviewer: str, lots: list[str]) -> None:
        """Review: every lot of the store that holds something was counted, and not by the reviewer."""
        self.state = CENSUS.next(self.state, "review")
        if reviewer == self.counter:
            raise errors.separation_of_duty(self.counter)
        missing = sorted(set(lots) - {line.lot_id for line in self.lines})
        if missing:
            raise errors.census_incomplete([f"lots/{lot}" for lot in missing])
        self.reviewer = reviewer

    def post(self, poster: str, movement: str) -> CensusPosted:
        """Post the differences; not by who counted."""
        self.state = CENSUS.next(self.state, "post")
        if poster == self.counter:
            raise errors.separation_of_duty(self.counter)
        self.movement, self.overdue = movement, False
        return CensusPosted(self.store_id, f"stores/{self.store_id}", self.half, movement)

    def close(self) -> None:
        """Close."""
        self.state = CENSUS.next(self.state, "close")
