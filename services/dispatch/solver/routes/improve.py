"""PyVRP, to make orders better: one thorough local search at once, iterated local search for those who wait."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyvrp
from pyvrp.search import LocalSearch, NeighbourhoodParams, PerturbationManager, PerturbationParams, compute_neighbours
from pyvrp.stop import MaxRuntime

from services.dispatch.solver.routes.fleet import Fleet
from services.dispatch.solver.routes.problem import FAR, Orders

Flags = npt.NDArray[np.bool_]
NEIGHBOURS = 20
"""Near stops a move is tried with. PyVRP's own 50 take more than twice as long a round and find no more in half a minute."""
SHAKEN = 10
"""Most stops shaken between two searches. PyVRP's own 25 take twice as long a round."""


class Improver:
    """The problem as PyVRP takes it. No plan cheaper than `cost` leaves out a stop whose penalty is more: such stops are musts.

    Musts alone search three times as fast as stops that may be left out.
    """

    def __init__(self, fleet: Fleet, cost: int, seed: int) -> None:
        must = fleet.penalty > cost
        self.data, self._kinds = _model(fleet, must)
        self.penalties = _penalties(fleet, self.data)
        neighbours = compute_neighbours(self.data, NeighbourhoodParams(num_neighbours=NEIGHBOURS))
        shaking = PerturbationManager(PerturbationParams(max_perturbations=SHAKEN))
        self._search = LocalSearch(self.data, pyvrp.RandomNumberGenerator(seed=seed), neighbours, shaking)
        for operator in pyvrp.search.OPERATORS:
            if operator.supports(self.data):
                self._search.add_operator(operator(self.data))

    def polished(self, orders: Orders) -> Orders:
        """A local optimum of all moves from these orders, some hundredths of a second."""
        penalties = pyvrp.PenaltyManager(self.penalties)
        return self._orders(self._search(self._solution(orders), penalties.max_cost_evaluator(), exhaustive=True), orders)

    def improved(self, orders: Orders, seconds: float) -> Orders:
        """Iterated local search from these orders for so long; the orders come back when it finds no better ones."""
        penalties = pyvrp.PenaltyManager(self.penalties)
        search = pyvrp.IteratedLocalSearch(self.data, penalties, self._search, self._solution(orders))
        return self._orders(search.run(MaxRuntime(seconds), collect_stats=False, display=False).best, orders)

    def _solution(self, orders: Orders) -> Any:
        kind_of = {entity: kind for kind, entities in enumerate(self._kinds) for entity in entities}
        return pyvrp.Solution(self.data, [pyvrp.Route(self.data, parts, kind_of[entity]) for entity, parts in orders.items() if parts])

    def _orders(self, found: Any, otherwise: Orders) -> Orders:
        if not found.is_feasible():
            return otherwise
        pools = {kind: list(entities) for kind, entities in enumerate(self._kinds)}
        return {pools[route.vehicle_type()].pop(): [activity.idx for activity in route if activity.is_client()] for route in found.routes()}


def _penalties(fleet: Fleet, data: pyvrp.ProblemData) -> tuple[list[float], float, float]:
    """What a unit of overload, a second of lateness and of overlength cost at first.

    PyVRP starts at 50,000 and takes a tenth off every 500 rounds: for a minute it would see no plan with an overloaded vehicle, and the ways to better
    plans lead through those. Where all stops are served, overload saves a leg of driving, so that is its price. Where some are left out it
    saves their penalties, and lateness saves nearly as much: there the search goes astray at once unless it starts dear.
    """
    load, late, far = pyvrp.PenaltyParams().midpoint_penalties(data)
    if all(client.required for client in data.clients()):
        leg = float(np.mean([drive[drive < FAR].mean() for drive in fleet.drives]))
        load = (leg / np.maximum(fleet.amount.mean(axis=0), 1.0)).tolist()
    return load, late, far


def _model(fleet: Fleet, must: Flags) -> tuple[Any, list[list[int]]]:
    """Entities that are alike become one vehicle type; stops bound to a convoy are out of reach in everybody else's matrix."""
    alike: dict[tuple[Any, ...], list[int]] = {}
    for e in range(len(fleet.members)):
        key = (fleet.start[e], fleet.end[e], *fleet.capacity[e], fleet.shift_from[e], fleet.shift_until[e], fleet.pace[e], fleet.convoy[e])
        alike.setdefault(key, []).append(e)
    kinds = list(alike.values())
    # A place of its own per part, so that what one convoy may not serve can be far for it although another stop there is not.
    place = np.concatenate((np.arange(len(fleet.drives[0])), fleet.place))
    lone = len(fleet.drives[0])
    profiles: dict[tuple[int, int], int] = {}
    matrices: list[Any] = []
    depots = sorted({int(p) for p in (*fleet.start, *fleet.end)})
    types = []
    for entities in kinds:
        e = entities[0]
        convoy = int(fleet.convoy[e]) if (fleet.bound == fleet.convoy[e]).any() else -1
        profile = profiles.setdefault((int(fleet.pace[e]), convoy), len(profiles))
        if profile == len(matrices):
            matrix = fleet.drives[fleet.pace[e]][np.ix_(place, place)].copy()
            matrix[:, lone + np.nonzero(~fleet.may(e))[0]] = FAR
            np.fill_diagonal(matrix, 0)
            matrices.append(np.where(matrix >= FAR, pyvrp.constants.MAX_VALUE // 4096, matrix))
        types.append(
            pyvrp.VehicleType(
                len(entities),
                fleet.capacity[e].tolist(),
                depots.index(int(fleet.start[e])),
                depots.index(int(fleet.end[e])),
                tw_early=int(fleet.shift_from[e]),
                tw_late=int(fleet.shift_until[e]),
                profile=profile,
            )
        )
    clients = [
        pyvrp.Client(
            lone + part,
            delivery=fleet.amount[part].tolist(),
            service_duration=int(fleet.service[part]),
            tw_early=int(fleet.earliest[part]),
            tw_late=int(fleet.latest[part]),
            prize=0 if must[part] else int(fleet.penalty[part]),
            required=bool(must[part]),
        )
        for part in range(len(fleet.stop))
    ]
    locations = [pyvrp.Location(0, 0) for _ in place]
    return pyvrp.ProblemData(locations, clients, [pyvrp.Depot(d) for d in depots], types, matrices, matrices), kinds
