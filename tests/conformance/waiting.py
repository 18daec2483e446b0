"""Bounded, polled waiting: the only way tests wait for another process."""

import asyncio
import time
from collections.abc import Awaitable, Callable

POLL_S = 0.02


async def until(reached: Callable[[], bool], within_s: float, what: str) -> None:
    """Return as soon as the condition holds; fail, saying what was awaited, when it does not within the time."""

    async def ask() -> bool:
        return reached()

    await until_async(ask, within_s, what)


async def until_async(reached: Callable[[], Awaitable[bool]], within_s: float, what: str) -> None:
    """`until`, for a condition that must itself be asked of a server."""
    deadline = time.monotonic() + within_s
    while not await reached():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s} s: {what}")
        await asyncio.sleep(POLL_S)
