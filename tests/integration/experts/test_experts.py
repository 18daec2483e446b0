"""The pool: two people for every appointment, timers of its end and of staleness, personal data masked, unjournalled and purged."""

from typing import Any

import grpc
import pytest
from sqlalchemy import text

from fenghuo.experts.v1 import experts_pb2 as pb
from fenghuo.experts.v1 import organisations_pb2 as orgs
from fenghuo.experts.v1.expert_events_pb2 import ExpertEvent
from tests.fixtures.service import Start
from tests.integration.experts.pool import EXPERTS, NIGHT, Pool, at

SECRETS = ("专家e1", "0952-0000000", "user:e1", "64020219700101001X", "泄露会商内容", "个人原因")


async def _pool(start: Start) -> Pool:
    running = await start("experts")
    running.set_clock(NIGHT)
    return Pool(running)


def _activation(until: str) -> pb.ActivateExpertRequest:
    request = pb.ActivateExpertRequest(name="experts/e1")
    at(request, "appoint_end_time", until)
    return request


async def _get(pool: Pool, user: str = "duty_officer", *roles: str, **more: Any) -> pb.Expert:
    found: pb.Expert = await pool.call(pool.experts.GetExpert, pb.GetExpertRequest(name="experts/e1"), user, *roles, **more)
    return found


async def test_who_nominates_does_not_appoint(start: Start) -> None:
    pool = await _pool(start)
    await pool.nominate("e1", "水利")
    await pool.call(pool.experts.BeginExpertReview, pb.ExpertRequest(name="experts/e1"), "expert_manager")
    activation = _activation("2027-09-10T00:00:00+08:00")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await pool.call(pool.experts.ActivateExpert, activation, "expert_manager")
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
    with pytest.raises(grpc.aio.AioRpcError, match="own appointment"):
        await pool.call(pool.experts.ActivateExpert, activation, "e1", "duty_leader")
    assert (await pool.call(pool.experts.ActivateExpert, activation, "duty_leader")).state == pb.EXPERT_STATE_ACTIVE


async def test_an_appointment_ends_and_is_renewed(start: Start) -> None:
    pool = await _pool(start)
    await pool.appoint("e1", "水利", until="2027-09-10T00:00:00+08:00")
    pool.running.set_clock("2027-03-10T02:49:00+08:00")
    await pool.running.ring()
    assert not (await _get(pool)).stale
    pool.running.set_clock("2027-03-10T02:50:00+08:00")
    await pool.running.ring()
    stale = await pool.call(pool.experts.ListExperts, pb.ListExpertsRequest(stale_only=True), "expert_manager")
    assert [each.name for each in stale.experts] == ["experts/e1"]
    await pool.call(pool.experts.VerifyExpert, pb.ExpertRequest(name="experts/e1"), "expert_manager")
    assert not (await pool.call(pool.experts.ListExperts, pb.ListExpertsRequest(stale_only=True), "expert_manager")).experts
    pool.running.set_clock("2027-09-10T00:00:00+08:00")
    await pool.running.ring()
    assert (await _get(pool)).state == pb.EXPERT_STATE_EXPIRED
    await pool.call(pool.experts.BeginExpertReview, pb.ExpertRequest(name="experts/e1"), "duty_leader")
    await pool.call(pool.experts.ActivateExpert, _activation("2029-09-10T00:00:00+08:00"), "duty_leader")
    assert [event.header.type for event in await pool.running.published(EXPERTS, ExpertEvent)] == [
        "ExpertNominated", "ExpertReviewBegun", "ExpertActivated", "ExpertStale", "ExpertVerified", "ExpertExpired", "ExpertReviewBegun", "ExpertActivated",
    ]  # fmt: skip


async def test_personal_data_is_masked_kept_out_of_the_journal_and_purged(start: Start) -> None:
    pool = await _pool(start)
    profile = pb.ExpertProfile(display_name="专家e1", employer="宁夏大学", account="user:e1", contact=pb.Contact(phone="0952-0000000"))
    profile.fields.add(discipline="水利")
    nomination = pb.NominateExpertRequest(expert_id="e1", profile=profile, region_code="640202", identity_number="64020219700101001X")
    answer = await pool.call(pool.experts.NominateExpert, nomination, "expert_manager")
    assert (answer.profile.display_name, answer.profile.contact.phone) == ("", "")
    nomination.expert_id, nomination.profile.account = "again", ""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await pool.call(pool.experts.NominateExpert, nomination, "expert_manager")
    assert refused.value.code() is grpc.StatusCode.ALREADY_EXISTS
    await pool.call(pool.experts.BeginExpertReview, pb.ExpertRequest(name="experts/e1"), "duty_leader")
    await pool.call(pool.experts.ActivateExpert, _activation("2028-01-01T00:00:00+08:00"), "duty_leader")
    breach = pb.RecordDisciplineRequest(name="experts/e1", kind=pb.DISCIPLINE_KIND_BREACH_OF_CONFIDENTIALITY, text="泄露会商内容")
    await pool.call(pool.experts.RecordDiscipline, breach, "expert_manager")
    seen, masked = await _get(pool, "expert_manager"), await _get(pool, "auditor")
    assert (seen.profile.contact.phone, seen.discipline_records[0].text) == ("0952-0000000", "泄露会商内容")
    assert (masked.profile.display_name, masked.profile.contact.phone, masked.profile.account, masked.discipline_records[0].text) == ("***",) * 4
    with pytest.raises(grpc.aio.AioRpcError, match="was not found"):
        await _get(pool, "outsider", "duty_officer", regions=("640221",))
    await pool.call(pool.experts.ShareExpert, pb.ShareExpertRequest(name="experts/e1", shared_with=["640221"]), "expert_manager")
    assert (await _get(pool, "outsider", "duty_officer", regions=("640221",))).name == "experts/e1"
    for region, visible in (("640221", 1), ("6402", 1), ("640205", 0)):
        listed = await pool.call(pool.experts.ListExperts, pb.ListExpertsRequest(), "outsider", "duty_officer", regions=(region,))
        assert len(listed.experts) == visible, region

    leave = pb.ExpertReasonRequest(name="experts/e1", reason="个人原因")
    await pool.call(pool.experts.SuspendExpert, leave, "expert_manager")
    await pool.call(pool.experts.RemoveExpert, leave, "expert_manager")
    pool.running.set_clock("2026-12-09T02:50:00+08:00")
    await pool.running.ring()
    gone = await _get(pool, "expert_manager")
    assert (gone.purged, gone.profile.display_name, gone.profile.employer, gone.reason, gone.discipline_records[0].text) == (True, "", "", "", "")
    await pool.running.service.relay.flush()
    async with pool.running.service.engine.connect() as connection:
        kept = [bytes(value) for row in await connection.execute(text("SELECT response, events, request_digest FROM journal")) for value in row if value]
        left = str((await connection.execute(text("SELECT * FROM expert"))).all())
    assert not [secret for secret in SECRETS if any(secret.encode() in value for value in kept) or secret in left]


async def test_an_expert_keeps_the_own_calendar(start: Start) -> None:
    pool = await _pool(start)
    await pool.appoint("e1", "水利")
    request = pb.SetOwnAvailabilityRequest()
    span = request.availability.add(kind=pb.AVAILABILITY_KIND_UNAVAILABLE)
    at(span, "start_time", "2026-09-09T00:00:00+08:00")
    at(span, "end_time", "2026-09-11T00:00:00+08:00")
    await pool.call(pool.experts.SetOwnAvailability, request, "e1", "expert")
    with pytest.raises(grpc.aio.AioRpcError, match="no expert"):
        await pool.call(pool.experts.SetOwnAvailability, request, "nobody", "expert")
    call_up = await pool.shortlist((await pool.request("c1", "水利")).name)
    assert [reason.code for reason in call_up.left_out[0].reasons] == ["LEFT_OUT_UNAVAILABLE"]
    stats = await pool.call(pool.experts.GetPoolStats, pb.GetPoolStatsRequest(), "auditor")
    assert (dict(stats.by_state), dict(stats.active_by_discipline), "hydrology" in stats.missing_disciplines) == ({"active": 1}, {"hydrology": 1}, False)


async def test_only_the_office_that_keeps_an_organisation_changes_it(start: Start) -> None:
    """The expert manager of another county renamed, and gave another parent to, an organisation that every county's conflicts of interest are decided by."""
    pool = await _pool(start)
    await pool.plant()
    shown = await pool.call(pool.organisations.GetOrganisation, orgs.GetOrganisationRequest(name="organisations/plant"), "expert_manager", regions=("640221",))
    assert (shown.region_code, shown.parent) == ("640202", "organisations/group")
    change = orgs.UpdateOrganisationRequest(name="organisations/plant", display_name="别名")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await pool.call(pool.organisations.UpdateOrganisation, change, "expert_manager", regions=("640221",))
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
    assert (await pool.call(pool.organisations.UpdateOrganisation, change, "expert_manager")).display_name == "别名"
