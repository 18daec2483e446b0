"""Reports: signed by two, sent once, received or tried again, corrected by new ones; what was sent before its signature is a debt."""

import asyncio

import grpc

from fenghuo.dispatch.v1 import incidents_pb2, report_events_pb2, shifts_pb2, shifts_pb2_grpc, timeline_pb2
from fenghuo.dispatch.v1 import reports_pb2 as pb
from tests.fixtures.service import Start
from tests.integration.dispatch.desk import NINE, Desk, clock, refusal, stamp, to

NOW = "2026-07-29T16:{}:00+08:00"
GUARD, ABORTED = grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.ABORTED
CITY = pb.PARTY_CITY


async def _incident(desk: Desk) -> str:
    desk.dispatch.set_clock(NOW.format("00"))
    incident = await desk.register("山洪", event_code="11A51", occur_time=stamp(NOW.format("00")))
    await desk.officer(desk.incidents.ConfirmIncident, incidents_pb2.ConfirmIncidentRequest(name=incident.name))
    return str(incident.name)


async def test_a_report_is_returned_rewritten_signed_by_another_and_then_never_changes(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    name = await _incident(desk)
    draft = pb.DraftReportRequest(incident=name, kind=pb.REPORT_KIND_INITIAL, elements=pb.ReportElements(**NINE))
    report = await desk.officer(desk.reports.DraftReport, draft)
    assert [(each.recipient, each.channel) for each in report.deliveries] == [(CITY, pb.REPORT_CHANNEL_WRITTEN)]
    sending = pb.SendReportRequest(name=report.name, evidence="报文1，回执1")
    assert await refusal(desk.officer(desk.reports.SendReport, sending)) == (GUARD, "INVALID_TRANSITION")
    await desk.officer(desk.reports.SubmitReport, pb.SubmitReportRequest(name=report.name))
    back = await desk.leader(desk.reports.ReturnReport, pb.ReturnReportRequest(name=report.name, reason="补充伤亡"))
    assert (back.state, back.return_reason) == (pb.REPORT_STATE_DRAFTING, "补充伤亡")
    texts = NINE | {"casualties_and_loss": "1人失踪"}
    await desk.officer(desk.reports.UpdateReport, pb.UpdateReportRequest(name=report.name, elements=pb.ReportElements(**texts)))
    await desk.officer(desk.reports.SubmitReport, pb.SubmitReportRequest(name=report.name))
    await desk.leader(desk.reports.SignReport, pb.SignReportRequest(name=report.name))
    without = desk.officer(desk.reports.SendReport, pb.SendReportRequest(name=report.name, evidence=" "))
    assert await refusal(without) == (GUARD, "EVIDENCE_NEEDED")
    sent = await desk.officer(desk.reports.SendReport, sending)
    assert (sent.drafter, sent.signatory) == ("user:officer", "user:leader")
    changed = pb.UpdateReportRequest(name=report.name, elements=pb.ReportElements(**NINE))
    assert await refusal(desk.officer(desk.reports.UpdateReport, changed)) == (GUARD, "INVALID_TRANSITION")
    assert await refusal(desk.officer(desk.reports.SendReport, sending)) == (GUARD, "INVALID_TRANSITION")
    second = pb.DraftReportRequest(incident=name, kind=pb.REPORT_KIND_INITIAL)
    assert await refusal(desk.officer(desk.reports.DraftReport, second)) == (ABORTED, "REPORT_EXISTS")


async def test_what_did_not_arrive_is_tried_again_later_and_later_and_by_another_channel(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    name = await _incident(desk)
    report = await desk.send(name, pb.REPORT_KIND_INITIAL, to(CITY, pb.REPORT_CHANNEL_WRITTEN), to(pb.PARTY_GARRISON, pb.REPORT_CHANNEL_PHONE))
    bounce = pb.BounceReportRequest(name=report.name, recipient=CITY, reason="线路忙")
    bounced = await desk.officer(desk.reports.BounceReport, bounce)
    assert bounced.state == pb.REPORT_STATE_BOUNCED
    desk.dispatch.set_clock(NOW.format("01"))
    await desk.dispatch.ring()
    again = await desk.officer(desk.reports.GetReport, pb.GetReportRequest(name=report.name))
    assert (again.state, again.deliveries[0].attempts) == (pb.REPORT_STATE_SENT, 2)
    await desk.officer(desk.reports.BounceReport, bounce)
    retry = pb.RetryReportRequest(name=report.name, recipient=CITY, channel=pb.REPORT_CHANNEL_PHONE)
    by_phone = await desk.officer(desk.reports.RetryReport, retry)
    assert (by_phone.deliveries[0].channel, by_phone.deliveries[0].attempts) == (pb.REPORT_CHANNEL_PHONE, 3)
    desk.dispatch.set_clock(NOW.format("30"))
    await desk.dispatch.ring()
    for party in (CITY, pb.PARTY_GARRISON):
        taken = pb.AcknowledgeReportRequest(name=report.name, recipient=party, receiver="值班员")
        done = await desk.officer(desk.reports.AcknowledgeReport, taken)
    assert done.state == pb.REPORT_STATE_ACKNOWLEDGED
    events = await desk.dispatch.published("fenghuo.dispatch.report.v1", report_events_pb2.ReportEvent)
    failed = [each.report_delivery_failed.switch_channel for each in events if each.WhichOneof("event") == "report_delivery_failed"]
    assert failed == [False, True]
    assert [each.report_sent.attempt for each in events if each.WhichOneof("event") == "report_sent"] == [1, 2, 3]
    nobody = pb.AcknowledgeReportRequest(name=report.name, recipient=pb.PARTY_POLICE, receiver="x")
    assert await refusal(desk.officer(desk.reports.AcknowledgeReport, nobody)) == (GUARD, "INVALID_TRANSITION")


async def test_a_duty_whose_report_did_not_arrive_is_owed_again_and_late_if_it_is_late(start: Start) -> None:
    """A bounce used to leave the duty met and in time, for ever."""
    desk = Desk(await start("dispatch"))
    name = await _incident(desk)
    report = await desk.send(name, pb.REPORT_KIND_INITIAL, to(CITY, pb.REPORT_CHANNEL_WRITTEN))
    key = "R-I1/report/county>city"
    assert (await desk.owed(name))[key].state == pb.OBLIGATION_STATE_MET
    for minute in ("00", "01", "03", "07"):
        desk.dispatch.set_clock(NOW.format(minute))
        await desk.dispatch.ring()
        await desk.officer(desk.reports.BounceReport, pb.BounceReportRequest(name=report.name, recipient=CITY, reason="线路忙"))
    owed = (await desk.owed(name))[key]
    assert (owed.state, owed.satisfied_by, owed.HasField("meet_time")) == (pb.OBLIGATION_STATE_OPEN, "", False)
    desk.dispatch.set_clock(NOW.format("31"))
    for _ in range(3):
        await desk.dispatch.ring()
    events = await desk.dispatch.published("fenghuo.dispatch.report.v1", report_events_pb2.ReportEvent)
    assert "obligation_reopened" in {each.WhichOneof("event") for each in events}
    assert key in {each.report_overdue.key for each in events if each.WhichOneof("event") == "report_overdue"}
    assert ((await desk.timeliness()).in_time, (await desk.timeliness()).due) == (0, 1)
    again = await desk.officer(desk.reports.RetryReport, pb.RetryReportRequest(name=report.name, recipient=CITY))
    owed = (await desk.owed(name))[key]
    assert (owed.state, owed.satisfied_by, clock(owed.meet_time)) == (pb.OBLIGATION_STATE_MET_LATE, report.name, "29 16:31")
    assert owed.name in again.met_obligations


async def test_a_duty_stays_met_while_another_delivery_met_it_or_it_arrived_after_all(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    name = await _incident(desk)
    report = await desk.send(name, pb.REPORT_KIND_INITIAL, to(CITY, pb.REPORT_CHANNEL_WRITTEN))
    bounce = pb.BounceReportRequest(name=report.name, recipient=CITY, reason="线路忙")
    key = "R-I1/report/county>city"
    await desk.officer(desk.reports.BounceReport, bounce)
    assert (await desk.owed(name))[key].state == pb.OBLIGATION_STATE_OPEN
    await desk.officer(desk.reports.AcknowledgeReport, pb.AcknowledgeReportRequest(name=report.name, recipient=CITY, receiver="值班员"))
    assert (await desk.owed(name))[key].state == pb.OBLIGATION_STATE_MET
    first = await desk.send(name, pb.REPORT_KIND_PHONE_FIRST, to(pb.PARTY_PROVINCE, pb.REPORT_CHANNEL_PHONE), to(CITY, pb.REPORT_CHANNEL_PHONE))
    second = await desk.send(name, pb.REPORT_KIND_FOLLOWUP, to(pb.PARTY_PROVINCE, pb.REPORT_CHANNEL_PHONE))
    await desk.facts(name, missing=11)
    phone = "R-I2/report/phone/county>province"
    assert (await desk.owed(name))[phone].state == pb.OBLIGATION_STATE_MET
    satisfied = (await desk.owed(name))[phone].satisfied_by
    other = second if satisfied == first.name else first
    await desk.officer(desk.reports.BounceReport, pb.BounceReportRequest(name=satisfied, recipient=pb.PARTY_PROVINCE, reason="占线"))
    assert (await desk.owed(name))[phone].satisfied_by == other.name
    to_paper = pb.RetryReportRequest(name=satisfied, recipient=pb.PARTY_PROVINCE, channel=pb.REPORT_CHANNEL_WRITTEN, evidence="报文2，回执2")
    written = await desk.officer(desk.reports.RetryReport, to_paper)
    assert written.deliveries[0].evidence == "报文2，回执2"


async def test_a_returned_report_stays_as_it_was_and_a_correction_follows(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    name = await _incident(desk)
    report = await desk.send(name, pb.REPORT_KIND_INITIAL)
    correction = pb.DraftReportRequest(incident=name, kind=pb.REPORT_KIND_CORRECTION, elements=pb.ReportElements(**NINE))
    assert await refusal(desk.officer(desk.reports.DraftReport, correction)) == (GUARD, "CORRECTS_NEEDED")
    wrong = pb.RecipientReturnReportRequest(name=report.name, recipient=CITY, reason="地点有误")
    returned = await desk.officer(desk.reports.RecipientReturnReport, wrong)
    assert (returned.state, returned.elements.place) == (pb.REPORT_STATE_RETURNED, NINE["place"])
    correction.corrects = report.name
    assert (await desk.officer(desk.reports.DraftReport, correction)).corrects == report.name


async def test_while_a_shift_is_on_duty_its_leader_signs(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    name = await _incident(desk)
    draft = pb.DraftReportRequest(incident=name, kind=pb.REPORT_KIND_INITIAL, elements=pb.ReportElements(**NINE))
    report = await desk.officer(desk.reports.DraftReport, draft)
    await desk.officer(desk.reports.SubmitReport, pb.SubmitReportRequest(name=report.name))
    shifts = shifts_pb2_grpc.ShiftServiceStub(desk.dispatch.channel)
    people = [shifts_pb2.DutyPerson(person=each, display_name=each, phone="1") for each in ("chief", "officer")]
    begins, ends = stamp(NOW.format("05")), stamp("2026-07-30T08:00:00+08:00")
    planned = shifts_pb2.ScheduleShiftRequest(org="区应急局", region_code="640202", leader=people[0], officers=people[1:], start_time=begins, end_time=ends)
    shift = await desk.leader(shifts.ScheduleShift, planned)
    roster = shifts_pb2.FileRosterRequest(org="区应急局", period_start_time=stamp(NOW.format("01")), period_end_time=ends, recipient="市局")
    await desk.leader(shifts.FileRoster, roster)
    desk.dispatch.set_clock(NOW.format("05"))
    await desk.dispatch.call(shifts.CheckIn, shifts_pb2.ShiftRequest(name=shift.name), "chief", "duty_leader")
    sign = pb.SignReportRequest(name=report.name)
    assert await refusal(desk.leader(desk.reports.SignReport, sign)) == (GUARD, "LEADER_NOT_ON_DUTY")
    signed = await desk.dispatch.call(desk.reports.SignReport, sign, "chief", "duty_leader")
    assert signed.signatory == "user:chief"


async def test_whoever_wrote_any_of_a_report_does_not_sign_it(start: Start) -> None:
    """Only the drafter used to be known: a leader could rewrite the text and sign it."""
    desk = Desk(await start("dispatch"))
    name = await _incident(desk)
    report = await desk.officer(desk.reports.DraftReport, pb.DraftReportRequest(incident=name, kind=pb.REPORT_KIND_INITIAL))
    await desk.leader(desk.reports.UpdateReport, pb.UpdateReportRequest(name=report.name, elements=pb.ReportElements(**NINE)))
    await desk.officer(desk.reports.SubmitReport, pb.SubmitReportRequest(name=report.name))
    sign = pb.SignReportRequest(name=report.name)
    assert await refusal(desk.leader(desk.reports.SignReport, sign)) == (grpc.StatusCode.PERMISSION_DENIED, "SEPARATION_OF_DUTY")
    signed = await desk.dispatch.call(desk.reports.SignReport, sign, "second", "duty_leader")
    assert signed.signatory == "user:second"


async def test_an_urgent_report_owes_its_signature(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    name = await _incident(desk)
    draft = pb.DraftReportRequest(incident=name, kind=pb.REPORT_KIND_INITIAL, elements=pb.ReportElements(time="16:00"))
    report = await desk.officer(desk.reports.DraftReport, draft)
    urgent = pb.SendReportUrgentlyRequest(name=report.name, reason="人命关天", evidence="报文1，回执1")
    refused = await refusal(desk.officer(desk.reports.SendReportUrgently, urgent))
    assert refused == (grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED")
    await desk.leader(desk.reports.SendReportUrgently, urgent)
    owed = (await desk.leader(desk.timeline.ListDebts, timeline_pb2.ListDebtsRequest())).debts
    assert [(each.kind, each.resource, clock(each.due_time)) for each in owed] == [("signature", report.name, "30 16:00")]
    await desk.leader(desk.reports.CountersignReport, pb.CountersignReportRequest(name=report.name))
    assert not (await desk.leader(desk.timeline.ListDebts, timeline_pb2.ListDebtsRequest())).debts
    assert (await desk.leader(desk.timeline.ListDebts, timeline_pb2.ListDebtsRequest(paid=True))).debts[0].HasField("pay_time")
    twice = desk.leader(desk.reports.CountersignReport, pb.CountersignReportRequest(name=report.name))
    assert await refusal(twice) == (GUARD, "NO_SIGNATURE_OWED")
    zero = await desk.officer(desk.reports.DraftReport, pb.DraftReportRequest(incident=name, kind=pb.REPORT_KIND_ZERO))
    early = desk.leader(desk.reports.SendReportUrgently, pb.SendReportUrgentlyRequest(name=zero.name, reason="x"))
    assert await refusal(early) == (GUARD, "URGENT_ONLY_FIRST")


async def test_of_clerks_who_draft_and_send_at_once_one_is_first(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    name = await _incident(desk)
    drafts = (
        desk.officer(desk.reports.DraftReport, pb.DraftReportRequest(incident=name, kind=pb.REPORT_KIND_INITIAL, elements=pb.ReportElements(**NINE)))
        for _ in range(4)
    )
    answers = await asyncio.gather(*drafts, return_exceptions=True)
    made = [each for each in answers if isinstance(each, pb.Report)]
    assert len(made) == 1
    await desk.officer(desk.reports.SubmitReport, pb.SubmitReportRequest(name=made[0].name))
    await desk.leader(desk.reports.SignReport, pb.SignReportRequest(name=made[0].name))
    sends = (desk.officer(desk.reports.SendReport, pb.SendReportRequest(name=made[0].name, evidence="报文1，回执1")) for _ in range(4))
    left = [each for each in await asyncio.gather(*sends, return_exceptions=True) if isinstance(each, pb.Report)]
    assert len(left) == 1
    followups = (desk.officer(desk.reports.DraftReport, pb.DraftReportRequest(incident=name, kind=pb.REPORT_KIND_FOLLOWUP)) for _ in range(4))
    assert sorted([each.seq for each in await asyncio.gather(*followups)]) == [1, 2, 3, 4]


async def test_a_leader_waives_a_duty_with_a_reason_and_it_no_longer_counts(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    name = await _incident(desk)
    owed = await desk.owed(name)
    waive = pb.WaiveObligationRequest(name=owed["R-I1/report/county>city"].name, reason="市局同时在场")
    refused = await refusal(desk.officer(desk.obligations.WaiveObligation, waive))
    assert refused == (grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED")
    waived = await desk.leader(desk.obligations.WaiveObligation, waive)
    assert (waived.state, waived.approver) == (pb.OBLIGATION_STATE_WAIVED, "user:leader")
    desk.dispatch.set_clock("2026-07-30T00:00:00+08:00")
    measured = await desk.timeliness()
    assert (measured.in_time, measured.due) == (0, 1)
