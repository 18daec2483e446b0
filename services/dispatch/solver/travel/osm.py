"""A road network from an OpenStreetMap file (.osm.pbf, .osm, .osm.gz …).

Taken: what a car may drive, and what an emergency vehicle may (`emergency=yes`, private roads). Ways are split where they meet and about every SPLIT_M metres,
so that the nearest node of a place is never far along its own street; points between nodes stay as the arc's shape. Kept is the largest part in which every
node reaches every other. Not read: bans on turns, barriers, times of day; a way beside a physical gate may therefore be shown.
"""

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from services.dispatch.solver.travel import profile
from services.dispatch.solver.travel.network import RoadNetwork
from services.dispatch.solver.travel.places import along_metres

SPLIT_M: Final = 250.0
"""A stretch between two nodes gets no longer than this where it has a point to be split at."""

PROGRESS_WAYS: Final = 5_000
"""How often progress is told."""

NO: Final = {"no", "agricultural", "forestry"}
EMERGENCY: Final = {"yes", "designated", "official"}
ONE_WAY: Final = {"yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1, "reversible": 2, "alternating": 2, "no": 0, "false": 0, "0": 0}
"""Value of `oneway`: 1 along the way, -1 against it, 0 both, 2 changes by the hour and is left out."""

DRIVABLE: Final = set(profile.CLASSES) - {"other", "track", "pedestrian"}
GOOD_TRACKS: Final = {"grade1", "grade2"}

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import made, and of what."""

    network: RoadNetwork
    ways_read: int
    ways_used: int
    nodes_cut_off: int

    @property
    def kilometres(self) -> float:
        """Length of all arcs, each direction counted."""
        return float(self.network.metres.sum()) / 1000


@dataclass(slots=True)
class _Ways:
    """Ways as they are read, one entry a way; and their points, one after another."""

    id: "array[int]" = field(default_factory=lambda: array("q"))
    highway: "array[int]" = field(default_factory=lambda: array("b"))
    one_way: "array[int]" = field(default_factory=lambda: array("b"))
    limit: "array[float]" = field(default_factory=lambda: array("d"))
    name: "array[int]" = field(default_factory=lambda: array("q"))
    points: "array[int]" = field(default_factory=lambda: array("q"))
    ref: "array[int]" = field(default_factory=lambda: array("q"))
    lon: "array[float]" = field(default_factory=lambda: array("d"))
    lat: "array[float]" = field(default_factory=lambda: array("d"))
    names: dict[str, int] = field(default_factory=dict)


def highway_class(tags: Mapping[str, str]) -> str:
    """The class a way is driven as; empty when no vehicle of ours may."""
    kind = tags.get("highway", "")
    allowed = tags.get("emergency") in EMERGENCY
    barred = any(tags.get(key) in NO for key in ("access", "vehicle", "motor_vehicle", "motorcar")) or tags.get("area") == "yes"
    if kind in DRIVABLE:
        return kind if allowed or not barred else ""
    if kind == "track":
        return kind if allowed or (tags.get("tracktype") in GOOD_TRACKS and not barred) else ""
    if kind == "road" and not barred:
        return "other"
    return "pedestrian" if allowed and kind in {"pedestrian", "footway", "cycleway", "path"} else ""


def direction(tags: Mapping[str, str]) -> int:
    """1 along the way, -1 against it, 0 both, 2 neither for certain."""
    said = ONE_WAY.get(tags.get("oneway", ""))
    if said is not None:
        return said
    implied = tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") in {"motorway", "motorway_link"}
    return 1 if implied else 0


def limit_kmh(text: str) -> float:
    """A signed limit in km/h; 0 when it says none that can be read."""
    number, _, unit = text.strip().partition(" ")
    if number.endswith("mph"):
        number, unit = number.removesuffix("mph"), "mph"
    try:
        value = float(number)
    except ValueError:
        return 0.0
    if not 0 < value < 200:
        return 0.0
    return value * (1.609344 if unit.strip() == "mph" else 1.0)


def read(path: Path, progress: Callable[[int], object] = int) -> Imported:
    """Import a file. `progress` hears the number of ways read. ValueError when it cannot be read or holds no road."""
    import osmium

    ways, seen = _Ways(), 0
    if not path.is_file():
        raise ValueError(f"{path}: no such file")
    try:
        for thing in osmium.FileProcessor(str(path)).with_locations().with_filter(osmium.filter.KeyFilter("highway")):
            if not isinstance(thing, osmium.osm.Way):
                continue
            seen += 1
            _take(ways, thing.id, {tag.k: tag.v for tag in thing.tags}, [(n.ref, n.lon, n.lat) for n in thing.nodes if n.location.valid()])
            if seen % PROGRESS_WAYS == 0:
                progress(seen)
    except RuntimeError as error:
        raise ValueError(f"{path}: not a readable OpenStreetMap file ({error})") from error
    progress(seen)
    if not len(ways.id):
        raise ValueError(f"{path}: no road that a vehicle may drive among {seen} ways")
    network, cut_off = _connected(_network(ways))
    return Imported(network, seen, len(ways.id), cut_off)


def _take(ways: _Ways, number: int, tags: Mapping[str, str], points: list[tuple[int, float, float]]) -> None:
    kind, towards = highway_class(tags), direction(tags)
    if not kind or towards == 2 or len(points) < 2:
        return
    name = tags.get("name:zh") or tags.get("name:zh-Hans") or tags.get("name") or tags.get("name:en") or tags.get("ref") or ""
    ways.id.append(number)
    ways.highway.append(profile.CODE[kind])
    ways.one_way.append(towards)
    ways.limit.append(limit_kmh(tags.get("maxspeed", "")))
    ways.name.append(ways.names.setdefault(name, len(ways.names)) if name else -1)
    ways.points.append(len(points))
    for ref, lon, lat in points:
        ways.ref.append(ref)
        ways.lon.append(lon)
        ways.lat.append(lat)


def _network(ways: _Ways) -> RoadNetwork:
    """Nodes where ways begin, end and meet; an arc for each direction of each stretch between them."""
    lon, lat = np.array(ways.lon), np.array(ways.lat)
    refs, point = np.unique(np.array(ways.ref), return_inverse=True)
    counts = np.array(ways.points)
    way = np.repeat(np.arange(len(counts)), counts)
    last = np.cumsum(counts) - 1
    step = np.concatenate(([0.0], along_metres(lon, lat)))
    step[last[:-1] + 1] = 0.0
    kept = np.bincount(point, minlength=len(refs))[point] > 1
    kept[last] = True
    kept[last - counts + 1] = True
    _split(step, kept, SPLIT_M)
    at = np.flatnonzero(kept)
    same = way[at[:-1]] == way[at[1:]]
    first, second = at[:-1][same], at[1:][same]
    straight = np.cumsum(step)
    metres, one = straight[second] - straight[first], np.array(ways.one_way)[way[first]]
    forward, backward = np.flatnonzero(one != -1), np.flatnonzero(one != 1)
    start, end = np.concatenate((first[forward], second[backward])), np.concatenate((second[forward], first[backward]))
    length = np.concatenate((metres[forward], metres[backward]))
    real = point[start] != point[end]
    start, end, length = start[real], end[real], length[real]
    nodes, numbered = np.unique(np.concatenate((point[start], point[end])), return_inverse=True)
    spot = np.zeros(len(refs), dtype=np.int64)
    spot[point] = np.arange(len(point))
    shape, shape_start = _between(start, end)
    of = way[start]
    highway = np.array(ways.highway, dtype=np.uint8)[of]
    return RoadNetwork.of(
        lon[spot[nodes]], lat[spot[nodes]], numbered[: len(start)], numbered[len(start) :], length,
        profile.free_flow_seconds(length, highway, np.array(ways.limit)[of]), highway, way=np.array(ways.id)[of], name=np.array(ways.name)[of],
        names=list(ways.names) or np.zeros(0, dtype=np.str_), shape_start=shape_start, shape_lon=lon[shape], shape_lat=lat[shape],
    )  # fmt: skip


@numba.njit(cache=True)
def _split(step: Floats, kept: NDArray[np.bool_], most: float) -> None:
    """Keep a point before the stretch since the last kept one grows beyond `most`."""
    since = 0.0
    for k in range(len(step)):
        since += step[k]
        if not kept[k] and since + step[k + 1] > most:
            kept[k] = True
        if kept[k]:
            since = 0.0


@numba.njit(cache=True)
def _between(start: Longs, end: Longs) -> tuple[Longs, Longs]:
    """Positions strictly between the ends of each arc in its direction, and where each arc's begin."""
    begin = np.zeros(len(start) + 1, dtype=np.int64)
    for arc in range(len(start)):
        begin[arc + 1] = begin[arc] + abs(end[arc] - start[arc]) - 1
    out = np.empty(begin[-1], dtype=np.int64)
    for arc in range(len(start)):
        towards = 1 if end[arc] > start[arc] else -1
        for k in range(begin[arc + 1] - begin[arc]):
            out[begin[arc] + k] = start[arc] + towards * (k + 1)
    return out, begin


def _connected(network: RoadNetwork) -> tuple[RoadNetwork, int]:
    """The largest part in which every node reaches every other, and how many nodes are left out."""
    graph = csr_array((np.ones(network.arcs), (network.tail, network.head)), shape=(network.nodes, network.nodes))
    _, part = connected_components(graph, connection="strong")
    inside = part == np.bincount(part).argmax()
    arcs = np.flatnonzero(inside[network.tail] & inside[network.head])
    number = np.cumsum(inside) - 1
    sizes = np.diff(network.shape_start)[arcs]
    shape_start = np.concatenate(([0], np.cumsum(sizes)))
    shape = np.repeat(network.shape_start[arcs] - shape_start[:-1], sizes) + np.arange(shape_start[-1])
    cut = RoadNetwork.of(
        network.lon[inside], network.lat[inside], number[network.tail[arcs]], number[network.head[arcs]], network.metres[arcs], network.seconds[arcs],
        network.highway[arcs], way=network.way[arcs], name=network.name[arcs], names=network.names,
        shape_start=shape_start, shape_lon=network.shape_lon[shape], shape_lat=network.shape_lat[shape],
    )  # fmt: skip
    return cut, int((~inside).sum())
