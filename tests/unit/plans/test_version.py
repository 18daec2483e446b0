"""Guards on the way of a version into force and out of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chassis.errors import DomainError, Kind
from services.plans.model.filing import PlanFiling
from services.plans.model.plan import Plan, PlanReviewReason
from services.plans.model.version import Deliberation, Feasibility, PlanVersion
from tests.unit.plans.test_content import COMPLETE

NOW = datetime(2026, 9, 24, 2, 0, tzinfo=UTC)


def draft() -> PlanVersion:
    version = PlanVersion("v1", "p1", 1, "special", "640202", NOW, NOW)
    version.write(COMPLETE, "editor")
    return version


def consulting(end: datetime | None = None) -> PlanVersion:
    version = draft()
    version.consult(("水务局", "气象局"), end, "editor", NOW)
    return version


def reviewing() -> PlanVersion:
    version = consulting()
    version.record_opinion("水务局", "")
    version.record_opinion("气象局", "补充雨量阈值")
    version.answer_opinion(2, "adopted", "已补充", "editor")
    version.submit_review(NOW)
    return version


def plan() -> Plan:
    return Plan("p1", "防汛", "special", ("11A",), "640202", ("640202",), "", "区政府", "水务局", (), None, None, NOW, NOW)


def test_asking_for_opinions_needs_somebody_to_ask() -> None:
    with pytest.raises(DomainError, match="CONSULTEES"):
        draft().consult((), None, "editor", NOW)


def test_review_waits_for_every_opinion_or_for_the_end_of_the_consultation() -> None:
    version = consulting()
    version.record_opinion("水务局", "")
    with pytest.raises(DomainError, match="CONSULTATION_OPEN") as refused:
        version.submit_review(NOW)
    assert refused.value.details["waiting"] == "气象局"
    late = consulting(NOW + timedelta(days=7))
    with pytest.raises(DomainError, match="CONSULTATION_OPEN"):
        late.submit_review(NOW)
    late.submit_review(NOW + timedelta(days=7))
    assert late.state == "reviewing"


def test_every_opinion_is_answered_with_a_reason() -> None:
    version = consulting()
    version.record_opinion("水务局", "第四章不清楚")
    version.record_opinion("气象局", "")
    with pytest.raises(DomainError, match="OPINIONS_UNANSWERED"):
        version.submit_review(NOW)
    with pytest.raises(DomainError, match="NOT_CONSULTED"):
        version.record_opinion("教育局", "")
    with pytest.raises(DomainError, match="OPINION_UNKNOWN"):
        version.answer_opinion(9, "adopted", "理由", "editor")


def test_a_new_round_asks_everybody_again() -> None:
    version = consulting()
    version.record_opinion("水务局", "")
    version.record_opinion("气象局", "")
    version.rework()
    version.consult(("水务局", "气象局"), None, "editor", NOW)
    assert version.round == 2
    with pytest.raises(DomainError, match="CONSULTATION_OPEN"):
        version.submit_review(NOW)


def test_who_wrote_it_neither_reviews_nor_approves_it() -> None:
    version = reviewing()
    with pytest.raises(DomainError, match="SEPARATION_OF_DUTY") as refused:
        version.record_feasibility(Feasibility(90, (), True, "editor"))
    assert refused.value.kind is Kind.FORBIDDEN
    version = reviewing()
    version.record_feasibility(Feasibility(90, (), True, "reviewer"))
    version.record_deliberation(Deliberation(date(2026, 9, 20), "常务会", "min-1", ""))
    with pytest.raises(DomainError, match="SEPARATION_OF_DUTY"):
        version.approve("editor")


def test_approval_needs_the_feasibility_review_and_the_minute() -> None:
    version = reviewing()
    with pytest.raises(DomainError, match="FEASIBILITY_REVIEW"):
        version.approve("approver")
    version.record_feasibility(Feasibility(40, ("无人员",), False, "reviewer"))
    with pytest.raises(DomainError, match="FEASIBILITY_REVIEW"):
        version.approve("approver")
    version.record_feasibility(Feasibility(90, (), True, "reviewer"))
    with pytest.raises(DomainError, match="DELIBERATION_MINUTE"):
        version.approve("approver")


def test_what_was_returned_is_reviewed_again() -> None:
    version = reviewing()
    version.record_feasibility(Feasibility(90, (), True, "reviewer"))
    with pytest.raises(DomainError, match="REASON_NEEDED"):
        version.return_(" ")
    version.return_("职责不清")
    assert (version.state, version.feasibility) == ("draft", None)


def approved() -> PlanVersion:
    version = reviewing()
    version.record_feasibility(Feasibility(90, (), True, "reviewer"))
    version.record_deliberation(Deliberation(date(2026, 9, 20), "常务会", "min-1", ""))
    version.approve("approver")
    return version


def test_issue_needs_a_document_number_and_no_future_time() -> None:
    with pytest.raises(DomainError, match="DOC_NO"):
        approved().issue(plan(), " ", None, NOW)
    with pytest.raises(DomainError, match="ISSUE_TIME"):
        approved().issue(plan(), "石大政办发〔2026〕1号", NOW + timedelta(seconds=1), NOW)
    version = approved()
    event = version.issue(plan(), "石大政办发〔2026〕1号", None, NOW)
    assert (version.state, version.issue_time) == ("effective", NOW)
    assert {card.person for level in event.levels for card in level.actions} == {""}


def test_withdrawal_needs_a_reason_and_a_replacement_or_no_risk() -> None:
    version = approved()
    version.issue(plan(), "1号", None, NOW)
    with pytest.raises(DomainError, match="REPLACEMENT_OR_RISK_GONE"):
        replace(version).withdraw("机构改革", "", risk_gone=False)
    with pytest.raises(DomainError, match="REASON_NEEDED"):
        replace(version).withdraw("", "", risk_gone=True)
    assert version.withdraw("风险消除", "", risk_gone=True).replacement == ""


def test_the_register_counts_what_is_due() -> None:
    entry = plan()
    entry.issued("planVersions/v1", "1号", NOW)
    assert (entry.evaluate_by, entry.drill_by) == (date(2029, 9, 24), date(2029, 9, 24))
    accident, unit = replace(plan(), hazards=("12D",)), replace(plan(), hazards=("12D",), kind="unit")
    assert (accident.drill_months, unit.drill_months) == (24, 6)
    entry.trigger_review(PlanReviewReason("drill", "通信不畅", "drills/d", date(2026, 12, 1)))
    entry.trigger_review(PlanReviewReason("risk_change", "新建水库", "", None))
    assert [entry.revise_by] == [date(2026, 12, 1)]
    entry.issued("planVersions/v2", "2号", NOW)
    assert [*entry.review_reasons, entry.revise_by] == [None]


def filing() -> PlanFiling:
    return PlanFiling("f1", "p1", "planVersions/v1", "640202", "upper_lead_department", (), date(2026, 9, 24), date(2026, 10, 29))


def test_a_late_filing_is_accepted_and_stays_marked_late() -> None:
    duty = filing()
    assert duty.expire() is not None
    with pytest.raises(DomainError, match="R_P1_PAPERS") as refused:
        duty.submit("市水务局", ("文本", "", ""), NOW)
    assert refused.value.details["papers"] == "electronic_text_ref, drafting_note_ref"
    assert duty.submit("市水务局", ("文本", "电子", "说明"), NOW).late
    duty.return_("缺签章")
    assert duty.submit("市水务局", ("文本", "电子", "说明"), NOW).late
    duty.accept()
    assert (duty.state, duty.expire()) == ("accepted", None)


def test_a_filing_in_time_is_not_late() -> None:
    duty = filing()
    assert not duty.submit("市水务局", ("文本", "电子", "说明"), datetime(2026, 10, 29, 15, 59, tzinfo=UTC)).late
    assert filing().submit("市水务局", ("文本", "电子", "说明"), datetime(2026, 10, 29, 16, 0, tzinfo=UTC)).late
