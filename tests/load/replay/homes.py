"""Home posts of units beyond those the data names."""

import numpy as np

from services.dispatch.solver.redeploy import Posts
from services.dispatch.solver.redeploy.layout import counted, gains_of_one_more
from tests.load.replay.world import Longs


def homes(given: Longs, units: int, posts: Posts, busy: float = 0.45) -> Longs:
    """The first ones as given, further ones one by one where the expected price of a call falls most. A fleet's day-long layout: `busy` is its workload."""
    out = given[:units].tolist()
    while len(out) < units:
        count = counted(np.array(out, dtype=np.int64), len(posts))
        gain = gains_of_one_more(count, posts.order, posts.price, posts.weight, posts.none, busy, -1)[1]
        out.append(int(gain.argmax()))
    return np.array(out, dtype=np.int64)
