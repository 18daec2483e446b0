"""Redis as a child process (Debian's package redis-server): the hot store of the stack profile."""

import secrets
import shutil
import socket
from pathlib import Path

from deploy.local.child import Command, StartError
from deploy.local.server import Server, free_port

CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {directory}
# Hot state may be lost without harm: nothing is written to disk, and the oldest goes first when memory is short.
save ""
appendonly no
maxmemory 128mb
maxmemory-policy allkeys-lru
loglevel warning
daemonize no
"""


class Redis(Server):
    """A Redis on a TCP port of the loopback address, with a password."""

    name = "redis"

    def __init__(self, directory: Path) -> None:
        """Name the directory; nothing starts yet."""
        super().__init__(directory)
        self.port = free_port()
        self._password = secrets.token_hex(24)

    def prepare(self) -> Command:
        """Write the configuration (it holds the password, so only we may read it). Raises StartError."""
        binary = shutil.which("redis-server")
        if binary is None:
            raise StartError("no redis-server on this machine: run deploy/local/packages.sh")
        configuration = self.directory / "redis.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(CONFIGURATION.format(port=self.port, password=self._password, directory=self.directory))
        return Command([binary, str(configuration)])

    def healthy(self) -> bool:
        """Whether an authenticated PING is answered."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(f"AUTH {self._password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (part := connection.recv(256)):
                    answer += part
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    @property
    def url(self) -> str:
        """redis://:<password>@127.0.0.1:<port>/0."""
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"
