"""What is answered."""

from dataclasses import dataclass
from enum import StrEnum

from services.dispatch.solver.given import Trouble


class Why(StrEnum):
    """Why a need stays open: what keeps the most from going."""

    NONE_EXIST = "none_exist"
    NONE_QUALIFIED = "none_qualified"
    DECLINED = "declined"
    NONE_AVAILABLE = "none_available"
    ALL_RESTING = "all_resting"
    SHIFT_ENDS = "shift_ends"
    NONE_REACHABLE = "none_reachable"
    TOO_LATE = "too_late"
    TOO_FEW = "too_few"
    """Everyone who could go goes, for this need or another one, and it is not enough."""
    WHOLE_SHORT = "whole_short"
    """Only the whole helps, and all who could go together do not make it."""
    WHOLE_TAKEN = "whole_taken"
    """Only the whole helps, and who could make it serves other needs."""
    SEVERAL = "several"
    """Nobody could go, for more than one of the reasons."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A unit to send and the figures behind it. Units are row numbers.

    `serves`: (need, how many of it) pairs. `rank` of `capable`: it is the rank-th nearest of those who could go for its first need.
    `next_unit` could take its place with the others as they are, for `next_extra` more of the objective; -1 where no single unit could.
    Then `instead` is the best other set that meets as much, where one was looked for (Rules.alternatives), and `irreplaceable` says that none exists.
    `left_in_zone`: free crews with that capability that stay in its zone; None outside every zone.
    """

    unit: int
    seconds: float
    serves: tuple[tuple[int, int], ...]
    coverage_loss: float
    coverage_cost: float
    rank: int
    capable: int
    next_unit: int
    next_seconds: float
    next_extra: float
    left_in_zone: int | None
    instead: tuple[int, ...] = ()
    irreplaceable: bool = False


@dataclass(frozen=True, slots=True)
class Unmet:
    """A need that stays open by `missing`. The counts say what became of the units that have the capability; they add up to `exist`."""

    need: int
    capability: int
    missing: int
    why: Why
    exist: int
    unqualified: int
    declined: int
    unavailable: int
    resting: int
    shift_ends: int
    unreachable: int
    too_late: int
    could_go: int


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another set of units and its objective: the best one without `instead_of`."""

    units: tuple[int, ...]
    seconds: tuple[float, ...]
    objective: float
    missing: int
    instead_of: int


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The best set. `objective` is in seconds: arrival times (or the last arrival) plus coverage cost, for the part that can be met.

    `bound` is proven: no set that meets as much costs less. They are equal when `proven`; else `objective - bound` is the gap.
    With `troubles` the question makes no sense: nothing was computed and nobody is sent.
    """

    chosen: tuple[Chosen, ...]
    unmet: tuple[Unmet, ...]
    objective: float
    bound: float
    proven: bool
    last_arrival: float
    coverage_loss: float
    alternatives: tuple[Alternative, ...]
    troubles: tuple[Trouble, ...] = ()

    @property
    def gap(self) -> float:
        """Seconds between what is proposed and what is proven."""
        return self.objective - self.bound
