"""Transfer orders 调拨单 (DOMAIN § 2.2, R-M1 … R-M4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from chassis.states import Machine, Transition
from services.resources import errors
from services.resources.model.catalogue import ZERO
from services.resources.model.record import Record
from services.resources.model.stock import StockLine

PAPERWORK_WITHIN = timedelta(hours=48)
"""Paper follows an approval by word within this (R-M2)."""
OWN, UPPER = ASKED_OF = ("own", "upper")

TRANSFER = Machine(
    "transfer",
    ("requested", "approved"),
    {
        "approve": Transition(("requested",), "approved"),
        "reject": Transition(("requested",), "rejected"),
        "pick": Transition(("approved",), "picking"),
        "ship": Transition(("picking",), "shipped"),
        "receive": Transition(("shipped",), "received"),
        "receive_other": Transition(("shipped",), "discrepancy"),
        "settle": Transition(("discrepancy",), "received"),
        "cancel": Transition(("approved", "picking"), "cancelled"),
        "return": Transition(("received", "returning"), "returning"),
        "close": Transition(("received", "returning"), "closed"),
        "file_paperwork": Transition(("approved", "picking", "shipped", "received", "discrepancy", "returning", "closed", "cancelled")),
    },
)


@dataclass(slots=True)
class Pick:
    """Where part of a line is taken from, and how much of that arrived."""

    lot_id: str
    store_id: str
    quantity: Decimal
    received: Decimal = ZERO


@dataclass(slots=True, kw_only=True)
class TransferLine:
    """One item. `approved` and `received` are None until they are known."""

    item_id: str
    quantity: Decimal
    spec: str = ""
    approved: Decimal | None = None
    picks: list[Pick] = field(default_factory=list)
    received: Decimal | None = None
    returned: Decimal = ZERO
    written_off: Decimal = ZERO
    display_name: str = ""
    unit_of_measure: str = ""

    @property
    def sent(self) -> Decimal:
        """What was or will be sent."""
        return self.approved or ZERO

    def share(self) -> list[tuple[Pick, Decimal]]:
        """What arrived, shared out over the lots it came from; a surplus belongs to none of them."""
        left, parts = min(self.received or ZERO, self.sent), []
        for pick in self.picks:
            pick.received = min(left, pick.quantity)
            left -= pick.received
            parts.append((pick, pick.received))
        return parts

    def told(self, quantity: Decimal) -> StockLine:
        """The line as facts tell it."""
        return StockLine(f"items/{self.item_id}", quantity, self.display_name, self.unit_of_measure)


@dataclass(slots=True, kw_only=True)
class OwnStockStatement:
    """What the level above is told with a request (R-M1); `people_moved` None means unknown."""

    disaster: str
    people_moved: int | None = None
    reserve: str
    used: str


@dataclass(frozen=True, slots=True)
class TransferRequested:
    """Somebody asks for stock."""

    key: str
    lines: list[StockLine]
    place: str
    region_code: str


@dataclass(frozen=True, slots=True)
class TransferApproved:
    """Approved; the stock is reserved."""

    key: str
    lines: list[StockLine]
    verbal: bool
    approver: str


@dataclass(frozen=True, slots=True)
class TransferRejected:
    """Rejected."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class TransferPicking:
    """It is being picked."""

    key: str
    picker: str


@dataclass(frozen=True, slots=True)
class TransferShipped:
    """It is on the road."""

    key: str
    lines: list[StockLine]
    carrier: str
    pass_number: str
    place: str


@dataclass(frozen=True, slots=True)
class TransferReceived:
    """It arrived as sent, or what differed is settled."""

    key: str
    lines: list[StockLine]
    settled: bool


@dataclass(frozen=True, slots=True)
class TransferDiscrepancy:
    """Another quantity arrived than was sent."""

    key: str
    sent: list[StockLine]
    received: list[StockLine]


@dataclass(frozen=True, slots=True)
class TransferCancelled:
    """Cancelled; what was reserved is free again."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class TransferReturned:
    """Something came back."""

    key: str
    lines: list[StockLine]


@dataclass(frozen=True, slots=True)
class TransferClosed:
    """Counted and closed."""

    key: str
    written_off: list[StockLine]


@dataclass(frozen=True, slots=True)
class TransferOverdue:
    """Not received by the time it was needed."""

    key: str
    state: str


@dataclass(frozen=True, slots=True)
class PaperworkOverdue:
    """The paper of an approval by word is late."""

    key: str
    approver: str


@dataclass(frozen=True, slots=True)
class PaperworkFiled:
    """The paper of an approval by word is there."""

    key: str
    paperwork: str


@dataclass(slots=True, kw_only=True)
class Transfer(Record):
    """A transfer order. Times are UTC; None means not yet or not known."""

    COLLECTION: ClassVar[str] = "transfers"
    number: str = ""
    state: str = "requested"
    incident: str = ""
    exercise_id: str = ""
    asked_of: str = OWN
    source_store_id: str = ""
    to_store_id: str = ""
    place: str = ""
    region_code: str = ""
    lon: float | None = None
    lat: float | None = None
    need_by_at: datetime
    consignee: str = ""
    consignee_phone: str = ""
    sender: str = ""
    sender_phone: str = ""
    lines: list[TransferLine] = field(default_factory=list)
    reason: str = ""
    own_stock: OwnStockStatement | None = None
    requester: str
    approver: str = ""
    approve_at: datetime | None = None
    verbal: bool = False
    channel: str = ""
    paperwork_due_at: datetime | None = None
    paperwork_filed_at: datetime | None = None
    paperwork: str = ""
    paperwork_overdue: bool = False
    carrier: str = ""
    vehicle: str = ""
    pass_number: str = ""
    ship_at: datetime | None = None
    receive_at: datetime | None = None
    receiver: str = ""
    explanation: str = ""
    overdue: bool = False
    partial_reason: str = ""

    def line(self, item_id: str) -> TransferLine:
        """The line of an item; INVALID when there is none."""
        for line in self.lines:
            if line.item_id == item_id:
                return line
        raise errors.line_unknown(f"items/{item_id}")

    def told(self) -> list[StockLine]:
        """What was sent, as facts tell it."""
        return [line.told(line.sent) for line in self.lines]

    def request(self) -> TransferRequested:
        """Check what a request needs (transition – → requested)."""
        if not self.region_code or not (self.to_store_id or self.place):
            raise errors.receiving_place_required()
        if self.asked_of == UPPER and self.own_stock is None:
            raise errors.own_stock_statement_required()
        return TransferRequested(self.id, [line.told(line.quantity) for line in self.lines], self.place, self.region_code)

    def approve_verbal(self, approver: str, channel: str, now: datetime) -> TransferApproved:
        """Approved by word (transition – → approved); the paper is owed from now on."""
        self.state, self.verbal, self.channel = "approved", True, channel
        self.paperwork_due_at = now + PAPERWORK_WITHIN
        return self._approved(approver, {}, "", now)

    def approve(self, approver: str, quantities: Mapping[str, Decimal], reason: str, now: datetime) -> TransferApproved:
        """Approve all or, with a reason, part (transition requested → approved); never by who asked."""
        self.state = TRANSFER.next(self.state, "approve")
        if approver == self.requester:
            raise errors.separation_of_duty(self.requester)
        return self._approved(approver, quantities, reason, now)

    def _approved(self, approver: str, quantities: Mapping[str, Decimal], reason: str, now: datetime) -> TransferApproved:
        for line in self.lines:
            line.approved = quantities.get(line.item_id, line.quantity if not quantities else ZERO)
            if line.approved < line.quantity and not reason:
                raise errors.partial_reason_required(f"items/{line.item_id}")
        for item_id in quantities:
            self.line(item_id)
        self.approver, self.approve_at, self.partial_reason = approver, now, reason
        return TransferApproved(self.id, self.told(), self.verbal, approver)

    def reject(self, reason: str) -> TransferRejected:
        """Reject (requested → rejected)."""
        self.state = TRANSFER.next(self.state, "reject")
        return TransferRejected(self.id, reason)

    def pick(self, picker: str) -> TransferPicking:
        """Start picking (approved → picking). Who asked and said that it was approved by word does not also hand it out: a second person stands for
        the approval until its paper is there.
        """
        self.state = TRANSFER.next(self.state, "pick")
        if self.verbal and self.paperwork_filed_at is None and picker == self.requester:
            raise errors.separation_of_duty(self.requester)
        return TransferPicking(self.id, picker)

    def ship(self, carrier: str, vehicle: str, pass_number: str, now: datetime) -> TransferShipped:
        """Send off (picking → shipped); refuses an order that does not say who gets it, where, and whom to call (R-M3)."""
        self.state = TRANSFER.next(self.state, "ship")
        needed = {"consignee": self.consignee, "consignee_phone": self.consignee_phone, "sender": self.sender, "sender_phone": self.sender_phone}
        missing = [name for name, value in (needed | {"place": self.place or self.to_store_id, "carrier": carrier}).items() if not value]
        if missing:
            raise errors.shipping_fields_missing(missing)
        self.carrier, self.vehicle, self.pass_number, self.ship_at = carrier, vehicle, pass_number, now
        return TransferShipped(self.id, self.told(), carrier, pass_number, self.place)

    def receive(self, arrived: Mapping[str, Decimal], receiver: str, now: datetime) -> TransferReceived | TransferDiscrepancy:
        """Sign for what arrived (shipped → received, or → discrepancy when it differs)."""
        for item_id in arrived:
            self.line(item_id)
        for line in self.lines:
            line.received = arrived.get(line.item_id, line.sent if not arrived else ZERO)
        complete = all(line.received == line.sent for line in self.lines)
        self.state = TRANSFER.next(self.state, "receive" if complete else "receive_other")
        self.receiver, self.receive_at = receiver, now
        if complete:
            return TransferReceived(self.id, self.told(), settled=False)
        return TransferDiscrepancy(self.id, self.told(), [line.told(line.received or ZERO) for line in self.lines])

    def settle(self, explanation: str) -> TransferReceived:
        """Explain a discrepancy (discrepancy → received)."""
        self.state = TRANSFER.next(self.state, "settle")
        self.explanation = explanation
        return TransferReceived(self.id, [line.told(line.received or ZERO) for line in self.lines], settled=True)

    def cancel(self, reason: str) -> TransferCancelled:
        """Cancel before it leaves (approved, picking → cancelled)."""
        self.state = TRANSFER.next(self.state, "cancel")
        self.explanation = reason
        return TransferCancelled(self.id, reason)

    def give_back(self, quantities: Mapping[str, Decimal]) -> TransferReturned:
        """Something comes back (received → returning)."""
        self.state = TRANSFER.next(self.state, "return")
        for item_id, quantity in quantities.items():
            self.line(item_id).returned += quantity
        return TransferReturned(self.id, [self.line(item_id).told(quantity) for item_id, quantity in quantities.items()])

    def close(self, written_off: Mapping[str, Decimal]) -> TransferClosed:
        """Close (received, returning → closed); the caller counted the reusables."""
        self.state = TRANSFER.next(self.state, "close")
        for item_id, quantity in written_off.items():
            self.line(item_id).written_off += quantity
        return TransferClosed(self.id, [line.told(line.written_off) for line in self.lines if line.written_off])

    def file_paperwork(self, by: str, document: str, now: datetime) -> PaperworkFiled:
        """File the owed paper; never by who asked."""
        TRANSFER.next(self.state, "file_paperwork")
        if self.paperwork_due_at is None or self.paperwork_filed_at is not None:
            raise errors.nothing_owed(self.name)
        if by == self.requester:
            raise errors.separation_of_duty(self.requester)
        self.paperwork, self.paperwork_filed_at, self.paperwork_overdue = document, now, False
        return PaperworkFiled(self.id, document)
