"""Road times on real cities where FENGHUO_CORPUS names them, else on a made-up city; the estimate's stated error; the import of real files."""

from pathlib import Path

import numpy as np
import pytest

from services.dispatch.solver.travel import HierarchyEngine, PlainEngine, RoadNetwork, osm
from services.dispatch.solver.travel.places import Places, crow_metres
from tests.load.travel import CORPUS, networks, somewhere

CITIES = list(networks())
FILES = [CORPUS / "roads" / "jinan" / "jinan.osm.pbf", CORPUS / "roads" / "liechtenstein-latest.osm.pbf"] if CORPUS else []


@pytest.mark.parametrize(("name", "network"), CITIES, ids=[name for name, _ in CITIES])
def test_a_city_is_timed_as_by_dijkstra_before_and_after_closures(name: str, network: RoadNetwork) -> None:
    draw = np.random.default_rng()
    quick, plain = HierarchyEngine(network), PlainEngine(network)
    origins, targets = somewhere(network, 12, draw), somewhere(network, 60, draw)
    for _ in range(2):
        np.testing.assert_allclose(quick.times(origins, targets), plain.times(origins, targets), rtol=1e-9)
        np.testing.assert_allclose(quick.pin(targets).times_to(origins.lon[0], origins.lat[0]), plain.times(targets, origins)[:, 0], rtol=1e-9)
        way = quick.route((origins.lon[1], origins.lat[1]), (targets.lon[1], targets.lat[1]))
        arcs = quick.arc_seconds()[way.arcs]
        ends = quick.snap(Places.of([origins.lon[1], targets.lon[1]], [origins.lat[1], targets.lat[1]]))
        if len(arcs):
            assert way.seconds == pytest.approx(arcs.sum() + ends.access.sum())
        roads = network.twins(draw.integers(0, network.arcs, 300))
        quick.close(roads)
        plain.close(roads)


@pytest.mark.parametrize(("name", "network"), CITIES, ids=[name for name, _ in CITIES])
def test_the_fitted_estimate_keeps_its_stated_error(name: str, network: RoadNetwork) -> None:
    engine = HierarchyEngine(network, emergency=False)
    nodes = np.random.default_rng(7).integers(0, network.nodes, 300)
    places = Places.of(network.lon[nodes], network.lat[nodes])
    real, guess = engine.node_times(nodes, nodes), engine.estimate.seconds(crow_metres(places, places))
    far = np.isfinite(real) & (real > 60)
    assert np.median(np.abs(guess[far] - real[far]) / real[far]) < 0.18 + 0.03


def grid_file(path: Path) -> Path:
    """A town of twenty streets each way as an OpenStreetMap file."""
    lines = ['<osm version="0.6">']
    lines += [f'<node id="{1 + 20 * y + x}" version="1" lon="{106 + x / 400:.4f}" lat="{39 + y / 500:.4f}"/>' for y in range(20) for x in range(20)]
    streets = [[1 + 20 * y + x for x in range(20)] for y in range(20)] + [[1 + 20 * y + x for y in range(20)] for x in range(20)]
    for number, street in enumerate(streets, 1):
        lines += [f'<way id="{number}" version="1">', *(f'<nd ref="{node}"/>' for node in street), '<tag k="highway" v="residential"/></way>']
    path.write_text("\n".join([*lines, "</osm>"]), encoding="utf-8")
    return path


def test_whole_files_become_connected_networks(tmp_path: Path) -> None:
    for path in FILES or [grid_file(tmp_path / "town.osm")]:
        made = osm.read(path)
        net = made.network
        assert net.nodes > made.ways_used
        assert made.nodes_cut_off < net.nodes / 4
        assert np.percentile(net.metres, 90) < 2 * osm.SPLIT_M
        some = np.linspace(0, net.nodes - 1, 20).astype(np.int64)
        assert np.isfinite(HierarchyEngine(net).node_times(some, some)).all()
