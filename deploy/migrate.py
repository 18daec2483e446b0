"""Bring the databases of services to their newest schema: `python -m deploy.migrate plans …`, a Job before a roll-out, a one-shot container in compose.

FENGHUO_DATABASE_URL is the service's own database; `{service}` in it stands for the name. With FENGHUO_ADMIN_DATABASE_URL (a server where the platform
may create roles) role and database are created first, with the password of the service's URL. Waits for the server as long as it takes.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Callable
from functools import partial

import asyncpg
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from chassis.database import LOST
from chassis.database.schema import migrate, provision
from deploy.local.components import SERVICES

PAUSE_S = 2.0


def patiently(work: Callable[[], None]) -> None:
    """Do the work; while the server is not there yet, say so and try again."""
    while True:
        try:
            return work()
        except LOST as error:
            waiting: Exception = error
        except DBAPIError as error:
            if not error.connection_invalidated and not isinstance(error.__cause__, asyncpg.CannotConnectNowError):
                raise
            waiting = error
        print(f"waiting for the database: {waiting!r}", flush=True)
        time.sleep(PAUSE_S)


def prepare(service: str, url: str, admin_url: str | None) -> None:
    """Create (when allowed) and migrate one service's database."""
    if admin_url:
        own = make_url(url)
        name = f"fenghuo_{service}"
        if (own.username, own.database) != (name, name):
            raise SystemExit(f"{service}: role and database must both be called {name}")
        asyncio.run(provision(admin_url, name, str(own.password or "")))
    migrate(service, url)
    print(f"{service}: up to date", flush=True)


def main() -> None:
    """Migrate the services named."""
    names = [component.name for component in SERVICES]
    parser = argparse.ArgumentParser(prog="python -m deploy.migrate", description="migrate the databases of services")
    parser.add_argument("services", nargs="+", choices=names, metavar="SERVICE", help=", ".join(names))
    chosen = parser.parse_args().services
    template = os.environ.get("FENGHUO_DATABASE_URL")
    if not template:
        sys.exit("FENGHUO_DATABASE_URL is not set")
    for service in chosen:
        patiently(partial(prepare, service, template.replace("{service}", service), os.environ.get("FENGHUO_ADMIN_DATABASE_URL")))


if __name__ == "__main__":
    main()
