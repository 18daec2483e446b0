"""Refuses input no plan can be made from, with the field, the entry and the reason; nothing is repaired silently."""

from collections.abc import Iterator

import numpy as np

from services.dispatch.solver.supply.problem import Complaint, Floats, Given, Needs, SupplyProblem, Tier

PIECES = 1_000_000_000
"""Most pieces of one lot or need."""
MINUTES = 10_000_000.0
MONEY = 1e9
ARCS = 40_000_000
"""Most pairs of lot and need of the same item; 200 stores x 3 tiers x 40 items x 500 places is 12 million."""


def complaints(problem: SupplyProblem) -> tuple[Complaint, ...]:
    """Everything wrong with the input, shapes first: values are looked at only when the shapes agree."""
    return tuple(_shapes(problem)) or tuple(_values(problem)) or tuple(_together(problem))


def _columns(problem: SupplyProblem) -> Iterator[tuple[str, Given, int]]:
    for group, rows in (("lots", problem.lots), ("needs", problem.needs)):
        names = ("store", "item", "tier", "quantity", "ready", "cost") if group == "lots" else Needs.__slots__
        length = np.shape(getattr(rows, names[0]))
        for name in names:
            yield f"{group}.{name}", getattr(rows, name), length[0] if len(length) == 1 else -1


def _numeric(value: object) -> bool:
    try:
        return np.asarray(value).dtype.kind in "iuf"
    except ValueError:  # ragged rows
        return False


def _shapes(problem: SupplyProblem) -> Iterator[Complaint]:
    named = {"travel": problem.travel, "volume": problem.volume, "handling": problem.handling, "effort": problem.effort}
    named |= {"lateness.after": problem.lateness.after, "lateness.rate": problem.lateness.rate}
    named |= {name: column for name, column, _ in _columns(problem)}
    wrong = [name for name, value in named.items() if not _numeric(value)]
    yield from (Complaint(name, -1, "NOT_NUMBERS") for name in wrong)
    if wrong:
        return
    if np.ndim(problem.travel) != 2:
        yield Complaint("travel", -1, "NOT_A_MATRIX")
    elif np.shape(problem.handling) != (np.shape(problem.travel)[0],):
        yield Complaint("handling", -1, "LENGTH_DIFFERS")
    if np.ndim(problem.volume) != 1:
        yield Complaint("volume", -1, "NOT_A_LIST")
    if np.ndim(problem.lateness.after) != 1 or np.shape(problem.lateness.after) != np.shape(problem.lateness.rate):
        yield Complaint("lateness", -1, "LENGTH_DIFFERS")
    if np.ndim(problem.effort) != 0:
        yield Complaint("effort", -1, "NOT_A_NUMBER")
    for name, column, length in _columns(problem):
        if np.shape(column) != (length,):
            yield Complaint(name, -1, "LENGTH_DIFFERS")


def _range(name: str, given: Given | float, high: float, *, infinite: bool = False) -> Iterator[Complaint]:
    """Finite (or infinite where that has a meaning), not negative, not beyond what the arithmetic carries."""
    values: Floats = np.asarray(given, dtype=np.float64).ravel()
    allowed = (values == np.inf) if infinite else np.zeros(values.shape, dtype=bool)
    tests = (
        ("NOT_A_NUMBER", np.isnan(values)),
        ("NEGATIVE", values < 0),
        ("NOT_FINITE", np.isinf(values) & ~allowed),
        ("TOO_LARGE", (values > high) & ~np.isinf(values)),
    )
    for reason, bad in tests:
        if bad.any():
            yield Complaint(name, int(np.argmax(bad)), reason)


def _index(name: str, given: Given, size: int) -> Iterator[Complaint]:
    values: Floats = np.asarray(given, dtype=np.float64)
    bad = ~((values >= 0) & (values < size) & (values == np.floor(values)))
    if bad.any():
        yield Complaint(name, int(np.argmax(bad)), "NO_SUCH_ENTRY")


def _values(problem: SupplyProblem) -> Iterator[Complaint]:
    lots, needs = problem.lots, problem.needs
    stores, places = np.shape(problem.travel)
    items = np.shape(problem.volume)[0]
    yield from _range("travel", problem.travel, MINUTES, infinite=True)
    yield from _range("handling", problem.handling, 1e15, infinite=True)
    yield from _range("volume", problem.volume, 1e9)
    yield from _range("effort", problem.effort, MONEY)
    yield from _range("lateness.after", problem.lateness.after, MINUTES)
    yield from _range("lateness.rate", problem.lateness.rate, MONEY)
    yield from _index("lots.store", lots.store, stores)
    yield from _index("lots.item", lots.item, items)
    yield from _index("lots.tier", lots.tier, len(Tier))
    yield from _index("needs.place", needs.place, places)
    yield from _index("needs.item", needs.item, items)
    for name, column in (("lots.quantity", lots.quantity), ("needs.quantity", needs.quantity)):
        yield from _range(name, column, PIECES)
        whole: Floats = np.asarray(column, dtype=np.float64)
        broken = np.isfinite(whole) & (whole != np.floor(whole))
        if broken.any():
            yield Complaint(name, int(np.argmax(broken)), "NOT_WHOLE")
    yield from _range("lots.ready", lots.ready, MINUTES, infinite=True)
    yield from _range("lots.cost", lots.cost, MONEY)
    yield from _range("needs.due", needs.due, MINUTES)
    yield from _range("needs.latest", needs.latest, MINUTES, infinite=True)
    yield from _range("needs.weight", needs.weight, MONEY)
    yield from _range("needs.penalty", needs.penalty, MONEY)


def _together(problem: SupplyProblem) -> Iterator[Complaint]:
    """What contradicts itself although every value is possible."""
    after = np.asarray(problem.lateness.after, dtype=np.float64)
    if after.size and (np.diff(after) <= 0).any():
        yield Complaint("lateness.after", int(np.argmax(np.diff(after) <= 0)) + 1, "NOT_ASCENDING")
    early = np.asarray(problem.needs.latest) < np.asarray(problem.needs.due)
    if early.any():
        yield Complaint("needs.latest", int(np.argmax(early)), "BEFORE_DUE")
    items = np.shape(problem.volume)[0]
    held = np.bincount(np.asarray(problem.lots.item, dtype=np.int64), minlength=items)
    wanted = np.bincount(np.asarray(problem.needs.item, dtype=np.int64), minlength=items)
    if int((held * wanted).sum()) > ARCS:
        yield Complaint("needs", -1, "TOO_MANY_PAIRS")
