"""The hot store of one machine without Redis: in the memory of one process, bounded."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from chassis.hot.store import Tally

MAX_ENTRIES = 100_000
"""Values, counters, and fields of one hash; past it the oldest written goes first."""

_MAX_HASHES = 1_000


class _Timed(Protocol):
    until: float


@dataclass(slots=True)
class _Value:
    value: bytes
    until: float


@dataclass(slots=True)
class _Counter:
    count: int
    until: float


Entry = TypeVar("Entry", bound=_Timed)


class MemoryHotStore:
    """HotStore of one process. What another process puts is not seen here; in the embedded profile only the gateway needs it."""

    def __init__(self, *, max_entries: int = MAX_ENTRIES, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._max_entries = max_entries
        self._monotonic = monotonic
        self._values: OrderedDict[str, _Value] = OrderedDict()
        self._counters: OrderedDict[str, _Counter] = OrderedDict()
        self._hashes: OrderedDict[str, OrderedDict[str, bytes]] = OrderedDict()

    async def put(self, key: str, value: bytes, ttl_s: float) -> None:
        """See HotStore."""
        self._values[key] = _Value(value, self._monotonic() + ttl_s)
        self._values.move_to_end(key)
        self._bound(self._values)

    async def get(self, key: str) -> bytes | None:
        """See HotStore."""
        entry = self._values.get(key)
        if entry is None:
            return None
        if entry.until <= self._monotonic():
            del self._values[key]
            return None
        return entry.value

    async def get_several(self, keys: Sequence[str]) -> dict[str, bytes]:
        """See HotStore."""
        return {key: value for key in keys if (value := await self.get(key)) is not None}

    async def drop(self, key: str) -> None:
        """See HotStore."""
        self._values.pop(key, None)

    async def count(self, key: str, window_s: float) -> int:
        """See HotStore."""
        return (await self.add({key: 1}, window_s))[key].count

    async def add(self, counts: Mapping[str, int], window_s: float) -> dict[str, Tally]:
        """See HotStore."""
        return {key: self._add(key, more, window_s) for key, more in counts.items()}

    async def reset(self, key: str) -> None:
        """See HotStore."""
        self._counters.pop(key, None)

    async def put_fields(self, key: str, fields: Mapping[str, bytes]) -> None:
        """See HotStore."""
        if not fields:
            return
        stored = self._hashes.setdefault(key, OrderedDict())
        for name, value in fields.items():
            stored[name] = value
            stored.move_to_end(name)
        while len(stored) > self._max_entries:
            stored.popitem(last=False)
        while len(self._hashes) > _MAX_HASHES:
            self._hashes.popitem(last=False)

    async def get_fields(self, key: str, names: Sequence[str] | None = None) -> dict[str, bytes]:
        """See HotStore."""
        stored = self._hashes.get(key, OrderedDict())
        return dict(stored) if names is None else {name: stored[name] for name in names if name in stored}

    async def drop_fields(self, key: str, names: Sequence[str]) -> None:
        """See HotStore."""
        stored = self._hashes.get(key)
        if stored is None:
            return
        for name in names:
            stored.pop(name, None)
        if not stored:
            del self._hashes[key]

    async def close(self) -> None:
        """Forget everything."""
        self._values.clear()
        self._counters.clear()
        self._hashes.clear()

    def _add(self, key: str, more: int, window_s: float) -> Tally:
        now = self._monotonic()
        counter = self._counters.get(key)
        if counter is None or counter.until <= now:
            counter = self._counters[key] = _Counter(0, now + window_s)
            self._counters.move_to_end(key)
            self._bound(self._counters)
        counter.count += more
        return Tally(counter.count, counter.until - now)

    def _bound(self, entries: OrderedDict[str, Entry]) -> None:
        """Keep within the limit: first what is past its time (cheaply: those at the old end), then the oldest."""
        now = self._monotonic()
        while entries and (len(entries) > self._max_entries or next(iter(entries.values())).until <= now):
            entries.popitem(last=False)
