"""Places on the globe as points in metres, and the nearest node of a network."""

from dataclasses import dataclass
from typing import Final

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from services.dispatch.solver.given import InputError, Trouble, at, numbers, whole
from services.dispatch.solver.travel import profile

EARTH_M: Final = 6_371_008.8
"""Mean radius."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Places:
    """Places in degrees WGS 84. A place that is unknown (NaN) or not on Earth is kept, and `known` is False for it."""

    lon: Floats
    lat: Floats
    xyz: Floats
    known: NDArray[np.bool_]

    @classmethod
    def of(cls, lon: ArrayLike, lat: ArrayLike) -> "Places":
        """From longitudes and latitudes, one or many. InputError when their numbers differ."""
        east, north = (numbers("lon, lat", given, 1) for given in (lon, lat))
        if east.shape != north.shape:
            raise InputError(f"lon, lat: shapes {east.shape} and {north.shape} differ")
        known = np.isfinite(east) & np.isfinite(north) & (np.abs(east) <= 180) & (np.abs(north) <= 90)
        return cls(east, north, on_sphere(np.where(known, east, 0.0), np.where(known, north, 0.0)), known)

    def __len__(self) -> int:
        return len(self.lon)


def movers(index: ArrayLike, count: int, fresh: Places) -> tuple[Ints, Ints, tuple[Trouble, ...]]:
    """Of units that moved to as many fresh places: those that exist, which places are theirs, and what is none of the `count` units.

    InputError when there are not as many places as units.
    """
    given, unusable = whole("index", index, np.int64, 1, least=0)
    if len(given) != len(fresh):
        raise InputError(f"index: {len(given)} units for {len(fresh)} places")
    beyond = given >= count
    troubles = (*unusable, *at("index", beyond, f"outside the {count} units"))
    beyond[[one.index for one in unusable]] = True
    return given[~beyond], np.flatnonzero(~beyond), troubles


def on_sphere(lon: Floats, lat: Floats) -> Floats:
    """Points in metres from the centre of the Earth, one row a place."""
    east, north = np.radians(lon), np.radians(lat)
    flat = EARTH_M * np.cos(north)
    return np.column_stack((flat * np.cos(east), flat * np.sin(east), EARTH_M * np.sin(north)))


def arc_metres(chord: Floats) -> Floats:
    """Metres on the ground of a straight line through the Earth."""
    return 2 * EARTH_M * np.arcsin(np.minimum(chord / (2 * EARTH_M), 1.0))


def crow_metres(origins: Places, targets: Places) -> Floats:
    """Great-circle distances, one row an origin; +inf where a place is unknown."""
    out = np.empty((len(origins), len(targets)))
    _crow(origins.xyz, targets.xyz, origins.known, targets.known, out)
    return out


@numba.njit(cache=True, nogil=True)
def _crow(origin: Floats, target: Floats, from_known: NDArray[np.bool_], to_known: NDArray[np.bool_], out: Floats) -> None:
    """From coordinate differences: exact for near places too, where a scalar product would cancel."""
    for i in range(len(origin)):
        for j in range(len(target)):
            x, y, z = origin[i, 0] - target[j, 0], origin[i, 1] - target[j, 1], origin[i, 2] - target[j, 2]
            chord = np.sqrt(x * x + y * y + z * z)
            out[i, j] = 2 * EARTH_M * np.arcsin(min(chord / (2 * EARTH_M), 1.0)) if from_known[i] and to_known[j] else np.inf


def along_metres(lon: Floats, lat: Floats) -> Floats:
    """Metres between each place and the next."""
    points = on_sphere(lon, lat)
    return arc_metres(np.sqrt(((points[1:] - points[:-1]) ** 2).sum(axis=1)))


@dataclass(frozen=True, slots=True)
class Snapped:
    """Places with their nearest node. Off the network `node` is -1 and `access` is +inf."""

    places: Places
    node: Ints
    access: Floats

    def __len__(self) -> int:
        return len(self.node)


class NodeIndex:
    """Nearest node of a network, exact on the sphere."""

    def __init__(self, lon: Floats, lat: Floats) -> None:
        self._tree = cKDTree(on_sphere(lon, lat)) if len(lon) else None

    def snap(self, places: Places) -> Snapped:
        """The nearest node of each place within NEAR_M, and the seconds from the place to it."""
        if self._tree is None:
            return Snapped(places, np.full(len(places), -1, dtype=np.int64), np.full(len(places), np.inf))
        metres, node = self._tree.query(places.xyz, distance_upper_bound=profile.NEAR_M)
        near = places.known & np.isfinite(metres)
        access = np.where(near, profile.access_seconds(np.where(near, metres, 0.0)), np.inf)
        return Snapped(places, np.where(near, node, -1).astype(np.int64), access)
