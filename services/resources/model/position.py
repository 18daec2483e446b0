"""Pre-positions 预置 (RS-20) and standby orders 备用 (应对法 67, saga 1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from chassis.states import Machine, Transition
from services.resources import errors
from services.resources.model.catalogue import ZERO
from services.resources.model.record import Record
from services.resources.model.stock import StockLine

PRE_POSITION = Machine("pre_position", ("ordered",), {"complete": Transition(("ordered",), "completed"), "cancel": Transition(("ordered",), "cancelled")})
STANDBY = Machine("standby_order", ("open",), {"release": Transition(("open",), "released"), "expire": Transition(("open",), "expired")}, by_itself=("expire",))


@dataclass(frozen=True, slots=True)
class PrePositionedStock:
    """One line of stock that goes along."""

    item: str
    lot: str
    quantity: Decimal
    unit_of_measure: str
    display_name: str


@dataclass(frozen=True, slots=True)
class PrePositionOrdered:
    """Units and stock are to wait at a place."""

    key: str
    units: list[str]
    region_code: str
    place: str
    lon: float
    lat: float
    reason: str
    alert: str
    stock: list[PrePositionedStock]


@dataclass(frozen=True, slots=True)
class PrePositionCompleted:
    """It ended in order."""

    key: str
    units: list[str]


@dataclass(frozen=True, slots=True)
class PrePositionCancelled:
    """It was called off."""

    key: str
    units: list[str]
    reason: str


@dataclass(slots=True, kw_only=True)
class PrePositionLine:
    """Stock that goes along, from one lot."""

    item_id: str
    quantity: Decimal
    lot_id: str = ""
    consumed: Decimal = ZERO
    lost: Decimal = ZERO
    display_name: str = ""
    unit_of_measure: str = ""


@dataclass(slots=True, kw_only=True)
class PrePosition(Record):
    """Units and stock at a place before anything happens."""

    COLLECTION: ClassVar[str] = "prePositions"
    state: str = "ordered"
    units: list[str] = field(default_factory=list)
    lines: list[PrePositionLine] = field(default_factory=list)
    place: str
    region_code: str
    lon: float
    lat: float
    reason: str
    alert: str = ""
    incident: str = ""
    exercise_id: str = ""
    store_id: str = ""
    author: str
    end_reason: str = ""

    def order(self) -> PrePositionOrdered:
        """Ordered; the stock is reserved."""
        if not self.units and not self.lines:
            raise errors.nothing_to_position()
        stock = [PrePositionedStock(f"items/{x.item_id}", f"lots/{x.lot_id}", x.quantity, x.unit_of_measure, x.display_name) for x in self.lines]
        return PrePositionOrdered(self.id, self.units, self.region_code, self.place, self.lon, self.lat, self.reason, self.alert, stock)

    def complete(self, consumed: Mapping[str, Decimal], lost: Mapping[str, Decimal]) -> PrePositionCompleted:
        """End it; `consumed` and `lost` by item, shared out over the lots it came from."""
        self.state = PRE_POSITION.next(self.state, "complete")
        for used, attribute in ((consumed, "consumed"), (lost, "lost")):
            for item_id, quantity in used.items():
                self._share(item_id, quantity, attribute)
        return PrePositionCompleted(self.id, self.units)

    def _share(self, item_id: str, quantity: Decimal, attribute: str) -> None:
        left = quantity
        for line in self.lines:
            if line.item_id == item_id:
                part = min(left, line.quantity - line.consumed - line.lost)
                setattr(line, attribute, getattr(line, attribute) + part)
                left -= part
        if left:
            raise errors.used_more_than_taken(f"items/{item_id}", sum((x.quantity for x in self.lines if x.item_id == item_id), ZERO))

    def cancel(self, reason: str) -> PrePositionCancelled:
        """Call it off."""
        self.state = PRE_POSITION.next(self.state, "cancel")
        self.end_reason = reason
        return PrePositionCancelled(self.id, self.units, reason)


@dataclass(slots=True, kw_only=True)
class StandbyRule(Record):
    """While an alert of these events at `level` or a more severe one (1 is red) is in force, so much of the item is kept ready."""

    COLLECTION: ClassVar[str] = "standbyRules"
    event_prefix: str
    level: int
    item_id: str
    quantity: Decimal
    basis: str
    region_code: str


@dataclass(slots=True, kw_only=True)
class StandbyLine:
    """One thing that is asked for, with the clause it follows from. `held` is how much is kept ready; `capability` asks for units instead of stock."""

    item_id: str = ""
    wanted: str = ""
    quantity: Decimal | None = None
    held: Decimal = ZERO
    clause: str = ""
    capability: str = ""


@dataclass(frozen=True, slots=True)
class StandbyOrdered:
    """Stock is kept ready."""

    key: str
    source: str
    held: list[StockLine]
    missing: list[StockLine]


@dataclass(frozen=True, slots=True)
class StandbyEnded:
    """It is no longer kept."""

    key: str
    expired: bool


@dataclass(slots=True, kw_only=True)
class StandbyOrder(Record):
    """What an activated plan or an alert asks for, kept ready softly: it never refuses, it shows what is short."""

    COLLECTION: ClassVar[str] = "standbyOrders"
    state: str = "open"
    source: str
    incident: str = ""
    exercise_id: str = ""
    region_code: str
    lines: list[StandbyLine] = field(default_factory=list)
    expire_at: datetime
    reason: str = ""

    def order(self) -> StandbyOrdered:
        """What is held and what is short."""
        held = [StockLine(f"items/{line.item_id}", line.held, line.wanted) for line in self.lines if line.held]
        short = [
            StockLine(f"items/{line.item_id}" if line.item_id else "", (line.quantity or ZERO) - line.held, line.wanted)
            for line in self.lines
            if not line.capability and (not line.item_id or line.held < (line.quantity or ZERO))
        ]
        return StandbyOrdered(self.id, self.source, held, short)

    def end(self, reason: str, *, expired: bool) -> StandbyEnded:
        """Let it go."""
        self.state = STANDBY.next(self.state, "expire" if expired else "release")
        self.reason = reason
        return StandbyEnded(self.id, expired)
