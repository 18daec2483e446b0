"""The limit on requests: exact on one replica, shared between replicas within one exchange, and no wait for the store."""

import contextlib
from collections.abc import Mapping

import pytest

from chassis.errors import DomainError, Kind
from chassis.hot import HotStore, Tally
from chassis.hot.memory import MemoryHotStore
from gateway.public import rates
from gateway.public.rates import SLACK_S, WINDOW_S, Rates


class Clock:
    """Seconds, for the store and the replicas."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """One for all."""
    return Clock()


@pytest.fixture
def hot(clock: Clock) -> HotStore:
    """The store that the replicas share."""
    return MemoryHotStore(monotonic=clock)


def _passed(replica: Rates, tries: int, caller: str = "user:a") -> int:
    """How many of so many requests were let through."""
    passed = 0
    for _ in range(tries):
        with contextlib.suppress(DomainError):
            replica.count(caller)
            passed += 1
    return passed


def test_one_replica_refuses_exactly_at_its_own_count(hot: HotStore, clock: Clock) -> None:
    replica = Rates(hot, 10, monotonic=clock)
    assert _passed(replica, 15) == 10
    assert _passed(replica, 5, "user:b") == 5
    clock.now += WINDOW_S
    assert _passed(replica, 15) == 10


def test_a_refusal_says_the_limit(hot: HotStore, clock: Clock) -> None:
    replica = Rates(hot, 1, monotonic=clock)
    replica.count("user:a")
    with pytest.raises(DomainError) as refused:
        replica.count("user:a")
    assert (refused.value.kind, refused.value.reason, refused.value.details["limit"]) == (Kind.EXHAUSTED, "RATE_LIMIT", "1")


async def test_exchanges_change_nothing_for_one_replica(hot: HotStore, clock: Clock) -> None:
    replica = Rates(hot, 10, monotonic=clock)
    for expected in (10, 10, 10):
        passed = 0
        for _ in range(30):
            passed += _passed(replica, 1)
            await replica.exchange()
            clock.now += 0.1
        assert passed == expected
        clock.now += WINDOW_S


async def test_what_one_replica_let_through_counts_at_the_other(hot: HotStore, clock: Clock) -> None:
    first, second = (Rates(hot, 10, monotonic=clock) for _ in range(2))
    assert (_passed(first, 6), _passed(second, 1)) == (6, 1)
    for replica in (first, second):
        await replica.exchange()
    assert _passed(second, 10) == 3
    await second.exchange()
    assert _passed(first, 10) == 4, "what one exchange lets through"
    await first.exchange()
    assert (_passed(first, 10), _passed(second, 10)) == (0, 0)


async def test_a_window_ends_with_the_stores_whoever_began_it(hot: HotStore, clock: Clock) -> None:
    first, second = (Rates(hot, 10, monotonic=clock) for _ in range(2))
    assert _passed(first, 10) == 10
    await first.exchange()
    clock.now += 40
    assert _passed(second, 1) == 1
    await second.exchange()
    assert _passed(second, 1) == 0
    clock.now += WINDOW_S - 40
    assert _passed(second, 10) == 10


async def test_a_store_that_begins_anew_prolongs_no_window(hot: HotStore, clock: Clock) -> None:
    """It was away: its count, and so its window, begins late."""
    replica = Rates(hot, 10, monotonic=clock)
    assert _passed(replica, 10) == 10
    clock.now += WINDOW_S - 10
    await replica.exchange()
    clock.now += 10 + SLACK_S
    await hot.reset("rate:user:a")
    assert _passed(replica, 11) == 10


class Slow(MemoryHotStore):
    """Something happens while it answers."""

    async def add(self, counts: Mapping[str, int], window_s: float) -> dict[str, Tally]:
        """See HotStore."""
        tallies = await super().add(counts, window_s)
        self.meanwhile()
        return tallies

    def meanwhile(self) -> None:
        """Nothing, unless a test says so."""


async def test_requests_that_come_during_an_exchange_are_told_in_the_next(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(monotonic=clock)
    replica = Rates(slow, 10, monotonic=clock)
    assert _passed(replica, 3) == 3
    with monkeypatch.context() as during:
        during.setattr(slow, "meanwhile", lambda: _passed(replica, 2))
        await replica.exchange()
    await replica.exchange()
    await replica.exchange()
    assert await slow.count("rate:user:a", WINDOW_S) == 6


def test_callers_are_forgotten_with_their_windows(hot: HotStore, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "CALLERS", 10)
    replica = Rates(hot, 10, monotonic=clock)
    for number in range(50):
        replica.count(f"user:{number}")
    assert replica.counted == 10
    clock.now += WINDOW_S
    replica.count("user:x")
    assert replica.counted == 1
