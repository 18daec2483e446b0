"""Where things are: the county boundaries, names of regions and the population table, read once at start."""

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import Point, shape

from chassis.geo import AreaIndex, parent, significant
from services.alerts.cap.area import area_shape, circle_shape, polygon_shape, region_prefix
from services.alerts.cap.message import Info
from services.alerts.model.content import AlertArea, AlertContent
from services.alerts.model.coverage import Village
from services.alerts.model.delivery import COUNTY_DIGITS
from services.alerts.model.document import cap_area

REACH_DEG = 0.2
"""How far a shape may reach over the border of its issuer's region: 22 km north and south, 17 km east and west at 39° N.
A storm or a river does not end at the border, and the neighbour is told; whoever draws more warns somebody else's public (应对法 64)."""


class Places:
    """Read-only after construction."""

    def __init__(self, boundaries: Path, villages: Path, divisions: Path, district: str) -> None:
        self.district = district
        features = json.loads(boundaries.read_text(encoding="utf-8"))["features"]
        self._counties: dict[str, Any] = {str(each["properties"]["code"]): shape(each["geometry"]) for each in features}
        self._index = AreaIndex(self._counties.items())
        with divisions.open(encoding="utf-8") as file:
            self._names = {row["code"]: row["name"] for row in csv.DictReader(file)}
        with villages.open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.villages = tuple(Village(row["code"], row["short_name"], int(row["population"]), float(row["lon"]), float(row["lat"])) for row in rows)
        self.by_code = {village.village: village for village in self.villages}

    def name_of(self, code: str) -> str:
        """Name of a region; its code when unknown."""
        return self._names.get(code, code)

    def upper_of(self, code: str) -> str:
        """The region directly above (a county's prefecture)."""
        return parent(code[:6]) or ""

    def counties(self, areas: Sequence[AlertArea]) -> tuple[str, ...]:
        """Counties the areas touch, by shape or by name: this district first, then by code."""
        ground = _ground(areas)
        by_shape = {code for code, boundary in self._counties.items() if not ground.is_empty and boundary.intersects(ground)}
        by_name = {code[:6] for code in _named(areas) if len(code) >= 6}
        return tuple(sorted(by_shape | by_name, key=lambda code: (code != self.district, code)))

    def stray(self, areas: Sequence[AlertArea], region: str) -> int | None:
        """The number, from 0, of the first area that is not about the region: named elsewhere, off its ground, or reaching beyond REACH_DEG around it."""
        own = significant(region)[:COUNTY_DIGITS]
        ground = shapely.union_all([boundary for code, boundary in self._counties.items() if code.startswith(own)])
        around = ground.buffer(REACH_DEG)
        for number, area in enumerate(areas):
            place = cap_area(area)
            shapes = [*map(polygon_shape, place.polygons), *map(circle_shape, place.circles)]
            named = not shapes and _named([area])
            if any(not (each.intersects(ground) and around.covers(each)) for each in shapes):
                return number
            if named and not any(code.startswith(own) or own.startswith(code) for code in named):
                return number
        return None

    def regions(self, areas: Sequence[AlertArea]) -> tuple[str, ...]:
        """Counties touched and regions named, significant digits."""
        return tuple(dict.fromkeys((*self.counties(areas), *_named(areas))))

    def villages_in(self, areas: Sequence[AlertArea]) -> tuple[Village, ...]:
        """Villages whose point lies in a shape, or whose code in a region named."""
        ground, named = _ground(areas), _named(areas)
        shapely.prepare(ground)

        def inside(village: Village) -> bool:
            return any(village.village.startswith(code) for code in named) or (not ground.is_empty and ground.intersects(Point(village.lon, village.lat)))

        return tuple(filter(inside, self.villages))

    def known(self, codes: Iterable[str]) -> tuple[Village, ...]:
        """Villages of the population table with these codes."""
        return tuple(self.by_code[code] for code in codes if code in self.by_code)

    def concerns_district(self, info: Info, regions: Sequence[str]) -> bool:
        """A foreign message touches this district: by the regions it names, in either direction, or by its shapes."""
        own = self.district
        if any(own.startswith(code) or code.startswith(own) for code in regions):
            return True
        boundary = self._counties.get(own)
        return boundary is not None and any(area_shape(area).intersects(boundary) for area in info.areas)

    def concerns_point(self, content: AlertContent, lon: float, lat: float) -> bool:
        """The point lies in a shape of the warning."""
        return bool(_ground(content.areas).intersects(Point(lon, lat)))


def _ground(areas: Sequence[AlertArea]) -> Any:
    return shapely.union_all([area_shape(cap_area(area)) for area in areas])


def _named(areas: Sequence[AlertArea]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (region_prefix(code) for area in areas for code in area.region_codes))))
