"""A process of its own that computes allocations: `python -m services.dispatch.use_cases.allocation_worker`.

It reads one job after another from its standard input (a line of JSON, then the arrays) and writes lines of JSON: progress, and the result. It knows no
database and no domain; it ends with its input, or when nobody reads what it says.
"""

import io
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from services.dispatch.solver import allocate as solver
from services.dispatch.solver.travel import Affine, Engine, RoadNetwork, Travel, open_engine
from services.dispatch.solver.travel.places import Places

STAGES = {"travel": 5, "slots": 15, "programme": 35, "whole units": 70, "reasons": 95}
"""Per cent of the way at which a stage begins, as measured on large problems."""

Arrays = Mapping[str, NDArray[Any]]
MODELS = {"slot": "slots", "cover": "cover"}


class Worker:
    """The loop over jobs; the road network of the last one stays loaded."""

    def __init__(self, given: BinaryIO, said: BinaryIO) -> None:
        self._given, self._said = given, said
        self._travel: dict[str, Travel] = {}
        self._arcs = np.zeros(0, np.int64)
        self._stage, self._told = "", 0.0

    def run(self) -> None:
        """Work until the input ends."""
        while line := self._given.readline():
            job = json.loads(line)
            with np.load(io.BytesIO(self._given.read(job["bytes"])), allow_pickle=False) as stored:
                arrays = dict(stored)
            self._say(self._result(job, arrays))

    def _say(self, message: Mapping[str, Any]) -> None:
        self._said.write(json.dumps(message).encode() + b"\n")
        self._said.flush()

    def _progress(self, stage: str, objective: float, bound: float) -> bool:
        """Tell a new stage at once, the same one twice a second."""
        if stage != self._stage or time.monotonic() - self._told >= 0.5:
            self._stage, self._told = stage, time.monotonic()
            self._say({"kind": "progress", "stage": stage, "percent": STAGES.get(stage, 50), "objective": _finite(objective), "bound": _finite(bound)})
        return True

    def _seconds(self, roads: str, arrays: Arrays) -> NDArray[np.float64]:
        if roads not in self._travel:
            self._travel = {roads: open_engine(RoadNetwork.load(Path(roads))) if roads else Affine()}
            self._arcs = np.zeros(0, np.int64)
        travel: Travel = self._travel[roads]
        if isinstance(travel, Engine):
            self._close(travel, arrays["changed_arcs"], arrays["arc_factor"])
        sites, units = arrays["site_at"], arrays["unit_at"]
        times = travel.times(Places.of(units[:, 0], units[:, 1]), Places.of(sites[:, 0], sites[:, 1])).T
        return np.where(arrays["excluded"], np.inf, times)

    def _close(self, engine: Engine, arcs: NDArray[np.int64], factor: NDArray[np.float64]) -> None:
        """Roads as they are for this job: what the last one closed or slowed is as usual again unless this one says so too."""
        engine.open(self._arcs)
        engine.slow(self._arcs, 1.0)
        engine.close(arcs[np.isinf(factor)])
        for each in np.unique(factor[np.isfinite(factor)]):
            engine.slow(arcs[factor == each], float(each))
        self._arcs = arcs

    def _result(self, job: Mapping[str, Any], arrays: Arrays) -> dict[str, Any]:
        begun = time.monotonic()
        self._progress("travel", np.inf, -np.inf)
        problem = solver.Problem.of(
            capabilities=arrays["able"], weight=arrays["weight"], cells=arrays["cells"], seconds=self._seconds(job["roads"], arrays),
            max_seconds=job["max_travel_s"], unmet_penalty=job["unmet_penalty_s"], zone=arrays["zone"], available=arrays["available"],
            reserve=arrays["reserve"], reserve_price=job["reserve_price_s"], pinned=arrays["pinned"], forbidden=arrays["forbidden"],
        )  # fmt: skip
        found = solver.allocate(problem, model=MODELS[job["model"]], progress=self._progress, deadline_s=job["time_limit_s"])  # type: ignore[arg-type]
        if found.troubles:
            return {"kind": "trouble", "troubles": [f"{one.field}[{one.index}] {one.what}" for one in found.troubles[:5]]}
        self._progress("reasons", found.objective, found.bound)
        return _told(found) | {"compute_s": time.monotonic() - begun}


def _told(found: solver.Allocation) -> dict[str, Any]:
    rows, why = found.assignments, solver.reasons(found)
    lines = [
        {
            "site": int(rows.incident[at]), "unit": int(rows.unit[at]), "seconds": float(rows.seconds[at]), "pinned": bool(rows.pinned[at]),
            "covers": np.flatnonzero(rows.covers[at]).tolist(), "next": int(why.next_unit[at]), "next_s": _finite(float(why.next_seconds[at])),
            "extra": _finite(float(why.next_cost[at])),
        }
        for at in range(len(rows.unit))
    ]  # fmt: skip
    unmet = [{"site": one.incident, "capability": one.capability, "missing": one.missing, "why": one.why, "could": one.could} for one in found.unmet]
    return {
        "kind": "result", "lines": lines, "unmet": unmet, "objective": found.objective, "bound": found.bound, "gap": _finite(found.gap),
        "complete": found.complete, "counted": found.incidents.counted.tolist(), "wanted": found.incidents.wanted.tolist(),
        "zone_sent": found.zones.sent.tolist(),
    }  # fmt: skip


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def main() -> None:
    """Keep the standard output for the answers: whatever else is printed goes to the log."""
    said = sys.stdout.buffer
    sys.stdout = sys.stderr
    try:
        Worker(sys.stdin.buffer, said).run()
    except BrokenPipeError:
        sys.exit(0)


if __name__ == "__main__":
    main()
