"""Background work stops when it is told to, even when it is woken in the same instant."""

import asyncio

import pytest

from chassis.clock import Clock
from chassis.database import Session, create_engine, metadata
from chassis.journal import Encoded, Journal, journal_table
from chassis.timers import Timers, timer_table

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


def _encode(event: object) -> Encoded:
    raise TypeError(f"{event} is not published")


async def test_a_wake_up_does_not_swallow_the_stop() -> None:
    tables = metadata()
    journal_table(tables)
    timer_table(tables)
    engine, session = create_engine(NOWHERE), Session(NOWHERE)
    timers = Timers(Journal(engine, Clock(), "nobody", tables.tables["journal"], _encode), session, {})
    running = asyncio.create_task(timers.run())
    await asyncio.sleep(0.3)  # by now it has found no database and waits
    timers.wake()
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(running, 2)
    await engine.dispose()
