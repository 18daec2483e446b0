"""Judge reports: which duties one meets, how complete its text is, how timely a period was (§ 1.8, § 2.3). Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.dispatch.grading.duties import Channel, Duty, DutyKind, Party

UNCLEAR = "暂不清楚"
"""The explicit "not known yet": it fills an element; an empty text does not."""


class ReportKind(StrEnum):
    """The kinds of reports in their order; the last three stand beside it."""

    PHONE_FIRST = "phone_first"
    INITIAL = "initial"
    FOLLOW_UP = "followup"
    FINAL = "final"
    CORRECTION = "correction"
    SUPPLEMENT = "supplement"
    ZERO = "zero"


class Element(StrEnum):
    """What a report must state (F004, F003; the unit's profile for accidents only, art. 12 of 国务院令第493号)."""

    TIME = "time"
    PLACE = "place"
    SOURCE = "source"
    NATURE = "nature"
    SCOPE = "scope"
    CASUALTIES_AND_LOSS = "casualties_and_loss"
    TREND = "trend"
    MEASURES_AND_EFFECT = "measures_and_effect"
    NEXT_STEPS = "next_steps"
    UNIT_PROFILE = "unit_profile"


class DutyState(StrEnum):
    """What became of a duty; whether it was met late follows from its times."""

    OPEN = "open"
    MET = "met"
    WAIVED = "waived"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many of the required elements are given, and which are not."""

    filled: int
    required: int
    missing: tuple[Element, ...]

    @property
    def ratio(self) -> float:
        """filled ÷ required, 0 to 1."""
        return self.filled / self.required


@dataclass(frozen=True, slots=True)
class SentReport:
    """A report or notice as it left: what it was, by which channel, from whom to whom, when."""

    kind: ReportKind
    channel: Channel
    from_level: Party
    to_level: Party
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class DutyRecord:
    """A duty with what became of it."""

    duty: Duty
    state: DutyState = DutyState.OPEN
    met_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Timeliness:
    """Duties met in time and duties due, of one period; no duty due means nothing to say, not a perfect score."""

    in_time: int
    due: int

    @property
    def ratio(self) -> float | None:
        """in_time ÷ due, or None when nothing was due."""
        return self.in_time / self.due if self.due else None


_ANY_REPORT = frozenset({ReportKind.PHONE_FIRST, ReportKind.INITIAL, ReportKind.FOLLOW_UP, ReportKind.FINAL, ReportKind.SUPPLEMENT})
_KINDS: Mapping[DutyKind, frozenset[ReportKind]] = {
    DutyKind.REPORT: _ANY_REPORT,
    DutyKind.WARNING: _ANY_REPORT,
    DutyKind.NOTICE: _ANY_REPORT,
    DutyKind.FOLLOW_UP: frozenset({ReportKind.FOLLOW_UP, ReportKind.FINAL}),
    DutyKind.ZERO: frozenset({ReportKind.ZERO, ReportKind.FOLLOW_UP, ReportKind.FINAL}),
    DutyKind.SUPPLEMENT: frozenset({ReportKind.SUPPLEMENT}),
    DutyKind.FINAL: frozenset({ReportKind.FINAL}),
}
_CHANNELS: Mapping[Channel, frozenset[Channel]] = {
    Channel.PHONE: frozenset({Channel.PHONE}),
    Channel.WRITTEN: frozenset({Channel.WRITTEN, Channel.PLATFORM}),
    Channel.PLATFORM: frozenset({Channel.PLATFORM}),
    Channel.ANY: frozenset(Channel),
}


def meets(duty: Duty, report: SentReport) -> bool:
    """Tell whether the report fulfils the duty: right parties, channel and kind, and not sent before the duty arose. Late still meets."""
    return (
        (report.from_level, report.to_level) == (duty.from_level, duty.to_level)
        and report.channel in _CHANNELS[duty.channel]
        and report.kind in _KINDS[duty.kind]
        and report.sent_at >= duty.clock_start
    )


def required_elements(*, accident: bool) -> tuple[Element, ...]:
    """The nine elements of every report; accidents add the profile of the unit."""
    return tuple(element for element in Element if accident or element is not Element.UNIT_PROFILE)


def completeness(elements: Mapping[Element, str | None], *, accident: bool) -> Completeness:
    """Score a report: an element counts when it is given, also as 「暂不清楚」; blank text and None do not count."""
    required = required_elements(accident=accident)
    missing = tuple(element for element in required if not (elements.get(element) or "").strip())
    return Completeness(len(required) - len(missing), len(required), missing)


def timeliness(
    records: Iterable[DutyRecord],
    start: datetime,
    end: datetime,
    now: datetime,
    *,
    strict: bool = False,
    from_levels: Collection[Party] = (Party.COUNTY,),
) -> Timeliness:
    """Duties met in time ÷ duties due in [start, end) as of `now`; waived, cancelled and open ones not yet due are left out.

    `strict` judges by the clock from the occurrence instead of the one that could be acted on. Only duties of `from_levels` count.
    """
    in_time = due = 0
    for record in records:
        deadline = record.duty.strict_due_at if strict else record.duty.due_at
        met_at = record.met_at if record.state is DutyState.MET else None
        open_not_due = record.state is DutyState.OPEN and deadline > now
        counted = record.state in (DutyState.OPEN, DutyState.MET) and not open_not_due
        if counted and record.duty.from_level in from_levels and start <= deadline < end:
            due += 1
            in_time += met_at is not None and met_at <= deadline
    return Timeliness(in_time, due)
