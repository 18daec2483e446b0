"""The public CAP feed: a message is published when its row is visible to readers; no network, and once is enough."""

from collections.abc import Awaitable, Callable

from services.alerts.channels.channel import Channel
from services.alerts.channels.delivery import ChannelKind, Delivery, Receipt, delivered


class FeedChannel(Channel):
    """Makes the message visible. `show` must do nothing when it is visible already."""

    kind = ChannelKind.FEED

    def __init__(self, show: Callable[[Delivery], Awaitable[None]], *, timeout_seconds: float = 10.0) -> None:
        super().__init__(timeout_seconds=timeout_seconds)
        self.show = show

    async def transmit(self, delivery: Delivery) -> Receipt:
        """Publish; how many people read a feed nobody knows."""
        await self.show(delivery)
        return delivered()
