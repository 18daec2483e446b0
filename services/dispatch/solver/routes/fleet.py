"""The problem as both engines take it: convoys as one vehicle each, big stops split into loads, whole seconds per speed."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.dispatch.solver.routes.problem import ALONE, FAR, Floats, RouteProblem, Whole

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fleet:
    """Entities (a vehicle alone or a convoy) and parts (a stop or one load of it); times are whole seconds, rounded to the safe side."""

    members: tuple[Whole, ...]
    start: Whole
    end: Whole
    capacity: Whole
    shift_from: Whole
    shift_until: Whole
    convoy: Whole
    pace: Whole
    """Which of `drives` holds for the entity."""
    drives: tuple[Whole, ...]
    stop: Whole
    place: Whole
    amount: Whole
    earliest: Whole
    latest: Whole
    service: Whole
    penalty: Whole
    bound: Whole

    def may(self, entity: int) -> Flags:
        """Which parts the entity may serve: those bound to nobody or to its own convoy."""
        allowed: Flags = (self.bound == ALONE) | (self.bound == self.convoy[entity])
        return allowed


def gather(problem: RouteProblem) -> Fleet:
    """Convoys, splits and rounding; the problem has been checked."""
    vehicles, stops = problem.vehicles, problem.stops
    convoy: Whole = np.asarray(vehicles.convoy, dtype=np.int64)
    members = [np.array([v]) for v in np.nonzero(convoy == ALONE)[0]]
    members += [np.nonzero(convoy == c)[0] for c in np.unique(convoy[convoy != ALONE])]
    lead = np.array([m[0] for m in members], dtype=np.int64)
    capacity_of: Whole = np.asarray(vehicles.capacity, dtype=np.int64)
    capacity = np.array([capacity_of[m].sum(axis=0) for m in members], dtype=np.int64).reshape(len(members), capacity_of.shape[1])
    speed = np.array([float(np.asarray(vehicles.speed)[m].min()) for m in members])
    begin, until = np.asarray(vehicles.shift_from, dtype=np.float64), np.asarray(vehicles.shift_until, dtype=np.float64)
    paces, pace = np.unique(speed, return_inverse=True)
    seconds: Floats = np.asarray(problem.seconds, dtype=np.float64)
    stop, amount = _split(problem, capacity, convoy[lead] if len(lead) else convoy)
    latest = np.minimum(np.asarray(stops.latest, dtype=np.float64), FAR - 1)
    return Fleet(
        members=tuple(m.astype(np.int64) for m in members),
        start=np.asarray(vehicles.start, dtype=np.int64)[lead],
        end=np.asarray(vehicles.end, dtype=np.int64)[lead],
        capacity=capacity,
        shift_from=np.array([np.ceil(begin[m].max()) for m in members], dtype=np.int64),
        shift_until=np.array([np.floor(min(until[m].min(), FAR - 1)) for m in members], dtype=np.int64),
        convoy=convoy[lead],
        pace=pace.astype(np.int64),
        drives=tuple(_whole(seconds / one) for one in paces),
        stop=stop,
        place=np.asarray(stops.place, dtype=np.int64)[stop],
        amount=amount,
        earliest=np.ceil(np.asarray(stops.earliest, dtype=np.float64)).astype(np.int64)[stop],
        latest=np.floor(latest).astype(np.int64)[stop],
        service=np.ceil(np.asarray(stops.service, dtype=np.float64)).astype(np.int64)[stop],
        penalty=np.ceil(np.asarray(stops.penalty, dtype=np.float64)).astype(np.int64)[stop],
        bound=np.asarray(stops.convoy, dtype=np.int64)[stop],
    )


def _whole(seconds: Floats) -> Whole:
    return np.ceil(np.minimum(seconds, FAR)).astype(np.int64)


def _split(problem: RouteProblem, capacity: Whole, convoy: Whole) -> tuple[Whole, Whole]:
    """Each stop as often as the roomiest entity that may serve it must come, the amount shared out evenly."""
    amounts: Whole = np.asarray(problem.stops.amount, dtype=np.int64)
    bound: Whole = np.asarray(problem.stops.convoy, dtype=np.int64)
    stop: list[int] = []
    parts: list[Whole] = []
    for s, amount in enumerate(amounts):
        able = (convoy == bound[s]) | (bound[s] == ALONE) if len(capacity) else np.zeros(0, dtype=bool)
        able &= ((capacity > 0) | (amount == 0)).all(axis=1)
        loads = 1
        if able.any():
            loads = max(1, int(np.ceil(amount / np.maximum(capacity[able], 1)).max(axis=1, initial=1).min()))
        for part in range(loads):
            stop.append(s)
            parts.append(amount // loads + (part < amount % loads))
    return np.array(stop, dtype=np.int64), np.array(parts, dtype=np.int64).reshape(len(stop), amounts.shape[1])
