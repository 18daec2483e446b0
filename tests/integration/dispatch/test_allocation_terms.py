"""Latest arrivals, crews that go together or not at all, and teams that act together: asked for, refused by field, kept when computed and committed."""

from typing import Any

from fenghuo.dispatch.v1 import allocations_pb2 as pb
from fenghuo.dispatch.v1 import recommendations_pb2 as advice
from fenghuo.dispatch.v1 import tasks_pb2 as tasks
from tests.fixtures.service import Start
from tests.integration.dispatch.scene import open_scene, stamp
from tests.integration.dispatch.test_allocation import Hall, crowded, pairs

SLOT, COVER = pb.ALLOCATION_MODEL_SLOT, pb.ALLOCATION_MODEL_COVER


async def named(hall: Hall, title: str) -> str:
    """The task of a title."""
    listed = (await hall.scene.call(hall.scene.tasks.ListTasks, tasks.ListTasksRequest())).tasks
    return next(str(each.name) for each in listed if each.title == title)


async def refused(hall: Hall, **spec: Any) -> tuple[str, str]:
    """Reason and field of a proposal that must be refused."""
    reason, details = await hall.scene.refused(hall.stub.ProposeAllocation, pb.ProposeAllocationRequest(spec=pb.AllocationSpec(**spec)))
    return reason, details["field"]


async def test_who_cannot_be_there_in_time_stays_and_it_is_said(start: Start) -> None:
    """It is half past three. Ten minutes are too few for the far boat; nobody is there within one. The proposal shows what was asked."""
    hall = await crowded(start)
    east = await named(hall, "东")
    barred = [pb.UnitTask(unit="units/near", task=east)]
    for model in (SLOT, COVER):
        by = pb.TaskTerms(task=east, needs=[pb.ArrivalTerms(code="water_rescue", latest_arrive_time=stamp("2026-07-29T15:31:00+08:00"))])
        found = await hall.ready(terms=[by], forbidden=barred, model=model)
        assert pairs(found) == {("near", "西"), ("medic", "西")}
        assert [(gap.task, gap.reason.code, gap.could) for gap in found.gaps] == [(east, "GAP_NOBODY_BY", 0)]
        assert found.gaps[0].reason.zh == "没有水域救援力量能在 15:31 前赶到，缺 1。"
        assert "by 15:31" in found.gaps[0].reason.en
        assert list(found.spec.terms) == [by]
    later = pb.TaskTerms(task=east, needs=[pb.ArrivalTerms(latest_arrive_time=stamp("2026-07-29T17:30:00+08:00"))])
    found = await hall.ready(terms=[later])
    assert (("far", "东") in pairs(found), found.proven, found.warm) == (True, True, False)


async def test_a_crew_goes_together_or_stays(start: Start) -> None:
    """Three boats together or none: with two free none goes. With three all go, but not one alone, and not when it is too late by then."""
    scene = await open_scene(start)
    for number in range(2):
        await scene.ready_unit(f"boat-{number}", "water_rescue", lon=106.33 + number / 100)
    task = await scene.task("water_rescue", title="搜救", count=3)
    hall = Hall(scene)
    crew = [pb.TaskTerms(task=task.name, needs=[pb.ArrivalTerms(least_units=3, latest_arrive_time=stamp("2026-07-29T15:45:00+08:00"))])]
    for model in (SLOT, COVER):
        found = await hall.ready(terms=crew, model=model)
        assert (found.sent, found.covered, [gap.reason.code for gap in found.gaps]) == (0, 0, ["GAP_NO_CAPABILITY"])
    await scene.ready_unit("boat-2", "water_rescue", lon=106.35)
    found = await hall.ready(terms=crew, model=SLOT)
    assert (found.sent, found.covered, found.proven) == (3, 3, True)
    alone = await hall.commit(found.name, 1)
    assert [each.refusal.code for each in alone.outcomes] == ["ALLOCATION_CREW_INCOMPLETE"]
    assert "{" not in alone.outcomes[0].refusal.zh + alone.outcomes[0].refusal.en
    scene.running.set_clock("2026-07-29T15:44:50+08:00")
    late = await hall.commit(found.name)
    assert {each.refusal.code for each in late.outcomes} == {"ALLOCATION_TOO_LATE"}
    scene.running.set_clock("2026-07-29T15:31:00+08:00")
    assert (await hall.commit(found.name)).offered == 3


async def test_teams_that_act_together_wait_for_nobody_far(start: Start) -> None:
    """The nearest boat serves the graver task; where two act together it is worth more than a crew that comes half an hour later."""
    scene = await open_scene(start)
    await scene.ready_unit("left", "water_rescue", lon=106.31)
    await scene.ready_unit("right", "water_rescue", lon=106.32)
    await scene.ready_unit("far", "water_rescue", lon=106.60)
    pair = await scene.task("water_rescue", title="对", count=2)
    await scene.task("water_rescue", title="单", location={"lon": 106.31, "lat": 39.05})
    hall = Hall(scene)
    alone = await hall.ready(model=SLOT)
    together = await hall.ready(model=SLOT, terms=[pb.TaskTerms(task=pair.name, last_arrival_weight=10)])
    assert {unit for unit, title in pairs(together) if title == "对"} == {"left", "right"}
    assert together.objective > alone.objective
    assert together.proven


async def test_terms_of_explicit_needs(start: Start) -> None:
    """A need that no task states has terms of its own."""
    hall = await crowded(start)
    need = pb.ExplicitNeed(
        incident=hall.scene.incident, title="增援", needs=[advice.UnitNeed(code="medical", count=2)], terms=[pb.ArrivalTerms(code="medical", least_units=2)],
        last_arrival_weight=1,
    )  # fmt: skip
    found = await hall.ready(needs=[need])
    assert [(gap.title, gap.missing) for gap in found.gaps if gap.title == "增援"] == [("增援", 2)]
    assert list(found.spec.needs) == [need]


async def test_contradictions_are_refused_by_their_field(start: Start) -> None:
    hall = await crowded(start)
    east = await named(hall, "东")

    def terms(**given: Any) -> list[pb.TaskTerms]:
        return [pb.TaskTerms(task=east, needs=[pb.ArrivalTerms(**given)])]

    assert await refused(hall, terms=terms(least_units=2)) == ("ALLOCATION_LEAST_TOO_MANY", "spec.terms[0].needs[0].least_units")
    past = stamp("2026-07-29T15:00:00+08:00")
    assert await refused(hall, terms=terms(latest_arrive_time=past)) == ("ALLOCATION_LATEST_PAST", "spec.terms[0].needs[0].latest_arrive_time")
    assert await refused(hall, terms=terms(code="medical")) == ("ALLOCATION_NO_SUCH_NEED", "spec.terms[0].needs[0].code")
    assert await refused(hall, terms=terms() + terms()) == ("ALLOCATION_TERM_TWICE", "spec.terms[1].task")
    assert await refused(hall, terms=[pb.TaskTerms(task="tasks/none")]) == ("ALLOCATION_NAME_UNKNOWN", "spec.terms[0].task")
    need = pb.ExplicitNeed(incident=hall.scene.incident, title="增援", needs=[advice.UnitNeed(code="medical", count=1)], terms=[pb.ArrivalTerms(least_units=2)])
    assert await refused(hall, needs=[need]) == ("ALLOCATION_LEAST_TOO_MANY", "spec.needs[0].terms[0].least_units")
