"""What pins leave open of a wave in amounts: demand, who may be put where and what that brings, and the cost that nobody can avoid. Pure arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.dispatch.use_cases.allocation_amounts import Flags, Floats, Longs, Plan, Wave


@dataclass(frozen=True, slots=True)
class Place:
    """Who may be put to one place, what that costs in weighted seconds, and what each brings of its open needs."""

    units: Longs
    cost: Floats
    needs: list[int]
    brings: Floats
    """needs x units: at most what is open"""
    counts: Flags
    """needs x units: it is one of those who come for it"""


class Settled:
    """What pins leave open: demand, places, and the cost that nobody can avoid."""

    def __init__(self, wave: Wave) -> None:
        self.wave, pinned = wave, Plan(wave, ())
        self.got, self.came = pinned.got, pinned.came
        self.free = wave.available & (wave.held < 0)
        self.leave = np.bincount(wave.zone[self.free], minlength=len(wave.reserve)) - wave.reserve
        self.price = wave.weight[wave.needs[:, 0]] * wave.penalty_s / wave.typical[wave.needs[:, 1]]
        """needs: weighted seconds of one missing amount"""
        gives = [self._gives(need) for need in range(len(wave.needs))]
        self.hopeless = np.array([self._hopeless(need, each) for need, each in enumerate(gives)], np.bool_)
        amount, met = wave.needs[:, 2], pinned.covered()
        self.demand = np.where(self.hopeless, 0, amount - np.minimum(self.got, amount))
        self.known = float((self.price * (amount - met))[self.hopeless].sum()) + self._ways()
        self.places = [self._place(place, gives) for place in range(len(wave.places))]

    def _ways(self) -> float:
        """Ways of pinned units, and the wait for the last of them where teams act together."""
        wave, site, unit = self.wave, self.wave.pinned[:, 0], self.wave.pinned[:, 1]
        last = np.zeros(len(wave.weight))
        np.maximum.at(last, site, wave.seconds[site, unit])
        return float((wave.weight[site] * wave.seconds[site, unit]).sum() + (wave.together * last).sum())

    def _gives(self, need: int) -> Longs:
        """units: what each that may be put there brings; with slots a pinned unit serves one need of its site."""
        site = int(self.wave.needs[need, 0])
        may = self.wave.may[site] | (self.wave.slots & (self.wave.held == site))
        return np.where(may, self.wave.gives(need), 0)

    def _hopeless(self, need: int, gives: Longs) -> bool:
        """Whoever comes, no more of it is met than by the pinned units."""
        wave, came = self.wave, self.came[need] + (gives > 0).sum()
        whole = wave.whole[wave.needs[need, 1]] and self.got[need] + gives.sum() < wave.needs[need, 2]
        return bool(not gives.any() or whole or came < wave.least[need])

    def _place(self, place: int, gives: Sequence[Longs]) -> Place:
        wave, site = self.wave, self.wave.site_of[place]
        needs = [need for need in wave.places[place] if not self.hopeless[need]]
        brings = np.array([np.minimum(gives[need], self.demand[need]) for need in needs], np.float64).reshape(len(needs), len(wave.brings))
        counts = np.array([gives[need] > 0 for need in needs], np.bool_).reshape(brings.shape)
        units = np.flatnonzero(counts.any(axis=0))
        cost = np.where(wave.held[units] >= 0, 0.0, wave.weight[site] * wave.seconds[site, units])
        return Place(units, cost, needs, brings[:, units], counts[:, units])
