"""The import of OpenStreetMap files, on a small map written here."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from cli.main import app
from services.dispatch.solver.travel import RoadNetwork, isochrones, open_engine, osm

MAP = """<osm version="0.6">
<node id="1" version="1" lon="106.380" lat="39.020"/><node id="2" version="1" lon="106.382" lat="39.020"/><node id="3" version="1" lon="106.384" lat="39.021"/>
<node id="4" version="1" lon="106.386" lat="39.020"/><node id="5" version="1" lon="106.386" lat="39.024"/><node id="6" version="1" lon="106.380" lat="39.024"/>
<node id="7" version="1" lon="106.500" lat="39.100"/><node id="8" version="1" lon="106.501" lat="39.100"/><node id="9" version="1" lon="106.390" lat="39.020"/>
<way id="11" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="4"/>
 <tag k="highway" v="primary"/><tag k="name" v="Shiji Dadao"/><tag k="name:zh" v="世纪大道"/><tag k="maxspeed" v="60"/></way>
<way id="12" version="1"><nd ref="4"/><nd ref="5"/><nd ref="6"/><tag k="highway" v="residential"/><tag k="oneway" v="yes"/></way>
<way id="13" version="1"><nd ref="1"/><nd ref="6"/><tag k="highway" v="tertiary"/><tag k="oneway" v="-1"/></way>
<way id="14" version="1"><nd ref="7"/><nd ref="8"/><tag k="highway" v="service"/></way>
<way id="15" version="1"><nd ref="4"/><nd ref="9"/><tag k="highway" v="footway"/></way>
<way id="16" version="1"><nd ref="5"/><nd ref="9"/><tag k="highway" v="residential"/><tag k="access" v="no"/></way>
<way id="17" version="1"><nd ref="99"/><nd ref="1"/><tag k="highway" v="residential"/></way>
</osm>"""


@pytest.fixture
def town(tmp_path: Path) -> Path:
    path = tmp_path / "town.osm"
    path.write_text(MAP, encoding="utf-8")
    return path


def test_a_small_town(town: Path) -> None:
    heard: list[int] = []
    made = osm.read(town, heard.append)
    net = made.network
    assert (made.ways_read, made.ways_used, heard) == (7, 4, [7])
    assert made.nodes_cut_off == 2
    assert sorted(set(net.way.tolist())) == [11, 12, 13]
    directions = {int(way): int((net.way == way).sum()) for way in (11, 12, 13)}
    stretches = directions[11] // 2
    assert directions == {11: 2 * stretches, 12: directions[12], 13: directions[13]}
    assert {net.street(int(arc)) for arc in np.flatnonzero(net.way == 11)} == {"世纪大道"}
    speeds = net.metres / net.seconds * 3.6
    np.testing.assert_allclose(speeds[net.way == 11], 48)
    np.testing.assert_allclose(speeds[net.way == 12], 25)


def test_the_way_follows_one_way_streets_and_their_bends(town: Path) -> None:
    engine = open_engine(osm.read(town).network)
    there = engine.route((106.386, 39.020), (106.380, 39.024))
    back = engine.route((106.380, 39.024), (106.386, 39.020))
    assert set(engine.network.way[there.arcs].tolist()) == {12}
    assert set(engine.network.way[back.arcs].tolist()) == {13, 11}
    assert back.streets == ("世纪大道",)
    assert (106.384, 39.021) in set(zip(back.lon.tolist(), back.lat.tolist(), strict=True))


def test_what_is_saved_is_what_is_loaded(town: Path, tmp_path: Path) -> None:
    net = osm.read(town).network
    net.save(tmp_path / "roads.npz")
    again = RoadNetwork.load(tmp_path / "roads.npz")
    for name in RoadNetwork.__slots__:
        assert np.array_equal(getattr(net, name), getattr(again, name))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"a picture"])
def test_what_is_no_road_file_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "roads.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"roads\.npz"):
        RoadNetwork.load(path)


@pytest.mark.parametrize(
    ("tags", "kind", "towards"),
    [
        ({"highway": "motorway"}, "motorway", 1),
        ({"highway": "residential", "junction": "roundabout"}, "residential", 1),
        ({"highway": "residential", "oneway": "-1"}, "residential", -1),
        ({"highway": "motorway", "oneway": "no"}, "motorway", 0),
        ({"highway": "residential", "oneway": "reversible"}, "residential", 2),
        ({"highway": "residential", "motor_vehicle": "no"}, "", 0),
        ({"highway": "residential", "motor_vehicle": "no", "emergency": "yes"}, "residential", 0),
        ({"highway": "service", "access": "private"}, "service", 0),
        ({"highway": "footway"}, "", 0),
        ({"highway": "footway", "emergency": "designated"}, "pedestrian", 0),
        ({"highway": "track", "tracktype": "grade4"}, "", 0),
        ({"highway": "track", "tracktype": "grade1"}, "track", 0),
        ({"highway": "construction"}, "", 0),
    ],
)
def test_who_may_drive_where(tags: dict[str, str], kind: str, towards: int) -> None:
    assert (osm.highway_class(tags), osm.direction(tags)) == (kind, towards)


@pytest.mark.parametrize(
    ("text", "kmh"),
    [("60", 60), ("40 mph", 64.37376), ("40mph", 64.37376), ("CN:urban", 0), ("none", 0), ("-5", 0), ("nan", 0), ("1e9", 0), ("", 0)],
)
def test_limits_as_they_are_written(text: str, kmh: float) -> None:
    assert osm.limit_kmh(text) == pytest.approx(kmh)


def test_an_area_holds_what_is_reached(town: Path) -> None:
    engine = open_engine(osm.read(town).network)
    near, far = isochrones(engine, 106.380, 39.020, [15, 600])
    assert near.nodes < far.nodes == engine.network.nodes
    ring = np.array(far.polygons[0][0])
    assert (ring.min(axis=0) < [106.380, 39.020]).all()
    assert (ring.max(axis=0) > [106.386, 39.024]).all()
    assert ring.min(axis=0)[0] > 106.370


def test_the_command_imports_and_says_what_it_made(town: Path, tmp_path: Path) -> None:
    out = tmp_path / "made" / "roads.npz"
    done = CliRunner().invoke(app, ["roads", "import", str(town)], env={"FENGHUO_ROADS": str(out)})
    assert done.exit_code == 0, done.output
    assert "7" in done.output
    assert RoadNetwork.load(out).nodes > 4


@pytest.mark.parametrize("content", ["<osm version='0.6'></osm>", "<osm"])
def test_the_command_says_why_it_cannot(tmp_path: Path, content: str) -> None:
    path = tmp_path / "broken.osm"
    path.write_text(content, encoding="utf-8")
    done = CliRunner().invoke(app, ["roads", "import", str(path), "--out", str(tmp_path / "x.npz")])
    assert done.exit_code == 1
    assert "broken.osm" in done.output
    assert not (tmp_path / "x.npz").exists()
