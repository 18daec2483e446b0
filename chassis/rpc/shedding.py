"""Load shedding: a bounded number of calls is worked on, a bounded number waits, the least important go first, and a shed call is told at once."""

import asyncio
import heapq
import itertools
from collections.abc import Mapping
from time import monotonic

from chassis.errors import DomainError, Kind
from fenghuo.type.v1 import options_pb2

RETRY_DELAY_S = 1.0
PATIENCE_S: Mapping[int, float] = {options_pb2.PRIORITY_CRITICAL: 4.0, options_pb2.PRIORITY_HIGH: 2.0, options_pb2.PRIORITY_NORMAL: 1.0}
"""How long a call waits for its place, by priority; the rest, half a second. Who would wait longer is told so on arrival; whom others overtook, then."""

LEAST_PATIENCE_S = 0.5
FORESEEN = 0.25
"""Share of its patience that the wait of a call below CRITICAL may fill as foreseen on arrival: more important ones will come and overtake it.
So whoever must be let go is nearly always told at once, and hardly ever after waiting in vain. Each that did wait in vain halves the share; it doubles
again every second."""
CAUTION = 6
"""How often the share may be halved."""
SMOOTHING = 0.05
NORMAL = options_pb2.PRIORITY_NORMAL
CRITICAL = options_pb2.PRIORITY_CRITICAL


class Gate:
    """Admits `concurrency` calls at once; up to `limit` more wait, most important first, oldest first among equals."""

    def __init__(self, concurrency: int, limit: int) -> None:
        self._concurrency = self._free = concurrency
        self._held_s = 0.0
        self._in_vain, self._in_vain_at = 0.0, 0.0
        self._limit = limit
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._count = itertools.count()
        self.shed = 0

    @property
    def waiting(self) -> int:
        """Calls that wait now."""
        return sum(1 for *_, turn in self._waiting if not turn.done())

    async def enter(self, priority: int) -> float:
        """Wait for a place; RESOURCE_EXHAUSTED at once when the wait would be too long, or the queue is full of calls at least as important.

        Gives back the moment of entering, which `leave` wants to know.
        """
        if self._free > 0:
            self._free -= 1
        else:
            await self._turn(priority)
        return monotonic()

    async def _turn(self, priority: int) -> None:
        patience = PATIENCE_S.get(priority, LEAST_PATIENCE_S)
        if self._wait_s(priority) > (patience if priority >= CRITICAL else FORESEEN * 0.5 ** self._caution() * patience):
            self.shed += 1
            raise shed_error()
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if len(self._waiting) >= self._limit:
            self._waiting = [entry for entry in self._waiting if not entry[2].done()]
            heapq.heapify(self._waiting)
        if len(self._waiting) >= self._limit:
            self._make_room(priority)
        heapq.heappush(self._waiting, (-priority, next(self._count), turn))
        try:
            async with asyncio.timeout(patience):
                await self._taken(turn)
        except TimeoutError:
            self.shed += 1
            self._in_vain, self._in_vain_at = min(CAUTION, self._caution() + 1), monotonic()
            raise shed_error() from None

    def _caution(self) -> float:
        """How often the foreseen share is halved now: once for each that waited in vain, and once less with every second since."""
        return max(0.0, self._in_vain - (monotonic() - self._in_vain_at))

    async def _taken(self, turn: asyncio.Future[None]) -> None:
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._pass_on()
            raise

    def _wait_s(self, priority: int) -> float:
        """How long a call of this priority would wait now: those before it, each as long as calls took lately."""
        before = sum(1 for other, _, turn in self._waiting if -other >= priority and not turn.done())
        return (before + 1) * self._held_s / self._concurrency

    def leave(self, entered: float) -> None:
        """Give the place to the next one waiting."""
        self._held_s += SMOOTHING * (monotonic() - entered - self._held_s)
        self._pass_on()

    def _pass_on(self) -> None:
        while self._waiting:
            *_, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def _make_room(self, priority: int) -> None:
        self.shed += 1
        last = max(self._waiting)
        if -last[0] >= priority:
            raise shed_error()
        self._waiting.remove(last)
        heapq.heapify(self._waiting)
        if not last[2].done():
            last[2].set_exception(shed_error())


def shed_error() -> DomainError:
    """The refusal of a shed call, with the delay after which to try again."""
    return DomainError(Kind.EXHAUSTED, "SHED", retry_after_s=RETRY_DELAY_S)
