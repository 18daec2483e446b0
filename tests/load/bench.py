"""`make bench`: every benchmark of the platform, on the stack profile by default."""

import os
import sys
import tempfile
from pathlib import Path

from deploy.local.profile import Profile
from tests.fixtures.platform import supervised
from tests.load import intake, latency, pairs
from tests.load.cpu import memory_mb
from tests.load.figures import Figures

ROOT = Path(__file__).resolve().parents[2]


PLATFORM = {"intake": intake.measure, "latency": latency.measure, "pairs": pairs.measure}
"""What is measured on the running platform, by the name that picks it: `python -m tests.load.bench intake`."""


def main(names: list[str]) -> int:
    """Run what is named (all of it when nothing is), print, write var/bench.json; non-zero when a goal is missed."""
    profile: Profile = "embedded" if os.environ.get("FENGHUO_PROFILE") == "embedded" else "stack"
    figures = Figures(f"make bench ({profile})")
    with tempfile.TemporaryDirectory(prefix="fhbench") as directory, supervised(profile, Path(directory)) as platform:
        memory = memory_mb(intake.platform_pids(platform))
        figures.add("memory of all processes, ready", memory, "MB", "<= 900" if profile == "embedded" else "", memory <= 900 if profile == "embedded" else None)
        for name in names or PLATFORM:
            PLATFORM[name](platform, figures)
    return 0 if figures.show(ROOT / "var" / "bench.json") else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
