"""A road network as arrays, and its file.

An arc is one direction of one stretch of road between two nodes. Arc numbers are stable: closures, routes and files name arcs by them.
"""

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

import numpy as np
from numpy.typing import ArrayLike, NDArray

from services.dispatch.solver.given import InputError, numbers, whole
from services.dispatch.solver.travel import profile
from services.dispatch.solver.travel.places import along_metres

FORMAT = 1
"""Version of the road file."""

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]


def _no_longs() -> Longs:
    return np.zeros(0, dtype=np.int64)


def _no_floats() -> Floats:
    return np.zeros(0)


def _no_names() -> NDArray[np.str_]:
    return np.zeros(0, dtype=np.str_)


@dataclass(frozen=True, slots=True, eq=False)
class RoadNetwork:
    """Nodes in degrees WGS 84; arcs with metres and free-flow seconds. Optional per arc: the OSM way, the name, the shape between its nodes.

    `shape_start` has one entry more than there are arcs (or none): the points between an arc's ends are shape_lon/lat[shape_start[a]:shape_start[a + 1]].
    `name` indexes `names`, -1 for none.
    """

    lon: Floats
    lat: Floats
    tail: Longs
    head: Longs
    metres: Floats
    seconds: Floats
    highway: NDArray[np.uint8]
    way: Longs = field(default_factory=_no_longs)
    name: Longs = field(default_factory=_no_longs)
    names: NDArray[np.str_] = field(default_factory=_no_names)
    shape_start: Longs = field(default_factory=_no_longs)
    shape_lon: Floats = field(default_factory=_no_floats)
    shape_lat: Floats = field(default_factory=_no_floats)

    @classmethod
    def of(
        cls, lon: ArrayLike, lat: ArrayLike, tail: ArrayLike, head: ArrayLike, metres: ArrayLike | None = None, seconds: ArrayLike | None = None,
        highway: ArrayLike | None = None, **rest: ArrayLike,
    ) -> "RoadNetwork":  # fmt: skip
        """Check and freeze. Without metres the distance of the ends is taken, without seconds the class's free flow. InputError names what is wrong."""
        east, north = np.array(numbers("lon", lon, 1)), np.array(numbers("lat", lat, 1))
        tails, heads = _whole("tail", tail), _whole("head", head)
        _check_nodes(east, north)
        _check_ends(tails, heads, len(east))
        kind = np.zeros(len(tails), dtype=np.uint8) if highway is None else np.array(highway, dtype=np.uint8)
        if kind.shape != tails.shape or (len(kind) and kind.max() >= len(profile.CLASSES)):
            raise InputError("highway: one known class per arc")
        length = _ends_metres(east, north, tails, heads) if metres is None else np.array(numbers("metres", metres, 1))
        _check_positive("metres", length, len(tails))
        time = profile.free_flow_seconds(length, kind, np.zeros(len(tails))) if seconds is None else np.array(numbers("seconds", seconds, 1))
        _check_positive("seconds", time, len(tails))
        types = {"names": np.str_, "shape_lon": np.float64, "shape_lat": np.float64}
        more: dict[str, Any] = {key: np.array(value, dtype=types.get(key, np.int64)) for key, value in rest.items()}
        return cls(east, north, tails, heads, length, time, kind, **more)

    def __post_init__(self) -> None:
        arcs = len(self.tail)
        for key, length in (("way", arcs), ("name", arcs), ("shape_start", arcs + 1)):
            if len(getattr(self, key)) not in (0, length):
                raise InputError(f"{key}: {len(getattr(self, key))} entries for {arcs} arcs")
        if len(self.name) and (self.name.min() < -1 or self.name.max() >= len(self.names)):
            raise InputError("name: outside names")
        _check_shape(self.shape_start, self.shape_lon, self.shape_lat)
        for part in fields(self):
            getattr(self, part.name).setflags(write=False)

    @property
    def nodes(self) -> int:
        """How many nodes."""
        return len(self.lon)

    @property
    def arcs(self) -> int:
        """How many arcs."""
        return len(self.tail)

    def save(self, path: Path) -> None:
        """Write one .npz file, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        with part.open("wb") as file:
            np.savez_compressed(file, format=np.int64(FORMAT), **{one.name: getattr(self, one.name) for one in fields(self)})
        part.replace(path)

    @classmethod
    def load(cls, path: Path) -> "RoadNetwork":
        """Read what `save` wrote, and check it. InputError when it is no such file."""
        if not is_zipfile(path):
            raise InputError(f"{path}: not a road file")
        with np.load(path, allow_pickle=False) as stored:
            missing = [name for name in ("format", *(one.name for one in fields(cls))) if name not in stored]
            if missing or int(stored["format"]) != FORMAT:
                raise InputError(f"{path}: not a road file of format {FORMAT} ({', '.join(missing)})")
            return cls.of(**{one.name: stored[one.name] for one in fields(cls)})

    def twins(self, arcs: ArrayLike) -> Longs:
        """All arcs between the same two nodes, in both directions: the whole road, not one lane of it."""
        chosen = np.asarray(arcs, dtype=np.int64)
        low, high = np.minimum(self.tail, self.head), np.maximum(self.tail, self.head)
        key = low * self.nodes + high
        return np.flatnonzero(np.isin(key, key[chosen]))

    def line(self, arc: int) -> tuple[Floats, Floats]:
        """Longitudes and latitudes of an arc, ends included."""
        ends = [self.tail[arc], self.head[arc]]
        if not len(self.shape_start):
            return self.lon[ends], self.lat[ends]
        between = slice(self.shape_start[arc], self.shape_start[arc + 1])
        return (
            np.concatenate((self.lon[ends[:1]], self.shape_lon[between], self.lon[ends[1:]])),
            np.concatenate((self.lat[ends[:1]], self.shape_lat[between], self.lat[ends[1:]])),
        )

    def street(self, arc: int) -> str:
        """Name of an arc's road; empty when it has none."""
        return str(self.names[self.name[arc]]) if len(self.name) and self.name[arc] >= 0 else ""


def _ends_metres(lon: Floats, lat: Floats, tail: Longs, head: Longs) -> Floats:
    pairs_lon, pairs_lat = np.column_stack((lon[tail], lon[head])), np.column_stack((lat[tail], lat[head]))
    return along_metres(pairs_lon.ravel(), pairs_lat.ravel())[::2] if len(tail) else np.zeros(0)


def _whole(key: str, given: ArrayLike) -> Longs:
    made, wrong = whole(key, given, np.int64, 1)
    if wrong:
        raise InputError(f"{key}: {wrong[0].what}")
    return np.array(made)


def _check_nodes(lon: Floats, lat: Floats) -> None:
    if lon.ndim != 1 or lon.shape != lat.shape:
        raise InputError(f"lon, lat: shapes {lon.shape} and {lat.shape}")
    if not (np.isfinite(lon).all() and np.isfinite(lat).all() and (np.abs(lon) <= 180).all() and (np.abs(lat) <= 90).all()):
        raise InputError("lon, lat: not on Earth")


def _check_ends(tail: Longs, head: Longs, nodes: int) -> None:
    if tail.ndim != 1 or tail.shape != head.shape:
        raise InputError(f"tail, head: shapes {tail.shape} and {head.shape}")
    if len(tail) and (min(tail.min(), head.min()) < 0 or max(tail.max(), head.max()) >= nodes):
        raise InputError(f"tail, head: outside the {nodes} nodes")


def _check_positive(key: str, values: Floats, arcs: int) -> None:
    if values.shape != (arcs,):
        raise InputError(f"{key}: shape {values.shape} for {arcs} arcs")
    if not (np.isfinite(values).all() and (values >= 0).all()):
        raise InputError(f"{key}: negative or not finite")


def _check_shape(start: Longs, lon: Floats, lat: Floats) -> None:
    if len(lon) != len(lat):
        raise InputError("shape_lon, shape_lat: lengths differ")
    if len(start) and (start[0] != 0 or start[-1] != len(lon) or (np.diff(start) < 0).any()):
        raise InputError("shape_start: does not partition the shape")
