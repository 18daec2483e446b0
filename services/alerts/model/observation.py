"""Stations, readings and thresholds 监测 (AL-07, AL-08). A reading proposes; people decide. Values are decimals in the metric's own unit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.alerts import errors
from services.alerts.model.content import Point

COMPARISONS = ("at_least", "at_most")


@dataclass(frozen=True, slots=True)
class Reading:
    """One measured value, a decimal as text."""

    metric: str
    value: str


@dataclass(slots=True, kw_only=True)
class Station:
    """A place where something is measured."""

    id: str
    title: str
    region_code: str
    location: Point | None
    operator: str
    metrics: tuple[str, ...]
    create_time: datetime
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"stations/{self.id}"

    def check(self, readings: Iterable[Reading]) -> None:
        """It measures these, each once."""
        seen: set[str] = set()
        for reading in readings:
            if reading.metric not in self.metrics:
                raise errors.metric_not_measured(self.name, reading.metric)
            if reading.metric in seen:
                raise errors.metric_twice(reading.metric)
            seen.add(reading.metric)


@dataclass(slots=True, kw_only=True)
class Threshold:
    """When a reading calls for a warning; "以上" includes the number."""

    id: str
    event_code: str
    metric: str
    comparison: str
    value: str
    level: int
    station_id: str = ""
    region_code: str = ""
    source: str = ""
    retire_time: datetime | None = None
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"thresholds/{self.id}"

    @property
    def station(self) -> str:
        """The only station it is for; empty for all."""
        return f"stations/{self.station_id}" if self.station_id else ""

    def concerns(self, station: Station) -> bool:
        """It holds for this station."""
        return self.retire_time is None and self.station_id in ("", station.id) and station.region_code.startswith(self.region_code)

    def passed(self, value: str) -> bool:
        """The value reaches it."""
        number, bound = Decimal(value), Decimal(self.value)
        return number >= bound if self.comparison == "at_least" else number <= bound


@dataclass(slots=True, kw_only=True)
class ThresholdCrossing:
    """A proposal that a reading made."""

    id: str
    threshold: str
    station_id: str
    observation: str
    event_code: str
    proposed_level: int
    metric: str
    value: str
    threshold_value: str
    observe_time: datetime
    region_code: str
    exercise_id: str
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"thresholdCrossings/{self.id}"

    @property
    def station(self) -> str:
        """Where it was measured."""
        return f"stations/{self.station_id}"


@dataclass(slots=True, kw_only=True)
class Observation:
    """Readings of one station at one moment."""

    id: str
    station_id: str
    observe_time: datetime
    receive_time: datetime
    readings: tuple[Reading, ...]
    region_code: str
    exercise_id: str
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"observations/{self.id}"

    @property
    def station(self) -> str:
        """Where it was measured."""
        return f"stations/{self.station_id}"


def crossed(thresholds: Iterable[Threshold], station: Station, reading: Reading, before: Mapping[str, str]) -> list[Threshold]:
    """Thresholds that this reading passes and the one before (by metric) did not; the most severe of each event."""
    earlier = before.get(reading.metric)
    worst: dict[str, Threshold] = {}
    for threshold in thresholds:
        relevant = threshold.metric == reading.metric and threshold.concerns(station) and threshold.passed(reading.value)
        if not relevant or (earlier is not None and threshold.passed(earlier)):
            continue
        known = worst.get(threshold.event_code)
        if known is None or threshold.level < known.level:
            worst[threshold.event_code] = threshold
    return sorted(worst.values(), key=lambda threshold: threshold.event_code)
