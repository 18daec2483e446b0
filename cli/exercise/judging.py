"""Which expected actions were taken, when, and what that is worth. Judged by the platform's own facts alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cli.exercise.facts import Fact, Facts
from cli.exercise.pace import Pace
from cli.exercise.scenario import Expected, Scoring
from cli.exercise.stage import Subject, Unit


@dataclass(frozen=True, slots=True)
class Wanted:
    """One expected action about one subject, counting from `since` (scenario second); `weight` is its share of its group's."""

    label: str
    expected: Expected
    since: float
    weight: float
    subject: Subject | None = None
    target: Subject | None = None
    group: str = ""


class Verdict(StrEnum):
    """How an expected action came out."""

    MET = "met"
    LATE = "late"
    MISSED = "missed"
    NOT_DUE = "not due"
    """The exercise was aborted while there was still time for it; counts for nothing."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One expected action and its outcome; `after` is how many scenario seconds it took."""

    wanted: Wanted
    verdict: Verdict
    after: float | None
    actor: str


Holds = Callable[[Fact, Wanted, Mapping[str, Unit]], bool]


def _of_subject(fact: Fact, wanted: Wanted, _units: Mapping[str, Unit]) -> bool:
    return wanted.subject is not None and fact.aggregate == wanted.subject.name


def _merged(fact: Fact, wanted: Wanted, units: Mapping[str, Unit]) -> bool:
    return _of_subject(fact, wanted, units) and (wanted.target is None or fact.payload.get("target") == wanted.target.name)


def _by_unit(fact: Fact, wanted: Wanted, units: Mapping[str, Unit]) -> bool:
    """A unit of the incident, with the capability where one is asked for."""
    if wanted.subject is None or fact.incident != wanted.subject.name:
        return False
    unit = units.get(fact.payload.get("unit", ""))
    return wanted.expected.capability is None or (unit is not None and wanted.expected.capability in unit.capabilities)


def _progressed(state: str) -> Holds:
    return lambda fact, wanted, units: fact.payload.get("state") == state and _by_unit(fact, wanted, units)


def _reported(fact: Fact, wanted: Wanted, _units: Mapping[str, Unit]) -> bool:
    return wanted.subject is not None and fact.incident == wanted.subject.name


def _any(_fact: Fact, _wanted: Wanted, _units: Mapping[str, Unit]) -> bool:
    return True


RULES: Mapping[str, tuple[str, Holds]] = {
    "verified": ("IncidentVerifying", _of_subject),
    "confirmed": ("IncidentConfirmed", _of_subject),
    "dismissed": ("IncidentDismissed", _of_subject),
    "merged": ("IncidentMerged", _merged),
    "response_started": ("ResponseStarted", _of_subject),
    "controlled": ("IncidentControlled", _of_subject),
    "assigned": ("AssignmentOffered", _by_unit),
    "accepted": ("AssignmentAccepted", _by_unit),
    "on_scene": ("AssignmentProgressed", _progressed("on_scene")),
    "completed": ("AssignmentProgressed", _progressed("completed")),
    "released": ("AssignmentReleased", _by_unit),
    "first_report": ("ReportSent", _reported),
    "alert_drafted": ("AlertDrafted", _any),
    "alert_published": ("AlertPublished", _any),
    "linked": ("SignalLinked", _of_subject),
}
"""By which fact an expected action is met."""


def judge(wanted: Sequence[Wanted], facts: Facts, units: Mapping[str, Unit], pace: Pace, *, aborted_at: float | None = None) -> list[Judged]:
    """Every expected action with its outcome, in the order they were expected; `aborted_at` is the scenario second of an abort."""
    return [_one(each, facts, units, pace, aborted_at) for each in wanted]


def _one(wanted: Wanted, facts: Facts, units: Mapping[str, Unit], pace: Pace, aborted_at: float | None) -> Judged:
    name, holds = RULES[wanted.expected.what]
    told = facts.about(wanted.subject.name) if wanted.subject is not None and not wanted.expected.what.startswith("alert_") else facts.all
    fact = next((each for each in told if each.type == name and holds(each, wanted, units) and pace.second(each.occurred) >= wanted.since - 1), None)
    if fact is None:
        open_still = aborted_at is not None and _in_time(wanted, facts, aborted_at)
        return Judged(wanted, Verdict.NOT_DUE if open_still else Verdict.MISSED, None, "")
    after = max(0.0, pace.second(fact.occurred) - wanted.since)
    late = bool(fact.payload.get("metLate")) if wanted.expected.within is None else after > wanted.expected.within
    return Judged(wanted, Verdict.LATE if late else Verdict.MET, after, fact.actor)


def _in_time(wanted: Wanted, facts: Facts, second: float) -> bool:
    """There is still time for it at that second: before its limit; by the norm, while the platform calls nothing that its incident owes overdue."""
    if wanted.expected.within is not None:
        return second <= wanted.since + wanted.expected.within
    return wanted.subject is None or all(fact.type != "ReportOverdue" for fact in facts.about(wanted.subject.name))


def score(judged: Sequence[Judged], scoring: Scoring) -> float:
    """Points of 100; nothing expected is all of them. What was not yet due is left out."""
    worth = {Verdict.MET: 1.0, Verdict.LATE: scoring.late_credit, Verdict.MISSED: 0.0}
    counted = [each for each in judged if each.verdict in worth]
    whole = sum(each.wanted.weight for each in counted)
    return 100.0 * sum(each.wanted.weight * worth[each.verdict] for each in counted) / whole if whole else 100.0
