"""Appends to Kafka: one idempotent producer in threads of its own, awaited from the event loop."""

import asyncio
import contextlib
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import structlog
from kafka import KafkaProducer
from kafka.errors import KafkaError

from chassis.eventlog.kafka_address import KafkaAddress, build
from chassis.eventlog.record import MAX_RECORD_BYTES, Record

_LONGEST_MS = 2**31 - 1
_APPENDS_UNACKNOWLEDGED = 32
_CLOSE_S = 3.0
_LINGER_MS = 2
"""The records of one append go out together: one request instead of several is sooner done for all of them."""

_log = structlog.get_logger(__name__)


class _Receipt:
    """Counts the acknowledgements of one append; tells the first error, or None, once all are in."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._lock = threading.Lock()
        self._missing = 1
        self._error: Exception | None = None
        self.done: asyncio.Future[None] = loop.create_future()

    def expect(self, sent: Any) -> None:
        """One more acknowledgement has to come."""
        with self._lock:
            self._missing += 1
        sent.add_callback(lambda _: self.count(None))
        sent.add_errback(self.count)

    def count(self, error: Exception | None) -> None:
        """One acknowledgement, or the end of sending, is in."""
        with self._lock:
            self._missing -= 1
            self._error = self._error or error
            last = not self._missing
        if last:
            with contextlib.suppress(RuntimeError):  # the loop has ended, nobody waits
                self._loop.call_soon_threadsafe(self._settle)

    def _settle(self) -> None:
        if self.done.done():
            return
        if self._error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(self._error)
            self.done.exception()  # seen, even if the caller has gone


class Producer:
    """Sends records in the order given. What is once sent is retried by the client for as long as it takes: giving up on one batch while a
    later one goes through would break the order per key. So a caller that loses patience leaves its records in line, a bounded number of
    appends wait there, and a repeated record comes after its first copy.
    """

    def __init__(self, address: KafkaAddress, client_id: str) -> None:
        self._settings = {
            **address.client(client_id),
            "acks": "all",
            "enable_idempotence": True,
            "compression_type": "lz4",
            "linger_ms": _LINGER_MS,
            "delivery_timeout_ms": _LONGEST_MS,
            "max_block_ms": 5_000,
            "max_request_size": MAX_RECORD_BYTES + 48_000,
            "allow_auto_create_topics": False,
            "metrics_enabled": False,
        }
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="eventlog-append")
        self._room = asyncio.Semaphore(_APPENDS_UNACKNOWLEDGED)
        self._producer: Any = None

    async def send(self, records: Sequence[Record]) -> None:
        """Return when every in-sync replica has the records. Raises KafkaError, or OSError."""
        await self._room.acquire()
        loop = asyncio.get_running_loop()
        receipt = _Receipt(loop)
        receipt.done.add_done_callback(lambda _: self._room.release())
        loop.run_in_executor(self._thread, self._send, records, receipt)
        try:
            await asyncio.shield(receipt.done)
        except (KafkaError, OSError):
            loop.run_in_executor(self._thread, partial(self._discard, self._producer))
            raise

    async def close(self) -> None:
        """Send what is in line for a few seconds, then end."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._discard, self._producer)
        self._thread.shutdown(wait=False)

    def _send(self, records: Sequence[Record], receipt: _Receipt) -> None:
        try:
            if self._producer is None:
                self._producer = build(KafkaProducer, self._settings)
            for record in records:
                headers = [(name, text.encode()) for name, text in record.headers.items()]
                receipt.expect(self._producer.send(record.topic, record.value, record.key.encode(), headers))
        except Exception as cause:  # noqa: BLE001  (handed to the caller)
            receipt.count(cause)
        else:
            receipt.count(None)

    def _discard(self, producer: Any) -> None:
        """A producer that reported an error may be in a state it does not leave: the next append gets a new one."""
        if producer is not None and producer is self._producer:
            self._producer = None
            producer.close(timeout=_CLOSE_S)
