"""The picture of units loses nothing that it has read, whoever asked and went away."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import pytest

from chassis.hot.memory import MemoryHotStore
from services.dispatch.use_cases.fleet import Fleet
from services.dispatch.use_cases.picture import POSITIONS_EVERY_S, Picture
from tests.fixtures.service import Start
from tests.integration.dispatch.scene import Scene, open_scene


class SlowHotStore(MemoryHotStore):
    """Answers when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.let = asyncio.Event(), asyncio.Event()
        self.let.set()

    async def get_fields(self, key: str, names: Sequence[str] | None = None) -> dict[str, bytes]:
        """See HotStore."""
        self.asked.set()
        await self.let.wait()
        return await super().get_fields(key, names)


def _state(fleet: Fleet) -> str:
    return fleet.rows[fleet.row["boat"]].state


@asynccontextmanager
async def _opened(start: Start) -> AsyncIterator[tuple[Scene, SlowHotStore, Picture]]:
    scene = await open_scene(start)
    await scene.ready_unit("boat", "water_rescue", lon=106.33)
    hot = SlowHotStore()
    picture = Picture(str(scene.running.service.settings.database_url), hot, None, {})
    standing_by = asyncio.create_task(picture.run())
    assert await picture.ask(_state) == "available"
    yield scene, hot, picture
    standing_by.cancel()
    with suppress(asyncio.CancelledError):
        await standing_by


async def _given_up(asking: "asyncio.Task[str]") -> None:
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_a_question_given_up_in_the_queue_takes_no_change_along(start: Start) -> None:
    """It waits behind another question; its caller's deadline passes. What it had read was never taken in, and nobody read it again."""
    async with _opened(start) as (scene, _, picture):
        held = threading.Event()
        busy = asyncio.create_task(picture.ask(lambda _fleet: held.wait(10)))
        await asyncio.sleep(0.2)
        await scene.report_state("boat", "out_of_service", reason="故障")
        asking = asyncio.create_task(picture.ask(_state))
        await asyncio.sleep(0.3)
        await _given_up(asking)
        held.set()
        await busy
        assert await picture.ask(_state) == "out_of_service"


async def test_a_question_given_up_while_positions_are_fetched_takes_no_change_along(start: Start) -> None:
    """The same, one step earlier."""
    async with _opened(start) as (scene, hot, picture):
        await asyncio.sleep(POSITIONS_EVERY_S)
        await scene.report_state("boat", "out_of_service", reason="故障")
        hot.asked.clear()
        hot.let.clear()
        asking = asyncio.create_task(picture.ask(_state))
        await hot.asked.wait()
        await _given_up(asking)
        hot.let.set()
        assert await picture.ask(_state) == "out_of_service"
