"""`make run`: says where it is, refuses a second start, revives what dies, stops in order on a signal, leaves nothing behind even when it is killed."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local.server import free_port

ROOT = Path(__file__).resolve().parents[3]
RUNNER = """
import sys
from rich.console import Console
from deploy.local.components import Component
from deploy.local.run import Terminal, run
gateway = Component("gateway", "gateway", 0, "gateway", "tests.integration.local.stand_in", ("gateway", sys.argv[1]))
sys.exit(run(Terminal(Console(width=200)), [gateway]))
"""


class Run:
    """One `make run` with a stand-in for the gateway and a real database."""

    def __init__(self, directory: Path, manner: str = "well", **settings: str) -> None:
        self.directory = directory
        self.port = free_port()
        self.output = directory.with_suffix(".out")
        environment = {
            **os.environ,
            "FENGHUO_VAR": str(directory),
            "FENGHUO_PORT": str(self.port),
            "FENGHUO_SAMPLE": "no",
            "FENGHUO_PROFILE": "embedded",
            **settings,
        }
        with self.output.open("w") as output:
            self.process = subprocess.Popen([sys.executable, "-c", RUNNER, manner], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)

    def says(self, words: str) -> bool:
        return words in self.output.read_text(encoding="utf-8")

    def wait(self, condition: Callable[[], bool], deadline_s: float = 60) -> None:
        limit = time.monotonic() + deadline_s
        while not condition():
            assert time.monotonic() < limit, self.output.read_text(encoding="utf-8")
            time.sleep(0.05)

    def ready(self) -> "Run":
        self.wait(lambda: self.says("is ready"))
        return self

    def children(self) -> list[psutil.Process]:
        files = [*self.directory.glob("run/*.pid"), *self.directory.glob("postgres/postgres.pid")]
        return [psutil.Process(json.loads(path.read_text())["pid"]) for path in files]

    def healthy(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(15)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[list[Run]]:
    runs: list[Run] = []
    yield runs
    for run in runs:
        if run.process.poll() is None:
            run.process.kill()
            run.process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_in_order(tmp_path: Path, started: list[Run], number: signal.Signals) -> None:
    started.append(run := Run(tmp_path / "var").ready())
    children = run.children()
    assert run.healthy()
    assert run.says(f"http://127.0.0.1:{run.port}")
    assert run.says((tmp_path / "var" / "keys" / "sample.password").read_text())
    began = time.monotonic()
    assert run.end(number) == 0
    assert time.monotonic() - began < 10
    assert len(children) == 2
    assert not any(child.is_running() for child in children)


def test_a_second_start_in_the_same_directory_is_refused(tmp_path: Path, started: list[Run]) -> None:
    started.append(first := Run(tmp_path / "var").ready())
    started.append(second := Run(first.directory))
    assert second.process.wait(30) == 1
    assert second.says("in use")
    assert first.healthy()


def test_what_dies_starts_again(tmp_path: Path, started: list[Run]) -> None:
    started.append(run := Run(tmp_path / "var").ready())
    killed = run.children()
    for child in killed:
        child.kill()
    run.wait(lambda: run.says("starts again in 0.5 s") and run.says("✓ postgres") and run.healthy())
    assert {child.pid for child in run.children()}.isdisjoint(child.pid for child in killed)


def test_when_it_is_killed_nothing_stays_and_the_next_start_works(tmp_path: Path, started: list[Run]) -> None:
    started.append(run := Run(tmp_path / "var").ready())
    children = run.children()
    run.end(signal.SIGKILL)
    _, alive = psutil.wait_procs(children, timeout=15)
    assert alive == []
    started.append(again := Run(run.directory).ready())
    assert again.end(signal.SIGTERM) == 0


def test_a_component_that_fails_is_named_and_nothing_stays(tmp_path: Path, started: list[Run]) -> None:
    started.append(run := Run(tmp_path / "var", "fails"))
    assert run.process.wait(60) == 1
    assert run.says("gateway ended with code 1 while starting")
    assert run.says("the stand-in fails, as asked")
    assert run.children() == []


def test_one_that_must_be_killed_shows_in_the_exit_code(tmp_path: Path, started: list[Run]) -> None:
    started.append(run := Run(tmp_path / "var", "stubborn").ready())
    assert run.end(signal.SIGTERM) == 2


@pytest.mark.parametrize(
    ("name", "value", "words"), [("FENGHUO_PROFILE", "docker", "known are embedded and stack"), ("FENGHUO_PORT", "http", "a number is needed")]
)
def test_a_wrong_setting_is_named(tmp_path: Path, started: list[Run], name: str, value: str, words: str) -> None:
    started.append(run := Run(tmp_path / "var", **{name: value}))
    assert run.process.wait(30) == 1
    assert run.says(words)


def test_a_taken_port_is_named(tmp_path: Path, started: list[Run]) -> None:
    started.append(first := Run(tmp_path / "var").ready())
    started.append(second := Run(tmp_path / "other", FENGHUO_PORT=str(first.port)))
    assert second.process.wait(30) == 1
    assert second.says(f"port {first.port} of 127.0.0.1 is taken")
