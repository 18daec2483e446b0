"""From the question to the answer: check, gather, the instant answer, the improved one, times and loads, and why stops are left out."""

import numpy as np

from services.dispatch.solver.routes.check import complaints
from services.dispatch.solver.routes.fleet import Fleet, gather
from services.dispatch.solver.routes.improve import Improver
from services.dispatch.solver.routes.instant import instant
from services.dispatch.solver.routes.problem import FAR, Complaint, Orders, Route, RoutePlan, RouteProblem, Unserved, Whole, Why

INSTANT = 0.35
"""Seconds after which VROOM is cut off; the local search after it finds more in a tenth of that than VROOM in the rest of a second."""


def solve(problem: RouteProblem, seconds: float = 0.0, seed: int = 1) -> RoutePlan:
    """Routes at once when `seconds` is 0, else improved for that long. Whatever an engine returns is timed and checked here before it is believed."""
    wrong = complaints(problem)
    if wrong:
        return _refusal(wrong)
    fleet = gather(problem)
    servable = _servable(fleet)
    if not servable.any():
        return _plan(fleet, {}, servable)
    slim = _only(fleet, servable)
    orders = _believed(slim, instant(slim, INSTANT))
    orders = _cheaper(slim, orders, Improver(slim, _cost(slim, orders), seed).polished(orders))
    if seconds > 0:
        orders = _cheaper(slim, orders, Improver(slim, _cost(slim, orders), seed).improved(orders, seconds))
    kept = np.nonzero(servable)[0]
    return _plan(fleet, {entity: [int(kept[part]) for part in parts] for entity, parts in orders.items()}, servable)


def _refusal(wrong: tuple[Complaint, ...]) -> RoutePlan:
    none: Whole = np.zeros(0, dtype=np.int64)
    return RoutePlan((), Unserved(none, none.reshape(0, 0), none), 0, 0, wrong)


def _only(fleet: Fleet, parts: np.typing.NDArray[np.bool_]) -> Fleet:
    """The fleet with these parts alone."""
    names = ("stop", "place", "amount", "earliest", "latest", "service", "penalty", "bound")
    rest = {name: getattr(fleet, name) for name in Fleet.__slots__ if name not in names}
    return Fleet(**rest, **{name: getattr(fleet, name)[parts] for name in names})


def drive(fleet: Fleet, entity: int, parts: list[int]) -> tuple[list[int], list[int], int] | None:
    """Arrival and start of service at each part, and the return, leaving at the start of the shift; None when a limit is broken."""
    matrix = fleet.drives[fleet.pace[entity]]
    if (fleet.amount[parts].sum(axis=0) > fleet.capacity[entity]).any() or not fleet.may(entity)[parts].all():
        return None
    now, here = int(fleet.shift_from[entity]), int(fleet.start[entity])
    arrivals, starts = [], []
    for part in parts:
        leg = int(matrix[here, fleet.place[part]])
        arrivals.append(now + leg)
        starts.append(max(now + leg, int(fleet.earliest[part])))
        if leg >= FAR or starts[-1] > fleet.latest[part]:
            return None
        now, here = starts[-1] + int(fleet.service[part]), int(fleet.place[part])
    leg = int(matrix[here, fleet.end[entity]])
    return (arrivals, starts, now + leg) if leg < FAR and now + leg <= fleet.shift_until[entity] else None


def driving(fleet: Fleet, entity: int, parts: list[int]) -> int:
    """Seconds on the road."""
    ways = np.array([fleet.start[entity], *fleet.place[parts], fleet.end[entity]])
    return int(fleet.drives[fleet.pace[entity]][ways[:-1], ways[1:]].sum())


def _believed(fleet: Fleet, orders: Orders) -> Orders:
    """Only the routes that keep every limit."""
    return {entity: parts for entity, parts in orders.items() if parts and drive(fleet, entity, parts) is not None}


def _cheaper(fleet: Fleet, orders: Orders, found: Orders) -> Orders:
    return min(orders, _believed(fleet, found), key=lambda one: _cost(fleet, one))


def _cost(fleet: Fleet, orders: Orders) -> int:
    served = [part for parts in orders.values() for part in parts]
    return sum(driving(fleet, entity, parts) for entity, parts in orders.items()) + int(fleet.penalty.sum() - fleet.penalty[served].sum())


def _servable(fleet: Fleet) -> np.typing.NDArray[np.bool_]:
    """Parts that some entity could serve on a route of their own."""
    return np.array([_reason(fleet, part) == Why.FLEET_BUSY for part in range(len(fleet.stop))], dtype=np.bool_)


def _reason(fleet: Fleet, part: int) -> Why:
    """The first of the reasons that applies, FLEET_BUSY when somebody could serve it alone."""
    able = ((fleet.bound[part] == -1) | (fleet.convoy == fleet.bound[part])) & (fleet.capacity >= fleet.amount[part]).all(axis=1)
    entities = np.nonzero(able)[0]
    if not len(entities):
        return Why.NO_VEHICLE
    place = fleet.place[part]
    out = np.array([fleet.drives[fleet.pace[e]][fleet.start[e], place] for e in entities])
    back = np.array([fleet.drives[fleet.pace[e]][place, fleet.end[e]] for e in entities])
    road = (out < FAR) & (back < FAR)
    if not road.any():
        return Why.NO_ROAD
    start = np.maximum(fleet.shift_from[entities] + out, fleet.earliest[part])
    in_time = (start <= fleet.latest[part]) & (start + fleet.service[part] + back <= fleet.shift_until[entities])
    return Why.FLEET_BUSY if (road & in_time).any() else Why.TOO_LATE


def _plan(fleet: Fleet, orders: Orders, servable: np.typing.NDArray[np.bool_]) -> RoutePlan:
    routes = []
    for entity, parts in sorted(orders.items()):
        times = drive(fleet, entity, parts)
        if times is None:
            continue
        arrivals, starts, back = times
        amount = fleet.amount[parts]
        way = driving(fleet, entity, parts)
        whole = np.array(arrivals, dtype=np.int64), np.array(starts, dtype=np.int64)
        routes.append(Route(fleet.members[entity], fleet.stop[parts], *whole, amount, amount.sum(axis=0), int(fleet.shift_from[entity]), back, way))
    left = np.ones(len(fleet.stop), dtype=np.bool_)
    left[[part for parts in orders.values() for part in parts]] = False
    out = np.nonzero(left)[0]
    why = np.array([Why.FLEET_BUSY if servable[part] else _reason(fleet, int(part)) for part in out], dtype=np.int64)
    road = sum(route.driving for route in routes)
    return RoutePlan(tuple(routes), Unserved(fleet.stop[out], fleet.amount[out], why), road, road + int(fleet.penalty[out].sum()))
