"""Rules propose, people start: the way of a response through scenario A (DOMAIN § 5.1)."""

import asyncio
from typing import Any

import grpc
import pytest

from fenghuo.alerts.v1 import alert_events_pb2, alerts_pb2
from fenghuo.dispatch.v1 import incident_events_pb2, incidents_pb2
from fenghuo.plans.v1 import activations_pb2 as pb
from fenghuo.plans.v1 import versions_pb2
from services.plans import consumers
from tests.integration.plans.case import INCIDENT, Case, reason


async def test_a_rule_proposes_and_never_starts(case: Case) -> None:
    await case.in_force()
    await case.confirmed()
    (proposal,) = await case.listed()
    assert (proposal.state, proposal.level, proposal.basis, proposal.plan) == (pb.ACTIVATION_STATE_PROPOSED, 4, "grade<=4", "plans/flood")
    facts = await case.activation_facts()
    assert [(fact.header.type, fact.header.incident) for fact in facts] == [("ActivationProposed", INCIDENT)]


async def test_the_law_is_asked_before_anything_starts_and_then_everything_follows(case: Case) -> None:
    await case.in_force()
    await case.confirmed()
    (proposal,) = await case.listed()
    bare = pb.ActivatePlanRequest(name=proposal.name, level=3, subject="防汛应急响应")
    refusal = await case.refused(case.activations.ActivatePlan, bare, "duty_leader")
    assert (refusal[0], refusal[1]["missing"]) == ("LAW_72", "expected_duration, measures")
    active = await case.activate(proposal.name, level=3)
    assert (active.state, active.level) == (pb.ACTIVATION_STATE_ACTIVE, 3)
    started = (await case.activation_facts())[-1].plan_activated
    assert [(action.card, action.level, action.clause) for action in started.actions] == [("watch", 4, "4.3.2"), ("warn", 4, "4.3.2"), ("rescue", 3, "4.3.2")]
    assert len({action.action_id for action in started.actions}) == 3
    assert [(need.item_code, need.quantity) for need in started.required_resources] == [("2040101", "40")]
    assert "张三" not in str(started)
    notices = (await case.do(case.activations.ListPostNotices, pb.ListPostNoticesRequest(activation=active.name), "duty_officer")).notices
    assert sorted(notice.post for notice in notices) == sorted(["防汛办主任", "街道主任", "消防大队长"])
    sent = pb.RecordNoticeDeliveryRequest(name=notices[0].name, state=pb.NOTICE_STATE_ACKNOWLEDGED)
    assert (await case.do(case.activations.RecordNoticeDelivery, sent, "duty_officer")).state == pb.NOTICE_STATE_ACKNOWLEDGED


async def test_a_response_at_work_goes_on_for_the_incident_that_stays(case: Case) -> None:
    """It stayed with the merged incident, which nobody ends, and the survivor's plan was proposed a second time."""
    await case.in_force()
    await case.confirmed()
    (proposal,) = await case.listed()
    active = await case.activate(proposal.name, level=3)
    await case.confirmed(incident="incidents/i2")
    (rival,) = await case.listed("incidents/i2")
    for event_id in ("m1", "m1", "m2"):
        await case.incident("incident_merged", target="incidents/i2", event_id=event_id)
    states = {each.name: each.state for each in await case.listed("incidents/i2")}
    assert states == {active.name: pb.ACTIVATION_STATE_ACTIVE, rival.name: pb.ACTIVATION_STATE_REJECTED}
    assert not await case.listed()
    cards = (await case.do(case.activations.ListActionCards, pb.ListActionCardsRequest(cause="incidents/i2"), "duty_officer")).actions
    assert len(cards) == 3
    moved = [fact for fact in await case.activation_facts() if fact.header.type == "ActivationMoved"]
    assert [(fact.header.incident, fact.activation_moved.activation, fact.activation_moved.merged) for fact in moved] == [
        ("incidents/i2", active.name, INCIDENT)
    ]


async def test_where_the_plan_is_at_work_for_both_nothing_is_ended_by_a_rule(case: Case) -> None:
    """People end responses (应对法 86): the second one stays beside, and can be ended."""
    await case.in_force()
    for incident in (INCIDENT, "incidents/i2"):
        await case.confirmed(incident=incident)
        await case.activate((await case.listed(incident))[0].name, level=3)
    await case.incident("incident_merged", target="incidents/i2")
    assert [each.state for cause in (INCIDENT, "incidents/i2") for each in await case.listed(cause)] == [pb.ACTIVATION_STATE_ACTIVE] * 2


async def test_a_duty_leader_decides_on_mild_levels_only(case: Case) -> None:
    await case.in_force()
    await case.confirmed(grade=2)
    (proposal,) = await case.listed()
    assert proposal.level == 2
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await case.activate(proposal.name, level=2)
    assert reason(refused.value)[0] == "LEVEL_AUTHORITY"
    assert (await case.activate(proposal.name, user="commander", level=2)).level == 2


async def test_of_two_urgent_starts_at_once_one_counts(case: Case) -> None:
    await case.in_force()
    await case.incident("incident_reported", title="山洪", event_code="11A51")
    requests = [pb.ActivateUrgentRequest(plan="plans/flood", cause=INCIDENT, level=3, authorised_by="区长电话") for _ in range(6)]
    answers = await asyncio.gather(*(case.do(case.activations.ActivateUrgent, each, "duty_leader") for each in requests), return_exceptions=True)
    refused = [reason(answer)[0] for answer in answers if isinstance(answer, grpc.aio.AioRpcError)]
    assert (len(refused), set(refused)) == (5, {"ACTIVATION_OPEN"})
    assert [fact.header.type for fact in await case.activation_facts()] == ["PlanActivated"]


async def test_an_urgent_start_takes_over_the_proposal_and_owes_papers(case: Case) -> None:
    await case.in_force()
    await case.confirmed()
    (proposal,) = await case.listed()
    urgent = pb.ActivateUrgentRequest(plan="plans/flood", cause=INCIDENT, level=2, authorised_by="区长电话")
    active = await case.do(case.activations.ActivateUrgent, urgent, "duty_leader")
    assert (active.name, active.mode, active.level) == (proposal.name, pb.ACTIVATION_MODE_URGENT, 2)
    assert active.paperwork_due_time.ToJsonString() == "2026-07-30T07:24:00Z"
    case.plans.set_clock("2026-07-30T15:25:00+08:00")
    await case.plans.ring()
    assert (await case.activation_facts())[-1].header.type == "ActivationPaperworkOverdue"
    debts = (await case.do(case.activations.ListActivationDebts, pb.ListActivationDebtsRequest(), "auditor")).debts
    assert [(debt.activation, debt.overdue) for debt in debts] == [(active.name, True)]
    papers = pb.FilePaperworkRequest(name=active.name, document_ref="doc-1", subject="防汛应急响应")
    assert (await case.refused(case.activations.FilePaperwork, papers, "duty_leader"))[0] == "LAW_72"
    papers.measures.append("转移群众")
    papers.expected_duration.FromSeconds(48 * 3600)
    papers.request_id = ""
    await case.do(case.activations.FilePaperwork, papers, "duty_leader")
    assert not (await case.do(case.activations.ListActivationDebts, pb.ListActivationDebtsRequest(), "auditor")).debts


async def test_a_graver_grade_proposes_a_level_and_only_new_cards_go_to_work(case: Case) -> None:
    await case.in_force()
    await case.confirmed()
    active = await case.activate((await case.listed())[0].name)
    await case.incident("incident_graded", event_code="11A51", level=2)
    (changed,) = await case.listed()
    assert (changed.level, changed.proposed_level, changed.proposed_level_basis) == (4, 2, "grade<=2")
    request = pb.ChangeActivationLevelRequest(name=active.name, level=2, reason="失踪增加到11人")
    assert (await case.refused(case.activations.ChangeActivationLevel, request, "duty_leader"))[0] == "LEVEL_AUTHORITY"
    request.request_id = ""
    assert (await case.do(case.activations.ChangeActivationLevel, request, "commander")).proposed_level == 0
    fact = (await case.activation_facts())[-1].activation_level_changed
    assert (fact.previous_level, fact.level, [action.card for action in fact.actions]) == (4, 2, ["rescue", "command"])
    down = pb.ChangeActivationLevelRequest(name=active.name, level=4, reason="险情缓解")
    await case.do(case.activations.ChangeActivationLevel, down, "commander")
    assert not (await case.activation_facts())[-1].activation_level_changed.actions


async def test_events_that_come_twice_count_once(case: Case) -> None:
    await case.in_force()
    for _ in range(2):
        await case.incident("incident_confirmed", event_id="e1", event_code="11A51", title="山洪")
        await case.incident("incident_graded", event_id="e2", event_code="11A51", level=4)
    assert len(await case.listed()) == 1
    await case.incident("incident_graded", event_id="e3", event_code="11A51", level=4)
    assert [fact.header.type for fact in await case.activation_facts()] == ["ActivationProposed"]


async def test_what_a_leader_rejected_is_not_proposed_again_unless_it_gets_worse(case: Case) -> None:
    await case.in_force()
    await case.confirmed()
    (proposal,) = await case.listed()
    reject = pb.ActivationStepRequest(name=proposal.name)
    assert (await case.refused(case.activations.RejectActivation, reject, "duty_leader"))[0] == "REASON_NEEDED"
    await case.do(case.activations.RejectActivation, pb.ActivationStepRequest(name=proposal.name, reason="先期处置即可"), "duty_leader")
    await case.incident("incident_graded", event_code="11A51", level=4)
    assert len(await case.listed()) == 1
    await case.incident("incident_graded", event_code="11A51", level=3)
    assert [activation.level for activation in await case.listed()] == [3, 4]


async def test_a_plan_for_another_hazard_or_region_is_not_proposed(case: Case) -> None:
    await case.in_force()
    await case.confirmed(incident="incidents/far", region="640221")
    assert not (await case.do(case.activations.ListActivations, pb.ListActivationsRequest(), "observer", regions=("64",))).activations
    await case.incident("incident_reported", event_code="12D02", title="泄漏")
    request = pb.ProposeActivationRequest(plan="plans/flood", cause=INCIDENT)
    assert (await case.refused(case.activations.ProposeActivation, request, "duty_officer"))[0] == "PLAN_NOT_APPLICABLE"
    unknown = pb.ProposeActivationRequest(plan="plans/flood", cause="incidents/unknown")
    assert (await case.refused(case.activations.ProposeActivation, unknown, "duty_officer"))[0] == "NOT_FOUND"


async def test_a_response_keeps_the_version_it_started_with(case: Case) -> None:
    await case.in_force()
    await case.confirmed()
    active = await case.activate((await case.listed())[0].name)
    await case.do(case.versions.CreatePlanVersion, versions_pb2.CreatePlanVersionRequest(version_id="flood-2", plan="plans/flood"), "plan_editor")
    await case.approve("flood-2")
    await case.issue("flood-2", "2号")
    assert (await case.listed())[0].plan_version == active.plan_version == "planVersions/flood-1"


async def ended(case: Case, name: str, **more: Any) -> Any:
    request = pb.TerminateActivationRequest(name=name, reason="险情解除", threat_removed=True, **more)
    return await case.do(case.activations.TerminateActivation, request, "commander")


async def test_open_life_saving_tasks_keep_a_response_from_ending(case: Case) -> None:
    await case.in_force()
    await case.confirmed(grade=3)
    active = await case.activate((await case.listed())[0].name, level=3)
    started = (await case.activation_facts())[-1].plan_activated
    rescue = next(action for action in started.actions if action.life_saving)
    await case.task("task_issued", "tasks/t1", life_saving=True, activation=active.name, plan_action=rescue.action_id, title="搜救")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ended(case, active.name)
    assert reason(refused.value) == ("OPEN_LIFE_SAVING_TASKS", reason(refused.value)[1])
    assert reason(refused.value)[1]["tasks"] == "tasks/t1"
    for _ in range(2):
        await case.task("task_done", "tasks/t1", event_id="done", version=3, life_saving=True, activation=active.name, plan_action=rescue.action_id)
    for _ in range(2):
        await case.task("task_started", "tasks/t1", version=2, life_saving=True, activation=active.name, plan_action=rescue.action_id)
    cards = (await case.do(case.activations.ListActionCards, pb.ListActionCardsRequest(cause=INCIDENT), "duty_officer")).actions
    assert {each.card.card: (each.state, each.task) for each in cards if each.task} == {"rescue": (pb.ACTION_STATE_DONE, "tasks/t1")}
    assert (await ended(case, active.name)).state == pb.ACTIVATION_STATE_TERMINATED


async def test_a_district_does_not_end_before_its_superior(case: Case) -> None:
    await case.in_force()
    await case.confirmed()
    active = await case.activate((await case.listed())[0].name)
    await case.incident("lead_level_changed", lead_level=incidents_pb2.LEAD_LEVEL_PROVINCE)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ended(case, active.name)
    assert reason(refused.value)[0] == "SUPERIOR_NOT_ENDED"
    assert (await ended(case, active.name, superior_end_ref="自治区终止通知（示例）")).state == pb.ACTIVATION_STATE_TERMINATED


async def test_passing_the_expected_end_is_said_but_ends_nothing(case: Case) -> None:
    await case.in_force()
    await case.confirmed()
    active = await case.activate((await case.listed())[0].name)
    case.plans.set_clock("2026-07-30T15:25:00+08:00")
    await case.plans.ring()
    (late,) = await case.listed()
    assert (late.overdue, late.state) == (True, pb.ACTIVATION_STATE_ACTIVE)
    more = pb.ExtendActivationRequest(name=active.name, reason="搜救未完")
    more.expected_end_time.FromJsonString("2026-07-31T15:25:00+08:00")
    assert not (await case.do(case.activations.ExtendActivation, more, "duty_leader")).overdue
    assert [fact.header.type for fact in await case.activation_facts()][-2:] == ["ActivationOverdue", "ActivationExtended"]


async def test_an_exercise_stays_one_to_the_end(case: Case) -> None:
    await case.in_force()
    await case.confirmed(exercise_id="drill-1")
    active = await case.activate((await case.listed())[0].name)
    assert active.exercise_id == "drill-1"
    assert {fact.header.exercise_id for fact in await case.activation_facts()} == {"drill-1"}
    await ended(case, active.name)
    close = pb.CloseActivationRequest(name=active.name, waive_review=True)
    assert (await case.do(case.activations.CloseActivation, close, "duty_leader")).state == pb.ACTIVATION_STATE_CLOSED


async def test_proposals_fall_away_with_a_false_alarm_and_nothing_is_proposed_for_it(case: Case) -> None:
    await case.in_force()
    await case.confirmed()
    await case.incident("incident_dismissed", reason="误报")
    assert [each.state for each in await case.listed()] == [pb.ACTIVATION_STATE_REJECTED]
    request = pb.ProposeActivationRequest(plan="plans/flood", cause=INCIDENT)
    assert (await case.refused(case.activations.ProposeActivation, request, "duty_officer"))[0] == "CAUSE_OVER"


async def test_figures_of_an_incident_may_call_for_a_level_too(case: Case) -> None:
    await case.in_force()
    await case.confirmed()
    message = incident_events_pb2.IncidentEvent()
    message.incident_facts_updated.facts.missing = 11
    await case.plans.deliver(consumers.INCIDENT_TOPIC, message, incident=INCIDENT, region_code="640202001201", aggregate=INCIDENT)
    (proposal,) = await case.listed()
    assert (proposal.level, proposal.basis) == (2, "missing at_least 10 人")


async def test_an_alert_proposes_by_its_level_and_ends_its_proposals_with_itself(case: Case) -> None:
    await case.in_force()
    await case.alert("alerts/a1", 4)
    await case.alert("alerts/t1", 3, status=alerts_pb2.ALERT_STATUS_TEST)
    assert not await case.listed("alerts/a1")
    await case.alert("alerts/a1", 3, kind=alerts_pb2.ALERT_KIND_UPDATE)
    (proposal,) = await case.listed("alerts/a1")
    assert (proposal.level, proposal.basis) == (3, "alert_level<=3 11A")
    await case.alert("alerts/a1", 3, field_name="alert_expired")
    assert [each.state for each in await case.listed("alerts/a1")] == [pb.ACTIVATION_STATE_REJECTED]
    assert not await case.listed("alerts/t1")


async def test_an_alert_counts_for_the_incident_it_is_linked_to(case: Case) -> None:
    await case.in_force()
    await case.alert("alerts/a1", 3)
    await case.confirmed()
    link = alert_events_pb2.AlertEvent(alert_incident_linked=alert_events_pb2.AlertIncidentLinked(chain="alerts/a1"))
    await case.plans.deliver(consumers.ALERT_TOPIC, link, incident=INCIDENT, aggregate="alerts/a1")
    assert [activation.level for activation in await case.listed()] == [3]
