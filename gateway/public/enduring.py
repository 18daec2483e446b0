"""The hot store for who must answer without it: while the shared store is away, this process's own memory stands in."""

import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from chassis.hot import HotStore, HotStoreUnavailableError, Tally
from chassis.hot.memory import MemoryHotStore
from chassis.logs import logger

log = logger(__name__)
AGAIN_S = 2.0
"""How long nobody asks a store that did not answer: one request in so many seconds waits for it, not each."""
TOLD_S = 30.0
KEPT_S = 86_400.0
"""How long what was read is remembered: the longest session."""
MOST_OWED = 10_000
T = TypeVar("T")


class EnduringHotStore:
    """HotStore that never raises HotStoreUnavailableError.

    While the shared store is away, counters count in this process alone (a limit then holds per replica), and values are those that this process last
    wrote or read; what it writes meanwhile, a log-out for example, is given to the shared store when that is back.
    """

    def __init__(self, shared: HotStore, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._shared = shared
        self._own = MemoryHotStore(monotonic=monotonic)
        self._monotonic = monotonic
        self._ask_at = self._tell_at = 0.0
        self._owed: dict[str, tuple[bytes, float]] = {}

    async def put(self, key: str, value: bytes, ttl_s: float) -> None:
        """See HotStore."""
        await self._own.put(key, value, ttl_s)
        if not await self._done(lambda: self._shared.put(key, value, ttl_s)) and len(self._owed) < MOST_OWED:
            self._owed[key] = (value, self._monotonic() + ttl_s)

    async def get(self, key: str) -> bytes | None:
        """See HotStore."""
        return (await self.get_several([key])).get(key)

    async def get_several(self, keys: Sequence[str]) -> dict[str, bytes]:
        """See HotStore."""
        try:
            found = await self._ask(lambda: self._shared.get_several(keys))
        except HotStoreUnavailableError:
            return await self._own.get_several(keys)
        for key in keys:
            if key in found:
                await self._own.put(key, found[key], KEPT_S)
            else:
                await self._own.drop(key)
        return found

    async def drop(self, key: str) -> None:
        """See HotStore."""
        self._owed.pop(key, None)
        await self._own.drop(key)
        await self._done(lambda: self._shared.drop(key))

    async def count(self, key: str, window_s: float) -> int:
        """See HotStore."""
        try:
            return await self._ask(lambda: self._shared.count(key, window_s))
        except HotStoreUnavailableError:
            return await self._own.count(key, window_s)

    async def add(self, counts: Mapping[str, int], window_s: float) -> dict[str, Tally]:
        """See HotStore."""
        try:
            return await self._ask(lambda: self._shared.add(counts, window_s))
        except HotStoreUnavailableError:
            return await self._own.add(counts, window_s)

    async def reset(self, key: str) -> None:
        """See HotStore."""
        await self._own.reset(key)
        await self._done(lambda: self._shared.reset(key))

    async def put_fields(self, key: str, fields: Mapping[str, bytes]) -> None:
        """See HotStore."""
        await self._own.put_fields(key, fields)
        await self._done(lambda: self._shared.put_fields(key, fields))

    async def get_fields(self, key: str, names: Sequence[str] | None = None) -> dict[str, bytes]:
        """See HotStore."""
        try:
            return await self._ask(lambda: self._shared.get_fields(key, names))
        except HotStoreUnavailableError:
            return await self._own.get_fields(key, names)

    async def drop_fields(self, key: str, names: Sequence[str]) -> None:
        """See HotStore."""
        await self._own.drop_fields(key, names)
        await self._done(lambda: self._shared.drop_fields(key, names))

    async def settle(self) -> None:
        """Give the shared store what it missed, if it is back; asked every AGAIN_S seconds, for nobody else may call meanwhile."""
        with contextlib.suppress(HotStoreUnavailableError):
            if self._owed:
                await self._ask(self._pay)

    async def close(self) -> None:
        """See HotStore."""
        await self._own.close()
        await self._shared.close()

    async def _done(self, change: Callable[[], Awaitable[None]]) -> bool:
        """Whether the shared store made the change."""
        try:
            await self._ask(change)
        except HotStoreUnavailableError:
            return False
        return True

    async def _ask(self, ask: Callable[[], Awaitable[T]]) -> T:
        """What the shared store says; HotStoreUnavailableError at once while it is known to be away."""
        if self._monotonic() < self._ask_at:
            raise HotStoreUnavailableError("away a moment ago")
        try:
            if self._owed:
                await self._pay()
            return await ask()
        except HotStoreUnavailableError as error:
            now = self._monotonic()
            self._ask_at = now + AGAIN_S
            if now >= self._tell_at:
                self._tell_at = now + TOLD_S
                log.warning("the hot store is away: this process counts and remembers by itself", error=str(error))
            raise

    async def _pay(self) -> None:
        """Give the shared store what it missed."""
        for key, (value, until) in list(self._owed.items()):
            if (left := until - self._monotonic()) > 0:
                await self._shared.put(key, value, left)
            self._owed.pop(key, None)
