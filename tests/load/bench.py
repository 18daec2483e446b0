"""`make bench`: every benchmark. The platform's run on the stack profile by default (FENGHUO_PROFILE=embedded: the other); the solver's need no platform.

`python -m tests.load.bench intake travel` runs what is named. FENGHUO_BENCH=full lets supply and routes take all the time their goals allow.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from deploy.local.platform import Platform
from deploy.local.profile import Profile
from tests.fixtures.platform import supervised
from tests.load import advice, allocate, flow, intake, latency, pairs, positions, recommend, routes, supply, travel
from tests.load.cpu import memory_mb
from tests.load.figures import Figures

ROOT = Path(__file__).resolve().parents[2]
MEMORY_MB = 900


def ready(platform: Platform, figures: Figures) -> None:
    """Memory of the platform at rest; the goal is the laptop's."""
    memory = memory_mb(intake.platform_pids(platform))
    embedded = platform.stack.profile == "embedded"
    figures.add("memory of all processes, ready", memory, "MB", f"<= {MEMORY_MB}" if embedded else "", memory <= MEMORY_MB if embedded else None)


SOLVER: Mapping[str, Callable[[Figures], None]] = {
    "recommend": recommend.measure, "travel": travel.measure, "allocate": allocate.measure, "supply": supply.measure, "routes": routes.measure,
}  # fmt: skip
PLATFORM: Mapping[str, Callable[[Platform, Figures], None]] = {
    "memory": ready, "flow": flow.measure, "intake": intake.measure, "latency": latency.measure, "pairs": pairs.measure, "advice": advice.measure,
    "positions": positions.measure,
}  # fmt: skip


def main(names: Sequence[str]) -> int:
    """Run what is named (all of it when nothing is), print, write var/bench.json; non-zero when a goal is missed."""
    wanted = names or [*PLATFORM, *SOLVER]
    if unknown := set(wanted) - PLATFORM.keys() - SOLVER.keys():
        raise SystemExit(f"no benchmark {sorted(unknown)}; there are {', '.join((*PLATFORM, *SOLVER))}")
    profile: Profile = "embedded" if os.environ.get("FENGHUO_PROFILE") == "embedded" else "stack"
    figures = Figures(f"make bench ({profile})")
    if on_platform := [name for name in wanted if name in PLATFORM]:
        with tempfile.TemporaryDirectory(prefix="fhbench") as directory, supervised(profile, Path(directory)) as platform:
            for name in on_platform:
                PLATFORM[name](platform, figures)
    for name in wanted:
        if name in SOLVER:
            SOLVER[name](figures)
    return 0 if figures.show(ROOT / "var" / "bench.json") else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
