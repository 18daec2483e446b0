"""One account could take every place on the live stream, and then no desk heard anything."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Any

import pytest
from starlette.types import Message

from chassis.errors import DomainError, Kind
from chassis.identity import Caller
from gateway.public.hub import LISTENERS, PER_CALLER, Hub
from gateway.public.stream import LiveResponse

UNREAD: Any = None
"""The log: nothing here reads it."""


async def _for_ever() -> AsyncIterator[bytes]:
    while True:
        yield b": alive\n\n"
        await asyncio.sleep(60)


async def _follow(hub: Hub, caller: str, gone: asyncio.Event, sent: list[int]) -> None:
    """A client that reads until it goes."""

    async def receive() -> Message:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            sent.append(message["status"])

    await LiveResponse(hub, Caller(caller), _for_ever())({"type": "http", "method": "GET", "path": "/"}, receive, send)


async def test_a_caller_holds_so_many_streams_at_once_and_other_callers_still_get_theirs() -> None:
    hub, gone, sent = Hub(UNREAD, []), asyncio.Event(), list[int]()
    clients = [asyncio.create_task(_follow(hub, "user:greedy", gone, sent)) for _ in range(PER_CALLER + 5)]
    other = asyncio.create_task(_follow(hub, "user:officer", gone, sent))
    await asyncio.sleep(0.05)
    assert (hub.listening, len(sent)) == (PER_CALLER + 1, PER_CALLER + 1)
    gone.set()
    ended = await asyncio.gather(*clients, other, return_exceptions=True)
    refused = [error for error in ended if isinstance(error, DomainError)]
    assert [(error.kind, error.reason) for error in refused] == [(Kind.EXHAUSTED, "STREAMS_OF_CALLER")] * 5
    assert hub.listening == 0, "a place is lost when its client goes"


def test_all_callers_together_have_so_many_places() -> None:
    hub = Hub(UNREAD, [])
    with ExitStack() as held:
        for number in range(LISTENERS):
            held.enter_context(hub.place(f"user:{number}"))
        with pytest.raises(DomainError, match="STREAM_FULL"), hub.place("user:late"):
            pass
    with hub.place("user:late"):
        assert hub.listening == 1
