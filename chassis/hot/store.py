"""The interface of the hot store: short-lived state that may be lost without harm (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class HotStoreUnavailableError(ConnectionError):
    """The hot store cannot be reached now. Nobody waits for it: callers go on without what it holds."""


@dataclass(frozen=True, slots=True)
class Tally:
    """A counter in its present window, and in how many seconds that ends."""

    count: int
    ends_in_s: float


class HotStore(Protocol):
    """Values with a time to live, counters for rate limits, and hashes of latest positions. Both implementations pass tests/conformance/hot.

    Every method may raise HotStoreUnavailableError, within a second.
    """

    async def put(self, key: str, value: bytes, ttl_s: float) -> None:
        """Store a value for at most `ttl_s` seconds."""

    async def get(self, key: str) -> bytes | None:
        """The value, or None when absent or past its time."""

    async def get_several(self, keys: Sequence[str]) -> dict[str, bytes]:
        """Those of the values that exist, in one round trip."""

    async def drop(self, key: str) -> None:
        """Forget the value."""

    async def count(self, key: str, window_s: float) -> int:
        """Add one to the counter of the current window and return its new value; the window starts at the first count and the counter ends with it."""

    async def add(self, counts: Mapping[str, int], window_s: float) -> dict[str, Tally]:
        """Add so much to each counter, in one round trip, and return what they hold then; windows start and end as with `count`."""

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
