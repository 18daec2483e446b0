"""Call-ups: places, reserve, windows, release; the night at the plant (DOMAIN § 5.2 B8)."""

import asyncio
from dataclasses import replace

import grpc
import pytest

from fenghuo.dispatch.v1.consultation_events_pb2 import ConsultationEvent
from fenghuo.dispatch.v1.incident_events_pb2 import IncidentEvent
from fenghuo.experts.v1 import call_ups_pb2 as cpb
from fenghuo.experts.v1 import expert_groups_pb2 as gpb
from fenghuo.experts.v1 import experts_pb2, matching_pb2
from fenghuo.experts.v1 import invitations_pb2 as ipb
from fenghuo.experts.v1 import opinions_pb2 as opb
from services.experts.repository import incidents
from tests.fixtures.service import Start
from tests.integration.experts.pool import NIGHT, Pool, of

INCIDENTS, CONSULTATIONS = "fenghuo.dispatch.incident.v1", "fenghuo.dispatch.consultation.v1"


async def _pool(start: Start) -> Pool:
    running = await start("experts")
    running.set_clock(NIGHT)
    return Pool(running)


async def _incident(pool: Pool, level: int = 4, potential: int = 0) -> None:
    header = {"aggregate": "incidents/i1", "incident": "incidents/i1", "region_code": "640202"}
    reported = IncidentEvent()
    reported.incident_reported.event_code = "12D02"
    await pool.running.deliver(INCIDENTS, reported, **header)
    graded = IncidentEvent()
    graded.incident_graded.level = level
    await pool.running.deliver(INCIDENTS, graded, **header)
    if potential:
        judged = IncidentEvent()
        judged.potential_judged.level = potential
        await pool.running.deliver(INCIDENTS, judged, **header)


async def test_what_is_told_late_of_an_incident_does_not_take_the_place_of_what_was_told_since(start: Start) -> None:
    pool = await _pool(start)

    async def told(case: str, version: int, event_code: str = "", region_code: str = "640202") -> incidents.KnownIncident | None:
        event = IncidentEvent()
        getattr(event, case).SetInParent()
        if event_code:
            getattr(event, case).event_code = event_code
        header = {"aggregate": "incidents/i1", "incident": "incidents/i1", "exercise_id": "drill-1"}
        await pool.running.deliver(INCIDENTS, event, **header, version=version, region_code=region_code)
        async with pool.running.service.engine.connect() as connection:
            return await incidents.get(connection, "i1")

    first = await told("incident_confirmed", 2, "12D02")
    assert first is not None
    assert (first.event_code, first.region_code, first.exercise_id) == ("12D02", "640202", "drill-1")
    newer = await told("incident_facts_updated", 4, "12D03")
    assert newer == replace(first, event_code="12D03")
    assert await told("incident_confirmed", 2, "12D02") == newer
    moved = await told("incident_graded", 5, region_code="640203")
    assert moved == replace(newer, region_code="640203")
    assert await told("incident_facts_updated", 4, "12D01") == moved
    assert await told("incident_facts_updated", 6) == replace(moved, region_code="640202")


async def test_the_night_at_the_plant(start: Start) -> None:
    pool = await _pool(start)
    await pool.plant()
    await pool.appoint("e1", "危化品", base_region_code="640202")
    await pool.appoint("e2", "危化品", employer="organisations/group")
    await pool.appoint("e3", "hazmat", base_region_code="640100")
    await pool.appoint("e4", "气象")
    await _incident(pool, potential=2)

    call_up = await pool.request("c1", "危化品", subject="incidents/i1", party="大武口区示例化工")
    call_up = await pool.shortlist(call_up.name)
    assert [each.expert for each in call_up.shortlist] == ["experts/e1", "experts/e3"]
    assert [(each.expert, each.reasons[0].code) for each in call_up.left_out] == [("experts/e2", "LEFT_OUT_CONFLICT_PARENT")]
    assert "示例化工集团" in call_up.left_out[0].reasons[0].zh
    assert "parent" in call_up.left_out[0].reasons[0].en
    with pytest.raises(grpc.aio.AioRpcError, match="conflict of interest"):
        await pool.invite(call_up.name, "e2")

    pool.running.set_clock("2026-09-10T02:55:00+08:00")
    await pool.sent(await pool.invite(call_up.name, "e1"), "e1")
    pool.running.set_clock("2026-09-10T03:00:00+08:00")
    await pool.running.ring()
    call_up = await pool.get(call_up.name)
    assert of(call_up, "e1").state == ipb.INVITATION_STATE_NO_ANSWER
    assert [each.expert for each in call_up.proposals] == ["experts/e3"]

    await pool.invite(call_up.name)
    invitation = of(await pool.get(call_up.name), "e3")
    await pool.call(pool.invitations.AcceptInvitation, ipb.AcceptInvitationRequest(name=invitation.name), "e3", "expert")
    late = await pool.call(pool.invitations.AcceptInvitation, ipb.AcceptInvitationRequest(name=of(call_up, "e1").name), "e1", "expert")
    assert (late.state, late.late) == (ipb.INVITATION_STATE_RESERVE, True)

    await _advised(pool, invitation.name)
    listed = await pool.call(pool.opinions.ListOpinions, opb.ListOpinionsRequest(call_up=call_up.name), "duty_officer")
    assert [each.state for each in listed.opinions] == [opb.OPINION_STATE_SUPERSEDED, opb.OPINION_STATE_DECIDED]

    await pool.call(pool.invitations.ReleaseExpert, ipb.InvitationRequest(name=invitation.name), "duty_officer")
    rate = ipb.RateExpertRequest(name=invitation.name, score=5, comment="及时", fee_fen=80_000)
    rated = await pool.call(pool.invitations.RateExpert, rate, "duty_officer")
    assert (rated.fee_fen, rated.HasField("travel_fen")) == (80_000, False)
    closed = await pool.call(pool.call_ups.CloseCallUp, cpb.CallUpRequest(name=call_up.name), "duty_officer")
    assert closed.state == cpb.CALL_UP_STATE_CLOSED
    events = await pool.events()
    assert events.count("ExpertWithdrawn") == 1  # e1, in reserve, is not needed any more
    assert [event for event in events if event != "ExpertWithdrawn"] == [
        "ExpertCallRequested", "ExpertsShortlisted", "ExpertInvited", "InvitationDelivered", "ExpertNoAnswer", "ExpertInvited", "ExpertAccepted",
        "ExpertAccepted",
        "ExpertEngaged", "OpinionSubmitted", "OpinionSubmitted", "OpinionAdopted", "ExpertReleased", "ExpertRated", "ExpertCallClosed",
    ]  # fmt: skip


async def _advised(pool: Pool, name: str) -> None:
    """E3 begins, advises, advises better; the commander follows partly."""
    engage = ipb.EngageExpertRequest(name=name, presence=ipb.PRESENCE_ONLINE, briefed=True)
    with pytest.raises(grpc.aio.AioRpcError, match="An expert begins after: confidentiality notice"):
        await pool.call(pool.invitations.EngageExpert, engage, "duty_officer")
    engage.confidentiality_noted = True
    await pool.call(pool.invitations.EngageExpert, engage, "duty_officer")
    pool.running.set_clock("2026-09-10T03:12:00+08:00")
    advice = opb.SubmitOpinionRequest(
        opinion_id="o1", invitation=name, text="警戒半径300米，下风向1.0公里", confidence=opb.CONFIDENCE_HIGH, assumptions=["风向不变"]
    )
    opinion = await pool.call(pool.opinions.SubmitOpinion, advice, "e3", "expert")
    advice.opinion_id, advice.text = "o2", "警戒半径500米，下风向1.0公里"
    newer = await pool.call(pool.opinions.SubmitOpinion, advice, "e3", "expert")
    assert (newer.number, newer.digest == opinion.digest, newer.signature) == (2, False, "account")
    adopt = opb.AdoptOpinionRequest(name=newer.name, adoption=opb.ADOPTION_PARTLY)
    with pytest.raises(grpc.aio.AioRpcError, match="reason"):
        await pool.call(pool.opinions.AdoptOpinion, adopt, "commander")
    adopt.reason = "道路条件所限，先按300米"
    adopted = await pool.call(pool.opinions.AdoptOpinion, adopt, "commander")
    assert (adopted.decider, adopted.adoption) == ("user:commander", opb.ADOPTION_PARTLY)


async def test_two_yeses_for_the_last_place(start: Start) -> None:
    pool = await _pool(start)
    people = [f"e{number}" for number in range(6)]
    for each in people:
        await pool.appoint(each, "水利")
    call_up = await pool.request("c1", "水利", quota=2)
    await pool.shortlist(call_up.name)
    call_up = await pool.invite(call_up.name, count=6)
    answers = await asyncio.gather(
        *(pool.call(pool.invitations.AcceptInvitation, ipb.AcceptInvitationRequest(name=of(call_up, each).name), each, "expert") for each in people)
    )
    states = [answer.state for answer in answers]
    assert (states.count(ipb.INVITATION_STATE_ACCEPTED), states.count(ipb.INVITATION_STATE_RESERVE)) == (2, 4)
    call_up = await pool.get(call_up.name)
    assert (call_up.accepted, len(call_up.proposals)) == (2, 0)

    first = next(each for each in call_up.invitations if each.state == ipb.INVITATION_STATE_ACCEPTED)
    await pool.call(pool.invitations.StandDownExpert, ipb.StandDownExpertRequest(name=first.name, reason="道路中断"), "duty_officer")
    proposed = (await pool.get(call_up.name)).proposals
    assert len(proposed) == 1
    assert proposed[0].invitation
    waiting = [each for each in call_up.invitations if each.state == ipb.INVITATION_STATE_RESERVE]
    outcomes = await asyncio.gather(
        *(pool.call(pool.invitations.PromoteReserve, ipb.InvitationRequest(name=each.name), "duty_officer") for each in waiting), return_exceptions=True
    )
    assert sum(1 for outcome in outcomes if not isinstance(outcome, BaseException)) == 1


async def test_an_expert_answers_only_own_invitations(start: Start) -> None:
    pool = await _pool(start)
    await pool.appoint("e1", "水利")
    await pool.appoint("e2", "水利")
    call_up = await pool.request("c1", "水利")
    await pool.shortlist(call_up.name)
    mine = of(await pool.invite(call_up.name, "e1"), "e1")
    assert {each.channel for each in mine.deliveries} == {"sms", "app"}
    for user in ("e2", "stranger"):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await pool.call(pool.invitations.AcceptInvitation, ipb.AcceptInvitationRequest(name=mine.name), user, "expert")
        assert refused.value.code() in (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.PERMISSION_DENIED)
    others = await pool.call(pool.invitations.ListOwnInvitations, ipb.ListOwnInvitationsRequest(), "e2", "expert")
    own = await pool.call(pool.invitations.ListOwnInvitations, ipb.ListOwnInvitationsRequest(open_only=True), "e1", "expert")
    assert ([each.name for each in others.invitations], [each.name for each in own.invitations]) == ([], [mine.name])
    decline = ipb.DeclineInvitationRequest(name=mine.name, reason=ipb.DECLINE_REASON_CONFLICT, note="曾任该项目顾问")
    declined = await pool.call(pool.invitations.DeclineInvitation, decline, "e1", "expert")
    assert (declined.state, declined.note) == (ipb.INVITATION_STATE_DECLINED, "")
    assert [each.expert for each in (await pool.get(call_up.name)).proposals] == ["experts/e2"]
    with pytest.raises(grpc.aio.AioRpcError, match="declined"):
        await pool.call(pool.invitations.AcceptInvitation, ipb.AcceptInvitationRequest(name=mine.name), "e1", "expert")


async def test_the_window_follows_the_severity(start: Start) -> None:
    pool = await _pool(start)
    await pool.appoint("e1", "危化品")
    await pool.appoint("e2", "危化品")
    await _incident(pool, level=4)
    call_up = await pool.request("c1", "危化品", subject="incidents/i1")
    await pool.shortlist(call_up.name)
    await pool.sent(await pool.invite(call_up.name, "e1", "e2"), "e1")
    invitation = of(await pool.get(call_up.name), "e1")
    assert invitation.answer_due_time.seconds - invitation.create_time.seconds == 30 * 60
    pool.running.set_clock("2026-09-10T03:00:00+08:00")
    await _incident(pool, level=2)
    await pool.running.ring()
    assert "InvitationUndelivered" not in await pool.events()
    shorter = of(await pool.get(call_up.name), "e1")
    assert shorter.answer_due_time.seconds - invitation.create_time.seconds == 15 * 60
    pool.running.set_clock("2026-09-10T03:05:00+08:00")
    await pool.running.ring()
    assert of(await pool.get(call_up.name), "e1").state == ipb.INVITATION_STATE_NO_ANSWER
    assert (await pool.events()).count("InvitationUndelivered") == 1  # e2, whom nobody has called, at the same time


async def test_nobody_is_late_with_an_answer_to_what_nobody_has_told_them(start: Start) -> None:
    """Invitations counted as sent when they were written, and experts of level I and II had not answered after five minutes, uncalled."""
    pool = await _pool(start)
    for each in ("e1", "e2"):
        await pool.appoint(each, "危化品")
    await _incident(pool, potential=2)
    name = (await pool.request("c1", "危化品", subject="incidents/i1", quota=2)).name
    await pool.shortlist(name)
    call_up = await pool.invite(name, "e1", "e2")
    assert {(way.channel, way.outcome) for way in of(call_up, "e1").deliveries} == {(each, ipb.DELIVERY_OUTCOME_PENDING) for each in ("sms", "app")}
    assert not of(call_up, "e1").HasField("answer_due_time")
    failed = ipb.RecordInvitationDeliveryRequest(name=of(call_up, "e1").name, channel="sms", outcome=ipb.DELIVERY_OUTCOME_FAILED)
    await pool.call(pool.invitations.RecordInvitationDelivery, failed, "duty_officer")
    pool.running.set_clock("2026-09-10T03:30:00+08:00")
    await pool.running.ring()
    assert [of(await pool.get(name), each).state for each in ("e1", "e2")] == [ipb.INVITATION_STATE_INVITED] * 2
    assert (await pool.events()).count("InvitationUndelivered") == 2
    work = cpb.ListCallUpsRequest(undelivered_only=True)
    assert [each.name for each in (await pool.call(pool.call_ups.ListCallUps, work, "duty_officer")).call_ups] == [name]
    await pool.sent(call_up, "e1")
    assert [each.name for each in (await pool.call(pool.call_ups.ListCallUps, work, "duty_officer")).call_ups] == [name]
    own = await pool.call(pool.invitations.AcceptInvitation, ipb.AcceptInvitationRequest(name=of(call_up, "e2").name), "e2", "expert")
    assert (own.state, own.late) == (ipb.INVITATION_STATE_ACCEPTED, False)
    assert not (await pool.call(pool.call_ups.ListCallUps, work, "duty_officer")).call_ups
    pool.running.set_clock("2026-09-10T03:35:00+08:00")
    await pool.running.ring()
    assert of(await pool.get(name), "e1").state == ipb.INVITATION_STATE_NO_ANSWER


async def test_call_ups_go_on_for_the_incident_that_stays(start: Start) -> None:
    """A merge was ignored: experts worked on for an incident that nobody leads."""
    pool = await _pool(start)
    for each in ("e1", "e2"):
        await pool.appoint(each, "结构安全")
    await _incident(pool)
    name = (await pool.request("c1", "结构安全", subject="incidents/i1", quota=2)).name
    await pool.shortlist(name)
    call_up = await pool.invite(name, "e1", "e2")
    recorded = ipb.RecordAnswerRequest(name=of(call_up, "e1").name, accepted=True, channel="phone")
    await pool.call(pool.invitations.RecordAnswer, recorded, "duty_officer")
    form = gpb.FormExpertGroupRequest(display_name="结构组", call_up=name, leader="experts/e1", members=["experts/e1"])
    group = await pool.call(pool.groups.FormExpertGroup, form, "duty_officer")
    merged = IncidentEvent()
    merged.incident_merged.target = "incidents/i2"
    for event_id in ("m1", "m1", "m2"):
        await pool.running.deliver(INCIDENTS, merged, event_id=event_id, aggregate="incidents/i1", incident="incidents/i1", region_code="640202")
    moved = await pool.get(name)
    assert moved.incident == "incidents/i2"
    assert [of(moved, each).state for each in ("e1", "e2")] == [ipb.INVITATION_STATE_ACCEPTED, ipb.INVITATION_STATE_INVITED]
    assert (await pool.events()).count("ExpertCallMoved") == 1
    again = await pool.call(pool.groups.GetExpertGroup, gpb.GetExpertGroupRequest(name=group.name), "duty_officer")
    assert again.incident == "incidents/i2"
    with pytest.raises(grpc.aio.AioRpcError, match="ended"):
        await pool.request("c2", "结构安全", subject="incidents/i1")
    transferred = IncidentEvent()
    transferred.incident_transferred.organisation = "石嘴山市"
    for event_id in ("t1", "t2"):
        await pool.running.deliver(INCIDENTS, transferred, event_id=event_id, aggregate="incidents/i2", incident="incidents/i2", region_code="640202")
    assert (await pool.get(name)).state == cpb.CALL_UP_STATE_CANCELLED


async def test_a_consultation_calls_up_once(start: Start) -> None:
    pool = await _pool(start)
    event = ConsultationEvent()
    event.consultation_opened.subject = "山洪会商"
    for field, count in (("气象", 1), ("hydrology", 2), ("炼金术", 1)):
        event.consultation_opened.expert_needs.add(field=field, count=count)
    for event_id in ("e-1", "e-1", "e-2"):
        await pool.running.deliver(CONSULTATIONS, event, event_id=event_id, aggregate="consultations/k1", region_code="640202", exercise_id="drill-1")
    found = (await pool.call(pool.call_ups.ListCallUps, cpb.ListCallUpsRequest(), "duty_officer")).call_ups
    assert len(found) == 1
    assert (found[0].consultation, found[0].quota, list(found[0].unknown_fields), found[0].exercise_id) == ("consultations/k1", 4, ["炼金术"], "drill-1")
    assert [each.discipline for each in found[0].fields] == ["meteorology", "hydrology"]
    assert await pool.events() == ["ExpertCallRequested"]


async def test_the_end_of_the_response_releases_everybody(start: Start) -> None:
    pool = await _pool(start)
    for each in ("e1", "e2", "e3"):
        await pool.appoint(each, "危化品")
    await _incident(pool)
    call_up = await pool.request("c1", "危化品", subject="incidents/i1", quota=2)
    waiting = await pool.request("c2", "危化品", subject="incidents/i1")
    await pool.shortlist(call_up.name)
    call_up = await pool.invite(call_up.name, count=3)
    await pool.call(pool.invitations.AcceptInvitation, ipb.AcceptInvitationRequest(name=of(call_up, "e1").name), "e1", "expert")
    engage = ipb.EngageExpertRequest(name=of(call_up, "e1").name, presence=ipb.PRESENCE_ONLINE, briefed=True, confidentiality_noted=True)
    await pool.call(pool.invitations.EngageExpert, engage, "duty_officer")
    ended = IncidentEvent()
    ended.response_ended.level = 3
    for event_id in ("end", "end"):
        await pool.running.deliver(INCIDENTS, ended, event_id=event_id, aggregate="incidents/i1", incident="incidents/i1", region_code="640202")
    call_up, waiting = await pool.get(call_up.name), await pool.get(waiting.name)
    assert (call_up.state, waiting.state) == (cpb.CALL_UP_STATE_RELEASED, cpb.CALL_UP_STATE_CANCELLED)
    assert [of(call_up, each).state for each in ("e1", "e2", "e3")] == [
        ipb.INVITATION_STATE_RELEASED,
        ipb.INVITATION_STATE_WITHDRAWN,
        ipb.INVITATION_STATE_WITHDRAWN,
    ]
    events = await pool.events()
    assert (events.count("ExpertReleased"), events.count("ExpertCallCancelled"), events.count("ExpertWithdrawn")) == (1, 1, 2)
    with pytest.raises(grpc.aio.AioRpcError, match="ended"):
        await pool.request("c3", "危化品", subject="incidents/i1")
    pool.running.set_clock("2026-09-10T05:00:00+08:00")
    await pool.running.ring()
    assert "ExpertNoAnswer" not in await pool.events()


async def test_a_group_speaks_through_its_leader_and_keeps_dissent(start: Start) -> None:
    pool = await _pool(start)
    for each in ("e1", "e2", "e3"):
        await pool.appoint(each, "结构安全")
    call_up = await pool.request("c1", "结构安全", quota=2)
    await pool.shortlist(call_up.name)
    call_up = await pool.invite(call_up.name, "e1", "e2", "e3")
    for each in ("e1", "e2"):
        name = of(call_up, each).name
        await pool.call(pool.invitations.RecordAnswer, ipb.RecordAnswerRequest(name=name, accepted=True, channel="phone"), "duty_officer")
        engage = ipb.EngageExpertRequest(name=name, presence=ipb.PRESENCE_ARRIVED, briefed=True, confidentiality_noted=True)
        await pool.call(pool.invitations.EngageExpert, engage, "duty_officer")
    form = gpb.FormExpertGroupRequest(display_name="结构组", call_up=call_up.name, leader="experts/e1", members=["experts/e1", "experts/e3"])
    with pytest.raises(grpc.aio.AioRpcError, match="experts/e3"):
        await pool.call(pool.groups.FormExpertGroup, form, "duty_officer")
    form.members[:] = ["experts/e1", "experts/e2"]
    group = await pool.call(pool.groups.FormExpertGroup, form, "duty_officer")
    joint = opb.SubmitJointOpinionRequest(group=group.name, text="楼体可进入", confidence=opb.CONFIDENCE_MEDIUM)
    with pytest.raises(grpc.aio.AioRpcError, match="leader"):
        await pool.call(pool.opinions.SubmitJointOpinion, joint, "e2", "expert")
    opinion = await pool.call(pool.opinions.SubmitJointOpinion, joint, "e1", "expert")
    dissent = opb.DissentFromOpinionRequest(name=opinion.name, text="须先支护")
    opinion = await pool.call(pool.opinions.DissentFromOpinion, dissent, "e2", "expert")
    assert [(each.expert, each.text) for each in opinion.dissents] == [("experts/e2", "须先支护")]
    for each in ("e1", "e2"):
        await pool.call(pool.invitations.ReleaseExpert, ipb.InvitationRequest(name=of(call_up, each).name), "duty_officer")
    group = await pool.call(pool.groups.GetExpertGroup, gpb.GetExpertGroupRequest(name=group.name), "duty_officer")
    assert group.state == gpb.EXPERT_GROUP_STATE_DISSOLVED


async def test_busy_experts_are_left_out_of_real_call_ups_only_by_real_ones(start: Start) -> None:
    pool = await _pool(start)
    await pool.appoint("e1", "通信")
    drill = await pool.request("c1", "通信", subject="drills/d1")
    assert drill.exercise_id == "d1"
    await pool.shortlist(drill.name)
    invitation = of(await pool.invite(drill.name), "e1")
    await pool.call(pool.invitations.AcceptInvitation, ipb.AcceptInvitationRequest(name=invitation.name), "e1", "expert")
    real = await pool.shortlist((await pool.request("c2", "通信")).name)
    assert [each.expert for each in real.shortlist] == ["experts/e1"]
    second = await pool.shortlist((await pool.request("c3", "通信", subject="drills/d1")).name)
    assert [each.reasons[0].code for each in second.left_out] == ["LEFT_OUT_BUSY"]


async def test_matching_reads_only_and_explains_in_both_languages(start: Start) -> None:
    pool = await _pool(start)
    await pool.appoint("e1", "水利", "气象", base_region_code="640202")
    await pool.appoint("e2", "气象", base_region_code="640100")
    request = matching_pb2.MatchExpertsRequest(region_code="640202")
    request.fields.extend([experts_pb2.ExpertField(discipline="气象"), experts_pb2.ExpertField(discipline="水文", hazard="山洪")])
    found = await pool.call(pool.matching.MatchExperts, request, "duty_officer")
    assert [each.expert for each in found.candidates] == ["experts/e1", "experts/e2"]
    assert found.candidates[0].score == sum(reason.points for reason in found.candidates[0].reasons)
    assert all(reason.zh and reason.en and "{" not in reason.zh + reason.en for each in found.candidates for reason in each.reasons)
    assert (await pool.call(pool.matching.MatchExperts, request, "auditor")).candidates[0].display_name == "***"
    request.fields.add(discipline="炼金术")
    with pytest.raises(grpc.aio.AioRpcError, match="炼金术"):
        await pool.call(pool.matching.MatchExperts, request, "duty_officer")
