"""The installer of system packages installs only what is missing. Run with a PATH of chosen programs; nothing is really installed."""

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "deploy" / "local" / "packages.sh"
TOOLS = ["bash", "env", "id", "sed", "cat", "tee", "chmod", "rm"]


def machine(directory: Path, *, programs: dict[str, str]) -> str:
    """A directory of programs that stands for a machine; real tools, and stand-ins that print what is given."""
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (directory / tool).symlink_to(found)
    for name, output in programs.items():
        path = directory / name
        path.write_text(f"#!/bin/sh\n{output}\n")
        path.chmod(0o755)
    return str(directory)


def run(path: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", SCRIPT, *arguments], env={"PATH": path}, capture_output=True, text=True, check=False)


FULL = {
    "postgres": "true",
    "redis-server": "true",
    "mvn": "true",
    "setpriv": "true",
    "chromium": "true",
    "java": "echo '    java.specification.version = 21' >&2",
}


def test_nothing_missing_installs_nothing(tmp_path: Path) -> None:
    answer = run(machine(tmp_path, programs=FULL), "--browser")
    assert (answer.returncode, "nothing to install" in answer.stdout) == (0, True)


@pytest.mark.parametrize("version", ["11", "1.8"])
def test_an_old_java_is_not_enough(tmp_path: Path, version: str) -> None:
    programs = FULL | {"java": f"echo '    java.specification.version = {version}' >&2", "apt-get": "exit 9", "apt-cache": "exit 0", "sudo": "exit 9"}
    answer = run(machine(tmp_path, programs=programs), "--dry-run")
    assert answer.stdout.strip().endswith("would install: openjdk-17-jre-headless")


def test_only_the_missing_is_installed(tmp_path: Path) -> None:
    programs = {name: text for name, text in FULL.items() if name not in {"redis-server", "chromium"}}
    asked = programs | {"apt-get": "exit 9", "sudo": "exit 9"}
    path = machine(tmp_path, programs=asked)
    assert run(path, "--dry-run").stdout.strip().endswith("would install: redis-server")
    assert run(path, "--dry-run", "--browser").stdout.strip().endswith("would install: redis-server chromium")


def test_a_machine_without_apt_is_told_what_to_install(tmp_path: Path) -> None:
    answer = run(machine(tmp_path, programs={name: text for name, text in FULL.items() if name != "mvn"}))
    assert (answer.returncode, "please install: maven" in answer.stderr) == (1, True)


def test_an_unknown_option_is_refused(tmp_path: Path) -> None:
    assert run(machine(tmp_path, programs=FULL), "--everything").returncode == 2
