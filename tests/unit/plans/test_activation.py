"""Starting, changing and ending a response."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chassis.errors import DomainError, Kind
from services.plans.model.activation import Activation, Ending, Statement, check_authority, check_urgent_authority
from services.plans.model.content import checked
from tests.unit.plans.test_content import COMPLETE

NOW = datetime(2026, 7, 29, 7, 30, tzinfo=UTC)
STATED = Statement(4, "防汛应急响应", timedelta(hours=24), ("转移群众",))
ENDING = Ending("险情解除", True, "", (), False, False)


def proposed() -> Activation:
    return Activation("a1", "p1", "planVersions/v1", "防汛", "水务局", "incidents/i1", "640202", "", 4, "grade<=4", "component:plans", NOW)


def active() -> Activation:
    activation = proposed()
    activation.activate(STATED, "区政府", "user:leader", NOW)
    return activation


@pytest.mark.parametrize(
    ("change", "missing"),
    [({"level": 0}, "level"), ({"subject": " "}, "subject"), ({"duration": None}, "expected_duration"), ({"duration": timedelta()}, "expected_duration"),
     ({"measures": ()}, "measures")],
)  # fmt: skip
def test_a_start_states_what_the_law_asks(change: dict[str, object], missing: str) -> None:
    activation = proposed()
    with pytest.raises(DomainError, match="LAW_72") as refused:
        activation.activate(replace(STATED, **change), "区政府", "user:leader", NOW)  # type: ignore[arg-type]
    assert (refused.value.details["missing"], activation.state) == (missing, "proposed")


def test_an_urgent_start_owes_papers_for_24_hours() -> None:
    activation = proposed()
    activation.activate_urgent(3, "", "区长电话同意", "区政府", "user:leader", NOW)
    assert (activation.level, activation.paperwork_due_time) == (3, NOW + timedelta(hours=24))
    with pytest.raises(DomainError, match="LAW_72"):
        activation.file_paperwork("doc-1", STATED.__class__(0, "", STATED.duration, ("疏散",)), NOW)
    filed = activation.file_paperwork("doc-1", replace(STATED, level=0), NOW + timedelta(hours=25))
    assert (filed.late, filed.expected_end_time) == (True, NOW + timedelta(hours=24))
    with pytest.raises(DomainError, match="NO_PAPERWORK_OWED"):
        activation.file_paperwork("doc-1", STATED, NOW)


def test_authority_goes_by_level_but_not_when_it_is_urgent() -> None:
    content = checked(COMPLETE)
    check_authority(["duty_leader"], content, 4)
    with pytest.raises(DomainError, match="LEVEL_AUTHORITY") as refused:
        check_authority(["duty_leader"], content, 2)
    assert refused.value.kind is Kind.FORBIDDEN
    with pytest.raises(DomainError, match="LEVEL_NOT_IN_PLAN"):
        check_authority(["commander"], content, 1)
    check_urgent_authority(["duty_leader"], content, 2)
    with pytest.raises(DomainError, match="LEVEL_AUTHORITY"):
        check_urgent_authority(["duty_officer"], content, 2)


def test_passing_the_expected_end_is_said_once_and_ends_nothing() -> None:
    activation = active()
    assert activation.pass_end(NOW + timedelta(hours=23)) is None
    late = activation.pass_end(NOW + timedelta(hours=24))
    assert late is not None
    assert activation.pass_end(NOW + timedelta(hours=25)) is None
    assert (activation.state, activation.overdue) == ("active", True)
    activation.extend(NOW + timedelta(hours=48), "", NOW + timedelta(hours=25))
    assert not activation.overdue
    with pytest.raises(DomainError, match="EXPECTED_END"):
        activation.extend(NOW, "", NOW)


def test_only_a_more_severe_level_is_proposed_and_once() -> None:
    activation = active()
    assert activation.propose_level(4, "grade<=4") is None
    assert activation.propose_level(2, "grade<=2") is not None
    assert activation.propose_level(2, "grade<=2") is None
    with pytest.raises(DomainError, match="SAME_LEVEL"):
        activation.change_level(4, "理由", "user:leader", NOW)
    with pytest.raises(DomainError, match="REASON_NEEDED"):
        replace(activation).change_level(2, "", "user:leader", NOW)
    assert activation.change_level(2, "失踪增加", "user:commander", NOW) == 4
    assert (activation.proposed_level, [change.level for change in activation.level_history]) == (0, [4, 2])
    with pytest.raises(DomainError, match="NO_LEVEL_PROPOSED"):
        activation.decline_level("理由")


@pytest.mark.parametrize(
    ("change", "guard"),
    [
        ({"reason": ""}, "REASON_NEEDED"),
        ({"threat_removed": False}, "LAW_86"),
        ({"under_superior": True}, "SUPERIOR_NOT_ENDED"),
        ({"open_tasks": ("tasks/t1",)}, "OPEN_LIFE_SAVING_TASKS"),
    ],
)
def test_guards_of_the_end(change: dict[str, object], guard: str) -> None:
    activation = active()
    with pytest.raises(DomainError, match=guard):
        activation.terminate(replace(ENDING, **change), NOW)  # type: ignore[arg-type]
    assert activation.state == "active"


def test_open_tasks_are_handed_over_with_a_reason_and_the_superior_ends_first() -> None:
    ended = active().terminate(replace(ENDING, open_tasks=("tasks/t1",), override="移交公安"), NOW)
    assert (ended.open_tasks, ended.open_tasks_override) == (("tasks/t1",), "移交公安")
    assert active().terminate(replace(ENDING, under_superior=True, superior_ended=True), NOW).reason == "险情解除"


def test_closing_needs_the_review_except_in_an_exercise() -> None:
    real, exercise = active(), active()
    exercise.exercise_id = "drill-1"
    for activation in (real, exercise):
        activation.terminate(ENDING, NOW)
    with pytest.raises(DomainError, match="REVIEW_MISSING"):
        real.close("", waived=True)
    real.close("reviews/r1", waived=False)
    exercise.close("", waived=True)
    assert (real.state, exercise.state) == ("closed", "closed")
