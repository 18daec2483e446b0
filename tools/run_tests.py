"""Run the suite on every back end there is, say which, and end with the plain count line `N passed, N failed`.

The back ends are those of FENGHUO_TEST_BACKENDS (comma separated) if set; else `embedded`, and `stack` too on CI or where its servers are installed.
A skipped test counts as a failure: nothing passes by not running.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BACKENDS = ("embedded", "stack")
SIDE_BY_SIDE = ("tests/unit", "tests/contract", "tests/integration", "tests/conformance")
"""Run by several workers at once."""
ONE_BY_ONE = ("tests/e2e", "tests/faults")
"""Each starts the whole platform; two at once would only disturb each other."""
ON_EVERY_BACKEND = ("tests/integration/local", "tests/conformance")
"""Parts that touch the servers of the profile; the others are the same on both and run once."""
UNDER_FIRE = ("tests/faults/test_flood_under_fire.py",)
"""The story while everything is killed in turn: on the first back end here, on each by `make fire`."""
SLOWEST = 12
"""So many of the longest tests are named."""
DOOR = (
    "tests/e2e/test_hostile.py", "tests/e2e/test_hostile_cap.py", "tests/e2e/test_schemathesis.py", "tests/e2e/test_page.py", "tests/e2e/test_page_forces.py",
    "tests/e2e/test_exercise.py", "tests/e2e/test_exercise_load.py",
)  # fmt: skip
"""Tests of the gateway's door and page, and of what only speaks through it, the same whatever stands behind: on the first back end only."""


@dataclass(frozen=True)
class Outcome:
    """What one run of the suite came to."""

    passed: int
    failed: int
    skipped: int
    seconds: float


def missing_servers() -> list[str]:
    """The servers of the stack profile that this machine lacks."""
    present = {
        "PostgreSQL": bool(shutil.which("postgres") or list(Path("/usr/lib/postgresql").glob("*/bin/postgres"))),
        "Redis": bool(shutil.which("redis-server")),
        "Java": bool(shutil.which("java")),
        "Kafka": any((ROOT / "deploy/local/kafka/target").glob("**/*.jar")),
    }
    return [name for name, found in present.items() if not found]


def chosen(environment: dict[str, str], missing: list[str]) -> tuple[list[str], str]:
    """The back ends to run on, and a sentence on those left out."""
    if named := environment.get("FENGHUO_TEST_BACKENDS"):
        backends = [name.strip() for name in named.split(",") if name.strip()]
        if not backends or set(backends) - set(BACKENDS):
            raise SystemExit(f"FENGHUO_TEST_BACKENDS={named}: known are {', '.join(BACKENDS)}")
        return backends, ""
    if not missing or environment.get("CI", "").lower() not in {"", "0", "false"}:
        return list(BACKENDS), ""
    return ["embedded"], f"NOT run on stack: this machine lacks {', '.join(missing)}; `make stack` installs them and runs the suite on them"


def counts(report: Path, seconds: float) -> Outcome:
    """Read pytest's JUnit report; errors are failures."""
    suites = list(ET.parse(report).getroot().iter("testsuite"))  # noqa: S314 - written by pytest a moment ago

    def total(name: str) -> int:
        return sum(int(suite.get(name, "0")) for suite in suites)

    failed, skipped = total("failures") + total("errors"), total("skipped")
    return Outcome(total("tests") - failed - skipped, failed, skipped, seconds)


def run(backend: str, arguments: list[str]) -> Outcome:
    """Run the suite on one back end, its output as it comes; a run that breaks down counts as one failure."""
    print(f"==> tests on {backend}", flush=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.xml"
        command = [sys.executable, "-m", "pytest", f"--junitxml={report}", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=os.environ | {"FENGHUO_TEST_BACKENDS": backend}, check=False)
        seconds = time.monotonic() - started
        if not report.exists():
            return Outcome(0, 1, 0, seconds)
        outcome = counts(report, seconds)
    broken = done.returncode != 0 and not outcome.failed
    return Outcome(outcome.passed, outcome.failed + broken, outcome.skipped, seconds)


def left_out(backends: list[str], backend: str) -> tuple[str, ...]:
    """What does not run on this one of several back ends."""
    return (*DOOR, *UNDER_FIRE) if backend != backends[0] else ()


def runs(backends: list[str], backend: str) -> dict[str, list[str]]:
    """Name and pytest arguments of each run on a back end."""
    without = left_out(backends, backend)
    return {
        "parts": ["-n", "auto", *(SIDE_BY_SIDE if backend == backends[0] else ON_EVERY_BACKEND)],
        "the whole platform": [*ONE_BY_ONE, *(f"--ignore={path}" for path in without), f"--durations={SLOWEST}"],
    }


def main() -> None:
    """Run the suite on the chosen back ends; arguments go to pytest. Exit 1 unless everything ran and passed."""
    backends, missing = chosen(dict(os.environ), missing_servers())
    outcomes: dict[str, Outcome] = {}
    for backend in backends:
        planned = {"tests": sys.argv[1:]} if sys.argv[1:] else runs(backends, backend)
        for name, arguments in planned.items():
            outcomes[f"{name} on {backend}"] = run(backend, arguments)
    for name, outcome in outcomes.items():
        print(f"{name}: {outcome.passed} passed, {outcome.failed} failed, {outcome.skipped} skipped in {outcome.seconds:.0f} s")
    if missing:
        print(missing)
    for backend in backends if not sys.argv[1:] else []:
        if without := left_out(backends, backend):
            print(f"NOT run on {backend}: {', '.join(without)}; `make fire` runs the last")
    failed = sum(outcome.failed + outcome.skipped for outcome in outcomes.values())
    print(f"{sum(outcome.passed for outcome in outcomes.values())} passed, {failed} failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
