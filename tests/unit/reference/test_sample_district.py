"""The reference data of the sample district: whole, consistent, and fit for the acceptance scenarios."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import Point, Polygon, shape

from chassis.geo import AreaIndex, Position, circle_ring, covers, parent, region_level, ring_area_km2

DISTRICTS = Path(__file__).parents[3] / "districts"
REFERENCE = DISTRICTS / "dawukou" / "reference"
HOME = "640202"


def lat_lon(text: str) -> list[Position]:
    pairs = (corner.split(",") for corner in text.split())
    return [(float(lon), float(lat)) for lat, lon in pairs]


P1 = lat_lon("39.10,106.27 39.10,106.36 39.02,106.40 38.99,106.40 38.99,106.33 39.10,106.27")
P2 = lat_lon("39.08,106.26 39.08,106.34 39.02,106.38 38.99,106.38 38.99,106.32 39.08,106.26")


def rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def features(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((REFERENCE / name).read_text(encoding="utf-8"))["features"]
    return found


@pytest.fixture(scope="module")
def areas() -> AreaIndex:
    return AreaIndex.from_file(REFERENCE / "boundaries.geojson")


def test_the_alert_areas_of_the_flash_flood_lie_inside_the_district(areas: AreaIndex) -> None:
    assert areas.contains(HOME, P1)
    assert areas.contains(HOME, P2)
    assert (round(ring_area_km2(P1)), round(ring_area_km2(P2))) == (90, 66)


def test_the_sample_plant_and_its_cordon_lie_inside_the_district(areas: AreaIndex) -> None:
    (plant,) = [feature for feature in features("facilities.geojson") if feature["properties"]["kind"] == "chemical_plant"]
    assert plant["geometry"]["coordinates"] == [106.425, 39.005]
    assert areas.contains(HOME, circle_ring((106.425, 39.005), 1000))


def test_the_earthquake_reaches_five_counties(areas: AreaIndex) -> None:
    assert areas.locate(106.33, 39.06) == HOME
    shares = areas.overlaps(circle_ring((106.33, 39.06), 30_000))
    assert {code: round(share * 100, 1) for code, share in shares.items()} == pytest.approx(
        {"640202": 33.7, "640221": 29.5, "152921": 21.7, "640205": 15.0, "640122": 0.1}, abs=0.2
    )
    assert list(shares) == ["640202", "640221", "152921", "640205", "640122"]
    (home,) = [shape(feature["geometry"]) for feature in features("boundaries.geojson") if feature["properties"]["code"] == HOME]
    assert sum(ring_area_km2(list(part.exterior.coords)) for part in home.geoms) == pytest.approx(950, rel=0.01)


def test_every_division_has_its_parent_and_its_level() -> None:
    divisions = {row["code"]: row for row in rows("divisions.csv")}
    assert len(divisions) == len(rows("divisions.csv"))
    for code, row in divisions.items():
        assert row["level"] == region_level(code).value
        assert row["parent"] == parent(code)
        assert row["parent"] in divisions or row["parent"] == "100000"
    assert divisions["152921"]["name"] == "阿拉善左旗"
    assert {code for code in divisions if len(code) == 6} >= {"640202", "640205", "640221", "640200", "640000"}
    for feature in features("boundaries.geojson"):
        assert divisions[feature["properties"]["code"]]["name"] == feature["properties"]["name"]


def test_the_whole_country_is_there_to_the_county() -> None:
    country = {row["code"]: row for row in rows("divisions_cn.csv")}
    assert len(country) == len(rows("divisions_cn.csv")) == 3348
    assert all(row["parent"] in country or row["parent"] == "100000" for row in country.values())


def test_every_village_of_the_district_has_people_and_a_point_and_three_lie_in_the_alert_areas(areas: AreaIndex) -> None:
    villages = {row["code"]: row for row in rows("villages.csv")}
    known = {row["code"]: row["name"] for row in rows("divisions.csv") if row["level"] == "village" and covers(HOME, row["code"])}
    assert {code: row["name"] for code, row in villages.items()} == known
    inside = set()
    for code, row in villages.items():
        point = (float(row["lon"]), float(row["lat"]))
        assert areas.locate(*point) == HOME
        assert row["population_and_point"] == "synthetic"
        assert int(row["population"]) > 0
        assert covers(row["town_code"], code)
        if any(Polygon(ring).intersects(Point(point)) for ring in (P1, P2)):
            inside.add(code)
    assert inside == {"640202001200", "640202001201", "640202001202"}
    assert {villages[code]["short_name"]: int(villages[code]["population"]) for code in inside} == {"潮湖村": 1900, "龙泉村": 1120, "长胜村": 900}
    assert sum(int(row["population"]) for row in villages.values()) == 299_000


def test_every_facility_is_marked_synthetic_and_lies_inside(areas: AreaIndex) -> None:
    facilities = features("facilities.geojson")
    assert {feature["properties"]["kind"] for feature in facilities} >= {"hospital", "fire_station", "school", "chemical_plant", "gully"}
    assert len({feature["id"] for feature in facilities}) == len(facilities)
    for feature in facilities:
        assert feature["properties"]["synthetic"] is True
        assert feature["properties"]["name_zh"]
        assert feature["properties"]["name_en"]
        geometry = shape(feature["geometry"])
        assert {areas.locate(lon, lat) for lon, lat in geometry.coords} == {HOME}


def test_places_lie_where_they_say(areas: AreaIndex) -> None:
    for row in rows("places.csv"):
        assert areas.locate(float(row["lon"]), float(row["lat"])) == row["county_code"]


def test_every_event_code_has_its_parent_and_origin() -> None:
    codes = {row["code"]: row for row in rows("codes/event_types.csv")}
    assert len(codes) == 316
    for row in codes.values():
        assert row["parent"] in codes or row["code"] == "10000"
        assert row["provenance"] in {"S1", "S1-corrected", "S2"}
    assert codes["11A51"]["name_zh"] == "山洪灾害事件"


def test_every_data_file_stands_in_the_list_of_sources() -> None:
    for directory in (REFERENCE, DISTRICTS / "reference"):
        listed = (directory / "SOURCES.md").read_text(encoding="utf-8")
        for path in directory.rglob("*.*"):
            assert path.name == "SOURCES.md" or f"`{path.relative_to(directory)}`" in listed


def test_the_holidays_of_2026_are_thirty_three_days_and_six_weekend_days_worked() -> None:
    calendar = json.loads((DISTRICTS / "reference" / "holidays_2026.json").read_text(encoding="utf-8"))
    spans = [(date.fromisoformat(holiday["from"]), date.fromisoformat(holiday["to"])) for holiday in calendar["holidays"]]
    days_off = {date.fromordinal(day) for first, last in spans for day in range(first.toordinal(), last.toordinal() + 1)}
    worked = [date.fromisoformat(day) for day in calendar["working_days"]]
    assert len(days_off) == 33
    assert [day.weekday() for day in worked] == [6, 5, 5, 5, 6, 5]
    assert not days_off & set(worked)
    assert {day.year for day in days_off | set(worked)} == {calendar["year"]}
