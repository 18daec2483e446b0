"""What is written down beside incidents: consultations, releases of exactly the approved text, instructions, the timeline and the situation."""

import asyncio
from collections import Counter

import grpc

from fenghuo.dispatch.v1 import consultation_events_pb2, consultations_pb2, incidents_pb2, instructions_pb2, releases_pb2, signals_pb2
from fenghuo.dispatch.v1 import timeline_pb2 as pb
from fenghuo.plans.v1 import activation_events_pb2
from tests.fixtures.service import Start
from tests.integration.dispatch.desk import Desk, refusal, stamp

FORBIDDEN = grpc.StatusCode.PERMISSION_DENIED


async def _incident(desk: Desk) -> str:
    desk.dispatch.set_clock("2026-09-10T03:00:00+08:00")
    incident = await desk.register("爆炸", event_code="12D02", occur_time=stamp("2026-09-10T02:10:00+08:00"))
    return str(incident.name)


async def test_a_consultation_before_any_incident_asks_for_experts(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    needs = [consultations_pb2.ExpertNeed(field="hydrology", count=1)]
    request = consultations_pb2.OpenConsultationRequest(
        subject="贺兰山东麓强降雨风险", participants=["气象局", "水务局", "自然资源局"], expert_needs=needs, region_code="640202"
    )
    opened = await desk.officer(desk.consultations.OpenConsultation, request)
    conclude = consultations_pb2.ConcludeConsultationRequest(name=opened.name, conclusion="建议发布黄色预警")
    done = await desk.officer(desk.consultations.ConcludeConsultation, conclude)
    assert done.conclusion == "建议发布黄色预警"
    assert (await refusal(desk.officer(desk.consultations.ConcludeConsultation, conclude)))[1] == "INVALID_TRANSITION"
    events = await desk.dispatch.published("fenghuo.dispatch.consultation.v1", consultation_events_pb2.ConsultationEvent)
    assert events[0].consultation_opened.expert_needs[0].field == "hydrology"
    assert events[0].header.region_code == "640202"


async def test_only_the_approved_text_goes_out(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    name = await _incident(desk)
    draft = releases_pb2.DraftReleaseRequest(incident=name, title="情况通报", content="今日2时10分…", channels=["官网", "广播"])
    release = await desk.leader(desk.releases.DraftRelease, draft)
    publish = releases_pb2.PublishReleaseRequest(name=release.name)
    assert (await refusal(desk.officer(desk.releases.PublishRelease, publish)))[1] == "INVALID_TRANSITION"
    approve = releases_pb2.ApproveReleaseRequest(name=release.name)
    assert await refusal(desk.leader(desk.releases.ApproveRelease, approve)) == (FORBIDDEN, "SEPARATION_OF_DUTY")
    again = releases_pb2.UpdateReleaseRequest(name=release.name, title="情况通报", content="今日2时10分…")
    await desk.officer(desk.releases.UpdateRelease, again)
    assert await refusal(desk.leader(desk.releases.ApproveRelease, approve)) == (FORBIDDEN, "SEPARATION_OF_DUTY")
    await desk.dispatch.call(desk.releases.ApproveRelease, approve, "chief", "duty_leader")
    edit = releases_pb2.UpdateReleaseRequest(name=release.name, title="情况通报", content="改")
    assert await refusal(desk.officer(desk.releases.UpdateRelease, edit)) == (FORBIDDEN, "UNAPPROVED_TEXT")
    publish.content = "今日2时11分…"
    assert await refusal(desk.officer(desk.releases.PublishRelease, publish)) == (FORBIDDEN, "UNAPPROVED_TEXT")
    publish.content = ""
    assert (await desk.officer(desk.releases.PublishRelease, publish)).seq == 1


async def test_an_instruction_is_received_acknowledged_and_carried_out(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    name = await _incident(desk)
    record = instructions_pb2.RecordInstructionRequest(incident=name, giver="市应急局 张局长", content="全力救治伤员")
    given = await desk.officer(desk.instructions.RecordInstruction, record)
    asked = pb.GetSituationRequest(incident=name)
    assert (await desk.officer(desk.timeline.GetSituation, asked)).open_instructions == 1
    await desk.officer(desk.instructions.AcknowledgeInstruction, instructions_pb2.AcknowledgeInstructionRequest(name=given.name))
    complete = instructions_pb2.CompleteInstructionRequest(name=given.name, result="伤员全部送医")
    done = await desk.officer(desk.instructions.CompleteInstruction, complete)
    assert done.state == instructions_pb2.INSTRUCTION_STATE_COMPLETED
    assert (await desk.officer(desk.timeline.GetSituation, asked)).open_instructions == 0


async def test_the_timeline_tells_every_service_s_steps_in_order_and_pages(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    name = await _incident(desk)
    desk.dispatch.set_clock("2026-09-10T03:01:00+08:00")
    await desk.officer(desk.incidents.ConfirmIncident, incidents_pb2.ConfirmIncidentRequest(name=name))
    proposed = activation_events_pb2.ActivationEvent(activation_proposed=activation_events_pb2.ActivationProposed(level=3, basis="R"))
    proposed.header.occurred_at.CopyFrom(stamp("2026-09-10T03:02:00+08:00"))
    await desk.dispatch.deliver("fenghuo.plans.activation.v1", proposed, aggregate="activations/a", incident=name, producer="plans")
    wanted = Counter(IncidentReported=1, IncidentConfirmed=1, IncidentGraded=1, ActivationProposed=1, ObligationOpened=7)
    for _ in range(100):
        types = [each.type for each in (await desk.officer(desk.timeline.ListTimeline, pb.ListTimelineRequest(incident=name))).entries]
        if wanted <= Counter(types):
            break
        await asyncio.sleep(0.05)
    assert wanted <= Counter(types)
    assert types[0] == "IncidentReported"
    assert types[-1] == "ActivationProposed"
    first = await desk.officer(desk.timeline.ListTimeline, pb.ListTimelineRequest(incident=name, page_size=3))
    rest = await desk.officer(desk.timeline.ListTimeline, pb.ListTimelineRequest(incident=name, page_size=3, page_token=first.next_page_token))
    assert [each.type for each in [*first.entries, *rest.entries]] == types[:6]
    told = first.entries[0]
    assert (told.source, told.resource, told.actor.id) == ("dispatch", name, "user:officer")
    assert told.detail["title"] == "爆炸"
    only = await desk.officer(desk.timeline.ListTimeline, pb.ListTimelineRequest(incident=name, types=["IncidentGraded"]))
    assert [each.type for each in only.entries] == ["IncidentGraded"]


async def test_a_signal_is_dropped_with_a_reason_and_stays_dropped(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    name = await _incident(desk)
    request = signals_pb2.ReportSignalRequest(source=incidents_pb2.INCIDENT_SOURCE_MEDIA, content="网传爆炸", region_code="640202")
    signal = await desk.officer(desk.signals.ReportSignal, request)
    await desk.officer(desk.signals.DismissSignal, signals_pb2.DismissSignalRequest(name=signal.name, reason="不实"))
    link = signals_pb2.LinkSignalRequest(name=signal.name, incident=name)
    assert (await refusal(desk.officer(desk.signals.LinkSignal, link)))[1] == "INVALID_TRANSITION"
    neither = signals_pb2.ReportSignalRequest(source=incidents_pb2.INCIDENT_SOURCE_MEDIA, content="?")
    assert (await refusal(desk.officer(desk.signals.ReportSignal, neither)))[1] == "PLACE_OR_REGION"


async def test_nobody_registers_an_incident_from_a_signal_of_another_jurisdiction(start: Start) -> None:
    """As nobody links one; to whoever may not see it, it does not exist."""
    desk = Desk(await start("dispatch"))
    request = signals_pb2.ReportSignalRequest(source=incidents_pb2.INCIDENT_SOURCE_MEDIA, content="网传爆炸", region_code="110101")
    theirs = await desk.dispatch.call(desk.signals.ReportSignal, request, "their_officer", "duty_officer", regions=("110101",))
    assert (await refusal(desk.register("爆炸", signal=theirs.name)))[1] == "NOT_FOUND"
    asked = signals_pb2.GetSignalRequest(name=theirs.name)
    assert not (await desk.dispatch.call(desk.signals.GetSignal, asked, "their_officer", "duty_officer", regions=("110101",))).incident
