"""Which reports an incident owes to whom by when (报告义务, R-I1…R-I7, R-G3): a pure function of the incident's history.

Two clocks (DOMAIN § 0.4): `strict_due_at` runs from the occurrence, `due_at` from when one could act. Every duty has a stable key that
holds neither a grade in force nor a deadline, and the whole history is read each time, so computing again after a regrade can only add.
All deadlines are instants; days are counted in Asia/Shanghai.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from itertools import accumulate, pairwise

from services.dispatch.grading.assess import SHANGHAI, casualty_window_end
from services.dispatch.grading.rules import UNGRADED, RuleSet, current

AT_ONCE = timedelta(minutes=30)
"""Ceiling for "at once" (立即) where the law names no figure: the shortest figure of any norm here [choice] (R-I1, art. 62, art. 9)."""
PHONE_MAJOR = timedelta(minutes=30)  # R-I2
WRITTEN_MAJOR = timedelta(minutes=60)  # R-I2
POSSIBLE_MAJOR = timedelta(hours=2)  # R-I3
UNIT = timedelta(hours=1)  # R-I4, 国务院令第493号 art. 9
EACH_LEVEL = timedelta(hours=2)  # R-I4 art. 11, R-I6
FOLLOW_UP = timedelta(hours=2)  # a flare-up or a higher grade is reported as fast as each level reports [choice]
SUPPLEMENT = timedelta(hours=24)  # art. 13 says 及时 without a figure [choice]
FINAL = timedelta(hours=24)  # R-I7 names no figure; many city rules ask for the 终报 within a day of the end [choice]
ZERO_REPORT_DUE = time(9, 0)  # R-I6: the county by 09:00, figures to 24:00 of the day before
DROUGHT_STEP_DAYS = 10  # R-I6
DROUGHT_CODES = ("11A10", "11A52", "11A53", "11A54", "11B22")
MASS_CASUALTIES = 10  # dead or missing, R-I6
MAJOR = 2  # 重大 and worse


class Party(StrEnum):
    """Who reports or is told. The levels of government are offices that receive reports, not the government that leads."""

    UNIT = "unit"
    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    NATION = "nation"
    OWN_GOVERNMENT = "own_government"
    UPPER_DEPARTMENTS = "upper_departments"
    GARRISON = "garrison"
    NEIGHBOURS = "neighbours"
    POLICE = "police"
    LABOUR = "labour"
    UNION = "union"
    PROCURATORATE = "procuratorate"


class Channel(StrEnum):
    """How it must travel; a report through the platform counts as written (网络直报)."""

    PHONE = "phone"
    WRITTEN = "written"
    PLATFORM = "platform"
    ANY = "any"


class DutyKind(StrEnum):
    """What must be delivered."""

    REPORT = "report"
    WARNING = "warning"
    NOTICE = "notice"
    FOLLOW_UP = "follow_up"
    ZERO = "zero"
    SUPPLEMENT = "supplement"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class GradeEntry:
    """One entry of the grade history: the working grade (1…4, 9 not graded) and when it was given."""

    level: int
    at: datetime


@dataclass(frozen=True, slots=True)
class CasualtyEntry:
    """The dead and missing as known at an instant; None means unknown."""

    dead: int | None
    missing: int | None
    at: datetime

    @property
    def at_least(self) -> int:
        """Lower bound of dead and missing together (R-G2)."""
        return (self.dead or 0) + (self.missing or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentHistory:
    """Everything of a confirmed incident that opens a duty. Instants carry an offset; sequences are in order of time.

    `received_at`: the first word of it; `confirmed_at`: it was verified. `unit_informed_at`: the head of the unit learned of the
    accident; `unit_reported_at`: the unit's own report came in. `reached`: when each higher level received the report.
    `potential_judged_at`: when somebody judged that it may become 重大 or worse. `response_ended_at`: the response was
    ended, for the last time. `final_report_at`: the 终报 was sent.
    `stable_at`: the disaster was declared stable, which ends the daily zero report. `unstable_since`: it was stable before and is not any
    more (a flare-up, a reopening); zero reports of the days before that were opened in their time or never owed.
    """

    event_code: str
    occurred_at: datetime
    received_at: datetime
    grades: tuple[GradeEntry, ...] = ()
    casualties: tuple[CasualtyEntry, ...] = ()
    confirmed_at: datetime | None = None
    unit_informed_at: datetime | None = None
    unit_reported_at: datetime | None = None
    reached: Mapping[Party, datetime] = field(default_factory=dict)
    potential_level: int | None = None
    potential_judged_at: datetime | None = None
    flare_ups: tuple[datetime, ...] = ()
    response_ended_at: datetime | None = None
    final_report_at: datetime | None = None
    stable_at: datetime | None = None
    unstable_since: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse an instant without an offset with ValueError: it would mean another time on another machine."""
        if self.occurred_at.tzinfo is None or self.received_at.tzinfo is None:
            raise ValueError("instants must carry an offset")

    @property
    def graded(self) -> tuple[GradeEntry, ...]:
        """The grade history without the entries that could not name a level."""
        return tuple(entry for entry in self.grades if entry.level != UNGRADED)


@dataclass(frozen=True, slots=True)
class Duty:
    """One obligation to report. `key` is unique within the incident and never changes; `basis` is the rule id.

    A report sent from `clock_start` on can meet it; `due_at` is the deadline one could act on, `strict_due_at` the one of the norm.
    """

    key: str
    kind: DutyKind
    basis: str
    channel: Channel
    from_level: Party
    to_level: Party
    clock_start: datetime
    due_at: datetime
    strict_due_at: datetime


def duties(history: IncidentHistory, now: datetime, rules: RuleSet | None = None) -> tuple[Duty, ...]:
    """Every duty the incident has opened until `now`, soonest due first; the same history always gives the same duties."""
    table = rules or current()
    found = [
        *_at_once(history),
        *_major(history),
        *_possible_major(history),
        *(_accident(history) if table.is_production_accident(history.event_code) else ()),
        *(_natural_disaster(history, now) if history.event_code.startswith("11") else ()),
        *_upgrades(history),
        *_flare_ups(history),
        *_final(history),
        *_supplements(history, table),
    ]
    return tuple(sorted(found, key=lambda duty: (duty.due_at, duty.key)))


def new_duties(existing_keys: Collection[str], history: IncidentHistory, now: datetime, rules: RuleSet | None = None) -> tuple[Duty, ...]:
    """The duties not yet opened. Those already opened keep the deadline they were opened with, whatever the grade does later."""
    return tuple(duty for duty in duties(history, now, rules) if duty.key not in existing_keys)


def next_zero_report_at(history: IncidentHistory, now: datetime) -> datetime | None:
    """When the next periodic zero report opens (set a timer for it); None when there will be none."""
    if not history.event_code.startswith("11") or (history.stable_at is not None and history.stable_at <= now):
        return None
    start = next(start for start in _zero_report_starts(history) if start > now)
    return start if history.stable_at is None or history.stable_at > start else None


def escalations(duty: Duty) -> tuple[tuple[float, datetime], ...]:
    """When to warn: at half and at four fifths of the window (`ReportDueSoon`), and at the due time (`ReportOverdue`)."""
    window = duty.due_at - duty.clock_start
    return tuple((fraction, duty.clock_start + window * fraction) for fraction in (0.5, 0.8, 1.0))


def _at_once(history: IncidentHistory) -> Iterator[Duty]:
    """R-I1: the level above, at once after verification; the strict clock runs from the first word."""
    yield _duty("R-I1", DutyKind.REPORT, Party.COUNTY, Party.CITY, history.received_at, AT_ONCE, actionable_from=history.confirmed_at)


def _major(history: IncidentHistory) -> Iterator[Duty]:
    """R-I2. A major first grade is due from the occurrence (from grading, if that time is already past); a later upgrade from the upgrade."""
    major = next((entry for entry in history.graded if entry.level <= MAJOR), None)
    if major is None:
        return
    first = major is history.graded[0]
    for channel, window in ((Channel.PHONE, PHONE_MAJOR), (Channel.WRITTEN, WRITTEN_MAJOR)):
        for recipient in (Party.CITY, Party.PROVINCE):
            start = _actionable_start(history.occurred_at, major.at, window, known_from_first=first)
            yield _duty("R-I2", DutyKind.REPORT, Party.COUNTY, recipient, start, window, channel=channel, strict_due=history.occurred_at + window)


def _possible_major(history: IncidentHistory) -> Iterator[Duty]:
    """R-I3 and art. 62 of 突发事件应对法: the upper government, and at the same time those who may have to act or suffer."""
    if history.potential_judged_at is None or history.potential_level is None or history.potential_level > MAJOR:
        return
    yield _duty("R-I3", DutyKind.WARNING, Party.COUNTY, Party.CITY, history.potential_judged_at, POSSIBLE_MAJOR)
    for recipient in (Party.UPPER_DEPARTMENTS, Party.GARRISON, Party.NEIGHBOURS):
        yield _duty("R-I3", DutyKind.NOTICE, Party.COUNTY, recipient, history.potential_judged_at, POSSIBLE_MAJOR)


def _accident(history: IncidentHistory) -> Iterator[Duty]:
    """R-I4: the unit within 1 h, each level within 2 h up to the level the grade demands, and the notices of art. 10."""
    if history.unit_informed_at is not None:
        yield _duty("R-I4", DutyKind.REPORT, Party.UNIT, Party.COUNTY, history.unit_informed_at, UNIT)
    received, reported = history.received_at, history.unit_reported_at
    yield _duty("R-I4", DutyKind.NOTICE, Party.COUNTY, Party.OWN_GOVERNMENT, received, AT_ONCE, actionable_from=history.confirmed_at)
    report = _duty("R-I4", DutyKind.REPORT, Party.COUNTY, Party.CITY, received, EACH_LEVEL, actionable_from=reported)
    yield report
    for recipient in (Party.POLICE, Party.LABOUR, Party.UNION, Party.PROCURATORATE):
        yield _duty("R-I4", DutyKind.NOTICE, Party.COUNTY, recipient, received, EACH_LEVEL, actionable_from=reported)
    for sender, recipient, threshold in ((Party.CITY, Party.PROVINCE, 3), (Party.PROVINCE, Party.NATION, MAJOR)):
        reached = next((entry.at for entry in history.graded if entry.level <= threshold), None)
        if reached is None:
            return
        report = _duty("R-I4", DutyKind.REPORT, sender, recipient, max(history.reached.get(sender, report.due_at), reached), EACH_LEVEL)
        yield report


def _natural_disaster(history: IncidentHistory, now: datetime) -> Iterator[Duty]:
    """R-I6: the city within 2 h of the event; from ten dead or missing the region and the nation directly; zero reports until stable."""
    strict = history.occurred_at + EACH_LEVEL
    start = _actionable_start(history.occurred_at, history.received_at, EACH_LEVEL, known_from_first=True)
    yield _duty("R-I6", DutyKind.REPORT, Party.COUNTY, Party.CITY, start, EACH_LEVEL, strict_due=strict)
    mass = next((entry for entry in history.casualties if entry.at_least >= MASS_CASUALTIES), None)
    if mass is not None:
        start = _actionable_start(history.occurred_at, mass.at, EACH_LEVEL, known_from_first=mass is history.casualties[0])
        for recipient in (Party.PROVINCE, Party.NATION):
            yield _duty("R-I6", DutyKind.REPORT, Party.COUNTY, recipient, start, EACH_LEVEL, strict_due=strict)
    for opens in _zero_report_starts(history):
        if opens > now or (history.stable_at is not None and history.stable_at <= opens):
            return
        if history.unstable_since is not None and opens <= history.unstable_since:
            continue
        due = datetime.combine(opens.date(), ZERO_REPORT_DUE, SHANGHAI)
        yield _duty("R-I6", DutyKind.ZERO, Party.COUNTY, Party.CITY, opens, due - opens, suffix=opens.date().isoformat())


def _upgrades(history: IncidentHistory) -> Iterator[Duty]:
    """DOMAIN § 2.3: a grade worse than any before is itself news for those who were told of the last; of the first major one R-I2 tells them, sooner."""
    levels = [entry.level for entry in history.graded]
    for worst, entry in zip(accumulate(levels, min), history.graded[1:], strict=False):
        if entry.level < worst and not entry.level <= MAJOR < worst:
            for recipient in (Party.CITY, Party.PROVINCE) if entry.level <= MAJOR else (Party.CITY,):
                yield _duty("R-I7", DutyKind.FOLLOW_UP, Party.COUNTY, recipient, entry.at, FOLLOW_UP, suffix=f"upgrade/{_stamp(entry.at)}")


def _flare_ups(history: IncidentHistory) -> Iterator[Duty]:
    for at in history.flare_ups:
        yield _duty("R-I7", DutyKind.FOLLOW_UP, Party.COUNTY, Party.CITY, at, FOLLOW_UP, suffix=_stamp(at))


def _final(history: IncidentHistory) -> Iterator[Duty]:
    """R-I7: the 终报 after the end of the response, unless it was sent before it."""
    ended = history.response_ended_at
    if ended is not None and (history.final_report_at is None or history.final_report_at >= ended):
        yield _duty("R-I7", DutyKind.FINAL, Party.COUNTY, Party.CITY, ended, FINAL, suffix=_stamp(ended))


def _supplements(history: IncidentHistory, table: RuleSet) -> Iterator[Duty]:
    """R-G3: after the final report, each change of casualties inside the window is supplemented; later ones are only recorded."""
    end = casualty_window_end(history.event_code, history.occurred_at, table)
    if end is None or history.final_report_at is None:
        return
    for before, after in pairwise(history.casualties):
        changed = (before.dead, before.missing) != (after.dead, after.missing)
        if changed and history.final_report_at < after.at < end:
            yield _duty("R-G3", DutyKind.SUPPLEMENT, Party.COUNTY, Party.CITY, after.at, SUPPLEMENT, suffix=_stamp(after.at))


def _zero_report_starts(history: IncidentHistory) -> Iterator[datetime]:
    """Midnight after each reporting day, without end: first the day the event became known; for droughts every tenth day."""
    step = timedelta(days=DROUGHT_STEP_DAYS if history.event_code.startswith(DROUGHT_CODES) else 1)
    day = history.received_at.astimezone(SHANGHAI).date() + step
    while True:
        yield datetime.combine(day, time(), SHANGHAI)
        day += step


def _actionable_start(occurred_at: datetime, known_at: datetime, window: timedelta, *, known_from_first: bool) -> datetime:
    """Where the actionable clock starts: at the occurrence if it was known from the first and in time, else when it became known."""
    return occurred_at if known_from_first and known_at <= occurred_at + window else known_at


def _duty(
    basis: str,
    kind: DutyKind,
    sender: Party,
    recipient: Party,
    start: datetime,
    window: timedelta,
    *,
    channel: Channel = Channel.ANY,
    actionable_from: datetime | None = None,
    strict_due: datetime | None = None,
    suffix: str | None = None,
) -> Duty:
    key = "/".join(part for part in (basis, kind, channel if channel is not Channel.ANY else None, f"{sender}>{recipient}", suffix) if part)
    due = max(start, actionable_from or start) + window
    return Duty(key, kind, basis, channel, sender, recipient, start, due, strict_due or start + window)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
