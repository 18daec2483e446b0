"""Who waits, who goes first, and who is told at once that there is no place."""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Callable

import pytest

from chassis.errors import DomainError, Kind
from chassis.rpc.shedding import CRITICAL, HEAD_START_S, LEAST_PATIENCE_S, NORMAL, Gate
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
    """A call that would just have had its patience would wait, be overtaken, and be let go after all that time."""
    now = [0.0]
    monkeypatch.setattr("chassis.rpc.shedding.monotonic", lambda: now[0])
    gate = Gate(1, 100)
    for _ in range(200):
        entered = await gate.enter(NORMAL)
        now[0] += 0.2
        gate.leave(entered)
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


async def test_whom_others_overtake_is_overtaken_only_for_a_moment() -> None:
    """A board read that was let in to wait does not wait in vain because important calls keep coming: after its disadvantage it is its turn."""
    gate = Gate(1, 10)
    (held,) = await _hold(gate, 1)
    low, order = asyncio.create_task(gate.enter(PRIORITY_LOW)), list[str]()
    low.add_done_callback(lambda _task: order.append("low"))
    await _settle()
    disadvantage = HEAD_START_S * (CRITICAL - PRIORITY_LOW)
    early = asyncio.create_task(gate.enter(CRITICAL))
    await asyncio.sleep(disadvantage * 1.2)
    late = asyncio.create_task(gate.enter(CRITICAL))
    await _settle()
    for call in (early, low, late):
        assert not call.done()
        gate.leave(held)
        held = await call
    assert gate.shed == 0
    gate.leave(held)


async def test_whose_patience_ends_is_told_and_leaves_no_hole() -> None:
    """Calls suddenly take far longer than lately: whoever was let in to wait is told when its patience ends; the place is not lost."""
    gate = Gate(1, 10)
    (held,) = await _hold(gate, 1)
    with pytest.raises(DomainError) as shed:
        await gate.enter(PRIORITY_LOW)
    assert (shed.value.reason, gate.shed, gate.waiting) == ("SHED", 1, 0)
    gate.leave(held)
    gate.leave(await gate.enter(PRIORITY_LOW))


async def test_old_calls_of_little_importance_do_not_keep_an_important_one_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who stands first in line may still be the one to go when the line is full."""
    now = [0.0]
    monkeypatch.setattr("chassis.rpc.shedding.monotonic", lambda: now[0])
    gate = Gate(1, 1)
    (held,) = await _hold(gate, 1)
    old = asyncio.create_task(gate.enter(PRIORITY_LOW))
    await _settle()
    now[0] += 10 * HEAD_START_S
    critical = asyncio.create_task(gate.enter(CRITICAL))
    with pytest.raises(DomainError):
        await old
    gate.leave(held)
    gate.leave(await critical)


async def test_under_a_flood_of_important_calls_whoever_is_let_in_is_served() -> None:
    """Three times what can be done, most of it important: those let go are told at once, next to none after waiting."""
    gate, waited_in_vain, told_at_once, served = Gate(4, 500), list[float](), list[float](), Counter[int]()

    async def call(priority: int) -> None:
        begun = time.monotonic()
        try:
            entered = await gate.enter(priority)
        except DomainError:
            (told_at_once if time.monotonic() - begun < LEAST_PATIENCE_S / 2 else waited_in_vain).append(time.monotonic() - begun)
            return
        await asyncio.sleep(0.02)
        gate.leave(entered)
        served[priority] += 1

    calls, until = list[asyncio.Task[None]](), time.monotonic() + 3.0
    for tick in itertools.count():  # 200 a second can be served; 133 critical ones come, and 400 others
        calls += [asyncio.create_task(call(priority)) for priority in (CRITICAL, PRIORITY_HIGH, NORMAL) if priority != CRITICAL or tick % 3]
        await asyncio.sleep(0.005)
        if time.monotonic() > until:
            break
    await asyncio.gather(*calls)
    assert len(told_at_once) > 100
    assert len(waited_in_vain) <= len(told_at_once) / 100
    assert served[PRIORITY_HIGH] > 0
