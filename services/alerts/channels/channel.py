"""The interface every adapter has."""

import asyncio
from abc import ABC, abstractmethod
from typing import ClassVar

from chassis.logs import logger
from services.alerts.channels.delivery import ChannelKind, Delivery, Receipt, failed, unknown
from services.alerts.channels.guard import why_not

log = logger(__name__)


class Channel(ABC):
    """An adapter. `send` never raises for what the other side does; it answers with a receipt within `timeout_seconds`."""

    kind: ClassVar[ChannelKind]

    def __init__(self, *, timeout_seconds: float) -> None:
        self.timeout_seconds = timeout_seconds

    async def send(self, delivery: Delivery) -> Receipt:
        """Send once. What may not use this channel is refused here, whoever calls (S9). No answer in time, or a fault of the adapter itself, is UNKNOWN:
        it may have been sent, and one target's fault is nobody else's.
        """
        if delivery.channel is not self.kind:
            raise ValueError(f"a delivery for {delivery.channel} was given to {self.kind}")
        if reason := why_not(delivery.status, self.kind, delivery.target):
            return failed(reason, retryable=False, status=delivery.status, channel=self.kind)
        try:
            async with asyncio.timeout(self.timeout_seconds):
                return await self.transmit(delivery)
        except TimeoutError:
            return unknown("CHANNEL_NO_ANSWER", channel=self.kind)
        except Exception as error:
            log.exception("a channel failed while it sent", channel=self.kind, target=delivery.target.name, error=repr(error))
            return unknown("CHANNEL_FAULT", channel=self.kind, error=type(error).__name__)

    @abstractmethod
    async def transmit(self, delivery: Delivery) -> Receipt:
        """Do the sending; called by `send` alone, which has checked that the message may use the channel."""

    async def query(self, delivery: Delivery) -> Receipt | None:
        """Ask the receiver what became of a delivery; None when it cannot be asked or does not answer."""
        try:
            async with asyncio.timeout(self.timeout_seconds):
                return await self.ask(delivery)
        except TimeoutError:
            return None
        except Exception as error:
            log.exception("a channel failed while it asked", channel=self.kind, target=delivery.target.name, error=repr(error))
            return None

    async def ask(self, delivery: Delivery) -> Receipt | None:  # noqa: ARG002 - for adapters whose receiver can be asked
        """Do the asking; called by `query` alone."""
        return None

    async def close(self) -> None:
        """Let go of connections."""
        return
