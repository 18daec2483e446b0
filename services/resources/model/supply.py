"""Agreements 协议储备 with suppliers, call-offs 协议调用 and donations 捐赠 (DOMAIN § 2.2)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from chassis.states import Machine, Transition
from services.resources import errors
from services.resources.model.record import Record
from services.resources.model.stock import StockLine

CALL_OFF = Machine(
    "call_off",
    ("issued",),
    {
        "confirm": Transition(("issued",), "confirmed"),
        "refuse": Transition(("issued",), "refused"),
        "time_out": Transition(("issued",), "timed_out"),
        "dispatch": Transition(("confirmed",), "delivering"),
        "deliver": Transition(("delivering",), "delivered"),
        "settle": Transition(("delivered",), "settled"),
    },
    by_itself=("time_out",),
)

DONATION = Machine(
    "donation",
    ("pledged",),
    {
        "receive": Transition(("pledged",), "received"),
        "register": Transition(("received",), "registered"),
        "allocate": Transition(("registered",), "allocated"),
        "distribute": Transition(("allocated",), "distributed"),
        "publish": Transition(("distributed",), "published"),
        "decline": Transition(("pledged", "received"), "rejected"),
    },
)


@dataclass(slots=True, kw_only=True)
class ReserveAgreement(Record):
    """A supplier keeps or makes an item for us. What may be called lies in the lot `lot_id` at the supplier's place. Prices are in fen."""

    COLLECTION: ClassVar[str] = "reserveAgreements"
    supplier: str
    store_id: str
    item_id: str
    quantity: Decimal
    response_minutes: int
    capacity_per_day: Decimal | None = None
    price_fen: int = 0
    valid_until: date | None = None
    contact_name: str = ""
    contact_phone: str = ""
    breaches: int = 0
    lot_id: str = ""
    region_code: str = ""

    def check_valid(self, today: date) -> None:
        """Refuse a call after the last day."""
        if self.valid_until is not None and self.valid_until < today:
            raise errors.agreement_expired(self.name, self.valid_until)


@dataclass(frozen=True, slots=True)
class CallOffIssued:
    """A supplier is called."""

    key: str
    reserve_agreement: str
    line: StockLine
    place: str


@dataclass(frozen=True, slots=True)
class CallOffConfirmed:
    """The supplier confirmed."""

    key: str
    reserve_agreement: str


@dataclass(frozen=True, slots=True)
class CallOffBreached:
    """The supplier refused or did not answer."""

    key: str
    reserve_agreement: str
    timed_out: bool
    reason: str


@dataclass(frozen=True, slots=True)
class CallOffDelivered:
    """It arrived."""

    key: str
    line: StockLine


@dataclass(frozen=True, slots=True)
class CallOffSettled:
    """The cost is settled."""

    key: str
    cost_fen: int


@dataclass(slots=True, kw_only=True)
class CallOff(Record):
    """One call on an agreement."""

    COLLECTION: ClassVar[str] = "callOffs"
    state: str = "issued"
    reserve_agreement_id: str
    supplier: str
    item_id: str
    quantity: Decimal
    to_store_id: str = ""
    place: str = ""
    region_code: str
    incident: str = ""
    exercise_id: str = ""
    answer_due_at: datetime
    arrival_due_at: datetime
    delivered: Decimal | None = None
    cost_fen: int = 0
    reason: str = ""

    def _line(self, quantity: Decimal) -> StockLine:
        return StockLine(f"items/{self.item_id}", quantity)

    def issue(self) -> CallOffIssued:
        """Check what a call needs."""
        if not (self.to_store_id or self.place):
            raise errors.receiving_place_required()
        return CallOffIssued(self.id, f"reserveAgreements/{self.reserve_agreement_id}", self._line(self.quantity), self.place)

    def confirm(self) -> CallOffConfirmed:
        """The supplier confirmed."""
        self.state = CALL_OFF.next(self.state, "confirm")
        return CallOffConfirmed(self.id, f"reserveAgreements/{self.reserve_agreement_id}")

    def breach(self, reason: str, *, timed_out: bool) -> CallOffBreached:
        """The supplier refused or did not answer in time."""
        self.state = CALL_OFF.next(self.state, "time_out" if timed_out else "refuse")
        self.reason = reason
        return CallOffBreached(self.id, f"reserveAgreements/{self.reserve_agreement_id}", timed_out, reason)

    def dispatch(self) -> None:
        """It is on its way."""
        self.state = CALL_OFF.next(self.state, "dispatch")

    def deliver(self, quantity: Decimal) -> CallOffDelivered:
        """It arrived; what did not come stays with the supplier."""
        self.state = CALL_OFF.next(self.state, "deliver")
        if quantity > self.quantity:
            raise errors.insufficient(f"items/{self.item_id}", quantity, self.quantity)
        self.delivered = quantity
        return CallOffDelivered(self.id, self._line(quantity))

    def settle(self, cost_fen: int) -> CallOffSettled:
        """The cost is settled."""
        self.state = CALL_OFF.next(self.state, "settle")
        self.cost_fen = cost_fen
        return CallOffSettled(self.id, cost_fen)


@dataclass(slots=True, kw_only=True)
class DonationLine:
    """What is given; `lot_id` once it is registered."""

    item_id: str
    quantity: Decimal
    expire_date: date | None = None
    lot_id: str = ""


@dataclass(frozen=True, slots=True)
class DonationPledged:
    """A pledge."""

    key: str
    lines: list[StockLine]


@dataclass(frozen=True, slots=True)
class DonationRegistered:
    """Checked and in a store."""

    key: str
    lines: list[StockLine]
    store: str


@dataclass(frozen=True, slots=True)
class DonationDistributed:
    """Handed out."""

    key: str
    recipient: str


@dataclass(frozen=True, slots=True)
class DonationPublished:
    """Its use is public."""

    key: str
    lines: list[StockLine]
    public_name: str
    recipient: str


@dataclass(slots=True, kw_only=True)
class Donation(Record):
    """A donation of goods. Donor and telephone are personal data; only `public_name` is ever published."""

    COLLECTION: ClassVar[str] = "donations"
    state: str = "pledged"
    donor: str
    donor_phone: str = ""
    public_name: str = ""
    lines: list[DonationLine] = field(default_factory=list)
    purpose: str = ""
    incident: str = ""
    exercise_id: str = ""
    region_code: str
    store_id: str = ""
    recipient: str = ""
    receive_at: datetime | None = None
    distribute_at: datetime | None = None
    publish_at: datetime | None = None
    reason: str = ""

    def _told(self) -> list[StockLine]:
        return [StockLine(f"items/{line.item_id}", line.quantity, lot=f"lots/{line.lot_id}" if line.lot_id else "") for line in self.lines]

    def pledge(self) -> DonationPledged:
        """Take down a pledge."""
        return DonationPledged(self.id, self._told())

    def receive(self, now: datetime) -> None:
        """The goods are here."""
        self.state = DONATION.next(self.state, "receive")
        self.receive_at = now

    def register(self, store_id: str, lots: list[str]) -> DonationRegistered:
        """Checked and in the store, line by line in `lots`."""
        self.state = DONATION.next(self.state, "register")
        self.store_id = store_id
        for line, lot_id in zip(self.lines, lots, strict=True):
            line.lot_id = lot_id
        return DonationRegistered(self.id, self._told(), f"stores/{store_id}")

    def allocate(self, recipient: str) -> None:
        """Say who gets it."""
        self.state = DONATION.next(self.state, "allocate")
        self.recipient = recipient

    def distribute(self, now: datetime) -> DonationDistributed:
        """Handed out."""
        self.state = DONATION.next(self.state, "distribute")
        self.distribute_at = now
        return DonationDistributed(self.id, self.recipient)

    def publish(self, now: datetime) -> DonationPublished:
        """Its use is public (RS-11)."""
        self.state = DONATION.next(self.state, "publish")
        self.publish_at = now
        return DonationPublished(self.id, self._told(), self.public_name, self.recipient)

    def decline(self, reason: str) -> None:
        """Declined with thanks."""
        self.state = DONATION.next(self.state, "decline")
        self.reason = reason
