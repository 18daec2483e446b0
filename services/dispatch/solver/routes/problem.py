"""What the route solver is asked and what it answers: a matrix of seconds, vehicles and stops in, routes with times and loads out."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Given = npt.NDArray[Any]
"""An array as the caller hands it in, before it is checked."""
Orders = dict[int, list[int]]
"""What an engine answers: per entity the parts it serves, in order."""

ALONE = -1
"""Convoy of a vehicle that drives alone, and of a stop anybody may serve."""
FAR = 10_000_000
"""Seconds that stand for 'no road'; every shift ends before them."""


class Why(IntEnum):
    """Why a stop, or a part of it, is not served."""

    NO_VEHICLE = 0  # no vehicle may serve it, or none has room in a dimension it needs
    NO_ROAD = 1  # no vehicle has a road there and back
    TOO_LATE = 2  # even alone on the route nobody comes inside its window and is back by the end of the shift
    FLEET_BUSY = 3  # somebody could, but everybody who could is needed elsewhere or is full


@dataclass(frozen=True, slots=True)
class Vehicles:
    """One entry per vehicle: places of start and end, `capacity[v, d]` in whole units, shift in seconds, speed (1 = as the matrix says), convoy or ALONE.

    Vehicles of one convoy drive as one: capacities add up, the slowest sets the speed, the shift is what all of them have in common.
    """

    start: Given
    end: Given
    capacity: Given
    shift_from: Given
    shift_until: Given
    speed: Given
    convoy: Given


@dataclass(frozen=True, slots=True)
class Stops:
    """One entry per stop: place, `amount[s, d]`, window and service in seconds, penalty (seconds of driving) when left out, convoy bound to it or ALONE."""

    place: Given
    amount: Given
    earliest: Given
    latest: Given
    service: Given
    penalty: Given
    convoy: Given


@dataclass(frozen=True, slots=True)
class RouteProblem:
    """`seconds[a, b]` of driving between places, infinite where there is no road."""

    seconds: Given
    vehicles: Vehicles
    stops: Stops


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong with the input: the field, the first entry (-1 for the whole field), and a reason code."""

    field: str
    entry: int
    reason: str


@dataclass(frozen=True, slots=True)
class Route:
    """One vehicle's (or convoy's) way: stops in order, start of service at each, what is unloaded there, and its times and total load."""

    vehicles: Whole
    stop: Whole
    arrival: Whole
    start: Whole
    amount: Whole
    load: Whole
    leaves: int
    returns: int
    driving: int


@dataclass(frozen=True, slots=True)
class Unserved:
    """Stops (or what is left of a split stop) nobody serves, the amounts, and why (`Why`)."""

    stop: Whole
    amount: Whole
    why: Whole


@dataclass(frozen=True, slots=True)
class RoutePlan:
    """The answer: `driving` seconds of all routes, `cost` = driving + penalties of what is left out."""

    routes: tuple[Route, ...]
    unserved: Unserved
    driving: int
    cost: int
    complaints: tuple[Complaint, ...] = ()

    @property
    def refused(self) -> bool:
        """True when the input could not be used; there are no routes then."""
        return bool(self.complaints)
