"""A short message centre that speaks SMPP 3.4, written from the specification and without our client's code; it can refuse, stall, hang up and report."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

BIND, BIND_RESP, SUBMIT, SUBMIT_RESP = 0x00000009, 0x80000009, 0x00000004, 0x80000004
DELIVER, DELIVER_RESP, UNBIND, UNBIND_RESP, ENQUIRE, ENQUIRE_RESP = 0x05, 0x80000005, 0x06, 0x80000006, 0x15, 0x80000015


@dataclass(frozen=True)
class Submitted:
    """One submit_sm as the centre read it."""

    source: str
    source_type: tuple[int, int]
    destination: str
    esm_class: int
    priority: int
    validity: str
    registered: int
    coding: int
    content: bytes


@dataclass
class SmsCentre:
    """Behaviour is by destination number: `refuse` gives a status, `stall` never answers, `hang_up_at` closes the line instead of answering.

    `hang_up_after` closes it after that many answers, `busy_times` answers so many times that it is throttled.
    """

    password: str = "secret"
    refuse: dict[str, int] = field(default_factory=dict)
    stall: set[str] = field(default_factory=set)
    hang_up_at: set[str] = field(default_factory=set)
    hang_up_after: int | None = None
    busy_times: int = 0
    answers_enquiries: bool = True
    silent_bind: bool = False
    submitted: list[Submitted] = field(default_factory=list)
    binds: int = 0
    enquiries: int = 0
    unbinds: int = 0
    answers: list[tuple[int, int]] = field(default_factory=list)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while not writer.is_closing():
                length, command, status, sequence = struct.unpack("!IIII", await reader.readexactly(16))
                self._handle(writer, command, status, sequence, await reader.readexactly(length - 16))
        writer.close()

    def _handle(self, writer: asyncio.StreamWriter, command: int, status: int, sequence: int, body: bytes) -> None:
        if command == BIND:
            self.binds += 1
            system_id, password, _ = body.split(b"\0")[:3]
            if not self.silent_bind:
                send(writer, BIND_RESP, 0 if password.decode() == self.password else 0x0E, sequence, system_id + b"\0")
        elif command == SUBMIT:
            self._submit(writer, sequence, body)
        elif command == ENQUIRE:
            self.enquiries += 1
            if self.answers_enquiries:
                send(writer, ENQUIRE_RESP, 0, sequence)
        elif command == UNBIND:
            self.unbinds += 1
            send(writer, UNBIND_RESP, 0, sequence)
            writer.close()
        else:
            self.answers.append((command, status))

    def _submit(self, writer: asyncio.StreamWriter, sequence: int, body: bytes) -> None:
        message = read_submit(body)
        if message.destination in self.hang_up_at:
            writer.close()
            return
        if self.busy_times:
            self.busy_times -= 1
            send(writer, SUBMIT_RESP, 0x58, sequence)
            return
        self.submitted.append(message)
        if message.destination in self.stall:
            return
        status = self.refuse.get(message.destination, 0)
        send(writer, SUBMIT_RESP, status, sequence, b"" if status else f"M{len(self.submitted)}".encode() + b"\0")
        if len(self.submitted) == self.hang_up_after:
            writer.close()

    def report(self, message_id: str, state: str, number: int | None = None, *, sequence: int = 77, coded: bool = True) -> None:
        """Send a delivery receipt to the last client, with optional parameters or in text alone."""
        text = f"id:{message_id} sub:001 dlvrd:001 submit date:2607291400 done date:2607291401 stat:{state} err:012 text:".encode()
        body = b"\0" + b"\1\1" + b"13900000001\0" + b"\0\0" + b"12379\0" + bytes((0x04, 0, 0)) + b"\0\0" + bytes((0, 0, 0, 0, len(text))) + text
        if coded:
            body += struct.pack("!HH", 0x001E, len(message_id) + 1) + message_id.encode() + b"\0" + struct.pack("!HHB", 0x0427, 1, number or 2)
        send(self.writers[-1], DELIVER, 0, sequence, body)


def send(writer: asyncio.StreamWriter, command: int, status: int, sequence: int, body: bytes = b"") -> None:
    """One PDU."""
    writer.write(struct.pack("!IIII", 16 + len(body), command, status, sequence) + body)


def read_submit(body: bytes) -> Submitted:
    """Unpack submit_sm field by field."""

    def text(at: int) -> tuple[str, int]:
        end = body.index(b"\0", at)
        return body[at:end].decode(), end + 1

    _, at = text(0)
    source_type = (body[at], body[at + 1])
    source, at = text(at + 2)
    destination, at = text(at + 2)
    esm_class, _, priority = body[at : at + 3]
    _, at = text(at + 3)
    validity, at = text(at)
    registered, _, coding, _, length = body[at : at + 5]
    content = body[at + 5 : at + 5 + length]
    assert len(content) == length == len(body) - at - 5
    return Submitted(source, source_type, destination, esm_class, priority, validity, registered, coding, content)


@asynccontextmanager
async def sms_centre(centre: SmsCentre) -> AsyncIterator[SmsCentre]:
    """A centre for the time of the block."""
    server = await asyncio.start_server(centre.serve, "127.0.0.1", 0)
    centre.port = server.sockets[0].getsockname()[1]
    try:
        yield centre
    finally:
        server.close()
        for writer in centre.writers:
            writer.close()
        await server.wait_closed()
        await asyncio.sleep(0)
