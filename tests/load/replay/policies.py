"""The policies that are compared, and the figures of ours, which were chosen on training periods only (docs/dispatch-quality.md)."""

from typing import Final

import numpy as np

from tests.load.replay.world import Policy

AIR: Final = "nearest by air"
ROAD: Final = "nearest by road"
OURS: Final = "ours"
MOVED: Final = "ours + move-up"

LOSS_S: Final = (500.0, 2000.0, 5000.0)
"""Seconds that all demand's losing cover would be worth, by priority: the less urgent the call, the more the rest of the city counts."""

BUSY: Final = 0.2
COST_PER_S: Final = 1e-5
LEAST: Final = 0.001
MOST: Final = 1
TIME_SHARE: Final = 0.2


def policies(*, least: float = LEAST, queue_by_priority: bool = True) -> dict[str, Policy]:
    """The four online policies by name."""

    def one(by: int, *, move_up: bool = False) -> Policy:
        return Policy(by, np.array(LOSS_S), BUSY, move_up, MOST, COST_PER_S, least, True, queue_by_priority)

    return {AIR: one(0), ROAD: one(1), OURS: one(2), MOVED: one(2, move_up=True)}
