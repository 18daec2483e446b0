"""Channels: each delivery once, unknown stays unknown, exercises never reach a live target, coverage by the best channel."""

import asyncio
from typing import Any, cast

import grpc
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from chassis.ids import new_id
from fenghuo.alerts.v1 import alerts_pb2 as pb
from fenghuo.alerts.v1 import deliveries_pb2 as out
from services.alerts.channels.channel import Channel
from services.alerts.channels.delivery import ChannelKind, Delivery, Outcome, Receipt, delivered, failed
from services.alerts.channels.http_exchange import new_client
from services.alerts.channels.loudspeaker import LoudspeakerChannel
from services.alerts.settings import Settings, open_desk
from services.alerts.use_cases.sending import Courier
from tests.fixtures.service import Start
from tests.integration.alerts.desk import CHANGSHENG, CHAOHU, DAY, DELIVERIES, LONGQUAN, Desk, content, reason
from tests.peers.http_receiver import http_receiver
from tests.peers.loudspeaker_gateway import LoudspeakerGateway

NOWHERE = "http://127.0.0.1:9"


class Recorder(Channel):
    """A loudspeaker gateway that plays nothing: it answers what it is told to, and remembers what it was sent."""

    kind = ChannelKind.LOUDSPEAKER

    def __init__(self, *answers: Receipt, asked: Receipt | None = None) -> None:
        super().__init__(timeout_seconds=5.0)
        self.answers, self.asked, self.sent = list(answers), asked, []

    sent: list[str]

    async def transmit(self, delivery: Delivery) -> Receipt:
        self.sent.append(delivery.idempotency_key)
        return self.answers.pop(0) if self.answers else delivered(reached=100)

    async def ask(self, delivery: Delivery) -> Receipt | None:  # noqa: ARG002 - it answers the same for every one
        return self.asked


class Broken(Channel):
    """A loudspeaker adapter with a fault of its own."""

    kind = ChannelKind.LOUDSPEAKER

    async def transmit(self, delivery: Delivery) -> Receipt:
        raise ZeroDivisionError(delivery.identifier)


async def _desk(start: Start) -> Desk:
    desk = Desk(await start("alerts"))
    desk.run.set_clock(f"{DAY}13:40:00+08:00")
    await desk.authority()
    return desk


def _courier(desk: Desk, *channels: Channel) -> Courier:
    """The courier of this service with other ways out; its own background rounds are ended first."""
    running = next(task for task in desk.run.service.tasks if "Courier" in repr(task.get_coro()))
    running.cancel()
    reference = open_desk(cast("Settings", desk.run.service.settings))
    return Courier(desk.run.service.journal, reference, {channel.kind: channel for channel in channels})


async def _lapse(desk: Desk) -> None:
    """Every lease has ended."""
    async with desk.run.service.engine.begin() as connection:
        await connection.execute(text("UPDATE delivery SET lease_time = now() - interval '1 second' WHERE state = 'sending'"))


async def test_each_target_once_however_many_couriers(start: Start) -> None:
    desk = await _desk(start)
    channel = Recorder()
    courier = _courier(desk, channel)
    for number in range(8):
        await desk.target(f"speaker-{number}", out.CHANNEL_LOUDSPEAKER, address=NOWHERE)
    alert = await desk.issue()
    await asyncio.gather(*(courier.round() for _ in range(4)))
    assert sorted(channel.sent) == sorted(set(channel.sent))
    rows = await desk.rows(alert.name)
    assert len(channel.sent) == len(rows) == 8
    assert {row.state for row in rows.values()} == {out.DELIVERY_STATE_DELIVERED}
    names = [name for name, _ in await desk.facts(DELIVERIES)]
    assert (names.count("ChannelQueued"), names.count("ChannelDelivered")) == (8, 8)


async def test_a_round_claims_only_what_there_is(start: Start) -> None:
    """A round that found something queued also claimed what nobody had abandoned, with a journal row of its own."""
    desk = await _desk(start)
    await desk.target("speaker", out.CHANNEL_LOUDSPEAKER, address=NOWHERE)
    courier = _courier(desk, Recorder())
    await desk.issue()
    assert [await courier.round() for _ in range(3)] == [True, False, False]
    async with desk.run.service.engine.connect() as connection:
        claims = await connection.scalar(text("SELECT count(*) FROM journal WHERE method = 'claim deliveries'"))
    assert claims == 1


@pytest.mark.parametrize(
    ("deduplicates", "asked", "state", "sent"),
    [
        (False, None, out.DELIVERY_STATE_UNKNOWN, 0),
        (True, None, out.DELIVERY_STATE_QUEUED, 0),
        (False, delivered(reached=7), out.DELIVERY_STATE_DELIVERED, 0),
        (False, failed("CHANNEL_UNREACHABLE", retryable=True), out.DELIVERY_STATE_QUEUED, 0),
    ],
)
async def test_a_holder_that_dies_between_send_and_record(start: Start, deduplicates: bool, asked: Receipt | None, state: int, sent: int) -> None:
    desk = await _desk(start)
    await desk.target("speaker", out.CHANNEL_LOUDSPEAKER, address=NOWHERE, deduplicates=deduplicates)
    channel = Recorder(asked=asked)
    courier = _courier(desk, channel)
    alert = await desk.issue()
    dead = await courier.claim()
    assert len(dead) == 1
    await courier.round()
    assert (await desk.rows(alert.name))["speaker"].state == out.DELIVERY_STATE_SENDING
    await _lapse(desk)
    await courier.round()
    row = (await desk.rows(alert.name))["speaker"]
    assert (row.state, len(channel.sent)) == (state, sent)
    await courier.keep(dead[0], delivered(reached=1))
    assert (await desk.rows(alert.name))["speaker"].state == state
    await courier.round()
    assert len(channel.sent) == sent


@pytest.mark.parametrize("clearing", [False, True])
async def test_one_mistyped_address_holds_up_nobody_else(start: Start, clearing: bool) -> None:
    """The adapter raised, the round broke, the process ended, and the nine others stayed in `sending`; also when they are cleared after a crash."""
    desk = await _desk(start)
    gateway = LoudspeakerGateway()
    async with http_receiver(gateway.answer) as peer, new_client(timeout_seconds=5.0) as client:
        for number in range(10):
            await desk.target(f"speaker-{number}", out.CHANNEL_LOUDSPEAKER, address=peer.address, regions=["640202"], deduplicates=True)
        async with desk.run.service.engine.begin() as connection:
            await connection.execute(text(r"UPDATE channel_target SET address = E'http://10.0.0.5:8080\t' WHERE id = 'speaker-3'"))
        courier = _courier(desk, LoudspeakerChannel(client, token="village"))
        alert = await desk.issue()
        if clearing:
            assert len(await courier.claim()) == 10
            await _lapse(desk)
            await courier.round()
            async with desk.run.service.engine.begin() as connection:
                await connection.execute(text("UPDATE delivery SET retry_time = NULL WHERE state = 'queued'"))
        await courier.round()
    rows = await desk.rows(alert.name)
    bad = rows.pop("speaker-3")
    assert (bad.state, bad.reason) == (out.DELIVERY_STATE_FAILED, "CHANNEL_ADDRESS")
    assert ({row.state for row in rows.values()}, gateway.plays) == ({out.DELIVERY_STATE_DELIVERED}, 9)


async def test_a_fault_of_one_adapter_is_an_unknown_outcome_of_its_delivery(start: Start) -> None:
    """It ended the process."""
    desk = await _desk(start)
    await desk.target("speaker", out.CHANNEL_LOUDSPEAKER, address=NOWHERE)
    await desk.target("feed", out.CHANNEL_FEED)
    feed = Recorder()
    broken, feed.kind = Broken(timeout_seconds=5.0), ChannelKind.FEED  # type: ignore[misc]
    alert = await desk.issue()
    await _courier(desk, broken, feed).round()
    rows = await desk.rows(alert.name)
    assert (rows["speaker"].state, rows["speaker"].reason) == (out.DELIVERY_STATE_UNKNOWN, "CHANNEL_FAULT")
    assert rows["feed"].state == out.DELIVERY_STATE_DELIVERED


@pytest.mark.parametrize("address", ["http://10.0.0.5:8080\t", "10.0.0.5:8080", "ftp://10.0.0.5", "http://", "http://a b", "http://h:99999", "http://h/#x"])
async def test_an_address_the_channel_cannot_use_is_refused_with_field_and_rule(start: Start, address: str) -> None:
    """It was taken whatever it was, up to 500 characters."""
    desk = await _desk(start)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await desk.target("speaker", out.CHANNEL_LOUDSPEAKER, address=address)
    why, details = reason(refused.value)
    assert (refused.value.code(), why, details["field"]) == (grpc.StatusCode.INVALID_ARGUMENT, "ADDRESS_MALFORMED", "address")


@pytest.mark.parametrize(("channel", "recipient"), [(out.CHANNEL_EMAIL, "a@x\r\nBcc: b@y"), (out.CHANNEL_EMAIL, "张三"), (out.CHANNEL_SMS, "138 0000 0000")])
async def test_a_recipient_nobody_can_reach_is_refused_when_it_is_set_up(start: Start, channel: int, recipient: str) -> None:
    """It was taken, and refused on the day by the channel."""
    desk = await _desk(start)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await desk.target("group", channel, recipients=["13800000000" if channel == out.CHANNEL_SMS else "a@example.invalid", recipient])
    why, details = reason(refused.value)
    assert (why, details["field"]) == ("RECIPIENT_MALFORMED", "recipients[1]")


async def test_an_unknown_outcome_is_settled_by_a_person(start: Start) -> None:
    desk = await _desk(start)
    await desk.target("speaker", out.CHANNEL_LOUDSPEAKER, address=NOWHERE)
    courier = _courier(desk, Recorder(Receipt(Outcome.UNKNOWN, "CHANNEL_NO_ANSWER")))
    alert = await desk.issue()
    await courier.round()
    row = (await desk.rows(alert.name))["speaker"]
    assert row.state == out.DELIVERY_STATE_UNKNOWN
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await desk.run.call(desk.deliveries.RetryDelivery, out.RetryDeliveryRequest(name=row.name), "duty_officer")
    assert reason(refused.value)[0] == "INVALID_TRANSITION"
    settle = out.SettleDeliveryRequest(name=row.name, sent=False, remark="电话核实：未播出")
    assert (await desk.run.call(desk.deliveries.SettleDelivery, settle, "duty_officer")).state == out.DELIVERY_STATE_FAILED
    again = await desk.run.call(desk.deliveries.RetryDelivery, out.RetryDeliveryRequest(name=row.name), "duty_officer")
    assert again.state == out.DELIVERY_STATE_QUEUED


async def test_what_may_be_sent_again_is_and_the_rest_is_not(start: Start) -> None:
    desk = await _desk(start)
    await desk.target("busy", out.CHANNEL_LOUDSPEAKER, address=NOWHERE)
    await desk.target("mail", out.CHANNEL_EMAIL, recipients=["a@example.invalid"])
    courier = _courier(desk, Recorder(failed("CHANNEL_BUSY", retryable=True)))
    alert = await desk.issue()
    await courier.round()
    rows = await desk.rows(alert.name)
    assert (rows["busy"].state, rows["busy"].HasField("retry_time")) == (out.DELIVERY_STATE_QUEUED, True)
    assert (rows["mail"].state, rows["mail"].reason) == (out.DELIVERY_STATE_FAILED, "CHANNEL_NOT_CONFIGURED")
    await courier.round()
    assert (await desk.rows(alert.name))["busy"].attempts == 1
    desk.run.set_clock(f"{DAY}15:00:00+08:00")
    await desk.finish(await desk.cancel(alert.name))
    assert (await desk.rows(alert.name))["busy"].state == out.DELIVERY_STATE_STOPPED


async def test_an_exercise_never_reaches_a_live_target(start: Start) -> None:
    desk = await _desk(start)
    await desk.target("sms", out.CHANNEL_SMS, recipients=["13800000000"])
    await desk.target("drill", out.CHANNEL_DRILL, accepts_exercises=True)
    named = await desk.draft(content(note="演练", channels=["sms"]), exercise_id="drills/d1")
    await desk.submit(named.name)
    await desk.approve(named.name)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await desk.publish(named.name)
    assert reason(refused.value)[0] == "EXERCISE_ON_LIVE_CHANNEL"
    alert = await desk.issue(content(note="演练，不是真实预警"), exercise_id="drills/d1")
    assert set(await desk.rows(alert.name)) == {"drill"}
    document = await desk.run.call(desk.alerts.GetAlertDocument, pb.GetAlertRequest(name=alert.name), "observer")
    assert b"<status>Exercise</status>" in document.document
    row = {"id": new_id(), "alert": alert.name.removeprefix("alerts/")}
    insert = text(
        "INSERT INTO delivery (id, alert_id, target_id, channel, region_code, exercise_id, state, reason, claim, remote_ids, version, attempts, confirmed,"
        " create_time, update_time) VALUES (:id, :alert, 'sms', 'sms', '640202', '', 'queued', '', '', '{}', 1, 0, 0, now(), now())"
    )
    statements: list[tuple[Any, dict[str, str]]] = [
        (insert, row),
        (text("UPDATE delivery SET target_id = 'sms', channel = 'sms' WHERE alert_id = :alert"), {"alert": row["alert"]}),
        (text("UPDATE alert SET status = 'actual', exercise_id = '' WHERE id = :alert"), {"alert": row["alert"]}),
        (text("UPDATE channel_target SET accepts_exercises = true WHERE id = 'sms'"), {}),
    ]
    for statement, values in statements:
        with pytest.raises(IntegrityError):
            async with desk.run.service.engine.begin() as connection:
                await connection.execute(statement, values)


async def test_an_exercise_message_needs_its_note_and_its_exercise(start: Start) -> None:
    desk = await _desk(start)
    bare = await desk.draft(exercise_id="drills/d1")
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await desk.submit(bare.name)
    assert reason(refused.value)[0] == "C19"
    test = await desk.draft(status=pb.ALERT_STATUS_TEST)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await desk.submit(test.name)
    assert reason(refused.value)[0] == "NOTE_MISSING"
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await desk.draft(status=pb.ALERT_STATUS_EXERCISE)
    assert reason(refused.value)[0] == "STATUS_AND_EXERCISE"


async def test_coverage_of_scenario_a(start: Start) -> None:
    desk = await _desk(start)
    desk.run.set_clock(f"{DAY}14:00:00+08:00")
    alert = (await desk.issue()).name
    desk.run.set_clock(f"{DAY}14:30:00+08:00")
    await desk.receipt(alert, LONGQUAN, out.CHANNEL_SMS, 860)
    await desk.receipt(alert, LONGQUAN, out.CHANNEL_LOUDSPEAKER, 1000)
    await desk.receipt(alert, LONGQUAN, out.CHANNEL_DOOR, 96, outside_channel=out.CHANNEL_LOUDSPEAKER)
    await desk.receipt(alert, CHAOHU, out.CHANNEL_SMS, 1500)
    await desk.receipt(alert, CHAOHU, out.CHANNEL_LOUDSPEAKER, 1640)
    await desk.receipt(alert, CHANGSHENG, out.CHANNEL_SMS, 610)
    await desk.receipt(alert, CHANGSHENG, out.CHANNEL_LOUDSPEAKER, 0, failed=True)
    await desk.receipt(alert, CHANGSHENG, out.CHANNEL_DOOR, 130, outside_channel=out.CHANNEL_SMS)
    found = await desk.coverage(alert)
    assert (found.ratio, found.reached, found.target, found.below_target) == ("0.887", 3476, 3920, True)
    assert [each.reached for each in found.villages if each.village == LONGQUAN] == [1096]
    short = next(each for each in found.villages if each.village == CHANGSHENG)
    assert short.retry_channels[0] == out.CHANNEL_LOUDSPEAKER
    below = [fact for name, fact in await desk.facts(DELIVERIES) if name == "CoverageBelowTarget"]
    assert (below[-1].ratio, below[-1].retries[0].village) == ("0.887", CHAOHU)
    desk.run.set_clock(f"{DAY}14:35:00+08:00")
    await desk.receipt(alert, CHANGSHENG, out.CHANNEL_LOUDSPEAKER, 820)
    await desk.receipt(alert, CHANGSHENG, out.CHANNEL_DOOR, 40, outside_channel=out.CHANNEL_LOUDSPEAKER)
    found = await desk.coverage(alert)
    assert (found.ratio, found.below_target) == ("0.917", False)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await desk.receipt(alert, "640202002001", out.CHANNEL_SMS, 1)
    assert reason(refused.value)[0] == "VILLAGE_NOT_IN_AREA"
