"""The end of a crew's shift, as the register tells it, is heeded by every way of sending, and can be overridden with a reason."""

from typing import Any

from fenghuo.dispatch.v1 import allocations_pb2, incidents_pb2, incidents_pb2_grpc, recommendations_pb2, tasks_pb2
from fenghuo.dispatch.v1 import assignments_pb2 as pb
from fenghuo.dispatch.v1 import unit_statuses_pb2 as units
from tests.fixtures.service import Start
from tests.integration.dispatch.scene import Scene, open_scene, stamp
from tests.integration.dispatch.test_allocation import Hall
from tests.integration.dispatch.test_recommendation import names, recommend


async def with_shifts(start: Start) -> Scene:
    """At 15:30: the nearest boat's shift ends at 16:00, one has ten hours left, one has no known end."""
    scene = await open_scene(start)
    await scene.ready_unit("ending", "water_rescue", lon=106.31, duty_end="2026-07-29T16:00:00+08:00")
    await scene.ready_unit("fresh", "water_rescue", lon=106.40, duty_end="2026-07-30T01:30:00+08:00")
    await scene.ready_unit("free", "water_rescue", lon=106.50)
    return scene


async def test_who_goes_off_duty_too_soon_is_left_out_and_named_with_the_reason(start: Start) -> None:
    """Without it the boat whose crew leaves in half an hour was the recommended one."""
    scene = await with_shifts(start)
    answer = await recommend(scene, task=(await scene.task("water_rescue", count=3)).name)
    assert (names(answer), [each.unit for each in answer.candidates]) == (["fresh", "free"], ["units/fresh", "units/free"])
    held = answer.held_back[0]
    assert (held.unit, held.reason.code, held.duty_end_time) == ("units/ending", "HELD_BACK_SHIFT_ENDS", stamp("2026-07-29T16:00:00+08:00"))
    assert held.reason.zh.startswith("16:00 交班，预计 16:3")
    assert held.reason.en.startswith("its shift ends at 16:00; it would not be done before 16:3")
    assert held.travel_s > 0
    shown = await scene.call(scene.units.GetUnitStatus, units.GetUnitStatusRequest(name="unitStatuses/ending"))
    assert (shown.duty_end_time, shown.HasField("least_duty_minutes")) == (held.duty_end_time, False)


async def test_the_register_moves_the_end_and_says_how_much_must_be_left(start: Start) -> None:
    scene = await with_shifts(start)
    task = (await scene.task("water_rescue")).name
    await scene.register_unit("ending", "water_rescue", lon=106.31, duty_end="2026-07-29T16:00:00+08:00", least_duty=10, event_id="less")
    assert names(await recommend(scene, task=task)) == ["ending"]
    await scene.register_unit("ending", "water_rescue", lon=106.31, duty_end="2026-07-29T15:00:00+08:00", least_duty=0, event_id="over")
    answer = await recommend(scene, task=task)
    assert (names(answer), [each.reason.code for each in answer.held_back]) == (["fresh"], ["HELD_BACK_SHIFT_OVER"])
    assert answer.held_back[0].reason.zh == "15:00 已交班，尚未登记下一班次"
    await scene.register_unit("ending", "water_rescue", lon=106.31, event_id="next")
    answer = await recommend(scene, task=task)
    assert (names(answer), list(answer.held_back)) == (["ending"], [])


async def test_travel_time_counts_and_what_is_missing_says_that_duty_ends(start: Start) -> None:
    """62 minutes are left: enough for one that is there, too little for one that drives more than two of them."""
    scene = await open_scene(start)
    await scene.ready_unit("far", "medical", lon=106.60, duty_end="2026-07-29T16:32:00+08:00")
    lacking = await recommend(scene, task=(await scene.task("medical")).name)
    assert (names(lacking), lacking.unmet[0].reason.code, list(lacking.missing)) == ([], "UNMET_SHIFT_ENDS", ["medical"])
    await scene.ready_unit("near", "medical", lon=106.301, lat=39.05, duty_end="2026-07-29T16:32:00+08:00")
    found = await recommend(scene, task=(await scene.task("medical")).name)
    assert (names(found), [each.unit for each in found.held_back]) == (["near"], ["units/far"])


async def test_resting_units_are_named_too(start: Start) -> None:
    scene = await with_shifts(start)
    await scene.report_state("fresh", "resting")
    answer = await recommend(scene, task=(await scene.task("water_rescue")).name)
    assert [(each.unit, each.reason.zh) for each in answer.held_back if each.reason.code == "HELD_BACK_RESTING"] == [("units/fresh", "轮休中")]


async def test_it_is_sent_all_the_same_with_a_reason_by_every_way(start: Start) -> None:
    scene = await with_shifts(start)
    task = (await scene.task("water_rescue")).name
    wish: dict[str, Any] = {"unit": "units/ending"}
    reason, details = await scene.refused(scene.assignments.CreateAssignment, pb.CreateAssignmentRequest(task=task, **wish))
    assert (reason, details["end"], details["field"]) == ("UNIT_SHIFT_ENDS", "16:00", "override_reason")
    order = pb.DispatchOneKeyRequest(incident=scene.incident, task=task, units=[pb.OneKeyUnit(**wish)])
    assert [each.refusal for each in (await scene.call(scene.assignments.DispatchOneKey, order)).outcomes] == ["UNIT_SHIFT_ENDS"]
    sent = await scene.send("ending", task, override_reason="接班队伍在途，先行出动")
    assert sent.override_reason == "接班队伍在途，先行出动"
    await scene.accept(sent.name)
    turned = pb.ReassignAssignmentRequest(name=sent.name, task=(await scene.task("water_rescue")).name, reason="改道")
    assert (await scene.refused(scene.assignments.ReassignAssignment, turned))[0] == "UNIT_SHIFT_ENDS"


async def test_a_proposal_leaves_it_at_home_and_a_commit_looks_again(start: Start) -> None:
    scene = await with_shifts(start)
    await scene.task("water_rescue", count=3)
    hall = Hall(scene)
    proposal = await hall.ready()
    assert {line.unit for line in proposal.lines} == {"units/fresh", "units/free"}
    await scene.register_unit("free", "water_rescue", lon=106.50, duty_end="2026-07-29T15:50:00+08:00", event_id="shift")
    done = await hall.commit(proposal.name)
    assert {each.unit: each.refusal.code for each in done.outcomes} == {"units/fresh": "", "units/free": "UNIT_SHIFT_ENDS"}


async def test_a_proposal_counts_the_way_too_and_says_so(start: Start) -> None:
    """62 minutes are left of the second shift: enough if it were there, too little for one that drives more than two of them; it cannot be pinned either."""
    scene = await open_scene(start)
    await scene.ready_unit("near", "water_rescue", lon=106.31)
    await scene.ready_unit("ending", "water_rescue", lon=106.50, duty_end="2026-07-29T16:32:00+08:00")
    task = (await scene.task("water_rescue", count=2)).name
    hall = Hall(scene)
    for model in (allocations_pb2.ALLOCATION_MODEL_SLOT, allocations_pb2.ALLOCATION_MODEL_COVER):
        proposal = await hall.ready(model=model)
        assert ({line.unit for line in proposal.lines}, proposal.proven) == ({"units/near"}, True)
        assert [(gap.reason.code, gap.missing, gap.could) for gap in proposal.gaps] == [("GAP_SHIFT_ENDS", 1, 1)]
    pinned = await hall.until(await hall.propose(pinned=[allocations_pb2.UnitTask(unit="units/ending", task=task)]), "failed")
    assert pinned.message.code == "ALLOCATION_PIN_NO_WAY"


async def test_a_commit_counts_the_way_too(start: Start) -> None:
    """62 minutes are left: enough if it were there, too little for one that drives more than two of them."""
    scene = await with_shifts(start)
    await scene.task("water_rescue", count=3)
    proposal = await Hall(scene).ready()
    await scene.register_unit("free", "water_rescue", lon=106.50, duty_end="2026-07-29T16:32:00+08:00", event_id="shift")
    done = await Hall(scene).commit(proposal.name)
    assert {each.unit: each.refusal.code for each in done.outcomes} == {"units/fresh": "", "units/free": "UNIT_SHIFT_ENDS"}


async def test_a_commit_of_which_every_line_is_refused_gives_out_nothing(start: Start) -> None:
    """The task of its explicit need stays a draft and the response does not start; with the first unit that goes it is given out."""
    scene = await open_scene(start)
    await scene.ready_unit("diver", "diving", lon=106.31)
    hall, incidents = Hall(scene), incidents_pb2_grpc.IncidentServiceStub(scene.running.channel)
    before = (await scene.call(incidents.GetIncident, incidents_pb2.GetIncidentRequest(name=scene.incident))).state
    needs = [allocations_pb2.ExplicitNeed(incident=scene.incident, title="潜水", needs=[recommendations_pb2.UnitNeed(code="diving", count=1)])]
    proposal = await hall.ready(needs=needs)
    await scene.register_unit("diver", "diving", lon=106.31, duty_end="2026-07-29T15:40:00+08:00", event_id="ends")
    refused = await hall.commit(proposal.name)
    task = tasks_pb2.GetTaskRequest(name=refused.outcomes[0].task)
    assert (refused.offered, refused.outcomes[0].refusal.code) == (0, "UNIT_SHIFT_ENDS")
    assert (await scene.call(scene.tasks.GetTask, task)).state == tasks_pb2.TASK_STATE_DRAFT
    assert (await scene.call(incidents.GetIncident, incidents_pb2.GetIncidentRequest(name=scene.incident))).state == before
    await scene.register_unit("diver", "diving", lon=106.31, event_id="stays")
    assert (await hall.commit(proposal.name)).offered == 1
    assert (await scene.call(scene.tasks.GetTask, task)).state == tasks_pb2.TASK_STATE_ISSUED


async def test_a_new_task_of_a_one_key_order_is_held_to_it(start: Start) -> None:
    scene = await with_shifts(start)
    new_task = tasks_pb2.Task(kind=tasks_pb2.TASK_KIND_RESCUE, title="搜救")
    order = pb.DispatchOneKeyRequest(incident=scene.incident, new_task=new_task, units=[pb.OneKeyUnit(unit="units/ending"), pb.OneKeyUnit(unit="units/free")])
    answer = await scene.call(scene.assignments.DispatchOneKey, order)
    assert [each.refusal for each in answer.outcomes] == ["UNIT_SHIFT_ENDS", ""]
