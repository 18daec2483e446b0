"""A long-lived connection of a process, for what a pool cannot do: hold leases and hear notices."""

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any

import asyncpg

from chassis.database.engine import asyncpg_url


def lock_key(name: str) -> int:
    """A stable 63-bit key for an advisory lock."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


class Session:
    """One long-lived connection of a process, for what a pool cannot do: hold leases and hear notices. Reconnects by itself; leases are lost with it."""

    def __init__(self, url: str) -> None:
        self._url = asyncpg_url(url)
        self._connection: Any = None
        self._listeners: dict[str, Callable[[str], None]] = {}
        self._gate = asyncio.Lock()
        self._turn = asyncio.Lock()
        self._over = False

    def listen(self, channel: str, heard: Callable[[str], None]) -> None:
        """Call `heard` with the payload of every notice on the channel, from the next (re)connection on."""
        self._listeners[channel] = heard

    async def connected(self) -> Any:
        """The live connection; reconnects when it was lost, and then calls every listener once, since notices may have been missed."""
        async with self._gate:
            if self.open:
                return self._connection
            if self._over:
                raise ConnectionError("the session is over")
            connection = await asyncpg.connect(self._url, timeout=5, command_timeout=10)
            try:
                await self._subscribe(connection)
            except BaseException:  # a cancellation too: nobody else knows of the connection
                connection.terminate()
                raise
            self._connection = connection
            for heard in self._listeners.values():
                heard("")
            return connection

    async def _subscribe(self, connection: Any) -> None:
        for channel, heard in self._listeners.items():
            await connection.add_listener(channel, lambda _c, _p, _ch, payload, heard=heard: heard(payload))
        if self._over:  # closed meanwhile
            raise ConnectionError("the session is over")

    async def notify(self, channel: str) -> None:
        """Send a notice."""
        async with self._turn:
            await (await self.connected()).execute(f'NOTIFY "{channel}"')

    async def try_lease(self, name: str) -> bool:
        """Take the lease if nobody holds it. It ends with the connection, so with the process; asking again while holding it is harmless but counts."""
        async with self._turn:
            return bool(await (await self.connected()).fetchval("SELECT pg_try_advisory_lock($1)", lock_key(name)))

    @property
    def open(self) -> bool:
        """False once this process knows that the connection, and every lease with it, is gone."""
        return self._connection is not None and not self._connection.is_closed()

    async def alive(self) -> bool:
        """True when the connection that holds the leases still answers."""
        if not self.open:
            return False
        try:
            async with self._turn:
                await self._connection.fetchval("SELECT 1")
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
            return False
        return True

    async def close(self) -> None:
        """Give up leases and notices, for good: who asks later gets no new connection."""
        self._over = True
        if self.open:
            await self._connection.close()
