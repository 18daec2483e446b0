"""States of many units at once: in a batch, in a stream, each answered for by itself."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import grpc
import pytest
from sqlalchemy import event, text

from chassis.ids import new_id
from fenghuo.dispatch.v1 import assignments_pb2 as assignments
from fenghuo.dispatch.v1 import status_reports_pb2 as pb
from fenghuo.dispatch.v1 import status_reports_pb2_grpc, tasks_pb2, timeline_pb2, timeline_pb2_grpc, unit_events_pb2
from fenghuo.dispatch.v1 import unit_statuses_pb2 as units
from tests.fixtures.service import Start
from tests.integration.dispatch.scene import NOON, Scene, open_scene, refusal, stamp

ARRIVAL = "2026-07-29T16:00:00+08:00"


def _report(unit_id: str, state: str, at: str = "", **rest: Any) -> pb.StatusReport:
    report = pb.StatusReport(unit=f"units/{unit_id}", state=units.UnitState.Value(f"UNIT_STATE_{state.upper()}"), **rest)
    if at:
        report.report_time.CopyFrom(stamp(at))
    return report


async def _batch(scene: Scene, *reports: pb.StatusReport, key: str = "", regions: tuple[str, ...] = ("640202",)) -> pb.ReportStatusesResponse:
    stub = status_reports_pb2_grpc.StatusReportServiceStub(scene.running.channel)
    request = pb.ReportStatusesRequest(reports=reports, request_id=key or new_id())
    answer: pb.ReportStatusesResponse = await scene.running.call(stub.ReportStatuses, request, "field_unit", regions=regions)
    return answer


async def _stream(scene: Scene, messages: Sequence[pb.StreamStatusesRequest], *roles: str) -> pb.StreamStatusesResponse:
    async def requests() -> AsyncIterator[pb.StreamStatusesRequest]:
        for message in messages:
            yield message

    stub = status_reports_pb2_grpc.StatusReportServiceStub(scene.running.channel)
    answer: pb.StreamStatusesResponse = await stub.StreamStatuses(requests(), metadata=scene.running.metadata("adapter", *roles), timeout=20)
    return answer


async def _version(scene: Scene, unit_id: str) -> str:
    status = await scene.call(scene.units.GetUnitStatus, units.GetUnitStatusRequest(name=f"unitStatuses/{unit_id}"))
    return str(status.etag)


async def test_each_report_of_a_batch_takes_effect_or_is_answered_for(start: Start) -> None:
    """One task started by two units, a wrong transition, a stale fence, an open assignment, strangers: whatever one is refused for, the others go through."""
    scene = await open_scene(start)
    for unit_id in ("u1", "u2", "u3", "u4"):
        await scene.ready_unit(unit_id, "water_rescue")
    await scene.register_unit("far", region_code="640502")
    task = await scene.task("water_rescue", count=2)
    first, second = await scene.send("u1", task.name), await scene.send("u2", task.name)
    answer = await _batch(
        scene,
        _report("u4", "alerted"),
        _report("u1", "en_route", expect_time=stamp(ARRIVAL), fence=1),
        _report("far", "available"),
        _report("u3", "returning"),
        _report("u2", "en_route", expect_time=stamp(ARRIVAL)),
        _report("nobody", "available"),
        _report("u1", "on_scene", place="沟口", fence=1),
        _report("u4", "off_duty", fence=7),
        _report("u1", "available"),
        _report("u2", "on_scene"),
    )
    assert (answer.accepted, answer.outdated, sorted(answer.unknown)) == (4, 0, ["units/far", "units/nobody"])
    assert [(each.index, each.unit, each.reason.code) for each in answer.refused] == [
        (3, "units/u3", "INVALID_TRANSITION"), (7, "units/u4", "STALE_FENCE"), (8, "units/u1", "ASSIGNMENT_OPEN"), (9, "units/u2", "ARRIVAL_PLACE_NEEDED"),
    ]  # fmt: skip
    assert all(each.reason.zh and each.reason.en and each.reason.zh != each.reason.code for each in answer.refused)
    assert "alert" in answer.refused[0].details["allowed"]
    assert [await scene.state(unit_id) for unit_id in ("u1", "u2", "u3", "u4")] == ["on_scene", "en_route", "available", "alerted"]
    reached = [await scene.call(scene.assignments.GetAssignment, assignments.GetAssignmentRequest(name=each.name)) for each in (first, second)]
    assert [each.state for each in reached] == [assignments.ASSIGNMENT_STATE_ON_SCENE, assignments.ASSIGNMENT_STATE_EN_ROUTE]
    begun = await scene.call(scene.tasks.GetTask, tasks_pb2.GetTaskRequest(name=task.name))
    assert (begun.state, begun.etag) == (tasks_pb2.TASK_STATE_IN_PROGRESS, str(int(task.etag) + 1))
    async with scene.running.service.engine.connect() as connection:
        timers = (await connection.execute(text("SELECT kind, subject FROM timer WHERE kind IN ('unit-contact', 'assignment-answer') ORDER BY 2"))).all()
    assert [tuple(row) for row in timers] == [("unit-contact", "u1"), ("unit-contact", "u2")]


async def test_a_batch_takes_effect_once_under_its_key(start: Start) -> None:
    scene = await open_scene(start)
    await scene.ready_unit("u1")
    reports = [_report("u1", "alerted"), _report("u1", "returning"), _report("nobody", "available")]
    first = await _batch(scene, *reports, key="k1")
    version, told = await _version(scene, "u1"), await scene.unit_events()
    assert await _batch(scene, *reports, key="k1") == first
    assert (first.accepted, [each.reason.code for each in first.refused]) == (1, ["INVALID_TRANSITION"])
    assert (await _version(scene, "u1"), await scene.unit_events()) == (version, told)
    async with scene.running.service.engine.connect() as connection:
        rows = await connection.scalar(text("SELECT count(*) FROM journal WHERE request_id = 'k1' AND events IS NOT NULL AND after_digest IS NOT NULL"))
    assert rows == 1
    with pytest.raises(grpc.aio.AioRpcError) as reused:
        await _batch(scene, _report("u1", "available"), key="k1")
    assert refusal(reused.value)[0] == "REQUEST_ID_REUSED"


async def test_a_report_older_than_what_is_known_changes_nothing(start: Start) -> None:
    """Older than the last report, than an order, than the assignment in hand; what comes late in the right order goes through, whatever the order given."""
    scene = await open_scene(start)
    await scene.ready_unit("u1")
    scene.running.set_clock("2026-07-29T15:40:00+08:00")
    late = [_report("u1", "available", "2026-07-29T15:38:00+08:00"), _report("u1", "resting", "2026-07-29T15:36:00+08:00")]
    assert (await _batch(scene, *late)).accepted == 2
    version = await _version(scene, "u1")
    old = await _batch(scene, _report("u1", "off_duty", "2026-07-29T15:37:00+08:00"))
    assert (old.accepted, old.outdated, len(old.refused)) == (0, 1, 0)
    assert (await scene.state("u1"), await _version(scene, "u1")) == ("available", version)
    same = await _batch(scene, _report("u1", "available", "2026-07-29T15:39:00+08:00"))
    assert (same.accepted, (await _batch(scene, _report("u1", "alerted", "2026-07-29T15:38:30+08:00"))).outdated) == (1, 1)
    assert (await _batch(scene, _report("u1", "alerted", "2026-07-29T23:00:00+08:00"))).accepted == 1
    scene.running.set_clock("2026-07-29T15:41:00+08:00")
    await scene.send("u1", (await scene.task()).name)
    assert (await _batch(scene, _report("u1", "en_route", "2026-07-29T15:40:30+08:00", expect_time=stamp(ARRIVAL)))).outdated == 1
    assert await scene.state("u1") == "assigned"
    assert (await _batch(scene, _report("u1", "en_route", "2026-07-29T15:41:00+08:00", expect_time=stamp(ARRIVAL)))).accepted == 1


async def test_a_unit_out_of_contact_is_back_by_its_report(start: Start) -> None:
    """Both are steps of the incident it works on; what else it does is told there of its assignment, once."""
    scene = await open_scene(start)
    await scene.ready_unit("u1")
    await scene.to_work("u1", (await scene.task()).name)
    scene.running.set_clock("2026-07-29T15:42:00+08:00")
    await scene.running.ring()
    assert await scene.state("u1") == "lost_contact"
    answer = await _batch(scene, _report("u1", "working", NOON, source=units.POSITION_SOURCE_BEIDOU))
    assert (answer.accepted, list(answer.restored), await scene.state("u1")) == (1, ["units/u1"], "working")
    published = await scene.running.published("fenghuo.dispatch.unit.v1", unit_events_pb2.UnitStatusEvent)
    assert [each.unit_contact_restored.source for each in published if each.HasField("unit_contact_restored")] == ["beidou"]
    steps = timeline_pb2_grpc.TimelineServiceStub(scene.running.channel).ListTimeline
    entries = (await scene.call(steps, timeline_pb2.ListTimelineRequest(incident=scene.incident, page_size=100))).entries
    told = [(each.type, each.detail["state"] if "state" in each.detail else each.detail["previous"]) for each in entries if each.resource == "units/u1"]
    assert told == [("UnitLostContact", "working"), ("UnitContactRestored", "working")]


async def test_two_batches_over_the_same_units_in_opposite_order(start: Start) -> None:
    """Both wait for each other in one order, so that none is told of a deadlock; every report counts."""
    scene = await open_scene(start)
    names = [f"u{number:02}" for number in range(20)]
    for name in names:
        await scene.register_unit(name)
    rounds = []
    for state in ("available", "alerted", "available", "off_duty"):
        there = [_report(name, state) for name in names]
        rounds.append(await asyncio.gather(_batch(scene, *there), _batch(scene, *reversed(there))))
    assert [[answer.accepted for answer in pair] for pair in rounds] == [[20, 20]] * 4
    assert {await scene.state(name) for name in names} == {"off_duty"}
    async with scene.running.service.engine.connect() as connection:
        assert set(await connection.scalars(text("SELECT version FROM unit"))) == {9}


async def test_a_batch_costs_as_many_statements_as_a_single_report(start: Start) -> None:
    scene = await open_scene(start)
    names = [f"u{number:02}" for number in range(50)]
    for name in names:
        await scene.register_unit(name)
    seen: list[str] = []
    own = ("SELECT unit", "UPDATE unit", "INSERT INTO journal", "INSERT INTO timer", "DELETE FROM timer")

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        """What the service does in the background is not counted."""
        if statement.startswith(own):
            seen.append(statement)

    event.listen(scene.running.service.engine.sync_engine, "before_cursor_execute", note)
    await _batch(scene, _report("u00", "available"))
    single = len(seen)
    seen.clear()
    assert (await _batch(scene, *(_report(name, "available") for name in names))).accepted == 50
    assert len(seen) == single == 4


async def test_a_stream_of_states(start: Start) -> None:
    """Each message takes effect once under its key, also when it is sent again in another stream."""
    scene = await open_scene(start)
    await scene.ready_unit("u1")
    await scene.ready_unit("u2")
    messages = [
        pb.StreamStatusesRequest(reports=[_report("u1", "alerted"), _report("nobody", "available")], request_id="m1"),
        pb.StreamStatusesRequest(reports=[_report("u2", "alerted"), _report("u1", "returning")], request_id="m2"),
        pb.StreamStatusesRequest(reports=[_report("u2", "off_duty", "2026-07-29T15:00:00+08:00")]),
    ]
    answer = await _stream(scene, messages, "component")
    assert (answer.messages, answer.accepted, answer.outdated, answer.refusals, list(answer.unknown)) == (3, 2, 1, 1, ["units/nobody"])
    assert [(each.index, each.unit, each.reason.code) for each in answer.refused] == [(3, "units/u1", "INVALID_TRANSITION")]
    assert [await scene.state(unit_id) for unit_id in ("u1", "u2")] == ["alerted", "alerted"]
    versions = [await _version(scene, unit_id) for unit_id in ("u1", "u2")]
    again = await _stream(scene, messages[:2], "component")
    assert (again.accepted, [await _version(scene, unit_id) for unit_id in ("u1", "u2")]) == (2, versions)


async def test_a_stream_of_states_is_for_adapters_and_each_message_is_checked(start: Start) -> None:
    scene = await open_scene(start)
    await scene.ready_unit("u1")
    told = pb.StreamStatusesRequest(reports=[_report("u1", "alerted")])
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await _stream(scene, [told], "field_unit")
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
    with pytest.raises(grpc.aio.AioRpcError) as empty:
        await _stream(scene, [told, pb.StreamStatusesRequest()], "component")
    assert empty.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert await scene.state("u1") == "alerted"
    with pytest.raises(grpc.aio.AioRpcError) as many:
        await _batch(scene, *(_report("u1", "alerted") for _ in range(1001)))
    assert many.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_report_without_form_is_named_by_its_place(start: Start) -> None:
    scene = await open_scene(start)
    stub = status_reports_pb2_grpc.StatusReportServiceStub(scene.running.channel)
    wrong = [_report("one", "available"), pb.StatusReport(unit="teams/two", state=units.UNIT_STATE_AVAILABLE)]
    reason, details = await scene.refused(stub.ReportStatuses, pb.ReportStatusesRequest(reports=wrong, request_id=new_id()), "field_unit")
    assert (reason, details["field"]) == ("INVALID_NAME", "reports[1].unit")
