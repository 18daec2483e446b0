"""A plan on its way into force, and what its issue brings about at once."""

import asyncio

from fenghuo.plans.v1 import filings_pb2, plans_pb2, versions_pb2
from tests.integration.plans.case import Case, content


async def test_a_plan_comes_into_force_and_its_filing_is_due(case: Case) -> None:
    case.plans.set_clock("2026-09-24T10:00:00+08:00")
    await case.in_force()
    plan = await case.do(case.register.GetPlan, plans_pb2.GetPlanRequest(name="plans/flood"), "observer")
    assert (plan.effective_version, list(plan.hazards), plan.evaluate_by) == ("planVersions/flood-1", ["11A"], "2029-09-24")
    filings = (await case.do(case.filings.ListPlanFilings, filings_pb2.ListPlanFilingsRequest(plan="plans/flood"), "observer")).filings
    assert [(filing.due_on, filing.addressee) for filing in filings] == [("2026-10-29", filings_pb2.FILING_ADDRESSEE_UPPER_LEAD_DEPARTMENT)]
    expected = ["PlanDrafted", "PlanConsultationOpened", "PlanOpinionRecorded", "PlanSubmittedForReview", "PlanFeasibilityReviewed", "PlanDeliberated"]
    assert sorted(await case.plan_facts()) == sorted([*expected, "PlanApproved", "PlanIssued", "PlanFilingDue"])


async def test_an_overdue_filing_is_flagged_by_the_clock_and_accepted_late(case: Case) -> None:
    case.plans.set_clock("2026-09-24T10:00:00+08:00")
    await case.in_force()
    case.plans.set_clock("2026-10-29T23:59:00+08:00")
    await case.plans.ring()
    assert "PlanFilingOverdue" not in await case.plan_facts()
    case.plans.set_clock("2026-10-30T00:00:00+08:00")
    await case.plans.ring()
    assert "PlanFilingOverdue" in await case.plan_facts()
    due = await case.do(case.register.ListDuePlans, plans_pb2.ListDuePlansRequest(), "observer")
    assert [(each.kind, each.overdue) for each in due.plans[0].dues] == [(plans_pb2.DUE_KIND_FILING, True)]
    filing = (await case.do(case.filings.ListPlanFilings, filings_pb2.ListPlanFilingsRequest(), "observer")).filings[0]
    request = filings_pb2.SubmitPlanFilingRequest(name=filing.name, to_org="市水务局", formal_text_ref="a", electronic_text_ref="b")
    assert (await case.refused(case.filings.SubmitPlanFiling, request, "plan_editor"))[0] == "R_P1_PAPERS"
    request.drafting_note_ref, request.request_id = "c", ""
    assert (await case.do(case.filings.SubmitPlanFiling, request, "plan_editor")).late


async def test_without_a_holiday_table_the_last_day_is_unknown_and_asked_for_again(case: Case) -> None:
    case.plans.set_clock("2027-03-01T10:00:00+08:00")
    await case.in_force()
    filing = (await case.do(case.filings.ListPlanFilings, filings_pb2.ListPlanFilingsRequest(), "observer")).filings[0]
    assert (filing.due_on, filing.state) == ("", filings_pb2.PLAN_FILING_STATE_DUE)
    case.plans.set_clock("2027-03-02T10:00:00+08:00")
    await case.plans.ring()
    due = await case.do(case.register.ListDuePlans, plans_pb2.ListDuePlansRequest(), "observer")
    assert [(each.due_on, each.overdue) for each in due.plans[0].dues] == [("", False)]


async def test_the_successor_supersedes_and_lower_plans_are_asked_to_follow(case: Case) -> None:
    await case.in_force()
    await case.in_force("town", "town-1", kind=plans_pb2.PLAN_KIND_TOWN, region_code="640202001", upper_plans=["plans/flood"])
    await case.do(case.versions.CreatePlanVersion, versions_pb2.CreatePlanVersionRequest(version_id="flood-2", plan="plans/flood"), "plan_editor")
    await case.approve("flood-2")
    issued = await case.issue("flood-2", "2号")
    assert (issued.number, len(issued.content.levels)) == (2, 3)
    old = await case.do(case.versions.GetPlanVersion, versions_pb2.GetPlanVersionRequest(name="planVersions/flood-1"), "observer")
    assert old.state == versions_pb2.PLAN_VERSION_STATE_SUPERSEDED
    town = await case.do(case.register.GetPlan, plans_pb2.GetPlanRequest(name="plans/town"), "observer")
    assert [(why.cause, why.source) for why in town.review_reasons] == [(plans_pb2.REVIEW_CAUSE_UPPER_CHANGE, "planVersions/flood-2")]


async def test_two_successors_issued_at_once_leave_one_in_force(case: Case) -> None:
    await case.in_force()
    for version in ("flood-2", "flood-3"):
        await case.do(case.versions.CreatePlanVersion, versions_pb2.CreatePlanVersionRequest(version_id=version, plan="plans/flood"), "plan_editor")
        await case.approve(version)
    await asyncio.gather(case.issue("flood-2", "2号"), case.issue("flood-3", "3号"))
    listed = await case.do(case.versions.ListPlanVersions, versions_pb2.ListPlanVersionsRequest(plan="plans/flood"), "observer")
    states = sorted(versions_pb2.PlanVersionState.Name(version.state).removeprefix("PLAN_VERSION_STATE_") for version in listed.versions)
    assert states == ["EFFECTIVE", "SUPERSEDED", "SUPERSEDED"]


async def test_the_editor_does_not_approve_even_with_every_role(case: Case) -> None:
    await case.draft()
    name = "planVersions/flood-1"
    refusal = await case.refused(case.versions.ConsultPlanVersion, versions_pb2.ConsultPlanVersionRequest(name=name), "plan_editor")
    assert refusal[0] == "CONSULTEES"
    early = await case.refused(case.versions.ApprovePlanVersion, versions_pb2.PlanVersionStepRequest(name=name), "plan_approver")
    assert early == ("INVALID_TRANSITION", early[1])
    assert early[1]["allowed"] == "edit, consult, abandon"
    await case.do(case.versions.ConsultPlanVersion, versions_pb2.ConsultPlanVersionRequest(name=name, consultees=["区气象局"]), "plan_editor")
    opinion = versions_pb2.RecordOpinionRequest(name=name, consultee="区气象局", text="补充雨量阈值")
    await case.do(case.versions.RecordOpinion, opinion, "duty_leader")
    submit = versions_pb2.PlanVersionStepRequest(name=name)
    assert (await case.refused(case.versions.SubmitPlanVersion, submit, "plan_editor"))[0] == "OPINIONS_UNANSWERED"
    answer = versions_pb2.AnswerOpinionRequest(name=name, number=1, verdict=versions_pb2.OPINION_VERDICT_ADOPTED, reason="已补充")
    await case.do(case.versions.AnswerOpinion, answer, "plan_editor")
    await case.do(case.versions.SubmitPlanVersion, versions_pb2.PlanVersionStepRequest(name=name), "plan_editor")
    review = versions_pb2.RecordFeasibilityRequest(name=name, score=90, passed=True)
    assert (await case.refused(case.versions.RecordFeasibility, review, "plan_editor", "plan_reviewer"))[0] == "SEPARATION_OF_DUTY"


async def test_stale_etags_and_foreign_regions_are_refused(case: Case) -> None:
    await case.draft()
    update = versions_pb2.UpdatePlanVersionRequest(name="planVersions/flood-1", etag="9", content=content())
    assert (await case.refused(case.versions.UpdatePlanVersion, update, "plan_editor"))[0] == "STALE"
    read = plans_pb2.GetPlanRequest(name="plans/flood")
    assert (await case.refused(case.register.GetPlan, read, "observer", regions=("640221",)))[0] == "NOT_FOUND"
    assert not (await case.do(case.register.ListPlans, plans_pb2.ListPlansRequest(), "observer", regions=("640221",))).plans


async def test_names_on_cards_are_masked_for_those_who_may_not_see_them(case: Case) -> None:
    await case.draft()
    request = versions_pb2.GetPlanVersionRequest(name="planVersions/flood-1")
    seen = {user: await case.do(case.versions.GetPlanVersion, request, user) for user in ("observer", "plan_reviewer")}
    persons = {user: {card.person for level in version.content.levels for card in level.actions} for user, version in seen.items()}
    assert persons == {"observer": {"***"}, "plan_reviewer": {"张三（示例）"}}


async def test_coverage_names_every_uncovered_cell(case: Case) -> None:
    await case.in_force()
    request = plans_pb2.GetCoverageRequest(regions=["640202", "640202001"], hazards=["11A00", "12D02"])
    matrix = await case.do(case.register.GetCoverage, request, "observer")
    uncovered = [(cell.region_code, cell.hazard) for cell in matrix.cells if not cell.plans]
    assert (matrix.covered, matrix.declared, uncovered) == (2, 4, [("640202", "12D02"), ("640202001", "12D02")])
    foreign = plans_pb2.GetCoverageRequest(regions=["640221"], hazards=["11A00"])
    assert (await case.refused(case.register.GetCoverage, foreign, "observer"))[0] == "JURISDICTION"


async def test_an_evaluation_that_asks_for_revision_makes_it_due(case: Case) -> None:
    await case.in_force()
    request = plans_pb2.EvaluatePlanRequest(
        name="plans/flood", cause=plans_pb2.REVIEW_CAUSE_PERIODIC, score=60, findings=["联系人过期"], conclusion=plans_pb2.CONCLUSION_REVISE
    )
    made = await case.do(case.register.EvaluatePlan, request, "plan_reviewer")
    assert made.plan_version == "planVersions/flood-1"
    due = await case.do(case.register.ListDuePlans, plans_pb2.ListDuePlansRequest(), "observer")
    assert [(each.kind, each.about) for each in due.plans[0].dues] == [(plans_pb2.DUE_KIND_REVISION, "联系人过期")]
    listed = await case.do(case.register.ListPlanEvaluations, plans_pb2.ListPlanEvaluationsRequest(plan="plans/flood"), "observer")
    assert [evaluation.name for evaluation in listed.evaluations] == [made.name]


async def test_a_withdrawn_plan_is_no_longer_in_force(case: Case) -> None:
    await case.in_force()
    request = versions_pb2.WithdrawPlanVersionRequest(name="planVersions/flood-1", reason="风险消除", risk_gone=True)
    await case.do(case.versions.WithdrawPlanVersion, request, "plan_approver")
    listed = await case.do(case.register.ListPlans, plans_pb2.ListPlansRequest(effective_only=True), "observer")
    assert not listed.plans
    assert "PlanWithdrawn" in await case.plan_facts()


async def test_a_repeated_issue_is_answered_not_repeated(case: Case) -> None:
    await case.draft()
    await case.approve("flood-1")
    request = versions_pb2.IssuePlanVersionRequest(name="planVersions/flood-1", doc_no="1号", request_id="issue")
    answers = await asyncio.gather(*(case.do(case.versions.IssuePlanVersion, request, "plan_approver") for _ in range(4)))
    assert len({answer.SerializeToString(deterministic=True) for answer in answers}) == 1
    assert (await case.plan_facts()).count("PlanIssued") == 1
