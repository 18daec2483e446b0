"""A way on the map."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.dispatch.solver.travel.network import RoadNetwork
from services.dispatch.solver.travel.places import Places, along_metres


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """From place to place: seconds, metres, the line in degrees, the arcs and the streets' names in order.

    Unreachable: seconds is +inf and the line empty. `estimated`: an end is off the network, the line is straight.
    """

    seconds: float
    metres: float
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    arcs: NDArray[np.int64]
    streets: tuple[str, ...] = ()
    estimated: bool = False


NOWHERE = Route(float("inf"), float("inf"), np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.int64))
"""No way."""


def straight(seconds: float, ends: Places, *, estimated: bool) -> Route:
    """The straight line between two places."""
    metres = float(along_metres(ends.lon, ends.lat)[0])
    return Route(seconds, metres, ends.lon, ends.lat, np.zeros(0, dtype=np.int64), estimated=estimated)


def along(network: RoadNetwork, arcs: NDArray[np.int64], ends: Places, seconds: float) -> Route:
    """The line from the first place along the arcs to the second."""
    lines = [network.line(int(arc)) for arc in arcs]
    lon = np.concatenate((ends.lon[:1], *(line[0] for line in lines), ends.lon[1:]))
    lat = np.concatenate((ends.lat[:1], *(line[1] for line in lines), ends.lat[1:]))
    fresh = np.concatenate(([True], (np.diff(lon) != 0) | (np.diff(lat) != 0)))
    lon, lat = lon[fresh], lat[fresh]
    streets: list[str] = []
    for street in (network.street(int(arc)) for arc in arcs):
        if street and (not streets or streets[-1] != street):
            streets.append(street)
    return Route(seconds, float(along_metres(lon, lat).sum()), lon, lat, arcs, tuple(streets))
