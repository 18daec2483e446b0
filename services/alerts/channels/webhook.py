"""A subscriber's HTTP endpoint: the CAP XML by POST, signed, with an idempotency key."""

import json

import httpx

from services.alerts.channels.channel import Channel
from services.alerts.channels.delivery import ChannelKind, Delivery, Receipt, accepted, delivered
from services.alerts.channels.http_exchange import Outgoing, RequestSigner, exchange


class WebhookChannel(Channel):
    """POSTs to `target.address`. 202 is ACCEPTED, any other 2xx DELIVERED; a JSON answer may tell whom it reached: `{"reached": 120}`."""

    kind = ChannelKind.WEBHOOK

    def __init__(self, client: httpx.AsyncClient, signer: RequestSigner, *, timeout_seconds: float = 15.0) -> None:
        super().__init__(timeout_seconds=timeout_seconds)
        self.client = client
        self.signer = signer

    async def transmit(self, delivery: Delivery) -> Receipt:
        """Send and read the answer."""
        headers = {"content-type": "application/cap+xml", "idempotency-key": delivery.idempotency_key, "accept": "application/json"}
        answer = await exchange(self.client, Outgoing("POST", delivery.target.address, headers, delivery.document, self.signer.sign))
        if isinstance(answer, Receipt):
            return answer
        taken = accepted if answer.status == 202 else delivered
        return taken(reached=reached_of(answer.body), status=str(answer.status))


def reached_of(body: bytes | None) -> int | None:
    """The whole number under `reached` in a JSON object; None when the receiver does not say."""
    try:
        document = json.loads(body or b"null")
    except (ValueError, RecursionError):
        return None
    value = document.get("reached") if isinstance(document, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 2_000_000_000 else None
