"""Short messages against an SMPP centre: segments, refusals, silence, a line that breaks mid-way, a busy centre, reports that must be kept."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alerts.channels.delivery import ChannelKind, Delivery, Outcome, Target
from services.alerts.channels.smpp_pdu import Address, Deliver, SmppMalformed, c_string, read_deliver, read_header
from services.alerts.channels.smpp_session import ReceiptNotKept, SmppAccount
from services.alerts.channels.sms import DeliveryReport, SmsChannel, SmsSettings, read_report
from services.alerts.channels.sms_text import segments
from tests.peers.http_receiver import free_port
from tests.peers.sms_centre import DELIVER_RESP, SmsCentre, send, sms_centre
from tests.unit.alerts.channels.deliveries import delivery

PHONES = tuple(f"1390000{number:04}" for number in range(30))


def sms(*recipients: str, **changes: object) -> Delivery:
    return delivery(ChannelKind.SMS, Target("龙泉村", recipients=recipients), **changes)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds; five seconds at most."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what is waited for happens on the other side of a socket
            await asyncio.sleep(0.01)


class Reports:
    """Keeps reports; refuses to keep the first `refusals` of them."""

    def __init__(self, refusals: int = 0) -> None:
        self.kept: list[DeliveryReport] = []
        self.refusals = refusals

    async def __call__(self, report: DeliveryReport) -> None:
        if self.refusals:
            self.refusals -= 1
            raise ReceiptNotKept
        self.kept.append(report)


@asynccontextmanager
async def channel_to(centre: SmsCentre, on_report: Callable[[DeliveryReport], Awaitable[None]] | None = None, **changes: float) -> AsyncIterator[SmsChannel]:
    """A channel bound to a running centre."""
    async with sms_centre(centre):
        response, enquire = changes.get("response_seconds", 0.4), changes.get("enquire_seconds", 30.0)
        account = SmppAccount("127.0.0.1", centre.port, "fenghuo", "secret", response_seconds=response, enquire_seconds=enquire)
        settings = SmsSettings(Address("12379"), window=int(changes.get("window", 1)), patience=3, pause_seconds=0.01)
        channel = SmsChannel(account, settings, on_report or Reports(), timeout_seconds=10)
        try:
            yield channel
        finally:
            await channel.close()


async def test_every_recipient_gets_it_once_and_the_line_is_unbound_at_the_end() -> None:
    centre = SmsCentre()
    async with channel_to(centre, window=8) as channel:
        receipt = await channel.send(sms(*PHONES, PHONES[0], level=1))
        again = await channel.send(sms("+8613900000001"))
    assert (receipt.outcome, receipt.accepted, receipt.refused, receipt.unsent, len(receipt.remote_ids)) == (Outcome.ACCEPTED, 30, 0, (), 30)
    assert again.accepted == 1
    assert sorted(message.destination for message in centre.submitted[:30]) == sorted(PHONES)
    message = centre.submitted[0]
    assert (message.source, message.coding, message.registered, message.priority, message.validity) == ("12379", 8, 1, 3, "260729200000032+")
    assert message.content.decode("utf-16-be") == "大武口沟可能发生山洪，请远离沟道。"
    assert (centre.binds, centre.unbinds) == (1, 1)


async def test_a_long_text_goes_in_parts_that_join_again() -> None:
    centre = SmsCentre()
    text = "山洪🌊" * 40
    async with channel_to(centre) as channel:
        receipt = await channel.send(sms(PHONES[0], text=text))
        too_long = await channel.send(sms(PHONES[0], text="山" * 671))
    assert (receipt.outcome, receipt.remote_ids, [message.registered for message in centre.submitted]) == (Outcome.ACCEPTED, ("M3",), [0, 0, 1])
    assert [message.content[:6] for message in centre.submitted] == [bytes((5, 0, 3, 1, 3, number)) for number in (1, 2, 3)]
    assert all(message.esm_class == 0x40 for message in centre.submitted)
    assert "".join(message.content[6:].decode("utf-16-be") for message in centre.submitted) == text
    assert (too_long.outcome, too_long.reason) == (Outcome.FAILED, "CHANNEL_TEXT_TOO_LONG")


@given(st.text(max_size=400))
def test_segments_join_to_the_text_and_fit(text: str) -> None:
    try:
        parts = segments(text, reference=300, most=10)
    except UnicodeEncodeError:
        return
    except ValueError:
        assert len(text.encode("utf-16-be")) > 600 * 2
        return
    assert all(len(part.content) <= 140 for part in parts)
    assert "".join(part.content[6 if part.esm_class else 0 :].decode("utf-16-be") for part in parts) == text


async def test_a_refused_number_does_not_stop_the_others() -> None:
    centre = SmsCentre(refuse={PHONES[1]: 0x0B})
    async with channel_to(centre) as channel:
        some = await channel.send(sms(*PHONES[:3], "not a number"))
        none = await channel.send(sms(PHONES[1]))
        nobody = await channel.send(sms("112 or so"))
    assert (some.outcome, some.accepted, some.refused, some.details["status"]) == (Outcome.ACCEPTED, 2, 2, "0x0000000B")
    assert (none.outcome, none.reason, none.retryable) == (Outcome.FAILED, "CHANNEL_REFUSED", False)
    assert nobody.reason == "CHANNEL_NO_RECIPIENTS"


@pytest.mark.parametrize("fault", ["stall", "hang_up_at"])
async def test_without_answer_nobody_is_sent_to_twice_and_the_rest_can_follow(fault: str) -> None:
    centre = SmsCentre()
    getattr(centre, fault).add(PHONES[2])
    async with channel_to(centre) as channel:
        first = sms(*PHONES[:5])
        receipt = await channel.send(first)
        assert (receipt.outcome, receipt.reason, receipt.accepted, receipt.details["unknown"]) == (Outcome.UNKNOWN, "CHANNEL_NO_ANSWER", 2, "1")
        rest = receipt.again(first)
        assert rest is not None
        assert rest.target.recipients == PHONES[3:5]
        assert (await channel.send(rest)).accepted == 2
    got = [message.destination for message in centre.submitted]
    assert len(got) == len(set(got))
    assert {PHONES[0], PHONES[1], PHONES[3], PHONES[4]} <= set(got)


async def test_a_text_broken_off_after_its_first_part_is_unknown_and_not_unsent() -> None:
    centre = SmsCentre(hang_up_after=1)
    async with channel_to(centre) as channel:
        receipt = await channel.send(sms(PHONES[0], PHONES[1], text="山" * 100))
    assert (receipt.outcome, receipt.unsent, len(centre.submitted)) == (Outcome.UNKNOWN, (PHONES[1],), 1)


async def test_a_busy_centre_is_asked_again_and_then_left_for_later() -> None:
    centre = SmsCentre(busy_times=3)
    async with channel_to(centre) as channel:
        assert (await channel.send(sms(PHONES[0]))).outcome is Outcome.ACCEPTED
        centre.busy_times = 100
        receipt = await channel.send(sms(*PHONES[1:3]))
    assert (receipt.outcome, receipt.reason, receipt.retryable, receipt.unsent) == (Outcome.FAILED, "CHANNEL_BUSY", True, PHONES[1:3])
    assert [message.destination for message in centre.submitted] == [PHONES[0]]


async def test_no_centre_and_a_wrong_password_are_surely_not_sent() -> None:
    account = SmppAccount("127.0.0.1", free_port(), "fenghuo", "secret")
    nobody = await SmsChannel(account, SmsSettings(Address("12379")), Reports()).send(sms(PHONES[0]))
    assert (nobody.outcome, nobody.reason, nobody.retryable) == (Outcome.FAILED, "CHANNEL_UNREACHABLE", True)
    async with channel_to(SmsCentre(password="other")) as channel:
        receipt = await channel.send(sms(PHONES[0]))
    assert (receipt.outcome, receipt.details["status"], receipt.retryable) == (Outcome.FAILED, "0x0000000E", False)
    async with channel_to(SmsCentre(silent_bind=True)) as channel:
        assert (await channel.send(sms(PHONES[0]))).retryable


async def test_time_nearly_over_leaves_the_rest_unsent() -> None:
    centre = SmsCentre(busy_times=10_000)
    async with channel_to(centre) as channel:
        channel.timeout_seconds = 0.1
        channel.settings = SmsSettings(Address("12379"), window=1, patience=2, pause_seconds=0.02)
        receipt = await channel.send(sms(*PHONES))
    assert (receipt.outcome, receipt.reason, len(receipt.unsent)) == (Outcome.FAILED, "CHANNEL_BUSY", 30)


async def test_reports_are_acknowledged_only_when_kept() -> None:
    centre, reports = SmsCentre(), Reports(refusals=1)
    async with channel_to(centre, reports) as channel:
        await channel.send(sms(PHONES[0]))
        centre.report("M1", "DELIVRD")
        await until(lambda: centre.answers == [(DELIVER_RESP, 0x64)])
        centre.report("M1", "DELIVRD")
        centre.report("M2", "UNDELIV", coded=False)
        await until(lambda: len(centre.answers) == 3)
    assert centre.answers[1:] == [(DELIVER_RESP, 0), (DELIVER_RESP, 0)]
    assert reports.kept == [DeliveryReport("M1", Outcome.DELIVERED, "012"), DeliveryReport("M2", Outcome.FAILED, "012")]


async def test_a_fault_while_keeping_a_report_ends_the_line_and_the_next_message_binds_anew() -> None:
    async def fault(_: DeliveryReport) -> None:
        raise LookupError("no such delivery")

    centre = SmsCentre()
    async with channel_to(centre, fault) as channel:
        await channel.send(sms(PHONES[0]))
        centre.report("M1", "DELIVRD")
        await until(lambda: not channel.session.bound)
        assert (await channel.send(sms(PHONES[1]))).outcome is Outcome.ACCEPTED
    assert (centre.binds, centre.answers) == (2, [])


async def test_the_line_is_kept_alive_and_given_up_when_the_centre_is_gone() -> None:
    centre = SmsCentre()
    async with channel_to(centre, enquire_seconds=0.05, response_seconds=0.1) as channel:
        await channel.connect()
        await until(lambda: centre.enquiries >= 2)
        assert channel.session.bound
        centre.answers_enquiries = False
        await until(lambda: not channel.session.bound)


async def test_what_the_centre_may_ask_is_answered() -> None:
    centre = SmsCentre()
    async with channel_to(centre) as channel:
        await channel.connect()
        send(centre.writers[-1], 0x15, 0, 5)
        send(centre.writers[-1], 0x103, 0, 6)
        await until(lambda: len(centre.answers) == 2)
        assert centre.answers == [(0x80000015, 0), (0x80000000, 3)]
        send(centre.writers[-1], 0x06, 0, 7)
        await until(lambda: not channel.session.bound)


@pytest.mark.parametrize("octets", [b"\0\0\0\1\0\0\0\5\0\0\0\0\0\0\0\1", b"\x7f\xff\xff\xff\0\0\0\5\0\0\0\0\0\0\0\1", b"\0\0\0\x12\0\0\0\5\0\0\0\0\0\0\0\1xx"])
async def test_octets_that_are_no_pdu_end_the_line(octets: bytes) -> None:
    centre = SmsCentre()
    async with channel_to(centre) as channel:
        await channel.connect()
        centre.writers[-1].write(octets)
        await until(lambda: not channel.session.bound)


@given(st.binary(max_size=80))
def test_any_octets_are_read_or_refused(octets: bytes) -> None:
    for read in (lambda: read_deliver(octets), lambda: read_header(octets[:16].ljust(16, b"\0"))):
        try:
            read()
        except SmppMalformed:
            continue


@pytest.mark.parametrize(
    ("content", "options", "report"),
    [
        (b"", {}, None),
        (b"id:7 stat:EXPIRED err:001", {}, DeliveryReport("7", Outcome.FAILED, "001")),
        (b"id:7 stat:ODD", {}, DeliveryReport("7", Outcome.UNKNOWN)),
        (b"", {0x1E: b"8\0", 0x427: b"\1"}, DeliveryReport("8", Outcome.ACCEPTED)),
        (b"", {0x1E: b"8\0", 0x427: b"\x63"}, DeliveryReport("8", Outcome.UNKNOWN)),
    ],
)
def test_reports(content: bytes, options: dict[int, bytes], report: DeliveryReport | None) -> None:
    assert read_report(Deliver("a", "b", 4, content, options)) == report


def test_a_text_that_does_not_fit_its_field_is_refused() -> None:
    for text in ("123456789", "a\0b", "密码"):
        with pytest.raises(ValueError, match=r"does not fit|ascii"):
            c_string(text, 8)
