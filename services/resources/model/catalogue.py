"""Items 物资品种, stores 储备库 and quotas 储备定额 (DOMAIN § 2.2, R-M8)."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import ClassVar

from services.resources import errors
from services.resources.model.record import Record

DISTRICT, TOWN, VILLAGE, SUPPLIER = LEVELS = ("district", "town", "village", "supplier")
PHYSICAL, AGREEMENT, CAPACITY, MARKET, DONATION = MODES = ("physical", "agreement", "capacity", "market", "donation")
IN_HAND = (PHYSICAL, DONATION)
"""Modes of stock that lies in our own stores."""
ZERO = Decimal(0)


@dataclass(slots=True, kw_only=True)
class Item(Record):
    """A kind of material. Quantities are decimals in `unit_of_measure` with at most `decimals` places, never floats."""

    COLLECTION: ClassVar[str] = "items"
    code: str
    code_source: str
    display_name: str
    display_name_en: str = ""
    unit_of_measure: str
    decimals: int = 0
    spec: str = ""
    shelf_life_days: int | None = None
    hazard_class: str = ""
    storage: str = ""
    substitutes: list[str] = field(default_factory=list)
    reusable: bool = False

    def quantity(self, text: str, named: str = "quantity", *, zero: bool = False) -> Decimal:
        """Read a quantity of this item; INVALID when it is nothing (unless `zero`), negative, or finer than the item is measured."""
        try:
            value = Decimal(text)
        except InvalidOperation as error:
            raise errors.quantity_form(named, text, self.decimals) from error
        fine = -int(value.normalize().as_tuple().exponent) if value.is_finite() and value else 0
        if not value.is_finite() or value < 0 or (not value and not zero) or fine > self.decimals:
            raise errors.quantity_form(named, text, self.decimals)
        return value

    def expires(self, produced: date | None, stated: date | None) -> date | None:
        """Last day of use: as stated, else worked out from the shelf life; None when it does not spoil or nobody knows."""
        if stated or not produced or self.shelf_life_days is None:
            return stated
        return produced + timedelta(days=self.shelf_life_days)


@dataclass(slots=True, kw_only=True)
class Store(Record):
    """A place where stock is kept; `lon`/`lat` are WGS 84 degrees. `keeper` is the user who answers for it and never counts it."""

    COLLECTION: ClassVar[str] = "stores"
    level: str
    display_name: str
    display_name_en: str = ""
    owner_org: str
    custodian: str = ""
    region_code: str
    lon: float
    lat: float
    address: str = ""
    capacity: str = ""
    keeper: str
    contact_name: str = ""
    contact_phone: str = ""
    duty_phone: str = ""
    reserve_mode: str


@dataclass(slots=True, kw_only=True)
class StockQuota(Record):
    """The least of an item that a body must have in a region (RS-03)."""

    COLLECTION: ClassVar[str] = "stockQuotas"
    org: str
    region_code: str
    item_id: str
    minimum: Decimal
    basis: str = ""


@dataclass(frozen=True, slots=True)
class StockBelowQuota:
    """A quota is no longer met."""

    key: str
    stock_quota: str
    item: str
    org: str
    minimum: Decimal
    on_hand: Decimal
