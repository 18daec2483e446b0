"""Scenario B of the domain (10 September 2026, an ammonia plant): unit's report, unknown is not zero, potential, secondary incident, late deaths."""

import grpc

from fenghuo.dispatch.v1 import incidents_pb2 as pb
from fenghuo.dispatch.v1 import report_events_pb2, signals_pb2
from fenghuo.dispatch.v1 import reports_pb2 as rp
from fenghuo.type.v1.geo_pb2 import Point
from tests.fixtures.service import Start
from tests.integration.dispatch.desk import NINE, Desk, clock, refusal, stamp

DAY = "2026-09-10T{}:00+08:00"
PLACE = Point(lon=106.425, lat=39.005)


async def _signal(desk: Desk, at: str, source: "pb.IncidentSource.ValueType") -> signals_pb2.Signal:
    desk.dispatch.set_clock(DAY.format(at))
    request = signals_pb2.ReportSignalRequest(source=source, content="爆炸", location=PLACE, occur_time=stamp(DAY.format("02:10")), event_code="12D02")
    found: signals_pb2.Signal = await desk.officer(desk.signals.ReportSignal, request)
    return found


async def _plant(desk: Desk) -> str:
    """B1 to B4: three signals, one incident, one dead and the rest unknown."""
    first = await _signal(desk, "02:16", pb.INCIDENT_SOURCE_PHONE)
    incident = await desk.register(
        "液氨泄漏爆炸", region_code="", location=PLACE, occur_time=stamp(DAY.format("02:10")), signal=first.name, unit_inform_time=stamp(DAY.format("02:14"))
    )
    grid = await _signal(desk, "02:20", pb.INCIDENT_SOURCE_GRID)
    unit = await _signal(desk, "02:38", pb.INCIDENT_SOURCE_UNIT)
    for each in (grid, unit):
        assert [near.incident for near in each.suggestions] == [incident.name]
        await desk.officer(desk.signals.LinkSignal, signals_pb2.LinkSignalRequest(name=each.name, incident=incident.name))
    desk.dispatch.set_clock(DAY.format("02:45"))
    news = pb.UpdateIncidentFactsRequest(name=incident.name, unit_inform_time=stamp(DAY.format("02:20")))
    await desk.officer(desk.incidents.UpdateIncidentFacts, news)
    await desk.officer(desk.incidents.ConfirmIncident, pb.ConfirmIncidentRequest(name=incident.name, event_code="12D02"))
    desk.dispatch.set_clock(DAY.format("02:46"))
    graded = await desk.facts(incident.name, dead=1)
    assert (graded.grade.level, graded.grade.provisional) == (4, True)
    assert set(graded.grade.uncertain) == {"missing", "injured_serious", "loss_fen"}
    return str(incident.name)


async def test_the_unit_reported_in_time_and_a_possible_major_opens_its_own_duties(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    name = await _plant(desk)
    owed = await desk.owed(name)
    unit = owed["R-I4/report/unit>county"]
    assert (clock(unit.due_time), unit.state) == ("10 03:20", rp.OBLIGATION_STATE_MET)
    assert clock(owed["R-I4/report/county>city"].due_time) == "10 04:38"
    assert not [key for key in owed if key.startswith(("R-I2", "R-I3"))]
    await desk.leader(desk.incidents.JudgePotential, pb.JudgePotentialRequest(name=name, level=2, reason="邻近储罐受热"))
    assert clock((await desk.owed(name))["R-I3/warning/county>city"].due_time) == "10 04:46"


async def test_a_secondary_incident_is_linked_and_not_counted_twice(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    name = await _plant(desk)
    child = await desk.register("次生火灾", event_code="12D03", location=PLACE, parent=name)
    assert (child.parent, child.counted) == (name, False)
    children = await desk.officer(desk.incidents.ListIncidents, pb.ListIncidentsRequest(parent=name))
    assert [each.name for each in children.incidents] == [child.name]
    own = pb.UpdateIncidentFactsRequest(name=name, parent=child.name)
    assert await refusal(desk.officer(desk.incidents.UpdateIncidentFacts, own)) == (grpc.StatusCode.FAILED_PRECONDITION, "OWN_CAUSE")


async def test_figures_move_the_grade_at_their_thresholds_and_a_flare_up_owes_a_report(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    name = await _plant(desk)
    steps = [({"dead": 3}, 3), ({"injured_serious": 12}, 3), ({"dead": 2, "injured_serious": 9}, 4), ({"injured_serious": 10}, 3), ({"loss_fen": 10**9}, 3)]
    for figures, level in steps:
        assert (await desk.facts(name, **figures)).grade.level == level
    assert len([key for key in await desk.owed(name) if key.startswith("R-I7/follow_up/county>city/upgrade/")]) == 1
    await _respond(desk, name)
    desk.dispatch.set_clock(DAY.format("06:20"))
    await desk.leader(desk.incidents.ControlIncident, pb.ControlIncidentRequest(name=name, statement="明火扑灭"))
    desk.dispatch.set_clock(DAY.format("06:50"))
    again = await desk.leader(desk.incidents.FlareUpIncident, pb.FlareUpIncidentRequest(name=name, reason="复燃"))
    assert again.state == pb.INCIDENT_STATE_RESPONDING
    assert clock((await desk.owed(name))["R-I7/follow_up/county>city/20260909T225000Z"].due_time) == "10 08:50"


async def test_a_manual_grade_holds_until_the_rules_find_worse(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    name = await _plant(desk)
    raised = await desk.leader(desk.incidents.RegradeIncident, pb.RegradeIncidentRequest(name=name, level=3, reason="社会影响大"))
    assert (raised.grade.level, raised.grade.manual, raised.lead_level) == (3, True, pb.LEAD_LEVEL_CITY)
    assert (await desk.facts(name, missing=0)).grade.level == 3
    worse = await desk.facts(name, dead=10)
    assert (worse.grade.level, worse.grade.manual) == (2, False)
    back = await desk.leader(desk.incidents.RegradeIncident, pb.RegradeIncidentRequest(name=name, level=0, reason="按规则"))
    assert back.grade.level == 2


async def test_deaths_after_the_final_report_are_supplemented_within_thirty_days_and_only_recorded_after(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    name = await _plant(desk)
    await desk.facts(name, dead=3, missing=0, injured_serious=12, loss_fen=10**9)
    await _respond(desk, name)
    await desk.leader(desk.incidents.ControlIncident, pb.ControlIncidentRequest(name=name, statement="明火扑灭"))
    await _sent(desk, name, rp.REPORT_KIND_INITIAL)
    desk.dispatch.set_clock(DAY.format("12:00"))
    ended = await desk.leader(desk.incidents.EndResponse, pb.EndResponseRequest(name=name))
    assert ended.state == pb.INCIDENT_STATE_RESPONSE_ENDED
    desk.dispatch.set_clock(DAY.format("18:00"))
    await _sent(desk, name, rp.REPORT_KIND_FINAL)
    twice = rp.DraftReportRequest(incident=name, kind=rp.REPORT_KIND_FINAL)
    assert await refusal(desk.officer(desk.reports.DraftReport, twice)) == (grpc.StatusCode.ABORTED, "REPORT_EXISTS")
    assert not [key for key in await desk.owed(name) if key.startswith("R-G3")]

    desk.dispatch.set_clock("2026-09-22T09:00:00+08:00")
    before = await desk.officer(desk.incidents.GetGradeHistory, pb.GetGradeHistoryRequest(name=name))
    died = await desk.facts(name, dead=4)
    after = await desk.officer(desk.incidents.GetGradeHistory, pb.GetGradeHistoryRequest(name=name))
    assert died.grade.level == 3
    assert len(after.grades) == len(before.grades) + 1
    await _sent(desk, name, rp.REPORT_KIND_SUPPLEMENT)
    supplements = [each for key, each in (await desk.owed(name)).items() if key.startswith("R-G3")]
    assert [each.state for each in supplements] == [rp.OBLIGATION_STATE_MET]

    desk.dispatch.set_clock("2026-10-11T09:00:00+08:00")
    late = await desk.facts(name, dead=40)
    assert (late.facts.dead, late.grade.level, late.grade.outside_window) == (40, 3, True)
    assert len([key for key in await desk.owed(name) if key.startswith("R-G3")]) == 1


async def test_one_accident_report_wants_the_profile_of_the_unit(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    name = await _plant(desk)
    draft = rp.DraftReportRequest(incident=name, kind=rp.REPORT_KIND_INITIAL, elements=rp.ReportElements(**NINE))
    report = await desk.officer(desk.reports.DraftReport, draft)
    assert list(report.elements_missing) == ["unit_profile"]
    submit = rp.SubmitReportRequest(name=report.name)
    assert await refusal(desk.officer(desk.reports.SubmitReport, submit)) == (grpc.StatusCode.FAILED_PRECONDITION, "ELEMENTS_MISSING")
    told = rp.UpdateReportRequest(name=report.name, elements=rp.ReportElements(unit_profile="暂不清楚", **NINE))
    await desk.officer(desk.reports.UpdateReport, told)
    await desk.officer(desk.reports.SubmitReport, submit)
    sign = rp.SignReportRequest(name=report.name)
    own = desk.dispatch.call(desk.reports.SignReport, sign, "officer", "duty_leader")
    assert await refusal(own) == (grpc.StatusCode.PERMISSION_DENIED, "SEPARATION_OF_DUTY")
    events = await desk.dispatch.published("fenghuo.dispatch.report.v1", report_events_pb2.ReportEvent)
    assert not [each for each in events if each.WhichOneof("event") == "report_sent"]


async def _respond(desk: Desk, name: str) -> None:
    from fenghuo.plans.v1 import activation_events_pb2 as plans

    activated = plans.ActivationEvent(plan_activated=plans.PlanActivated(activation="activations/a"))
    await desk.dispatch.deliver("fenghuo.plans.activation.v1", activated, aggregate="activations/a", incident=name)
    ended = plans.ActivationEvent(activation_terminated=plans.ActivationTerminated(activation="activations/a"))
    await desk.dispatch.deliver("fenghuo.plans.activation.v1", ended, aggregate="activations/a", incident=name)


async def _sent(desk: Desk, name: str, kind: "rp.ReportKind.ValueType") -> rp.Report:
    draft = rp.DraftReportRequest(incident=name, kind=kind, elements=rp.ReportElements(unit_profile="示例化工", **NINE))
    report = await desk.officer(desk.reports.DraftReport, draft)
    await desk.officer(desk.reports.SubmitReport, rp.SubmitReportRequest(name=report.name))
    await desk.leader(desk.reports.SignReport, rp.SignReportRequest(name=report.name))
    sent: rp.Report = await desk.officer(desk.reports.SendReport, rp.SendReportRequest(name=report.name, evidence="报文1，回执1"))
    return sent
