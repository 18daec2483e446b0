"""The door against strangers: heads without end, requests that never end, connections without number. Each stalled or closed the gateway for everybody."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from chassis.messages import Catalogue
from chassis.settings import ROOT
from gateway.door import HEAD_BYTES, HEADERS, Door, Patience, answers, bounded

QUICK = Patience(first_byte=0.6, head=0.3, body=0.3, progress=10)
ASK = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the length of the body; /early before it has come."""
    length = 0
    while scope["path"] != "/early":
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    body = str(length).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def _serving(*, per_address: int = 0, concurrency: int = 100, patience: Patience = QUICK) -> AsyncIterator[int]:
    door = Door(answers(Catalogue.load(ROOT / "messages")), per_address, patience)
    config = uvicorn.Config(
        _echo, port=0, http=bounded(door), loop="asyncio", lifespan="off", log_config=None, access_log=False, ws="none", limit_concurrency=concurrency,
        timeout_keep_alive=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    running = asyncio.create_task(server.main_loop())
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
        await asyncio.sleep(0.05)
    finally:
        server.should_exit = True
        await running
        await server.shutdown()
    assert not door.held, "an address still counts as connected"


async def _answer(port: int, *parts: bytes, pause: float = 0.0) -> tuple[int, bytes]:
    """Status and all bytes of what is answered to these bytes until the server closes or is silent for long; status 0 when it closes without a word."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        with contextlib.suppress(ConnectionError):
            for part in parts:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause)
        seen = b""
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(5):
                seen = await reader.read()
        return int(seen[9:12] or b"0"), seen
    finally:
        writer.close()


async def test_one_header_without_end_is_refused_before_it_is_kept() -> None:
    async with _serving() as port:
        status, seen = await _answer(port, b"GET / HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * HEAD_BYTES)
        assert status == 431
        assert b'"code":"HEAD_TOO_LARGE"' in seen
        started = time.monotonic()
        await _answer(port, b"GET / HTTP/1.1\r\nX-A: ", *[b"a" * 1_048_576] * 50)
        assert time.monotonic() - started < 2


async def test_headers_without_number_are_refused() -> None:
    async with _serving() as port:
        lines = [b"X-%d: a\r\n" % number for number in range(HEADERS)]
        close = b"Connection: close\r\n\r\n"
        assert (await _answer(port, b"GET / HTTP/1.1\r\n", *lines, close))[0] == 431
        assert (await _answer(port, b"GET / HTTP/1.1\r\n", *lines[:-1], close))[0] == 200


async def test_a_large_body_in_the_same_packet_is_no_large_head() -> None:
    async with _serving() as port:
        body = b"a" * 200_000
        status, seen = await _answer(port, b"POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 200000\r\n\r\n" + body)
        assert (status, seen[-6:]) == (200, b"200000")


@pytest.mark.parametrize("begun", [b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\n", b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n{"])
async def test_half_a_request_is_waited_for_so_long_and_no_longer(begun: bytes) -> None:
    async with _serving() as port:
        started = time.monotonic()
        assert (await _answer(port, begun))[0] == 408
        assert time.monotonic() - started < 1


async def test_a_head_that_trickles_in_is_given_up() -> None:
    async with _serving() as port:
        assert (await _answer(port, *[b"GET / HTTP/1.1\r\n", *[b"X: a\r\n"] * 30], pause=0.05))[0] in {408, 0}


async def test_a_silent_connection_and_one_that_sends_only_line_ends_are_closed() -> None:
    async with _serving() as port:
        started = time.monotonic()
        assert (await _answer(port))[0] == 0
        status, _ = await _answer(port, ASK, *[b"\r\n"] * 40, pause=0.05)
        assert status in {200, 0}
        assert time.monotonic() - started < 4


async def test_a_slow_body_that_makes_progress_is_read_to_its_end() -> None:
    """A field unit's link is slow, not hostile."""
    async with _serving() as port:
        head = b"POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 200\r\n\r\n"
        status, seen = await _answer(port, head, *[b"a" * 20] * 10, pause=0.1)
        assert (status, seen[-3:]) == (200, b"200")


async def test_a_body_that_nobody_reads_any_more_ends_with_its_answer() -> None:
    async with _serving() as port:
        started = time.monotonic()
        status, seen = await _answer(port, b"POST /early HTTP/1.1\r\nContent-Length: 1000\r\n\r\n", *[b"a"] * 60, pause=0.02)
        assert status in {200, 0}
        assert seen.count(b"HTTP/1.1") <= 1
        assert time.monotonic() - started < 3


async def test_requests_one_after_the_other_need_no_new_connection() -> None:
    async with _serving() as port:
        status, seen = await _answer(port, *[ASK] * 4, pause=0.2)
        assert (status, seen.count(b"200 OK")) == (200, 4)


async def test_one_address_holds_so_many_connections_and_gets_them_back_when_they_end() -> None:
    async with _serving(per_address=3, patience=Patience(first_byte=0.5)) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        await asyncio.sleep(0.05)
        status, seen = await _answer(port, ASK)
        assert status == 429
        assert b'"code":"CONNECTIONS_FULL"' in seen
        for _, writer in held:
            writer.close()
        await asyncio.sleep(0.05)
        assert (await _answer(port, ASK))[0] == 200


async def test_health_is_told_when_the_door_is_full() -> None:
    async with _serving(concurrency=3) as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        await asyncio.sleep(0.05)
        assert (await _answer(port, ASK))[0] == 503
        assert (await _answer(port, b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n"))[0] == 200
        for _, writer in held:
            writer.close()
