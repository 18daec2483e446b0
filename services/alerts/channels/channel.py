"""The interface every adapter has."""

import asyncio
from abc import ABC, abstractmethod
from typing import ClassVar

from services.alerts.channels.delivery import ChannelKind, Delivery, Receipt, failed, unknown
from services.alerts.channels.guard import why_not


class Channel(ABC):
    """An adapter. `send` never raises for what the other side does; it answers with a receipt within `timeout_seconds`."""

    kind: ClassVar[ChannelKind]

    def __init__(self, *, timeout_seconds: float) -> None:
        self.timeout_seconds = timeout_seconds

    async def send(self, delivery: Delivery) -> Receipt:
        """Send once. What may not use this channel is refused here, whoever calls (S9); no answer in time is UNKNOWN."""
        if delivery.channel is not self.kind:
            raise ValueError(f"a delivery for {delivery.channel} was given to {self.kind}")
        if reason := why_not(delivery.status, self.kind, delivery.target):
            return failed(reason, retryable=False, status=delivery.status, channel=self.kind)
        try:
            async with asyncio.timeout(self.timeout_seconds):
                return await self.transmit(delivery)
        except TimeoutError:
            return unknown("CHANNEL_NO_ANSWER", channel=self.kind)

    @abstractmethod
    async def transmit(self, delivery: Delivery) -> Receipt:
        """Do the sending; called by `send` alone, which has checked that the message may use the channel."""

    async def query(self, delivery: Delivery) -> Receipt | None:  # noqa: ARG002 - for adapters whose receiver can be asked
        """Ask the receiver what became of a delivery; None when it cannot be asked or does not answer."""
        return None

    async def close(self) -> None:
        """Let go of connections."""
        return
