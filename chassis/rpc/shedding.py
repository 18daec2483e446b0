"""Load shedding: a bounded number of calls is worked on, a bounded number waits, the least important go first, and a shed call is told at once."""

import asyncio
import heapq
import itertools

from chassis.errors import DomainError, Kind
from fenghuo.type.v1 import options_pb2

RETRY_DELAY_S = 1.0
NORMAL = options_pb2.PRIORITY_NORMAL
CRITICAL = options_pb2.PRIORITY_CRITICAL


class Gate:
    """Admits `concurrency` calls at once; up to `limit` more wait, most important first, oldest first among equals."""

    def __init__(self, concurrency: int, limit: int) -> None:
        self._free = concurrency
        self._limit = limit
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._count = itertools.count()
        self.shed = 0

    @property
    def waiting(self) -> int:
        """Calls that wait now."""
        return sum(1 for *_, turn in self._waiting if not turn.done())

    async def enter(self, priority: int) -> None:
        """Wait for a place; RESOURCE_EXHAUSTED at once when the queue is full of calls at least as important."""
        if self._free > 0:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if len(self._waiting) >= self._limit:
            self._waiting = [entry for entry in self._waiting if not entry[2].done()]
            heapq.heapify(self._waiting)
        if len(self._waiting) >= self._limit:
            self._make_room(priority)
        heapq.heappush(self._waiting, (-priority, next(self._count), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.leave()
            raise

    def leave(self) -> None:
        """Give the place to the next one waiting."""
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
