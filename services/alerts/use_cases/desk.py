"""What the alert desk knows beside its database: who it is, where things are, what events are called."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from services.alerts.use_cases.places import Places


@dataclass(frozen=True, slots=True)
class Desk:
    """Configured once. `sender` is CAP's sender, `agency` and `unit` stand in the 预警编号 (DOMAIN § 2.9, C-CN)."""

    district: str
    sender: str
    agency: str
    unit: str
    places: Places
    event_names: dict[str, str]
    coverage_wanted: Decimal
    coverage_check: timedelta
    public_address: str
