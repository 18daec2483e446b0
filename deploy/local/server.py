"""What every local server has in common: a directory of its own, start, stop, kill, restart and a URL."""

import fcntl
import os
import socket
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar, Self

from deploy.local.child import Child, Command, StartError


def free_port() -> int:
    """A TCP port of the loopback address that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    """Whether a server could listen on the port of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


class Server(ABC):
    """A real server as a child process. All it keeps is in its directory, which one starter at a time may use."""

    name: ClassVar[str]
    start_deadline_s: ClassVar[float] = 30

    def __init__(self, directory: Path) -> None:
        """Name the directory; nothing starts yet."""
        self.directory = directory.resolve()
        self.child = Child(self.name, self.directory)
        self._lock: int | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """Where clients reach the server, with its credentials; stays the same over a restart."""

    @abstractmethod
    def prepare(self) -> Command:
        """Lay out the directory (once) and return the command to run. Raises StartError when the machine lacks something, and says what."""

    @abstractmethod
    def healthy(self) -> bool:
        """Whether the server answers its protocol now."""

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.child.alive

    def launch(self) -> None:
        """Start the process without waiting for its health, so that several servers can start side by side."""
        if self.alive:
            return
        self._take_directory()
        self.child.spawn(self.prepare())

    def wait_ready(self) -> None:
        """Wait until the server is healthy; raises StartError with the tail of its log."""
        self.child.wait_healthy(self.healthy, self.start_deadline_s)

    def start(self) -> Self:
        """Start the server and wait until it is healthy; raises StartError."""
        self.launch()
        self.wait_ready()
        return self

    def stop(self, grace_s: float = 10) -> bool:
        """Stop the server in order and release the directory. False when it had to be killed."""
        in_order = self.child.stop(grace_s)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        return in_order

    def kill(self) -> None:
        """SIGKILL, as a power cut would: what was not made durable is lost."""
        self.child.kill()

    def restart(self) -> None:
        """Stop in order (if running) and start again under the same URL."""
        self.child.stop()
        self.start()

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def _take_directory(self) -> None:
        if self._lock is not None:
            return
        self.directory.mkdir(parents=True, exist_ok=True)
        lock = os.open(self.directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise StartError(f"{self.directory} is in use: another process runs its {self.name}") from None
        self._lock = lock
