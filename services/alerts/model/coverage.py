"""Coverage 覆盖率 of an alert (AL-01, DOMAIN § 1.8): per village the best channel, never the sum of channels.

Door-to-door confirmations count only for persons who are not on the best channel's list; nobody is counted twice, and never more than live there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

DOOR = "door"
WANTED = Decimal("0.900")
"""公众覆盖率达到90%以上 (F002)."""
ADDRESSED = ("loudspeaker", "sms", "cell_broadcast", DOOR)
"""What may be tried in a village, in this order."""


@dataclass(frozen=True, slots=True)
class Village:
    """A village or community as the population table has it; position WGS 84."""

    village: str
    title: str
    population: int
    lon: float
    lat: float


@dataclass(slots=True, kw_only=True)
class Receipt:
    """Whom a channel reached in one village. For door-to-door: persons not on the list of `outside_channel`. Counts only, no names."""

    id: str
    alert_id: str
    village: str
    channel: str
    target_id: str
    reached: int
    outside_channel: str
    failed: bool
    receipt_time: datetime
    record_time: datetime
    region_code: str
    exercise_id: str
    evidence_ref: str = ""
    source: str = "hand"
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"receipts/{self.id}"

    @property
    def alert(self) -> str:
        """The message."""
        return f"alerts/{self.alert_id}"

    @property
    def target(self) -> str:
        """The target, where known."""
        return f"channelTargets/{self.target_id}" if self.target_id else ""


@dataclass(frozen=True, slots=True)
class VillageCoverage:
    """Coverage of one village."""

    village: str
    title: str
    population: int
    reached: int
    best_channel: str
    best_reached: int
    door_reached: int
    retry_channels: tuple[str, ...]
    reported: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """Coverage of an alert."""

    alert: str
    villages: tuple[VillageCoverage, ...]
    wanted: str = str(WANTED)

    @property
    def reached(self) -> int:
        """Persons reached."""
        return sum(each.reached for each in self.villages)

    @property
    def target(self) -> int:
        """Persons who live in the area."""
        return sum(each.population for each in self.villages)

    @property
    def ratio(self) -> str:
        """Reached by target, three decimals; empty when nobody lives there."""
        return ratio(self.reached, self.target)

    @property
    def below_target(self) -> bool:
        """It is below what is wanted."""
        return self.target > 0 and Decimal(self.reached) / self.target < Decimal(self.wanted)

    @property
    def all_reported(self) -> bool:
        """Every village has reported something."""
        return all(each.reported for each in self.villages)


@dataclass(frozen=True, slots=True)
class CoverageRetry:
    """A village to try again."""

    village: str
    missing: int
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CoverageUpdated:
    """Somebody was reached (topic `fenghuo.alerts.delivery.v1`, key: alert id)."""

    key: str
    alert: str
    ratio: str
    reached: int
    target: int


@dataclass(frozen=True, slots=True)
class CoverageBelowTarget:
    """Coverage is below what is wanted."""

    key: str
    alert: str
    ratio: str
    wanted: str
    retries: tuple[CoverageRetry, ...]


def ratio(reached: int, target: int) -> str:
    """Reached by target, three decimals, halves up; empty for nobody."""
    return str((Decimal(reached) / target).quantize(Decimal("0.001"), ROUND_HALF_UP)) if target else ""


def coverage(alert: str, villages: Sequence[Village], receipts: Iterable[Receipt], wanted: Decimal = WANTED) -> Coverage:
    """Coverage by everything that was reported."""
    by_village: dict[str, list[Receipt]] = {}
    for receipt in receipts:
        by_village.setdefault(receipt.village, []).append(receipt)
    parts = tuple(_village(village, by_village.get(village.village, []), wanted) for village in villages)
    return Coverage(alert, parts, str(wanted))


def _village(village: Village, receipts: list[Receipt], wanted: Decimal) -> VillageCoverage:
    reached = channel_reach(receipts)
    best = max(reached, key=lambda channel: (reached[channel], channel), default="")
    best_reached = reached.get(best, 0)
    doors = [receipt for receipt in receipts if receipt.channel == DOOR and not receipt.failed]
    outside = [receipt for receipt in doors if not best_reached or receipt.outside_channel == best]
    door = sum(receipt.reached for receipt in outside)
    total = min(village.population, best_reached + door)
    below = Decimal(total) < wanted * village.population
    retry = _retry(receipts, reached) if below else ()
    return VillageCoverage(village.village, village.title, village.population, total, best, best_reached, door, retry, bool(receipts))


def channel_reach(receipts: Iterable[Receipt]) -> Mapping[str, int]:
    """Persons each channel but door-to-door reached: its newest report of each target, the best target of a channel."""
    newest: dict[tuple[str, str], Receipt] = {}
    for receipt in sorted(receipts, key=lambda each: (each.receipt_time, each.record_time, each.id)):
        if receipt.channel != DOOR:
            newest[receipt.channel, receipt.target_id] = receipt
    reached: dict[str, int] = {}
    for (channel, _), receipt in newest.items():
        reached[channel] = max(reached.get(channel, 0), 0 if receipt.failed else receipt.reached)
    return reached


def _retry(receipts: list[Receipt], reached: Mapping[str, int]) -> tuple[str, ...]:
    """What failed or reached nobody first, then what was not used, and people at last."""
    failed = [channel for channel, count in reached.items() if count == 0]
    used = {receipt.channel for receipt in receipts}
    return tuple(dict.fromkeys([*failed, *(channel for channel in ADDRESSED if channel not in used), DOOR]))


def proposal(found: Coverage) -> tuple[CoverageRetry, ...]:
    """Villages below what is wanted, the most people missing first."""
    short = [each for each in found.villages if each.retry_channels]
    return tuple(CoverageRetry(each.village, each.population - each.reached, each.retry_channels) for each in sorted(short, key=_missing, reverse=True))


def _missing(village: VillageCoverage) -> int:
    return village.population - village.reached
