"""Closed roads: who is recommended, ways and reaches follow at once, in every process; what ends, ends by the clock; without roads the answer says so."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fenghuo.dispatch.v1 import recommendations_pb2 as recommendations
from fenghuo.dispatch.v1 import recommendations_pb2_grpc, road_closure_events_pb2, roads_pb2_grpc
from fenghuo.dispatch.v1 import roads_pb2 as pb
from fenghuo.type.v1 import geo_pb2
from services.dispatch.solver.travel import RoadNetwork
from tests.fixtures.service import Running, Start
from tests.integration.dispatch.scene import GULLY, NOON, Scene, stamp

DIRECT = (106.33, 39.05)
"""On the short road from the near station."""


@pytest.fixture(scope="module")
def roads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gully with two roads: a short one over the ford from the east, and a long one from the west; a third, far round, joins the two stations.

    0 the gully, 1 the ford, 2 the near station in the east, 3 the station in the west, 4 and 5 the way round in the south.
    """
    lon = [106.30, 106.33, 106.36, 106.20, 106.36, 106.20]
    lat = [39.05, 39.05, 39.05, 39.05, 38.95, 38.95]
    pairs = [(0, 1), (1, 2), (0, 3), (2, 4), (4, 5), (5, 3)]
    tail, head = zip(*pairs, *[(head, tail) for tail, head in pairs], strict=True)
    path = tmp_path_factory.mktemp("roads") / "gully.npz"
    RoadNetwork.of(lon, lat, tail, head, name=np.array([0, 0, 1, 2, 2, 2] * 2), names=["沟口路", "西路", "南环路"]).save(path)
    return path


async def open_roads(start: Start, roads: Path | None) -> Scene:
    """Two stations on the roads, each with a boat."""
    scene = Scene(await start("dispatch", roads=roads))
    scene.running.set_clock(NOON)
    await scene.confirm_incident()
    await scene.ready_unit("east", "water_rescue", lon=106.36, lat=39.05)
    await scene.ready_unit("west", "water_rescue", lon=106.20, lat=39.05)
    return scene


async def advice(running: Running, **asked: Any) -> Any:
    """Who should go to the gully."""
    stub = recommendations_pb2_grpc.RecommendationServiceStub(running.channel)
    needs = [recommendations.UnitNeed(code="water_rescue", count=1)]
    request = recommendations.RecommendUnitsRequest(location=None if asked else GULLY, needs=needs, **asked)
    return await stub.RecommendUnits(request, metadata=running.metadata("duty_officer"), timeout=120)


async def first(running: Running, **asked: Any) -> str:
    """The unit that should go."""
    return str((await advice(running, **asked)).units[0].unit)


def stub(scene: Scene) -> Any:
    """Stub of RoadService."""
    return roads_pb2_grpc.RoadServiceStub(scene.running.channel)


def ford(**rest: Any) -> pb.RoadClosure:
    """The ford is under water."""
    at = geo_pb2.Point(lon=DIRECT[0], lat=DIRECT[1])
    values: dict[str, Any] = {"kind": pb.ROAD_CLOSURE_KIND_CLOSED, "reason": "漫水桥被淹", "stretch": pb.RoadStretch(points=[at], radius_m=200)}
    return pb.RoadClosure(**values | rest)


async def close(scene: Scene, **rest: Any) -> Any:
    """Close the ford."""
    return await scene.call(stub(scene).CreateRoadClosure, pb.CreateRoadClosureRequest(road_closure=ford(**rest)))


async def test_a_closed_road_changes_who_is_recommended_and_lifting_restores(start: Start, roads: Path) -> None:
    scene = await open_roads(start, roads)
    before = await advice(scene.running)
    assert (before.units[0].unit, before.travel.source) == ("units/east", recommendations.TRAVEL_SOURCE_ROADS)
    made = await close(scene)
    assert (made.state, made.times_heed, made.region_code) == (pb.ROAD_CLOSURE_STATE_IN_FORCE, True, "640202")
    after = await advice(scene.running)
    assert after.units[0].unit == "units/west"
    assert "1 处封闭" in after.travel.zh
    assert next(each.travel_s for each in after.candidates if each.unit == "units/east") > 3 * before.units[0].travel_s
    known = await scene.call(stub(scene).GetRoadNetwork, pb.GetRoadNetworkRequest())
    assert (known.loaded, known.nodes, known.arcs, known.source, known.closed_arcs, known.slowed_arcs) == (True, 6, 12, "gully", 4, 0)
    lifted = await scene.call(stub(scene).LiftRoadClosure, pb.LiftRoadClosureRequest(name=made.name, etag=made.etag, reason="水退"))
    assert lifted.state == pb.ROAD_CLOSURE_STATE_LIFTED
    assert list((await advice(scene.running)).units) == list(before.units)
    assert (await scene.refused(stub(scene).LiftRoadClosure, pb.LiftRoadClosureRequest(name=made.name, reason="再次")))[0] == "INVALID_TRANSITION"
    told = await scene.running.published("fenghuo.dispatch.road_closure.v1", road_closure_events_pb2.RoadClosureEvent)
    assert [event.WhichOneof("event") for event in told] == ["road_closure_created", "road_closure_lifted"]


async def test_beginning_and_end_come_by_the_clock(start: Start, roads: Path) -> None:
    """Planned for four o'clock until five; nobody waits for the timers, which only tell of it."""
    scene = await open_roads(start, roads)
    made = await close(scene, start_time=stamp("2026-07-29T16:00:00+08:00"), end_time=stamp("2026-07-29T17:00:00+08:00"))
    assert made.state == pb.ROAD_CLOSURE_STATE_PLANNED
    assert await first(scene.running) == "units/east"
    scene.running.set_clock("2026-07-29T16:00:00+08:00")
    assert await first(scene.running) == "units/west"
    await scene.running.ring()
    scene.running.set_clock("2026-07-29T17:00:00+08:00")
    assert await first(scene.running) == "units/east"
    await scene.running.ring()
    ended = await scene.call(stub(scene).GetRoadClosure, pb.GetRoadClosureRequest(name=made.name))
    assert (ended.state, ended.finish_time) == (pb.ROAD_CLOSURE_STATE_EXPIRED, stamp("2026-07-29T17:00:00+08:00"))
    told = await scene.running.published("fenghuo.dispatch.road_closure.v1", road_closure_events_pb2.RoadClosureEvent)
    assert [event.WhichOneof("event") for event in told] == ["road_closure_created", "road_closure_started", "road_closure_expired"]


async def test_another_process_hears_of_it_and_a_restarted_one_knows(start: Start, roads: Path) -> None:
    scene = await open_roads(start, roads)
    database = scene.running.service.settings.database_url
    other = await start("dispatch", roads=roads, database_url=database)
    other.set_clock(NOON)
    assert [await first(each) for each in (scene.running, other)] == ["units/east"] * 2
    made = await close(scene)
    assert await first(other) == "units/west"
    restarted = await start("dispatch", roads=roads, database_url=database)
    restarted.set_clock(NOON)
    assert await first(restarted) == "units/west"
    await Scene(other).call(stub(Scene(other)).LiftRoadClosure, pb.LiftRoadClosureRequest(name=made.name, reason="水退"))
    assert [await first(each) for each in (scene.running, other, restarted)] == ["units/east"] * 3


async def test_a_slowed_road_takes_its_factor(start: Start, roads: Path) -> None:
    scene = await open_roads(start, roads)
    request = pb.ComputeRouteRequest(unit="units/east", incident=scene.incident)
    usual = await scene.call(stub(scene).ComputeRoute, request)
    assert (list(usual.streets), usual.estimated, len(usual.line)) == (["沟口路"], False, 3)
    assert usual.distance_m == pytest.approx(5181, abs=5)
    await close(scene, kind=pb.ROAD_CLOSURE_KIND_SLOWED, factor=1.5, area=square(106.32, 39.04, 106.34, 39.06))
    slow = await scene.call(stub(scene).ComputeRoute, request)
    assert slow.travel_s == pytest.approx(1.5 * usual.travel_s, rel=0.01)
    await close(scene)
    round_about = await scene.call(stub(scene).ComputeRoute, request)
    assert list(round_about.streets) == ["南环路", "西路"]


def square(west: float, south: float, east: float, north: float) -> geo_pb2.Polygon:
    """A ring around a box."""
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return geo_pb2.Polygon(points=[geo_pb2.Point(lon=lon, lat=lat) for lon, lat in corners])


async def test_isochrones_shrink_behind_a_closed_road(start: Start, roads: Path) -> None:
    scene = await open_roads(start, roads)
    request = pb.ComputeIsochronesRequest(incident=scene.incident, minutes=[2, 8])
    before = await scene.call(stub(scene).ComputeIsochrones, request)
    assert ([each.minutes for each in before.isochrones], before.estimated) == ([2, 8], False)
    assert eastmost(before.isochrones[1]) > 106.34
    await close(scene)
    after = await scene.call(stub(scene).ComputeIsochrones, request)
    assert eastmost(after.isochrones[1]) < 106.32
    assert (await scene.refused(stub(scene).ComputeIsochrones, pb.ComputeIsochronesRequest(minutes=[5])))[0] == "ISOCHRONE_PLACE"


def eastmost(area: Any) -> float:
    """The most eastern point."""
    return max(float(point.lon) for part in area.parts for ring in part.rings for point in ring.points)


async def test_an_exercise_closes_nothing_in_the_real_world(start: Start, roads: Path) -> None:
    scene = await open_roads(start, roads)
    made = await close(scene, exercise_id="drill-1", region_code="640202")
    assert made.exercise_id == "drill-1"
    assert await first(scene.running) == "units/east"
    body: dict[str, Any] = {"title": "演练搜救", "region_code": "640202", "exercise_id": "drill-1", "incident": ""}
    task = await scene.task("water_rescue", **body)
    assert await first(scene.running, task=task.name) == "units/west"
    assert await first(scene.running) == "units/east"


async def test_without_roads_closures_are_kept_and_the_answer_says_so(start: Start) -> None:
    scene = await open_roads(start, None)
    before = await advice(scene.running)
    made = await close(scene, incident=scene.incident)
    assert (made.times_heed, made.incident, made.region_code) == (False, scene.incident, "640202")
    listed = await scene.call(stub(scene).ListRoadClosures, pb.ListRoadClosuresRequest(incident=scene.incident, state=pb.ROAD_CLOSURE_STATE_IN_FORCE))
    assert [each.name for each in listed.road_closures] == [made.name]
    after = await advice(scene.running)
    assert [each.travel_s for each in after.candidates] == [each.travel_s for each in before.candidates]
    assert "1 处道路封闭无法计入" in after.travel.zh
    assert "1 road closures cannot be taken into account" in after.travel.en
    known = await scene.call(stub(scene).GetRoadNetwork, pb.GetRoadNetworkRequest())
    assert (known.loaded, known.arcs, known.travel.error_low, known.estimate_start_s) == (False, 0, 0.13, 90)
    way = await scene.call(stub(scene).ComputeRoute, pb.ComputeRouteRequest(unit="units/east", incident=scene.incident))
    assert (way.estimated, len(way.line)) == (True, 2)
    around = await scene.call(stub(scene).ComputeIsochrones, pb.ComputeIsochronesRequest(location=GULLY, minutes=[5]))
    assert (around.estimated, len(around.isochrones[0].parts)) == (True, 1)


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        ({"factor": 2.0}, "FACTOR_WHEN_SLOWED"),
        ({"kind": pb.ROAD_CLOSURE_KIND_SLOWED}, "FACTOR_WHEN_SLOWED"),
        ({"end_time": stamp("2026-07-29T15:00:00+08:00")}, "CLOSURE_ENDS_BEFORE"),
        ({"area": geo_pb2.Polygon(points=[geo_pb2.Point(lon=106.3 + at, lat=39.0) for at in (0, 0.1, 0.2, 0.3)])}, "RING_OPEN"),
        ({"region_code": "110101"}, "JURISDICTION"),
    ],
)
async def test_what_makes_no_sense_is_refused(start: Start, rest: dict[str, Any], reason: str) -> None:
    running = await start("dispatch")
    running.set_clock(NOON)
    scene = Scene(running)
    assert (await scene.refused(stub(scene).CreateRoadClosure, pb.CreateRoadClosureRequest(road_closure=ford(**rest))))[0] == reason
    if "region_code" in rest:
        of_incident = ford(incident=await scene.confirm_incident(), **rest)
        assert (await scene.refused(stub(scene).CreateRoadClosure, pb.CreateRoadClosureRequest(road_closure=of_incident)))[0] == reason
