"""The supervisor waits for health, restarts what dies, and stops everything in order and in bounded time."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest

from deploy.local import supervisor as subject
from deploy.local.child import StartError
from deploy.local.components import Component
from deploy.local.server import free_port
from deploy.local.supervisor import Process, State, Supervisor

MODULE = "tests.integration.local.stand_in"


class Told:
    """Keeps every notice."""

    def __init__(self) -> None:
        self.notices: list[tuple[str, State]] = []

    def __call__(self, name: str, state: State, _detail: str) -> None:
        self.notices.append((name, state))

    def order(self, state: State) -> list[str]:
        return [name for name, reached in self.notices if reached is state]


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def supervisor(tmp_path: Path, told: Told) -> Iterator[Supervisor]:
    made = Supervisor(tmp_path, told)
    yield made
    made.stop()


def add(supervisor: Supervisor, name: str, kind: Literal["service", "gateway"], manner: str = "well") -> Process:
    port = free_port()
    supervisor.add(Component(name, name, port, kind, MODULE, (kind, manner)), port, {"FENGHUO_LISTEN": f"127.0.0.1:{port}"})
    return supervisor.processes[name]


def watch(supervisor: Supervisor, until: Callable[[], bool], deadline_s: float = 20) -> None:
    """Let the supervisor work until the condition holds."""
    limit = time.monotonic() + deadline_s
    while not until():
        assert time.monotonic() < limit
        supervisor.look_after()
        time.sleep(subject.POLL_S)


def test_everything_is_ready_and_stops_gateway_first(supervisor: Supervisor, told: Told) -> None:
    add(supervisor, "plans", "service")
    add(supervisor, "gateway", "gateway")
    supervisor.start()
    assert {process.state for process in supervisor.processes.values()} == {State.READY}
    assert supervisor.stop() is True
    assert told.order(State.STOPPED) == ["gateway", "plans"]
    assert not any(process.child.alive for process in supervisor.processes.values())


def test_what_dies_starts_again_after_a_growing_delay(supervisor: Supervisor) -> None:
    process = add(supervisor, "plans", "service")
    supervisor.start()
    first = process.child.pid
    supervisor.kill("plans")
    watch(supervisor, lambda: process.state is State.READY and process.restarts == 1)
    assert process.child.pid != first
    supervisor.kill("plans")
    watch(supervisor, lambda: process.state is State.RESTARTING)
    assert process.backoff_s == 2 * subject.FIRST_BACKOFF_S
    process.started_at -= subject.CALM_S + 1
    process.plan_restart()
    assert process.backoff_s == subject.FIRST_BACKOFF_S


def test_the_delay_has_a_limit(supervisor: Supervisor) -> None:
    process = add(supervisor, "plans", "service")
    process.started_at = time.monotonic()
    for _ in range(12):
        process.plan_restart()
    assert process.backoff_s == subject.LONGEST_BACKOFF_S


@pytest.mark.parametrize(("manner", "message"), [("fails", r"(?s)ended with code 1.*as asked"), ("mute", r"not ready within 1 s")])
def test_a_component_that_does_not_start_stops_the_others(supervisor: Supervisor, manner: str, message: str) -> None:
    add(supervisor, "plans", "service")
    add(supervisor, "dispatch", "service", manner)
    with pytest.raises(StartError, match=message):
        supervisor.start(deadline_s=1 if manner == "mute" else 30)
    assert not any(process.child.alive for process in supervisor.processes.values())


def test_one_that_will_not_stop_is_killed_in_time(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "GRACE_S", 0.5)
    process = add(supervisor, "plans", "service", "stubborn")
    supervisor.start()
    started = time.monotonic()
    assert supervisor.stop() is False
    assert time.monotonic() - started < 2
    assert not process.child.alive


def test_logs_are_kept_and_bounded(supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "LOG_LIMIT", 10)
    log = tmp_path / "log" / "gateway.log"
    log.parent.mkdir()
    log.write_text("of an earlier run\n")
    add(supervisor, "gateway", "gateway")
    supervisor.start()
    assert (tmp_path / "log" / "gateway.log.1").read_text() == "of an earlier run\n"
    assert "GET /healthz" in log.read_text()


def test_a_killed_component_can_be_started_by_hand(supervisor: Supervisor) -> None:
    process = add(supervisor, "gateway", "gateway")
    supervisor.start()
    supervisor.kill("gateway")
    supervisor.restart("gateway")
    assert process.state is State.READY
