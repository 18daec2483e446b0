"""Alerts through the real service: scenario A's rules, two people, one publication, chains, expiry, debts."""

import asyncio
from typing import Any

import grpc
import pytest
from sqlalchemy import text

from chassis.messages import Catalogue
from chassis.settings import ROOT
from fenghuo.alerts.v1 import alerts_pb2 as pb
from fenghuo.alerts.v1 import authorities_pb2, deliveries_pb2, feed_pb2
from services.alerts.cap.lint import check_bytes
from tests.fixtures.service import Start
from tests.integration.alerts.desk import DAY, P2, Desk, content, reason


async def _desk(start: Start, *levels: int) -> Desk:
    desk = Desk(await start("alerts"))
    desk.run.set_clock(f"{DAY}13:40:00+08:00")
    await desk.authority(levels or (3, 4))
    return desk


async def _refused(awaited: Any) -> tuple[str, dict[str, str]]:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await awaited
    return reason(refused.value)


async def test_a_level_beyond_the_own_authority_is_refused_and_may_be_forwarded(start: Start) -> None:
    desk = await _desk(start)
    alert = await desk.draft(content(level=2))
    await desk.submit(alert.name)
    why, details = await _refused(desk.approve(alert.name))
    assert (why, details["allowed_levels"], details["forwardToUpper"]) == ("AUTHORITY_LEVEL", "3, 4", f"{alert.name}:forwardToUpper")
    await desk.run.call(desk.alerts.ForwardAlertToUpper, pb.AlertReasonRequest(name=alert.name, reason="超出权限"), "alert_issuer")
    notices = await desk.run.call(desk.alerts.ListAlertNotices, pb.ListAlertNoticesRequest(alert=alert.name), "observer")
    assert [(each.kind, each.region_code) for each in notices.alert_notices] == [(pb.NOTICE_KIND_FORWARD, "640200")]


async def test_the_rules_of_cap_and_of_the_law_are_guards_with_their_ids(start: Start) -> None:
    desk = await _desk(start)
    three = await desk.draft(content(ring=((39.1, 106.27), (39.1, 106.36), (39.02, 106.4))))
    why, details = await _refused(desk.submit(three.name))
    assert (why, details["field"], details["kind"]) == ("C11", "info[1]/area[1]/polygon[1]", "GUARD")
    told = Catalogue.load(ROOT / "messages").text(why, "zh", details)
    assert (told.startswith("多边形须闭合"), "CAP_" in told, "{" in told) == (True, False, False), told
    endless = await desk.draft(content(hours=None))
    assert (await _refused(desk.submit(endless.name)))[0] == "C15"
    silent = content()
    silent.infos[0].instruction = ""
    why, details = await _refused(desk.submit((await desk.draft(silent)).name))
    assert (why, details["missing"]) == ("LAW_64", "instruction")
    await desk.run.call(desk.alerts.ReviseAlert, pb.ReviseAlertRequest(name=three.name, content=content()), "alert_editor")
    assert (await desk.submit(three.name)).state == pb.ALERT_STATE_SUBMITTED


async def test_who_wrote_it_does_not_approve_it(start: Start) -> None:
    desk = await _desk(start)
    alert = await desk.draft()
    await desk.submit(alert.name)
    own = pb.ApproveAlertRequest(name=alert.name, content_hash=(await desk.get(alert.name)).content_hash)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await desk.run.call(desk.alerts.ApproveAlert, own, "alert_editor", "alert_editor", "alert_issuer")
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
    assert reason(refused.value)[0] == "SEPARATION_OF_DUTY"
    await desk.run.call(desk.alerts.ReviewAlert, pb.ReviewAlertRequest(name=alert.name), "alert_reviewer")
    assert (await _refused(desk.approve(alert.name, "alert_reviewer")))[0] == "SEPARATION_OF_DUTY"
    approved = await desk.approve(alert.name)
    assert [each.act for each in approved.signatures] == ["submit", "review", "approve"]
    assert {each.content_hash for each in approved.signatures} == {approved.content_hash}


async def test_an_approval_names_the_content_that_was_seen(start: Start) -> None:
    """Without hash and version whatever was stored was approved, seen or not."""
    desk = await _desk(start)
    alert = await desk.draft()
    await desk.submit(alert.name)
    blind = desk.run.call(desk.alerts.ApproveAlert, pb.ApproveAlertRequest(name=alert.name), "alert_issuer")
    why, details = await _refused(blind)
    assert (why, details["field"], details["kind"]) == ("CONTENT_HASH_NEEDED", "content_hash", "INVALID")


async def test_an_urgent_approval_taken_back_can_still_be_reviewed(start: Start) -> None:
    """The debt was listed for ever: a discarded message took no review."""
    desk = await _desk(start)
    alert = await desk.draft()
    await desk.run.call(desk.alerts.ApproveAlertUrgent, pb.ApproveAlertRequest(name=alert.name), "alert_issuer")
    await desk.run.call(desk.alerts.RecallAlert, pb.AlertReasonRequest(name=alert.name, reason="雨停了"), "alert_issuer")
    debts = await desk.run.call(desk.alerts.ListAlertDebts, pb.ListAlertDebtsRequest(), "auditor")
    assert [each.name for each in debts.alerts] == [alert.name]
    paid = await desk.run.call(desk.alerts.PostReviewAlert, pb.ReviewAlertRequest(name=alert.name), "alert_reviewer")
    assert (paid.state, paid.HasField("post_review_time")) == (pb.ALERT_STATE_DISCARDED, True)
    assert not (await desk.run.call(desk.alerts.ListAlertDebts, pb.ListAlertDebtsRequest(), "auditor")).alerts


async def test_publishing_leaves_everything_that_follows(start: Start) -> None:
    desk = await _desk(start)
    desk.run.set_clock(f"{DAY}14:00:00+08:00")
    alert = await desk.issue(content(notify_regions=["640221"]))
    assert (alert.identifier, len(alert.identifier) <= 31) == ("64020299900000_20260729140000", True)
    assert (alert.target_population, len(alert.villages), list(alert.regions)) == (3920, 3, ["640202"])
    document = await desk.run.call(desk.feed.GetCapDocument, feed_pb2.GetCapDocumentRequest(identifier=alert.identifier), "reader", "public")
    assert check_bytes(document.document).clean
    published = next(fact for name, fact in await desk.facts() if name == "AlertPublished")
    assert [(each.article, each.item) for each in published.measures] == [(66, item) for item in range(1, 6)]
    kinds = [(each.kind, each.region_code, each.addressee) for each in published.notices]
    assert kinds == [
        (pb.NOTICE_KIND_UPPER, "640200", "石嘴山市"),
        (pb.NOTICE_KIND_GARRISON, "640202", "大武口区"),
        (pb.NOTICE_KIND_NEIGHBOUR, "640221", "平罗县"),
    ]
    chain = await desk.run.call(desk.alerts.GetAlertChain, pb.GetAlertRequest(name=alert.name), "observer")
    assert (chain.state, chain.head, chain.expected_end_time) == (pb.ALERT_CHAIN_STATE_LIVE, alert.name, alert.content.expire_time)
    feed = await desk.run.call(desk.feed.GetFeed, feed_pb2.GetFeedRequest(base_address="https://warnings.example"), "reader", "public")
    assert f"https://warnings.example/cap/{alert.identifier}".encode() in feed.document


async def test_a_grant_allows_an_urgent_update_and_the_review_is_owed(start: Start) -> None:
    desk = await _desk(start)
    head = await desk.issue()
    update = await desk.update(head.name, content(level=2))
    request = pb.ApproveAlertRequest(name=update.name)
    assert (await _refused(desk.run.call(desk.alerts.ApproveAlertUrgent, request, "alert_issuer")))[0] == "AUTHORITY_LEVEL"
    until = content().expire_time
    await desk.authority((2,), grant_id="石应急预授〔2026〕1号", grantor="石嘴山市人民政府", valid_until_time=until)
    desk.run.set_clock(f"{DAY}14:58:00+08:00")
    await desk.run.call(desk.alerts.ApproveAlertUrgent, request, "alert_issuer")
    published = await desk.publish(update.name)
    assert (await desk.get(head.name)).state == pb.ALERT_STATE_SUPERSEDED
    document = await desk.run.call(desk.alerts.GetAlertDocument, pb.GetAlertRequest(name=update.name), "observer")
    assert f",{head.identifier},".encode() in document.document
    assert [each.article for each in published.measures] == [67] * 8
    why, details = await _refused(desk.update(head.name))
    assert (why, details["head"]) == ("HEAD_CHANGED", update.name)
    debts = await desk.run.call(desk.alerts.ListAlertDebts, pb.ListAlertDebtsRequest(), "auditor")
    assert [each.name for each in debts.alerts] == [update.name]
    desk.run.set_clock("2026-07-30T15:00:00+08:00")
    await desk.run.ring()
    assert "AlertPostReviewOverdue" in [name for name, _ in await desk.facts()]
    own = desk.run.call(desk.alerts.PostReviewAlert, pb.ReviewAlertRequest(name=update.name), "alert_issuer")
    assert (await _refused(own))[0] == "SEPARATION_OF_DUTY"
    await desk.run.call(desk.alerts.PostReviewAlert, pb.ReviewAlertRequest(name=update.name), "alert_reviewer")
    assert not (await desk.run.call(desk.alerts.ListAlertDebts, pb.ListAlertDebtsRequest(), "auditor")).alerts


async def test_a_shape_over_the_border_tells_the_neighbour_but_reaches_only_our_public(start: Start) -> None:
    """Every target whose region the shape touched was sent to, in five counties, on an authority for one."""
    desk = await _desk(start)
    ours = {"ours": ["640202"], "wide": ["6402"], "both": ["640202", "640221"], "village": ["640202001201"], "everywhere": []}
    theirs = {"neighbour": ["640221"], "other": ["152921"], "their-village": ["640221001001"]}
    for name, regions in (ours | theirs).items():
        await desk.target(name, deliveries_pb2.CHANNEL_LOUDSPEAKER, address="http://127.0.0.1:9", regions=regions)
    said = content(ring=())
    said.areas[0].circles.add(centre={"lat": 39.06, "lon": 106.33}, radius_km=15)
    alert = await desk.issue(said)
    assert set(await desk.rows(alert.name)) == set(ours)
    assert {"640202", "640221", "152921"} <= set(alert.regions)
    notices = await desk.run.call(desk.alerts.ListAlertNotices, pb.ListAlertNoticesRequest(alert=alert.name), "observer")
    assert {"640221", "152921"} <= {each.region_code for each in notices.alert_notices if each.kind == pb.NOTICE_KIND_NEIGHBOUR}


PINGLUO = ((38.92, 106.54), (38.92, 106.56), (38.90, 106.56), (38.90, 106.54), (38.92, 106.54))
BEIJING = ((39.5, 116.0), (39.5, 117.0), (40.5, 117.0), (39.5, 116.0))


@pytest.mark.parametrize("ring", [PINGLUO, BEIJING], ids=["a county known here", "one far away"])
async def test_a_warning_about_another_place_alone_is_not_ours(start: Start, ring: tuple[tuple[float, float], ...]) -> None:
    """It was checked by the named regions only, and a drawn shape names none; then by the counties touched, and Beijing touches none that is known here."""
    desk = await _desk(start)
    why, details = await _refused(desk.submit((await desk.draft(content(ring=ring))).name))
    assert (why, details["field"]) == ("AREA_ELSEWHERE", "content.areas[0]")


async def test_no_area_of_ours_carries_another_along(start: Start) -> None:
    """One area at home let any other through, and a circle round home reached as far as it was drawn."""
    desk = await _desk(start)
    also = content()
    also.areas.append(content(ring=BEIJING).areas[0])
    assert (await _refused(desk.submit((await desk.draft(also)).name)))[1]["field"] == "content.areas[1]"
    same_area = content()
    same_area.areas[0].circles.add(centre={"lat": 39.9, "lon": 116.4}, radius_km=50)
    assert (await _refused(desk.submit((await desk.draft(same_area)).name)))[0] == "AREA_ELSEWHERE"
    wide = content(ring=())
    wide.areas[0].circles.add(centre={"lat": 39.06, "lon": 106.33}, radius_km=1000)
    assert (await _refused(desk.submit((await desk.draft(wide)).name)))[0] == "AREA_ELSEWHERE"


async def test_an_authority_withdrawn_or_over_after_the_approval_holds_no_longer(start: Start) -> None:
    """The approval was enough; the table of authorities was not read again."""
    desk = await _desk(start, 4)
    until = content(hours=5).expire_time
    for grant in ("withdrawn", "over"):
        await desk.authority((3,), authority_id=grant, grant_id=grant, valid_until_time=until)
        alert = await desk.draft()
        await desk.submit(alert.name)
        await desk.approve(alert.name)
        if grant == "withdrawn":
            await desk.run.call(desk.authorities.WithdrawAuthority, authorities_pb2.WithdrawAuthorityRequest(name=f"authorities/{grant}"), "administrator")
        else:
            desk.run.set_clock(f"{DAY}19:40:00+08:00")
        assert (await _refused(desk.publish(alert.name)))[0] == "AUTHORITY_LEVEL"
        assert (await desk.get(alert.name)).state == pb.ALERT_STATE_APPROVED


async def test_a_cancelled_chain_is_final_and_says_all_clear(start: Start) -> None:
    desk = await _desk(start)
    head = await desk.issue()
    late = await desk.update(head.name)
    desk.run.set_clock(f"{DAY}17:30:00+08:00")
    cancelled = await desk.finish(await desk.cancel(head.name))
    assert list(cancelled.content.response_types) == ["AllClear"]
    assert (await desk.get(head.name)).state == pb.ALERT_STATE_CANCELLED
    chain = await desk.run.call(desk.alerts.GetAlertChain, pb.GetAlertRequest(name=head.name), "observer")
    assert (chain.state, [each.name for each in chain.alerts]) == (pb.ALERT_CHAIN_STATE_CANCELLED, [head.name, cancelled.name])
    assert chain.end_time.seconds == cancelled.publish_time.seconds
    assert (await _refused(desk.update(cancelled.name)))[0] == "CHAIN_ENDED"
    await desk.submit(late.name)
    await desk.approve(late.name)
    assert (await _refused(desk.publish(late.name)))[0] == "CHAIN_ENDED"


async def test_two_publications_of_one_alert_are_one(start: Start) -> None:
    desk = await _desk(start)
    await desk.target("feed", deliveries_pb2.CHANNEL_FEED)
    alert = await desk.draft()
    await desk.submit(alert.name)
    await desk.approve(alert.name)
    answers = await asyncio.gather(*(desk.publish(alert.name) for _ in range(6)), return_exceptions=True)
    refusals = [reason(each)[0] for each in answers if isinstance(each, grpc.aio.AioRpcError)]
    assert refusals == ["INVALID_TRANSITION"] * 5
    assert [name for name, _ in await desk.facts()].count("AlertPublished") == 1
    assert len(await desk.rows(alert.name)) == 1


async def test_of_two_updates_of_one_head_one_is_published(start: Start) -> None:
    desk = await _desk(start)
    head = await desk.issue()
    updates = [await desk.update(head.name, content(ring=P2)) for _ in range(2)]
    for each in updates:
        await desk.submit(each.name)
        await desk.approve(each.name)
    answers = await asyncio.gather(*(desk.publish(each.name) for each in updates), return_exceptions=True)
    winner = next(each for each in answers if isinstance(each, pb.Alert))
    loser = next(each for each in answers if isinstance(each, grpc.aio.AioRpcError))
    why, details = reason(loser)
    assert (loser.code(), why, details["head"]) == (grpc.StatusCode.ABORTED, "HEAD_CHANGED", winner.name)
    assert [name for name, _ in await desk.facts()].count("AlertSuperseded") == 1


async def test_it_expires_when_nothing_succeeds_it(start: Start) -> None:
    desk = await _desk(start)
    first = await desk.issue()
    second = await desk.finish(await desk.update(first.name, content(hours=8)))
    late = await desk.draft()
    await desk.submit(late.name)
    await desk.approve(late.name)
    desk.run.set_clock(f"{DAY}21:00:00+08:00")
    await desk.run.ring()
    assert (await desk.get(second.name)).state == pb.ALERT_STATE_PUBLISHED
    desk.run.set_clock(f"{DAY}22:30:00+08:00")
    await desk.run.ring()
    assert ((await desk.get(first.name)).state, (await desk.get(second.name)).state) == (pb.ALERT_STATE_SUPERSEDED, pb.ALERT_STATE_EXPIRED)
    assert (await _refused(desk.update(second.name)))[0] == "CHAIN_ENDED"
    assert (await _refused(desk.publish(late.name)))[0] == "ALREADY_EXPIRED"


async def test_what_was_approved_is_what_goes_out(start: Start) -> None:
    desk = await _desk(start)
    alert = await desk.draft()
    await desk.submit(alert.name)
    approved = await desk.approve(alert.name)
    change = text("UPDATE alert SET content = jsonb_set(content, '{infos,0,instruction}', '\"不必理会\"') WHERE id = :id")
    async with desk.run.service.engine.begin() as connection:
        await connection.execute(change, {"id": alert.name.removeprefix("alerts/")})
    why, details = await _refused(desk.publish(alert.name))
    assert (why, details["approved"]) == ("CONTENT_CHANGED", approved.content_hash)
    assert (await desk.get(alert.name)).state == pb.ALERT_STATE_APPROVED


async def test_recall_and_return(start: Start) -> None:
    desk = await _desk(start)
    alert = await desk.draft()
    await desk.submit(alert.name)
    await desk.run.call(desk.alerts.ReturnAlert, pb.AlertReasonRequest(name=alert.name, reason="地点不清"), "alert_reviewer")
    await desk.submit(alert.name)
    await desk.approve(alert.name)
    await desk.run.call(desk.alerts.RecallAlert, pb.AlertReasonRequest(name=alert.name, reason="雨停了"), "alert_issuer")
    why, details = await _refused(desk.publish(alert.name))
    assert (why, details["allowed"]) == ("INVALID_TRANSITION", "post_review")
