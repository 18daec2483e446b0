"""Command passes on once, people move, the ten-hour figure counts; other services' decisions become tasks."""

import asyncio
from typing import Any

import grpc

from fenghuo.alerts.v1 import alert_events_pb2, alerts_pb2
from fenghuo.dispatch.v1 import assignments_pb2 as assignments
from fenghuo.dispatch.v1 import command_posts_pb2 as command
from fenghuo.dispatch.v1 import command_posts_pb2_grpc, incidents_pb2, relief_pb2_grpc, task_events_pb2
from fenghuo.dispatch.v1 import relief_pb2 as relief
from fenghuo.dispatch.v1 import tasks_pb2 as tasks
from fenghuo.plans.v1 import activation_events_pb2
from fenghuo.resources.v1 import unit_events_pb2 as register
from fenghuo.type.v1 import geo_pb2
from tests.fixtures.service import Start
from tests.integration.dispatch.scene import Scene, open_scene, refusal, stamp


def _posts(scene: Scene) -> Any:
    return command_posts_pb2_grpc.CommandPostServiceStub(scene.running.channel)


def _relief(scene: Scene) -> Any:
    return relief_pb2_grpc.ReliefServiceStub(scene.running.channel)


def _transfer(scene: Scene, to: str, level: int = incidents_pb2.LEAD_LEVEL_PROVINCE) -> command.TransferCommandRequest:
    return command.TransferCommandRequest(
        incident=scene.incident, from_commander="区指挥长", to_commander=to, lead_level=level, org="自治区应急厅", title="自治区前方指挥部", brief="失联11人",  # type: ignore[arg-type]
    )  # fmt: skip


async def test_the_region_takes_command_and_a_second_transfer_is_refused(start: Start) -> None:
    """A22: exactly one commander in force, the district's post under a superior, of simultaneous transfers one."""
    scene = await open_scene(start)
    posts = _posts(scene)
    request = command.EstablishCommandRequest(incident=scene.incident, lead_level=1, org="大武口区", title="现场指挥部", commander="区指挥长")  # type: ignore[arg-type]
    first = await scene.call(posts.EstablishCommand, request)
    assert (first.state, [term.commander for term in first.terms]) == (command.COMMAND_POST_STATE_IN_COMMAND, ["区指挥长"])
    higher = command.EstablishCommandRequest(incident=scene.incident, lead_level=3, org="自治区", title="x", commander="y")  # type: ignore[arg-type]
    assert (await scene.refused(posts.EstablishCommand, higher))[0] == "TRANSFER_NEEDED"
    answers = await asyncio.gather(*(scene.call(posts.TransferCommand, _transfer(scene, to), "commander") for to in ("甲", "乙", "丙")), return_exceptions=True)
    lost = [answer for answer in answers if isinstance(answer, grpc.aio.AioRpcError)]
    won = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert (len(won), {refusal(error)[0] for error in lost}) == (1, {"COMMAND_CHANGED"})
    old = await scene.call(posts.GetCommandPost, command.GetCommandPostRequest(name=first.name))
    assert old.state == command.COMMAND_POST_STATE_UNDER_SUPERIOR
    assert old.terms[0].HasField("end_time")
    in_force = await scene.call(posts.ListCommandPosts, command.ListCommandPostsRequest(incident=scene.incident, state=command.COMMAND_POST_STATE_IN_COMMAND))
    assert [post.commander for post in in_force.command_posts] == [won[0].commander]
    back = command.TransferCommandRequest(
        incident=scene.incident, from_commander=won[0].commander, to_commander="区指挥长", lead_level=1, org="大武口区", brief="移交回区",  # type: ignore[arg-type]
    )  # fmt: skip
    returned = await scene.call(posts.TransferCommand, back, "commander")
    assert (returned.name, len(returned.terms)) == (first.name, 2)
    standing = command.StandDownCommandRequest(name=first.name, reason="x")
    assert (await scene.refused(posts.StandDownCommand, standing))[0] == "COMMAND_NEEDED"


async def test_an_evacuation_brings_its_tasks(start: Start) -> None:
    """A13: 320 people of 龙泉村."""
    scene = await open_scene(start)
    order = relief.EvacuationOrder(
        incident=scene.incident, settlement="龙泉村", region_code="640202001201", people_count=320, destination="shelters/s1", reason="山洪"
    )
    made = await scene.call(_relief(scene).OrderEvacuation, relief.OrderEvacuationRequest(evacuation_order=order))
    listed = (await scene.call(scene.tasks.ListTasks, tasks.ListTasksRequest(incident=scene.incident, life_saving_only=True, open_only=True))).tasks
    assert sorted(task.name for task in listed) == sorted(made.tasks)
    assert {task.evacuation_order for task in listed} == {made.name}
    report = relief.ReportEvacuationRequest(name=made.name, moved_count=200)
    assert (await scene.call(_relief(scene).ReportEvacuation, report, "field_unit")).state == relief.EVACUATION_ORDER_STATE_MOVING
    done = relief.CompleteEvacuationRequest(name=made.name, moved_count=300, remaining_count=10)
    assert (await scene.refused(_relief(scene).CompleteEvacuation, done))[0] == "EVACUATION_COUNT"
    done = relief.CompleteEvacuationRequest(name=made.name, moved_count=310, remaining_count=10)
    assert (await scene.call(_relief(scene).CompleteEvacuation, done)).remaining_count == 10


async def test_nothing_is_placed_in_a_foreign_region_under_an_own_incident(start: Start) -> None:
    """The incident's own region never made up for the one that is given."""
    scene = await open_scene(start)
    order = relief.EvacuationOrder(incident=scene.incident, settlement="外村", region_code="110101001", people_count=3, destination="x", reason="x")
    refused = await scene.refused(_relief(scene).OrderEvacuation, relief.OrderEvacuationRequest(evacuation_order=order))
    assert refused[0] == "JURISDICTION"
    record = relief.CreateReliefRecordRequest(incident=scene.incident, settlement="外村", region_code="110101001")
    assert (await scene.refused(_relief(scene).CreateReliefRecord, record))[0] == "JURISDICTION"
    task = tasks.Task(kind=tasks.TASK_KIND_RESCUE, title="搜救", incident=scene.incident, region_code="640221")
    assert (await scene.refused(scene.tasks.CreateTask, tasks.CreateTaskRequest(task=task)))[0] == "JURISDICTION"


async def test_the_ten_hour_figure_is_the_slowest_settlement(start: Start) -> None:
    """A24: 龙泉 19:10, 潮湖 00:50 gives 9 h 38 min; bedding corrected to 01:40 gives 10 h 28 min and fails."""
    scene = await open_scene(start)
    stub = _relief(scene)
    scene.running.set_clock("2026-07-30T02:00:00+08:00")
    names = {}
    for settlement, region in (("龙泉村", "640202001201"), ("潮湖村", "640202001200")):
        made = relief.CreateReliefRecordRequest(incident=scene.incident, settlement=settlement, region_code=region)
        names[settlement] = (await scene.call(stub.CreateReliefRecord, made)).name
    again = relief.CreateReliefRecordRequest(incident=scene.incident, settlement="龙泉村", region_code="640202001201")
    assert (await scene.refused(stub.CreateReliefRecord, again))[0] == "SETTLEMENT_RECORDED"
    await _provide(scene, names["龙泉村"], "2026-07-29T19:10:00+08:00", 1, 2, 3, 4)
    await _provide(scene, names["潮湖村"], "2026-07-29T20:00:00+08:00", 1, 2, 3)
    await _provide(scene, names["潮湖村"], "2026-07-30T00:50:00+08:00", 4)
    kpi = await scene.call(stub.GetReliefKpi, relief.GetReliefKpiRequest(incident=scene.incident))
    assert (kpi.verdict, kpi.max_minutes) == (relief.RELIEF_VERDICT_MET, 9 * 60 + 38)
    corrected = _provision("2026-07-30T01:40:00+08:00", names["潮湖村"], 4)
    assert (await scene.refused(stub.RecordRelief, corrected))[0] == "CORRECTION_REASON_NEEDED"
    corrected.correction_reason = "核对入库单"
    await scene.call(stub.RecordRelief, corrected)
    kpi = await scene.call(stub.GetReliefKpi, relief.GetReliefKpiRequest(incident=scene.incident))
    assert (kpi.verdict, kpi.max_minutes) == (relief.RELIEF_VERDICT_MISSED, 10 * 60 + 28)


def _provision(at: str, name: str, *kinds: int) -> relief.RecordReliefRequest:
    provisions = [relief.ReliefProvision(kind=kind, provide_time=stamp(at)) for kind in kinds]  # type: ignore[arg-type]
    return relief.RecordReliefRequest(name=name, provisions=provisions)


async def _provide(scene: Scene, name: str, at: str, *kinds: int) -> None:
    await scene.call(_relief(scene).RecordRelief, _provision(at, name, *kinds))


async def test_action_cards_become_tasks_once(start: Start) -> None:
    """A16: one task a card, with its clause and its due time; told twice or raised to another level, no second one."""
    scene = await open_scene(start)
    cards = [
        activation_events_pb2.ActivatedAction(action_id="a1-c1", clause="4.3.2", post="水务局", action="巡查大武口沟", life_saving=False),
        activation_events_pb2.ActivatedAction(
            action_id="a1-c2", clause="4.3.5", post="消防大队", action="搜救失联人员", life_saving=True, capability="water_rescue",
            due_time=stamp("2026-07-29T16:00:00+08:00"),
        ),
    ]  # fmt: skip
    fact = activation_events_pb2.PlanActivated(activation="activations/a1", cause=scene.incident, level=3, actions=cards)
    header = {"aggregate": "activations/a1", "incident": scene.incident, "region_code": "640202"}
    for event_id in ("e1", "e1", "e2"):
        await scene.running.deliver("fenghuo.plans.activation.v1", activation_events_pb2.ActivationEvent(plan_activated=fact), event_id=event_id, **header)
    more = activation_events_pb2.ActivatedAction(action_id="a1-c3", clause="4.3.9", post="卫健局", action="医疗救护", capability="medical")
    raised = activation_events_pb2.ActivationLevelChanged(activation="activations/a1", cause=scene.incident, level=2, actions=[cards[0], more])
    await scene.running.deliver("fenghuo.plans.activation.v1", activation_events_pb2.ActivationEvent(activation_level_changed=raised), event_id="e3", **header)
    found = (await scene.call(scene.tasks.ListTasks, tasks.ListTasksRequest(activation="activations/a1"))).tasks
    assert sorted((task.clause, task.plan_action, task.life_saving) for task in found) == [
        ("4.3.2", "a1-c1", False), ("4.3.5", "a1-c2", True), ("4.3.9", "a1-c3", False),
    ]  # fmt: skip
    assert {task.state for task in found} == {tasks.TASK_STATE_ISSUED}
    assert {task.kind for task in found} == {tasks.TASK_KIND_GENERAL, tasks.TASK_KIND_RESCUE, tasks.TASK_KIND_MEDICAL}
    scene.running.set_clock("2026-07-29T16:00:01+08:00")
    found = (await scene.call(scene.tasks.ListTasks, tasks.ListTasksRequest(activation="activations/a1"))).tasks
    assert [task.clause for task in found if task.overdue] == ["4.3.5"]
    await scene.running.ring()
    await scene.running.ring()
    events = await scene.running.published("fenghuo.dispatch.task.v1", task_events_pb2.TaskEvent)
    assert [event.task_overdue.plan_action for event in events if event.header.type == "TaskOverdue"] == ["a1-c2"]


async def test_a_pre_position_sends_alerted_units_and_brings_them_home(start: Start) -> None:
    """A11: before there is an incident; the unit that cannot go is told, not forgotten."""
    scene = await open_scene(start)
    for unit_id in ("p1", "p2"):
        await scene.ready_unit(unit_id, "evacuation")
        await scene.report_state(unit_id, "alerted")
    await scene.send("p2", (await scene.task()).name)
    fact = register.PrePositionOrdered(
        units=["units/p1", "units/p2"], region_code="640202001201", place="龙泉村", reason="暴雨黄色", location=geo_pb2.Point(lon=106.31, lat=39.06)
    )
    topic, header = "fenghuo.resources.pre_position.v1", {"aggregate": "prePositions/pp1", "region_code": "640202001201"}
    for event_id in ("o1", "o1", "o2"):
        await scene.running.deliver(topic, register.PrePositionEvent(pre_position_ordered=fact), event_id=event_id, **header)
    assert await scene.state("p1") == "assigned"
    live = (await scene.call(scene.assignments.ListAssignments, assignments.ListAssignmentsRequest(unit="units/p1", live_only=True))).assignments
    task = await scene.call(scene.tasks.GetTask, tasks.GetTaskRequest(name=live[0].task))
    assert (task.kind, task.pre_position, task.state) == (tasks.TASK_KIND_PREPOSITION, "prePositions/pp1", tasks.TASK_STATE_ISSUED)
    events = await scene.running.published("fenghuo.dispatch.task.v1", task_events_pb2.TaskEvent)
    assert [event.notification_requested.text for event in events if event.header.type == "NotificationRequested"] == ["预置：龙泉村: units/p2 UNIT_BUSY"]
    cancelled = register.PrePositionCancelled(units=["units/p1", "units/p2"], reason="预警解除")
    await scene.running.deliver(topic, register.PrePositionEvent(pre_position_cancelled=cancelled), **header)
    assert (await scene.state("p1"), await scene.state("p2")) == ("available", "assigned")


async def test_whoever_did_a_task_does_not_verify_it(start: Start) -> None:
    scene = await open_scene(start)
    task = await scene.task()
    await scene.call(scene.tasks.StartTask, tasks.TaskRequest(name=task.name), "duty_officer")
    await scene.call(scene.tasks.CompleteTask, tasks.CompleteTaskRequest(name=task.name, result="已封控"), "duty_officer")
    assert (await scene.refused(scene.tasks.VerifyTask, tasks.VerifyTaskRequest(name=task.name)))[0] == "SELF_VERIFIED"
    verified = await scene.call(scene.tasks.VerifyTask, tasks.VerifyTaskRequest(name=task.name, note="现场核实"), "duty_leader")
    assert verified.verified_by == "user:duty_leader"
    assert (await scene.call(scene.tasks.CloseTask, tasks.TaskRequest(name=task.name))).state == tasks.TASK_STATE_CLOSED


async def test_a_warning_proposes_the_laws_measures_once_and_its_end_drops_them(start: Start) -> None:
    """A8, A12, A25: level 3 proposes art. 66, the update to 2 adds art. 67, the all-clear drops what nobody gave out."""
    scene = await open_scene(start)
    topic, header = "fenghuo.alerts.alert.v1", {"aggregate": "alerts/c1", "region_code": "640202"}
    for kind, level in ((alerts_pb2.ALERT_KIND_ALERT, 3), (alerts_pb2.ALERT_KIND_UPDATE, 2), (alerts_pb2.ALERT_KIND_UPDATE, 3)):
        fact = alert_events_pb2.AlertPublished(chain="alerts/c1", kind=kind, status=alerts_pb2.ALERT_STATUS_ACTUAL, level=level)
        await scene.running.deliver(topic, alert_events_pb2.AlertEvent(alert_published=fact), **header)
        drafts = (await scene.call(scene.tasks.ListTasks, tasks.ListTasksRequest(state=tasks.TASK_STATE_DRAFT))).tasks
        assert len(drafts) == (5 if kind == alerts_pb2.ALERT_KIND_ALERT else 13)
    assert {task.alert for task in drafts} == {"alerts/c1"}
    assert [task.clause for task in drafts if task.life_saving] == ["应对法67(6)"]
    taken = next(task for task in drafts if task.clause == "应对法67(1)")
    await scene.call(scene.tasks.IssueTask, tasks.TaskRequest(name=taken.name))
    cancelled = alert_events_pb2.AlertCancelled(chain="alerts/c1", level=3)
    await scene.running.deliver(topic, alert_events_pb2.AlertEvent(alert_cancelled=cancelled), **header)
    left = (await scene.call(scene.tasks.ListTasks, tasks.ListTasksRequest())).tasks
    assert sorted(tasks.TaskState.Name(task.state) for task in left) == ["TASK_STATE_DISCARDED"] * 12 + ["TASK_STATE_ISSUED"]
