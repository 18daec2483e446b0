"""SMPP 3.4 on the wire: the few PDUs a transceiver needs, packed and unpacked. Lengths are bounded; what does not fit is an SmppMalformed.

Written here because no library fits: of the asyncio ones one acknowledges receipts before anybody kept them, the other sends from a queue of its own,
so that nobody learns what left, and bounds no PDU.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

HEADER = struct.Struct("!IIII")
MAX_PDU = 65_536
RESPONSE = 0x80000000
VERSION = 0x34


class Command(IntEnum):
    """Requests; the response has the same number with the highest bit set."""

    GENERIC_NACK = 0x00
    BIND_TRANSCEIVER = 0x09
    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    ENQUIRE_LINK = 0x15


class CommandStatus(IntEnum):
    """Statuses this client tells apart."""

    OK = 0x00
    INVALID_COMMAND = 0x03
    MESSAGE_QUEUE_FULL = 0x14
    THROTTLED = 0x58
    TEMPORARY_APPLICATION_ERROR = 0x64


class Tag(IntEnum):
    """Optional parameters read or written here."""

    RECEIPTED_MESSAGE_ID = 0x001E
    MESSAGE_STATE = 0x0427


class SmppMalformed(Exception):  # noqa: N818 - a property of the bytes
    """The peer sent what is no PDU; the connection cannot be trusted any more."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One protocol unit, its body still packed."""

    command: int
    status: int
    sequence: int
    body: bytes = b""

    def pack(self) -> bytes:
        """The bytes on the wire."""
        return HEADER.pack(HEADER.size + len(self.body), self.command, self.status, self.sequence) + self.body

    def answer(self, status: int = CommandStatus.OK, body: bytes = b"") -> "Pdu":
        """The response to this request."""
        return Pdu(self.command | RESPONSE, status, self.sequence, body)


@dataclass(frozen=True, slots=True)
class Address:
    """A number with its type and plan (SMPP 5.2.5, 5.2.6): 1, 1 is international ISDN; 5, 0 a name in letters; 0, 0 as the network takes it."""

    number: str
    ton: int = 0
    npi: int = 0

    def pack(self) -> bytes:
        """Type, plan and number."""
        return bytes((self.ton, self.npi)) + c_string(self.number, 20)


@dataclass(frozen=True, slots=True)
class Submission:
    """One segment for one recipient. `esm_class` 0x40 tells that the text begins with a user data header; `data_coding` 8 is UCS-2."""

    source: Address
    destination: Address
    content: bytes
    esm_class: int = 0
    data_coding: int = 8
    priority: int = 0
    validity: str = ""
    report: bool = True

    def pack(self) -> bytes:
        """The body of submit_sm; with `report` a receipt is asked for. ValueError when the content is over 254 octets or a text too long."""
        if len(self.content) > 254:
            raise ValueError("a segment has at most 254 octets")
        return b"".join(
            (
                c_string("", 5),
                self.source.pack(),
                self.destination.pack(),
                bytes((self.esm_class, 0, self.priority)),
                c_string("", 16),
                c_string(self.validity, 16),
                bytes((self.report, 0, self.data_coding, 0, len(self.content))),
                self.content,
            )
        )


@dataclass(frozen=True, slots=True)
class Deliver:
    """The parts of deliver_sm that are read: a receipt has 0x04 in `esm_class`."""

    source: str
    destination: str
    esm_class: int
    content: bytes
    options: dict[int, bytes]


def c_string(text: str, most: int) -> bytes:
    """ASCII with its closing zero. ValueError when longer than `most` characters or not plain ASCII."""
    raw = text.encode("ascii")
    if len(raw) > most or b"\0" in raw:
        raise ValueError(f"{text!r} does not fit {most} octets")
    return raw + b"\0"


def bind_body(system_id: str, password: str, system_type: str) -> bytes:
    """The body of bind_transceiver for any address."""
    return c_string(system_id, 15) + c_string(password, 8) + c_string(system_type, 12) + bytes((VERSION, 0, 0)) + c_string("", 40)


def read_header(header: bytes) -> tuple[int, Pdu]:
    """The length of the body that follows, and the PDU without it."""
    length, command, status, sequence = HEADER.unpack(header)
    if not HEADER.size <= length <= MAX_PDU:
        raise SmppMalformed(f"a PDU of {length} octets")
    return length - HEADER.size, Pdu(command, status, sequence)


def read_c_string(body: bytes, start: int = 0) -> tuple[str, int]:
    """The text that begins at `start`, and where the next field begins."""
    end = body.find(b"\0", start)
    if end < 0:
        raise SmppMalformed("a text without end")
    return body[start:end].decode("latin-1"), end + 1


def read_deliver(body: bytes) -> Deliver:
    """Unpack deliver_sm."""
    try:
        _, at = read_c_string(body)
        source, at = read_c_string(body, at + 2)
        destination, at = read_c_string(body, at + 2)
        esm_class = body[at]
        _, at = read_c_string(body, at + 3)
        _, at = read_c_string(body, at)
        length = body[at + 4]
        content = body[at + 5 : at + 5 + length]
        return Deliver(source, destination, esm_class, content, _options(body[at + 5 + length :]))
    except IndexError:
        raise SmppMalformed("deliver_sm breaks off") from None


def _options(rest: bytes) -> dict[int, bytes]:
    options = {}
    while len(rest) >= 4:
        tag, length = struct.unpack("!HH", rest[:4])
        options[tag] = rest[4 : 4 + length]
        rest = rest[4 + length :]
    return options
