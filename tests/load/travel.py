"""Road times: matrices, all units to one place, closures, against the goals. `python -m tests.load.travel`.

On the real road graphs of FENGHUO_CORPUS; without it on a network made up here, and said so. Every figure's answers are compared with scipy's Dijkstra.
"""

import csv
import io
import os
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.dispatch.solver.travel import HierarchyEngine, PlainEngine, RoadNetwork
from services.dispatch.solver.travel.places import Places
from tests.load.figures import Figures, percentile

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ["FENGHUO_CORPUS"]) if os.environ.get("FENGHUO_CORPUS") else None


def networks() -> Iterator[tuple[str, RoadNetwork]]:
    """Name and network: the corpus' cities, or one that is made up. Their seconds are driven as they are."""
    if CORPUS is None:
        yield "made-up city", made_up(120, 8)
        return
    yield "Jinan", jinan()
    yield "Auckland", auckland()


def jinan() -> RoadNetwork:
    """Junctions of Jinan; the graph's weight is in tenths of a second."""
    assert CORPUS is not None
    with np.load(CORPUS / "roads" / "jinan" / "jinan_graph.npz") as stored:
        return RoadNetwork.of(stored["lon"], stored["lat"], stored["t"], stored["h"], None, stored["w"] / 10.0)


def auckland() -> RoadNetwork:
    """Roads of the JEMSS model with its times under lights and sirens (days)."""
    assert CORPUS is not None
    with zipfile.ZipFile(CORPUS / "roads" / "auckland" / "roads.zip") as stored:
        nodes = _rows(stored.read("nodes.csv").decode(), "index,x,y", 3)
        arcs = _rows(stored.read("arcs.csv").decode(), "index,fromNode", 5)
    ends = arcs[:, 1:3].astype(np.int64) - 1
    return RoadNetwork.of(nodes[:, 1], nodes[:, 2], ends[:, 0], ends[:, 1], arcs[:, 3] * 1000, arcs[:, 4] * 86_400)


def _rows(text: str, header: str, columns: int) -> NDArray[np.float64]:
    lines = text[text.index(header) :].splitlines()[1:]
    return np.array([[float(cell) for cell in row[:columns]] for row in csv.reader(io.StringIO("\n".join(lines))) if len(row) >= columns])


def made_up(side: int, main: int) -> RoadNetwork:
    """Streets in a grid with main roads every `main` streets and an expressway every four main roads."""
    draw = np.random.default_rng(side)
    cells = np.arange(side * side).reshape(side, side)
    line = np.concatenate((np.repeat(np.arange(side), side - 1), np.repeat(np.arange(side)[None], side - 1, axis=0).ravel()))
    one = np.concatenate((cells[:, :-1].ravel(), cells[:-1].ravel()))
    other = np.concatenate((cells[:, 1:].ravel(), cells[1:].ravel()))
    speed = np.where(line % (4 * main) == 0, 80, np.where(line % main == 0, 50, 25)) / 3.6
    metres = 180 * draw.uniform(0.8, 1.4, len(one))
    rows, columns = np.divmod(np.arange(side * side), side)
    lon, lat = 106.3 + columns * 0.0021 + draw.normal(0, 2e-4, side * side), 39.0 + rows * 0.0016 + draw.normal(0, 2e-4, side * side)
    both, back = np.concatenate((one, other)), np.concatenate((other, one))
    return RoadNetwork.of(lon, lat, both, back, np.tile(metres, 2), np.tile(metres / speed, 2))


def somewhere(network: RoadNetwork, count: int, draw: np.random.Generator) -> Places:
    """Places beside random nodes."""
    node = draw.integers(0, network.nodes, count)
    return Places.of(network.lon[node] + draw.normal(0, 5e-4, count), network.lat[node] + draw.normal(0, 5e-4, count))


def timed(work: Callable[[], object]) -> float:
    """Seconds of one call."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def measure(figures: Figures) -> None:
    """Every figure on every network."""
    seed = np.random.SeedSequence().entropy
    print(f"seed {seed}; roads: {'the corpus' if CORPUS else 'made up, FENGHUO_CORPUS is not set'}")  # noqa: T201
    for name, network in networks():
        draw = np.random.default_rng(seed)
        begin = time.perf_counter()
        engine = HierarchyEngine(network, emergency=False)
        figures.add(f"{name} ({network.nodes:,} nodes): build", time.perf_counter() - begin, "s")
        plain = PlainEngine(network, emergency=False)
        _matrices(name, engine, plain, draw, figures)
        _to_one(name, engine, plain, draw, figures)
        _closures(name, engine, plain, draw, figures)


def _matrices(name: str, engine: HierarchyEngine, plain: PlainEngine, draw: np.random.Generator, figures: Figures) -> None:
    origins, targets = somewhere(engine.network, 500, draw), somewhere(engine.network, 2000, draw)
    engine.times(origins, targets)
    found = engine.times(origins, targets)
    best = min(timed(lambda: engine.times(origins, targets)) for _ in range(5))
    figures.add(f"{name}: 500 x 2,000 road times, quickest of 5", best, "s", "<= 0.2", best <= 0.2)
    slow = timed(lambda: plain.times(origins, targets))
    figures.add(f"{name}: the same by scipy", slow, "s")
    wrong = int((~np.isclose(found, plain.times(origins, targets), rtol=1e-9)).sum())
    figures.add(f"{name}: pairs that differ from scipy's", wrong, "pairs", "0", wrong == 0)


def _to_one(name: str, engine: HierarchyEngine, plain: PlainEngine, draw: np.random.Generator, figures: Figures) -> None:
    units, calls = somewhere(engine.network, 10_000, draw), somewhere(engine.network, 300, draw)
    pinned = engine.pin(units)
    pinned.times_to(calls.lon[0], calls.lat[0])
    taken = [timed(partial(pinned.times_to, *call)) * 1000 for call in zip(calls.lon.tolist(), calls.lat.tolist(), strict=True)]
    figures.add(f"{name}: 10,000 units to one place, p50", percentile(taken, 0.5), "ms")
    figures.add(f"{name}: 10,000 units to one place, p99", percentile(taken, 0.99), "ms")
    spot = Places.of(calls.lon[7], calls.lat[7])
    wrong = int((~np.isclose(pinned.times_to(calls.lon[7], calls.lat[7]), plain.pin(units).times_to(spot.lon[0], spot.lat[0]), rtol=1e-9)).sum())
    figures.add(f"{name}: units whose time differs from scipy's", wrong, "units", "0", wrong == 0)


def _closures(name: str, engine: HierarchyEngine, plain: PlainEngine, draw: np.random.Generator, figures: Figures) -> None:
    network = engine.network
    units, call = somewhere(network, 10_000, draw), somewhere(network, 1, draw)
    pinned = engine.pin(units)
    close, again = [], []
    for _ in range(20):
        roads = network.twins(draw.integers(0, network.arcs, 100))
        close.append(timed(partial(engine.close, roads)) * 1000)
        again.append(timed(partial(pinned.times_to, call.lon[0], call.lat[0])) * 1000)
        plain.close(roads)
        there = engine.node_times(np.arange(0, network.nodes, 997), [int(engine.snap(call).node[0])])
        assert np.array_equal(there, plain.node_times(np.arange(0, network.nodes, 997), [int(plain.snap(call).node[0])]))
        engine.open(roads)
        plain.open(roads)
        pinned.times_to(call.lon[0], call.lat[0])
    both = [one + other for one, other in zip(close, again, strict=True)]
    figures.add(f"{name}: closing 100 roads and the next 10,000 units to one place, p50", percentile(both, 0.5), "ms", "<= 10", percentile(both, 0.5) <= 10)
    figures.add(f"{name}: the same, p95", percentile(both, 0.95), "ms")


if __name__ == "__main__":
    run = Figures("python -m tests.load.travel")
    measure(run)
    sys.exit(0 if run.show(ROOT / "var" / "bench.json") else 1)
