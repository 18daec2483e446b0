"""The hot store: short-lived state that may be lost without harm. In memory or in Redis, chosen by URL."""

from chassis.hot.store import HotStore, HotStoreUnavailableError, Tally

__all__ = ["HotStore", "HotStoreUnavailableError", "Tally", "open_hot_store"]


async def open_hot_store(url: str) -> HotStore:
    """The store at `memory://` or `redis://…` (`rediss://…`, `unix://…`). Raises ValueError for another scheme; does not wait for the server."""
    scheme = url.partition("://")[0]
    if scheme == "memory":
        from chassis.hot.memory import MemoryHotStore

        return MemoryHotStore()
    if scheme in {"redis", "rediss", "unix"}:
        from chassis.hot.redis import RedisHotStore

        return RedisHotStore(url)
    raise ValueError(f"no hot store for URLs of the scheme {scheme!r}")
