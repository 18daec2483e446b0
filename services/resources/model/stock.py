"""Lots 批次 and reservations: what is there, what of it is promised. Quantities never fall below zero (invariant 4)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from services.resources import errors
from services.resources.model.catalogue import ZERO
from services.resources.model.record import Record

SOFT, HARD = RESERVATION_KINDS = ("soft", "hard")
ACTIVE, RELEASED, USED, EXPIRED, DISPLACED = RESERVATION_STATES = ("active", "released", "used", "expired", "displaced")


@dataclass(slots=True, kw_only=True)
class Lot(Record):
    """One batch in one store. `reserved` is firmly promised, `held` softly; reserved + held ≤ on_hand. `in_transit` left and is not received yet."""

    COLLECTION: ClassVar[str] = "lots"
    store_id: str
    item_id: str
    mode: str
    batch: str = ""
    produce_date: date | None = None
    expire_date: date | None = None
    on_hand: Decimal = ZERO
    reserved: Decimal = ZERO
    held: Decimal = ZERO
    in_transit: Decimal = ZERO
    supplier: str = ""
    region_code: str
    exercise_id: str = ""

    @property
    def account(self) -> str:
        """Its account in the book."""
        return f"lot:{self.id}"

    def expired(self, today: date) -> bool:
        """True after its last day (Beijing date)."""
        return self.expire_date is not None and self.expire_date < today

    def available(self, today: date) -> Decimal:
        """What a firm need may take: on_hand less reserved, nothing when expired."""
        return ZERO if self.expired(today) else self.on_hand - self.reserved

    def unclaimed(self, today: date) -> Decimal:
        """What a standby may hold: available less what other standbys hold."""
        return max(ZERO, self.available(today) - self.held)

    def reserve(self, quantity: Decimal, today: date, *, even_expired: bool = False) -> Decimal:
        """Promise firmly; gives back how much softly held stock must give way. INSUFFICIENT with what there is."""
        available = self.on_hand - self.reserved if even_expired else self.available(today)
        if quantity > available:
            raise errors.insufficient(f"items/{self.item_id}", quantity, available)
        self.reserved += quantity
        return max(ZERO, self.reserved + self.held - self.on_hand)

    def hold(self, quantity: Decimal, today: date) -> None:
        """Promise softly."""
        if quantity > self.unclaimed(today):
            raise errors.insufficient(f"items/{self.item_id}", quantity, self.unclaimed(today))
        self.held += quantity

    def free(self, quantity: Decimal, kind: str) -> None:
        """End a promise."""
        if kind == HARD:
            self.reserved -= quantity
        else:
            self.held -= quantity

    def move(self, quantity: Decimal) -> None:
        """Book an entry; what is promised stays there."""
        if self.on_hand + quantity < self.reserved:
            raise errors.insufficient(f"items/{self.item_id}", -quantity, self.on_hand - self.reserved)
        self.on_hand += quantity


@dataclass(slots=True, kw_only=True)
class Reservation(Record):
    """Part of a lot that is promised to `holder` (a resource name). A soft one lapses at `expire_at`."""

    COLLECTION: ClassVar[str] = "reservations"
    lot_id: str
    item_id: str
    quantity: Decimal
    kind: str
    state: str = ACTIVE
    holder: str
    incident: str = ""
    exercise_id: str = ""
    region_code: str = ""
    expire_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StockReserved:
    """Part of a lot was promised."""

    key: str
    lot: str
    item: str
    quantity: Decimal
    kind: str
    holder: str


@dataclass(frozen=True, slots=True)
class StockReleased:
    """A promise ended without a movement."""

    key: str
    lot: str
    item: str
    quantity: Decimal
    holder: str
    state: str


@dataclass(frozen=True, slots=True)
class StockExpiring:
    """A lot must be rotated."""

    key: str
    lot: str
    store: str
    item: str
    expire_date: str
    on_hand: Decimal


@dataclass(frozen=True, slots=True)
class StockLine:
    """What and how much, as facts tell it."""

    item: str
    quantity: Decimal
    display_name: str = ""
    unit_of_measure: str = ""
    lot: str = ""
