"""Sections, triggers and action cards."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import DomainError
from services.plans.model.content import (
    LAW_28,
    ActionCard,
    AlertTrigger,
    Content,
    GradeTrigger,
    MetricTrigger,
    RequiredResource,
    ResponseLevel,
    Section,
    Situation,
    Trigger,
    called_level,
    check_complete,
    checked,
    has_authority,
    hazard_prefix,
    totals,
    without_persons,
)

CARD = ActionCard("", "4.3.2", "response", "防汛办主任", "张三（示例）", "", "转移危险区群众", 30, (RequiredResource("", "evacuation", "2", "队"),))
LEVELS = (
    ResponseLevel(2, (Trigger(grade=GradeTrigger(2)), Trigger(alert=AlertTrigger(2, "11A"))), actions=(CARD,)),
    ResponseLevel(4, (Trigger(grade=GradeTrigger(4)), Trigger(metric=MetricTrigger("rain_1h", "at_least", "25", "mm"))), actions=(CARD, CARD)),
)
COMPLETE = Content(tuple(Section(kind, "内容") for kind in LAW_28), "risk-1", "survey-1", LEVELS)


def test_every_card_gets_an_id_and_no_id_stands_twice() -> None:
    content = checked(COMPLETE)
    assert [card.card for _, card in content.cards(1)] == ["l4-1", "l4-2", "l2-1"]
    twice = replace(COMPLETE, levels=(replace(LEVELS[0], actions=(replace(CARD, card="a"), replace(CARD, card="a"))),))
    with pytest.raises(DomainError, match="DUPLICATE"):
        checked(twice)
    with pytest.raises(DomainError, match="DUPLICATE"):
        checked(replace(COMPLETE, levels=(LEVELS[0], LEVELS[0])))


def test_cards_that_no_event_could_carry_are_refused() -> None:
    many = tuple(replace(CARD, action="转移危险区群众" * 60) for _ in range(600))
    with pytest.raises(DomainError, match="CARDS_TOO_LARGE"):
        checked(replace(COMPLETE, levels=(ResponseLevel(4, actions=many),)))


@pytest.mark.parametrize("missing", LAW_28)
def test_each_mandatory_section_is_asked_for(missing: str) -> None:
    content = replace(COMPLETE, sections=tuple(section for section in COMPLETE.sections if section.kind != missing))
    with pytest.raises(DomainError, match="LAW_28") as refused:
        check_complete(content, "special")
    assert refused.value.details["sections"] == missing


@pytest.mark.parametrize(
    ("change", "guard"),
    [
        ({"risk_assessment_ref": ""}, "RISK_ASSESSMENT"),
        ({"resource_survey_ref": ""}, "RESOURCE_SURVEY"),
        ({"levels": (ResponseLevel(4, actions=(replace(CARD, post=" "),)),)}, "PL_05"),
        ({"levels": (ResponseLevel(4, actions=(replace(CARD, person=""),)),)}, "PL_05"),
    ],
)
def test_guards_of_a_draft_that_others_will_read(change: dict[str, object], guard: str) -> None:
    with pytest.raises(DomainError, match=guard):
        check_complete(replace(COMPLETE, **change), "special")  # type: ignore[arg-type]


def test_a_named_alternate_is_enough_and_a_manual_needs_only_handling() -> None:
    content = replace(COMPLETE, levels=(ResponseLevel(4, actions=(replace(CARD, person="", alternate="李四（示例）"),)),))
    check_complete(content, "special")
    check_complete(replace(COMPLETE, sections=(Section("response", "步骤"),)), "manual")


@pytest.mark.parametrize(
    ("situation", "level"),
    [
        (Situation("11A51", grade=4), 4),
        (Situation("11A51", grade=1), 2),
        (Situation("11A51", grade=None), None),
        (Situation("11A51", alert_level=2), 2),
        (Situation("11A51", alert_level=3), None),
        (Situation("11B03", alert_level=1), None),  # an alert for something else
        (Situation("11A51", metrics={"rain_1h": Decimal("25")}), 4),  # 以上 includes the number
        (Situation("11A51", metrics={"rain_1h": Decimal("24.9")}), None),
        (Situation("11A51", grade=4, alert_level=1), 2),  # the most severe level wins
    ],
)
def test_the_level_that_is_called_for(situation: Situation, level: int | None) -> None:
    called = called_level(LEVELS, situation)
    assert (called[0] if called else None) == level


@given(st.integers(1, 4), st.integers(1, 4))
def test_a_more_severe_grade_never_calls_a_milder_level(first: int, second: int) -> None:
    one, other = called_level(LEVELS, Situation(grade=min(first, second))), called_level(LEVELS, Situation(grade=max(first, second)))
    assert one is not None
    assert other is None or one[0] <= other[0]


def test_codes_of_a_class_share_a_beginning() -> None:
    assert [hazard_prefix(code) for code in ("11A00", "11000", "10000", "11A51", "11A10", "11A", "1")] == ["11A", "11", "1", "11A51", "11A10", "11A", "1"]


def test_needs_are_summed_and_nobody_is_named() -> None:
    cards = [card for _, card in checked(COMPLETE).cards(1)]
    assert totals(cards) == (RequiredResource("", "evacuation", "6", "队"),)
    assert {card.person for level in without_persons(LEVELS) for card in level.actions} == {""}


def test_a_commander_may_what_a_duty_leader_may() -> None:
    assert has_authority(["duty_leader"], ResponseLevel(3))
    assert not has_authority(["duty_leader", "administrator"], ResponseLevel(2))
    assert has_authority(["commander"], ResponseLevel(4))
    assert has_authority(["duty_leader"], ResponseLevel(1, activator_role="duty_leader"))
