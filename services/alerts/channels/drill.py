"""The drill channel, 演练: records what would have been sent and sends nothing. The only channel an exercise may use without a marked target."""

from collections.abc import Awaitable, Callable

from services.alerts.channels.channel import Channel
from services.alerts.channels.delivery import ChannelKind, Delivery, Receipt, delivered


class DrillChannel(Channel):
    """Hands the delivery to `record`; nobody is reached, which is a number and not unknown."""

    kind = ChannelKind.DRILL

    def __init__(self, record: Callable[[Delivery], Awaitable[None]], *, timeout_seconds: float = 10.0) -> None:
        super().__init__(timeout_seconds=timeout_seconds)
        self.record = record

    async def transmit(self, delivery: Delivery) -> Receipt:
        """Record; the receipt says that it was a drill."""
        await self.record(delivery)
        return delivered(reached=0, drill="true")
