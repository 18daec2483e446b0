"""Which stretches of road a closure strikes. Imports numpy and shapely: loaded with the first question."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from services.dispatch.model.road_closure import Place
from services.dispatch.solver.travel import RoadNetwork
from services.dispatch.solver.travel.places import EARTH_M

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


class ArcShapes:
    """Every stretch of a network with the points between its ends, ready to be asked for those that touch a shape."""

    def __init__(self, network: RoadNetwork) -> None:
        between = np.diff(network.shape_start) if len(network.shape_start) else np.zeros(network.arcs, np.int64)
        self._first = np.concatenate((np.zeros(1, np.int64), np.cumsum(between + 2)))
        self._degrees = np.empty((int(self._first[-1]), 2))
        starts, ends = self._first[:-1], self._first[1:] - 1
        inner = np.ones(len(self._degrees), np.bool_)
        inner[starts], inner[ends] = False, False
        for axis, (node, shape) in enumerate(((network.lon, network.shape_lon), (network.lat, network.shape_lat))):
            self._degrees[starts, axis], self._degrees[ends, axis] = node[network.tail], node[network.head]
            self._degrees[inner, axis] = shape
        some = len(starts) > 0
        self._low = np.minimum.reduceat(self._degrees, starts, axis=0) if some else np.zeros((0, 2))
        self._high = np.maximum.reduceat(self._degrees, starts, axis=0) if some else np.zeros((0, 2))

    def touching(self, points: Sequence[Place], radius_m: float | None) -> Longs:
        """Stretches that touch the ring's inside, or come within so many metres of the line or point. Flat around the shape: 0.1 % at 50 km."""
        degrees = np.array(points, np.float64)
        middle = degrees.mean(axis=0)
        metres = np.radians(1.0) * EARTH_M * np.array([max(np.cos(np.radians(middle[1])), 1e-6), 1.0])
        shape = _shape((degrees - middle) * metres, radius_m)
        west, south, east, north = shape.bounds
        low, high = np.array([west, south]) / metres + middle, np.array([east, north]) / metres + middle
        near = np.flatnonzero(((self._high >= low) & (self._low <= high)).all(axis=1))
        if not len(near):
            return near
        sizes = self._first[near + 1] - self._first[near]
        which = np.repeat(np.arange(len(near)), sizes)
        at = np.arange(len(which)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + self._first[near][which]
        lines = shapely.linestrings((self._degrees[at] - middle) * metres, indices=which)
        shapely.prepare(shape)
        struck: Longs = near[shapely.intersects(shape, lines)]
        return struck


def _shape(metres: Floats, radius_m: float | None) -> shapely.Geometry:
    if radius_m is None:
        return shapely.make_valid(shapely.Polygon(metres))
    line = shapely.LineString(metres) if len(np.unique(metres, axis=0)) > 1 else shapely.Point(metres[0])
    strip: shapely.Geometry = line.buffer(radius_m)
    return strip
