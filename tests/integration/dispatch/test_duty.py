"""Duty: check-in, absence, handover with both signatures, swaps, spot checks, gaps."""

from typing import Any

import pytest

from fenghuo.dispatch.v1 import duty_events_pb2, shifts_pb2_grpc
from fenghuo.dispatch.v1 import shifts_pb2 as pb
from tests.fixtures.service import Start
from tests.integration.dispatch.scene import Scene, stamp

ORG = "大武口区应急管理局"
DAY = "2026-07-29T{}:00+08:00"


def _stub(scene: Scene) -> Any:
    return shifts_pb2_grpc.ShiftServiceStub(scene.running.channel)


def _person(account: str) -> pb.DutyPerson:
    return pb.DutyPerson(person=account, display_name=f"示例{account}", phone="0952-0000000")


async def _desk(start: Start) -> Scene:
    running = await start("dispatch")
    running.set_clock("2026-07-28T09:00:00+08:00")
    return Scene(running)


async def _plan(scene: Scene, shift_id: str, begin: str, end: str, *people: str) -> Any:
    leader, *officers = people
    request = pb.ScheduleShiftRequest(
        shift_id=shift_id, org=ORG, region_code="640202", start_time=stamp(begin), end_time=stamp(end), leader=_person(leader),
        officers=[_person(officer) for officer in officers],
    )  # fmt: skip
    return await scene.call(_stub(scene).ScheduleShift, request, "duty_leader")


async def _file(scene: Scene) -> Any:
    period = stamp(DAY.format("08:00")), stamp("2026-07-30T08:00:00+08:00")
    request = pb.FileRosterRequest(org=ORG, recipient="石嘴山市应急管理局", period_start_time=period[0], period_end_time=period[1])
    return await scene.call(_stub(scene).FileRoster, request, "duty_leader")


async def _two_shifts(start: Start) -> Scene:
    scene = await _desk(start)
    await _plan(scene, "day", DAY.format("08:00"), DAY.format("20:00"), "leader_a", "officer_a", "officer_b")
    await _plan(scene, "night", DAY.format("20:00"), "2026-07-30T08:00:00+08:00", "leader_b", "officer_c")
    await _file(scene)
    return scene


async def _check_in(scene: Scene, shift_id: str, *people: str) -> Any:
    for person in people:
        answer = await scene.call(_stub(scene).CheckIn, pb.ShiftRequest(name=f"shifts/{shift_id}"), person, "duty_officer")
    return answer


async def _events(scene: Scene) -> list[Any]:
    return await scene.running.published("fenghuo.dispatch.duty.v1", duty_events_pb2.DutyEvent)


async def test_check_in_and_handover_with_both_signatures(start: Start) -> None:
    """A1, DI-06: the old shift stays on duty until its successor accepts."""
    scene = await _two_shifts(start)
    stub = _stub(scene)
    scene.running.set_clock(DAY.format("07:44"))
    early = pb.ShiftRequest(name="shifts/day")
    assert (await scene.refused(stub.CheckIn, early, "officer_a", "duty_officer"))[0] == "CHECK_IN_WINDOW"
    scene.running.set_clock(DAY.format("07:45"))
    assert (await scene.refused(stub.CheckIn, pb.ShiftRequest(name="shifts/day"), "stranger", "duty_officer"))[0] == "NOT_ON_SHIFT"
    on_duty = await _check_in(scene, "day", "officer_a", "officer_b", "leader_a")
    assert (on_duty.state, on_duty.late_minutes) == (pb.SHIFT_STATE_ON_DUTY, 0)
    scene.running.set_clock(DAY.format("08:05"))
    await scene.running.ring()
    incident = await scene.confirm_incident(occurred="2026-07-29T07:50:00+08:00")
    scene.running.set_clock(DAY.format("19:55"))
    await _check_in(scene, "night", "officer_c", "leader_b")
    start_it = pb.StartHandoverRequest(name="shifts/day")
    reason, details = await scene.refused(stub.StartHandover, start_it, "officer_a", "duty_officer")
    assert (reason, details["missing"]) == ("HANDOVER_INCOMPLETE", incident)
    complete = pb.StartHandoverRequest(name="shifts/day", items=[pb.HandoverItem(resource=incident, note="处置中")])
    await scene.call(stub.StartHandover, complete, "officer_a", "duty_officer")
    scene.running.set_clock(DAY.format("20:10"))
    gaps = await _gaps(scene)
    assert gaps == []
    accept = pb.AcceptHandoverRequest(name="shifts/day", successor="shifts/night")
    done = await scene.call(stub.AcceptHandover, accept, "officer_c", "duty_officer")
    assert (done.state, done.handed_over_by, done.accepted_by) == (pb.SHIFT_STATE_HANDED_OVER, "user:officer_a", "user:officer_c")
    assert {event.header.type for event in await _events(scene)} >= {"RosterFiled", "ShiftStarted", "ShiftJoined", "HandoverStarted", "ShiftHandedOver"}
    assert "ShiftGap" not in {event.header.type for event in await _events(scene)}


async def _gaps(scene: Scene, begin: str = DAY.format("08:00"), end: str = "2026-07-30T08:00:00+08:00") -> list[tuple[str, int]]:
    request = pb.ListDutyGapsRequest(org=ORG, start_time=stamp(begin), end_time=stamp(end))
    found = await scene.call(_stub(scene).ListDutyGaps, request, "duty_leader")
    return [(pb.DutyGapKind.Name(gap.kind).removeprefix("DUTY_GAP_KIND_").lower(), gap.minutes) for gap in found.duty_gaps]


async def test_nobody_came_raises_the_gap_and_a_late_one_is_taken(start: Start) -> None:
    scene = await _two_shifts(start)
    scene.running.set_clock(DAY.format("08:04"))
    await scene.running.ring()
    scene.running.set_clock(DAY.format("08:05"))
    await scene.running.ring()
    gap = next(event.shift_gap for event in await _events(scene) if event.header.type == "ShiftGap")
    assert (gap.uncovered, sorted(gap.missing)) == (True, ["user:leader_a", "user:officer_a", "user:officer_b"])
    scene.running.set_clock(DAY.format("08:12"))
    late = await _check_in(scene, "day", "officer_a")
    assert (late.state, late.late_minutes) == (pb.SHIFT_STATE_ON_DUTY, 12)
    await _check_in(scene, "day", "leader_a")
    assert await _gaps(scene) == [("uncovered", 12)]


async def test_a_minute_left_open_is_found_and_double_posts_hold_in_a_sensitive_window(start: Start) -> None:
    """S12, DI-02."""
    scene = await _desk(start)
    await _plan(scene, "day", DAY.format("08:00"), DAY.format("20:00"), "leader_a", "officer_a")
    await _plan(scene, "night", DAY.format("20:01"), "2026-07-30T08:00:00+08:00", "leader_b", "officer_b", "officer_c")
    assert await _gaps(scene) == [("uncovered", 1)]
    window = pb.CreateSensitiveWindowRequest(
        display_name="防汛关键期", region_code="6402", start_time=stamp(DAY.format("12:00")), end_time=stamp(DAY.format("23:00"))
    )
    assert (await scene.refused(_stub(scene).CreateSensitiveWindow, window, "duty_leader"))[0] == "INVALID_REQUEST"
    window.region_code = "640202"
    await scene.call(_stub(scene).CreateSensitiveWindow, window, "duty_leader")
    assert await _gaps(scene) == [("single_post", 8 * 60), ("uncovered", 1)]
    single = pb.ScheduleShiftRequest(
        org=ORG, region_code="640202", start_time=stamp(DAY.format("12:00")), end_time=stamp(DAY.format("13:00")), leader=_person("l"), officers=[_person("o")]
    )
    assert (await scene.refused(_stub(scene).ScheduleShift, single, "duty_leader"))[0] == "DOUBLE_POST"
    filed = await _file(scene)
    assert ([shift.name for shift in filed.shifts], len(filed.gaps)) == (["shifts/day", "shifts/night"], 2)


async def test_a_swap_is_asked_for_by_one_and_approved_by_another(start: Start) -> None:
    scene = await _two_shifts(start)
    stub = _stub(scene)
    request = pb.RequestShiftChangeRequest(
        name="shifts/day", person_out="officer_b", person_in=_person("officer_c"), reason="病假", qualification="值班员培训合格"
    )
    changed = await scene.call(stub.RequestShiftChange, request, "officer_b", "duty_officer")
    assert changed.change.requested_by == "user:officer_b"
    assert (await scene.refused(stub.ApproveShiftChange, pb.ShiftRequest(name="shifts/day"), "officer_b", "duty_leader"))[0] == "CHANGE_SEPARATION"
    filed = await scene.call(stub.ApproveShiftChange, pb.ShiftRequest(name="shifts/day"), "duty_leader")
    assert ([officer.person for officer in filed.officers], filed.state) == (["user:officer_a", "user:officer_c"], pb.SHIFT_STATE_FILED)
    clash = pb.RequestShiftChangeRequest(
        name="shifts/night", person_out="officer_c", person_in=_person("officer_a"), reason="病假", qualification="值班员培训合格"
    )
    await scene.call(stub.RequestShiftChange, clash, "officer_c", "duty_officer")
    await _plan(scene, "extra", DAY.format("10:00"), DAY.format("22:00"), "leader_x", "officer_x")
    busy = pb.RequestShiftChangeRequest(name="shifts/extra", person_out="officer_x", person_in=_person("officer_a"), reason="x", qualification="x")
    assert (await scene.refused(stub.RequestShiftChange, busy, "officer_x", "duty_officer"))[0] == "SUBSTITUTE_BUSY"


@pytest.mark.parametrize("answered", [True, False])
async def test_a_spot_check_is_answered_in_time_or_missed(start: Start, answered: bool) -> None:
    """DI-05."""
    scene = await _two_shifts(start)
    stub = _stub(scene)
    request = pb.CreateSpotCheckRequest(shift="shifts/day", kind=pb.SPOT_CHECK_KIND_PHONE)
    assert (await scene.refused(stub.CreateSpotCheck, request, "duty_leader"))[0] == "SHIFT_NOT_ON_DUTY"
    scene.running.set_clock(DAY.format("08:00"))
    await _check_in(scene, "day", "officer_a")
    request.request_id = ""
    check = await scene.call(stub.CreateSpotCheck, request, "duty_leader")
    if answered:
        scene.running.set_clock("2026-07-29T08:00:30+08:00")
        done = await scene.call(stub.AnswerSpotCheck, pb.AnswerSpotCheckRequest(name=check.name), "officer_a", "duty_officer")
        assert (done.state, done.response_s) == (pb.SPOT_CHECK_STATE_ANSWERED, 30)
    scene.running.set_clock("2026-07-29T08:01:00+08:00")
    await scene.running.ring()
    listed = (await scene.call(stub.ListSpotChecks, pb.ListSpotChecksRequest(shift="shifts/day"), "duty_leader")).spot_checks
    assert [each.state for each in listed] == [pb.SPOT_CHECK_STATE_ANSWERED if answered else pb.SPOT_CHECK_STATE_MISSED]
    assert ("SpotCheckMissed" in {event.header.type for event in await _events(scene)}) is not answered
