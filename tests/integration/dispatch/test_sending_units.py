"""Units are offered tasks, answer, go, come back; two dispatchers, stale reports, silence."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import pytest

from fenghuo.dispatch.v1 import assignments_pb2 as pb
from fenghuo.dispatch.v1 import incidents_pb2, incidents_pb2_grpc, reports_pb2, reports_pb2_grpc, task_events_pb2, tasks_pb2, unit_events_pb2
from fenghuo.dispatch.v1 import unit_statuses_pb2 as units
from fenghuo.plans.v1 import drill_events_pb2
from services.dispatch.use_cases import positions
from tests.fixtures.service import Start
from tests.integration.dispatch.scene import Scene, open_scene, refusal, stamp


async def test_a_unit_goes_out_and_comes_back(start: Start) -> None:
    scene = await open_scene(start)
    await scene.ready_unit("u1", "water_rescue")
    task = await scene.task("water_rescue", life_saving=True)
    assert await scene.incident_state() == "responding"
    offered = await scene.send("u1", task.name)
    assert (offered.state, offered.fence, list(offered.matched)) == (pb.ASSIGNMENT_STATE_OFFERED, 1, ["water_rescue"])
    assert await scene.state("u1") == "assigned"
    await scene.accept(offered.name)
    assert (
        await scene.refused(scene.assignments.ReportAssignment, pb.ReportAssignmentRequest(name=offered.name, state=pb.ASSIGNMENT_STATE_EN_ROUTE), "field_unit")
    )[0] == ("ARRIVAL_TIME_NEEDED")
    await scene.step(offered.name, "en_route")
    assert (await scene.call(scene.tasks.GetTask, tasks_pb2.GetTaskRequest(name=task.name))).state == tasks_pb2.TASK_STATE_IN_PROGRESS
    await scene.step(offered.name, "on_scene")
    await scene.step(offered.name, "working")
    reason, details = await scene.refused(scene.tasks.CancelTask, tasks_pb2.TaskReasonRequest(name=task.name, reason="x"))
    assert (reason, details["units"]) == ("TASK_HAS_UNITS", "1")
    await scene.call(scene.assignments.CompleteAssignment, pb.CompleteAssignmentRequest(name=offered.name, result="救出2人"), "field_unit")
    await scene.call(scene.assignments.ReleaseAssignment, pb.AssignmentRequest(name=offered.name))
    assert await scene.state("u1") == "returning"
    back = pb.ReturnAssignmentRequest(name=offered.name)
    assert (await scene.refused(scene.assignments.ReturnAssignment, back, "field_unit"))[0] == "EQUIPMENT_NOTE_NEEDED"
    await scene.call(scene.assignments.ReturnAssignment, pb.ReturnAssignmentRequest(name=offered.name, equipment_ok=True), "field_unit")
    assert await scene.state("u1") == "available"
    types = [event.header.type for event in await scene.running.published("fenghuo.dispatch.task.v1", task_events_pb2.TaskEvent)]
    progress = ["AssignmentOffered", "AssignmentAccepted", *["AssignmentProgressed"] * 4, "AssignmentReleased", "AssignmentReturned"]
    assert sorted(types) == sorted(["TaskDrafted", "TaskIssued", "TaskStarted", *progress])
    assert await scene.unit_events() == ["UnitProjected", *["UnitStatusChanged"] * 7]


async def test_of_two_dispatchers_exactly_one_gets_the_unit(start: Start) -> None:
    scene = await open_scene(start)
    await scene.ready_unit("u1", "water_rescue")
    first, second = await scene.task(), await scene.task()
    answers = await asyncio.gather(
        *(scene.call(scene.assignments.CreateAssignment, pb.CreateAssignmentRequest(task=task.name, unit="units/u1"), user, "duty_officer")
          for user, task in (("a", first), ("b", second), ("c", first), ("d", second))),
        return_exceptions=True,
    )  # fmt: skip
    won = [answer for answer in answers if not isinstance(answer, BaseException)]
    lost = [answer for answer in answers if isinstance(answer, grpc.aio.AioRpcError)]
    assert (len(won), len(lost)) == (1, 3)
    assert {(error.code(), refusal(error)[0]) for error in lost} == {(grpc.StatusCode.ABORTED, "UNIT_BUSY")}


async def test_a_repeated_request_offers_once(start: Start) -> None:
    scene = await open_scene(start)
    await scene.ready_unit("u1")
    task = await scene.task()
    request = pb.CreateAssignmentRequest(task=task.name, unit="units/u1", request_id="same")
    one, two = await scene.call(scene.assignments.CreateAssignment, request), await scene.call(scene.assignments.CreateAssignment, request)
    assert one == two


async def test_a_report_with_a_stale_fence_is_refused(start: Start) -> None:
    scene = await open_scene(start)
    await scene.ready_unit("u1")
    task = await scene.task()
    offered = await scene.send("u1", task.name)
    await scene.accept(offered.name)
    await scene.step(offered.name, "en_route", fence=offered.fence)
    await scene.call(scene.assignments.RecallAssignment, pb.AssignmentReasonRequest(name=offered.name, reason="另有任务"))
    assert await scene.state("u1") == "available"
    late = units.SetUnitStatusRequest(unit="units/u1", state=units.UNIT_STATE_ON_SCENE, fence=offered.fence, place="沟口")
    reason, details = await scene.refused(scene.units.SetUnitStatus, late, "field_unit")
    assert (reason, details["current"]) == ("STALE_FENCE", "2")
    again = await scene.send("u1", task.name)
    assert again.fence == 3


async def test_silence_expires_the_offer_and_names_the_next(start: Start) -> None:
    scene = await open_scene(start)
    await scene.ready_unit("u1", "water_rescue", lon=106.31)
    await scene.ready_unit("far", "water_rescue", lon=106.60)
    await scene.ready_unit("near", "water_rescue", lon=106.33)
    await scene.ready_unit("other", "medical", lon=106.30)
    task = await scene.task("water_rescue")
    offered = await scene.send("u1", task.name)
    scene.running.set_clock("2026-07-29T15:31:59+08:00")
    await scene.running.ring()
    assert await scene.state("u1") == "assigned"
    scene.running.set_clock("2026-07-29T15:32:00+08:00")
    await scene.running.ring()
    expired = await scene.call(scene.assignments.GetAssignment, pb.GetAssignmentRequest(name=offered.name))
    assert expired.state == pb.ASSIGNMENT_STATE_EXPIRED
    assert [candidate.unit for candidate in expired.suggestions] == ["units/near", "units/far"]
    assert 2000 < expired.suggestions[0].distance_m < 6000
    assert await scene.state("u1") == "available"
    late = pb.AcceptAssignmentRequest(name=offered.name)
    assert (await scene.refused(scene.assignments.AcceptAssignment, late, "field_unit"))[0] == "INVALID_TRANSITION"
    declined = await scene.send("near", task.name)
    answer = await scene.call(scene.assignments.DeclineAssignment, pb.AssignmentReasonRequest(name=declined.name, reason="车辆故障"), "field_unit")
    assert [candidate.unit for candidate in answer.suggestions] == ["units/far"]


async def test_capability_guard_and_override(start: Start) -> None:
    """B7: a village team without hazmat is refused for the hot zone, and may be sent to the outer cordon with a reason."""
    scene = await open_scene(start)
    await scene.ready_unit("village", "evacuation")
    await scene.ready_unit("troops", "hazmat", team_class=10)
    task = await scene.task("hazmat", "fire_suppression")
    request = pb.CreateAssignmentRequest(task=task.name, unit="units/village")
    reason, details = await scene.refused(scene.assignments.CreateAssignment, request)
    assert (reason, details["missing"]) == ("CAPABILITY", "hazmat, fire_suppression")
    assert (await scene.refused(scene.assignments.CreateAssignment, pb.CreateAssignmentRequest(task=task.name, unit="units/troops")))[0] == "MILITARY_COMMAND"
    offered = await scene.send("village", task.name, override_reason="外围警戒", zone="外围")
    assert (offered.override_reason, offered.zone, list(offered.matched)) == ("外围警戒", "外围", [])


async def test_one_key_tells_each_units_outcome(start: Start) -> None:
    """A17, B7: task, offers and notices in one step; what one cannot never stops the others."""
    scene = await open_scene(start)
    for unit_id, code in (("fire", "fire_suppression"), ("plant", "hazmat"), ("ambulance", "medical"), ("village", "evacuation")):
        await scene.ready_unit(unit_id, code)
    await scene.register_unit("resting", "hazmat")
    await scene.send("plant", (await scene.task()).name)
    needs = [tasks_pb2.CapabilityNeed(code=code, count=1) for code in ("fire_suppression", "hazmat", "medical")]
    order = pb.DispatchOneKeyRequest(
        incident=scene.incident,
        new_task=tasks_pb2.Task(kind=tasks_pb2.TASK_KIND_FIREFIGHTING, title="灭火", needs=needs),
        units=[pb.OneKeyUnit(unit=f"units/{unit_id}") for unit_id in ("fire", "plant", "ambulance", "village", "resting", "nobody")],
        notify=[pb.OneKeyNotice(recipient="带班领导")],
    )
    answer = await scene.call(scene.assignments.DispatchOneKey, order)
    refusals = {outcome.unit.removeprefix("units/"): outcome.refusal for outcome in answer.outcomes}
    assert refusals == {"fire": "", "plant": "UNIT_BUSY", "ambulance": "", "village": "CAPABILITY", "resting": "UNIT_NOT_READY", "nobody": "NOT_FOUND"}
    assert (answer.offered, answer.refused, list(answer.notified)) == (2, 4, ["带班领导"])
    assert answer.task.state == tasks_pb2.TASK_STATE_ISSUED
    events = await scene.running.published("fenghuo.dispatch.task.v1", task_events_pb2.TaskEvent)
    assert [event.notification_requested.text for event in events if event.header.type == "NotificationRequested"] == ["灭火"]


async def test_a_one_key_order_of_which_nobody_goes_gives_out_nothing(start: Start) -> None:
    """Its task stood issued, the response of the incident had started, and the leader was told of a task that nobody had."""
    scene = await open_scene(start)
    await scene.ready_unit("medic", "medical")
    task = tasks_pb2.Task(kind=tasks_pb2.TASK_KIND_RESCUE, title="搜救", needs=[tasks_pb2.CapabilityNeed(code="water_rescue", count=1)])
    rest: dict[str, Any] = {"incident": scene.incident, "notify": [pb.OneKeyNotice(recipient="带班领导")]}
    refused = await scene.call(scene.assignments.DispatchOneKey, pb.DispatchOneKeyRequest(new_task=task, units=[pb.OneKeyUnit(unit="units/medic")], **rest))
    assert ([each.refusal for each in refused.outcomes], refused.task.state) == (["CAPABILITY"], tasks_pb2.TASK_STATE_DRAFT)
    assert (list(refused.notified), await scene.incident_state()) == ([], "confirmed")
    again = pb.DispatchOneKeyRequest(task=refused.task.name, units=[pb.OneKeyUnit(unit="units/medic", override_reason="只做警戒")], **rest)
    sent = await scene.call(scene.assignments.DispatchOneKey, again)
    assert (sent.offered, sent.task.state, list(sent.notified)) == (1, tasks_pb2.TASK_STATE_ISSUED, ["带班领导"])
    assert await scene.incident_state() == "responding"
    told = await scene.call(scene.assignments.DispatchOneKey, pb.DispatchOneKeyRequest(new_task=task, **rest))
    assert (told.task.state, list(told.notified)) == (tasks_pb2.TASK_STATE_ISSUED, ["带班领导"])


async def test_reassign_closes_and_opens_at_once(start: Start) -> None:
    scene = await open_scene(start)
    await scene.ready_unit("u1")
    first, second = await scene.task(), await scene.task()
    working = await scene.to_work("u1", first.name)
    request = pb.ReassignAssignmentRequest(name=working.name, task=second.name, reason="增援")
    opened = await scene.call(scene.assignments.ReassignAssignment, request)
    assert (opened.task, opened.fence, opened.state) == (second.name, 2, pb.ASSIGNMENT_STATE_OFFERED)
    assert await scene.state("u1") == "returning"
    await scene.accept(opened.name)
    await scene.step(opened.name, "en_route", fence=2)
    assert await scene.state("u1") == "en_route"
    live = await scene.call(scene.assignments.ListAssignments, pb.ListAssignmentsRequest(unit="units/u1", live_only=True))
    assert [assignment.name for assignment in live.assignments] == [opened.name]


async def test_lost_contact_once_and_restored_by_beidou(start: Start) -> None:
    """A19: nothing for ten minutes raises the alarm once; a short message restores the state it was in."""
    scene = await open_scene(start)
    await scene.ready_unit("u3", "water_rescue")
    await scene.to_work("u3", (await scene.task()).name)
    await _position(scene, "u3", "2026-07-29T15:39:00+08:00")
    scene.running.set_clock("2026-07-29T15:48:59+08:00")
    await scene.running.ring()
    assert await scene.state("u3") == "working"
    scene.running.set_clock("2026-07-29T15:49:00+08:00")
    await scene.running.ring()
    assert await scene.state("u3") == "lost_contact"
    scene.running.set_clock("2026-07-29T16:15:00+08:00")
    await scene.running.ring()
    board = await scene.call(scene.units.ListPositions, units.ListPositionsRequest())
    assert board.positions[0].stale
    scene.running.set_clock("2026-07-29T16:18:00+08:00")
    restored = await scene.report_state("u3", "working", source=units.POSITION_SOURCE_BEIDOU)
    assert restored.state == units.UNIT_STATE_WORKING
    events = await scene.unit_events()
    assert (events.count("UnitLostContact"), events.count("UnitContactRestored")) == (1, 1)
    scene.running.set_clock("2026-07-29T16:28:00+08:00")
    await scene.running.ring()
    assert await scene.state("u3") == "lost_contact"
    answer = await _position(scene, "u3", "2026-07-29T16:30:00+08:00", units.POSITION_SOURCE_BEIDOU)
    assert list(answer.restored) == ["units/u3"]
    assert await scene.state("u3") == "working"


async def _position(scene: Any, unit_id: str, at: str, source: int = units.POSITION_SOURCE_APP, lon: float = 106.31) -> Any:
    """The clock goes to the moment first: leave no timer due on the way, it would ring beside the report."""
    scene.running.set_clock(at)
    report = units.PositionReport(unit=f"units/{unit_id}", locate_time=stamp(at), source=source)  # type: ignore[arg-type]
    report.location.lon, report.location.lat = lon, 39.05
    return await scene.call(scene.units.ReportPositions, units.ReportPositionsRequest(positions=[report]), "field_unit")


async def test_positions_are_kept_hot_and_old_ones_change_nothing(start: Start) -> None:
    scene = await open_scene(start)
    await scene.ready_unit("u1")
    assert (await _position(scene, "u1", "2026-07-29T15:31:00+08:00")).accepted == 1
    assert (await _position(scene, "u1", "2026-07-29T15:31:05+08:00", lon=106.32)).accepted == 1
    old = await _position(scene, "u1", "2026-07-29T15:30:30+08:00", lon=106.99)
    assert (old.accepted, old.outdated) == (0, 1)
    assert list((await _position(scene, "nobody", "2026-07-29T15:32:00+08:00")).unknown) == ["units/nobody"]
    board = await scene.call(scene.units.ListPositions, units.ListPositionsRequest())
    assert [round(position.location.lon, 2) for position in board.positions] == [106.32]
    async with scene.running.service.engine.connect() as connection:
        written = (await connection.exec_driver_sql("SELECT count(*) FROM track")).scalar_one()
    assert written == 1


async def test_the_register_applied_twice_changes_what_it_says_only(start: Start) -> None:
    scene = await open_scene(start)
    await scene.register_unit("u1", "medical", event_id="0197-e1")
    await scene.report_state("u1", "available")
    await scene.register_unit("u1", "medical", event_id="0197-e1")
    await scene.register_unit("u1", "medical", "hazmat", event_id="0197-e2")
    status = await scene.call(scene.units.GetUnitStatus, units.GetUnitStatusRequest(name="unitStatuses/u1"))
    assert (status.state, [capability.code for capability in status.capabilities]) == (units.UNIT_STATE_AVAILABLE, ["medical", "hazmat"])
    assert (await scene.unit_events()).count("UnitProjected") == 2


async def test_a_false_alarm_brings_units_home_and_a_merge_takes_them_along(start: Start) -> None:
    scene = await open_scene(start)
    main = scene.incident
    stub = incidents_pb2_grpc.IncidentServiceStub(scene.running.channel)
    await scene.ready_unit("u1")
    await scene.ready_unit("u2")
    reported = []
    for unit_id in ("u1", "u2"):
        request = incidents_pb2.RegisterIncidentRequest(title="疑似落水", event_code="11A51", region_code="640202", source=incidents_pb2.INCIDENT_SOURCE_GRID)
        request.occur_time.CopyFrom(stamp("2026-07-29T15:14:00+08:00"))
        scene.incident = (await scene.call(stub.RegisterIncident, request)).name
        offered = await scene.send(unit_id, (await scene.task()).name)
        await scene.accept(offered.name)
        await scene.step(offered.name, "en_route")
        reported.append(scene.incident)
    await scene.call(stub.DismissIncident, incidents_pb2.DismissIncidentRequest(name=reported[0], reason="误报", verifier="user:duty_officer"))
    await scene.call(stub.MergeIncident, incidents_pb2.MergeIncidentRequest(name=reported[1], target=main, reason="同一事件"))
    await _until(lambda: _moved(scene, main))
    assert (await scene.state("u1"), await scene.state("u2")) == ("available", "en_route")
    first = (await scene.call(scene.tasks.ListTasks, tasks_pb2.ListTasksRequest(incident=reported[0]))).tasks
    assert [task.state for task in first] == [tasks_pb2.TASK_STATE_CANCELLED]
    status = await scene.call(scene.units.GetUnitStatus, units.GetUnitStatusRequest(name="unitStatuses/u2"))
    assert status.incident == main


async def _moved(scene: Scene, main: str) -> bool:
    await scene.running.service.relay.flush()
    return len((await scene.call(scene.tasks.ListTasks, tasks_pb2.ListTasksRequest(incident=main))).tasks) == 1


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(100):
        if await holds():
            return
        await asyncio.sleep(0.1)
    raise AssertionError("not within ten seconds")


async def test_an_exercise_stays_an_exercise_down_to_the_last_event(start: Start) -> None:
    scene = await open_scene(start)
    stub = incidents_pb2_grpc.IncidentServiceStub(scene.running.channel)
    request = incidents_pb2.RegisterIncidentRequest(title="演练", region_code="640202", source=incidents_pb2.INCIDENT_SOURCE_UPPER, exercise_id="drill-1")
    request.occur_time.CopyFrom(stamp("2026-07-29T15:14:00+08:00"))
    scene.incident = (await scene.call(stub.RegisterIncident, request)).name
    await scene.ready_unit("u1")
    task = await scene.task(exercise_id="another")
    assert task.exercise_id == "drill-1"
    working = await scene.to_work("u1", task.name)
    assert working.exercise_id == "drill-1"
    await scene.call(scene.assignments.RecallAssignment, pb.AssignmentReasonRequest(name=working.name, reason="演练结束"))
    for topic, message in (("task", task_events_pb2.TaskEvent), ("unit", unit_events_pb2.UnitStatusEvent)):
        events = await scene.running.published(f"fenghuo.dispatch.{topic}.v1", message)
        assert {event.header.exercise_id for event in events if event.header.incident} == {"drill-1"}


async def test_an_exercise_that_gives_way_to_a_real_event_frees_its_units(start: Start) -> None:
    """C2: its tasks stop, its duties ring no more, nothing real is touched; told twice it is done once."""
    scene = await open_scene(start)
    stub = incidents_pb2_grpc.IncidentServiceStub(scene.running.channel)
    real = scene.incident
    await scene.ready_unit("real")
    await scene.send("real", (await scene.task()).name)
    names = []
    for confirmed in (True, False):
        request = incidents_pb2.RegisterIncidentRequest(
            title="演练山洪", event_code="11A51", region_code="640202", source=incidents_pb2.INCIDENT_SOURCE_GRID, exercise_id="drill-1"
        )
        request.occur_time.CopyFrom(stamp("2026-07-29T15:14:00+08:00"))
        names.append((await scene.call(stub.RegisterIncident, request)).name)
        if confirmed:
            await scene.call(stub.ConfirmIncident, incidents_pb2.ConfirmIncidentRequest(name=names[-1]))
    for unit_id, name, send in (("far", names[0], scene.send), ("there", names[1], scene.to_work)):
        await scene.ready_unit(unit_id)
        await send(unit_id, (await scene.task(incident=name)).name)
    aborted = drill_events_pb2.DrillEvent(drill_aborted=drill_events_pb2.DrillAborted(reason="真实事件", incident=real))
    for _ in range(2):
        await scene.running.deliver("fenghuo.plans.drill.v1", aborted, event_id="", aggregate="drills/d", exercise_id="drill-1")
        aborted.header.event_id = ""
    assert (await scene.state("far"), await scene.state("there"), await scene.state("real")) == ("available", "returning", "assigned")
    await scene.send("far", (await scene.task(incident=real)).name)
    for name in names:
        listed = (await scene.call(scene.tasks.ListTasks, tasks_pb2.ListTasksRequest(incident=name))).tasks
        assert [task.state for task in listed] == [tasks_pb2.TASK_STATE_CANCELLED]
    states = [(await scene.call(stub.GetIncident, incidents_pb2.GetIncidentRequest(name=name))).state for name in names]
    assert states == [incidents_pb2.INCIDENT_STATE_RESPONDING, incidents_pb2.INCIDENT_STATE_FALSE_ALARM]
    duties = reports_pb2_grpc.ObligationServiceStub(scene.running.channel)
    owed = await scene.call(duties.ListObligations, reports_pb2.ListObligationsRequest(incident=names[0], page_size=100))
    assert {each.state for each in owed.obligations} == {reports_pb2.OBLIGATION_STATE_WAIVED}
    kept = await scene.call(duties.ListObligations, reports_pb2.ListObligationsRequest(incident=real, page_size=100))
    assert {each.state for each in kept.obligations} == {reports_pb2.OBLIGATION_STATE_OPEN}


async def test_nobody_sees_or_moves_what_lies_outside_his_jurisdiction(start: Start) -> None:
    scene = await open_scene(start)
    await scene.ready_unit("u1")
    offered = await scene.send("u1", (await scene.task()).name)
    for method, request in (
        (scene.assignments.GetAssignment, pb.GetAssignmentRequest(name=offered.name)),
        (scene.assignments.RecallAssignment, pb.AssignmentReasonRequest(name=offered.name, reason="x")),
        (scene.tasks.GetTask, tasks_pb2.GetTaskRequest(name=offered.task)),
        (scene.units.GetUnitStatus, units.GetUnitStatusRequest(name="unitStatuses/u1")),
        (scene.units.SetUnitStatus, units.SetUnitStatusRequest(unit="units/u1", state=units.UNIT_STATE_EN_ROUTE)),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await scene.running.call(method, request, "outsider", "duty_officer", regions=("640221",))
        assert refusal(refused.value)[0] == "NOT_FOUND"
    seen = await scene.running.call(scene.units.ListUnitStatuses, units.ListUnitStatusesRequest(), "outsider", "duty_officer", regions=("640221",))
    assert list(seen.unit_statuses) == []


async def test_nobody_sends_a_unit_of_another_district(start: Start) -> None:
    """Named in an offer or by one key it is as unknown as it is to whoever reads; the one suggested when nobody answers is of one's own district."""
    scene = await open_scene(start)
    await scene.ready_unit("ours", "water_rescue", lon=106.31)
    await scene.ready_unit("next", "water_rescue", lon=106.60)
    await scene.ready_unit("theirs", "water_rescue", lon=106.32, region_code="640221")
    task = await scene.task("water_rescue")
    create = pb.CreateAssignmentRequest(task=task.name, unit="units/theirs", override_reason="近")
    assert (await scene.refused(scene.assignments.CreateAssignment, create))[0] == "NOT_FOUND"
    order = pb.DispatchOneKeyRequest(incident=scene.incident, task=task.name, units=[pb.OneKeyUnit(unit="units/theirs"), pb.OneKeyUnit(unit="units/ours")])
    outcomes = (await scene.call(scene.assignments.DispatchOneKey, order)).outcomes
    assert [(each.unit, each.refusal) for each in outcomes] == [("units/theirs", "NOT_FOUND"), ("units/ours", "")]
    scene.running.set_clock("2026-07-29T15:33:00+08:00")
    await scene.running.ring()
    expired = await scene.call(scene.assignments.GetAssignment, pb.GetAssignmentRequest(name=outcomes[1].assignment.name))
    assert [candidate.unit for candidate in expired.suggestions] == ["units/next"]


async def test_without_the_hot_store_a_unit_is_lost_a_minute_later_at_most(start: Start) -> None:
    """A restart empties the hot store of one machine; what was written down may be a minute older than what was heard."""
    scene = await open_scene(start)
    await scene.ready_unit("u3")
    await scene.to_work("u3", (await scene.task()).name)
    await _position(scene, "u3", "2026-07-29T15:39:00+08:00")
    await scene.running.service.hot.drop_fields(positions.KEY, ["u3"])
    for at, state in (("15:49:00", "working"), ("15:49:59", "working"), ("15:50:00", "lost_contact")):
        scene.running.set_clock(f"2026-07-29T{at}+08:00")
        await scene.running.ring()
        assert await scene.state("u3") == state, at
