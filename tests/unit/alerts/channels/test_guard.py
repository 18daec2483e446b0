"""S9: an exercise reaches no live channel, whoever calls, and the drill channel takes nothing actual."""

import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import yaml

from services.alerts.channels.channel import Channel
from services.alerts.channels.delivery import ChannelKind, Delivery, Outcome, Receipt, Target, failed, unknown
from services.alerts.channels.drill import DrillChannel
from services.alerts.channels.email import EmailChannel, MailRelay
from services.alerts.channels.feed import FeedChannel
from services.alerts.channels.guard import may_carry, why_not
from services.alerts.channels.loudspeaker import LoudspeakerChannel
from services.alerts.channels.smpp_pdu import Address
from services.alerts.channels.smpp_session import SmppAccount
from services.alerts.channels.sms import DeliveryReport, SmsChannel, SmsSettings
from tests.unit.alerts.channels.deliveries import delivery

LIVE = [kind for kind in ChannelKind if kind is not ChannelKind.DRILL]
PLAIN, MARKED = Target("gateway"), Target("rehearsal room", accepts_exercises=True)


@pytest.mark.parametrize("channel", LIVE)
@pytest.mark.parametrize(
    ("status", "target", "reason"),
    [
        ("Actual", PLAIN, ""), ("Actual", MARKED, ""), ("Exercise", PLAIN, "CHANNEL_EXERCISE_REFUSED"), ("Test", PLAIN, "CHANNEL_EXERCISE_REFUSED"),
        ("Exercise", MARKED, ""), ("Test", MARKED, ""), ("Draft", MARKED, "CHANNEL_STATUS_REFUSED"), ("Draft", PLAIN, "CHANNEL_STATUS_REFUSED"),
        ("System", PLAIN, "CHANNEL_STATUS_REFUSED"), ("actual", PLAIN, "CHANNEL_STATUS_REFUSED"), ("", PLAIN, "CHANNEL_STATUS_REFUSED"),
    ],
)  # fmt: skip
def test_live_channels(channel: ChannelKind, status: str, target: Target, reason: str) -> None:
    assert why_not(status, channel, target) == reason
    assert may_carry(status, channel, target) == (not reason)


@pytest.mark.parametrize(
    ("status", "reason"),
    [("Exercise", ""), ("Test", ""), ("Actual", "CHANNEL_ACTUAL_ON_DRILL"), ("Draft", "CHANNEL_STATUS_REFUSED"), ("System", "CHANNEL_STATUS_REFUSED")],
)
def test_the_drill_channel(status: str, reason: str) -> None:
    assert why_not(status, ChannelKind.DRILL, PLAIN) == reason


async def nothing(_: Delivery | DeliveryReport) -> None:
    raise AssertionError("an exercise went through")


def live_channels() -> list[Channel]:
    """Every adapter of a live channel that can be built without a peer; their addresses lead nowhere."""
    client = httpx.AsyncClient()
    return [
        FeedChannel(nothing),
        LoudspeakerChannel(client),
        EmailChannel(MailRelay("127.0.0.1", 9, "a@example.invalid", tls=None)),
        SmsChannel(SmppAccount("127.0.0.1", 9, "id", "pw"), SmsSettings(Address("12379")), nothing),
    ]


async def test_every_live_adapter_refuses_an_exercise_before_it_does_anything() -> None:
    for channel in live_channels():
        receipt = await channel.send(delivery(channel.kind, Target("x", recipients=("13900000001",)), status="Exercise"))
        assert (receipt.outcome, receipt.reason, receipt.retryable) == (Outcome.FAILED, "CHANNEL_EXERCISE_REFUSED", False)
        await channel.close()


async def test_the_drill_channel_records_an_exercise_and_reaches_nobody() -> None:
    recorded: list[Delivery] = []

    async def record(given: Delivery) -> None:
        recorded.append(given)

    channel = DrillChannel(record)
    exercise = delivery(ChannelKind.DRILL, PLAIN, status="Exercise")
    receipt = await channel.send(exercise)
    assert (receipt.outcome, receipt.reached, recorded) == (Outcome.DELIVERED, 0, [exercise])
    assert (await channel.send(replace(exercise, status="Actual"))).reason == "CHANNEL_ACTUAL_ON_DRILL"
    assert recorded == [exercise]


async def test_the_feed_shows_an_actual_message() -> None:
    shown: list[str] = []

    async def show(given: Delivery) -> None:
        shown.append(given.identifier)

    channel = FeedChannel(show)
    receipt = await channel.send(delivery(ChannelKind.FEED, PLAIN))
    assert (receipt.outcome, receipt.reached, shown) == (Outcome.DELIVERED, None, ["64020299900000_20260729140000"])
    with pytest.raises(ValueError, match="a delivery for sms was given to feed"):
        await channel.send(delivery(ChannelKind.SMS, PLAIN))


def test_the_idempotency_key_is_one_per_identifier_channel_and_target() -> None:
    first = delivery(ChannelKind.SMS, Target("龙泉村"))
    assert first.idempotency_key == delivery(ChannelKind.SMS, Target("龙泉村", recipients=("1",)), text="other").idempotency_key
    others = [delivery(ChannelKind.SMS, Target("潮湖村")), delivery(ChannelKind.LOUDSPEAKER, Target("龙泉村")), replace(first, identifier="b")]
    assert len({first.idempotency_key, *(other.idempotency_key for other in others)}) == 4
    assert first.idempotency_key.isascii()


def test_what_may_be_sent_again() -> None:
    plain, clever = delivery(ChannelKind.WEBHOOK, Target("a")), delivery(ChannelKind.WEBHOOK, Target("a", deduplicates=True))
    assert unknown("x").again(plain) is None
    assert unknown("x").again(clever) is clever
    assert failed("x", retryable=True).again(plain) is plain
    assert failed("x", retryable=False).again(plain) is None
    assert Receipt(Outcome.DELIVERED).again(clever) is None
    rest = Receipt(Outcome.UNKNOWN, unsent=("13900000003",)).again(plain)
    assert rest is not None
    assert rest.target.recipients == ("13900000003",)


def test_every_reason_has_its_text_in_both_languages() -> None:
    root = Path(__file__).resolve().parents[4]
    code = "".join(path.read_text(encoding="utf-8") for path in (root / "services" / "alerts" / "channels").glob("*.py"))
    texts = yaml.safe_load((root / "messages" / "alerts.yaml").read_text(encoding="utf-8"))
    used = set(re.findall(r'"(CHANNEL_[A-Z_]+)"', code))
    assert used
    assert all(set(texts[reason]) == {"zh", "en"} for reason in used)
