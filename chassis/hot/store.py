"""The interface of the hot store: short-lived state that may be lost without harm (pure)."""

from collections.abc import Mapping, Sequence
from typing import Protocol


class HotStoreUnavailableError(ConnectionError):
    """The hot store cannot be reached now. Nobody waits for it: callers go on without what it holds."""


class HotStore(Protocol):
    """Values with a time to live, counters for rate limits, and hashes of latest positions. Both implementations pass tests/conformance/hot.

    Every method may raise HotStoreUnavailableError, within a second.
    """

    async def put(self, key: str, value: bytes, ttl_s: float) -> None:
        """Store a value for at most `ttl_s` seconds."""

    async def get(self, key: str) -> bytes | None:
        """The value, or None when absent or past its time."""

    async def drop(self, key: str) -> None:
        """Forget the value."""

    async def count(self, key: str, window_s: float) -> int:
        """Add one to the counter of the current window and return its new value; the window starts at the first count and the counter ends with it."""

    async def reset(self, key: str) -> None:
        """End the counter's window now."""

    async def put_fields(self, key: str, fields: Mapping[str, bytes]) -> None:
        """Set fields of a hash (for example the latest position of many units) in one round trip."""

    async def get_fields(self, key: str, names: Sequence[str] | None = None) -> dict[str, bytes]:
        """The named fields of a hash that exist, or all of them."""

    async def drop_fields(self, key: str, names: Sequence[str]) -> None:
        """Forget fields of a hash."""

    async def close(self) -> None:
        """Release connections."""
