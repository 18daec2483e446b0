"""A unit that was made for an exercise plays in that one alone: it is named, proposed and sent for nothing real, and for no other exercise."""

from typing import Any

import pytest

from fenghuo.dispatch.v1 import assignments_pb2 as pb
from fenghuo.dispatch.v1 import recommendations_pb2 as advice
from fenghuo.dispatch.v1 import tasks_pb2
from fenghuo.dispatch.v1 import unit_statuses_pb2 as units
from fenghuo.resources.v1 import unit_events_pb2 as register
from tests.fixtures.service import Start
from tests.integration.dispatch.scene import GULLY, Scene, open_scene, stamp
from tests.integration.dispatch.test_allocation import Hall
from tests.integration.dispatch.test_recommendation import names, recommend


async def with_players(start: Start) -> Scene:
    """One real boat and nearer ones of two exercises."""
    scene = await open_scene(start)
    await scene.ready_unit("real", "water_rescue", lon=106.50)
    await scene.ready_unit("ours", "water_rescue", lon=106.33, exercise_id="ex-1")
    await scene.ready_unit("theirs", "water_rescue", lon=106.31, exercise_id="ex-2")
    return scene


async def test_it_is_marked_and_what_it_does_is_told_as_of_its_exercise(start: Start) -> None:
    scene = await with_players(start)
    shown = {name: await scene.call(scene.units.GetUnitStatus, units.GetUnitStatusRequest(name=f"unitStatuses/{name}")) for name in ("real", "ours")}
    assert {name: each.made_for_exercise for name, each in shown.items()} == {"real": "", "ours": "ex-1"}
    await scene.register_unit("ours", "medical", exercise_id="ex-1", event_id="altered")
    again = await scene.call(scene.units.GetUnitStatus, units.GetUnitStatusRequest(name="unitStatuses/ours"))
    assert again.made_for_exercise == "ex-1"


async def test_what_is_real_is_never_told_to_send_it(start: Start) -> None:
    """An exercise's boat was recommended for a real flood, and the offer to it ran out unanswered."""
    scene = await with_players(start)
    needs = [advice.UnitNeed(code="water_rescue", count=3)]
    task = await scene.task("water_rescue", count=3)
    for asked in ({"task": task.name}, {"incident": scene.incident, "needs": needs}, {"location": task.location, "needs": needs}):
        answer = await recommend(scene, **asked)
        assert (names(answer), [each.unit for each in answer.candidates]) == (["real"], ["units/real"])
        assert (answer.unmet[0].exist, answer.unmet[0].missing) == (1, 2)


async def test_an_exercise_is_told_of_its_own_and_of_the_real_ones(start: Start) -> None:
    scene = await with_players(start)
    await scene.confirm_incident(exercise_id="ex-1")
    task = await scene.task("water_rescue", count=3)
    assert names(await recommend(scene, task=task.name)) == ["ours", "real"]
    assert names(await recommend(scene, incident=scene.incident, needs=[advice.UnitNeed(code="water_rescue", count=1)])) == ["ours"]


@pytest.mark.parametrize(("unit", "exercise"), [("ours", ""), ("theirs", ""), ("theirs", "ex-1")])
async def test_sending_it_elsewhere_is_refused_by_every_way(start: Start, unit: str, exercise: str) -> None:
    scene = await with_players(start)
    if exercise:
        await scene.confirm_incident(exercise_id=exercise)
    task = await scene.task("water_rescue")
    wish: dict[str, Any] = {"unit": f"units/{unit}", "override_reason": "就要这支"}
    reason, details = await scene.refused(scene.assignments.CreateAssignment, pb.CreateAssignmentRequest(task=task.name, **wish))
    assert (reason, details["exercise"]) == ("UNIT_OF_EXERCISE", "ex-1" if unit == "ours" else "ex-2")
    new_task = tasks_pb2.Task(kind=tasks_pb2.TASK_KIND_RESCUE, title="搜救")
    order = pb.DispatchOneKeyRequest(incident=scene.incident, new_task=new_task, units=[pb.OneKeyUnit(**wish)])
    answer = await scene.call(scene.assignments.DispatchOneKey, order)
    assert [each.refusal for each in answer.outcomes] == ["UNIT_OF_EXERCISE"]
    assert await scene.state(unit) == "available"


async def test_it_is_not_turned_from_its_exercise_to_what_is_real(start: Start) -> None:
    scene = await with_players(start)
    real = await scene.task("water_rescue")
    await scene.confirm_incident(exercise_id="ex-1")
    offered = await scene.send("ours", (await scene.task("water_rescue")).name)
    assert offered.exercise_id == "ex-1"
    await scene.accept(offered.name)
    turned = pb.ReassignAssignmentRequest(name=offered.name, task=real.name, reason="真实警情")
    assert (await scene.refused(scene.assignments.ReassignAssignment, turned))[0] == "UNIT_OF_EXERCISE"


async def test_a_wave_proposes_real_ones_and_those_of_its_exercise(start: Start) -> None:
    scene = await with_players(start)
    await scene.task("water_rescue", count=3)
    proposal = await Hall(scene).ready()
    assert [line.unit for line in proposal.lines] == ["units/real"]
    await scene.confirm_incident(exercise_id="ex-1")
    await scene.task("water_rescue", count=3)
    proposal = await Hall(scene).ready(exercise_id="ex-1")
    assert {line.unit for line in proposal.lines} == {"units/ours", "units/real"}


async def test_what_left_the_register_leaves_the_lists_once_it_is_free(start: Start) -> None:
    """Units of exercises long past stood on every board as available."""
    scene = await with_players(start)
    task = await scene.task("water_rescue")
    offered = await scene.send("real", task.name)
    where = [units.PositionReport(unit=f"units/{name}", location=GULLY, locate_time=stamp("2026-07-29T15:30:00+08:00")) for name in ("real", "ours", "theirs")]
    await scene.call(scene.units.ReportPositions, units.ReportPositionsRequest(positions=where), "field_unit")
    for name in ("real", "ours"):
        event = register.UnitEvent(unit_retired=register.UnitRetired(reason="退出"))
        await scene.running.deliver("fenghuo.resources.unit.v1", event, aggregate=f"units/{name}", region_code="640202")

    async def listed() -> tuple[list[str], list[str]]:
        board = await scene.call(scene.units.ListUnitStatuses, units.ListUnitStatusesRequest())
        places = await scene.call(scene.units.ListPositions, units.ListPositionsRequest())
        return [each.unit for each in board.unit_statuses], [each.unit for each in places.positions]

    assert await listed() == (["units/real", "units/theirs"], ["units/real", "units/theirs"])
    await scene.call(scene.assignments.RecallAssignment, pb.AssignmentReasonRequest(name=offered.name, reason="退出"))
    assert await listed() == (["units/theirs"], ["units/theirs"])
    assert await scene.state("real") == "available"  # by its name it is still told
