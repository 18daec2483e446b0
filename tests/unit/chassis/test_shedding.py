"""Who waits, who goes first, and who is told at once that there is no place."""

import asyncio
import itertools
from collections.abc import Callable

import pytest

from chassis.errors import DomainError, Kind
from chassis.rpc.shedding import CRITICAL, LEAST_PATIENCE_S, NORMAL, Gate
from fenghuo.type.v1.options_pb2 import PRIORITY_HIGH, PRIORITY_LOW


async def _settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def _hold(gate: Gate, count: int) -> list[float]:
    return [await gate.enter(NORMAL) for _ in range(count)]


async def test_the_most_important_go_first_and_the_oldest_among_equals() -> None:
    gate, order = Gate(1, 10), list[str]()
    (held,) = await _hold(gate, 1)

    async def call(name: str, priority: int) -> None:
        entered = await gate.enter(priority)
        order.append(name)
        gate.leave(entered)

    asked = [("board", NORMAL), ("export", PRIORITY_LOW), ("first call", CRITICAL), ("send", PRIORITY_HIGH), ("second call", CRITICAL)]
    waiting = []
    for name, priority in asked:
        waiting.append(asyncio.create_task(call(name, priority)))
        await _settle()
    assert gate.waiting == 5
    gate.leave(held)
    await asyncio.gather(*waiting)
    assert order == ["first call", "second call", "send", "board", "export"]


async def test_a_full_queue_lets_the_least_important_go() -> None:
    gate = Gate(1, 2)
    (held,) = await _hold(gate, 1)
    low = asyncio.create_task(gate.enter(PRIORITY_LOW))
    await _settle()
    normal = asyncio.create_task(gate.enter(NORMAL))
    await _settle()
    critical = asyncio.create_task(gate.enter(CRITICAL))
    await _settle()
    with pytest.raises(DomainError) as shed:
        await low
    assert (shed.value.kind, shed.value.reason) == (Kind.EXHAUSTED, "SHED")
    with pytest.raises(DomainError):
        await gate.enter(NORMAL)
    assert gate.shed == 2
    gate.leave(held)
    gate.leave(await critical)
    gate.leave(await normal)


async def test_who_would_wait_too_long_is_told_on_arrival(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks: Callable[[], float] = itertools.count(0.0, 1.0).__next__
    monkeypatch.setattr("chassis.rpc.shedding.monotonic", ticks)  # every call takes a second of this clock
    gate = Gate(2, 100)
    for _ in range(200):
        gate.leave(await gate.enter(NORMAL))
    held = await _hold(gate, 2)
    waiting = [asyncio.create_task(gate.enter(CRITICAL)) for _ in range(7)]
    await _settle()
    for priority in (PRIORITY_LOW, NORMAL, PRIORITY_HIGH):
        with pytest.raises(DomainError):
            await gate.enter(priority)
    eighth = asyncio.create_task(gate.enter(CRITICAL))
    await _settle()
    assert not eighth.done()
    with pytest.raises(DomainError):
        await gate.enter(CRITICAL)
    assert gate.shed == 4
    for entered in held:
        gate.leave(entered)
    for call in (*waiting, eighth):
        gate.leave(await call)


async def test_who_may_be_overtaken_is_let_in_only_where_the_wait_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that would just have had its patience waited, was overtaken, and was let go after all that time."""
    ticks: Callable[[], float] = itertools.count(0.0, 0.2).__next__
    monkeypatch.setattr("chassis.rpc.shedding.monotonic", ticks)  # every call takes a fifth of a second of this clock
    gate = Gate(1, 100)
    for _ in range(200):
        gate.leave(await gate.enter(NORMAL))
    (held,) = await _hold(gate, 1)
    first = asyncio.create_task(gate.enter(NORMAL))
    await _settle()
    assert not first.done()
    with pytest.raises(DomainError):  # 0.4 s foreseen, of a patience of one second
        await gate.enter(NORMAL)
    critical = asyncio.create_task(gate.enter(CRITICAL))
    await _settle()
    assert not critical.done()
    gate.leave(held)
    gate.leave(await critical)
    gate.leave(await first)


async def test_a_caller_who_gives_up_leaves_no_hole() -> None:
    gate = Gate(1, 10)
    (held,) = await _hold(gate, 1)
    gone = asyncio.create_task(gate.enter(CRITICAL))
    stays = asyncio.create_task(gate.enter(NORMAL))
    await _settle()
    gone.cancel()
    await _settle()
    gate.leave(held)
    gate.leave(await stays)
    assert gate.waiting == 0
    for entered in await _hold(gate, 1):
        gate.leave(entered)


async def test_whom_others_overtake_is_told_when_its_patience_ends() -> None:
    """A board read that was let in to wait does not wait for ever because important calls keep coming; the place is not lost either."""
    gate = Gate(1, 10)
    (held,) = await _hold(gate, 1)
    low = asyncio.create_task(gate.enter(PRIORITY_LOW))
    await _settle()
    for _ in range(3):
        critical = asyncio.create_task(gate.enter(CRITICAL))
        await asyncio.sleep(LEAST_PATIENCE_S / 2)
        gate.leave(held)
        held = await critical
    with pytest.raises(DomainError) as shed:
        await low
    assert (shed.value.reason, gate.shed, gate.waiting) == ("SHED", 1, 0)
    gate.leave(held)
    gate.leave(await gate.enter(PRIORITY_LOW))


async def test_whoever_comes_after_one_that_waited_in_vain_is_told_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a wait that looked short was in vain the next ones are not let in to wait as long; a quiet second later they are again."""
    now = [0.0]
    monkeypatch.setattr("chassis.rpc.shedding.monotonic", lambda: now[0])
    gate = Gate(1, 10)
    for _ in range(200):
        entered = await gate.enter(NORMAL)
        now[0] += 0.1
        gate.leave(entered)
    (held,) = await _hold(gate, 1)
    with pytest.raises(DomainError):
        await asyncio.create_task(gate.enter(PRIORITY_LOW))  # 0.1 s foreseen, half a second waited
    told_at_once = asyncio.create_task(gate.enter(PRIORITY_LOW))
    await _settle()
    assert told_at_once.done()
    assert told_at_once.exception() is not None
    now[0] += 1.0
    again = asyncio.create_task(gate.enter(PRIORITY_LOW))
    await _settle()
    assert gate.waiting == 1
    gate.leave(held)
    gate.leave(await again)
