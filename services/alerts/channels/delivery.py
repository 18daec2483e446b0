"""What goes out on a channel and what comes back.

Nothing is sent twice by itself. A caller claims its row, calls `Channel.send`, records the receipt; what may be sent again is what `Receipt.again` returns.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum


class ChannelKind(StrEnum):
    """Means of release, 发布手段 (AL-04). Kinds without an adapter here are recorded by hand."""

    FEED = "feed"
    UPPER_PLATFORM = "upper_platform"
    SMS = "sms"
    CELL_BROADCAST = "cell_broadcast"
    TV = "tv"
    RADIO = "radio"
    LOUDSPEAKER = "loudspeaker"
    LED = "led"
    WEB = "web"
    WECHAT = "wechat"
    NEWSPAPER = "newspaper"
    SIREN = "siren"
    DOOR = "door"
    PEER = "peer"
    WEBHOOK = "webhook"
    EMAIL = "email"
    DRILL = "drill"


class Outcome(StrEnum):
    """DELIVERED: at its end. ACCEPTED: the next system has it and may report later. FAILED: surely not sent. UNKNOWN: nobody can say."""

    DELIVERED = "DELIVERED"
    ACCEPTED = "ACCEPTED"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


RECIPIENTS = {
    ChannelKind.EMAIL: re.compile(r"[!-;=?A-~]{1,64}@[!-;=?A-~]{1,190}"),
    ChannelKind.SMS: re.compile(r"\+?[0-9]{3,20}", re.ASCII),
}
"""What a recipient looks like. A mailbox is printable ASCII without spaces and brackets: nothing that could end a line of the dialogue."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a channel ends: one gateway, feed or group of recipients.

    `name` identifies it for ever (part of the idempotency key); `address` is a URL; `recipients` are telephone numbers or mail addresses.
    `accepts_exercises` marks a target behind which there is no public; `deduplicates` one that acts once on a repeated idempotency key.
    """

    name: str
    address: str = ""
    recipients: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    accepts_exercises: bool = False
    deduplicates: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message for one target on one channel. `document` is the CAP XML, `text` what people read or hear, `level` 1-4 (9 ungraded)."""

    identifier: str
    channel: ChannelKind
    target: Target
    status: str
    msg_type: str
    headline: str
    text: str
    document: bytes
    level: int = 9
    expires_at: datetime | None = None

    @property
    def idempotency_key(self) -> str:
        """SHA-256 (hexadecimal) of identifier, channel and target: the same for every attempt, another for every other delivery."""
        return hashlib.sha256(f"{self.identifier}\0{self.channel}\0{self.target.name}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is known after an attempt.

    `reason` names a text in messages/alerts.yaml. `retryable` tells whether a FAILED attempt may succeed later. `reached` is the number of households or
    people the channel reports, None when it reports none. `accepted` and `refused` count recipients, `unsent` are recipients surely not sent to.
    `remote_ids` are the receiver's numbers, one for each recipient it took, by which later reports come.
    """

    outcome: Outcome
    reason: str = ""
    retryable: bool = False
    details: Mapping[str, str] = field(default_factory=dict, hash=False)
    reached: int | None = None
    accepted: int | None = None
    refused: int | None = None
    unsent: tuple[str, ...] = ()
    remote_ids: tuple[str, ...] = ()

    def again(self, delivery: Delivery) -> Delivery | None:
        """What of the delivery may be sent again without anybody getting it twice; None when nothing may."""
        if self.unsent:
            return replace(delivery, target=replace(delivery.target, recipients=self.unsent))
        if self.outcome is Outcome.UNKNOWN:
            return delivery if delivery.target.deduplicates else None
        return delivery if self.outcome is Outcome.FAILED and self.retryable else None


def delivered(*, reached: int | None = None, remote_ids: tuple[str, ...] = (), **details: str) -> Receipt:
    """It is where it should be."""
    return Receipt(Outcome.DELIVERED, reached=reached, remote_ids=remote_ids, details=details)


def accepted(*, reached: int | None = None, remote_ids: tuple[str, ...] = (), **details: str) -> Receipt:
    """The next system has it."""
    return Receipt(Outcome.ACCEPTED, reached=reached, remote_ids=remote_ids, details=details)


def failed(reason: str, *, retryable: bool, **details: str) -> Receipt:
    """It was surely not sent."""
    return Receipt(Outcome.FAILED, reason, retryable, details)


def unknown(reason: str, **details: str) -> Receipt:
    """It may have been sent."""
    return Receipt(Outcome.UNKNOWN, reason, details=details)
