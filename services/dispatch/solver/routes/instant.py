"""VROOM, for the first answer: per entity the parts it serves, in order."""

from datetime import timedelta

import numpy as np
import vroom

from services.dispatch.solver.routes.fleet import Fleet
from services.dispatch.solver.routes.problem import Orders

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
