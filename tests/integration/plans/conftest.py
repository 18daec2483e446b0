"""The running service of a test."""

import pytest_asyncio

from tests.fixtures.service import Start
from tests.integration.plans.case import Case


@pytest_asyncio.fixture
async def case(start: Start) -> Case:
    """Plans, running, on a summer's day."""
    plans = await start("plans")
    plans.set_clock("2026-07-29T15:24:00+08:00")
    return Case(plans)
