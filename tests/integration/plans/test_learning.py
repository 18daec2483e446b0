"""What a response and a drill teach: reviews, corrective actions, plans that must be revised."""

from typing import Any

from fenghuo.plans.v1 import drill_events_pb2, drills_pb2, plans_pb2, review_events_pb2
from fenghuo.plans.v1 import reviews_pb2 as pb
from services.plans import events
from tests.integration.plans.case import INCIDENT, Case

PARTS: dict[str, Any] = dict.fromkeys(("course", "root_cause", "assessment", "lessons", "measures"), "内容")


async def the_review(case: Case) -> pb.Review:
    (review,) = (await case.do(case.reviews.ListReviews, pb.ListReviewsRequest(cause=INCIDENT), "observer")).reviews
    return review  # type: ignore[no-any-return]


async def test_the_end_of_a_response_opens_one_review_and_its_findings_revise_plans(case: Case) -> None:
    await case.in_force()
    await case.confirmed()
    for _ in range(2):
        await case.incident("response_ended", event_id="ended", event_code="11A51")
    await case.incident("response_ended", event_code="11A51")
    review = await the_review(case)
    bad = pb.DraftReviewRequest(name=review.name, findings=[pb.Finding(text="喇叭失灵", plan="plans/nowhere")], **PARTS)
    assert (await case.refused(case.reviews.DraftReview, bad, "plan_editor"))[0] == "NOT_FOUND"
    draft = pb.DraftReviewRequest(name=review.name, findings=[pb.Finding(text="长胜村喇叭失灵", plan="plans/flood")], **PARTS)
    await case.do(case.reviews.DraftReview, draft, "plan_editor")
    step = pb.ReviewStepRequest(name=review.name)
    assert (await case.refused(case.reviews.CheckReview, step, "plan_editor", "plan_reviewer"))[0] == "SEPARATION_OF_DUTY"
    await case.do(case.reviews.CheckReview, pb.ReviewStepRequest(name=review.name), "plan_reviewer")
    await case.do(case.reviews.SubmitReview, pb.ReviewStepRequest(name=review.name), "plan_editor")
    plan = await case.do(case.register.GetPlan, plans_pb2.GetPlanRequest(name="plans/flood"), "observer")
    assert [(why.cause, why.source) for why in plan.review_reasons] == [(plans_pb2.REVIEW_CAUSE_INCIDENT, review.name)]
    facts = await case.plans.published(events.REVIEW_TOPIC, review_events_pb2.ReviewEvent)
    assert [fact.header.type for fact in facts] == ["AarOpened", "AarDrafted", "AarReviewed", "AarSubmitted"]
    assert {fact.header.incident for fact in facts} == {INCIDENT}


async def test_a_corrective_action_is_flagged_on_its_day_and_holds_the_review_open(case: Case) -> None:
    await case.in_force()
    await case.confirmed()
    await case.incident("response_ended", event_code="11A51")
    review = await the_review(case)
    await case.do(case.reviews.DraftReview, pb.DraftReviewRequest(name=review.name, **PARTS), "plan_editor")
    await case.do(case.reviews.CheckReview, pb.ReviewStepRequest(name=review.name), "plan_reviewer")
    await case.do(case.reviews.SubmitReview, pb.ReviewStepRequest(name=review.name), "plan_editor")
    opened = pb.OpenCorrectiveActionRequest(review=review.name, text="长胜村喇叭", owner_org="长胜街道", due_on="2026-08-15", plan="plans/flood")
    correction = await case.do(case.reviews.OpenCorrectiveAction, opened, "plan_editor")
    await case.do(case.reviews.TrackReview, pb.ReviewStepRequest(name=review.name), "plan_editor")
    case.plans.set_clock("2026-08-16T00:00:00+08:00")
    await case.plans.ring()
    overdue = await case.do(case.reviews.ListCorrectiveActions, pb.ListCorrectiveActionsRequest(overdue_only=True), "observer")
    assert [each.name for each in overdue.corrective_actions] == [correction.name]
    close = pb.ReviewStepRequest(name=review.name)
    assert (await case.refused(case.reviews.CloseReview, close, "plan_reviewer"))[0] == "CORRECTIONS_OPEN"
    step = pb.CorrectiveActionStepRequest(name=correction.name, text="现场照片")
    await case.do(case.reviews.FinishCorrectiveAction, step, "plan_editor")
    await case.do(case.reviews.VerifyCorrectiveAction, pb.CorrectiveActionStepRequest(name=correction.name), "plan_reviewer")
    closed = await case.do(case.reviews.CloseReview, pb.ReviewStepRequest(name=review.name), "plan_reviewer")
    assert closed.state == pb.REVIEW_STATE_CLOSED
    plan = await case.do(case.register.GetPlan, plans_pb2.GetPlanRequest(name="plans/flood"), "observer")
    assert [why.source for why in plan.review_reasons] == [correction.name]


async def running_drill(case: Case) -> str:
    await case.in_force()
    plan = drills_pb2.PlanDrillRequest(
        drill_id="quake", title="演练", type=drills_pb2.DRILL_TYPE_FULL_SCALE, year=2026, plan_version="planVersions/flood-1", public_signals=True
    )
    name = (await case.do(case.drills.PlanDrill, plan, "plan_editor")).name
    prepare = drills_pb2.PrepareDrillRequest(name=name, organiser="区应急局")
    prepare.scheduled_time.FromJsonString("2026-07-29T16:00:00+08:00")
    await case.do(case.drills.PrepareDrill, prepare, "plan_editor")
    injects = [drills_pb2.Inject(offset_minutes=minutes, inject="注入") for minutes in (0, 30)]
    ready = drills_pb2.ReadyDrillRequest(name=name, injects=injects, evaluators=["评估组"], evaluation_scheme_ref="s", safety_plan_ref="p")
    assert (await case.refused(case.drills.ReadyDrill, ready, "plan_editor"))[1]["missing"] == "public_notice_ref"
    ready.public_notice_ref, ready.request_id = "n", ""
    await case.do(case.drills.ReadyDrill, ready, "plan_editor")
    await case.do(case.drills.StartDrill, drills_pb2.StartDrillRequest(name=name, channels_set_to_exercise=True), "plan_editor")
    return str(name)


async def test_a_real_incident_stops_a_running_drill_and_an_exercise_does_not(case: Case) -> None:
    name = await running_drill(case)
    await case.confirmed(grade=1, incident="incidents/played", exercise_id="quake")
    request = drills_pb2.GetDrillRequest(name=name)
    assert (await case.do(case.drills.GetDrill, request, "observer")).state == drills_pb2.DRILL_STATE_IN_PROGRESS
    await case.confirmed(grade=4)
    assert (await case.do(case.drills.GetDrill, request, "observer")).state == drills_pb2.DRILL_STATE_IN_PROGRESS
    await case.incident("incident_graded", event_code="11A51", level=2)
    drill = await case.do(case.drills.GetDrill, request, "observer")
    assert (drill.state, drill.incident) == (drills_pb2.DRILL_STATE_ABORTED, INCIDENT)
    assert {inject.state for inject in drill.injects} == {drills_pb2.INJECT_STATE_STOPPED}
    facts = await case.plans.published(events.DRILL_TOPIC, drill_events_pb2.DrillEvent)
    assert (facts[-1].header.type, {fact.header.exercise_id for fact in facts}) == ("DrillAborted", {"quake"})


async def test_a_drill_teaches_and_counts(case: Case) -> None:
    name = await running_drill(case)
    await case.do(case.drills.DeliverInject, drills_pb2.DeliverInjectRequest(name=name, number=1, observed="已撤离"), "plan_editor")
    await case.do(case.drills.FinishDrill, drills_pb2.DrillStepRequest(name=name), "plan_editor")
    ratings = [drills_pb2.DrillRating(aspect=aspect, rating=80, text="评语") for aspect in drills_pb2.DrillAspect.values() if aspect]
    partly = drills_pb2.EvaluateDrillRequest(name=name, ratings=ratings[1:])
    assert (await case.refused(case.drills.EvaluateDrill, partly, "plan_editor")) == ("R_D3", {"missing": "execution", "kind": "GUARD", "field": "ratings"})
    await case.do(case.drills.EvaluateDrill, drills_pb2.EvaluateDrillRequest(name=name, ratings=ratings, findings=["对讲机不足"]), "plan_editor")
    wanted = drills_pb2.CorrectionDraft(text="补充对讲机", owner_org="区应急局", due_on="2026-09-01", plan="plans/flood")
    opened = drills_pb2.OpenDrillCorrectionsRequest(name=name, corrections=[wanted])
    assert (await case.do(case.drills.OpenDrillCorrections, opened, "plan_editor")).state == drills_pb2.DRILL_STATE_IMPROVING
    close = drills_pb2.DrillStepRequest(name=name)
    assert (await case.refused(case.drills.CloseDrill, close, "plan_editor"))[0] == "CORRECTIONS_OPEN"
    stats = await case.do(case.drills.GetDrillStats, drills_pb2.GetDrillStatsRequest(year=2026), "observer")
    assert [(count.organiser, count.planned, count.carried_out, count.met) for count in stats.counts] == [("区应急局", 1, 1, True)]
    plan = await case.do(case.register.GetPlan, plans_pb2.GetPlanRequest(name="plans/flood"), "observer")
    assert [why.cause for why in plan.review_reasons] == [plans_pb2.REVIEW_CAUSE_DRILL]
