"""`.ci/run` ends with the plain count line and the status of what it ran, also when it does not get as far as the tests."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def ended(directory: Path, recipe: str, packages: str = "true") -> tuple[int, str]:
    """Run .ci/run with a Makefile whose `test` is the recipe; its status and its last line."""
    for path, text in {"Makefile": f"setup:\n\t@true\ntest:\n\t@{recipe}\n", "deploy/local/packages.sh": f"#!/bin/sh\n{packages}\n"}.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_text(text)
    (directory / "deploy/local/packages.sh").chmod(0o755)
    (directory / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/run", directory / ".ci/run")
    done = subprocess.run([str(directory / ".ci/run")], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("recipe", "packages", "passes", "last"),
    [
        ("echo '12 passed, 0 failed'", "true", True, "12 passed, 0 failed"),
        ("echo '11 passed, 1 failed'; exit 1", "true", False, "11 passed, 1 failed"),
        ("echo 'mypy: error'; exit 1", "true", False, "0 passed, 1 failed"),
        ("echo '12 passed, 0 failed'", "exit 3", False, "0 passed, 1 failed"),
        ("true", "true", False, "0 passed, 1 failed"),
    ],
)
def test_the_last_line_is_the_count(recipe: str, packages: str, passes: bool, last: str, tmp_path: Path) -> None:
    status, line = ended(tmp_path, recipe, packages)
    assert (status == 0, line) == (passes, last)
