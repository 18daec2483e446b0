"""A session that ends in the midst of connecting leaves no connection behind."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from chassis.database import Session
from chassis.database.engine import asyncpg_url
from chassis.eventlog.postgres_session import Session as LogSession
from deploy.local.servers import EmbeddedPostgres


class Slow:
    """Connections whose listeners take their time; remembers them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: list[Any] = []
        self.listening, self.go_on = asyncio.Event(), asyncio.Event()
        original: Callable[..., Any] = asyncpg.Connection.add_listener

        async def slowly(connection: Any, *arguments: Any) -> None:
            self.made.append(connection)
            self.listening.set()
            await self.go_on.wait()
            await original(connection, *arguments)

        monkeypatch.setattr(asyncpg.Connection, "add_listener", slowly)


def _session(url: str) -> Session:
    session = Session(url)
    session.listen("a_channel", lambda _payload: None)
    return session


async def test_cancelled_while_connecting(postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    url = postgres.url
    slow, session = Slow(monkeypatch), _session(url)
    connecting = asyncio.create_task(session.connected())
    await slow.listening.wait()
    connecting.cancel()
    await asyncio.gather(connecting, return_exceptions=True)
    await session.close()
    assert [connection.is_closed() for connection in slow.made] == [True]


async def test_closed_while_connecting(postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    url = postgres.url
    slow, session = Slow(monkeypatch), _session(url)
    connecting = asyncio.create_task(session.connected())
    await slow.listening.wait()
    await session.close()
    slow.go_on.set()
    with pytest.raises(ConnectionError):
        await connecting
    assert [connection.is_closed() for connection in slow.made] == [True]


async def test_the_link_to_the_event_log_closed_while_connecting(postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    url = asyncpg_url(postgres.url)
    slow, session = Slow(monkeypatch), LogSession(lambda: asyncpg.connect(url))
    linking = asyncio.create_task(session.link())
    await slow.listening.wait()
    linking.cancel()
    await session.close()
    assert [connection.is_closed() for connection in slow.made] == [True]
