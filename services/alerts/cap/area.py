"""Places: CAP areas as shapes, and whether a point, a shape or a region lies in the area warned (DOMAIN 2.9, matching an area).

Shapes are shapely geometries in WGS 84 with x = longitude and y = latitude, as GeoJSON has it; CAP text has latitude first.
A region code is GB/T 2260 with its extensions, 2 to 12 digits; it is compared by prefix, never as a number.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import shapely
from shapely.geometry import MultiPolygon as _MultiPolygon
from shapely.geometry import Point as _Point
from shapely.geometry import Polygon as _Polygon
from shapely.geometry import mapping, shape

from services.alerts.cap.message import Area, Circle, Info, NamedValue, Point, Polygon

CPEAS = "CPEAS Geographic Code"
"""The geocode scheme of Chinese warnings: 12 digits, filled with zeros on the right."""

EARTH_RADIUS_KM = 6371.0088
_CIRCLE_STEPS = 72
_CODE_LENGTHS = (2, 4, 6, 9, 12)

Shape: TypeAlias = Any
"""A shapely geometry; shapely ships no types."""


def polygon_shape(polygon: Polygon) -> Shape:
    """The polygon's shape; a ring that crosses itself is mended, a ring of fewer than three places is an empty shape."""
    ring = [(point.lon, point.lat) for point in polygon.points]
    if len(set(ring)) < 3:
        return _Polygon()
    raw = _Polygon(ring)
    return raw if raw.is_valid else shapely.make_valid(raw)


def circle_shape(circle: Circle) -> Shape:
    """The circle as a polygon of 72 corners on the sphere; a radius of zero is the centre itself."""
    if circle.radius_km <= 0:
        return _Point(circle.centre.lon, circle.centre.lat)
    angle = min(circle.radius_km / EARTH_RADIUS_KM, math.pi / 2)
    lat, lon = math.radians(circle.centre.lat), math.radians(circle.centre.lon)
    corners = []
    for step in range(_CIRCLE_STEPS):
        bearing = 2 * math.pi * step / _CIRCLE_STEPS
        sine = math.sin(lat) * math.cos(angle) + math.cos(lat) * math.sin(angle) * math.cos(bearing)
        corner_lat = math.asin(max(-1.0, min(1.0, sine)))
        corner_lon = lon + math.atan2(math.sin(bearing) * math.sin(angle) * math.cos(lat), math.cos(angle) - math.sin(lat) * sine)
        corners.append((math.degrees(corner_lon), math.degrees(corner_lat)))
    return _Polygon(corners)


def area_shape(area: Area) -> Shape:
    """The union of the area's polygons and circles; empty when it has only geocodes."""
    return shapely.union_all([*(polygon_shape(polygon) for polygon in area.polygons), *(circle_shape(circle) for circle in area.circles)])


def info_shape(info: Info) -> Shape:
    """The union of all areas of one info."""
    return shapely.union_all([area_shape(area) for area in info.areas])


def region_prefix(code: str) -> str:
    """The significant digits of a region code: 640202000000 is 640202, 640200 is 6402; empty when it is no region code."""
    digits = code.strip()
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 12:
        return ""
    stripped = digits.rstrip("0")
    length = next((length for length in _CODE_LENGTHS if length >= len(stripped)), 12)
    return digits[:length].ljust(length, "0") if len(stripped) > 0 else ""


def region_code_12(code: str) -> str:
    """The code filled to the 12 digits that warnings carry."""
    return region_prefix(code).ljust(12, "0")


def within_region(code: str, region: str) -> bool:
    """True when `code` lies in `region` or is it: 640202001201 lies in 6402, 640302 does not (S7)."""
    prefix = region_prefix(region)
    return bool(prefix) and region_prefix(code).startswith(prefix)


def regions(info: Info, *, scheme: str = CPEAS) -> tuple[str, ...]:
    """The region codes an info names, as significant digits, in order and without repeats."""
    codes = (region_prefix(geocode.value) for area in info.areas for geocode in area.geocodes if geocode.value_name == scheme)
    return tuple(dict.fromkeys(filter(None, codes)))


def concerns_point(info: Info, point: Point, *, region: str = "") -> bool:
    """True when the point lies in a polygon or circle, or its region (if known) in a region named. Either is enough: an area is a union."""
    spot = _Point(point.lon, point.lat)
    if any(area_shape(area).intersects(spot) for area in info.areas):
        return True
    return any(within_region(region, named) for named in regions(info))


def concerns_region(info: Info, region: str, boundary: Shape | None = None) -> bool:
    """True when the region and the area warned have ground in common: by shape if its boundary is given, else by code in either direction."""
    if any(within_region(region, named) or within_region(named, region) for named in regions(info)):
        return True
    if boundary is None:
        return False
    common = info_shape(info).intersection(boundary)
    return not common.is_empty and (common.area > 0 or common.geom_type in ("Point", "MultiPoint", "LineString", "MultiLineString"))


def polygons_from_geojson(geometry: Mapping[str, Any]) -> tuple[Polygon, ...]:
    """Polygon or MultiPolygon in GeoJSON to CAP polygons. CAP knows no holes: a hole is a ValueError, never silently warned or dropped."""
    read = shape(geometry)
    if read.geom_type not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"{read.geom_type} is no polygon")
    parts: Iterable[Shape] = read.geoms if read.geom_type == "MultiPolygon" else [read]
    found = []
    for part in parts:
        if len(part.interiors):
            raise ValueError("a CAP polygon has no holes")
        found.append(Polygon(tuple(Point(round(lat, 6), round(lon, 6)) for lon, lat, *_ in part.exterior.coords)))
    return tuple(found)


def geojson(shapes: Shape) -> dict[str, Any]:
    """The shape as a GeoJSON MultiPolygon of its surfaces; points and lines have none."""
    parts = [part for part in getattr(shapes, "geoms", [shapes]) if part.geom_type == "Polygon" and not part.is_empty]
    return dict(mapping(_MultiPolygon(parts)))


def geocode(code: str) -> NamedValue:
    """The geocode of a Chinese region, 12 digits."""
    return NamedValue(CPEAS, region_code_12(code))
