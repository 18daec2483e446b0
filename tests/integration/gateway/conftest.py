"""The public gateway in the test's own process, in front of services that really run."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio
import yaml
from argon2 import PasswordHasher

from gateway.public.app import create_app
from gateway.public.edge import Edge
from gateway.settings import GatewaySettings
from tests.fixtures.service import Running

PASSWORD = "right"
Open = Callable[..., Awaitable[httpx.AsyncClient]]


def account(username: str, *roles: str, regions: tuple[str, ...] = ("640202",)) -> dict[str, object]:
    """A local account with PASSWORD; without roles its role is its name."""
    return {
        "username": username, "password_hash": PasswordHasher(1, 8, 1).hash(PASSWORD), "org": "test", "roles": list(roles or (username,)),
        "regions": list(regions),
    }  # fmt: skip


@pytest_asyncio.fixture
async def door(keys: Path, tmp_path: Path) -> AsyncIterator[Open]:
    """`await door(dispatch, hot_url=…)` gives a client of a gateway in front of the running services."""
    file = tmp_path / "accounts.yaml"
    file.write_text(
        yaml.safe_dump(
            {
                "accounts": [
                    account("duty_officer"),
                    account("duty_leader"),
                    account("administrator"),
                    account("auditor"),
                    account("neighbour", "duty_officer", regions=("640205",)),
                ]
            }
        )
    )
    async with contextlib.AsyncExitStack() as stack:

        async def begin(*services: Running, **settings: Any) -> httpx.AsyncClient:
            values: dict[str, Any] = {
                "identity_key": keys / "identity.pem", "identity_public_key": keys / "identity.pub.pem", "accounts_file": file,
                "log_url": services[0].service.settings.log_url,
                "services": {each.service.definition.name: f"127.0.0.1:{each.service.port}" for each in services},
            }  # fmt: skip
            edge = create_app(GatewaySettings(**(values | settings)))
            await stack.enter_async_context(_living(edge))
            return await stack.enter_async_context(httpx.AsyncClient(transport=httpx.ASGITransport(edge), base_url="http://gateway"))

        yield begin


@contextlib.asynccontextmanager
async def _living(edge: Edge) -> AsyncIterator[None]:
    """The application between its start and its end, by the lifespan part of ASGI."""
    to_app: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    from_app: asyncio.Queue[Any] = asyncio.Queue()
    running = asyncio.create_task(edge({"type": "lifespan", "asgi": {"version": "3.0"}}, to_app.get, from_app.put))
    for step in ("startup", "shutdown"):
        to_app.put_nowait({"type": f"lifespan.{step}"})
        assert await from_app.get() == {"type": f"lifespan.{step}.complete"}
        if step == "startup":
            yield
    await running


async def login(client: httpx.AsyncClient, username: str) -> dict[str, str]:
    """The headers of a person who logged in."""
    answer = await client.post("/api/v1/auth/login", json={"username": username, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    client.cookies.clear()
    return {"Authorization": f"Bearer {answer.json()['token']}"}
