"""Timers ring once, by the domain's clock, also when the process that set them is gone; a clock that is not allowed is refused."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import grpc
import pytest

from chassis import timers
from chassis.clock import ClockSetting, real_now
from chassis.identity import Call, component
from chassis.journal import Transaction
from chassis.timers import Timers
from fenghuo.system.v1 import system_pb2, system_pb2_grpc
from tests.fixtures.service import Running, Start


def _ringing(running: Running, rung: list[str]) -> Timers:
    async def ring(_tx: Transaction, payload: Mapping[str, Any]) -> None:
        rung.append(payload["subject"])

    return Timers(running.service.journal, running.service.session, {"test": ring})


async def _set(running: Running, subject: str, after_s: float) -> None:
    async def work(tx: Transaction) -> None:
        await timers.schedule(tx, "test", subject, tx.now + timedelta(seconds=after_s))

    await running.service.journal.apply(Call(component("test"), "set", f"set {subject} {after_s}"), b"", work)


async def test_a_timer_rings_once_though_many_look(start: Start) -> None:
    running = await start("dispatch")
    rung: list[str] = []
    both = _ringing(running, rung), _ringing(running, rung)
    await _set(running, "soon", 60)
    running.service.clock.apply(ClockSetting(real_now(), real_now() + timedelta(seconds=59), 0))
    await asyncio.gather(*(each.ring_due() for each in both))
    assert rung == []
    running.service.clock.apply(ClockSetting(real_now(), real_now() + timedelta(seconds=61), 0))
    await asyncio.gather(*(each.ring_due() for each in (*both, *both)))
    table = running.service.journal.table
    async with running.service.engine.connect() as connection:
        rows = (await connection.execute(table.select().where(table.c.method == "timer test"))).all()
    assert len(rows) == 1


async def test_a_replaced_timer_rings_at_its_new_time(start: Start) -> None:
    running = await start("dispatch")
    rung: list[str] = []
    ringing = _ringing(running, rung)
    await _set(running, "moved", 10)
    await _set(running, "moved", 100)
    running.service.clock.apply(ClockSetting(real_now(), real_now() + timedelta(seconds=50), 0))
    await ringing.ring_due()
    assert rung == []
    running.service.clock.apply(ClockSetting(real_now(), real_now() + timedelta(seconds=101), 0))
    await ringing.ring_due()
    assert rung == ["moved"]


async def test_a_ring_with_a_bug_holds_up_no_other_and_is_tried_again(start: Start) -> None:
    running = await start("dispatch")
    rung: list[str] = []

    async def ring(_tx: Transaction, payload: Mapping[str, Any]) -> None:
        if payload["subject"] == "broken":
            raise ValueError("a bug")
        rung.append(payload["subject"])

    ringing = Timers(running.service.journal, running.service.session, {"test": ring})
    await _set(running, "broken", 10)
    await _set(running, "sound", 20)
    running.service.clock.apply(ClockSetting(real_now(), real_now() + timedelta(seconds=30), 0))
    await ringing.ring_due()
    assert rung == ["sound"]
    table = running.service.journal.table.metadata.tables["timer"]
    async with running.service.engine.connect() as connection:
        kept = (await connection.execute(table.select().where(table.c.kind == "test"))).one()
    assert kept.subject == "broken"
    assert kept.retry_at > real_now()


async def test_the_clock_is_refused_unless_allowed(start: Start) -> None:
    running = await start("dispatch")
    stub = system_pb2_grpc.SystemServiceStub(running.channel)
    request = system_pb2.SetClockRequest(rate=10)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await running.call(stub.SetClock, request, "component")
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    with pytest.raises(grpc.aio.AioRpcError) as forbidden:
        await running.call(stub.SetClock, request, "administrator")
    assert forbidden.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_a_clock_once_set_is_followed_after_a_restart(start: Start) -> None:
    running = await start("dispatch", clock_control=True)
    stub = system_pb2_grpc.SystemServiceStub(running.channel)
    request = system_pb2.SetClockRequest(rate=0)
    request.anchor.FromDatetime(real_now())
    request.domain.FromJsonString("2026-07-29T13:00:00+08:00")
    await running.call(stub.SetClock, request, "component")
    second = await start("dispatch", clock_control=True, database_url=running.service.settings.database_url, log_url=running.service.settings.log_url)
    state = await second.call(system_pb2_grpc.SystemServiceStub(second.channel).GetClock, system_pb2.GetClockRequest(), "component")
    assert state.now.ToJsonString() == "2026-07-29T05:00:00Z"
