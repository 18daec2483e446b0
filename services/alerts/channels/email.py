"""E-mail over SMTP (STARTTLS unless switched off): the text, with the CAP XML attached. A relay's 250 is ACCEPTED; whether it was read nobody knows."""

import asyncio
import smtplib
import ssl
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.policy import SMTP

from services.alerts.channels.channel import Channel
from services.alerts.channels.delivery import RECIPIENTS, ChannelKind, Delivery, Outcome, Receipt, accepted, failed, unknown

_MAILBOX = RECIPIENTS[ChannelKind.EMAIL]


@dataclass(frozen=True, slots=True)
class MailRelay:
    """Where mail is handed in. `tls` is None only for a relay on the same machine; `timeout_seconds` is for each step of the dialogue."""

    host: str
    port: int
    sender: str
    tls: ssl.SSLContext | None
    username: str = ""
    password: str = ""
    timeout_seconds: float = 15.0
    local_name: str = "fenghuo.invalid"


class EmailChannel(Channel):
    """One mail to all recipients of the target, its Message-ID made from the idempotency key, so that a mailbox shows a repeat as one."""

    kind = ChannelKind.EMAIL

    def __init__(self, relay: MailRelay, *, timeout_seconds: float = 60.0) -> None:
        super().__init__(timeout_seconds=timeout_seconds)
        self.relay = relay

    async def transmit(self, delivery: Delivery) -> Receipt:
        """Speak to the relay in a thread; its own time limits end it even when nobody waits any more."""
        if not delivery.target.recipients:
            return failed("CHANNEL_NO_RECIPIENTS", retryable=False)
        return await asyncio.to_thread(hand_in, self.relay, delivery)


def compose(delivery: Delivery, sender: str) -> EmailMessage:
    """The mail; recipients stand only in the envelope, so that none sees the others."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = "undisclosed-recipients:;"
    mail["Subject"] = " ".join(delivery.headline.split())
    mail["Message-ID"] = f"<{delivery.idempotency_key}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(delivery.text)
    mail.add_attachment(delivery.document, maintype="application", subtype="cap+xml", filename=f"{delivery.identifier}.xml")
    return mail


def hand_in(relay: MailRelay, delivery: Delivery) -> Receipt:
    """The whole dialogue. Until the content is given nothing was sent; if the answer to it is missing, nobody knows."""
    client: smtplib.SMTP | None = None
    try:
        client = _open(relay)
        codes = {recipient: _name(client, recipient) for recipient in delivery.target.recipients}
    except smtplib.SMTPResponseException as error:
        _drop(client)
        return failed("CHANNEL_REFUSED", retryable=400 <= error.smtp_code < 500, status=str(error.smtp_code))
    except (OSError, smtplib.SMTPException) as error:
        _drop(client)
        return failed("CHANNEL_UNREACHABLE", retryable=True, error=type(error).__name__)
    later = tuple(recipient for recipient, code in codes.items() if 400 <= code < 500)
    taken = sum(code in (250, 251) for code in codes.values())
    if not taken:
        _drop(client)
        return failed("CHANNEL_BUSY", retryable=True) if later else failed("CHANNEL_NO_RECIPIENTS", retryable=False)
    receipt = _give_content(client, compose(delivery, relay.sender).as_bytes())
    if receipt.outcome is Outcome.FAILED:
        return receipt
    return replace(receipt, accepted=taken, refused=len(codes) - taken - len(later), unsent=later)


def _name(client: smtplib.SMTP, recipient: str) -> int:
    """The relay's answer to one recipient; 550 without asking for what is no address."""
    return client.rcpt(recipient)[0] if _MAILBOX.fullmatch(recipient) else 550


def _open(relay: MailRelay) -> smtplib.SMTP:
    """Connect, encrypt, log in, name the sender."""
    client = smtplib.SMTP(relay.host, relay.port, local_hostname=relay.local_name, timeout=relay.timeout_seconds)
    try:
        client.ehlo_or_helo_if_needed()
        if relay.tls is not None:
            client.starttls(context=relay.tls)
            client.ehlo_or_helo_if_needed()
        if relay.username:
            client.login(relay.username, relay.password)
        code, _ = client.mail(relay.sender)
    except BaseException:
        client.close()
        raise
    if code != 250:
        client.close()
        raise smtplib.SMTPResponseException(code, "sender")
    return client


def _drop(client: smtplib.SMTP | None) -> None:
    if client is not None:
        client.close()


def _give_content(client: smtplib.SMTP, content: bytes) -> Receipt:
    try:
        code, _ = client.data(content)
    except smtplib.SMTPDataError as error:
        client.close()
        return failed("CHANNEL_REFUSED", retryable=error.smtp_code < 500, status=str(error.smtp_code))
    except (OSError, smtplib.SMTPException) as error:
        client.close()
        return unknown("CHANNEL_NO_ANSWER", error=type(error).__name__)
    if code != 250:
        client.close()
        return failed("CHANNEL_REFUSED", retryable=code < 500, status=str(code))
    try:
        client.quit()
    except (OSError, smtplib.SMTPException):
        # The relay has taken the mail; how the connection ends changes nothing.
        client.close()
    return accepted()
