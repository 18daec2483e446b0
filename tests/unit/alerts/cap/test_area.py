"""Places: shapes, unions, region codes by prefix, and GeoJSON both ways."""

from dataclasses import replace

import pytest
from shapely.geometry import box

from services.alerts.cap import area
from services.alerts.cap.message import Area, Circle, Info, NamedValue, Point, Polygon
from services.alerts.cap.parse import parse
from tests.unit.alerts.cap.documents import fixture

INFO = parse(fixture("flood_1_alert.xml")).alert.infos[0]
IN_POLYGON, OUTSIDE = Point(39.05, 106.35), Point(38.50, 106.35)


def only(*areas: Area) -> Info:
    return replace(INFO, areas=areas)


def test_a_point_is_warned_by_polygon_circle_or_region() -> None:
    assert area.concerns_point(INFO, IN_POLYGON)
    assert not area.concerns_point(INFO, OUTSIDE)
    assert area.concerns_point(INFO, OUTSIDE, region="640202001201")
    assert not area.concerns_point(INFO, OUTSIDE, region="640221")
    circle = only(Area("圆", circles=(Circle(Point(39.0, 106.0), 10.0),)))
    assert area.concerns_point(circle, Point(39.0, 106.1))
    assert not area.concerns_point(circle, Point(39.0, 106.13))
    assert area.concerns_point(only(Area("点", circles=(Circle(Point(39.0, 106.0), 0.0),))), Point(39.0, 106.0))


def test_an_area_is_the_union_of_its_parts() -> None:
    both = area.area_shape(Area("a", (Polygon(tuple(Point(*pair) for pair in [(0, 0), (0, 2), (2, 2), (2, 0), (0, 0)])),), (Circle(Point(1.0, 1.0), 1.0),)))
    assert both.area == pytest.approx(4)
    assert area.area_shape(Area("a", geocodes=(NamedValue(area.CPEAS, "640202000000"),))).is_empty
    assert area.polygon_shape(Polygon((Point(0, 0), Point(0, 0)))).is_empty
    bow_tie = area.polygon_shape(Polygon(tuple(Point(*pair) for pair in [(0, 0), (2, 2), (2, 0), (0, 2), (0, 0)])))
    assert bow_tie.area == pytest.approx(2)


@pytest.mark.parametrize(
    ("code", "prefix"),
    [("640000000000", "64"), ("640200000000", "6402"), ("640200", "6402"), ("640202000000", "640202"), ("640202100000", "640202100"),
     ("640202001201", "640202001201"), ("640202001200", "640202001200"), ("110000", "11"), ("TR-100", ""), ("", ""), ("000000", ""), ("6402020012011", "")],
)  # fmt: skip
def test_the_significant_digits_of_a_region_code(code: str, prefix: str) -> None:
    assert area.region_prefix(code) == prefix


def test_jurisdiction_is_by_prefix() -> None:
    assert area.within_region("640202001201", "6402")
    assert area.within_region("640202001201", "640202000000")
    assert not area.within_region("640302", "6402")
    assert not area.within_region("6402", "640202")
    assert not area.within_region("640202", "")
    assert area.region_code_12("640202") == "640202000000"


def test_a_region_is_concerned_by_code_in_either_direction_or_by_its_boundary() -> None:
    assert area.regions(INFO) == ("640202001201", "640202001200", "640202001202")
    assert area.concerns_region(INFO, "640202")
    assert not area.concerns_region(INFO, "640221")
    assert area.concerns_region(INFO, "640221", box(106.3, 39.0, 106.5, 39.2))
    assert not area.concerns_region(INFO, "640221", box(107.0, 39.0, 107.5, 39.2))
    assert area.concerns_region(only(Area("市", geocodes=(area.geocode("6402"),))), "640202001201")


def test_geojson_both_ways() -> None:
    polygons = INFO.areas[0].polygons
    document = area.geojson(area.info_shape(INFO))
    assert document["type"] == "MultiPolygon"
    (back,) = area.polygons_from_geojson(document)
    assert area.polygon_shape(back).equals(area.polygon_shape(polygons[0]))
    assert back.points[0] == back.points[-1]
    with pytest.raises(ValueError, match="holes"):
        area.polygons_from_geojson({"type": "Polygon", "coordinates": [[[0, 0], [9, 0], [9, 9], [0, 0]], [[4, 1], [5, 1], [5, 2], [4, 1]]]})
    with pytest.raises(ValueError, match="Point is no polygon"):
        area.polygons_from_geojson({"type": "Point", "coordinates": [1, 2]})
