"""The two engines: VROOM for the instant answer, PyVRP to improve it. Both return, per entity, the parts it serves in order."""

from datetime import timedelta
from typing import Any

import numpy as np
import pyvrp
import vroom
from pyvrp.stop import MaxRuntime

from services.dispatch.solver.routes.fleet import Fleet
from services.dispatch.solver.routes.problem import FAR

Orders = dict[int, list[int]]
PRIORITIES = 100
"""VROOM knows priorities from 0 to this."""


def instant(fleet: Fleet, seconds: float) -> Orders:
    """VROOM's heuristic, cut off after `seconds`; heavier penalties are higher priorities."""
    question = vroom.Input()
    for pace, drive in enumerate(fleet.drives):
        question.set_durations_matrix(str(pace), drive.astype(np.uint32))
    for entity in range(len(fleet.members)):
        window = vroom.TimeWindow(int(fleet.shift_from[entity]), int(fleet.shift_until[entity]))
        question.add_vehicle(
            vroom.Vehicle(
                entity,
                start=int(fleet.start[entity]),
                end=int(fleet.end[entity]),
                profile=str(fleet.pace[entity]),
                capacity=fleet.capacity[entity].tolist(),
                skills={int(fleet.convoy[entity]) + 1},
                time_window=window,
            )
        )
    rank = np.searchsorted(np.unique(fleet.penalty), fleet.penalty)
    scale = PRIORITIES / max(int(rank.max(initial=0)), 1)
    for part in range(len(fleet.stop)):
        question.add_job(
            vroom.Job(
                part,
                location=int(fleet.place[part]),
                default_service=int(fleet.service[part]),
                delivery=fleet.amount[part].tolist(),
                skills={int(fleet.bound[part]) + 1} if fleet.bound[part] >= 0 else set(),
                priority=int(rank[part] * scale),
                time_windows=[vroom.TimeWindow(int(fleet.earliest[part]), int(fleet.latest[part]))],
            )
        )
    routes = question.solve(exploration_level=0, nb_threads=1, timeout=timedelta(seconds=seconds)).routes
    orders: Orders = {}
    jobs = routes[routes["type"] == "job"]
    for entity, part in zip(jobs["vehicle_id"], jobs["id"], strict=True) if len(jobs) else ():
        orders.setdefault(int(entity), []).append(int(part))
    return orders


def improved(fleet: Fleet, orders: Orders, seconds: float, seed: int) -> Orders:
    """PyVRP's iterated local search from these orders for `seconds`; the orders come back when it finds no feasible better ones."""
    data, kinds = _model(fleet)
    pools = {kind: list(entities) for kind, entities in enumerate(kinds)}
    kind_of = {entity: kind for kind, entities in enumerate(kinds) for entity in entities}
    start = pyvrp.Solution(data, [pyvrp.Route(data, parts, kind_of[entity]) for entity, parts in orders.items() if parts])
    best = pyvrp.solve(data, MaxRuntime(seconds), seed=seed, collect_stats=False, display=False, initial_solution=start).best
    if not best.is_feasible():
        return orders
    found: Orders = {}
    for route in best.routes():
        found[pools[route.vehicle_type()].pop()] = [activity.idx for activity in route if activity.is_client()]
    return found


def _model(fleet: Fleet) -> tuple[Any, list[list[int]]]:
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
            prize=int(fleet.penalty[part]),
            required=False,
        )
        for part in range(len(fleet.stop))
    ]
    locations = [pyvrp.Location(0, 0) for _ in place]
    return pyvrp.ProblemData(locations, clients, [pyvrp.Depot(d) for d in depots], types, matrices, matrices), kinds
