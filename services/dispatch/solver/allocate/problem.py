"""The question: which of the available units goes to which incident, when incidents compete for units.

Everything is a frozen array. An incident asks for capabilities in cells (incident, capability, how many units). A unit has several
capabilities and goes to one incident at most. Times are seconds, weights are per incident, the objective is in weighted seconds:

    sum over pairs sent         weight x seconds
  + sum over cells              weight x unmet penalty x units missing
  + sum over zones              reserve price x units missing from the zone's reserve
  + sum over incidents          last-arrival weight x seconds until the last unit sent is there

Model "slots": a unit fills one slot of one cell. Model "cover": a unit counts for every capability it has that its incident asks for.
"""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from services.dispatch.solver.given import Trouble, at, numbers, real, whole

Floats = NDArray[np.float64]
Seconds = NDArray[np.float32]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]

NO_PAIRS: Indices = np.zeros((0, 2), np.int64)

MAX_UNITS = 1 << 18

ROWS = 2
"""Dimensions of a table."""

OPTIONAL = ("zone", "available", "last_arrival", "latest", "min_crew", "reserve", "reserve_price", "pinned", "forbidden")
"""What restricts nothing unless it is given."""


class Reader:
    """Arrays from anything, and what could not be one."""

    def __init__(self) -> None:
        self.troubles: list[Trouble] = []

    def flags(self, field: str, given: ArrayLike, dimensions: int) -> Flags:
        """True and false; neither is not a number."""
        made = self.floats(field, given, dimensions)
        self.troubles.extend(at(field, np.isnan(made).ravel(), "must be true or false"))
        return np.asarray(made != 0)

    def floats(self, field: str, given: ArrayLike, dimensions: int) -> Floats:
        """Floats; none where they cannot be. A single row may be given for a table."""
        try:
            return numbers(field, [given] if np.ndim(given) == 1 and dimensions == ROWS else given, dimensions)
        except ValueError as error:
            self.troubles.append(Trouble(field, -1, str(error)))
            return np.zeros((0,) * dimensions)

    def times(self, field: str, given: ArrayLike, rows: int, columns: int) -> Seconds:
        """Seconds in rows and columns; as they are when they are of another shape."""
        try:
            with np.errstate(over="ignore"):
                made = np.asarray(given, np.float32)
        except (ValueError, TypeError, OverflowError):
            self.troubles.append(Trouble(field, -1, "not numbers in rows of one length"))
            return np.zeros((0, 0), np.float32)
        return made.reshape(rows, columns) if made.size == rows * columns else made

    def longs(self, field: str, given: ArrayLike, columns: int | None = None) -> Indices:
        """Whole numbers, in rows of so many columns; none where they cannot be, 0 for an entry that is none."""
        try:
            made, wrong = whole(field, given, np.int64, 1 if columns is None else np.ndim(given))
            shaped = made if columns is None else made.reshape(-1, columns)
        except ValueError:
            shape = "rows of one length" if columns is None else f"rows of {columns}"
            self.troubles.append(Trouble(field, -1, f"not whole numbers in {shape}"))
            return np.zeros((0,) if columns is None else (0, columns), np.int64)
        self.troubles.extend(wrong)
        return shaped


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One wave of allocation. Indices of units, incidents, cells and zones are positions; `Problem.of` fills what is not asked for."""

    capabilities: Flags
    """units x capabilities: what a unit can do."""
    available: Flags
    """units: may be sent at all (on duty, rested, not bound elsewhere)."""
    zone: Indices
    """units: the zone whose reserve the unit counts for."""
    weight: Floats
    """incidents: how much a second of waiting weighs."""
    last_arrival: Floats
    """incidents: weight of the moment the last unit arrives, for teams that act together; 0 where each unit acts as it comes."""
    cell_incident: Indices
    cell_capability: Indices
    cell_demand: Indices
    """cells: units wanted; 0 for a cell that is closed."""
    latest: Floats
    """cells: seconds after which a unit no longer counts; infinite without a window. There is no earliest: who is early waits at no cost."""
    min_crew: Indices
    """cells: so many units or none count; 0 and 1 mean that each counts."""
    seconds: Seconds
    """incidents x units: travel time; infinite where there is no way."""
    max_seconds: float
    """No unit is sent further than this (a pinned one is)."""
    unmet_penalty: float
    """Seconds that a missing unit is counted as."""
    reserve: Indices
    """zones: units that should stay."""
    reserve_price: float
    """Weighted seconds that a unit missing from a zone's reserve costs."""
    pinned: Indices
    """pairs (incident, unit) that stay as they are."""
    forbidden: Indices
    """pairs (incident, unit) that must not be."""
    unusable: tuple[Trouble, ...] = ()
    """what was given and is no array of such numbers; nothing is computed with it"""

    @classmethod
    def of(
        cls,
        *,
        capabilities: ArrayLike,
        weight: ArrayLike,
        cells: ArrayLike,
        seconds: ArrayLike,
        max_seconds: float = 5400.0,
        unmet_penalty: float = 7200.0,
        **given: Any,
    ) -> Self:
        """A problem from anything array-like: `cells` are rows (incident, capability, demand); what is not given restricts nothing.

        What cannot be an array of such numbers stands as nothing and is named in `unusable`: `allocate` answers with it.
        """
        read = Reader()
        for name in sorted(set(given) - set(OPTIONAL)):
            read.troubles.append(Trouble(name, -1, "there is no such field"))
        able = read.flags("capabilities", capabilities, ROWS)
        weights = read.floats("weight", weight, 1)
        table = read.longs("cells", cells, 3)
        units, wanted = len(able), len(table)
        zone = read.longs("zone", given.get("zone", np.zeros(units)))
        zones = min(int(zone.max(initial=-1)) + 1, MAX_UNITS)
        return cls(
            capabilities=able,
            available=read.flags("available", given.get("available", np.ones(units)), 1),
            zone=zone,
            weight=weights,
            last_arrival=read.floats("last_arrival", given.get("last_arrival", np.zeros(len(weights))), 1),
            cell_incident=np.ascontiguousarray(table[:, 0]),
            cell_capability=np.ascontiguousarray(table[:, 1]),
            cell_demand=np.ascontiguousarray(table[:, 2]),
            latest=read.floats("latest", given.get("latest", np.full(wanted, np.inf)), 1),
            min_crew=read.longs("min_crew", given.get("min_crew", np.zeros(wanted))),
            seconds=read.times("seconds", seconds, len(weights), units),
            max_seconds=real(max_seconds),
            unmet_penalty=real(unmet_penalty),
            reserve=read.longs("reserve", given.get("reserve", np.zeros(zones))),
            reserve_price=real(given.get("reserve_price", 0.0)),
            pinned=read.longs("pinned", given.get("pinned", NO_PAIRS), 2),
            forbidden=read.longs("forbidden", given.get("forbidden", NO_PAIRS), 2),
            unusable=tuple(read.troubles),
        )

    @property
    def units(self) -> int:
        """How many units there are, available or not."""
        return len(self.capabilities)

    @property
    def incidents(self) -> int:
        """How many incidents there are."""
        return len(self.weight)

    @property
    def cells(self) -> int:
        """How many (incident, capability) pairs are asked for."""
        return len(self.cell_incident)

    @property
    def zones(self) -> int:
        """How many zones keep a reserve."""
        return len(self.reserve)

    @property
    def reach(self) -> Floats:
        """cells: the longest travel time that counts."""
        return np.minimum(self.latest, self.max_seconds)

    @property
    def missing_cost(self) -> Floats:
        """cells: weighted seconds that one missing unit costs."""
        return np.asarray(self.weight[self.cell_incident] * self.unmet_penalty, np.float64)

    def pinned_incident(self) -> Indices:
        """units: the incident a unit is pinned to, or -1."""
        found = np.full(self.units, -1, np.int64)
        found[self.pinned[:, 1]] = self.pinned[:, 0]
        return found

    def closed(self, incident: int) -> Self:
        """The problem with nothing more asked for at the incident; its pins fall away."""
        demand = np.where(self.cell_incident == incident, 0, self.cell_demand)
        return replace(self, cell_demand=demand, min_crew=np.minimum(self.min_crew, demand), pinned=self.pinned[self.pinned[:, 0] != incident])

    def without(self, unit: int) -> Self:
        """The problem with the unit lost; its pins fall away."""
        available = self.available.copy()
        available[unit] = False
        return replace(self, available=available, pinned=self.pinned[self.pinned[:, 1] != unit])

    def pinning(self, incident: int, unit: int) -> Self:
        """The problem with the unit held at the incident."""
        return replace(self, pinned=np.vstack([self.pinned[self.pinned[:, 1] != unit], [[incident, unit]]]))

    def forbidding(self, incident: int, unit: int) -> Self:
        """The problem with the pair excluded."""
        return replace(self, forbidden=np.vstack([self.forbidden, [[incident, unit]]]))
