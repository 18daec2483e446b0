"""A process of its own that computes allocations: `python -m services.dispatch.use_cases.allocation_worker`.

It reads one job after another from its standard input (a line of JSON, then the arrays) and writes lines of JSON: progress, and the result. It knows no
database and no domain; it ends with its input, or when nobody reads what it says.
"""

import io
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from services.dispatch.solver import allocate as solver
from services.dispatch.solver.travel import Affine, Engine, RoadNetwork, Travel, open_engine
from services.dispatch.solver.travel.places import Places
from services.dispatch.use_cases import allocation_facts as facts
from services.dispatch.use_cases.allocation_amounts import NEAR, PROVEN, Plan, Wave, mended
from services.dispatch.use_cases.allocation_programme import Programme

STAGES = {"travel": 5, "slots": 15, "programme": 35, "whole units": 70, "amounts": 80, "reasons": 95}
"""Per cent of the way at which a stage begins, as measured on large problems."""

Arrays = Mapping[str, NDArray[Any]]
MODELS = {"slot": "slots", "cover": "cover"}
SOLVER_SHARE = 0.5
"""Of the time limit, where amounts are decided after it."""
MENDING_S = 5.0
MENDING_SHARE = 0.25
"""Changes of a plan in amounts are looked for within this share of the time limit, and at most so many seconds."""


@dataclass(frozen=True, slots=True)
class Known:
    """Times of the last job on roads as they were: of who stands where somebody stood, to where something was, they hold."""

    roads: bytes
    sites: NDArray[np.float64]
    units: NDArray[np.float64]
    seconds: NDArray[np.float32]
    """sites x units"""

    @classmethod
    def nothing(cls, roads: bytes) -> "Known":
        """No times yet."""
        return cls(roads, np.zeros((0, 2)), np.zeros((0, 2)), np.zeros((0, 0), np.float32))

    def times(self, travel: Travel, sites: NDArray[np.float64], units: NDArray[np.float64]) -> NDArray[np.float32]:
        """Times of sites x units: only what is new is asked of the roads."""
        site, unit = _same(self.sites, sites), _same(self.units, units)
        out = np.empty((len(sites), len(units)), np.float32)
        old, stays = np.flatnonzero(site >= 0), np.flatnonzero(unit >= 0)
        out[np.ix_(old, stays)] = self.seconds[np.ix_(site[old], unit[stays])]
        for rows, columns in ((np.flatnonzero(site < 0), np.arange(len(units))), (old, np.flatnonzero(unit < 0))):
            if len(rows) and len(columns):
                starts, goals = Places.of(*units[columns].T), Places.of(*sites[rows].T)
                out[np.ix_(rows, columns)] = travel.times(starts, goals).T
        return out


def _same(before: NDArray[np.float64], now: NDArray[np.float64]) -> NDArray[np.int64]:
    """Positions of places among those before, -1 for a new one."""
    at = {tuple(place): number for number, place in enumerate(before.tolist())}
    return np.array([at.get(tuple(place), -1) for place in now.tolist()], np.int64)


class Worker:
    """The loop over jobs; the road network of the last one stays loaded."""

    def __init__(self, given: BinaryIO, said: BinaryIO) -> None:
        self._given, self._said = given, said
        self._travel: dict[str, Travel] = {}
        self._arcs = np.zeros(0, np.int64)
        self._stage, self._told, self._percent = "", 0.0, 0
        self._known: Known | None = None
        self._about = ""
        self._warm: solver.Warm | None = None

    def run(self) -> None:
        """Work until the input ends."""
        while line := self._given.readline():
            job = json.loads(line)
            with np.load(io.BytesIO(self._given.read(job["bytes"])), allow_pickle=False) as stored:
                arrays = dict(stored)
            self._say(self.result(job, arrays))

    def _say(self, message: Mapping[str, Any]) -> None:
        self._said.write(json.dumps(message).encode() + b"\n")
        self._said.flush()

    def _progress(self, stage: str, objective: float, bound: float) -> bool:
        """Tell a new stage at once, the same one twice a second."""
        if stage != self._stage or time.monotonic() - self._told >= 0.5:
            self._stage, self._told = stage, time.monotonic()
            self._percent = max(self._percent, STAGES.get(stage, 50))
            self._say({"kind": "progress", "stage": stage, "percent": self._percent, "objective": _finite(objective), "bound": _finite(bound)})
        return True

    def _seconds(self, roads: str, arrays: Arrays) -> NDArray[np.float64]:
        if roads not in self._travel:
            self._travel = {roads: open_engine(RoadNetwork.load(Path(roads))) if roads else Affine()}
            self._arcs = np.zeros(0, np.int64)
        travel: Travel = self._travel[roads]
        if isinstance(travel, Engine):
            self._close(travel, arrays["changed_arcs"], arrays["arc_factor"])
        sites, units = arrays["site_at"], arrays["unit_at"]
        roads_now = roads.encode() + arrays["changed_arcs"].tobytes() + arrays["arc_factor"].tobytes()
        known = self._known if self._known is not None and self._known.roads == roads_now else Known.nothing(roads_now)
        times = known.times(travel, sites, units)
        self._known = Known(roads_now, sites, units, times)
        return times.astype(np.float64)  # of the solver's precision, so that both see the same limits

    def _close(self, engine: Engine, arcs: NDArray[np.int64], factor: NDArray[np.float64]) -> None:
        """Roads as they are for this job: what the last one closed or slowed is as usual again unless this one says so too."""
        engine.open(self._arcs)
        engine.slow(self._arcs, 1.0)
        engine.close(arcs[np.isinf(factor)])
        for each in np.unique(factor[np.isfinite(factor)]):
            engine.slow(arcs[factor == each], float(each))
        self._arcs = arcs

    def result(self, job: Mapping[str, Any], arrays: Arrays) -> dict[str, Any]:
        """The answer to one job, or what makes no sense in it."""
        begun, self._percent = time.monotonic(), 0
        self._progress("travel", np.inf, -np.inf)
        wave = _wave(job, arrays, self._seconds(job["roads"], arrays))
        singly = bool(wave.brings.max(initial=0) <= 1)
        problem, beyond = _problem(wave)
        warm, self._warm = self._warm if job["about"] == self._about else None, None
        self._about, followed = job["about"], solver.follows(warm, problem)
        seconds = job["time_limit_s"] if singly else job["time_limit_s"] * SOLVER_SHARE
        found = solver.allocate(problem, model=MODELS[job["model"]], warm=warm, progress=self._progress, deadline_s=seconds)  # type: ignore[arg-type]
        self._warm = found.warm
        if found.troubles:
            return {"kind": "trouble", "troubles": [[one.field, one.index, one.what] for one in found.troubles[:5]]}
        bound = found.bound + beyond if singly else -np.inf
        plan = mended(wave, _start(wave, found), min(MENDING_S, job["time_limit_s"] * MENDING_SHARE), bound)
        teams = bool(wave.whole.any() or (wave.least > 1).any() or wave.together.any())
        if not singly or (teams and plan.objective() * (1 - NEAR) > bound):
            plan, decided = self._in_amounts(wave, plan, found, begun + job["time_limit_s"])
            bound = max(bound, decided)
        self._progress("reasons", plan.objective(), bound)
        return _told(plan, max(0.0, bound)) | {"warm": followed, "complete": found.complete, "compute_s": time.monotonic() - begun}

    def _in_amounts(self, wave: Wave, plan: Plan, found: solver.Allocation, deadline: float) -> tuple[Plan, float]:
        """The better of the plan and what its programme decides, and the bound of the programme."""
        self._progress("amounts", plan.objective(), -np.inf)
        value = np.zeros(len(wave.needs)) if found.duals is None else found.duals.cell / wave.typical[wave.needs[:, 1]]
        answer = Programme(wave, deadline).run(value, plan)
        decided = [(unit, place) for unit, place in enumerate(answer.plan.at.tolist()) if place >= 0]
        return min(plan, mended(wave, decided, 0.0), key=Plan.objective), answer.bound


def _wave(job: Mapping[str, Any], arrays: Arrays, seconds: NDArray[np.float64]) -> Wave:
    off_duty = seconds > arrays["on_duty_s"]
    excluded = arrays["excluded"] | off_duty
    excluded[arrays["forbidden"][:, 0], arrays["forbidden"][:, 1]] = True
    return Wave(
        seconds, excluded, arrays["excluded"], off_duty,
        arrays["brings"], arrays["available"], arrays["zone"], arrays["weight"], arrays["cells"], arrays["whole"], arrays["typical"],
        arrays["pinned"], arrays["reserve"], job["reserve_price_s"], job["unmet_penalty_s"], job["max_travel_s"], job["model"] == "slot",
        arrays["latest"], arrays["least"], arrays["together"],
    )  # fmt: skip


def _problem(wave: Wave) -> tuple[solver.Problem, float]:
    """The wave in units of the usual size, and what is wanted beyond all units there are, in weighted seconds.

    Where each unit brings one its bound is one of the wave. A least crew of more units than are wanted counts as so many, which only lowers the bound.
    """
    kept_out = wave.excluded & (wave.held == np.arange(len(wave.weight))[:, None])
    forbidden = np.argwhere(wave.excluded & ~kept_out & (wave.seconds <= wave.max_s))
    units = -(-wave.needs[:, 2] // wave.typical[wave.needs[:, 1]])
    most = np.minimum(units, len(wave.brings) + 1)
    problem = solver.Problem.of(
        capabilities=wave.brings > 0, weight=wave.weight, cells=np.column_stack((wave.needs[:, :2], most)),
        seconds=np.where(kept_out, np.inf, wave.seconds), max_seconds=wave.max_s, unmet_penalty=wave.penalty_s, zone=wave.zone,
        available=wave.available, reserve=wave.reserve, reserve_price=wave.reserve_price, pinned=wave.pinned, forbidden=forbidden,
        latest=wave.latest, min_crew=np.minimum(wave.least, most), last_arrival=wave.together,
    )  # fmt: skip
    return problem, float((wave.weight[wave.needs[:, 0]] * (units - most)).sum()) * wave.penalty_s


def _start(wave: Wave, found: solver.Allocation) -> list[tuple[int, int]]:
    """Units and places of the solver's answer."""
    outcome = found.outcome
    places = outcome.slot if wave.slots else outcome.at
    return [(unit, place) for unit, place in zip(outcome.to.tolist(), places.tolist(), strict=True) if place >= 0]


def _told(plan: Plan, bound: float) -> dict[str, Any]:
    wave, objective = plan.wave, plan.objective()
    sites = len(wave.weight)
    out = (plan.at >= 0) | (wave.held >= 0)
    bound = min(bound, objective)
    return {
        "kind": "result", "lines": facts.lines(plan), "unmet": facts.gaps(plan), "objective": objective, "bound": bound,
        "gap": (objective - bound) / max(objective, 1e-9), "counted": np.bincount(wave.needs[:, 0], plan.covered(), sites).astype(int).tolist(),
        "proven": objective - bound <= PROVEN * max(objective, 1.0), "wanted": np.bincount(wave.needs[:, 0], wave.needs[:, 2], sites).astype(int).tolist(),
        "zone_sent": np.bincount(wave.zone[out], minlength=len(wave.reserve)).tolist(),
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
