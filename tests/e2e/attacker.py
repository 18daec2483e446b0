"""Somebody with a valid key or session who means harm: sessions of any caller, and what the caller's requests left behind."""

import asyncio
from collections.abc import Sequence

import asyncpg
import httpx
from joserfc.jwk import OKPKey

from chassis.access import Roles
from chassis.database import asyncpg_url
from chassis.hot import open_hot_store
from chassis.identity import Caller
from chassis.settings import ROOT
from deploy.local.platform import Platform
from gateway.auth.sessions import Sessions

ROLES = Roles.load(ROOT / "deploy" / "roles.yaml")
DISTRICT = "640202"


def caller(name: str, roles: Sequence[str] = tuple(ROLES.table), regions: Sequence[str] = (DISTRICT,)) -> Caller:
    """Somebody with these roles, all of them unless said otherwise, so that nothing hides behind 403."""
    return Caller(f"user:{name}", "test", tuple(roles), tuple(regions), name)


def key_of(platform: Platform) -> OKPKey:
    """The key that signs sessions."""
    return OKPKey.import_key((platform.directory / "keys" / "identity.pem").read_bytes())


def session(platform: Platform, who: Caller) -> str:
    """A valid session of the caller."""

    async def token() -> str:
        return Sessions(key_of(platform), await open_hot_store("memory://"), 1).open(who)[0]

    return asyncio.run(token())


def client(platform: Platform, who: Caller) -> httpx.Client:
    """An HTTP client that is logged in as the caller."""
    return httpx.Client(base_url=f"http://{platform.address()}", headers={"Authorization": f"Bearer {session(platform, who)}"}, timeout=20)


def effects(platform: Platform, who: Caller) -> dict[str, int]:
    """Journal rows of the caller, by service; audited reads do not count."""
    query = "SELECT count(*) FROM journal WHERE caller = $1 AND request_id NOT LIKE 'read:%'"
    return {name: int(rows(platform, name, query, who.id)[0][0]) for name in services(platform)}


def services(platform: Platform) -> list[str]:
    """Names of the services."""
    return [component.name for component in platform.components if component.kind == "service"]


def rows(platform: Platform, service: str, query: str, *values: object) -> list[asyncpg.Record]:
    """Rows of a service's database."""

    async def fetch() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(asyncpg_url(platform.urls[service]))
        try:
            return list(await connection.fetch(query, *values))
        finally:
            await connection.close()

    return asyncio.run(fetch())
