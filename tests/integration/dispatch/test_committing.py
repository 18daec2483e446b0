"""What a proposal promises is kept when it is asked for and when it is committed: names, each need's own demands, and the way there."""

from pathlib import Path
from typing import Any

from chassis.messages import Catalogue
from chassis.settings import ROOT
from fenghuo.dispatch.v1 import allocations_pb2 as pb
from fenghuo.dispatch.v1 import recommendations_pb2 as advice
from fenghuo.dispatch.v1 import roads_pb2
from fenghuo.dispatch.v1 import tasks_pb2 as tasks
from fenghuo.dispatch.v1 import unit_statuses_pb2 as units
from fenghuo.resources.v1 import teams_pb2
from fenghuo.type.v1 import geo_pb2
from tests.fixtures.service import Start
from tests.integration.dispatch.scene import GULLY, open_scene, stamp
from tests.integration.dispatch.test_allocation import Hall, crowded, pairs
from tests.integration.dispatch.test_roads import close, open_roads, roads, stub

__all__ = ["roads"]


async def refused(hall: Hall, **spec: Any) -> tuple[str, str]:
    """Reason and name told for a proposal that must be refused."""
    reason, details = await hall.scene.refused(hall.stub.ProposeAllocation, pb.ProposeAllocationRequest(spec=pb.AllocationSpec(**spec)))
    return reason, details["name"]


async def test_pins_and_exclusions_name_what_there_is(start: Start) -> None:
    """Unknown units and tasks are refused at once; contradictions are told by the names of unit and task, in both languages."""
    hall = await crowded(start)
    listed = (await hall.scene.call(hall.scene.tasks.ListTasks, tasks.ListTasksRequest())).tasks
    east, west = (next(each.name for each in listed if each.title == title) for title in ("东", "西"))
    assert await refused(hall, forbidden=[pb.UnitTask(unit="units/nobody", task=east)]) == ("ALLOCATION_NAME_UNKNOWN", "units/nobody")
    assert await refused(hall, pinned=[pb.UnitTask(unit="units/near", task="tasks/none")]) == ("ALLOCATION_NAME_UNKNOWN", "tasks/none")
    here, there = pb.UnitTask(unit="units/near", task=east), pb.UnitTask(unit="units/near", task=west)
    bad = await hall.until(await hall.propose(pinned=[here], forbidden=[here]), "failed")
    assert bad.message.zh == "示例near 去“东”既被指定又被排除，不能计算。"
    assert bad.message.en == "示例near is both pinned to and barred from 东."
    bad = await hall.until(await hall.propose(pinned=[here, there]), "failed")
    assert bad.message.zh == "示例near 同时被指定到“东”和“西”，不能计算。"
    bad = await hall.until(await hall.propose(pinned=[pb.UnitTask(unit="units/medic", task=east)]), "failed")
    assert (bad.message.code, bad.message.zh.startswith("示例medic 不具备“东”尚缺的能力")) == ("ALLOCATION_PIN_USELESS", True)
    await hall.scene.report_state("near", "out_of_service", reason="故障")
    bad = await hall.until(await hall.propose(pinned=[here]), "failed")
    assert (bad.message.code, bad.message.zh.startswith("示例near 不可派")) == ("ALLOCATION_PIN_IMPOSSIBLE", True)
    far = pb.UnitTask(unit="units/far", task=west)
    bad = await hall.until(await hall.propose(pinned=[here, far, pb.UnitTask(unit="units/medic", task=west)], forbidden=[far]), "failed")
    assert bad.message.zh == "2 项指定不能执行。又被排除：示例far → 西。力量不可派、无所缺能力或任务不缺力量：示例near → 东。指定到多处：-。"
    assert bad.message.en.startswith("2 pins cannot be kept. Barred too: Far Boat → 西.")


async def test_nobody_made_for_another_exercise_is_pinned(start: Start) -> None:
    """A unit of another exercise exists, but not for this: it is refused by that, at the field that names it."""
    hall = await crowded(start)
    await hall.scene.ready_unit("theirs", "water_rescue", exercise_id="ex-1")
    listed = (await hall.scene.call(hall.scene.tasks.ListTasks, tasks.ListTasksRequest())).tasks
    pins = [pb.UnitTask(unit=f"units/{name}", task=listed[0].name) for name in ("near", "theirs")]
    request = pb.ProposeAllocationRequest(spec=pb.AllocationSpec(pinned=pins))
    reason, details = await hall.scene.refused(hall.stub.ProposeAllocation, request)
    assert (reason, details["unit"], details["exercise"], details["field"]) == ("UNIT_OF_EXERCISE", "units/theirs", "ex-1", "spec.pinned[1].unit")


async def test_every_need_keeps_its_own_demands(start: Start) -> None:
    """A boat with a diver, two boats of any kind, a medic of the highest rank, and pumps only if there are enough: who does not fit stays.

    Before the commit the divers lose their qualification: they still are a boat of any kind. Then both boats are there, and nobody is needed twice.
    """
    scene = await open_scene(start)
    await scene.ready_unit("plain", "water_rescue", lon=106.31)
    await scene.ready_unit("divers", "water_rescue", lon=106.50, qualifications=("diver",))
    await scene.ready_unit("medics", "medical", lon=106.31, team_class=teams_pb2.TEAM_CLASS_VILLAGE)
    await scene.ready_unit("pumps", "drainage", lon=106.31, count=60)
    needs = [
        advice.UnitNeed(code="water_rescue", count=1, qualifications=["diver"]), advice.UnitNeed(code="water_rescue", count=2),
        advice.UnitNeed(code="medical", count=1, min_rank=3), advice.UnitNeed(code="drainage", count=100, whole=True),
    ]  # fmt: skip
    hall = Hall(scene)
    found = await hall.ready(needs=[pb.ExplicitNeed(incident=scene.incident, title="增援", needs=needs)])
    assert pairs(found) == {("plain", "增援"), ("divers", "增援")}
    gaps = {(gap.code, gap.missing, gap.reason.code) for gap in found.gaps}
    assert gaps == {("medical", 1, "GAP_NOT_QUALIFIED"), ("drainage", 100, "GAP_NO_CAPABILITY")}
    assert (found.wanted, found.covered) == (104, 3)
    divers = next(line for line in found.lines if line.unit == "units/divers")
    assert {reason.code for reason in divers.reasons} >= {"RECOMMENDED_SERVES_MORE", "ALLOCATED_NO_OTHER"}
    assert (await hall.commit(found.name)).offered == 2


async def test_who_lost_the_qualification_is_not_sent_for_the_need_that_demands_it(start: Start) -> None:
    scene = await open_scene(start)
    await scene.ready_unit("plain", "water_rescue", lon=106.31)
    await scene.ready_unit("divers", "water_rescue", lon=106.50, qualifications=("diver",))
    needs = [advice.UnitNeed(code="water_rescue", count=1, qualifications=["diver"]), advice.UnitNeed(code="medical", count=1)]
    hall = Hall(scene)
    found = await hall.ready(needs=[pb.ExplicitNeed(incident=scene.incident, title="增援", needs=needs)])
    assert pairs(found) == {("divers", "增援")}
    await scene.register_unit("divers", "water_rescue", lon=106.50)
    outcome = (await hall.commit(found.name)).outcomes[0]
    assert (outcome.refusal.code, outcome.assignment) == ("CAPABILITY", "")


async def test_what_must_be_met_whole_is_not_committed_in_part(start: Start) -> None:
    """Two crews bring the hundred pumps together. While one of them is away the other stays, and so does whoever is chosen alone; then both go."""
    scene = await open_scene(start)
    for name in ("left", "right"):
        await scene.ready_unit(name, "drainage", lon=106.31, count=50)
    await scene.ready_unit("medics", "medical", lon=106.31)
    needs = [advice.UnitNeed(code="drainage", count=100, whole=True), advice.UnitNeed(code="medical", count=1)]
    hall = Hall(scene)
    found = await hall.ready(needs=[pb.ExplicitNeed(incident=scene.incident, title="排涝", needs=needs)])
    assert (found.covered, {unit for unit, _ in pairs(found)}) == (101, {"left", "right", "medics"})
    await scene.report_state("left", "out_of_service", reason="故障")
    answer = await hall.commit(found.name)
    refusals = {each.unit: each.refusal.code for each in answer.outcomes}
    assert refusals == {"units/left": "UNIT_NOT_READY", "units/right": "ALLOCATION_WHOLE_NOT_MET", "units/medics": ""}
    assert await scene.state("right") == "available"
    await scene.report_state("left", "available")
    alone = next(line.number for line in found.lines if line.unit == "units/left")
    assert [each.refusal.code for each in (await hall.commit(found.name, alone)).outcomes] == ["ALLOCATION_WHOLE_NOT_MET"]
    both = await hall.commit(found.name)
    assert (both.offered, both.refused) == (2, 0)


async def test_a_line_whose_way_was_closed_is_refused_for_itself(start: Start, roads: Path) -> None:
    """The ford is closed after the proposal: the boat behind it would come much later and stays, the other goes; when the ford opens, it goes too."""
    scene = await open_roads(start, roads)
    await scene.task("water_rescue", title="转移", count=2, location=GULLY)
    hall = Hall(scene)
    found = await hall.ready()
    assert pairs(found) == {("east", "转移"), ("west", "转移")}
    closed = await close(scene)
    answer = await hall.commit(found.name)
    refusals = {each.unit: each.refusal for each in answer.outcomes}
    assert (answer.offered, answer.refused, refusals["units/west"].code) == (1, 1, "")
    assert refusals["units/east"].code == "ALLOCATION_WAY_LONGER"
    assert refusals["units/east"].zh.startswith("示例east 到“转移”原需约")
    assert "would now take about" in refusals["units/east"].en
    around = roads_pb2.RoadStretch(points=[geo_pb2.Point(lon=106.36, lat=39.01)], radius_m=200)
    both = await close(scene, stretch=around)
    assert [each.refusal.code for each in (await hall.commit(found.name)).outcomes] == ["ALLOCATION_WAY_CLOSED"]
    for name in (closed.name, both.name):
        await scene.call(stub(scene).LiftRoadClosure, roads_pb2.LiftRoadClosureRequest(name=name, reason="水退"))
    again = await hall.commit(found.name)
    assert [(each.unit, each.refusal.code) for each in again.outcomes] == [("units/east", "")]


async def test_a_unit_that_is_elsewhere_by_now_is_not_sent(start: Start) -> None:
    """It told another position since: it would come much later than was proposed."""
    hall = await crowded(start)
    found = await hall.ready()
    where = units.PositionReport(unit="units/far", location=geo_pb2.Point(lon=107.2, lat=39.6), locate_time=stamp("2026-07-29T15:30:00+08:00"))
    await hall.scene.call(hall.scene.units.ReportPositions, units.ReportPositionsRequest(positions=[where]), "field_unit")
    answer = await hall.commit(found.name)
    assert {each.unit: each.refusal.code for each in answer.outcomes} == {"units/near": "", "units/medic": "", "units/far": "ALLOCATION_WAY_LONGER"}


async def test_what_a_cancelled_proposal_cannot_is_said_in_a_whole_sentence(start: Start) -> None:
    hall = await crowded(start)
    found = await hall.ready()
    await hall.scene.call(hall.stub.CancelAllocationProposal, pb.CancelAllocationProposalRequest(name=found.name))
    reason, details = await hall.scene.refused(hall.stub.CommitAllocation, pb.CommitAllocationRequest(name=found.name))
    texts = Catalogue.load(ROOT / "messages")
    assert texts.text(reason, "zh", details) == "力量分配方案 处于“已取消”状态，不能执行；现在可以：无。"
    assert texts.text(reason, "en", details) == "The allocation proposal is cancelled; commit is not possible. Possible now: nothing."
