"""The servers of one profile and the three URLs that are all a component knows of them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self, get_args

from chassis.database.schema import provision
from deploy.local.profile import Profile
from deploy.local.servers import EmbeddedPostgres, Kafka, Postgres, Redis, Server, SystemPostgres

LOG_DATABASE = "fenghuo_log"


class Stack:
    """Starts the servers of a profile side by side; a context manager. Whatever the profile, `environment` has the same keys."""

    def __init__(self, profile: Profile, directory: Path) -> None:
        """Name the profile and where its servers keep their data; nothing starts yet."""
        if profile not in get_args(Profile):
            raise ValueError(f"no profile {profile!r}: known are {', '.join(get_args(Profile))}")
        self.profile = profile
        self.directory = directory.resolve()
        self.postgres: Postgres = SystemPostgres(self.directory / "postgres-system") if profile == "stack" else EmbeddedPostgres(self.directory / "postgres")
        self.kafka = Kafka(self.directory / "kafka") if profile == "stack" else None
        self.redis = Redis(self.directory / "redis") if profile == "stack" else None
        self._log_url = ""

    @property
    def servers(self) -> list[Server]:
        """In the order they start; they stop in the reverse order."""
        return [server for server in (self.kafka, self.redis, self.postgres) if server is not None]

    @property
    def environment(self) -> dict[str, str]:
        """FENGHUO_DATABASE_URL (server, with the right to create databases), FENGHUO_LOG_URL and FENGHUO_HOT_URL."""
        return {
            "FENGHUO_DATABASE_URL": self.postgres.url,
            "FENGHUO_LOG_URL": self.kafka.url if self.kafka else self._log_url,
            "FENGHUO_HOT_URL": self.redis.url if self.redis else "memory://",
        }

    def start(self) -> Self:
        """Start every server and wait until all are healthy; raises StartError, and then leaves none running."""
        try:
            for server in self.servers:
                server.launch()
            for server in self.servers:
                server.wait_ready()
            if self.kafka is None:
                self._log_url = asyncio.run(provision(self.postgres.url, LOG_DATABASE))
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self, grace_s: float = 10) -> bool:
        """Stop the servers in reverse order. False when one had to be killed."""
        return all([server.stop(grace_s) for server in reversed(self.servers)])  # noqa: C419 - stop every one, whatever the first says

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()


@contextmanager
def running(profile: Profile, directory: Path) -> Iterator[dict[str, str]]:
    """The environment of a running profile, for as long as the block lasts."""
    with Stack(profile, directory) as stack:
        yield stack.environment
