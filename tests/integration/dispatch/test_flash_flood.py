"""Scenario A of the domain (29 July 2026, 大武口沟): grading, obligations and timeliness with its exact numbers."""

import grpc

from fenghuo.dispatch.v1 import incident_events_pb2, report_events_pb2
from fenghuo.dispatch.v1 import incidents_pb2 as pb
from fenghuo.dispatch.v1 import reports_pb2 as rp
from fenghuo.type.v1.geo_pb2 import Point
from tests.fixtures.service import Start
from tests.integration.dispatch.desk import Desk, clock, refusal, stamp, to

DAY = "2026-07-29T{}:00+08:00"
NEXT = "2026-07-30T{}:00+08:00"
PHONE, WRITTEN = rp.REPORT_CHANNEL_PHONE, rp.REPORT_CHANNEL_WRITTEN
CITY, PROVINCE, NATION = rp.PARTY_CITY, rp.PARTY_PROVINCE, rp.PARTY_NATION


async def _confirmed(desk: Desk) -> str:
    desk.dispatch.set_clock(DAY.format("15:20"))
    place = Point(lon=106.33, lat=39.05)
    incident = await desk.register("两人被山洪冲走", region_code="", location=place, occur_time=stamp(DAY.format("15:12")), event_code="11A51")
    desk.dispatch.set_clock(DAY.format("15:24"))
    request = pb.ConfirmIncidentRequest(name=incident.name, facts=pb.Facts(missing=2))
    confirmed = await desk.officer(desk.incidents.ConfirmIncident, request)
    assert (confirmed.region_code, confirmed.grade.level, confirmed.grade.provisional, confirmed.grade.by_default) == ("640202", 4, True, True)
    assert list(confirmed.grade.uncertain) == ["dead"]
    assert not confirmed.facts.HasField("dead")
    return str(incident.name)


async def _first_reports(desk: Desk, name: str) -> None:
    """A18: by telephone at 15:36 before the signature, in writing at 15:50; both duties are met."""
    desk.dispatch.set_clock(DAY.format("15:36"))
    early = rp.DraftReportRequest(incident=name, kind=rp.REPORT_KIND_FOLLOWUP, elements=rp.ReportElements(time="x"))
    assert await refusal(desk.officer(desk.reports.DraftReport, early)) == (grpc.StatusCode.ABORTED, "REPORT_ORDER")
    phone = rp.DraftReportRequest(incident=name, kind=rp.REPORT_KIND_PHONE_FIRST, elements=rp.ReportElements(time="15:12", place="大武口沟", nature="山洪"))
    first = await desk.leader(desk.reports.DraftReport, phone)
    sent = await desk.leader(desk.reports.SendReportUrgently, rp.SendReportUrgentlyRequest(name=first.name, reason="人命关天"))
    assert sent.urgent
    assert clock(sent.sign_due_time) == "30 15:36"
    assert len(sent.met_obligations) == 2
    desk.dispatch.set_clock(DAY.format("15:50"))
    initial = await desk.send(name, rp.REPORT_KIND_INITIAL, to(CITY, WRITTEN))
    assert (initial.elements_filled, initial.elements_required) == (9, 9)
    assert {each.state for each in (await desk.owed(name)).values()} == {rp.OBLIGATION_STATE_MET}


async def _told(desk: Desk) -> None:
    """Every change of the level and of who leads was published, in order."""
    graded = await desk.dispatch.published("fenghuo.dispatch.incident.v1", incident_events_pb2.IncidentEvent)
    changes = [(each.incident_graded.previous_level, each.incident_graded.level) for each in graded if each.WhichOneof("event") == "incident_graded"]
    assert changes == [(0, 4), (4, 2), (2, 4)]
    led = [each.lead_level_changed.lead_level for each in graded if each.WhichOneof("event") == "lead_level_changed"]
    assert led == [pb.LEAD_LEVEL_PROVINCE, pb.LEAD_LEVEL_COUNTY]


async def test_the_flood_from_the_first_word_to_the_downgrade(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    name = await _confirmed(desk)
    owed = await desk.owed(name)
    assert {key: clock(each.due_time) for key, each in owed.items()} == {"R-I1/report/county>city": "29 15:54", "R-I6/report/county>city": "29 17:12"}

    await _first_reports(desk, name)

    desk.dispatch.set_clock(DAY.format("16:40"))
    worse = await desk.facts(name, missing=11)
    assert (worse.grade.level, worse.grade.provisional, worse.lead_level) == (2, True, pb.LEAD_LEVEL_PROVINCE)
    added = {key: each for key, each in (await desk.owed(name)).items() if each.state == rp.OBLIGATION_STATE_OPEN}
    assert {key: (clock(each.due_time), clock(each.strict_due_time), each.strict_missed) for key, each in added.items()} == {
        "R-I2/report/phone/county>city": ("29 17:10", "29 15:42", True),
        "R-I2/report/phone/county>province": ("29 17:10", "29 15:42", True),
        "R-I2/report/written/county>city": ("29 17:40", "29 16:12", True),
        "R-I2/report/written/county>province": ("29 17:40", "29 16:12", True),
        "R-I6/report/county>province": ("29 18:40", "29 17:12", False),
        "R-I6/report/county>nation": ("29 18:40", "29 17:12", False),
    }

    desk.dispatch.set_clock(DAY.format("16:55"))
    await desk.send(name, rp.REPORT_KIND_PHONE_FIRST, to(CITY, PHONE), to(PROVINCE, PHONE))
    desk.dispatch.set_clock(DAY.format("17:20"))
    followup = await desk.send(name, rp.REPORT_KIND_FOLLOWUP, to(CITY, WRITTEN), to(PROVINCE, WRITTEN), to(NATION, WRITTEN))
    assert followup.seq == 1
    assert followup.facts.missing == 11
    assert not [each for each in (await desk.owed(name)).values() if each.state != rp.OBLIGATION_STATE_MET]
    measured = await desk.timeliness()
    assert measured.ratio == 1.0
    assert measured.strict_ratio < 1.0

    desk.dispatch.set_clock(NEXT.format("10:30"))
    found = await desk.facts(name, dead=2, missing=0)
    assert (found.grade.level, found.grade.provisional, found.lead_level) == (4, False, pb.LEAD_LEVEL_COUNTY)
    history = (await desk.officer(desk.incidents.GetGradeHistory, pb.GetGradeHistoryRequest(name=name))).grades
    assert [each.level for each in history] == [4, 2, 4]
    assert {each.rule_version for each in history} == {"2026-07-01"}
    states = {key: each.state for key, each in (await desk.owed(name)).items()}
    assert rp.OBLIGATION_STATE_CANCELLED not in states.values()
    assert states["R-I2/report/phone/county>city"] == rp.OBLIGATION_STATE_MET
    await _told(desk)


async def test_warnings_come_once_at_half_four_fifths_and_the_due_time(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    name = await _confirmed(desk)
    for at in ("16:11", "16:12", "16:13", "16:48", "17:12", "17:30"):
        desk.dispatch.set_clock(DAY.format(at))
        await desk.dispatch.ring()
        await desk.dispatch.ring()
    key = "R-I6/report/county>city"
    events = await desk.dispatch.published("fenghuo.dispatch.report.v1", report_events_pb2.ReportEvent)
    soon = [each.report_due_soon.elapsed_percent for each in events if each.report_due_soon.key == key]
    assert soon == [50, 80]
    overdue = [each for each in events if each.report_overdue.key == key]
    assert [clock(each.header.recorded_at) for each in overdue] == ["29 17:12"]
    late = await desk.send(name, rp.REPORT_KIND_INITIAL)
    assert len(late.met_obligations) == 2
    assert (await desk.owed(name))[key].state == rp.OBLIGATION_STATE_MET_LATE
    assert (await desk.timeliness()).ratio == 0.0


async def test_a_zero_report_falls_due_every_morning_until_the_disaster_is_stable(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    name = await _confirmed(desk)
    zero = "R-I6/zero/county>city/2026-07-{}"
    desk.dispatch.set_clock(NEXT.format("00:00"))
    await desk.dispatch.ring()
    assert clock((await desk.owed(name))[zero.format(30)].due_time) == "30 09:00"
    desk.dispatch.set_clock(NEXT.format("08:50"))
    await desk.send(name, rp.REPORT_KIND_ZERO)
    assert (await desk.owed(name))[zero.format(30)].state == rp.OBLIGATION_STATE_MET
    await desk.leader(desk.incidents.DeclareStable, pb.DeclareStableRequest(name=name, reason="险情解除"))
    desk.dispatch.set_clock("2026-07-31T00:30:00+08:00")
    await desk.dispatch.ring()
    assert zero.format(31) not in await desk.owed(name)
