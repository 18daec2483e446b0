"""One bound SMPP session: requests out and answers in, receipts acknowledged only once they are kept, the line kept alive.

It never sends anything twice. After the octets of a request are out and no answer comes, the caller learns exactly that: OutcomeUnknown.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from services.alerts.channels.smpp_pdu import (
    HEADER,
    RESPONSE,
    Command,
    CommandStatus,
    Deliver,
    Pdu,
    SmppMalformed,
    Submission,
    bind_body,
    read_c_string,
    read_deliver,
    read_header,
)

_log = structlog.get_logger(__name__)
_LAST_SEQUENCE = 0x7FFFFFFF


class SmppRefused(Exception):  # noqa: N818 - an answer, not a fault
    """The other side answered with a status other than 0."""

    def __init__(self, status: int) -> None:
        super().__init__(f"SMPP status 0x{status:08X}")
        self.status = status


class NotSent(Exception):  # noqa: N818 - a fact about the request
    """Nothing of the request left: there is no session."""


class OutcomeUnknown(Exception):  # noqa: N818 - a fact about the request
    """The request left, its answer did not come."""


class ReceiptNotKept(Exception):  # noqa: N818 - asks the other side to come again
    """Raised by the receiver of deliver_sm: the other side is told a temporary error and sends it again later."""


@dataclass(frozen=True, slots=True)
class SmppAccount:
    """Where and as whom to bind. Times are in seconds."""

    host: str
    port: int
    system_id: str
    password: str
    system_type: str = ""
    tls: ssl.SSLContext | None = None
    connect_seconds: float = 10.0
    response_seconds: float = 10.0
    enquire_seconds: float = 30.0


class SmppSession:
    """A transceiver. `on_deliver` is awaited before deliver_sm is acknowledged; it must not submit on this session."""

    def __init__(self, account: SmppAccount, on_deliver: Callable[[Deliver], Awaitable[None]]) -> None:
        self.account = account
        self.on_deliver = on_deliver
        self.sequence = 0
        self.waiting: dict[int, asyncio.Future[Pdu]] = {}
        self.writer: asyncio.StreamWriter | None = None
        self.tasks: list[asyncio.Task[None]] = []

    @property
    def bound(self) -> bool:
        """True while requests can be sent."""
        return self.writer is not None

    async def open(self) -> None:
        """Connect and bind. NotSent when there is nobody, SmppRefused when the account is not taken, OutcomeUnknown when no answer comes."""
        account = self.account
        try:
            async with asyncio.timeout(account.connect_seconds):
                reader, writer = await asyncio.open_connection(account.host, account.port, ssl=account.tls)
        except (OSError, TimeoutError) as error:
            raise NotSent(type(error).__name__) from error
        self.writer = writer
        self.tasks = [asyncio.create_task(self._read(reader), name="smpp-reader")]
        try:
            await self._request(Command.BIND_TRANSCEIVER, bind_body(account.system_id, account.password, account.system_type))
        except BaseException:
            await self.close()
            raise
        self.tasks.append(asyncio.create_task(self._keep_alive(), name="smpp-enquire-link"))

    async def submit(self, submission: Submission) -> str:
        """Send one segment; the other side's message id. SmppRefused, NotSent or OutcomeUnknown otherwise."""
        answer = await self._request(Command.SUBMIT_SM, submission.pack())
        return read_c_string(answer.body)[0] if answer.body.find(b"\0") >= 0 else ""

    async def close(self) -> None:
        """Unbind if still bound, and end. Never raises for what the other side does."""
        if self.bound and len(self.tasks) > 1:
            with contextlib.suppress(SmppRefused, NotSent, OutcomeUnknown):
                await self._request(Command.UNBIND, b"")
        self._drop()
        tasks, self.tasks = self.tasks, []
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                _log.error("smpp task failed", host=self.account.host, exc_info=ended)

    async def _request(self, command: Command, body: bytes) -> Pdu:
        if self.writer is None:
            raise NotSent("not bound")
        self.sequence = self.sequence % _LAST_SEQUENCE + 1
        sequence = self.sequence
        answer: asyncio.Future[Pdu] = asyncio.get_running_loop().create_future()
        self.waiting[sequence] = answer
        try:
            async with asyncio.timeout(self.account.response_seconds):
                self.writer.write(Pdu(command, CommandStatus.OK, sequence, body).pack())
                await self.writer.drain()
                response = await answer
        except (OSError, TimeoutError) as error:
            raise OutcomeUnknown(type(error).__name__) from error
        finally:
            self.waiting.pop(sequence, None)
            answer.cancel()
        if response.status != CommandStatus.OK:
            raise SmppRefused(response.status)
        return response

    async def _read(self, reader: asyncio.StreamReader) -> None:
        """Every PDU of the other side, until the line ends."""
        try:
            while True:
                length, pdu = read_header(await reader.readexactly(HEADER.size))
                pdu = Pdu(pdu.command, pdu.status, pdu.sequence, await reader.readexactly(length))
                if pdu.command & RESPONSE:
                    self._answered(pdu)
                else:
                    await self._asked(pdu)
        except (OSError, asyncio.IncompleteReadError, SmppMalformed) as error:
            _log.warning("smpp line ended", host=self.account.host, error=str(error) or type(error).__name__)
        finally:
            self._drop()

    def _answered(self, pdu: Pdu) -> None:
        """Give an answer to whoever waits; one that comes too late was already told as unknown."""
        answer = self.waiting.get(pdu.sequence)
        if answer is not None and not answer.done():
            answer.set_result(pdu)

    async def _asked(self, pdu: Pdu) -> None:
        match pdu.command:
            case Command.DELIVER_SM:
                try:
                    await self.on_deliver(read_deliver(pdu.body))
                    status = CommandStatus.OK
                except ReceiptNotKept:
                    status = CommandStatus.TEMPORARY_APPLICATION_ERROR
                await self._write(pdu.answer(status, b"\0"))
            case Command.ENQUIRE_LINK:
                await self._write(pdu.answer())
            case Command.UNBIND:
                await self._write(pdu.answer())
                raise ConnectionResetError("unbound by the other side")
            case _:
                await self._write(Pdu(Command.GENERIC_NACK | RESPONSE, CommandStatus.INVALID_COMMAND, pdu.sequence))

    async def _write(self, pdu: Pdu) -> None:
        if self.writer is not None:
            self.writer.write(pdu.pack())
            await self.writer.drain()

    async def _keep_alive(self) -> None:
        """Ask now and then whether the other side still lives; without answer the line is given up."""
        while self.bound:
            await asyncio.sleep(self.account.enquire_seconds)
            try:
                await self._request(Command.ENQUIRE_LINK, b"")
            except (NotSent, OutcomeUnknown, SmppRefused):
                self._drop()

    def _drop(self) -> None:
        """Close the line; whoever waits for an answer learns that none will come."""
        if self.writer is not None:
            self.writer.close()
            self.writer = None
        for answer in self.waiting.values():
            if not answer.done():
                answer.set_exception(ConnectionResetError("the line ended"))
