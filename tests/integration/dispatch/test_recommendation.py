"""Whom to send: the answer is the brute-force best on the sample, keeps up with every change, says why, and going against it takes a reason."""

import itertools
import random
from typing import Any

import numpy as np

from fenghuo.dispatch.v1 import allocation_events_pb2, recommendations_pb2_grpc
from fenghuo.dispatch.v1 import assignments_pb2 as assignments
from fenghuo.dispatch.v1 import recommendations_pb2 as pb
from fenghuo.dispatch.v1 import tasks_pb2 as tasks
from fenghuo.dispatch.v1 import unit_statuses_pb2 as units
from fenghuo.type.v1 import geo_pb2
from services.dispatch.solver.travel import Affine
from services.dispatch.solver.travel.places import Places
from tests.fixtures.service import Start
from tests.integration.dispatch.scene import GULLY, NOON, Scene, open_scene, stamp


async def recommend(scene: Scene, **asked: Any) -> Any:
    """Ask as the duty officer."""
    stub = recommendations_pb2_grpc.RecommendationServiceStub(scene.running.channel)
    request = pb.RecommendUnitsRequest(**asked)
    return await stub.RecommendUnits(request, metadata=scene.running.metadata("duty_officer"), timeout=120)


def names(answer: Any) -> list[str]:
    """Units of the set."""
    return [each.unit.removeprefix("units/") for each in answer.units]


async def test_the_nearest_is_named_with_its_reasons(start: Start) -> None:
    scene = await open_scene(start)
    await scene.ready_unit("far", "water_rescue", lon=106.60)
    await scene.ready_unit("near", "water_rescue", lon=106.33)
    await scene.ready_unit("medic", "medical", lon=106.31)
    task = await scene.task("water_rescue")
    answer = await recommend(scene, task=task.name)
    assert names(answer) == ["near"]
    best = answer.units[0]
    assert best.next_unit == "units/far"
    assert best.travel_s < best.next_travel_s
    reasons = {each.code: each for each in best.reasons}
    assert set(reasons) == {"RECOMMENDED_NEAREST_BY_ESTIMATE", "RECOMMENDED_NEXT_BEST", "RECOMMENDED_LEAVES", "RECOMMENDED_FROM_HOME"}
    assert not any(each.position_stale for each in (best, *answer.candidates)), "a unit that never had a position has no old one"
    assert reasons["RECOMMENDED_NEAREST_BY_ESTIMATE"].zh.startswith("2 支可派的水域救援力量中最近")
    assert reasons["RECOMMENDED_NEAREST_BY_ESTIMATE"].en.startswith("nearest of 2 with water rescue, about ")
    assert all("{" not in each.zh + each.en for each in best.reasons)
    assert (answer.travel.source, answer.travel.error_low, answer.proven) == (pb.TRAVEL_SOURCE_ESTIMATE, 0.13, True)
    assert [each.unit for each in answer.candidates] == ["units/near", "units/far"]
    assert [list(each.units) for each in answer.alternatives] == [["units/far"]]


async def test_a_reason_names_other_units_in_its_own_language(start: Start) -> None:
    """The English reason showed the Chinese name of the next best unit."""
    scene = await open_scene(start)
    await scene.ready_unit("near", "water_rescue", lon=106.33, name_en="Boat One")
    await scene.ready_unit("far", "water_rescue", lon=106.60, name_en="Boat Two")
    reasons = {each.code: each for each in (await recommend(scene, task=(await scene.task("water_rescue")).name)).units[0].reasons}
    assert reasons["RECOMMENDED_NEXT_BEST"].en.startswith("next best Boat Two, ")
    assert reasons["RECOMMENDED_NEXT_BEST"].zh.startswith("次选 示例far，")


async def test_what_is_missing_is_counted_over_the_own_units_only(start: Start) -> None:
    """It told how many units of other districts could do it, and that none of them was free."""
    scene = await open_scene(start)
    await scene.ready_unit("ours", "water_rescue", lon=106.33)
    for number in range(3):
        await scene.ready_unit(f"theirs-{number}", "water_rescue", "medical", region_code="640221")
    lacking = (await recommend(scene, task=(await scene.task("medical")).name)).unmet[0]
    assert (lacking.exist, lacking.could_go, lacking.reason.code) == (0, 0, "UNMET_NONE_EXIST")
    short = (await recommend(scene, task=(await scene.task("water_rescue", count=2)).name)).unmet[0]
    assert (short.exist, short.could_go, short.missing) == (1, 1, 1)


async def test_it_follows_every_change(start: Start) -> None:
    """State, register, position, an offer, its refusal: each is in the next answer."""
    scene = await open_scene(start)
    await scene.ready_unit("a", "water_rescue", lon=106.33)
    await scene.ready_unit("b", "water_rescue", lon=106.40)
    await scene.ready_unit("c", "water_rescue", lon=106.50)
    task = await scene.task("water_rescue")
    assert names(await recommend(scene, task=task.name)) == ["a"]
    await scene.report_state("a", "out_of_service", reason="故障")
    assert names(await recommend(scene, task=task.name)) == ["b"]
    where = units.PositionReport(unit="units/c", location=geo_pb2.Point(lon=106.301, lat=39.05), locate_time=stamp("2026-07-29T15:30:00+08:00"))
    await scene.call(scene.units.ReportPositions, units.ReportPositionsRequest(positions=[where]), "field_unit")
    answer = await recommend(scene, task=task.name)
    assert (names(answer), answer.units[0].position_stale) == (["c"], False)
    scene.running.set_clock("2026-07-29T15:40:01+08:00")
    answer = await recommend(scene, task=task.name)
    assert (names(answer), {each.unit: each.position_stale for each in answer.candidates}) == (["b"], {"units/b": False, "units/c": True})
    scene.running.set_clock(NOON)
    await scene.register_unit("c", "medical", lon=106.50, event_id="changed")
    assert names(await recommend(scene, task=task.name)) == ["b"]
    offered = await scene.send("b", task.name)
    assert names(await recommend(scene, task=task.name)) == []
    await scene.call(scene.assignments.DeclineAssignment, assignments.AssignmentReasonRequest(name=offered.name, reason="道路中断"), "field_unit")
    answer = await recommend(scene, task=task.name)
    assert names(answer) == []
    assert [each.reason.code for each in answer.unmet] == ["UNMET_SEVERAL"]  # one declined, the other is out of service
    await scene.report_state("a", "available")
    assert names(await recommend(scene, task=task.name)) == ["a"]


async def test_it_equals_brute_force(start: Start) -> None:
    """Twelve units, three capabilities, two needs: the set is the best of every set there is, by the same times."""
    scene = await open_scene(start)
    rng = random.Random(7)
    known: dict[str, tuple[set[str], float, float]] = {}
    for at in range(12):
        codes = set(rng.sample(["water_rescue", "medical", "search"], rng.randint(1, 2)))
        lon, lat = rng.uniform(106.2, 106.5), rng.uniform(38.9, 39.2)
        known[f"u{at}"] = codes, lon, lat
        await scene.ready_unit(f"u{at}", *sorted(codes), lon=lon, lat=lat)
    places = Places.of([each[1] for each in known.values()], [each[2] for each in known.values()])
    seconds = dict(zip(known, Affine().times(places, Places.of(GULLY.lon, GULLY.lat))[:, 0].tolist(), strict=True))
    wanted = {"water_rescue": 2, "medical": 1}

    def covers(chosen: tuple[str, ...]) -> bool:
        return all(sum(code in known[unit][0] for unit in chosen) >= count for code, count in wanted.items())

    best = min(sum(seconds[unit] for unit in chosen) for size in range(1, 5) for chosen in itertools.combinations(known, size) if covers(chosen))
    answer = await recommend(scene, incident=scene.incident, needs=[pb.UnitNeed(code=code, count=count) for code, count in wanted.items()])
    assert covers(tuple(names(answer)))
    assert np.isclose(sum(each.travel_s for each in answer.units), best, rtol=1e-9)
    assert answer.proven
    assert answer.bound_s <= answer.objective_s


async def test_what_cannot_be_met_says_why(start: Start) -> None:
    scene = await open_scene(start)
    await scene.ready_unit("boat", "water_rescue")
    await scene.report_state("boat", "resting")
    asked = [pb.UnitNeed(code="water_rescue", count=1), pb.UnitNeed(code="hazmat", count=2), pb.UnitNeed(code="water_rescue", count=1, min_rank=3)]
    answer = await recommend(scene, location=GULLY, needs=asked)
    assert [each.reason.code for each in answer.unmet] == ["UNMET_ALL_RESTING", "UNMET_NONE_EXIST", "UNMET_ALL_RESTING"]
    assert answer.unmet[1].reason.zh == "辖区内没有登记具备危化处置能力的力量，缺 2。"
    assert list(answer.missing) == ["water_rescue", "hazmat", "water_rescue"]


async def test_going_against_the_advice_takes_a_reason(start: Start) -> None:
    scene = await open_scene(start)
    await scene.ready_unit("near", "water_rescue", lon=106.33)
    await scene.ready_unit("far", "water_rescue", lon=106.60)
    task = await scene.task("water_rescue")
    assert names(await recommend(scene, task=task.name)) == ["near"]
    request = assignments.CreateAssignmentRequest(task=task.name, unit="units/far")
    assert (await scene.refused(scene.assignments.CreateAssignment, request))[0] == "OVERRIDE_REASON_NEEDED"
    assert names(await recommend(scene, task=task.name, location={"lon": 106.60, "lat": 39.05})) == ["far"], "asked somewhere else: no advice on the task"
    assert (await scene.refused(scene.assignments.CreateAssignment, request))[0] == "OVERRIDE_REASON_NEEDED"
    sent = await scene.send("far", task.name, override_reason="近队另有安排")
    assert (sent.overridden, list(sent.recommended)) == (True, ["units/near"])
    other = await scene.task("water_rescue")
    assert (await scene.send("near", other.name)).overridden is False
    events = await scene.running.published("fenghuo.dispatch.allocation.v1", allocation_events_pb2.AllocationEvent)
    assert [(each.override_recorded.unit, list(each.override_recorded.recommended), each.override_recorded.reason) for each in events] == [
        ("units/far", ["units/near"], "近队另有安排")
    ]
    stub = recommendations_pb2_grpc.RecommendationServiceStub(scene.running.channel)
    told = await scene.call(stub.GetOverrideStatistics, pb.GetOverrideStatisticsRequest(incident=scene.incident))
    assert (told.offers, told.advised, told.not_recommended, told.without_capability) == (2, 1, 1, 0)
    assert [(each.dispatcher, each.not_recommended) for each in told.dispatchers] == [("user:duty_officer", 1)]


async def one_key(scene: Scene, unit: str, code: str, **rest: Any) -> Any:
    """Send a unit to a new task of the incident, as the page does."""
    need = [tasks.CapabilityNeed(code=code, count=1)] if code else []
    task = tasks.Task(kind=tasks.TASK_KIND_RESCUE, title="搜救", needs=need)
    order = assignments.DispatchOneKeyRequest(incident=scene.incident, new_task=task, units=[assignments.OneKeyUnit(unit=f"units/{unit}", **rest)])
    return await scene.call(scene.assignments.DispatchOneKey, order)


async def test_refusals_call_units_by_their_names(start: Start) -> None:
    """They said `units/near`, and one key only the code: nobody at a desk knows units by their ids."""
    scene = await open_scene(start)
    await scene.ready_unit("near", "water_rescue", lon=106.33, name_en="Boat One")
    await scene.ready_unit("second", "water_rescue", lon=106.34)
    await scene.ready_unit("far", "water_rescue", lon=106.60, name_en="Boat Three")
    asked = {"incident": scene.incident, "needs": [pb.UnitNeed(code="water_rescue", count=2)]}
    assert [each.display_name_en for each in (await recommend(scene, **asked)).units] == ["Boat One", ""]
    told = (await one_key(scene, "far", "water_rescue")).outcomes[0]
    assert (told.reason.code, told.details["unit"], told.details["recommended"]) == ("OVERRIDE_REASON_NEEDED", "units/far", "units/near, units/second")
    assert told.reason.zh == "系统刚为该任务推荐了 示例near、示例second；改派 示例far 须写明理由。"
    assert told.reason.en == "Recommended for this task of late: Boat One, 示例second. Say why Boat Three is sent instead."
    assert (await one_key(scene, "near", "water_rescue")).outcomes[0].HasField("reason") is False
    busy = (await one_key(scene, "near", "water_rescue")).outcomes[0].reason
    assert (busy.zh[:7], busy.en[:17]) == ("示例near ", "Boat One is taken")


async def counted(scene: Scene) -> tuple[int, int, int, int]:
    """Offers, advised, not recommended, without the capability."""
    stub = recommendations_pb2_grpc.RecommendationServiceStub(scene.running.channel)
    found = await scene.call(stub.GetOverrideStatistics, pb.GetOverrideStatisticsRequest())
    return found.offers, found.advised, found.not_recommended, found.without_capability


async def test_what_was_recommended_for_an_incident_holds_against_its_new_task(start: Start) -> None:
    """The page asks by incident and needs: going against that answer took no reason and was never counted."""
    scene = await open_scene(start)
    await scene.ready_unit("near", "water_rescue", lon=106.33)
    await scene.ready_unit("far", "water_rescue", lon=106.60)
    await scene.ready_unit("medic", "medical", lon=106.31)
    await scene.ready_unit("other", "medical", lon=106.41)
    asked = {"incident": scene.incident, "needs": [pb.UnitNeed(code="water_rescue", count=1)]}
    assert names(await recommend(scene, **asked)) == ["near"]
    refused = await one_key(scene, "far", "water_rescue")
    assert [each.refusal for each in refused.outcomes] == ["OVERRIDE_REASON_NEEDED"]
    again = assignments.DispatchOneKeyRequest(incident=scene.incident, task=refused.task.name, units=[assignments.OneKeyUnit(unit="units/far")])
    assert [each.refusal for each in (await scene.call(scene.assignments.DispatchOneKey, again)).outcomes] == ["OVERRIDE_REASON_NEEDED"]
    assert (await one_key(scene, "other", "medical")).offered == 1  # nobody asked for that
    assert await counted(scene) == (1, 0, 0, 0)
    sent = (await one_key(scene, "far", "water_rescue", override_reason="近队另有安排")).outcomes[0].assignment
    assert (sent.overridden, list(sent.recommended), list(sent.lacked)) == (True, ["units/near"], [])
    assert await counted(scene) == (2, 1, 1, 0)
    assert (await one_key(scene, "near", "water_rescue")).offered == 1
    assert await counted(scene) == (3, 2, 1, 0)


async def test_setting_the_best_aside_is_recorded_and_counted(start: Start) -> None:
    """Who declined the best one himself and sent the next went against the advice without a word, and nobody could count it."""
    scene = await open_scene(start)
    for name, lon in (("near", 106.33), ("next", 106.36), ("third", 106.40)):
        await scene.ready_unit(name, "water_rescue", lon=lon)
    await scene.ready_unit("rests", "water_rescue", lon=106.35)
    await scene.report_state("rests", "resting")
    first, second = await scene.task("water_rescue"), await scene.task("water_rescue", title="另")
    declined = ["units/near", "units/rests", "units/nobody"]
    advice = await recommend(scene, task=first.name, declined=declined, declined_reason="电话说车坏了")
    assert (names(advice), list(advice.set_aside)) == (["next"], ["units/near"])
    sent = await scene.send("next", first.name)
    assert (sent.overridden, list(sent.set_aside), sent.set_aside_reason) == (False, ["units/near"], "电话说车坏了")
    offered = await scene.send("near", second.name)
    await scene.call(scene.assignments.DeclineAssignment, assignments.AssignmentReasonRequest(name=offered.name, reason="车坏了"), "field_unit")
    advice = await recommend(scene, task=second.name, declined=["units/near"])
    assert (names(advice), list(advice.set_aside)) == (["third"], [])  # it said so itself: nobody set it aside
    assert list((await scene.send("third", second.name)).set_aside) == []
    stub = recommendations_pb2_grpc.RecommendationServiceStub(scene.running.channel)
    for incident in ("", scene.incident):
        told = await scene.call(stub.GetOverrideStatistics, pb.GetOverrideStatisticsRequest(incident=incident))
        assert (told.offers, told.not_recommended, told.set_aside) == (3, 0, 1)
        assert [(each.dispatcher, each.set_aside) for each in told.dispatchers] == [("user:duty_officer", 1)]


async def test_setting_aside_for_a_new_task_is_recorded_too(start: Start) -> None:
    """The page asks by incident: 去不了，换一支, then one key."""
    scene = await open_scene(start)
    await scene.ready_unit("near", "water_rescue", lon=106.33)
    await scene.ready_unit("next", "water_rescue", lon=106.36)
    asked = {"incident": scene.incident, "needs": [pb.UnitNeed(code="water_rescue", count=1)]}
    await recommend(scene, **asked)
    await recommend(scene, **asked, declined=["units/near"])
    sent = (await one_key(scene, "next", "water_rescue")).outcomes[0].assignment
    assert (sent.overridden, list(sent.set_aside), sent.set_aside_reason) == (False, ["units/near"], "")


async def test_advice_on_any_unit_holds_for_no_need_that_it_did_not_know(start: Start) -> None:
    scene = await open_scene(start)
    await scene.ready_unit("near", "water_rescue", lon=106.301)
    await scene.ready_unit("far", "water_rescue", lon=106.60)
    await scene.ready_unit("medic", "medical", lon=106.41)
    assert names(await recommend(scene, incident=scene.incident)) == ["near"]
    assert (await one_key(scene, "medic", "medical")).offered == 1
    assert [each.refusal for each in (await one_key(scene, "far", "")).outcomes] == ["OVERRIDE_REASON_NEEDED"]
    assert names(await recommend(scene, incident=scene.incident, needs=[pb.UnitNeed(code="water_rescue", count=1)])) == ["near"]
    assert [each.refusal for each in (await one_key(scene, "far", "water_rescue")).outcomes] == ["OVERRIDE_REASON_NEEDED"]


async def test_advice_for_an_incident_is_spent_once_nobody_of_it_is_free(start: Start) -> None:
    """Whoever sent the recommended unit and makes one more task need not explain why the same unit does not go twice."""
    scene = await open_scene(start)
    await scene.ready_unit("near", "water_rescue", lon=106.33)
    await scene.ready_unit("far", "water_rescue", lon=106.60)
    assert names(await recommend(scene, incident=scene.incident, needs=[pb.UnitNeed(code="water_rescue", count=1)])) == ["near"]
    assert (await one_key(scene, "near", "water_rescue")).offered == 1
    assert (await one_key(scene, "far", "water_rescue")).offered == 1
    assert await counted(scene) == (2, 1, 0, 0)


async def test_a_unit_without_the_capability_is_counted_as_that(start: Start) -> None:
    """A reason was counted as a lacking capability, whatever it explained; exercises are counted apart."""
    scene = await open_scene(start)
    await scene.ready_unit("near", "water_rescue", lon=106.33)
    await scene.ready_unit("medic", "medical", lon=106.31)
    sent = (await one_key(scene, "medic", "water_rescue", override_reason="只做警戒")).outcomes[0].assignment
    assert (sent.overridden, list(sent.lacked)) == (False, ["water_rescue"])
    assert (await one_key(scene, "near", "water_rescue", override_reason="写了也无妨")).offered == 1
    assert await counted(scene) == (2, 0, 0, 1)
    await scene.confirm_incident(exercise_id="ex-1")
    await scene.ready_unit("player", "medical", exercise_id="ex-1")
    assert (await one_key(scene, "player", "water_rescue", override_reason="演练")).offered == 1
    assert await counted(scene) == (2, 0, 0, 1)
    stub = recommendations_pb2_grpc.RecommendationServiceStub(scene.running.channel)
    found = await scene.call(stub.GetOverrideStatistics, pb.GetOverrideStatisticsRequest(exercise_id="ex-1"))
    assert (found.offers, found.without_capability) == (1, 1)
