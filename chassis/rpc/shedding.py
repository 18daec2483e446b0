"""Load shedding: a bounded number of calls is worked on, a bounded number waits, the least important go first, and a shed call is told at once."""

import asyncio
import heapq
import itertools
from collections.abc import Mapping
from time import monotonic
from typing import NamedTuple

from chassis.errors import DomainError, Kind
from fenghuo.type.v1 import options_pb2

RETRY_DELAY_S = 1.0
PATIENCE_S: Mapping[int, float] = {options_pb2.PRIORITY_CRITICAL: 4.0, options_pb2.PRIORITY_HIGH: 2.0, options_pb2.PRIORITY_NORMAL: 1.0}
"""How long a call waits for its place, by priority; the rest, half a second. Who would wait longer is told so on arrival."""

LEAST_PATIENCE_S = 0.5
HEAD_START_S = 0.1
"""A call stands in line as if it had come so much later for each step that it is less important. So the important ones go first, and yet a call that was let
in is overtaken only for a moment: under a flood of important calls a strict order would let it wait in vain, and tell it so after all its patience."""
FORESEEN = 0.25
"""Share of its patience that the wait of a call below CRITICAL may fill as foreseen on arrival; the rest is for those who overtake it and for slow calls."""
SMOOTHING = 0.05
NORMAL = options_pb2.PRIORITY_NORMAL
CRITICAL = options_pb2.PRIORITY_CRITICAL


class _Waiting(NamedTuple):
    """A call in line: its place (a moment; the earliest goes first), its number, how important it is, and what it waits for."""

    place: float
    number: int
    priority: int
    turn: asyncio.Future[None]


class Gate:
    """Admits `concurrency` calls at once; up to `limit` more wait, the important ones with a head start, oldest first among equals."""

    def __init__(self, concurrency: int, limit: int) -> None:
        self._concurrency = self._free = concurrency
        self._held_s = 0.0
        self._limit = limit
        self._waiting: list[_Waiting] = []
        self._count = itertools.count()
        self.shed = 0

    @property
    def waiting(self) -> int:
        """Calls that wait now."""
        return sum(1 for one in self._waiting if not one.turn.done())

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
        place = monotonic() + HEAD_START_S * (CRITICAL - priority)
        if self._wait_s(place) > (patience if priority >= CRITICAL else FORESEEN * patience):
            self.shed += 1
            raise shed_error()
        if len(self._waiting) >= self._limit:
            self._waiting = [one for one in self._waiting if not one.turn.done()]
            heapq.heapify(self._waiting)
        if len(self._waiting) >= self._limit:
            self._make_room(priority)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, _Waiting(place, next(self._count), priority, turn))
        try:
            async with asyncio.timeout(patience):
                await self._taken(turn)
        except TimeoutError:
            self.shed += 1
            raise shed_error() from None

    async def _taken(self, turn: asyncio.Future[None]) -> None:
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._pass_on()
            raise

    def _wait_s(self, place: float) -> float:
        """How long a call that stands at this place would wait now: those before it, each as long as calls took lately."""
        before = sum(1 for one in self._waiting if one.place <= place and not one.turn.done())
        return (before + 1) * self._held_s / self._concurrency

    def leave(self, entered: float) -> None:
        """Give the place to the next one waiting."""
        self._held_s += SMOOTHING * (monotonic() - entered - self._held_s)
        self._pass_on()

    def _pass_on(self) -> None:
        while self._waiting:
            turn = heapq.heappop(self._waiting).turn
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def _make_room(self, priority: int) -> None:
        """The least important goes, of several the newest; whoever would come is one of them."""
        self.shed += 1
        least = min(self._waiting, key=lambda one: (one.priority, -one.number))
        if least.priority >= priority:
            raise shed_error()
        self._waiting.remove(least)
        heapq.heapify(self._waiting)
        least.turn.set_exception(shed_error())


def shed_error() -> DomainError:
    """The refusal of a shed call, with the delay after which to try again."""
    return DomainError(Kind.EXHAUSTED, "SHED", retry_after_s=RETRY_DELAY_S)
