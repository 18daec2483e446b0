"""Expected actions are judged by facts: met, late, missed; another incident's facts and those before the inject do not count."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cli.exercise.facts import Fact, Facts
from cli.exercise.judging import RULES, Judged, Verdict, Wanted, judge, score
from cli.exercise.pace import Pace
from cli.exercise.scenario import Expected, Scoring
from cli.exercise.seats import ACTIONS
from cli.exercise.stage import Subject, Unit

START = datetime(2026, 7, 29, 6, 0, tzinfo=UTC)
CAR = Subject("car", "incidents/1", 60.0, "车")
UNITS = {"units/a": Unit("units/a", None, None, frozenset({"water_rescue"})), "units/b": Unit("units/b", None, None, frozenset({"medical"}))}


def pace() -> Pace:
    found = Pace(1.0, START)
    found.steers = True
    return found


def fact(kind: str, second: float, aggregate: str = "incidents/1", incident: str = "incidents/1", exercise: str = "ex", **payload: Any) -> Fact:
    return Fact(kind, aggregate, incident, exercise, "user:x", (START + timedelta(seconds=second)).isoformat(), payload)


def judged(expected: dict[str, Any], *told: Fact) -> Judged:
    facts = Facts("ex")
    for each in told:
        facts.take(each)
    wanted = Wanted("car", Expected.model_validate({"of": "car", **expected}), 60.0, 1.0, CAR)
    return judge([wanted], facts, UNITS, pace())[0]


@pytest.mark.parametrize(("second", "verdict"), [(61, Verdict.MET), (360, Verdict.MET), (361, Verdict.LATE)])
def test_in_time_or_late(second: float, verdict: Verdict) -> None:
    found = judged({"what": "confirmed", "within": 300}, fact("IncidentConfirmed", second))
    assert (found.verdict, found.after) == (verdict, second - 60)


def test_what_does_not_count() -> None:
    other = fact("IncidentConfirmed", 100, "incidents/2", "incidents/2")
    before = fact("IncidentConfirmed", 10)
    elsewhere = fact("IncidentConfirmed", 100, exercise="ex-2")
    assert judged({"what": "confirmed", "within": 300}, other, before, elsewhere).verdict is Verdict.MISSED


def test_the_capability_counts() -> None:
    expected = {"what": "assigned", "within": 300, "capability": "water_rescue"}
    medical = fact("AssignmentOffered", 70, "assignments/1", unit="units/b")
    boat = fact("AssignmentOffered", 90, "assignments/2", unit="units/a")
    assert judged(expected, medical).verdict is Verdict.MISSED
    assert judged(expected, medical, boat).after == 30


def test_a_first_report_is_judged_by_its_obligations() -> None:
    sent = fact("ReportSent", 1000, "reports/1", met=["x"])
    late = fact("ReportSent", 1000, "reports/1", metLate=["x"])
    assert judged({"what": "first_report"}, sent).verdict is Verdict.MET
    assert judged({"what": "first_report"}, late).verdict is Verdict.LATE


def test_a_fact_about_ours_without_the_id_is_noticed() -> None:
    facts = Facts("ex")
    facts.take(fact("IncidentReported", 60))
    facts.take(fact("IncidentConfirmed", 70, exercise=""))
    facts.take(fact("IncidentConfirmed", 70, "incidents/9", "incidents/9", exercise=""))
    assert [each.aggregate for each in facts.unsealed] == ["incidents/1"]


def test_what_was_not_yet_due_at_an_abort_is_not_missed() -> None:
    facts = Facts("ex")
    confirm = Wanted("car", Expected.model_validate({"of": "car", "what": "confirmed", "within": 300}), 60.0, 1.0, CAR)
    report = Wanted("car", Expected.model_validate({"of": "car", "what": "first_report"}), 60.0, 1.0, CAR)

    def verdicts(aborted_at: float | None) -> list[Verdict]:
        return [each.verdict for each in judge([confirm, report], facts, UNITS, pace(), aborted_at=aborted_at)]

    assert verdicts(359.0) == [Verdict.NOT_DUE, Verdict.NOT_DUE]
    assert verdicts(361.0) == [Verdict.MISSED, Verdict.NOT_DUE]
    assert verdicts(None) == [Verdict.MISSED, Verdict.MISSED]
    facts.take(fact("ReportOverdue", 1860, "obligations/1"))
    assert verdicts(1900.0) == [Verdict.MISSED, Verdict.MISSED]
    facts.take(fact("IncidentConfirmed", 120))
    assert verdicts(200.0)[0] is Verdict.MET


def test_points() -> None:
    wanted = Wanted("car", Expected.model_validate({"of": "car", "what": "confirmed", "within": 300}), 60.0, 1.0, CAR)
    heavy = Wanted("car", wanted.expected, 60.0, 2.0, CAR)
    rows = [Judged(heavy, Verdict.MET, 1.0, ""), Judged(wanted, Verdict.LATE, 400.0, ""), Judged(wanted, Verdict.MISSED, None, "")]
    assert score(rows, Scoring()) == pytest.approx(62.5)
    assert score([*rows, Judged(heavy, Verdict.NOT_DUE, None, "")], Scoring()) == pytest.approx(62.5)
    assert score([], Scoring()) == 100.0


def test_every_action_has_a_rule_and_a_seat() -> None:
    assert set(RULES) == set(ACTIONS)
