"""Positions as a stream in, the sampled way of a unit out."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import grpc
import pytest

from fenghuo.dispatch.v1 import tracks_pb2 as tracks
from fenghuo.dispatch.v1 import tracks_pb2_grpc
from fenghuo.dispatch.v1 import unit_statuses_pb2 as units
from tests.fixtures.service import Start
from tests.integration.dispatch.scene import Scene, open_scene

BEGIN = datetime(2026, 7, 29, 8, 0, tzinfo=UTC)
STEP_S = 15


def _report(unit: str, seconds: float) -> units.PositionReport:
    report = units.PositionReport(unit=f"units/{unit}", source=units.POSITION_SOURCE_APP)
    report.location.lon, report.location.lat = 106.3 + seconds / 1e5, 39.0
    report.locate_time.FromDatetime(BEGIN + timedelta(seconds=seconds))
    return report


async def _stream(scene: Scene, batches: Sequence[Sequence[units.PositionReport]], *roles: str) -> tracks.StreamPositionsResponse:
    scene.running.set_clock((BEGIN + timedelta(minutes=5)).isoformat())

    async def requests() -> AsyncIterator[tracks.StreamPositionsRequest]:
        for batch in batches:
            yield tracks.StreamPositionsRequest(positions=batch)

    stub = tracks_pb2_grpc.TrackServiceStub(scene.running.channel)
    answer: tracks.StreamPositionsResponse = await stub.StreamPositions(requests(), metadata=scene.running.metadata("adapter", *roles), timeout=20)
    return answer


async def test_a_stream_of_positions_is_sampled_into_a_track(start: Start) -> None:
    scene = await open_scene(start)
    await scene.ready_unit("u1")
    batches = [[_report("u1", STEP_S * number), _report("nobody", STEP_S * number)] for number in range(13)]
    answer = await _stream(scene, [*batches, [_report("u1", 30)]], "component")
    assert (answer.messages, answer.accepted, answer.outdated, list(answer.unknown)) == (14, 13, 1, ["units/nobody"])
    stub = tracks_pb2_grpc.TrackServiceStub(scene.running.channel)
    whole = await scene.call(stub.ListTrackPoints, tracks.ListTrackPointsRequest(unit="units/u1"))
    seconds = [(point.locate_time.ToDatetime(UTC) - BEGIN).total_seconds() for point in whole.track_points]
    assert seconds == [0, 60, 120, 180]
    first = await scene.call(stub.ListTrackPoints, tracks.ListTrackPointsRequest(unit="units/u1", page_size=3))
    rest = await scene.call(stub.ListTrackPoints, tracks.ListTrackPointsRequest(unit="units/u1", page_size=3, page_token=first.next_page_token))
    assert [*first.track_points, *rest.track_points] == list(whole.track_points)
    assert not rest.next_page_token
    part = tracks.ListTrackPointsRequest(unit="units/u1")
    part.start_time.FromDatetime(BEGIN + timedelta(seconds=60))
    part.end_time.FromDatetime(BEGIN + timedelta(seconds=180))
    assert list((await scene.call(stub.ListTrackPoints, part)).track_points) == list(whole.track_points[1:3])


async def test_what_a_link_kept_back_comes_together_and_makes_a_track(start: Start) -> None:
    """One message with several positions of one unit: all are points of its way, the newest is where it is."""
    scene = await open_scene(start)
    await scene.ready_unit("u1")
    await scene.ready_unit("u2")
    answer = await _stream(scene, [[_report("u1", 0), _report("u1", 120), _report("u2", 30), _report("u1", 240), _report("u1", 200)]], "component")
    assert (answer.accepted, answer.outdated) == (4, 1)
    stub = tracks_pb2_grpc.TrackServiceStub(scene.running.channel)
    seconds = {
        unit: [
            (point.locate_time.ToDatetime(UTC) - BEGIN).total_seconds()
            for point in (await scene.call(stub.ListTrackPoints, tracks.ListTrackPointsRequest(unit=f"units/{unit}"))).track_points
        ]
        for unit in ("u1", "u2")
    }
    assert seconds == {"u1": [0, 120, 240], "u2": [30]}
    board = (await scene.call(scene.units.ListPositions, units.ListPositionsRequest())).positions
    assert {each.unit: (each.locate_time.ToDatetime(UTC) - BEGIN).total_seconds() for each in board} == {"units/u1": 240, "units/u2": 30}


async def test_a_position_counts_as_heard_and_so_does_a_later_report(start: Start) -> None:
    """Wherever a unit's status is read, also where the position was not written down."""
    scene = await open_scene(start)
    await scene.ready_unit("u1")

    async def heard() -> set[str]:
        one = await scene.call(scene.units.GetUnitStatus, units.GetUnitStatusRequest(name="unitStatuses/u1"))
        listed = (await scene.call(scene.units.ListUnitStatuses, units.ListUnitStatusesRequest())).unit_statuses
        return {each.heard_time.ToJsonString() for each in (one, *listed)}

    assert await heard() == {"2026-07-29T07:30:00Z"}
    for seconds in (0, 20):
        scene.running.set_clock((BEGIN + timedelta(seconds=seconds)).isoformat())
        await scene.call(scene.units.ReportPositions, units.ReportPositionsRequest(positions=[_report("u1", seconds)]), "field_unit")
    assert await heard() == {"2026-07-29T08:00:20Z"}
    scene.running.set_clock((BEGIN + timedelta(minutes=1)).isoformat())
    await scene.report_state("u1", "alerted")
    assert await heard() == {"2026-07-29T08:01:00Z"}


async def test_a_stream_is_for_adapters_and_each_message_is_checked(start: Start) -> None:
    scene = await open_scene(start)
    await scene.ready_unit("u1")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await _stream(scene, [[_report("u1", 0)]], "field_unit")
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
    with pytest.raises(grpc.aio.AioRpcError) as empty:
        await _stream(scene, [[_report("u1", 0)], []], "component")
    assert empty.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    stub = tracks_pb2_grpc.TrackServiceStub(scene.running.channel)
    assert len((await scene.call(stub.ListTrackPoints, tracks.ListTrackPointsRequest(unit="units/u1"))).track_points) == 1
