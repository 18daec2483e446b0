"""The hot store that replicas share: Redis."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from chassis.hot.store import HotStoreUnavailableError, Tally

_CONNECTIONS = 32
_WAIT_S = 0.5
_ANSWER_S = 1.0

# One script, so that a counter without an end can never be left behind; one text, since redis-py reads each part of a list by itself.
_ADD = """
local found = {}
for i, key in ipairs(KEYS) do
  local count = redis.call('INCRBY', key, ARGV[i + 1])
  local left = redis.call('PTTL', key)
  if left < 0 then
    redis.call('PEXPIRE', key, ARGV[1])
    left = tonumber(ARGV[1])
  end
  found[2 * i - 1] = count
  found[2 * i] = left
end
return table.concat(found, ' ')
"""


class RedisHotStore:
    """HotStore over a bounded pool. Short waits and no queueing: state that may be lost is not worth a late answer."""

    def __init__(self, url: str) -> None:
        pool = redis.asyncio.BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=_ANSWER_S,
            socket_timeout=_WAIT_S,
            socket_connect_timeout=_WAIT_S,
            # A pooled connection that the server's restart broke is replaced once; nothing is counted twice by more.
            retry=Retry(NoBackoff(), 1),
            retry_on_error=[ConnectionError],
        )
        self._redis: Any = redis.asyncio.Redis.from_pool(pool)
        self._add = self._redis.register_script(_ADD)

    async def put(self, key: str, value: bytes, ttl_s: float) -> None:
        """See HotStore."""
        async with _told():
            await self._redis.set(f"value:{key}", value, px=_milliseconds(ttl_s))

    async def get(self, key: str) -> bytes | None:
        """See HotStore."""
        async with _told():
            value: bytes | None = await self._redis.get(f"value:{key}")
        return value

    async def get_several(self, keys: Sequence[str]) -> dict[str, bytes]:
        """See HotStore."""
        if not keys:
            return {}
        async with _told():
            values: list[bytes | None] = await self._redis.mget([f"value:{key}" for key in keys])
        return _present(keys, values)

    async def drop(self, key: str) -> None:
        """See HotStore."""
        async with _told():
            await self._redis.delete(f"value:{key}")

    async def count(self, key: str, window_s: float) -> int:
        """See HotStore."""
        return (await self.add({key: 1}, window_s))[key].count

    async def add(self, counts: Mapping[str, int], window_s: float) -> dict[str, Tally]:
        """See HotStore."""
        if not counts:
            return {}
        async with _told():
            found: bytes = await self._add(keys=[f"count:{key}" for key in counts], args=[_milliseconds(window_s), *counts.values()])
        numbers = [int(number) for number in found.split()]
        return {key: Tally(count, left / 1000) for key, count, left in zip(counts, numbers[::2], numbers[1::2], strict=True)}

    async def reset(self, key: str) -> None:
        """See HotStore."""
        async with _told():
            await self._redis.delete(f"count:{key}")

    async def put_fields(self, key: str, fields: Mapping[str, bytes]) -> None:
        """See HotStore."""
        if fields:
            async with _told():
                await self._redis.hset(f"hash:{key}", mapping=dict(fields))

    async def get_fields(self, key: str, names: Sequence[str] | None = None) -> dict[str, bytes]:
        """See HotStore."""
        if names is None:
            async with _told():
                stored: dict[bytes, bytes] = await self._redis.hgetall(f"hash:{key}")
            return {name.decode(): value for name, value in stored.items()}
        if not names:
            return {}
        async with _told():
            values: list[bytes | None] = await self._redis.hmget(f"hash:{key}", list(names))
        return _present(names, values)

    async def drop_fields(self, key: str, names: Sequence[str]) -> None:
        """See HotStore."""
        if names:
            async with _told():
                await self._redis.hdel(f"hash:{key}", *names)

    async def close(self) -> None:
        """See HotStore."""
        await self._redis.aclose()
        await self._redis.connection_pool.aclose()


@contextlib.asynccontextmanager
async def _told() -> AsyncIterator[None]:
    """Bound the whole call, connecting and waiting for a connection included, and say in one way that the store is away."""
    try:
        async with asyncio.timeout(_ANSWER_S):
            yield
    except (RedisError, OSError) as cause:
        raise HotStoreUnavailableError(f"hot store: {cause}") from cause


def _present(names: Sequence[str], values: Sequence[bytes | None]) -> dict[str, bytes]:
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
