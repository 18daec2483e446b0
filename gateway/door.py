"""The HTTP server's side of a connection, bounded: how long a head may be, how slowly a request may come, how many connections one address may hold.

uvicorn reads headers of any length and waits for a request for ever; either lets one stranger close the door for everybody.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chassis.errors import DomainError, Kind
from chassis.logs import logger
from chassis.messages import Catalogue
from gateway.rest import problems

log = logger(__name__)
TOLD_S = 30.0
HEAD_BYTES = 65_536
HEADERS = 100
HEALTH = frozenset({b"/healthz"})
"""Answered also when the door is full: a gateway that is busy is not dead."""
REFUSALS = {431: "HEAD_TOO_LARGE", 408: "REQUEST_SLOW", 429: "CONNECTIONS_FULL"}


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. A body may take longer than `body` while each such span brings `progress` bytes: a field unit's link is slow, not hostile."""

    first_byte: float = 30.0
    head: float = 10.0
    body: float = 20.0
    progress: int = 10_000


@dataclass(slots=True)
class Door:
    """What the connections of one process share. `per_address` 0: no bound, for a gateway behind a proxy, whose address all connections have."""

    answers: Mapping[int, bytes]
    per_address: int
    patience: Patience = field(default_factory=Patience)
    held: Counter[str] = field(default_factory=Counter)
    tell_at: float = 0.0

    def enter(self, address: str) -> bool:
        """Whether one more connection of the address is let in; each that enters leaves."""
        self.held[address] += 1
        welcome = not self.per_address or self.held[address] <= self.per_address
        if not welcome and time.monotonic() >= self.tell_at:
            self.tell_at = time.monotonic() + TOLD_S
            log.warning("an address holds too many connections", address=address, limit=self.per_address)
        return welcome

    def leave(self, address: str) -> None:
        """The connection is gone."""
        self.held[address] -= 1
        if self.held[address] <= 0:
            del self.held[address]


def answers(texts: Catalogue) -> dict[int, bytes]:
    """The refusals of this file as bytes, ready to be sent by whoever has no request to answer."""
    return {status: _written(status, reason, texts) for status, reason in REFUSALS.items()}


def _written(status: int, reason: str, texts: Catalogue) -> bytes:
    problem = problems.of_error(DomainError(Kind.INVALID, reason, bytes=HEAD_BYTES, headers=HEADERS), texts)
    problem.status = status
    made = problem.response("zh", "")
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode(), *(name + b": " + value for name, value in made.raw_headers), b"connection: close"]
    return b"\r\n".join(lines) + b"\r\n\r\n" + bytes(made.body)


class BoundedProtocol(HttpToolsProtocol):
    """One connection. A subclass made by `bounded` knows its door."""

    door: ClassVar[Door]
    _timer: asyncio.TimerHandle | None = None
    _in_head: bool = True
    _head_seen: int = 0
    _body_seen: int = 0
    _too_many: bool = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn narrows it so
        """Let it in, unless its address holds too many already."""
        super().connection_made(transport)
        if not self.door.enter(self._address):
            self._turn_away(429)
            return
        self._arm(self.door.patience.first_byte)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._disarm()
        self.door.leave(self._address)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Hand the parser no more of a head than is allowed: it would keep all of it."""
        if self._in_head:
            room = HEAD_BYTES - self._head_seen
            self._head_seen += len(data)
            self._feed(data[:room])
            if self._in_head and self._head_seen > HEAD_BYTES:
                self._turn_away(431)
            data = data[room:]
        if data:
            self._feed(data)
        if self._timer is None and self._in_head and self._answered:
            self._arm(self.door.patience.head)  # what came between two requests ended uvicorn's own timer for idle connections

    def _feed(self, data: bytes) -> None:
        if not self.transport.is_closing():
            super().data_received(data)

    def on_message_begin(self) -> None:
        """The first byte of a request: its head is to follow soon."""
        super().on_message_begin()
        self._arm(self.door.patience.head)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        super().on_header(name, value)
        if len(self.headers) > HEADERS:
            self._too_many = True
            raise ValueError("too many headers")  # ends the parser, which then asks for a refusal

    def on_headers_complete(self) -> None:
        """The head is whole; the body is awaited."""
        self.limit_concurrency = None if self.url in HEALTH else self.config.limit_concurrency
        super().on_headers_complete()
        self._in_head, self._body_seen = False, 0
        self._arm(self.door.patience.body)

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._body_seen += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole: from here on it is the application's time."""
        self._disarm()
        self._in_head, self._head_seen = True, 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What the parser refuses."""
        if self._too_many:
            self._turn_away(431)
        elif self._free:
            super().send_400_response(msg)
        else:
            self.transport.close()

    @property
    def _address(self) -> str:
        return self.client[0] if self.client else ""

    @property
    def _answered(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    @property
    def _free(self) -> bool:
        """Whether a refusal would be the answer to what it refuses, and not fall into or before another answer."""
        return not self.pipeline and (self._answered if self._in_head else not self.cycle.response_started)

    def _late(self) -> None:
        """A head or a body takes too long."""
        self._timer = None
        if self._in_head and not self._answered:
            self._arm(self.door.patience.head)  # an earlier request is still worked on
        elif not self._in_head and self._body_seen >= self.door.patience.progress and not self._answered:
            self._body_seen = 0
            self._arm(self.door.patience.body)
        elif self._in_head and not self._head_seen:
            self.transport.close()
        else:
            self._turn_away(408)

    def _turn_away(self, status: int) -> None:
        """Refuse and close."""
        self._disarm()
        if self._free and not self.transport.is_closing():
            self.transport.write(self.door.answers[status])
        self.transport.close()

    def _arm(self, seconds: float) -> None:
        self._disarm()
        self._timer = self.loop.call_later(seconds, self._late)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def bounded(door: Door) -> type[BoundedProtocol]:
    """The protocol of this door's connections, for uvicorn's `http`."""
    return type("DoorProtocol", (BoundedProtocol,), {"door": door})
