"""What the supply solver is asked and what it answers: arrays of lots, needs and travel minutes in, shipments with their proof out."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Given = npt.NDArray[Any]
"""An array as the caller hands it in, before it is checked."""


class Tier(IntEnum):
    """How a lot is held (DOMAIN.md RS-05)."""

    PHYSICAL = 0  # 实物储备
    AGREEMENT = 1  # 协议储备
    CAPACITY = 2  # 产能储备


class Why(IntEnum):
    """Why pieces of a need stay unmet."""

    NOT_HELD = 0  # no lot anywhere has the item
    UNREACHABLE = 1  # no store that has it can be driven from
    TOO_LATE = 2  # every reachable lot comes after the latest time, or costs more lateness than going without
    EXHAUSTED = 3  # every lot that comes in time is used up
    HANDLING_FULL = 4  # something is left, in stores that cannot handle another piece


@dataclass(frozen=True, slots=True)
class Lateness:
    """Cost per piece of weight 1 as a piecewise linear function of the minutes late: from `after[k]` minutes on, `rate[k]` per minute."""

    after: Given = field(default_factory=lambda: np.array([0.0]))
    rate: Given = field(default_factory=lambda: np.array([1.0]))


@dataclass(frozen=True, slots=True)
class Lots:
    """What stores can give, one entry per store, item and tier; `ready` is the lead time in minutes, `cost` a price per piece."""

    store: Given
    item: Given
    tier: Given
    quantity: Given
    ready: Given
    cost: Given


@dataclass(frozen=True, slots=True)
class Needs:
    """What places need, one entry per place and item; times in minutes from now, `latest` may be infinite, `penalty` per piece that never comes."""

    place: Given
    item: Given
    quantity: Given
    due: Given
    latest: Given
    weight: Given
    penalty: Given


@dataclass(frozen=True, slots=True)
class SupplyProblem:
    """Who may ship what to whom. `travel[s, p]` minutes (infinite: no road); `volume[i]` per piece; `handling[s]` volume a store moves (infinite: no limit)."""

    travel: Given
    lots: Lots
    needs: Needs
    volume: Given
    handling: Given
    lateness: Lateness = field(default_factory=Lateness)
    effort: float = 0.1
    """Cost of one piece travelling one minute."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong with the input: the field, the first entry (-1 for the whole field), and a reason code."""

    field: str
    entry: int
    reason: str


@dataclass(frozen=True, slots=True)
class Shipments:
    """Pieces of one lot for one need; `arrival` in minutes from now."""

    lot: Whole
    need: Whole
    store: Whole
    item: Whole
    tier: Whole
    place: Whole
    quantity: Whole
    arrival: Floats


@dataclass(frozen=True, slots=True)
class Unmet:
    """Pieces nobody brings, and why (`Why`)."""

    need: Whole
    quantity: Whole
    why: Whole


@dataclass(frozen=True, slots=True)
class SupplyPlan:
    """The answer. `complaints` is empty when the input could be used; `gap` is (objective - bound) / objective; `greedy` the cost of heaviest need first."""

    shipments: Shipments
    unmet: Unmet
    objective: float
    bound: float
    gap: float
    greedy: float
    handling_price: Floats
    """What one more unit of handling volume in each store would save."""
    complaints: tuple[Complaint, ...] = ()

    @property
    def refused(self) -> bool:
        """True when the input could not be used; nothing is shipped then."""
        return bool(self.complaints)
