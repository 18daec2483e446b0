"""Duplicates are suggested and merged; of opposite merges at once one is done; both sides of a border see an incident."""

import asyncio

import grpc

from fenghuo.dispatch.v1 import incidents_pb2 as pb
from fenghuo.dispatch.v1 import reports_pb2, signals_pb2
from fenghuo.type.v1.geo_pb2 import Point
from tests.fixtures.service import Start
from tests.integration.dispatch.desk import Desk, refusal, stamp, to

NOW = "2026-07-29T15:23:00+08:00"
ABORTED, GUARD = grpc.StatusCode.ABORTED, grpc.StatusCode.FAILED_PRECONDITION


async def _call(desk: Desk, lon: float, at: str = "15:12", **known: object) -> pb.Incident:
    when = stamp(f"2026-07-29T{at}:00+08:00")
    found: pb.Incident = await desk.register("落水", region_code="", location=Point(lon=lon, lat=39.05), occur_time=when, **known)
    return found


async def test_only_near_recent_and_kindred_incidents_are_suggested(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    desk.dispatch.set_clock(NOW)
    first = await _call(desk, 106.33, event_code="11A51")
    near = await _call(desk, 106.334)
    await _call(desk, 106.34)
    await _call(desk, 106.33, event_code="12G00")
    await _call(desk, 106.33, at="14:30")
    await _call(desk, 106.33, exercise_id="drill")
    found = await desk.officer(desk.incidents.SuggestDuplicates, pb.SuggestDuplicatesRequest(name=first.name))
    assert [each.incident for each in found.duplicates] == [near.name]
    assert 300 < found.duplicates[0].distance_m < 400
    signal = signals_pb2.ReportSignalRequest(source=pb.INCIDENT_SOURCE_GRID, content="有人落水", location=Point(lon=106.33, lat=39.05), event_code="11A51")
    taken = await desk.officer(desk.signals.ReportSignal, signal)
    assert [each.incident for each in taken.suggestions] == [first.name, near.name]


async def test_a_merge_needs_another_open_incident_of_the_same_kind(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    desk.dispatch.set_clock(NOW)
    first, other = await _call(desk, 106.33, event_code="11A51"), await _call(desk, 106.331)
    fire, drill = await _call(desk, 106.33, event_code="12G00"), await _call(desk, 106.33, exercise_id="drill")

    async def merge(name: str, target: str) -> tuple[grpc.StatusCode, str]:
        return await refusal(desk.officer(desk.incidents.MergeIncident, pb.MergeIncidentRequest(name=name, target=target)))

    assert await merge(first.name, first.name) == (ABORTED, "MERGE_ITSELF")
    assert await merge(fire.name, first.name) == (GUARD, "MERGE_UNRELATED")
    assert await merge(drill.name, first.name) == (GUARD, "OTHER_EXERCISE")
    assert await merge(first.name, "incidents/none") == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
    done = await desk.officer(desk.incidents.MergeIncident, pb.MergeIncidentRequest(name=other.name, target=first.name))
    assert (done.state, done.merged_into, done.counted) == (pb.INCIDENT_STATE_MERGED, first.name, False)
    assert await merge(first.name, other.name) == (ABORTED, "MERGE_TARGET_NOT_OPEN")
    assert await merge(other.name, first.name) == (GUARD, "INVALID_TRANSITION")


async def test_of_opposite_merges_at_once_exactly_one_is_done(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    desk.dispatch.set_clock(NOW)
    for _ in range(4):
        first, other = await _call(desk, 106.33), await _call(desk, 106.331)
        pairs = ((first.name, other.name), (other.name, first.name))
        calls = (desk.officer(desk.incidents.MergeIncident, pb.MergeIncidentRequest(name=name, target=target)) for name, target in pairs)
        answers = await asyncio.gather(*calls, return_exceptions=True)
        assert len([each for each in answers if isinstance(each, grpc.aio.AioRpcError)]) == 1
        stored = [await desk.officer(desk.incidents.GetIncident, pb.GetIncidentRequest(name=each.name)) for each in (first, other)]
        assert sorted(each.state for each in stored) == [pb.INCIDENT_STATE_REPORTED, pb.INCIDENT_STATE_MERGED]


async def test_signals_follow_a_merge_and_obligations_end_with_it(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    desk.dispatch.set_clock(NOW)
    signal = signals_pb2.ReportSignalRequest(source=pb.INCIDENT_SOURCE_GRID, content="落水", location=Point(lon=106.33, lat=39.05))
    taken = await desk.officer(desk.signals.ReportSignal, signal)
    first, other = await _call(desk, 106.33, event_code="11A51"), await _call(desk, 106.33, event_code="11A51", signal=taken.name)
    for each in (first, other):
        await desk.officer(desk.incidents.ConfirmIncident, pb.ConfirmIncidentRequest(name=each.name))
    await desk.officer(desk.incidents.MergeIncident, pb.MergeIncidentRequest(name=other.name, target=first.name))
    assert {each.state for each in (await desk.owed(other.name)).values()} == {5}
    moved = await desk.officer(desk.signals.GetSignal, signals_pb2.GetSignalRequest(name=taken.name))
    assert moved.incident == first.name


async def test_what_is_confirmed_is_not_merged_into_what_is_not(start: Start) -> None:
    """Otherwise the thirty minutes of a major incident would end with a merge, and nothing would be owed."""
    desk = Desk(await start("dispatch"))
    desk.dispatch.set_clock(NOW)
    major, duplicate = await _call(desk, 106.33, event_code="11A51"), await _call(desk, 106.331)
    await desk.facts(major.name, dead=12)
    await desk.facts(duplicate.name, missing=2, dead=1)
    await desk.officer(desk.incidents.ConfirmIncident, pb.ConfirmIncidentRequest(name=major.name))
    owed = await desk.owed(major.name)
    wrong = desk.officer(desk.incidents.MergeIncident, pb.MergeIncidentRequest(name=major.name, target=duplicate.name))
    assert await refusal(wrong) == (GUARD, "MERGE_CONFIRMED_AWAY")
    await desk.officer(desk.incidents.MergeIncident, pb.MergeIncidentRequest(name=duplicate.name, target=major.name))
    after = await desk.owed(major.name)
    assert {key: each.state for key, each in after.items()} == {key: each.state for key, each in owed.items()}
    survivor = await desk.officer(desk.incidents.GetIncident, pb.GetIncidentRequest(name=major.name))
    assert (survivor.facts.dead, survivor.facts.missing) == (12, 2)


async def test_of_two_confirmed_the_survivor_owes_what_the_merged_one_owed(start: Start) -> None:
    """With its deadlines, and with what it knew; what was reported under the merged one is not owed again."""
    desk = Desk(await start("dispatch"))
    desk.dispatch.set_clock(NOW)
    other, first = await _call(desk, 106.33, event_code="11A51"), await _call(desk, 106.331, event_code="11A51")
    await desk.facts(other.name, dead=12)
    await desk.officer(desk.incidents.ConfirmIncident, pb.ConfirmIncidentRequest(name=other.name))
    desk.dispatch.set_clock("2026-07-29T15:30:00+08:00")
    await desk.officer(desk.incidents.ConfirmIncident, pb.ConfirmIncidentRequest(name=first.name))
    await desk.send(other.name, reports_pb2.REPORT_KIND_PHONE_FIRST, to(reports_pb2.PARTY_PROVINCE, reports_pb2.REPORT_CHANNEL_PHONE))
    before = await desk.owed(other.name)
    await desk.officer(desk.incidents.MergeIncident, pb.MergeIncidentRequest(name=other.name, target=first.name))
    after = await desk.owed(first.name)
    was_open = {key: each for key, each in before.items() if each.state == reports_pb2.OBLIGATION_STATE_OPEN}
    assert "R-I2/report/phone/county>city" in was_open
    for key, each in was_open.items():
        assert (after[key].state, after[key].due_time) == (reports_pb2.OBLIGATION_STATE_OPEN, each.due_time), key
    assert after["R-I2/report/phone/county>province"].state == reports_pb2.OBLIGATION_STATE_CANCELLED
    survivor = await desk.officer(desk.incidents.GetIncident, pb.GetIncidentRequest(name=first.name))
    assert (survivor.facts.dead, survivor.grade.level) == (12, 2)


async def test_both_sides_of_a_border_see_an_incident_and_one_commands_it(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    desk.dispatch.set_clock(NOW)
    incident = await _call(desk, 106.33, event_code="11A51", impact_radius_km=30.0)
    assert incident.boundary
    assert incident.regions[0] == "640202"
    neighbour = next(code for code in incident.regions if code.startswith("640") and code != "640202")
    seen = await desk.dispatch.call(desk.incidents.ListIncidents, pb.ListIncidentsRequest(), "their_officer", "duty_officer", regions=(neighbour,))
    assert [each.name for each in seen.incidents] == [incident.name]
    verify = pb.VerifyIncidentRequest(name=incident.name, verifier="x")
    theirs = desk.dispatch.call(desk.incidents.VerifyIncident, verify, "their_officer", "duty_officer", regions=(neighbour,))
    assert await refusal(theirs) == (grpc.StatusCode.PERMISSION_DENIED, "JURISDICTION")
    stranger = desk.dispatch.call(desk.incidents.VerifyIncident, verify, "stranger", "duty_officer", regions=("110101",))
    assert await refusal(stranger) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
    confirmed = await desk.officer(desk.incidents.ConfirmIncident, pb.ConfirmIncidentRequest(name=incident.name))
    assert confirmed.grade.level == 9
    assert confirmed.lead_level in (pb.LEAD_LEVEL_CITY, pb.LEAD_LEVEL_PROVINCE, pb.LEAD_LEVEL_NATION)
