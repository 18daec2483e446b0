"""Short messages through a gateway that speaks SMPP 3.4: every recipient once, nobody twice, and later reports of who got it.

SMPP has no idempotency key. So a recipient whose answer is missing is never sent to again by itself; those not yet sent to are told as `unsent`.
"""

import asyncio
import re
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from services.alerts.cap.times import BEIJING
from services.alerts.channels.channel import Channel
from services.alerts.channels.delivery import RECIPIENTS, ChannelKind, Delivery, Outcome, Receipt, failed
from services.alerts.channels.smpp_pdu import Address, CommandStatus, Deliver, Submission, Tag
from services.alerts.channels.smpp_session import NotSent, OutcomeUnknown, SmppAccount, SmppRefused, SmppSession
from services.alerts.channels.sms_text import Segment, segments

_NUMBER = RECIPIENTS[ChannelKind.SMS]
_LATER = (CommandStatus.THROTTLED, CommandStatus.MESSAGE_QUEUE_FULL)
# The share of the time in which new recipients are begun; the rest is for answers.
_BEGIN_SHARE = 0.8
_RECEIPT = 0x04
_RECEIPT_BITS = 0x3C
_FIELD = re.compile(r"\b(id|stat|err):(\S+)", re.IGNORECASE)
_STATES = {
    "ENROUTE": Outcome.ACCEPTED, "DELIVRD": Outcome.DELIVERED, "EXPIRED": Outcome.FAILED, "DELETED": Outcome.FAILED,
    "UNDELIV": Outcome.FAILED, "ACCEPTD": Outcome.ACCEPTED, "UNKNOWN": Outcome.UNKNOWN, "REJECTD": Outcome.FAILED,
}  # fmt: skip
_STATE_NUMBERS = dict(enumerate(_STATES, 1))


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What the network says later of one message: its id as in `Receipt.remote_ids`, what became of it, and the network's error number."""

    remote_id: str
    outcome: Outcome
    error: str = ""


@dataclass(frozen=True, slots=True)
class SmsSettings:
    """How the channel behaves. `window` submissions are under way at once.

    A busy gateway is asked again up to `patience` times, first after `pause_seconds`, each time after twice as long.
    """

    source: Address
    window: int = 10
    most_segments: int = 10
    patience: int = 5
    pause_seconds: float = 0.5


@dataclass(slots=True)
class _Round:
    """One delivery under way."""

    left: deque[str]
    parts: list[Segment]
    delivery: Delivery
    accepted: int = 0
    refused: int = 0
    unknown: int = 0
    remote_ids: list[str] = field(default_factory=list)
    status: int = 0
    stopped: bool = False
    late: bool = False

    def end(self) -> None:
        """Time is nearly over: begin nothing new, finish what is under way."""
        self.stopped = self.late = True


class SmsChannel(Channel):
    """Sends to `target.recipients`. `on_report` gets every later report before it is acknowledged; it raises ReceiptNotKept to be told again."""

    kind = ChannelKind.SMS

    def __init__(
        self, account: SmppAccount, settings: SmsSettings, on_report: Callable[[DeliveryReport], Awaitable[None]], *, timeout_seconds: float = 600.0
    ) -> None:
        super().__init__(timeout_seconds=timeout_seconds)
        self.account = account
        self.settings = settings
        self.on_report = on_report
        self.session = SmppSession(account, self._deliver)
        self.opening = asyncio.Lock()
        self.reference = 0

    async def transmit(self, delivery: Delivery) -> Receipt:
        """Send to every recipient; stop at the first sign that the gateway is gone or busy for long."""
        recipients = list(dict.fromkeys(delivery.target.recipients))
        good = [number for number in recipients if _NUMBER.fullmatch(number)]
        if not good:
            return failed("CHANNEL_NO_RECIPIENTS", retryable=False)
        try:
            self.reference = (self.reference + 1) % 256
            parts = segments(delivery.text, reference=self.reference, most=self.settings.most_segments)
        except ValueError as error:
            return failed("CHANNEL_TEXT_TOO_LONG", retryable=False, error=str(error)[:120])
        try:
            await self.connect()
        except SmppRefused as error:
            return failed("CHANNEL_REFUSED", retryable=False, status=f"0x{error.status:08X}")
        except (NotSent, OutcomeUnknown) as error:
            return failed("CHANNEL_UNREACHABLE", retryable=True, error=str(error))
        work = _Round(deque(good), parts, delivery, refused=len(recipients) - len(good))
        ending = asyncio.get_running_loop().call_later(self.timeout_seconds * _BEGIN_SHARE, work.end)
        async with asyncio.TaskGroup() as group:
            for _ in range(min(self.settings.window, len(good))):
                group.create_task(self._work(work))
        ending.cancel()
        return _receipt(work)

    async def connect(self) -> None:
        """Bind if not bound; also called at start, so that reports of earlier messages come in."""
        async with self.opening:
            if not self.session.bound:
                await self.session.close()
                await self.session.open()

    async def close(self) -> None:
        """Unbind."""
        await self.session.close()

    async def _work(self, work: _Round) -> None:
        while work.left and not work.stopped:
            recipient = work.left.popleft()
            try:
                await self._send_all(work, recipient)
                work.accepted += 1
            except OutcomeUnknown:
                work.unknown += 1
                work.stopped = True
            except NotSent:
                work.left.appendleft(recipient)
                work.stopped = True
            except SmppRefused as error:
                work.status = error.status
                if error.status in _LATER:
                    work.left.appendleft(recipient)
                    work.stopped = True
                else:
                    work.refused += 1

    async def _send_all(self, work: _Round, recipient: str) -> None:
        """All segments to one recipient; the last one is reported and stands for the whole.

        Once the first is out, a line that is gone leaves the recipient unknown, not unsent.
        """
        address = Address(recipient.removeprefix("+"), *((1, 1) if recipient.startswith("+") else (0, 0)))
        priority, validity = _priority(work.delivery.level), _validity(work.delivery.expires_at)
        for number, part in enumerate(work.parts):
            last = number == len(work.parts) - 1
            submission = Submission(self.settings.source, address, part.content, part.esm_class, priority=priority, validity=validity, report=last)
            try:
                remote_id = await self._submit_patiently(submission)
            except (NotSent, SmppRefused) as error:
                if number and (isinstance(error, NotSent) or error.status in _LATER):
                    raise OutcomeUnknown("part of the text was sent") from error
                raise
            if last and remote_id:
                work.remote_ids.append(remote_id)

    async def _submit_patiently(self, submission: Submission) -> str:
        """Submit; a gateway that says it is busy has done nothing and is asked again."""
        for attempt in range(self.settings.patience):
            try:
                return await self.session.submit(submission)
            except SmppRefused as error:
                if error.status not in _LATER:
                    raise
            await asyncio.sleep(self.settings.pause_seconds * 2**attempt)
        return await self.session.submit(submission)

    async def _deliver(self, message: Deliver) -> None:
        """A receipt goes to `on_report`; a message from a telephone is acknowledged and dropped, nobody reads it."""
        if message.esm_class & _RECEIPT_BITS == _RECEIPT:
            report = read_report(message)
            if report is not None:
                await self.on_report(report)


def read_report(message: Deliver) -> DeliveryReport | None:
    """The report in a receipt, by its parameters or, from older gateways, its text; None when it names no message."""
    fields = {name.lower(): value for name, value in _FIELD.findall(message.content.decode("latin-1"))}
    remote_id = message.options.get(Tag.RECEIPTED_MESSAGE_ID, b"").rstrip(b"\0").decode("latin-1") or fields.get("id", "")
    if not remote_id:
        return None
    number = message.options.get(Tag.MESSAGE_STATE, b"")
    state = _STATE_NUMBERS.get(number[0], "UNKNOWN") if number else fields.get("stat", "UNKNOWN").upper()
    return DeliveryReport(remote_id, _STATES.get(state, Outcome.UNKNOWN), fields.get("err", ""))


def _receipt(work: _Round) -> Receipt:
    """What the round amounts to: any doubt makes it UNKNOWN; who was surely not sent to may be sent to later."""
    details = {"unknown": str(work.unknown)} | ({"status": f"0x{work.status:08X}"} if work.status else {})
    unsent = tuple(work.left)
    if work.unknown:
        outcome, reason = Outcome.UNKNOWN, "CHANNEL_NO_ANSWER"
    elif unsent:
        outcome, reason = Outcome.FAILED, "CHANNEL_BUSY" if work.late or work.status in _LATER else "CHANNEL_UNREACHABLE"
    elif work.accepted:
        outcome, reason = Outcome.ACCEPTED, ""
    else:
        outcome, reason = Outcome.FAILED, "CHANNEL_REFUSED"
    return Receipt(outcome, reason, bool(unsent), details, None, work.accepted, work.refused, unsent, tuple(work.remote_ids))


def _priority(level: int) -> int:
    """Urgent for red and orange, else normal (SMPP 5.2.14)."""
    return 3 if level in (1, 2) else 1


def _validity(expires_at: datetime | None) -> str:
    """The absolute time after which a telephone need not get it any more, YYMMDDhhmmsstnn+ in Beijing time (32 quarters of an hour)."""
    return f"{expires_at.astimezone(BEIJING):%y%m%d%H%M%S}032+" if expires_at else ""
