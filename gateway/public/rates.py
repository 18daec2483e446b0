"""How many requests each caller may make in a minute: counted in this process, and with the other replicas in the background."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from chassis.errors import DomainError, Kind
from chassis.hot import HotStore

WINDOW_S = 60.0
EXCHANGE_S = 0.5
SLACK_S = 2.0
"""How much longer than WINDOW_S a window may last here to end with the store's: an exchange and the longest wait for its answer."""
CALLERS = 10_000
"""Counted at once; past it the oldest window is forgotten here, not in the hot store."""


@dataclass(slots=True)
class _Window:
    """A caller's window: requests here, how many of them the store was told, and how many there were in all when it was."""

    since: float
    until: float
    here: int = 0
    told: int = 0
    everywhere: int = 0

    @property
    def count(self) -> int:
        """Requests of all replicas as far as is known; those of this one always."""
        return max(self.here, self.everywhere + self.here - self.told)


class Rates:
    """The limit on requests of one caller, on all replicas together. No request waits for the hot store.

    A replica refuses exactly at its own count. What the others let through it hears every EXCHANGE_S seconds: beyond the limit goes at most what reaches
    them within one exchange. While the store is away, each process counts alone.
    """

    def __init__(self, hot: HotStore, limit: int, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._hot = hot
        self._limit = limit
        self._monotonic = monotonic
        self._windows: OrderedDict[str, _Window] = OrderedDict()
        self._untold: dict[str, _Window] = {}

    @property
    def counted(self) -> int:
        """Callers in memory now."""
        return len(self._windows)

    def count(self, caller: str) -> None:
        """One more request; EXHAUSTED beyond the limit."""
        now = self._monotonic()
        window = self._windows.get(caller)
        if window is None or window.until <= now:
            window = self._windows[caller] = _Window(now, now + WINDOW_S)
            self._windows.move_to_end(caller)
            while len(self._windows) > CALLERS or next(iter(self._windows.values())).until <= now:
                self._windows.popitem(last=False)
        window.here += 1
        self._untold[caller] = window
        if window.count > self._limit:
            raise DomainError(Kind.EXHAUSTED, "RATE_LIMIT", retry_after_s=10, limit=self._limit)

    async def exchange(self) -> None:
        """Tell the store what was counted here since the last time, and hear what was counted everywhere. A window ends when the store's does."""
        untold, self._untold = self._untold, {}
        told = {caller: window.here for caller, window in untold.items()}
        if not untold:
            return
        found = await self._hot.add({_key(caller): told[caller] - window.told for caller, window in untold.items()}, WINDOW_S)
        now = self._monotonic()
        for caller, window in untold.items():
            tally = found[_key(caller)]
            window.told, window.everywhere = told[caller], tally.count
            window.until = min(now + tally.ends_in_s, window.since + WINDOW_S + SLACK_S)


def _key(caller: str) -> str:
    return f"rate:{caller}"
