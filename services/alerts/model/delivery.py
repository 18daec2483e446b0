"""Deliveries 发布回执: one row for an alert, channel and target. Claim, send, record; what nobody knows is never sent again by itself."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

from chassis.states import Machine, Transition
from services.alerts import errors
from services.alerts.channels import delivery as wire
from services.alerts.channels.delivery import ChannelKind, Outcome

ADAPTED = (ChannelKind.FEED, ChannelKind.WEBHOOK, ChannelKind.LOUDSPEAKER, ChannelKind.SMS, ChannelKind.EMAIL, ChannelKind.DRILL)
"""Channels the platform sends on by itself; the others people work by hand, and record receipts."""
NEEDS_ADDRESS = (ChannelKind.WEBHOOK, ChannelKind.LOUDSPEAKER)
"""Channels that speak HTTP to the target's address; the others have their gateway in the settings."""
MAX_ATTEMPTS = 5
"""Attempts of one delivery before a person must decide."""
COUNTY_DIGITS = 6
"""A region code of a county has so many digits; those of towns and villages are longer."""

DELIVERY = Machine(
    "delivery",
    ("queued", "manual"),
    {
        "claim": Transition(("queued",), "sending"),
        "accept": Transition(("sending", "unknown"), "accepted"),
        "deliver": Transition(("sending", "accepted", "unknown"), "delivered"),
        "fail": Transition(("sending", "accepted", "unknown"), "failed"),
        "lose": Transition(("sending", "unknown"), "unknown"),
        "requeue": Transition(("sending", "failed", "unknown"), "queued"),
        "retry": Transition(("failed",), "queued"),
        "stop": Transition(("queued",), "stopped"),
    },
    by_itself=("claim", "deliver", "fail", "lose", "requeue", "stop"),
)
BY_OUTCOME = {Outcome.DELIVERED: "deliver", Outcome.ACCEPTED: "accept", Outcome.FAILED: "fail", Outcome.UNKNOWN: "lose"}


@dataclass(frozen=True, slots=True)
class DeliveryFact:
    """Which delivery (topic `fenghuo.alerts.delivery.v1`, key: alert id)."""

    key: str
    alert: str
    channel: str
    target: str


@dataclass(frozen=True, slots=True)
class ChannelQueued(DeliveryFact):
    """Queued, for the first or another attempt."""

    attempts: int


@dataclass(frozen=True, slots=True)
class ChannelSent(DeliveryFact):
    """The next system has it."""

    accepted: int | None


@dataclass(frozen=True, slots=True)
class ChannelDelivered(DeliveryFact):
    """It is where it should be."""

    reached: int | None


@dataclass(frozen=True, slots=True)
class ChannelFailed(DeliveryFact):
    """It was surely not sent."""

    reason: str
    attempts: int
    retrying: bool


@dataclass(frozen=True, slots=True)
class ChannelUnknown(DeliveryFact):
    """Nobody knows."""

    reason: str


@dataclass(frozen=True, slots=True)
class ChannelStopped(DeliveryFact):
    """Its alert was over before it was sent."""


@dataclass(slots=True, kw_only=True)
class ChannelTarget:
    """Where a channel ends. What it is for (channel, exercises) is set once; secrets are never part of it."""

    id: str
    channel: str
    title: str
    region_code: str
    address: str = ""
    recipients: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    accepts_exercises: bool = False
    deduplicates: bool = False
    enabled: bool = True
    counts_persons: bool = False
    delete_time: datetime | None = None
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"channelTargets/{self.id}"

    @property
    def recipient_count(self) -> int:
        """How many recipients it has."""
        return len(self.recipients)

    def check(self) -> None:
        """It can be reached, and the drill channel is for exercises."""
        if self.channel in NEEDS_ADDRESS and not self.address:
            raise errors.address_needed(self.channel)
        if self.address and not _is_http_uri(self.address):
            raise errors.address_malformed(self.channel)
        form = wire.RECIPIENTS.get(ChannelKind(self.channel))
        for number, recipient in enumerate(self.recipients if form else ()):
            if form and not form.fullmatch(recipient):
                raise errors.recipient_malformed(self.channel, number)
        if self.channel == ChannelKind.DRILL and not self.accepts_exercises:
            raise errors.drill_takes_exercises()

    def serves(self, regions: tuple[str, ...]) -> bool:
        """It serves one of these regions, or everywhere (code prefixes, in either direction)."""
        return not self.regions or any(own.startswith(each) or each.startswith(own) for own in self.regions for each in regions)

    def within(self, region: str) -> bool:
        """It is of this region (code prefixes, in either direction): by what it serves, or, when it serves everywhere, by whoever runs it."""
        return any(own.startswith(region) or region.startswith(own) for own in self.regions or (self.region_code,))

    def in_area(self, regions: tuple[str, ...], villages: tuple[str, ...]) -> bool:
        """It serves the area of a warning. One that serves only towns or villages (over 6 digits) must serve one of the area's, so that a loudspeaker
        elsewhere in the county stays silent; where no village of the area is known, its county is enough.
        """
        wide = not self.regions or any(len(own) <= COUNTY_DIGITS for own in self.regions)
        named = tuple(each for each in regions if len(each) > COUNTY_DIGITS)
        return self.serves(regions) if wide or not villages else self.serves(villages + named)

    def wire(self, recipients: tuple[str, ...] | None = None) -> wire.Target:
        """The target as adapters know it."""
        given = self.recipients if recipients is None else recipients
        return wire.Target(self.id, self.address, given, self.regions, self.accepts_exercises, self.deduplicates)


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One alert for one target. `pending` are recipients surely not sent to yet (None: all of the target's); `claim` names who is sending it."""

    id: str
    alert_id: str
    channel: str
    target_id: str
    region_code: str
    exercise_id: str
    create_time: datetime
    update_time: datetime
    state: str = "queued"
    attempts: int = 0
    reason: str = ""
    details: dict[str, str] = field(default_factory=dict)
    reached: int | None = None
    accepted: int | None = None
    refused: int | None = None
    pending: tuple[str, ...] | None = None
    remote_ids: tuple[str, ...] = ()
    confirmed: int = 0
    claim: str = ""
    lease_time: datetime | None = None
    retry_time: datetime | None = None
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"deliveries/{self.id}"

    @property
    def alert(self) -> str:
        """The message."""
        return f"alerts/{self.alert_id}"

    @property
    def target(self) -> str:
        """The target."""
        return f"channelTargets/{self.target_id}"

    @property
    def unsent(self) -> int:
        """Recipients surely not sent to yet."""
        return len(self.pending or ())

    def take(self, claim: str, lease_time: datetime) -> None:
        """A process takes it, until the lease ends (real time)."""
        self.state = DELIVERY.next(self.state, "claim")
        self.attempts += 1
        self.claim, self.lease_time, self.retry_time = claim, lease_time, None

    def record(self, receipt: wire.Receipt, again: wire.Delivery | None, retry_time: datetime | None) -> DeliveryFact:
        """What came back. With `again` and a time it is queued for what may be sent again; that is never what may have been sent."""
        retrying = again is not None and retry_time is not None
        self.reason, self.details = receipt.reason, dict(receipt.details)
        self.reached = receipt.reached if receipt.reached is not None else self.reached
        self.accepted = _added(self.accepted, receipt.accepted)
        self.refused = _added(self.refused, receipt.refused)
        self.remote_ids = tuple(dict.fromkeys((*self.remote_ids, *receipt.remote_ids)))
        self.lease_time = None
        if retrying and again is not None:
            self.state = DELIVERY.next(self.state, "requeue")
            self.pending, self.retry_time = again.target.recipients or None, retry_time
        else:
            self.state = DELIVERY.next(self.state, BY_OUTCOME[receipt.outcome])
            self.pending = receipt.unsent or None
        return self._fact(receipt, retrying=retrying)

    def _fact(self, receipt: wire.Receipt, *, retrying: bool) -> DeliveryFact:
        which = (self.alert_id, self.alert, self.channel, self.target)
        if receipt.outcome is Outcome.DELIVERED:
            return ChannelDelivered(*which, self.reached)
        if receipt.outcome is Outcome.ACCEPTED:
            return ChannelSent(*which, self.accepted)
        if receipt.outcome is Outcome.UNKNOWN:
            return ChannelUnknown(*which, receipt.reason)
        return ChannelFailed(*which, receipt.reason, self.attempts, retrying)

    def retry(self) -> ChannelQueued:
        """A person sends a failed one again."""
        self.state = DELIVERY.next(self.state, "retry")
        self.retry_time, self.reason, self.details = None, "", {}
        return ChannelQueued(self.alert_id, self.alert, self.channel, self.target, self.attempts)

    def settle(self, remark: str, *, sent: bool) -> DeliveryFact:
        """A person found out what became of it."""
        if self.state != "unknown":
            DELIVERY.next(self.state, "lose")
        self.state = DELIVERY.next(self.state, "deliver" if sent else "fail")
        self.details = {"remark": remark}
        which = (self.alert_id, self.alert, self.channel, self.target)
        return ChannelDelivered(*which, self.reached) if sent else ChannelFailed(*which, self.reason, self.attempts, retrying=False)

    def confirm(self, remote_id: str, outcome: Outcome) -> DeliveryFact | None:
        """A later report on one recipient; the delivery is at its end when the last one is reported."""
        left = tuple(each for each in self.remote_ids if each != remote_id)
        if len(left) == len(self.remote_ids) or outcome in (Outcome.ACCEPTED, Outcome.UNKNOWN):
            return None
        self.remote_ids = left
        self.confirmed += outcome is Outcome.DELIVERED
        self.reached = self.confirmed
        if left or self.state != "accepted":
            return None
        which = (self.alert_id, self.alert, self.channel, self.target)
        self.state = DELIVERY.next(self.state, "deliver" if self.confirmed else "fail")
        return ChannelDelivered(*which, self.reached) if self.confirmed else ChannelFailed(*which, self.reason, self.attempts, retrying=False)

    def stop(self) -> ChannelStopped:
        """Its alert is over."""
        self.state = DELIVERY.next(self.state, "stop")
        return ChannelStopped(self.alert_id, self.alert, self.channel, self.target)

    def queued(self) -> ChannelQueued:
        """It was planned."""
        return ChannelQueued(self.alert_id, self.alert, self.channel, self.target, self.attempts)


def _is_http_uri(address: str) -> bool:
    """An absolute http or https URI with a host, in printable ASCII without blanks, without a fragment (RFC 3986)."""
    if not all("!" <= character <= "~" for character in address) or "#" in address:
        return False
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def masked(target: ChannelTarget) -> ChannelTarget:
    """The target as the audit digests see it: with the number of recipients in place of their numbers (应对法 84)."""
    return replace(target, recipients=(str(len(target.recipients)),))


def _added(known: int | None, more: int | None) -> int | None:
    return known if more is None else (known or 0) + more
