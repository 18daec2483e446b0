"""E-mail against a real SMTP server: taken, refused, silent after the content, hung up, with and without STARTTLS."""

import asyncio
import email
import email.policy
import ssl
from pathlib import Path

import pytest

from services.alerts.channels.delivery import ChannelKind, Delivery, Outcome, Target
from services.alerts.channels.email import EmailChannel, MailRelay
from tests.peers.http_receiver import free_port
from tests.peers.mail_relay import MailBehaviour, certificate, mail_relay
from tests.unit.alerts.channels.deliveries import delivery

LEADERS = ("a@village.invalid", "b@village.invalid")


def mail(*recipients: str, **changes: object) -> Delivery:
    return delivery(ChannelKind.EMAIL, Target("村干部", recipients=recipients or LEADERS), **changes)


def channel(port: int, tls: ssl.SSLContext | None = None) -> EmailChannel:
    return EmailChannel(MailRelay("127.0.0.1", port, "alerts@district.invalid", tls, timeout_seconds=0.5), timeout_seconds=5.0)


async def test_one_mail_to_all_with_the_document_attached() -> None:
    behaviour = MailBehaviour()
    with mail_relay(behaviour) as port:
        sent = mail(headline="大武口区\n预警")
        receipt = await channel(port).send(sent)
    assert (receipt.outcome, receipt.accepted, receipt.refused) == (Outcome.ACCEPTED, 2, 0)
    (envelope,) = behaviour.envelopes
    assert (envelope.mail_from, tuple(envelope.rcpt_tos)) == ("alerts@district.invalid", LEADERS)
    read = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert (read["subject"], read["message-id"]) == ("大武口区 预警", f"<{sent.idempotency_key}@district.invalid>")
    assert all(leader not in str(value) for leader in LEADERS for _, value in read.items())
    body, attachment = read.iter_parts()
    assert body.get_content().strip() == sent.text
    assert (attachment.get_content_type(), attachment.get_content()) == ("application/cap+xml", sent.document)


async def test_starttls_is_used_and_its_certificate_checked(tmp_path: Path) -> None:
    server, trusting = certificate(tmp_path)
    behaviour = MailBehaviour()
    with mail_relay(behaviour, server) as port:
        assert (await channel(port, trusting).send(mail())).outcome is Outcome.ACCEPTED
        doubting = await channel(port, ssl.create_default_context()).send(mail())
        plain = await channel(port).send(mail())
    assert behaviour.encrypted == [True]
    assert (doubting.outcome, doubting.retryable) == (Outcome.FAILED, True)
    assert (plain.outcome, plain.reason) == (Outcome.FAILED, "CHANNEL_REFUSED")


async def test_a_refused_recipient_is_counted_and_the_others_get_it() -> None:
    behaviour = MailBehaviour(refuse={LEADERS[0]})
    with mail_relay(behaviour) as port:
        some = await channel(port).send(mail(*LEADERS, "x\r\nRCPT TO:<c@d>", "无@village.invalid"))
        none = await channel(port).send(mail(LEADERS[0]))
    assert (some.outcome, some.accepted, some.refused) == (Outcome.ACCEPTED, 1, 3)
    assert (none.outcome, none.reason, none.retryable) == (Outcome.FAILED, "CHANNEL_NO_RECIPIENTS", False)
    with mail_relay(MailBehaviour(later={LEADERS[0]})) as port:
        later = await channel(port).send(mail(LEADERS[0]))
        rest = await channel(port).send(mail())
    assert (later.outcome, later.reason, later.retryable) == (Outcome.FAILED, "CHANNEL_BUSY", True)
    assert (rest.outcome, rest.accepted, rest.unsent) == (Outcome.ACCEPTED, 1, LEADERS[:1])
    assert [tuple(envelope.rcpt_tos) for envelope in behaviour.envelopes] == [(LEADERS[1],)]


@pytest.mark.parametrize(
    ("behaviour", "outcome", "reason", "retryable"),
    [
        (MailBehaviour(data_answer="451 later"), Outcome.FAILED, "CHANNEL_REFUSED", True),
        (MailBehaviour(data_answer="554 never"), Outcome.FAILED, "CHANNEL_REFUSED", False),
        (MailBehaviour(stall_seconds=1.0), Outcome.UNKNOWN, "CHANNEL_NO_ANSWER", False),
        (MailBehaviour(hang_up=True), Outcome.UNKNOWN, "CHANNEL_NO_ANSWER", False),
    ],
    ids=["later", "never", "silent", "hung up"],
)
async def test_what_the_answer_to_the_content_proves(behaviour: MailBehaviour, outcome: Outcome, reason: str, retryable: bool) -> None:
    with mail_relay(behaviour) as port:
        receipt = await channel(port).send(mail())
        await asyncio.sleep(behaviour.stall_seconds)
    assert (receipt.outcome, receipt.reason, receipt.retryable) == (outcome, reason, retryable)
    assert len(behaviour.envelopes) == 1


async def test_no_relay_and_no_recipient_are_surely_not_sent() -> None:
    receipt = await channel(free_port()).send(mail())
    assert (receipt.outcome, receipt.reason, receipt.retryable) == (Outcome.FAILED, "CHANNEL_UNREACHABLE", True)
    empty = await channel(9).send(delivery(ChannelKind.EMAIL, Target("nobody")))
    assert (empty.outcome, empty.reason) == (Outcome.FAILED, "CHANNEL_NO_RECIPIENTS")
