"""One child process that cannot outlive whoever started it.

On Linux the kernel signals the child when its starter dies (PR_SET_PDEATHSIG, set by `setpriv` of util-linux); elsewhere, and should that signal
be lost, a pid file names the process (pid and time of creation, so that a reused pid is never touched) and the next start ends it first.
"""

import contextlib
import functools
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import psutil

GROUP_S = 1.0
"""How long setting the niceness of a session may take; it is worth no more."""
POLL_S = 0.02
TAIL_LINES = 25


class StartError(RuntimeError):
    """A child did not become healthy; the message ends with the tail of its log."""


@dataclass(frozen=True, slots=True)
class Account:
    """The operating-system account a child runs as, when that is not ours (only root may change it)."""

    name: str
    keep_access: bool = False
    """Let the account pass directories closed to it (capability DAC_OVERRIDE): a checkout below /root, for example."""


@dataclass(frozen=True, slots=True)
class Command:
    """What to run, as whom, and which signal asks it to stop."""

    argv: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    niceness: int = 0
    """How far it stands back where processors are short (nice)."""

    def wrapped(self) -> list[str]:
        """The command line with its niceness, and with the signal on our death and the account, applied by setpriv where the machine has it."""
        argv = ["nice", "-n", str(self.niceness), *self.argv] if self.niceness else list(self.argv)
        setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
        if setpriv is None:
            if self.account is not None:
                raise StartError("root must hand this server to another account, which needs setpriv (package util-linux); or run as an ordinary user")
            return argv
        options = ["--pdeathsig", self.stop_signal.name.removeprefix("SIG")]
        if self.account is not None:
            options += account_options(self.account)
        return [setpriv, *options, "--", *argv]


def account_options(account: Account) -> list[str]:
    """The options of setpriv that change to the account."""
    entry = pwd.getpwnam(account.name)
    options = ["--reuid", str(entry.pw_uid), "--regid", str(entry.pw_gid), "--init-groups"]
    if account.keep_access:
        options += ["--inh-caps", "+dac_override", "--ambient-caps", "+dac_override"]
    return options


@functools.cache
def _spawner() -> ThreadPoolExecutor:
    """The thread that forks every child: the death signal is bound to the forking *thread*, which therefore must live as long as this process."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")


def _same_process(pid_file: Path) -> psutil.Process | None:
    """The live process the pid file names, or None when it is gone or another process has its pid by now."""
    try:
        noted = json.loads(pid_file.read_text())
        process = psutil.Process(noted["pid"])
        alive = abs(process.create_time() - noted["created"]) < 0.05 and process.status() != psutil.STATUS_ZOMBIE
    except (FileNotFoundError, ValueError, KeyError, psutil.NoSuchProcess):
        return None
    return process if alive else None


def _end(processes: Sequence[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def _stand_back(pid: int, niceness: int) -> None:
    """Give the process's session its niceness too: where Linux groups processes by session (sched(7), autogroup), `nice` counts within a session only."""
    limit = time.monotonic() + GROUP_S
    while time.monotonic() < limit:
        try:
            Path(f"/proc/{pid}/autogroup").write_text(str(niceness))
        except BlockingIOError:  # who is not root may do this ten times a second
            time.sleep(POLL_S)
        except OSError:  # no such grouping here, or the process is gone
            return
        else:
            return


class Child:
    """A supervised process: its pid file and its log stand in `directory`."""

    def __init__(self, name: str, directory: Path, log: Path | None = None) -> None:
        """Name the child; nothing starts yet."""
        self.name = name
        self.directory = directory
        self.log = log or directory / f"{name}.log"
        self._pid_file = directory / f"{name}.pid"
        self._process: subprocess.Popen[bytes] | None = None
        self._stop_signal = signal.SIGTERM
        self._stop_requested = False
        self._log_start = 0

    @property
    def pid(self) -> int | None:
        """The process id while the child runs."""
        return self._process.pid if self._process is not None and self.alive else None

    @property
    def alive(self) -> bool:
        """Whether the process started last still runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How the process started last ended; None before that."""
        return None if self._process is None else self._process.poll()

    def spawn(self, command: Command) -> None:
        """Start the process; a left-over of an earlier, crashed starter is ended first."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.end_left_over(command.stop_signal)
        self._stop_signal = command.stop_signal
        self._stop_requested = False
        self._log_start = self.log.stat().st_size if self.log.exists() else 0
        argv = command.wrapped()
        environment = {**os.environ, **command.environment}
        with self.log.open("ab") as log:
            self._process = (
                _spawner()
                .submit(lambda: subprocess.Popen(argv, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True))
                .result()
            )
        if command.niceness:
            _stand_back(self._process.pid, command.niceness)
        with contextlib.suppress(psutil.NoSuchProcess):  # it failed at once; the health check reports it
            created = psutil.Process(self._process.pid).create_time()
            self._pid_file.write_text(json.dumps({"pid": self._process.pid, "created": created}))

    def end_left_over(self, stop_signal: signal.Signals, grace_s: float = 10) -> None:
        """End the process an earlier starter left behind, if the pid file still names one."""
        process = _same_process(self._pid_file)
        if process is not None and (self._process is None or process.pid != self._process.pid):
            _end([process], stop_signal)
            _, left = psutil.wait_procs([process], timeout=grace_s)
            _end(left, signal.SIGKILL)
            psutil.wait_procs(left, timeout=grace_s)
        self._pid_file.unlink(missing_ok=True)

    def wait_healthy(self, healthy: Callable[[], bool], deadline_s: float) -> None:
        """Return when `healthy()` says so; StartError when the child ended or the time is up."""
        limit = time.monotonic() + deadline_s
        while True:
            if not self.alive:
                raise StartError(f"{self.name} ended with code {self.exit_code} while starting\n{self.tail()}")
            if healthy():
                return
            if time.monotonic() > limit:
                raise StartError(f"{self.name} was not healthy within {deadline_s:g} s\n{self.tail()}")
            time.sleep(POLL_S)

    def request_stop(self) -> None:
        """Ask the process to stop, without waiting; a second request is harmless."""
        if self._process is not None and self.alive and not self._stop_requested:
            self._stop_requested = True
            self._process.send_signal(self._stop_signal)

    def stop(self, grace_s: float = 10) -> bool:
        """Ask the process to stop and wait; when the grace is over kill it and return False."""
        if self._process is None:
            return True
        self.request_stop()
        in_order = True
        try:
            self._process.wait(grace_s)
        except subprocess.TimeoutExpired:
            in_order = False
            self.kill()
        self._pid_file.unlink(missing_ok=True)
        return in_order

    def kill(self) -> None:
        """SIGKILL the process and all it forked, as a power cut would, and wait until they are gone."""
        if self._process is None or not self.alive:
            return
        family = [psutil.Process(self._process.pid), *psutil.Process(self._process.pid).children(recursive=True)]
        _end(family, signal.SIGKILL)
        self._process.wait()
        psutil.wait_procs(family[1:], timeout=10)
        self._pid_file.unlink(missing_ok=True)

    def tail(self, lines: int = TAIL_LINES) -> str:
        """The last lines the child logged since its start."""
        if not self.log.exists():
            return "(no log)"
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            text = log.read().decode(errors="replace").splitlines()
        return "\n".join(f"  | {line}" for line in text[-lines:]) or "(its log is empty)"
