"""Replications of a setting, each with the same calls for every policy, on as many threads as there are cores (the compiled replay holds no lock)."""

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from tests.load.replay.results import Results, judged
from tests.load.replay.simulate import at_home, replay
from tests.load.replay.world import Calls, Policy, World

Kept = np.ndarray[tuple[int], np.dtype[np.bool_]]


def run(
    world: World, policies: Mapping[str, Policy], draw: Callable[[int], tuple[Calls, Kept]], replications: int, standard_s: tuple[float, ...]
) -> dict[str, Results]:  # fmt: skip
    """Results by policy. `draw(k)` gives the calls of replication k and which of them count (the warm-up does not)."""
    drawn = [draw(k) for k in range(replications)]
    jobs = [(name, k) for name in policies for k in range(replications)]

    def one(job: tuple[str, int]) -> tuple[list[float], np.ndarray[tuple[int], np.dtype[np.float32]]]:
        calls, keep = drawn[job[1]]
        outcome = replay(at_home(world, float(calls.time[0]) - 3600), world, calls, policies[job[0]])
        return judged(outcome, calls, keep, standard_s)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = dict(zip(jobs, pool.map(one, jobs), strict=True))
    return {
        name: Results(np.array([found[name, k][0] for k in range(replications)]), np.concatenate([found[name, k][1] for k in range(replications)]))
        for name in policies
    }
