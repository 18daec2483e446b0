"""How fast roads are driven, by OpenStreetMap highway class.

Free flow: the class speeds of the car profile of the Open Source Routing Machine (profiles/car.lua), which are averages that include crossings; a signed
limit is driven at 80 % of it, as there. Emergency: our choice, no measured Chinese figure is known to us. 道路交通安全法 art. 53 frees vehicles on an urgent
task from limits, lanes, directions and signals as long as it is safe; the gain is large where others keep the car back and small where the road itself does.
For comparison: the Auckland ambulance model of JEMSS drives 1.42 times as fast with lights and sirens on every road.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

CLASSES: Final = (
    "other", "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link",
    "tertiary", "tertiary_link", "unclassified", "residential", "living_street", "service", "track", "pedestrian",
)  # fmt: skip
"""Highway classes; the index is what a road file stores."""

CODE: Final = {name: index for index, name in enumerate(CLASSES)}

FREE_FLOW_KMH: Final = np.array([25, 90, 45, 85, 40, 65, 30, 55, 25, 40, 20, 25, 25, 10, 15, 15, 5], dtype=np.float64)
"""Average speed of a car, km/h."""

EMERGENCY_FACTOR: Final = np.array([1.2, 1.15, 1.1, 1.2, 1.1, 1.3, 1.2, 1.3, 1.2, 1.3, 1.2, 1.2, 1.2, 1.2, 1.2, 1.0, 2.0], dtype=np.float64)
"""How many times as fast an emergency vehicle drives."""

EMERGENCY_TOP_KMH: Final = 110.0
"""A loaded fire engine goes no faster on any road. A class already driven faster keeps its speed."""

LIMIT_SHARE: Final = 0.8
"""Share of a signed limit that is driven on average."""

ACCESS_KMH: Final = 20.0
"""Between the place and the nearest node of the network: yards, lanes, the rest of a street."""

ACCESS_M: Final = 500.0
"""How far from a node a vehicle gets on; the rest is walked."""

WALK_KMH: Final = 4.0
"""Crew on foot with equipment."""

NEAR_M: Final = 5_000.0
"""A place farther than this from every node is off the network: times to and from it are estimated from the distance."""


def free_flow_seconds(metres: NDArray[np.float64], highway: NDArray[np.uint8], limit_kmh: NDArray[np.float64]) -> NDArray[np.float64]:
    """Seconds of a car on each arc; `limit_kmh` is the signed limit, 0 where none is known."""
    kmh = np.where(limit_kmh > 0, LIMIT_SHARE * limit_kmh, FREE_FLOW_KMH[highway])
    return metres / (np.maximum(kmh, 3.0) / 3.6)


def emergency_seconds(metres: NDArray[np.float64], seconds: NDArray[np.float64], highway: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Seconds of an emergency vehicle on each arc: never more than free flow, never faster than EMERGENCY_TOP_KMH unless free flow is."""
    fastest = metres / (EMERGENCY_TOP_KMH / 3.6)
    return np.minimum(seconds, np.maximum(seconds / EMERGENCY_FACTOR[highway], fastest))


def access_seconds(metres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Seconds of a way beside the network: driven for ACCESS_M, walked beyond."""
    driven = np.minimum(metres, ACCESS_M)
    return driven / (ACCESS_KMH / 3.6) + (metres - driven) / (WALK_KMH / 3.6)
