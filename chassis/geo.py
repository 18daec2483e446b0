"""Places: region codes of GB/T 2260 and their extension, distances, and which named area a point or a ring lies in.

Positions are WGS 84, longitude before latitude, decimal degrees. Codes are compared by prefix, never as numbers.
"""

import json
import math
from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import Point, Polygon, shape

from chassis.errors import DomainError, Kind

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the earth."""
EVERYWHERE = "100000"
"""The whole country: the parent of every province."""

Position = tuple[float, float]
"""Longitude, latitude."""


class RegionLevel(StrEnum):
    """How deep in the tree of regions a code stands."""

    NATION = "nation"
    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"


_LEVELS = {0: RegionLevel.NATION, 2: RegionLevel.PROVINCE, 4: RegionLevel.PREFECTURE, 6: RegionLevel.COUNTY, 9: RegionLevel.TOWN, 12: RegionLevel.VILLAGE}
_PARENT_LENGTH = {2: 0, 4: 2, 6: 4, 9: 6, 12: 9}


def significant(code: str, field: str = "region_code") -> str:
    """The digits that mean something: `640000000000`, `640000` and `64` give `64`; the whole country gives ``.

    Takes 2, 4, 6, 9 or 12 digits, padded with zeros or not; "" and 100000 stand for everywhere. Raises INVALID on anything else.
    """
    if code in ("", EVERYWHERE, EVERYWHERE.ljust(12, "0")):
        return ""
    if len(code) not in _PARENT_LENGTH or not (code.isascii() and code.isdigit()) or code.startswith("0"):
        raise _refused(field, code)
    for length in (9, 6, 4, 2):
        if len(code) > length and not code[length:].strip("0"):
            code = code[:length]
    return code


def normalise(code: str, field: str = "region_code") -> str:
    """The usual form: 6 digits down to counties, 9 for a town, 12 for a village (`640000000000` and `64` → `640000`)."""
    digits = significant(code, field)
    return digits.ljust(6, "0") if digits else EVERYWHERE


def padded(code: str, field: str = "region_code") -> str:
    """The 12-digit form that some message formats demand (`640000` → `640000000000`)."""
    return normalise(code, field).ljust(12, "0")


def region_level(code: str) -> RegionLevel:
    """The level a code stands for, padded or not."""
    return _LEVELS[len(significant(code))]


def parent(code: str) -> str | None:
    """The region directly above, in the usual form; None above the whole country."""
    digits = significant(code)
    return normalise(digits[: _PARENT_LENGTH[len(digits)]]) if digits else None


def covers(scope: str, code: str) -> bool:
    """True when `code` is `scope` or lies within it: `6402` (or 640200) covers 640202001201 and not 640302."""
    return significant(code).startswith(significant(scope))


def check_position(lon: float, lat: float, field: str = "location") -> None:
    """INVALID unless longitude and latitude are finite degrees in range."""
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise _refused(field, f"{lon},{lat}")


def distance_m(start: Position, end: Position) -> float:
    """Great-circle distance in metres (haversine)."""
    lon1, lat1, lon2, lat2 = map(math.radians, (*start, *end))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, half)))


def circle_ring(centre: Position, radius_m: float, corners: int = 72) -> list[Position]:
    """A closed ring of points at `radius_m` from `centre`, counter-clockwise; not for circles around a pole or across 180°."""
    lon, lat = map(math.radians, centre)
    angle = radius_m / EARTH_RADIUS_M
    ring: list[Position] = []
    for corner in range(corners):
        bearing = -2 * math.pi * corner / corners
        to_lat = math.asin(math.sin(lat) * math.cos(angle) + math.cos(lat) * math.sin(angle) * math.cos(bearing))
        turn = math.atan2(math.sin(bearing) * math.sin(angle) * math.cos(lat), math.cos(angle) - math.sin(lat) * math.sin(to_lat))
        ring.append((math.degrees(lon + turn), math.degrees(to_lat)))
    return [*ring, ring[0]]


def ring_area_km2(ring: Sequence[Position]) -> float:
    """Area of a simple closed ring on the sphere, in square kilometres."""
    total = 0.0
    for (lon1, lat1), (lon2, lat2) in pairwise(ring):
        total += math.radians(lon2 - lon1) * (2 + math.sin(math.radians(lat1)) + math.sin(math.radians(lat2)))
    return abs(total) * (EARTH_RADIUS_M / 1000) ** 2 / 2


class AreaIndex:
    """Named areas, for the question "where is this?". Read-only after construction, so it may be used from many threads."""

    def __init__(self, areas: Iterable[tuple[str, Any]]) -> None:
        """Take (code, polygonal shapely geometry) pairs; the order of the codes decides on shared borders."""
        ordered = sorted(areas, key=lambda area: area[0])
        self._codes = [code for code, _ in ordered]
        self._shapes = [geometry for _, geometry in ordered]
        shapely.prepare(self._shapes)
        self._tree = shapely.STRtree(self._shapes)

    @classmethod
    def from_file(cls, path: Path, code_property: str = "code") -> "AreaIndex":
        """Read the polygons of a GeoJSON feature collection; features without a code or without an area are left out."""
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        coded = [(str(feature["properties"].get(code_property) or ""), shape(feature["geometry"])) for feature in features]
        return cls((code, geometry) for code, geometry in coded if code and geometry.geom_type in ("Polygon", "MultiPolygon"))

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code, ascending."""
        return tuple(self._codes)

    def locate(self, lon: float, lat: float) -> str | None:
        """The code of the area the point lies in (on a shared border: the lowest), or None outside all of them."""
        point = Point(lon, lat)
        found = (int(index) for index in self._tree.query(point) if self._shapes[index].intersects(point))
        return self._codes[first] if (first := min(found, default=None)) is not None else None

    def overlaps(self, ring: Sequence[Position]) -> dict[str, float]:
        """The areas a ring reaches into and the share of the ring in each, 0 to 1, largest first. INVALID when the ring is not simple."""
        outline = self._outline(ring)
        parts = {self._codes[index]: self._shapes[index].intersection(outline).area / outline.area for index in self._tree.query(outline)}
        return dict(sorted(((code, share) for code, share in parts.items() if share > 0), key=lambda part: (-part[1], part[0])))

    def contains(self, code: str, ring: Sequence[Position]) -> bool:
        """True when the whole ring lies within the area of that code. INVALID when the ring is not simple; KeyError for an unknown code."""
        if code not in self._codes:
            raise KeyError(code)
        return bool(self._shapes[self._codes.index(code)].covers(self._outline(ring)))

    @staticmethod
    def _outline(ring: Sequence[Position]) -> Polygon:
        if len(ring) < 4 or ring[0] != ring[-1]:
            raise _refused("ring", "not closed")
        outline = Polygon(ring)
        if not outline.is_valid or outline.area == 0:
            raise _refused("ring", "not simple")
        return outline


def _refused(field: str, value: str) -> DomainError:
    return DomainError(Kind.INVALID, "INVALID_FIELD", field=field, value=value)
