"""Where an incident lies and which counties it touches (R-I9)."""

import csv
from collections.abc import Mapping
from pathlib import Path

from chassis.geo import AreaIndex, circle_ring


def region_names(divisions: Path | None) -> Mapping[str, str]:
    """Name of each region by its code; none without a file."""
    if divisions is None:
        return {}
    with divisions.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


class Places:
    """Answers from the boundaries this deployment knows; without any it knows nothing."""

    def __init__(self, areas: AreaIndex | None) -> None:
        self._areas = areas

    def county_of(self, lon: float, lat: float) -> str:
        """Code of the county a point lies in; empty when no known one does."""
        return (self._areas.locate(lon, lat) if self._areas else None) or ""

    def touched(self, region_code: str, lon: float | None, lat: float | None, radius_km: float | None) -> tuple[str, ...]:
        """Counties that the affected circle touches, the incident's own first."""
        own = (region_code[:6],) if region_code else ()
        if self._areas is None or lon is None or lat is None or not radius_km:
            return own
        reached = self._areas.overlaps(circle_ring((lon, lat), radius_km * 1000))
        return tuple(dict.fromkeys((*own, *reached)))
