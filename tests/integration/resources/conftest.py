"""The depot: resources with the common stock."""

import pytest_asyncio

from tests.fixtures.service import Start
from tests.integration.resources.depot import Depot


@pytest_asyncio.fixture
async def depot(start: Start) -> Depot:
    """Resources running, stocked, at 03:00 on the night of the plant fire."""
    running = await start("resources")
    running.set_clock("2026-09-10T03:00:00+08:00")
    made = Depot(running)
    await made.stock_up()
    return made
