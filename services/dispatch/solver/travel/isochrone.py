"""Where one gets within so many minutes, as areas for the map.

Every stretch of road that is reached in time is drawn on a grid, cells beside it are added, and the outline is smoothed within the added border: all that is
reached lies inside, and nothing farther than about three cells from a reached road does. A course overview, not a survey: cells are 50 m or more.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.ndimage import binary_closing, binary_dilation

from services.dispatch.solver.given import Trouble, real
from services.dispatch.solver.travel.engine import Engine

CELL_M: Final = 50.0
"""Smallest cell."""

CELLS_ACROSS: Final = 250
"""Cells along the longer side of what is reached; a larger area has larger cells."""

DEGREE_M: Final = 111_195.0
"""Metres of one degree of latitude."""

Floats = NDArray[np.float64]
Ring = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Isochrone:
    """Reached within `seconds`: polygons as GeoJSON MultiPolygon coordinates (outer ring first, degrees), and how many nodes lie within.

    With `troubles` the limit is none, and nothing was looked for.
    """

    seconds: float
    polygons: tuple[tuple[Ring, ...], ...]
    nodes: int
    troubles: tuple[Trouble, ...] = ()


def isochrones(engine: Engine, lon: float, lat: float, seconds: list[float]) -> list[Isochrone]:
    """One for each limit, in the order given. Empty polygons where nothing is reached; a limit that is negative or not finite is answered by its `troubles`."""
    limits = [float(limit) if 0 <= real(limit) < np.inf else None for limit in seconds]
    reached = engine.reach(lon, lat, max((limit for limit in limits if limit is not None), default=0.0))
    return [_one(engine, reached, limit) if limit is not None else _none(at, seconds[at]) for at, limit in enumerate(limits)]


def _none(index: int, limit: float) -> Isochrone:
    return Isochrone(real(limit), (), 0, (Trouble("seconds", index, f"must be a number from 0, is {limit}"),))


def _one(engine: Engine, reached: Floats, limit: float) -> Isochrone:
    nodes = int((reached <= limit).sum())
    east, north = _reached_points(engine, reached, limit)
    if not len(east):
        return Isochrone(limit, (), nodes)
    across = DEGREE_M * np.cos(np.radians(north.mean()))
    x, y = (east - east.mean()) * across, (north - north.mean()) * DEGREE_M
    cell = max(CELL_M, float(max(np.ptp(x), np.ptp(y))) / CELLS_ACROSS)
    shape = _outline(x, y, cell)
    moved = shapely.transform(shape, lambda points: points / (across, DEGREE_M) + (east.mean(), north.mean()))
    parts = moved.geoms if moved.geom_type == "MultiPolygon" else [moved]
    rings = tuple(tuple([(float(a), float(b)) for a, b in ring.coords] for ring in (part.exterior, *part.interiors)) for part in parts)
    return Isochrone(limit, rings, nodes)


def _reached_points(engine: Engine, reached: Floats, limit: float) -> tuple[Floats, Floats]:
    """Points along every arc as far as it is driven in time, close enough to each other to leave no cell out."""
    net, seconds = engine.network, engine.arc_seconds()
    left = limit - reached[net.tail]
    arcs = np.flatnonzero((left >= 0) & np.isfinite(seconds))
    share = np.minimum(left[arcs] / seconds[arcs], 1.0)
    steps = np.maximum(np.ceil(net.metres[arcs] * share / CELL_M).astype(np.int64), 1)
    arc = np.repeat(arcs, steps + 1)
    first = np.repeat(np.cumsum(steps + 1) - (steps + 1), steps + 1)
    part = (np.arange(len(arc)) - first) / np.repeat(steps, steps + 1) * np.repeat(share, steps + 1)
    near = np.flatnonzero(reached <= limit)
    east = net.lon[net.tail[arc]] + part * (net.lon[net.head[arc]] - net.lon[net.tail[arc]])
    north = net.lat[net.tail[arc]] + part * (net.lat[net.head[arc]] - net.lat[net.tail[arc]])
    return np.concatenate((east, net.lon[near])), np.concatenate((north, net.lat[near]))


def _outline(x: Floats, y: Floats, cell: float) -> shapely.Geometry:
    """Outline of the cells that hold a point, two cells wider, small gaps closed."""
    border = 5
    column = np.floor((x - x.min()) / cell).astype(np.int64) + border
    row = np.floor((y - y.min()) / cell).astype(np.int64) + border
    grid = np.zeros((row.max() + border + 1, column.max() + border + 1), dtype=np.bool_)
    grid[row, column] = True
    grid = binary_closing(binary_dilation(grid, iterations=2), iterations=2)
    edges = np.diff(np.pad(grid, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    starts, ends = np.nonzero(edges == 1), np.nonzero(edges == -1)
    cells = shapely.union_all(shapely.box(starts[1], starts[0], ends[1], starts[0] + 1))
    outline: shapely.Geometry = shapely.transform(shapely.simplify(cells, 1.0), lambda points: (points - border) * cell + (x.min(), y.min()))
    return outline
