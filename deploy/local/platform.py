"""The whole platform on one machine: servers of a profile, keys, databases, migrations, and every component under supervision."""

import asyncio
import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self

from chassis.database.schema import migrate, provision
from deploy.local.accounts import Account, ensure_accounts, sample_password
from deploy.local.child import StartError
from deploy.local.components import COMPONENTS, Component
from deploy.local.district import Loader, read
from deploy.local.profile import Profile
from deploy.local.secrets import Keys, ensure_keys, ensure_password
from deploy.local.server import Server, free_port, port_is_free
from deploy.local.stack import Stack
from deploy.local.supervisor import Notice, State, Supervisor, silent

DISTRICT = Path(__file__).resolve().parents[2] / "districts" / "dawukou"
SERVERS_GRACE_S = 2.5
LOOK_S = 0.2

Progress = Callable[[str, float], None]
"""Told about every finished step of the start: what, and how many seconds it took."""


def unheard(_step: str, _seconds: float) -> None:
    """Progress nobody watches."""


class Platform:
    """Starts, supervises and stops a complete installation in one directory. Two of them with two directories do not meet."""

    def __init__(
        self,
        profile: Profile,
        directory: Path,
        *,
        components: Sequence[Component] = COMPONENTS,
        http_port: int | None = None,
        fixed_ports: bool = True,
        settings: Mapping[str, str] | None = None,
        sample: bool = True,
        notice: Notice = silent,
        progress: Progress = unheard,
    ) -> None:
        """Name what to run; nothing starts yet.

        `http_port` replaces the gateway's usual port; every component gets the FENGHUO_* variables `settings` besides;
        `sample` loads the sample district once.
        """
        if http_port is not None:
            components = [replace(each, port=http_port) if each.kind == "gateway" else each for each in components]
        self.directory = directory.resolve()
        self.components = components
        self.stack = Stack(profile, self.directory)
        self.supervisor = Supervisor(self.directory, notice)
        self.ports = {each.name: port_for(each, fixed=fixed_ports) for each in components}
        self.sample = sample
        self.accounts: list[Account] = []
        self.urls: dict[str, str] = {}
        self._settings = settings or {}
        self._notice = notice
        self._progress = progress

    def start(self) -> Self:
        """Start everything, the sample district loaded; raises StartError, and then leaves nothing running."""
        self.serve()
        try:
            self.load_district()
        except BaseException:
            self.stop()
            raise
        return self

    def serve(self) -> None:
        """Start everything, as it was left; raises StartError, and then leaves nothing running."""
        try:
            with self._step("servers"):
                self.stack.start()
            with self._step("databases"):
                keys = ensure_keys(self.directory / "keys")
                self.accounts = ensure_accounts(DISTRICT / "accounts.yaml", self.directory / "accounts.yaml", self.password)
                self.urls = urls = asyncio.run(self._databases())
            with self._step("migrations"):
                migrate_all(urls)
            with self._step("components"):
                for component in self.components:
                    self.supervisor.add(component, self.ports[component.name], self.environment(component, keys, urls))
                self.supervisor.start()
        except BaseException:
            self.stop()
            raise

    @property
    def password(self) -> str:
        """The password of the sample log-ins."""
        return sample_password(self.directory / "keys")

    def load_district(self) -> None:
        """Load the sample district once; an interrupted load goes on at the next start."""
        loaded = self.directory / "district.loaded"
        if not self.sample or loaded.exists():
            return
        with self._step("district"):
            loader = Loader(f"http://{self.address()}", self.password)
            try:
                loader.load(read(DISTRICT))
            finally:
                loader.close()
            loaded.touch()

    def supervise(self, until: threading.Event) -> None:
        """Start again whatever dies, components and servers, until the event is set."""
        while not until.wait(LOOK_S):
            for server in self.stack.servers:
                if not server.alive:
                    self._revive(server)
            self.supervisor.look_after()

    def _revive(self, server: Server) -> None:
        self._notice(server.name, State.RESTARTING, f"ended with code {server.child.exit_code}; its log is {server.child.log}")
        try:
            server.start()
        except StartError as error:
            server.kill()
            self._notice(server.name, State.RESTARTING, str(error))
        else:
            self._notice(server.name, State.READY, "")

    def stop(self) -> bool:
        """Stop everything in reverse order, within ten seconds. False when something had to be killed."""
        components = self.supervisor.stop()
        return self.stack.stop(SERVERS_GRACE_S) and components

    def address(self, name: str = "gateway") -> str:
        """host:port of a component."""
        return f"127.0.0.1:{self.ports[name]}"

    def target(self, area: str) -> str:
        """Where a service is called: every replica of it, in gRPC's notation."""
        return "ipv4:" + ",".join(self.address(each.name) for each in self.components if each.area == area)

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def environment(self, component: Component, keys: Keys, urls: Mapping[str, str]) -> dict[str, str]:
        """The settings of one component: no more than it needs, so that it holds no other component's secret."""
        known = self.stack.environment
        settings = {
            "FENGHUO_LISTEN": self.address(component.name),
            "FENGHUO_LOG_URL": known["FENGHUO_LOG_URL"],
            "FENGHUO_HOT_URL": known["FENGHUO_HOT_URL"],
            "FENGHUO_IDENTITY_PUBLIC_KEY": str(keys.identity_public),
            **self._settings,
        }
        if component.area == "alerts" and "gateway" in self.ports:
            settings.setdefault("FENGHUO_PUBLIC_ADDRESS", os.environ.get("FENGHUO_PUBLIC_ADDRESS") or f"http://{self.address()}")
        if component.kind == "service":
            return settings | {"FENGHUO_DATABASE_URL": urls[component.area], "FENGHUO_AUDIT_KEY": str(keys.audit)}
        called = {area: self.target(area) for area in component.calls if area in urls}
        accounts = str(self.directory / "accounts.yaml")
        return settings | {"FENGHUO_SERVICES": json.dumps(called), "FENGHUO_IDENTITY_KEY": str(keys.identity_private), "FENGHUO_ACCOUNTS_FILE": accounts}

    async def _databases(self) -> dict[str, str]:
        """Role and database of every service; on a server that listens on TCP each role has a password."""
        urls: dict[str, str] = {}
        for component in self.components:
            if component.database is not None and component.area not in urls:
                password = ensure_password(self.directory / "keys", component.database) if self.stack.profile == "stack" else ""
                urls[component.area] = await provision(self.stack.postgres.url, component.database, password)
        return urls

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        yield
        self._progress(name, time.monotonic() - started)


def migrate_all(urls: Mapping[str, str]) -> None:
    """Bring every service's schema to its newest version."""
    for service, url in urls.items():
        migrate(service, url)


def port_for(component: Component, *, fixed: bool) -> int:
    """The component's usual port; a free one where that is not asked for, or (services only, nobody types their ports) is taken."""
    if fixed and port_is_free(component.port):
        return component.port
    if fixed and component.kind == "gateway":
        raise StartError(f"port {component.port} of 127.0.0.1 is taken: another installation, or another program, listens there; FENGHUO_PORT chooses another")
    return free_port()
