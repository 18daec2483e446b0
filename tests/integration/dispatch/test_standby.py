"""Where idle units should wait: the advice is for the caller's own idle units, by where incidents were, sealed by exercise, and says why when it has none."""

import asyncio
import threading
from typing import Any

import pytest

from fenghuo.dispatch.v1 import incidents_pb2, incidents_pb2_grpc, recommendations_pb2_grpc
from fenghuo.dispatch.v1 import recommendations_pb2 as pb
from fenghuo.dispatch.v1 import unit_statuses_pb2 as units
from fenghuo.type.v1 import geo_pb2
from services.dispatch.use_cases import standby_layout
from tests.fixtures.service import Start
from tests.integration.dispatch.scene import Scene, open_scene, stamp

WEST, EAST, FAR_EAST = 106.20, 106.45, 106.60


async def advise(scene: Scene, **asked: Any) -> Any:
    """Ask as the duty officer, of medical crews where nothing else is said."""
    stub = recommendations_pb2_grpc.RecommendationServiceStub(scene.running.channel)
    return await stub.AdviseRedeployment(
        pb.AdviseRedeploymentRequest(**{"capability": "medical"} | asked), metadata=scene.running.metadata("duty_officer"), timeout=120
    )


async def incident(scene: Scene, lon: float, exercise_id: str = "", occurred: str = "2026-07-29T15:00:00+08:00") -> None:
    """A confirmed incident somewhere."""
    stub = incidents_pb2_grpc.IncidentServiceStub(scene.running.channel)
    request = incidents_pb2.RegisterIncidentRequest(
        title="火情", event_code="11A51", region_code="640202", source=incidents_pb2.INCIDENT_SOURCE_PHONE, location=geo_pb2.Point(lon=lon, lat=39.01),
        exercise_id=exercise_id,
    )  # fmt: skip
    request.occur_time.CopyFrom(stamp(occurred))
    made = await scene.call(stub.RegisterIncident, request)
    await scene.call(stub.ConfirmIncident, incidents_pb2.ConfirmIncidentRequest(name=made.name))


async def with_a_gap(start: Start) -> Scene:
    """Two crews wait in the west; the one in the east is out, where as many incidents were."""
    scene = await open_scene(start)
    for name in ("west-1", "west-2"):
        await scene.ready_unit(name, "medical", "fire_suppression", lon=WEST, name_en=f"Crew {name}")
    await scene.ready_unit("east-1", "medical", lon=EAST)
    for lon in (EAST, EAST, WEST, WEST):
        await incident(scene, lon)
    await scene.to_work("east-1", (await scene.task("medical")).name)
    return scene


async def test_one_of_two_crews_is_to_wait_where_nobody_is_left(start: Start) -> None:
    scene = await with_a_gap(start)
    answer = await advise(scene)
    assert (len(answer.moves), answer.considered, answer.standard_s, answer.HasField("nothing")) == (1, 2, 480.0, False)
    move = answer.moves[0]
    start_post, goal = answer.posts[move.from_post], answer.posts[move.to_post]
    assert (start_post.location.lon, goal.location.lon) == (WEST, EAST)
    assert (start_post.before, start_post.after, goal.before, goal.after) == (2, 1, 0, 1)
    name = move.unit.removeprefix("units/")
    assert name in ("west-1", "west-2")
    assert (move.display_name, move.display_name_en, move.position_stale) == (f"示例{name}", f"Crew {name}", False)
    assert 60 < move.drive_s < 3600
    assert answer.after.covered > answer.before.covered
    assert answer.after.late < answer.before.late
    reasons = {each.code: each for each in move.reasons}
    assert set(reasons) == {"REDEPLOY_MOVE", "REDEPLOY_COVERS", "RECOMMENDED_FROM_HOME"}
    assert reasons["REDEPLOY_MOVE"].zh.startswith("由示例west-1驻地（")
    assert reasons["REDEPLOY_MOVE"].en.startswith("from the home of Crew west-1 (")
    assert all("{" not in each.zh + each.en for each in move.reasons)
    assert "5 起事件" in answer.demand.zh  # the scene's own, two in the west and two in the east


async def test_it_binds_nobody_and_once_followed_there_is_no_more_to_gain(start: Start) -> None:
    """The unit reports where it waits; it is as free as before, and is advised back as little as on."""
    scene = await with_a_gap(start)
    unit = (await advise(scene)).moves[0].unit
    assert await scene.state(unit.removeprefix("units/")) == "available"
    where = units.PositionReport(unit=unit, location=geo_pb2.Point(lon=EAST, lat=39.01), locate_time=stamp("2026-07-29T15:30:00+08:00"))
    await scene.call(scene.units.ReportPositions, units.ReportPositionsRequest(positions=[where]), "field_unit")
    answer = await advise(scene)
    assert (list(answer.moves), answer.nothing.code) == ([], "REDEPLOY_NONE_GAINS")
    assert sorted((post.location.lon, post.before) for post in answer.posts) == [(WEST, 1), (EAST, 1)]


async def test_who_is_not_idle_or_lacks_the_capability_or_is_another_districts_is_not_moved(start: Start) -> None:
    scene = await with_a_gap(start)
    assert (await advise(scene, capability="fire_suppression")).considered == 2
    none = await advise(scene, capability="diving")
    assert (none.considered, none.nothing.code, none.nothing.en.startswith("No unit")) == (0, "REDEPLOY_NO_UNITS", True)
    await scene.ready_unit("theirs", "medical", lon=FAR_EAST, region_code="640221")
    await scene.report_state("west-1", "resting")
    await scene.register_unit("west-2", "medical", lon=WEST, duty_end="2026-07-29T15:45:00+08:00", event_id="ends")
    answer = await advise(scene)
    assert (answer.considered, answer.nothing.code) == (0, "REDEPLOY_NO_UNITS")


async def test_advice_is_for_one_capability(start: Start) -> None:
    """Of any unit at all, an ambulance was sent to stand in for a fire crew."""
    scene = await open_scene(start)
    stub = recommendations_pb2_grpc.RecommendationServiceStub(scene.running.channel)
    reason, details = await scene.refused(stub.AdviseRedeployment, pb.AdviseRedeploymentRequest())
    assert (reason, details["field"]) == ("INVALID_REQUEST", "capability")


async def test_an_exercise_sees_its_own_incidents_and_units_and_nothing_real_does(start: Start) -> None:
    scene = await with_a_gap(start)
    real = await advise(scene)
    await scene.ready_unit("player", "medical", lon=FAR_EAST, exercise_id="ex-1")
    for _ in range(30):
        await incident(scene, FAR_EAST, exercise_id="ex-1")
    assert (await advise(scene)) == real
    played = await advise(scene, exercise_id="ex-1")
    assert played.considered == 3
    assert FAR_EAST in {post.location.lon for post in played.posts}
    assert "35 起事件" in played.demand.zh
    assert (await advise(scene, exercise_id="ex-2")).considered == 2


async def test_without_homes_there_is_no_place_to_wait(start: Start) -> None:
    scene = await open_scene(start)
    answer = await advise(scene)
    assert (list(answer.moves), answer.nothing.code, answer.nothing.zh != "") == ([], "REDEPLOY_NO_POSTS", True)


async def test_recommendations_do_not_wait_for_the_layout(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """The layout is computed beside the picture's thread: while it takes its time, others are answered."""
    scene = await with_a_gap(start)
    await advise(scene)
    begun, held, advised = asyncio.Event(), threading.Event(), standby_layout.advised
    loop = asyncio.get_running_loop()

    def slow(known: standby_layout.Gathered) -> Any:
        loop.call_soon_threadsafe(begun.set)
        held.wait(60)
        return advised(known)

    monkeypatch.setattr(standby_layout, "advised", slow)
    asking = asyncio.create_task(advise(scene))
    await begun.wait()
    stub = recommendations_pb2_grpc.RecommendationServiceStub(scene.running.channel)
    request = pb.RecommendUnitsRequest(incident=scene.incident, needs=[pb.UnitNeed(code="medical", count=1)])
    answer = await stub.RecommendUnits(request, metadata=scene.running.metadata("duty_officer"), timeout=120)
    assert (len(answer.units), asking.done()) == (1, False)
    held.set()
    assert len((await asking).moves) == 1
