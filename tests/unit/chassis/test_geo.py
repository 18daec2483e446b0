"""Region codes, distances and the lookup of areas."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, box

from chassis.errors import DomainError
from chassis.geo import (
    AreaIndex,
    RegionLevel,
    check_position,
    circle_ring,
    covers,
    distance_m,
    normalise,
    padded,
    parent,
    region_level,
    ring_area_km2,
    significant,
)


@pytest.mark.parametrize(
    ("code", "digits", "usual", "level", "above"),
    [
        ("", "", "100000", RegionLevel.NATION, None),
        ("100000000000", "", "100000", RegionLevel.NATION, None),
        ("64", "64", "640000", RegionLevel.PROVINCE, "100000"),
        ("640000000000", "64", "640000", RegionLevel.PROVINCE, "100000"),
        ("640200", "6402", "640200", RegionLevel.PREFECTURE, "640000"),
        ("640202000", "640202", "640202", RegionLevel.COUNTY, "640200"),
        ("640202001000", "640202001", "640202001", RegionLevel.TOWN, "640202"),
        ("640202001201", "640202001201", "640202001201", RegionLevel.VILLAGE, "640202001"),
        ("441900003", "441900003", "441900003", RegionLevel.TOWN, "441900"),
        ("441900", "4419", "441900", RegionLevel.PREFECTURE, "440000"),
    ],
)
def test_a_code_has_digits_a_usual_form_a_level_and_a_parent(code: str, digits: str, usual: str, level: RegionLevel, above: str | None) -> None:
    assert significant(code) == digits
    assert normalise(code) == usual
    assert padded(code) == usual.ljust(12, "0")
    assert region_level(code) is level
    assert parent(code) == above


@pytest.mark.parametrize("code", ["6", "64020", "6402020", "64020x", "６４０２０２", "040000", "640202001201000", " 640202"])
def test_what_is_not_a_code_is_refused(code: str) -> None:
    with pytest.raises(DomainError) as refused:
        normalise(code, "area.code")
    assert refused.value.field == "area.code"


@pytest.mark.parametrize(
    ("scope", "code", "inside"),
    [
        ("6402", "640202001201", True),
        ("640200", "640202001201", True),
        ("640200000000", "640202", True),
        ("6402", "640302", False),
        ("640202", "640200", False),
        ("640202001", "640202001000", True),
        ("640202001", "640202010", False),
        ("", "640302", True),
        ("100000", "640302", True),
        ("640202", "100000", False),
        ("441900", "441900003", True),
    ],
)
def test_a_scope_covers_what_lies_below_it(scope: str, code: str, inside: bool) -> None:
    assert covers(scope, code) is inside


@given(st.from_regex(r"[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?", fullmatch=True))
def test_every_ancestor_covers_a_code_and_forms_are_stable(code: str) -> None:
    assert normalise(normalise(code)) == normalise(code) == normalise(padded(code))
    above = parent(code)
    while above is not None:
        assert covers(above, code)
        above = parent(above)


@pytest.mark.parametrize(("lon", "lat"), [(180.1, 0), (0, -90.1), (float("nan"), 0), (0, float("inf"))])
def test_an_impossible_position_is_refused(lon: float, lat: float) -> None:
    check_position(-180, 90)
    with pytest.raises(DomainError):
        check_position(lon, lat)


def test_distances() -> None:
    assert distance_m((0, 0), (0, 0)) == 0
    assert distance_m((0, 0), (0, 1)) == pytest.approx(111_195, abs=1)
    assert distance_m((0, 0), (180, 0)) == pytest.approx(20_015_115, rel=1e-6)


@given(lon=st.floats(-170, 170), lat=st.floats(-80, 80), radius=st.floats(10, 100_000))
def test_a_circle_keeps_its_radius_and_area(lon: float, lat: float, radius: float) -> None:
    ring = circle_ring((lon, lat), radius)
    assert ring[0] == ring[-1]
    assert all(distance_m((lon, lat), corner) == pytest.approx(radius, rel=1e-3, abs=0.1) for corner in ring)
    assert ring_area_km2(ring) == pytest.approx(3.14159 * (radius / 1000) ** 2, rel=0.02)


SQUARE = [(0.5, 0.5), (1.5, 0.5), (1.5, 0.9), (0.5, 0.9), (0.5, 0.5)]


def test_areas_are_found_by_point_and_by_ring() -> None:
    index = AreaIndex([("b", box(1, 0, 2, 1)), ("a", box(0, 0, 1, 1))])
    assert index.codes == ("a", "b")
    assert index.locate(0.5, 0.5) == "a"
    assert index.locate(1.5, 0.5) == "b"
    assert index.locate(1, 0.5) == "a"
    assert index.locate(3, 3) is None
    assert index.overlaps([(0.75, 0.5), (1.75, 0.5), (1.75, 0.9), (0.75, 0.9), (0.75, 0.5)]) == pytest.approx({"b": 0.75, "a": 0.25})
    assert list(index.overlaps(SQUARE)) == ["a", "b"]
    assert not index.contains("a", SQUARE)
    assert index.contains("a", [(0, 0), (1, 0), (1, 1), (0, 0)])
    assert index.overlaps([(5, 5), (6, 5), (6, 6), (5, 5)]) == {}
    with pytest.raises(KeyError):
        index.contains("c", SQUARE)


@pytest.mark.parametrize("ring", [SQUARE[:-1], [(0, 0), (1, 1), (1, 0), (0, 1), (0, 0)], [(0, 0), (1, 1), (2, 2), (0, 0)], []])
def test_a_ring_that_is_not_simple_is_refused(ring: list[tuple[float, float]]) -> None:
    with pytest.raises(DomainError):
        AreaIndex([("a", box(0, 0, 1, 1))]).overlaps(ring)


def test_lines_and_features_without_a_code_are_left_out(tmp_path: Path) -> None:
    geometries = [("a", box(0, 0, 1, 1)), ("", box(1, 1, 2, 2)), ("c", LineString([(3, 3), (4, 4)]))]
    features = [{"type": "Feature", "properties": {"code": code}, "geometry": geometry.__geo_interface__} for code, geometry in geometries]
    path = tmp_path / "areas.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    assert AreaIndex.from_file(path).codes == ("a",)
