"""Stock movements 出入库流水: double entry, append-only (DOMAIN § 2.2)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from chassis.states import Machine, Transition
from services.resources import errors
from services.resources.model.catalogue import ZERO
from services.resources.model.record import Record
from services.resources.model.stock import StockLine

(RECEIPT, ISSUE, TRANSFER_OUT, TRANSFER_IN, RETURN, COUNT_ADJUST, ROTATE_OUT, SCRAP, DONATION_IN, REQUISITION_IN, PURCHASE_IN, CONSUME, REVERSAL) = KINDS = (
    "receipt", "issue", "transfer_out", "transfer_in", "return", "count_adjust", "rotate_out", "scrap", "donation_in", "requisition_in", "purchase_in",
    "consume", "reversal",
)  # fmt: skip
BY_HAND = (ISSUE, RETURN, CONSUME, ROTATE_OUT, SCRAP, COUNT_ADJUST)
"""Kinds that a keeper posts directly; the others belong to orders."""
APPROVED = (SCRAP, COUNT_ADJUST)
"""Kinds that another person approves 核销."""

CONSUMED, SUPPLIER, DONATED, REQUISITIONED, UPPER, ROTATED, SCRAPPED, ADJUST = OPEN_ACCOUNTS = (
    "consumed", "supplier", "donation", "requisition", "upper", "rotated", "scrap", "adjust",
)  # fmt: skip
"""Accounts of the world outside: they may stand at any balance. `lot:`, `issued:` and `in_transit:` may not fall below zero."""

MOVEMENT = Machine(
    "movement",
    ("draft", "posted"),
    {"approve": Transition(("draft",), "posted"), "discard": Transition(("draft",), "discarded"), "reverse": Transition(("posted",), "reversed")},
)


def issued_to(holder: str) -> str:
    """Account of what a holder has and answers for."""
    return f"issued:{holder}"


def on_the_road(order: str) -> str:
    """Account of what an order has sent and nobody has received."""
    return f"in_transit:{order}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One side of a posting; into the account is positive."""

    account: str
    item_id: str
    quantity: Decimal

    @property
    def lot_id(self) -> str:
        """The lot whose account it is; empty for any other account."""
        return self.account.removeprefix("lot:") if self.account.startswith("lot:") else ""

    @property
    def bounded(self) -> bool:
        """True for an account outside the stores that may not fall below zero."""
        return self.account.startswith(("issued:", "in_transit:"))


def moved(source: str, target: str, item_id: str, quantity: Decimal) -> list[Entry]:
    """The two sides of moving a quantity from one account to another."""
    return [Entry(source, item_id, -quantity), Entry(target, item_id, quantity)]


def check_balance(entries: Iterable[Entry]) -> None:
    """Entries sum to zero for each item; the database checks the same when the transaction ends."""
    sums: dict[str, Decimal] = {}
    for entry in entries:
        sums[entry.item_id] = sums.get(entry.item_id, ZERO) + entry.quantity
    if any(sums.values()):
        raise errors.ledger_unbalanced()


@dataclass(slots=True)
class MovementLine:
    """What moves; for a count adjustment `quantity` is what was counted, for anything else how much moves."""

    lot_id: str
    item_id: str
    quantity: Decimal


@dataclass(slots=True, kw_only=True)
class Movement(Record):
    """One posting, or the draft of one. Its entries are rows of their own that nothing changes."""

    COLLECTION: ClassVar[str] = "movements"
    kind: str
    state: str = "posted"
    lines: list[MovementLine] = field(default_factory=list)
    reason: str = ""
    document: str = ""
    holder: str = ""
    incident: str = ""
    author: str
    approver: str = ""
    post_at: datetime | None = None
    reverses: str = ""
    reversed_by: str = ""
    region_code: str
    exercise_id: str = ""

    def approve(self, approver: str, now: datetime) -> None:
        """Approve a draft; never by its author."""
        self.state = MOVEMENT.next(self.state, "approve")
        if approver == self.author:
            raise errors.separation_of_duty(self.author)
        self.approver, self.post_at = approver, now

    def discard(self, reason: str) -> None:
        """Throw a draft away."""
        self.state = MOVEMENT.next(self.state, "discard")
        self.reason = f"{self.reason}; {reason}" if self.reason else reason

    def reverse(self, by: str) -> None:
        """Undone by the counter-entry `by`. A counter-entry and what another order posted are not undone this way."""
        self.state = MOVEMENT.next(self.state, "reverse")
        if self.kind not in (RECEIPT, PURCHASE_IN, *BY_HAND):
            raise errors.kind_not_postable(self.kind)
        self.reversed_by = by


@dataclass(frozen=True, slots=True)
class StockPosted:
    """A movement was posted."""

    key: str
    kind: str
    lines: list[StockLine]
    holder: str
    store: str
