"""What is wrong with a problem, said field by field, before anything is computed."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from services.dispatch.solver.allocate.problem import MAX_UNITS, Problem
from services.dispatch.solver.given import SHOWN, Trouble
from services.dispatch.solver.given import at as _at

__all__ = ["Trouble", "validate"]

MAX_PAIRS = 200_000_000
MAX_DEMAND = 100_000
MAX_COST = float(1 << 30)


def validate(problem: Problem) -> tuple[Trouble, ...]:
    """Every trouble of the problem; empty when it can be answered. Shapes are judged first: the rest needs them."""
    found = problem.unusable or tuple(_shapes(problem)) or tuple(_sizes(problem))
    if found:
        return found
    found = tuple(_values(problem))
    return found or tuple(_indices(problem)) or tuple(_contradictions(problem))


def _shapes(problem: Problem) -> Iterator[Trouble]:
    units, incidents, cells = problem.units, problem.incidents, problem.cells
    if problem.capabilities.ndim != 2:
        yield Trouble("capabilities", -1, "must be units x capabilities")
    if problem.seconds.shape != (incidents, units):
        yield Trouble("seconds", -1, f"must be incidents x units = {incidents} x {units}, is {problem.seconds.shape}")
    wanted = {"available": units, "zone": units, "last_arrival": incidents}
    wanted |= dict.fromkeys(("cell_capability", "cell_demand", "latest", "min_crew"), cells)
    for field, length in wanted.items():
        shape = getattr(problem, field).shape
        if shape != (length,):
            yield Trouble(field, -1, f"must have {length} entries, has shape {shape}")


def _sizes(problem: Problem) -> Iterator[Trouble]:
    if problem.units > MAX_UNITS:
        yield Trouble("capabilities", -1, f"{problem.units} units, at most {MAX_UNITS}")
    if problem.seconds.size > MAX_PAIRS:
        yield Trouble("seconds", -1, f"{problem.seconds.size} pairs, at most {MAX_PAIRS}")


def _values(problem: Problem) -> Iterator[Trouble]:
    for field in ("max_seconds", "unmet_penalty", "reserve_price"):
        value = getattr(problem, field)
        if not np.isfinite(value) or value < 0:
            yield Trouble(field, -1, f"must be a number from 0, is {value}")
    for field in ("weight", "last_arrival"):
        array = getattr(problem, field)
        yield from _at(field, ~np.isfinite(array) | (array < 0), "must be a number from 0")
    for field in ("cell_demand", "min_crew", "reserve"):
        yield from _at(field, (getattr(problem, field) < 0) | (getattr(problem, field) > MAX_DEMAND), f"must lie in 0 to {MAX_DEMAND}")
    yield from _at("latest", np.isnan(problem.latest) | (problem.latest < 0), "must be a number from 0, or infinite")
    if problem.seconds.size and not float(problem.seconds.min()) >= 0:
        for position in np.flatnonzero(~(problem.seconds.ravel() >= 0))[:SHOWN]:
            yield Trouble(
                "seconds", int(position), f"must be a number from 0, or infinite (incident {position // problem.units}, unit {position % problem.units})"
            )
    for field in ("weight", "last_arrival"):
        highest = max(problem.unmet_penalty, problem.max_seconds) * min(float(getattr(problem, field).max(initial=0.0)), 2 * MAX_COST)
        if highest > MAX_COST:
            yield Trouble(field, -1, f"times seconds reaches {highest:g}, at most {MAX_COST:g} weighted seconds")
    if problem.reserve_price > MAX_COST:
        yield Trouble("reserve_price", -1, f"is {problem.reserve_price:g}, at most {MAX_COST:g} weighted seconds")


def _indices(problem: Problem) -> Iterator[Trouble]:
    yield from _outside("zone", problem.zone, problem.zones)
    yield from _outside("cell_incident", problem.cell_incident, problem.incidents)
    yield from _outside("cell_capability", problem.cell_capability, problem.capabilities.shape[1])
    for field in ("pinned", "forbidden"):
        pairs = getattr(problem, field)
        yield from _outside(field, pairs[:, 0], problem.incidents)
        yield from _outside(field, pairs[:, 1], problem.units)


def _outside(field: str, index: NDArray[np.int64], size: int) -> Iterator[Trouble]:
    yield from _at(field, (index < 0) | (index >= size), f"must lie in 0 to {size - 1}")


def _contradictions(problem: Problem) -> Iterator[Trouble]:
    names = problem.cell_incident * problem.capabilities.shape[1] + problem.cell_capability
    _, first = np.unique(names, return_index=True)
    yield from _at("cell_incident", ~np.isin(np.arange(problem.cells), first), "the incident asks for the capability twice")
    yield from _at("min_crew", problem.min_crew > problem.cell_demand, "the least crew is larger than the demand")
    incident, unit = problem.pinned[:, 0], problem.pinned[:, 1]
    _, first = np.unique(unit, return_index=True)
    yield from _at("pinned", ~np.isin(np.arange(len(unit)), first), "the unit is pinned twice")
    yield from _at("pinned", ~problem.available[unit], "the pinned unit is not available")
    yield from _at("pinned", ~np.isfinite(problem.seconds[incident, unit]), "the pinned unit has no way to the incident")
    way = np.where(np.isfinite(problem.seconds[incident, unit]), problem.seconds[incident, unit], 0.0).astype(np.float64)
    dear = np.maximum(problem.weight, problem.last_arrival)[incident] * way > MAX_COST
    yield from _at("pinned", dear, f"the pinned unit's way weighs more than {MAX_COST:g} weighted seconds")
    banned = problem.forbidden[:, 0] * problem.units + problem.forbidden[:, 1]
    yield from _at("pinned", np.isin(incident * problem.units + unit, banned), "the pair is pinned and forbidden")
