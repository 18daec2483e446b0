"""How long the units of a proposal's lines need now. Imports numpy: loaded with the first commit, used by the picture's thread."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from services.dispatch.model.advice import Place
from services.dispatch.solver.travel.places import Places
from services.dispatch.use_cases.fleet import Fleet


def seconds_now(fleet: Fleet, wanted: Sequence[tuple[str, Place]], now: datetime, exercise_id: str) -> list[float | None]:
    """Seconds of each unit to its place by the positions and roads of now; infinite without a way, None for a unit that left the register."""
    fleet.roads.apply(now, exercise_id)
    fleet.places(now)
    sites = {place: at for at, place in enumerate(dict.fromkeys(place for _, place in wanted))}
    rows = {unit_id: at for at, unit_id in enumerate(dict.fromkeys(unit_id for unit_id, _ in wanted if unit_id in fleet.row))}
    starts, goals = fleet.at[[fleet.row[unit_id] for unit_id in rows]].reshape(-1, 2), np.array(list(sites), np.float64)
    times = fleet.travel.times(Places.of(starts[:, 0], starts[:, 1]), Places.of(goals[:, 0], goals[:, 1]))
    return [float(times[rows[unit_id], sites[place]]) if unit_id in rows else None for unit_id, place in wanted]
