"""Starts the components as processes, waits until each answers its health check, restarts one that dies, and stops all in order."""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from deploy.health import grpc_serving, http_healthy, listening
from deploy.local.child import Child, Command, StartError
from deploy.local.components import Component

ROOT = Path(__file__).resolve().parents[2]
READY_DEADLINE_S = 60
POLL_S = 0.05
FIRST_BACKOFF_S = 0.5
LONGEST_BACKOFF_S = 15.0
CALM_S = 60.0
"""A component that ran this long is restarted without delay again."""
HEAD_START_S = 2.0
GRACE_S = 7.0
"""For everything together; the servers stop after that, so that the whole ends within ten seconds."""
LOG_LIMIT = 20_000_000


class State(StrEnum):
    """What a component does now."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"
    STOPPED = "stopped"


PROBES: Mapping[str, Callable[[str, int], bool]] = {"service": grpc_serving, "gateway": http_healthy}


def rotate(log: Path) -> None:
    """Keep one older log, so that logs of a long-lived installation stay bounded."""
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))


@dataclass
class Process:
    """One component under supervision."""

    component: Component
    port: int
    environment: Mapping[str, str]
    child: Child
    state: State = State.WAITING
    started_at: float = 0.0
    ready_s: float = 0.0
    backoff_s: float = 0.0
    not_before: float = 0.0
    restarts: int = field(default=0)

    def launch(self) -> None:
        """Start the process without waiting."""
        rotate(self.child.log)
        command = Command([sys.executable, "-m", self.component.module, *self.component.arguments], self.environment, niceness=self.component.niceness)
        self.child.spawn(command)
        self.started_at = time.monotonic()
        self.state = State.STARTING

    def check_ready(self) -> bool:
        """Notice that a starting component became ready."""
        if self.state is State.STARTING and listening("127.0.0.1", self.port) and PROBES[self.component.kind]("127.0.0.1", self.port):
            self.state = State.READY
            self.ready_s = time.monotonic() - self.started_at
        return self.state is State.READY

    def plan_restart(self) -> None:
        """The process died: start it again after a delay that doubles while it keeps dying."""
        now = time.monotonic()
        calm = now - self.started_at > CALM_S
        self.backoff_s = FIRST_BACKOFF_S if calm or not self.backoff_s else min(self.backoff_s * 2, LONGEST_BACKOFF_S)
        self.not_before = now + self.backoff_s
        self.restarts += 1
        self.state = State.RESTARTING


Notice = Callable[[str, State, str], None]
"""Told about every change of state: component, new state, detail."""


def silent(_name: str, _state: State, _detail: str) -> None:
    """A notice nobody reads."""


class Supervisor:
    """Runs a set of components. Its methods belong to one thread."""

    def __init__(self, directory: Path, notice: Notice = silent) -> None:
        """Name where pid files (run/) and logs (log/) go; nothing starts yet."""
        self.directory = directory
        self.notice = notice
        self.processes: dict[str, Process] = {}

    def add(self, component: Component, port: int, environment: Mapping[str, str]) -> None:
        """Put a component under supervision; it starts with `start`."""
        log = self.directory / "log" / f"{component.name}.log"
        child = Child(component.name, self.directory / "run", log)
        self.processes[component.name] = Process(component, port, {"PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}", "PYTHONUNBUFFERED": "1", **environment}, child)

    def start(self, deadline_s: float = READY_DEADLINE_S) -> None:
        """Start all side by side and wait until each is ready. Raises StartError with the tail of the log of one that is not, after stopping all."""
        for process in self.processes.values():
            process.launch()
            self.notice(process.component.name, process.state, "")
        limit = time.monotonic() + deadline_s
        try:
            self._wait_all(limit, deadline_s)
        except BaseException:
            self.stop()
            raise

    def _wait_all(self, limit: float, deadline_s: float) -> None:
        starting = list(self.processes.values())
        while starting:
            for process in starting:
                child = process.child
                if not child.alive:
                    raise StartError(f"{child.name} ended with code {child.exit_code} while starting; its log is {child.log}\n{child.tail()}")
                if time.monotonic() > limit:
                    raise StartError(f"{child.name} was not ready within {deadline_s:g} s; its log is {child.log}\n{child.tail()}")
                if process.check_ready():
                    self.notice(child.name, State.READY, f"{process.ready_s:.1f} s")
            starting = [process for process in starting if process.state is not State.READY]
            time.sleep(POLL_S)

    def restart(self, name: str, deadline_s: float = READY_DEADLINE_S) -> None:
        """Start one component that was killed, and wait until it is ready. Raises StartError."""
        process = self.processes[name]
        process.launch()
        process.child.wait_healthy(process.check_ready, deadline_s)

    def kill(self, name: str) -> None:
        """SIGKILL one component."""
        self.processes[name].child.kill()

    def look_after(self) -> None:
        """One round: notice deaths, restart what is due, notice readiness."""
        for name, process in self.processes.items():
            if process.state in {State.STARTING, State.READY} and not process.child.alive:
                code = process.child.exit_code
                process.plan_restart()
                self.notice(name, State.RESTARTING, f"ended with code {code}; starts again in {process.backoff_s:g} s; its log is {process.child.log}")
            elif process.state is State.RESTARTING and time.monotonic() >= process.not_before:
                process.launch()
            elif process.state is State.STARTING and process.check_ready():
                self.notice(name, State.READY, f"{process.ready_s:.1f} s")

    def stop(self) -> bool:
        """Stop in reverse order: the gateway has a head start, since it stops accepting at once; the services follow. False when one had to be killed."""
        started = time.monotonic()
        order = list(reversed(self.processes.values()))
        doors = [process for process in order if process.component.kind == "gateway"]
        for process in doors:
            process.child.request_stop()
        while any(process.child.alive for process in doors) and time.monotonic() < started + HEAD_START_S:
            time.sleep(POLL_S)
        for process in order:
            process.child.request_stop()
        in_order = True
        for process in order:
            in_order = process.child.stop(max(0.0, started + GRACE_S - time.monotonic())) and in_order
            process.state = State.STOPPED
            self.notice(process.component.name, State.STOPPED, "")
        return in_order
