"""Where calls are answered: the places, times and rules of a service as arrays that compiled code reads. The same for roads and for an estimate.

Places are numbered nodes. A site is a node where calls come from. Times are tenths of a second in 16 bits (109 minutes at most).
"""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
NO_WAY_DS = 65_535


class World(NamedTuple):
    """A service. First axis of `drive_ds`: 0 with lights and sirens, 1 without."""

    xyz: Floats
    """Of each node, metres."""
    drive_ds: NDArray[np.uint16]
    """[mode, site, node]: tenths of a second from the node to the site."""
    site_node: Longs
    post_node: Longs
    post_s: NDArray[np.float32]
    """[post, node]: seconds from the node to the post without lights."""
    post_next: NDArray[np.int32]
    """[post, node]: the next node on the way to the post."""
    home: Longs
    """Home post of each unit."""
    hospital: Longs
    """Of each site: node of the hospital patients are taken to."""
    hospital_s: Floats
    cell_site: Longs
    """Sites that stand for the demand in coverage."""
    cell_weight: Floats
    priority_mode: Longs
    """Mode of the drive to a call, by priority."""
    standard_s: Floats
    """A drive longer than this is late, by priority (the standard less the time before the drive)."""
    delay_s: float
    """From the call to the drive."""
    order: Longs
    price: Floats
    weight: Floats
    room: Longs
    none: float
    """The five of redeploy.Posts."""


class Calls(NamedTuple):
    """Calls in order of time, and everything about them that no decision changes (common random numbers)."""

    time: Floats
    site: Longs
    priority: Longs
    need: Longs
    scene_s: Floats
    taken: NDArray[np.bool_]
    """Whether a patient is taken to hospital."""
    handover_s: Floats
    factor: Floats
    """How much longer than the model the drive to this call took in truth; 1 where nothing is known."""


class Policy(NamedTuple):
    """How units are chosen and moved."""

    by: int
    """0 nearest by air, 1 nearest by road, 2 ours: seconds + weight[priority] * expected demand lost."""
    loss_weight: Floats
    busy: float
    move_up: bool
    most: int
    cost_per_s: float
    least: float
    soonest: bool
    queue_by_priority: bool


@numba.njit(cache=True, nogil=True)
def advanced(node: int, since: float, post: int, now: float, world: World) -> tuple[int, float]:
    """The last node passed by `now` on the way to the post that left `node` at `since`, and when it was passed."""
    goal = world.post_node[post]
    while node != goal:
        following = world.post_next[post, node]
        step = world.post_s[post, node] - world.post_s[post, following]
        if following == node or since + step > now:
            break
        node, since = following, since + step
    return node, since


@numba.njit(cache=True, nogil=True)
def crow_m(one: int, other: int, world: World) -> float:
    """Straight distance of two nodes."""
    x = world.xyz[one, 0] - world.xyz[other, 0]
    y = world.xyz[one, 1] - world.xyz[other, 1]
    z = world.xyz[one, 2] - world.xyz[other, 2]
    return float(np.sqrt(x * x + y * y + z * z))
