"""The domain's clock (pure). Tests, the demo and exercises may set it and speed it up where that is explicitly allowed; everybody else gets the system's time.

Leases, token lifetimes and retries never use it: they read the system's clock.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8), "+08:00")


@dataclass(frozen=True, slots=True)
class ClockSetting:
    """At the real moment `anchor` the domain's time was `domain`, and since then it runs `rate` times as fast as real time."""

    anchor: datetime
    domain: datetime
    rate: float

    def at(self, real: datetime) -> datetime:
        """The domain's time at a real moment."""
        return self.domain + (real - self.anchor) * self.rate

    def real_delay(self, real: datetime, until: datetime) -> float | None:
        """Real seconds from `real` until the domain's time reaches `until`; None if it never will at this rate."""
        left = (until - self.at(real)).total_seconds()
        if left <= 0:
            return 0.0
        return left / self.rate if self.rate > 0 else None


class Clock:
    """Domain time: the system's UTC time unless a setting is applied."""

    def __init__(self) -> None:
        self._setting: ClockSetting | None = None

    @property
    def setting(self) -> ClockSetting | None:
        """The setting in force; None for real time."""
        return self._setting

    def apply(self, setting: ClockSetting | None) -> None:
        """Follow `setting` from now on; None returns to real time."""
        self._setting = setting

    def now(self) -> datetime:
        """The domain's time, in UTC."""
        real = real_now()
        return self._setting.at(real) if self._setting else real

    def delay(self, until: datetime) -> float | None:
        """Real seconds until the domain's time is `until`; None if it never will."""
        if self._setting:
            return self._setting.real_delay(real_now(), until)
        return max(0.0, (until - real_now()).total_seconds())


def real_now() -> datetime:
    """The system's time, in UTC."""
    return datetime.fromtimestamp(time.time(), UTC)
