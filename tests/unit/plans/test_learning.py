"""Drills, reviews and corrective actions."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chassis.errors import DomainError
from services.plans.model.correction import CorrectiveAction, check_settled
from services.plans.model.drill import ASPECTS, Drill, DrillAborted, DrillCancelled, DrillRating, Inject, Preparation
from services.plans.model.review import PARTS, Finding, Review

NOW = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
PREPARED = Preparation((Inject(30, "余震", "撤离"), Inject(0, "主震", "就地避险")), ("评估组",), "scheme-1", "safety-1", "notice-1")
RATINGS = tuple(DrillRating(aspect, 80, "评语") for aspect in ASPECTS)


def ready(*, public: bool = True) -> Drill:
    drill = Drill("d1", "地震演练", "full_scale", 2026, "p1", "planVersions/v1", "640202", "", (), public)
    drill.start_preparation("区应急局", NOW + timedelta(hours=8), "广场")
    drill.ready(PREPARED)
    return drill


def completed() -> Drill:
    drill = ready()
    drill.start(NOW, channels_set=True)
    drill.finish(NOW + timedelta(minutes=10))
    return drill


def test_the_exercise_is_the_drill_for_ever() -> None:
    assert ready().exercise_id == "d1"


def test_preparation_names_what_is_missing() -> None:
    drill = Drill("d1", "演练", "tabletop", 2026, "p1", "planVersions/v1", "640202", "", (), False)
    with pytest.raises(DomainError, match="DRILL_DATE"):
        drill.start_preparation("区应急局", None, "")
    drill.start_preparation("区应急局", NOW, "")
    with pytest.raises(DomainError, match="DRILL_PREPARATION") as refused:
        drill.ready(replace(PREPARED, injects=(), safety_plan_ref="", public_notice_ref=""))
    assert refused.value.details["missing"] == "injects, safety_plan_ref"
    with pytest.raises(DomainError, match="DRILL_PREPARATION"):
        replace(drill, public_signals=True).ready(replace(PREPARED, public_notice_ref=""))


def test_a_drill_starts_only_when_every_channel_is_an_exercise() -> None:
    with pytest.raises(DomainError, match="DRILL_CHANNELS"):
        ready().start(NOW, channels_set=False)


def test_a_real_event_stops_everything() -> None:
    drill = ready()
    drill.start(NOW, channels_set=True)
    drill.deliver_inject(1, "两分钟撤离", NOW)
    with pytest.raises(DomainError, match="INJECT_NOT_WAITING"):
        drill.deliver_inject(1, "", NOW)
    event = drill.give_way("真实事件", "incidents/i1", NOW)
    assert isinstance(event, DrillAborted)
    assert event.stopped_injects == (2,)
    assert [inject.state for inject in drill.injects] == ["delivered", "stopped"]
    with pytest.raises(DomainError, match="INVALID_TRANSITION"):
        drill.deliver_inject(2, "", NOW)


def test_a_drill_that_is_near_gives_way_and_a_distant_one_does_not() -> None:
    assert isinstance(ready().give_way("真实事件", "incidents/i1", NOW), DrillCancelled)
    assert ready().give_way("真实事件", "incidents/i1", NOW - timedelta(days=3)) is None
    assert completed().give_way("真实事件", "incidents/i1", NOW) is None


def test_evaluation_covers_the_six_contents_and_findings_lead_to_corrections() -> None:
    with pytest.raises(DomainError, match="R_D3") as refused:
        completed().evaluate(RATINGS[:-1], ())
    assert refused.value.details["missing"] == "suggestions"
    clean, flawed = completed(), completed()
    clean.evaluate(RATINGS, ())
    with pytest.raises(DomainError, match="NO_FINDINGS"):
        clean.open_corrections(())
    clean.close()
    flawed.evaluate(RATINGS, ("对讲机不足",))
    with pytest.raises(DomainError, match="FINDINGS_OPEN"):
        flawed.close()
    flawed.open_corrections(("correctiveActions/c1",))
    flawed.close()
    assert (clean.state, flawed.state) == ("closed", "closed")


def correction() -> CorrectiveAction:
    return CorrectiveAction("c1", "reviews/r1", "incidents/i1", "640202", "", "长胜村喇叭", "长胜街道", date(2026, 12, 31))


def test_a_correction_is_verified_by_somebody_else() -> None:
    action = correction()
    with pytest.raises(DomainError, match="REASON_NEEDED"):
        action.finish("", "user:a")
    action.finish("照片", "user:a")
    with pytest.raises(DomainError, match="SEPARATION_OF_DUTY"):
        action.verify("user:a")
    with pytest.raises(DomainError, match="CORRECTIONS_OPEN"):
        check_settled([action])
    action.verify("user:b")
    check_settled([action])


def test_overdue_is_a_flag_that_is_set_once() -> None:
    action = correction()
    assert action.pass_day() is not None
    assert action.pass_day() is None
    assert (action.state, action.overdue) == ("open", True)
    action.finish("照片", "user:a")
    assert not action.overdue
    with pytest.raises(DomainError, match="INVALID_TRANSITION"):
        action.waive("理由", "user:b")


@pytest.mark.parametrize("part", PARTS)
def test_a_review_says_what_the_law_asks(part: str) -> None:
    review = Review("r1", "incidents/i1", "640202", "", NOW)
    review.draft(dict.fromkeys(PARTS, "内容") | {part: " "}, (Finding("喇叭失灵", "plans/p1"),), "user:a")
    with pytest.raises(DomainError, match="SEPARATION_OF_DUTY"):
        review.check("user:a")
    review.check("user:b")
    with pytest.raises(DomainError, match="LAW_92") as refused:
        review.submit(NOW)
    assert refused.value.details["missing"] == part
    review.draft(dict.fromkeys(PARTS, "内容"), (), "user:a")
    with pytest.raises(DomainError, match="INVALID_TRANSITION"):
        review.submit(NOW)
    review.check("user:b")
    review.submit(NOW)
    assert review.state == "submitted"
