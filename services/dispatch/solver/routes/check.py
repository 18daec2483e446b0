"""Refuses input no route can be made from, with the field, the entry and the reason; nothing is repaired silently."""

from collections.abc import Iterator

import numpy as np

from services.dispatch.solver.routes.problem import FAR, Complaint, Floats, Given, RouteProblem, Stops, Vehicles

MOST = 1_000_000_000
PLACES = 5_000
"""Most places of one matrix."""
PARTS = 20_000
"""Most stops after splitting."""


def complaints(problem: RouteProblem) -> tuple[Complaint, ...]:
    """Everything wrong with the input, shapes first: values are looked at only when the shapes agree."""
    return tuple(_shapes(problem)) or tuple(_values(problem)) or tuple(_together(problem))


def _columns(problem: RouteProblem) -> Iterator[tuple[str, Given]]:
    yield "seconds", problem.seconds
    yield from ((f"vehicles.{name}", getattr(problem.vehicles, name)) for name in Vehicles.__slots__)
    yield from ((f"stops.{name}", getattr(problem.stops, name)) for name in Stops.__slots__)


def _numeric(value: object) -> bool:
    try:
        return np.asarray(value).dtype.kind in "iuf"
    except ValueError:  # ragged rows
        return False


def _shapes(problem: RouteProblem) -> Iterator[Complaint]:
    wrong = [name for name, value in _columns(problem) if not _numeric(value)]
    yield from (Complaint(name, -1, "NOT_NUMBERS") for name in wrong)
    if wrong:
        return
    size = np.shape(problem.seconds)
    if len(size) != 2 or size[0] != size[1]:
        yield Complaint("seconds", -1, "NOT_SQUARE")
    elif size[0] > PLACES:
        yield Complaint("seconds", -1, "TOO_LARGE")
    capacity, amount = np.shape(problem.vehicles.capacity), np.shape(problem.stops.amount)
    if len(capacity) != 2 or len(amount) != 2 or capacity[1] != amount[1]:
        yield Complaint("stops.amount", -1, "DIMENSIONS_DIFFER")
        return
    for name, column in _columns(problem):
        length = capacity[0] if name.startswith("vehicles") else amount[0]
        if name not in ("seconds", "vehicles.capacity", "stops.amount") and np.shape(column) != (length,):
            yield Complaint(name, -1, "LENGTH_DIFFERS")


def _values(problem: RouteProblem) -> Iterator[Complaint]:
    places = np.shape(problem.seconds)[0]
    for name, column in _columns(problem):
        values: Floats = np.asarray(column, dtype=np.float64)
        flat = values.ravel()
        low = -1.0 if name.endswith("convoy") else 0.0
        infinite = name in ("seconds", "stops.latest", "vehicles.shift_until")
        tests = {
            "NOT_A_NUMBER": np.isnan(flat),
            "NEGATIVE": flat < low,
            "NOT_FINITE": np.isinf(flat) if not infinite else np.zeros(flat.shape, dtype=bool),
            "TOO_LARGE": (flat > MOST) & np.isfinite(flat),
        }
        if name in ("vehicles.start", "vehicles.end", "stops.place"):
            tests["NO_SUCH_PLACE"] = flat >= places
        if name not in ("seconds", "vehicles.speed"):
            tests["NOT_WHOLE"] = np.isfinite(flat) & (flat != np.floor(flat))
        if name == "vehicles.speed":
            tests["OUT_OF_RANGE"] = (flat < 0.05) | (flat > 20.0)
        if name in ("vehicles.shift_from", "stops.earliest", "stops.service"):
            tests["TOO_LARGE"] = (flat >= FAR) & np.isfinite(flat)
        yield from (Complaint(name, int(np.argmax(bad)), reason) for reason, bad in tests.items() if bad.any())


def _together(problem: RouteProblem) -> Iterator[Complaint]:
    """What contradicts itself although every value is possible."""
    vehicles, stops = problem.vehicles, problem.stops
    for name, first, last in (("vehicles.shift_until", vehicles.shift_from, vehicles.shift_until), ("stops.latest", stops.earliest, stops.latest)):
        bad = np.asarray(last) < np.asarray(first)
        if bad.any():
            yield Complaint(name, int(np.argmax(bad)), "BEFORE_ITS_BEGIN")
    for convoy in np.unique(np.asarray(vehicles.convoy)):
        members = np.nonzero(np.asarray(vehicles.convoy) == convoy)[0]
        for name, column in (("vehicles.start", vehicles.start), ("vehicles.end", vehicles.end)):
            if convoy >= 0 and len(np.unique(np.asarray(column)[members])) > 1:
                yield Complaint(name, int(members[0]), "CONVOY_APART")
        if convoy >= 0 and np.asarray(vehicles.shift_from)[members].max() > np.asarray(vehicles.shift_until)[members].min():
            yield Complaint("vehicles.shift_until", int(members[0]), "CONVOY_HAS_NO_COMMON_SHIFT")
    if np.shape(vehicles.capacity)[0] and np.shape(stops.amount)[0]:
        capacity = np.asarray(vehicles.capacity, dtype=np.float64).sum(axis=0)
        amount = np.asarray(stops.amount, dtype=np.float64)
        smallest = np.asarray(vehicles.capacity, dtype=np.float64).max(axis=0)
        parts = np.where((amount > 0) & (capacity > 0), np.ceil(amount / np.maximum(smallest, 1.0)), 1.0).max(axis=1, initial=1.0)
        if parts.sum() > PARTS:
            yield Complaint("stops.amount", int(np.argmax(parts)), "TOO_MANY_LOADS")
