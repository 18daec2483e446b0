"""What the roads say: how many are loaded, ways along them, and what is reached in time."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.dispatch.model.advice import Basis, Place

Ring = Sequence[Place]


@dataclass(frozen=True, slots=True)
class Network:
    """The roads that times are found on; without any, only the estimate counts."""

    loaded: bool
    nodes: int
    arcs: int
    source: str
    travel: Basis
    closed_arcs: int
    slowed_arcs: int
    estimate_start_s: float
    estimate_speed_mps: float


@dataclass(frozen=True, slots=True)
class Way:
    """A quickest way; times and metres are None where there is none."""

    travel_s: float | None
    distance_m: float | None
    line: Sequence[Place]
    streets: Sequence[str]
    estimated: bool
    travel: Basis


@dataclass(frozen=True, slots=True)
class Area:
    """What is reached within so many minutes: parts, each an outer ring and its holes."""

    minutes: float
    parts: Sequence[Sequence[Ring]]


@dataclass(frozen=True, slots=True)
class Reach:
    """Areas for several limits."""

    isochrones: Sequence[Area]
    estimated: bool
    travel: Basis
