"""Auckland's ambulances: the roads, stations, hospitals and rates of a published simulation model (JEMSS, University of Auckland), read from the corpus.

Real: the road graph with its two times for each arc, stations, hospitals, population. The model's: 280 calls a day, shares of priorities, 50 s before the
drive, exponential times on scene and at hospital (12 minutes each), four in five taken to hospital, 16 ambulances and their stations, standard 8 minutes
for the first two priorities and 20 for the third.
"""

import io
import struct
import zipfile
from csv import reader
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numba
import numpy as np
from numpy.typing import NDArray

from services.dispatch.solver.redeploy import Posts
from services.dispatch.solver.travel import HierarchyEngine, RoadNetwork
from services.dispatch.solver.travel.places import NodeIndex, Places, on_sphere
from tests.load.replay.homes import homes
from tests.load.replay.world import NO_WAY_DS, Calls, Floats, Longs, World

SITES: Final = 800
"""Junctions that stand for the places of calls, drawn by population."""

CELLS: Final = 200
"""Of these, those that stand for demand in coverage."""

DELAY_S: Final = 50.0
STANDARD_S: Final = (480.0, 480.0, 1200.0)
SHARES: Final = (0.57, 0.245, 0.185)
DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True, eq=False)
class City:
    """What is read once for all settings."""

    network: RoadNetwork
    drive_ds: NDArray[np.uint16]
    site_node: Longs
    post_node: Longs
    post_s: NDArray[np.float32]
    post_next: NDArray[np.int32]
    hospital: Longs
    hospital_s: Floats
    homes: Longs


def load(corpus: Path) -> City:
    """Read the model and work out every time that is asked for; some 20 seconds."""
    folder = corpus / "roads" / "auckland"
    lon, lat, off_road, ends, metres, days = _roads(folder)
    fast, slow = (RoadNetwork.of(lon, lat, ends[:, 0], ends[:, 1], metres, days[:, mode] * DAY_S) for mode in (0, 1))
    reachable = np.flatnonzero(off_road > 0)
    snap = NodeIndex(lon[reachable], lat[reachable])
    model = folder / "models" / "1"
    stations = reachable[snap.snap(_places(model / "stations" / "stations_1.csv")).node]
    hospitals = reachable[snap.snap(_places(model / "hospitals" / "hospitals_1.csv")).node]
    sites = reachable[snap.snap(_population(folder, SITES, np.random.default_rng(20_191_211))).node]
    quick, plain = HierarchyEngine(fast, emergency=False), HierarchyEngine(slow, emergency=False)
    every = np.arange(fast.nodes)
    drive = np.stack([_tenths(engine, every, sites) for engine in (quick, plain)])
    to_post = plain.node_times(every, stations).T
    to_hospital = plain.node_times(sites, hospitals)
    nearest = to_hospital.argmin(axis=1)
    homes = np.array([int(row[1]) - 1 for row in _rows((model / "ambulances" / "ambulances_1.csv").read_text(), "index,")])
    following = next_nodes(to_post, np.asarray(slow.tail), np.asarray(slow.head), np.maximum(np.rint(slow.seconds * 1000), 1) / 1000, stations)
    return City(
        fast, drive, sites, stations, to_post.astype(np.float32), following, hospitals[nearest], to_hospital[np.arange(len(sites)), nearest], homes
    )  # fmt: skip


def world(city: City, units: int, *, time_share: float = 0.2) -> World:
    """The service with so many units: the model's sixteen first, then the rest one by one where expected cover gains most."""
    cells = np.linspace(0, SITES - 1, CELLS).astype(np.int64)
    weight = np.full(CELLS, 1 / CELLS)
    seconds = city.drive_ds[0][np.ix_(cells, city.post_node)] / 10.0
    standard = np.array(STANDARD_S) - DELAY_S
    posts = Posts.of(seconds, weight, standard[0], time_share=time_share)
    xyz = on_sphere(city.network.lon, city.network.lat)
    return World(
        xyz, city.drive_ds, city.site_node, city.post_node, city.post_s, city.post_next, homes(city.homes, units, posts), city.hospital, city.hospital_s,
        cells, weight, np.array([0, 0, 1]), standard, DELAY_S, posts.order, posts.price, posts.weight, posts.room, posts.none,
    )  # fmt: skip


def calls(per_day: float, days: float, draw: np.random.Generator) -> Calls:
    """Calls of so many days as the model draws them."""
    count = int(draw.poisson(per_day * days))
    time = np.sort(draw.uniform(0, days * DAY_S, count))
    return Calls(
        time, draw.integers(0, SITES, count), draw.choice(3, count, p=SHARES), np.ones(count, dtype=np.int64), draw.exponential(720, count),
        draw.random(count) < 0.8, draw.exponential(720, count), np.ones(count),
    )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def _next_nodes(times: Floats, tail: Longs, head: Longs, seconds: Floats, goal: Longs, out: NDArray[np.int32]) -> None:
    for post in range(len(times)):
        best = np.full(times.shape[1], np.inf)
        for arc in range(len(tail)):
            whole = times[post, head[arc]] + seconds[arc]
            if tail[arc] != head[arc] and tail[arc] != goal[post] and whole < best[tail[arc]]:
                best[tail[arc]] = whole
                out[post, tail[arc]] = head[arc]


def next_nodes(times: Floats, tail: Longs, head: Longs, seconds: Floats, goal: Longs) -> NDArray[np.int32]:
    """The next node on a quickest way to each goal, from every node."""
    out = np.tile(np.arange(times.shape[1], dtype=np.int32), (len(times), 1))
    _next_nodes(np.ascontiguousarray(times), tail, head, seconds, goal, out)
    return out


def _tenths(engine: HierarchyEngine, nodes: Longs, sites: Longs) -> NDArray[np.uint16]:
    out = np.empty((len(sites), len(nodes)), dtype=np.uint16)
    for at in range(0, len(sites), 100):
        part = engine.node_times(nodes, sites[at : at + 100])
        out[at : at + 100] = np.minimum(np.rint(np.nan_to_num(part.T, posinf=1e6) * 10), NO_WAY_DS)
    return out


def _roads(folder: Path) -> tuple[Floats, Floats, Floats, Longs, Floats, Floats]:
    with zipfile.ZipFile(folder / "roads.zip") as stored:
        nodes = np.array([row[:4] for row in _rows(stored.read("nodes.csv").decode(), "index,x,y")], dtype=np.float64)
        arcs = np.array([row[:6] for row in _rows(stored.read("arcs.csv").decode(), "index,fromNode")], dtype=np.float64)
    return nodes[:, 1], nodes[:, 2], nodes[:, 3], arcs[:, 1:3].astype(np.int64) - 1, arcs[:, 3] * 1000, arcs[:, 4:6]


def _rows(text: str, header: str) -> list[list[str]]:
    return [row for row in reader(io.StringIO("\n".join(text[text.index(header) :].splitlines()[1:]))) if row and row[0]]


def _places(path: Path) -> Places:
    rows = _rows(path.read_text(encoding="utf-8-sig"), "index,")
    return Places.of([float(row[1]) for row in rows], [float(row[2]) for row in rows])


def _population(folder: Path, count: int, draw: np.random.Generator) -> Places:
    """Places drawn by population from the census raster: an uncompressed 64-bit TIFF in degrees."""
    with zipfile.ZipFile(folder / "urban_pop_density_40m.zip") as stored:
        raw = stored.read(stored.namelist()[0])
    tags = {tag: (kind, number, value) for tag, kind, number, value in struct.iter_unpack("<HHII", raw[10 : 10 + 12 * struct.unpack("<H", raw[8:10])[0]])}
    width, height = tags[256][2], tags[257][2]
    start = struct.unpack("<I", raw[tags[273][2] : tags[273][2] + 4])[0]
    people = np.frombuffer(raw, dtype="<f8", count=width * height, offset=start)
    people = np.where(np.isfinite(people) & (people > 0), people, 0)
    step_x, step_y = struct.unpack("<2d", raw[tags[33550][2] : tags[33550][2] + 16])
    west, north = struct.unpack("<2d", raw[tags[33922][2] + 24 : tags[33922][2] + 40])
    row, column = np.divmod(draw.choice(width * height, count, p=people / people.sum()), width)
    return Places.of(west + (column + draw.random(count)) * step_x, north - (row + draw.random(count)) * step_y)
