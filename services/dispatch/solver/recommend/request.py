"""What is asked: the units as arrays, the needs of one incident, and the rules of the choice."""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from services.dispatch.solver import given
from services.dispatch.solver.given import InputError, Trouble

BUSY: Final = 0.3
"""Default probability that a crew counted for coverage is busy when a call comes, independently of the others (MEXCLP's q, Daskin 1983).
Our choice within the 0.2 to 0.5 usual in published cases; a district with a record of calls gives its own: busy hours / duty hours."""

LAST_ARRIVAL_SHARE: Final = 0.01
"""In last-arrival mode each unit's own time counts this much beside the last arrival, so that of equal last arrivals the set with less driving goes."""


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """One entry a unit. `counts[u, c]` is how many of capability c unit u brings (crews, boats, pumps); 0 is none.

    `rank` grows with the team's class; `qualifications` is a bit mask. `rest_s` is rest still owed, 0 when rested, NaN when nobody knows (it is not sent
    then); `shift_s` is what is left of its duty time, +inf when nothing limits it. `zone` is where it stands in for coverage, -1 for nowhere. Between calls
    the caller may write into `available`, `rest_s`, `shift_s` and `zone` (a unit becomes busy); what a unit is, is fixed. `troubles`: entries that are no
    such number; with them no question is answered.
    """

    counts: NDArray[np.int32]
    rank: NDArray[np.int32]
    qualifications: NDArray[np.uint64]
    available: NDArray[np.bool_]
    rest_s: NDArray[np.float64]
    shift_s: NDArray[np.float64]
    zone: NDArray[np.int32]
    troubles: tuple[Trouble, ...] = ()
    start_of: NDArray[np.int64] = field(init=False)
    holders: NDArray[np.int64] = field(init=False)
    brings: NDArray[np.int64] = field(init=False)
    held_rank: NDArray[np.int64] = field(init=False)
    held_qualifications: NDArray[np.uint64] = field(init=False)
    first_of: NDArray[np.int64] = field(init=False)
    skills: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        if self.counts.ndim != 2 or self.counts.dtype != np.int32:
            raise InputError("counts: int32, a row for each unit")
        types = {"rank": np.int32, "qualifications": np.uint64, "available": np.bool_, "rest_s": np.float64, "shift_s": np.float64, "zone": np.int32}
        for key, kind in types.items():
            array = getattr(self, key)
            if array.shape != (len(self.counts),) or array.dtype != kind:
                raise InputError(f"{key}: {kind.__name__}, one for each of the {len(self.counts)} units")
        if not self.troubles and (self.counts < 0).any():
            object.__setattr__(self, "troubles", tuple(given.at("counts", (self.counts < 0).ravel(), "negative")))
        self._index()

    def _index(self) -> None:
        """Units by capability (holders[start_of[c]:start_of[c + 1]] with what each brings and is); capabilities by unit
        (skills[first_of[u]:first_of[u + 1]])."""
        capability, holder = np.nonzero(self.counts.T)
        unit, skill = np.nonzero(self.counts)
        built: dict[str, NDArray[Any]] = {
            "start_of": np.searchsorted(capability, np.arange(self.counts.shape[1] + 1)),
            "holders": holder,
            "brings": self.counts[holder, capability],
            "held_rank": self.rank[holder],
            "first_of": np.searchsorted(unit, np.arange(len(self.counts) + 1)),
            "skills": skill,
        }
        for key, array in built.items():
            object.__setattr__(self, key, array.astype(np.int64))
        object.__setattr__(self, "held_qualifications", self.qualifications[holder])

    def __len__(self) -> int:
        return len(self.counts)

    def qualify(self, masks: object) -> None:
        """The units' qualifications by other bits."""
        self.qualifications[:] = np.asarray(masks, np.uint64)
        self.held_qualifications[:] = self.qualifications[self.holders]

    @classmethod
    def of(
        cls, counts: object, *, rank: object = None, qualifications: object = None, available: object = None, rest_s: object = None,
        shift_s: object = None, zone: object = None,
    ) -> "Units":  # fmt: skip
        """From anything like arrays: by default unranked, unqualified, available, rested, without end of shift, outside every zone.

        InputError when something is no array of numbers, or not one for each unit.
        """
        table, troubles = given.whole("counts", counts, np.int32, 2, 0)
        size = len(table)

        def one(key: str, values: object, kind: type[np.integer[Any]], default: int) -> NDArray[Any]:
            nonlocal troubles
            if values is None:
                return np.full(size, default, dtype=kind)
            made, wrong = given.whole(key, values, kind, 1)
            troubles += wrong
            return made

        def time(key: str, values: object, default: float) -> NDArray[np.float64]:
            return np.full(size, default) if values is None else given.numbers(key, values, 1)

        ranks, masks, places = one("rank", rank, np.int32, 0), one("qualifications", qualifications, np.uint64, 0), one("zone", zone, np.int32, -1)
        free = one("available", available, np.int8, 1).astype(np.bool_)
        return cls(table, ranks, masks, free, time("rest_s", rest_s, 0.0), time("shift_s", shift_s, np.inf), places, troubles)


@dataclass(frozen=True, slots=True)
class Need:
    """So much of a capability, by teams of at least this rank that hold all these qualifications.

    `whole`: only the full count helps; what falls short of it counts as nothing.
    """

    capability: int
    count: int = 1
    min_rank: int = -(2**31)
    qualifications: int = 0
    whole: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """What leaving costs the places left. `demand[z, c]` is the expected demand for capability c in zone z (calls a day, people, any measure).

    With n free crews that bring c in z, each busy with probability `busy`, the expected demand that finds a free crew is demand * (1 - busy ** n); sending
    crews loses the difference. `weight` is how many seconds of arrival one unit of lost demand is worth, already divided by the incident's priority weight.
    """

    demand: NDArray[np.float64]
    weight: float
    busy: float = BUSY


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """How to choose.

    `slots`: a unit serves one need only; by default it covers all it can. `together`: the teams act only when the last has come, so the last arrival counts.
    `latest_s`: who comes later does not count. `work_s`: duty time a unit must have left on arrival. `declined`: units not to be asked again.
    `alternatives`: how many other sets to give. `within_s`: seconds of computing after which needs beyond the exact table are answered by the best found so
    far, with its proven gap; ordinary needs take milliseconds whatever it is.
    """

    slots: bool = False
    together: bool = False
    latest_s: float = np.inf
    work_s: float = 0.0
    declined: frozenset[int] = frozenset()
    coverage: Coverage | None = None
    alternatives: int = 2
    last_arrival_share: float = field(default=LAST_ARRIVAL_SHARE)
    within_s: float = 2.0
