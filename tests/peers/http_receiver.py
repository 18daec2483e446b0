"""An HTTP/1.1 receiver on a free port that answers, stays silent, breaks off or repeats itself as told, and remembers what it got."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Got:
    """One request as it arrived; header names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    address: str

    @property
    def url(self) -> str:
        """The address the client asked for, for checking a signature."""
        return f"{self.address}{self.target}"


SILENT, HANG_UP, BREAK_OFF = "silent", "hang up", "break off"
Answer = tuple[int, bytes] | tuple[int, bytes, dict[str, str]] | str


@dataclass
class HttpReceiver:
    """`answer` decides by request: (status, body[, headers]), or SILENT, HANG_UP (no answer), BREAK_OFF (half an answer)."""

    answer: Callable[[Got], Answer]
    got: list[Got] = field(default_factory=list)
    address: str = ""
    writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.add(writer)
        try:
            request = await self._read(reader)
            self.got.append(request)
            answer = self.answer(request)
            if answer == SILENT:
                await reader.read()
            elif answer != HANG_UP:
                await self._write(writer, (200, b"x" * 100) if isinstance(answer, str) else answer, broken=answer == BREAK_OFF)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            self.writers.discard(writer)
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> Got:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return Got(method, target, headers, body, self.address)

    async def _write(self, writer: asyncio.StreamWriter, answer: tuple[int, bytes] | tuple[int, bytes, dict[str, str]], *, broken: bool) -> None:
        status, body = answer[0], answer[1]
        extra = answer[2] if len(answer) == 3 else {}
        lines = [f"HTTP/1.1 {status} told", f"content-length: {len(body)}", "connection: close", *(f"{name}: {value}" for name, value in extra.items()), "", ""]
        writer.write("\r\n".join(lines).encode() + (body[: len(body) // 2] if broken else body))
        await writer.drain()


@asynccontextmanager
async def http_receiver(answer: Callable[[Got], Answer]) -> AsyncIterator[HttpReceiver]:
    """A receiver for the time of the block."""
    receiver = HttpReceiver(answer)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield receiver
    finally:
        server.close()
        for writer in list(receiver.writers):
            writer.close()
        await server.wait_closed()
        await asyncio.sleep(0)


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
