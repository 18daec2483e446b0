"""A load client that costs little: keep-alive HTTP/1.1 over asyncio streams, closed loop, loopback only."""

import asyncio
import gc
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

Make = Callable[[int], tuple[str, dict[str, str], dict[str, Any]]]
"""Number of the request -> path, headers, body."""


@dataclass(slots=True)
class Run:
    """What one run saw. Seconds."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    errors: int = 0
    bodies: list[dict[str, Any]] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Accepted requests a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0


class Connection:
    """One keep-alive connection."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port

    async def __aenter__(self) -> Self:
        if not self._host.startswith("127."):
            raise ValueError("load goes to loopback only")
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def post(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, bytes]:
        """Send a command; gives back status and body."""
        content = json.dumps(body, ensure_ascii=False).encode()
        lines = [f"POST {path} HTTP/1.1", "Host: load", "Content-Type: application/json", f"Content-Length: {len(content)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
        head = await self._reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        return status, await self._reader.readexactly(length)

    async def post_json(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Send a command; gives back status and the answer read."""
        status, content = await self.post(path, headers, body)
        return status, json.loads(content)


async def closed_loop(address: str, connections: int, requests: int, make: Make, *, keep: bool = False) -> Run:
    """`requests` requests over `connections` connections, each sending its next one when the last was answered."""
    host, _, port = address.partition(":")
    gc.collect()
    gc.freeze()  # a pause of this process would be counted as the platform's
    run, numbers = Run(), iter(range(requests))

    async def work() -> None:
        async with Connection(host, int(port)) as connection:
            for number in numbers:
                started = time.perf_counter()
                status, body = await connection.post(*make(number))
                if status == 200:
                    run.latencies.append(time.perf_counter() - started)
                    if keep:
                        run.bodies.append(json.loads(body))
                else:
                    run.errors += 1

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(connections)))
    run.seconds = time.perf_counter() - started
    return run
