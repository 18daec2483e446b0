"""Authorities 发布权限: which organisation may issue which levels of which events where, for how long (R-W3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.alerts import errors


@dataclass(slots=True, kw_only=True)
class Authority:
    """One row. An empty organisation stands for every one of the region, an empty prefix for every event, an absent time for no bound."""

    id: str
    org: str
    event_prefix: str
    levels: tuple[int, ...]
    region_code: str
    grant_id: str = ""
    grantor: str = ""
    valid_from_time: datetime | None = None
    valid_until_time: datetime | None = None
    basis: str = ""
    withdraw_time: datetime | None = None
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"authorities/{self.id}"

    def check(self) -> None:
        """A grant ends, and every authority ends after it begins."""
        if self.grant_id and self.valid_until_time is None:
            raise errors.grant_without_end()
        if self.valid_from_time and self.valid_until_time and self.valid_until_time <= self.valid_from_time:
            raise errors.validity_reversed()

    def withdraw(self, now: datetime) -> None:
        """It holds no longer; what it allowed stays published."""
        self.withdraw_time = self.withdraw_time or now

    def holds(self, now: datetime) -> bool:
        """It is in force."""
        begun = self.valid_from_time is None or self.valid_from_time <= now
        over = self.valid_until_time is not None and now >= self.valid_until_time
        return begun and not over and self.withdraw_time is None

    def covers(self, org: str, event_code: str, regions: Sequence[str]) -> bool:
        """It is about this organisation, event and all of these regions (code prefixes), whatever the level."""
        places = all(region.startswith(self.region_code) for region in regions)
        return self.org in ("", org) and event_code.startswith(self.event_prefix) and places


def allowed_levels(rows: Iterable[Authority], org: str, event_code: str, regions: Sequence[str], now: datetime) -> tuple[int, ...]:
    """Levels the organisation may issue, most severe first."""
    found = (row for row in rows if row.holds(now) and row.covers(org, event_code, regions))
    return tuple(sorted({level for row in found for level in row.levels}))


def authority_for(rows: Iterable[Authority], org: str, event_code: str, level: int, regions: Sequence[str], now: datetime) -> Authority | None:
    """The row a message rests on; a standing one before a grant. None when there is none."""
    found = [row for row in rows if row.holds(now) and row.covers(org, event_code, regions) and level in row.levels]
    return min(found, key=lambda row: (bool(row.grant_id), row.id), default=None)
