"""What stands on the one map 一张图, and what is owed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

LAYERS = ("stores", "units", "teams", "shelters", "risk_sources", "hidden_dangers", "pre_positions")


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing on the map; `distance_m` from the point asked for, 0 on a map."""

    name: str
    layer: str
    lon: float
    lat: float
    display_name: str
    display_name_en: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    distance_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Debt:
    """Something that is owed; `due_at` None when it has no date."""

    kind: str
    name: str
    display_name: str
    due_at: datetime | None = None
    overdue: bool = False
    incident: str = ""


@dataclass(frozen=True, slots=True)
class ItemAvailability:
    """How much of an item there is in a region, kept in one mode."""

    item: str
    display_name: str
    unit_of_measure: str
    mode: str
    on_hand: Decimal
    available: Decimal
    held: Decimal
    expired: Decimal
    stores: int


@dataclass(frozen=True, slots=True)
class ExpiringLot:
    """A lot that must be rotated."""

    lot: str
    store: str
    item: str
    display_name: str
    expire_date: str
    days_left: int
    on_hand: Decimal
    unit_of_measure: str
