"""Incidents: unknown is not zero, grades keep their history, a person's grade holds until the rules find worse, the common superior leads."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import DomainError
from services.dispatch.grading.rules import LeadLevel
from services.dispatch.model.figures import Figures
from services.dispatch.model.grade import Grade, Judgement, grade
from services.dispatch.model.incident import News
from services.dispatch.model.incident_events import IncidentGraded, LeadLevelChanged
from tests.unit.dispatch.test_incident_machines import START, incident

LATER = START + timedelta(hours=1)
COUNTS = st.one_of(st.none(), st.integers(0, 200))


def graded(figures: Figures, *history: Grade, regions: tuple[str, ...] = ("640202",), code: str = "12D02", now: datetime = LATER, judged: int = -1) -> Grade:
    judgement = Judgement(judged, "影响大", "user:a") if judged >= 0 else None
    return grade(code, figures, START, regions, history, now, judgement)


def test_what_is_learned_replaces_only_what_it_names() -> None:
    known = Figures(dead=1, missing=2).learned({"missing": 0, "magnitude": Decimal("5.1")})
    assert known == Figures(dead=1, missing=0, magnitude=Decimal("5.1"))
    assert known.learned({}, ("missing", "result_confirmed")) == Figures(dead=1, magnitude=Decimal("5.1"))
    assert Figures().dead_or_missing is None
    assert Figures(missing=0).dead_or_missing == 0
    for wrong in (("ghosts",), ("dead",)):
        with pytest.raises(DomainError, match="NO_SUCH_FIGURE"):
            known.learned({"dead": 3}, wrong)


@given(COUNTS, COUNTS, st.integers(0, 300))
def test_a_late_change_is_recorded_and_the_level_stays(dead: int | None, more: int | None, days: int) -> None:
    first = graded(Figures(dead=dead))
    late = graded(Figures(dead=more), first, now=START + timedelta(days=days))
    inside = days <= 30
    assert late.outside_window is not inside
    assert late.level == (graded(Figures(dead=more)).level if inside else first.level)


@given(st.integers(1, 4), COUNTS, COUNTS)
def test_a_persons_level_holds_until_the_rules_find_worse(judged: int, dead: int | None, more: int | None) -> None:
    first = graded(Figures(dead=dead))
    manual = graded(Figures(dead=dead), first, judged=judged)
    assert (manual.level, manual.manual, manual.reason, manual.by_default) == (judged, True, "影响大", False)
    then = graded(Figures(dead=more), first, manual)
    by_rule = graded(Figures(dead=more)).level
    assert then.level == min(by_rule, judged)
    assert then.manual == (by_rule >= judged)
    assert graded(Figures(dead=more), first, manual, then, judged=0).level == by_rule


@pytest.mark.parametrize(
    ("regions", "leads"),
    [
        (("640202",), LeadLevel.COUNTY),
        (("640202", "640205"), LeadLevel.CITY),
        (("640202", "640122"), LeadLevel.PROVINCE),
        (("640202", "152921"), LeadLevel.NATION),
    ],
)
def test_the_common_superior_leads_what_touches_several_areas(regions: tuple[str, ...], leads: LeadLevel) -> None:
    assert graded(Figures(dead=0), regions=regions).lead_level is leads
    assert graded(Figures(dead=30), regions=regions).lead_level is LeadLevel.NATION


def test_every_change_of_what_the_rules_read_is_in_the_history_and_nothing_else() -> None:
    it = incident(event_code="12D02", occurred_at=START)
    events = it.confirm(News(figures={"dead": 3}), ("640202",), LATER)
    assert [type(each).__name__ for each in events] == ["IncidentConfirmed", "IncidentGraded", "LeadLevelChanged"]
    for figures, entries in (({"dead": 3}, 1), ({"evacuated": 40}, 1), ({"dead": 4}, 2), ({"injured_serious": 0}, 3)):
        it.update_facts(News(figures=figures), ("640202",), LATER)
        assert len(it.grades) == entries
    assert [each.level for each in it.grades] == [3, 3, 3]
    assert [(each.dead, each.missing) for each in it.casualties] == [(3, None), (4, None)]


def test_a_change_of_the_event_code_alone_grades_again() -> None:
    it = incident(event_code="11A51", occurred_at=START)
    it.confirm(News(figures={"loss_fen": 10**10}), (), LATER)
    assert it.level == 9
    found = it.update_facts(News(event_code="12D02"), (), LATER)
    assert [(each.previous_level, each.grade.level) for each in found if isinstance(each, IncidentGraded)] == [(9, 1)]
    assert [each.lead_level for each in found if isinstance(each, LeadLevelChanged)] == [LeadLevel.NATION]


@pytest.mark.parametrize(
    ("known", "missing"),
    [({}, "event_code, occur_time"), ({"event_code": "11A51"}, "occur_time"), ({"event_code": "11A51", "occurred_at": START, "region_code": ""}, "location")],
)
def test_confirming_needs_code_place_and_time(known: dict[str, Any], missing: str) -> None:
    with pytest.raises(DomainError) as refused:
        incident(**known).confirm(News(), (), LATER)
    assert (refused.value.reason, refused.value.details["missing"]) == ("CONFIRM_NEEDS", missing)


def test_nothing_happens_in_the_future() -> None:
    it = incident(occurred_at=datetime(2027, 1, 1, tzinfo=UTC))
    with pytest.raises(DomainError, match="IN_THE_FUTURE"):
        it.register(START)
