"""Overrides 与推荐不一致的派遣: how often those who send units go against the advice."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DispatcherOverrides:
    """Offers of one dispatcher: all, those with a known recommendation, of these the ones to other units, and those by advice without units set aside."""

    dispatcher: str
    offers: int
    advised: int
    not_recommended: int
    set_aside: int


@dataclass(frozen=True, slots=True)
class OverrideStatistics:
    """Offers of a period."""

    offers: int
    advised: int
    not_recommended: int
    set_aside: int
    without_capability: int
    dispatchers: Sequence[DispatcherOverrides]
