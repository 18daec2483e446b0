"""Village loudspeakers, 村村响 / 应急广播 (AL-03): an order to a gateway over HTTP, and the play receipt that says how many households heard it.

The gateway de-duplicates by idempotency key and can be asked by it, so an attempt without answer is cleared by `query`, not by playing twice.
`POST {address}/orders` with a JSON order; `GET {address}/orders/{key}`; both answer `{"state": …, "order": …, "terminals": n, "played": n, "households": n}`.
"""

import json
from typing import Any

import httpx

from services.alerts.cap.times import write_time
from services.alerts.channels.channel import Channel
from services.alerts.channels.delivery import ChannelKind, Delivery, Outcome, Receipt, accepted, delivered, failed, unknown
from services.alerts.channels.http_exchange import Answer, Outgoing, exchange

_ACCEPTED_STATES = {"accepted", "queued", "playing"}
_PLAYS = {1: 5, 2: 3}
_PLAYS_OTHERWISE = 2


class LoudspeakerChannel(Channel):
    """Orders to play `delivery.text` in the target's regions, more often the more severe, and not after the warning's end."""

    kind = ChannelKind.LOUDSPEAKER

    def __init__(self, client: httpx.AsyncClient, *, token: str = "", timeout_seconds: float = 20.0) -> None:
        super().__init__(timeout_seconds=timeout_seconds)
        self.client = client
        self.token = token

    async def transmit(self, delivery: Delivery) -> Receipt:
        """Give the order once."""
        content = json.dumps(order(delivery), ensure_ascii=False, sort_keys=True).encode()
        headers = {**self._headers(), "content-type": "application/json", "idempotency-key": delivery.idempotency_key}
        answer = await exchange(self.client, Outgoing("POST", f"{_base(delivery)}/orders", headers, content))
        return answer if isinstance(answer, Receipt) else play_receipt(answer)

    async def ask(self, delivery: Delivery) -> Receipt | None:
        """The state of the order; FAILED and retryable when the gateway never got it; None when the gateway does not answer."""
        answer = await exchange(self.client, Outgoing("GET", f"{_base(delivery)}/orders/{delivery.idempotency_key}", self._headers()))
        if isinstance(answer, Answer):
            return play_receipt(answer)
        never_got_it = answer.outcome is Outcome.FAILED and answer.details.get("status") == "404"
        return failed("CHANNEL_UNREACHABLE", retryable=True, status="404") if never_got_it else None

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"} if self.token else {}


def order(delivery: Delivery) -> dict[str, Any]:
    """The order as the gateway reads it."""
    return {
        "key": delivery.idempotency_key,
        "identifier": delivery.identifier,
        "status": delivery.status,
        "msg_type": delivery.msg_type,
        "level": delivery.level,
        "regions": list(delivery.target.regions),
        "headline": delivery.headline,
        "text": delivery.text,
        "plays": _PLAYS.get(delivery.level, _PLAYS_OTHERWISE),
        "not_after": write_time(delivery.expires_at) if delivery.expires_at else None,
    }


def play_receipt(answer: Answer) -> Receipt:
    """What a play receipt amounts to; an answer nobody can read is UNKNOWN, for the order may be playing."""
    try:
        document = json.loads(answer.body or b"null")
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        return unknown("CHANNEL_ANSWER_UNREADABLE", status=str(answer.status))
    numbers = {name: str(document[name]) for name in ("terminals", "played") if _count(document.get(name)) is not None}
    remote_ids = (document["order"],) if isinstance(document.get("order"), str) else ()
    state = document.get("state")
    if state == "played":
        return delivered(reached=_count(document.get("households")), remote_ids=remote_ids, **numbers)
    if state in _ACCEPTED_STATES:
        return accepted(reached=_count(document.get("households")), remote_ids=remote_ids, **numbers)
    if state == "failed":
        return failed("CHANNEL_NOT_PLAYED", retryable=True, **numbers)
    if state == "rejected":
        return failed("CHANNEL_REFUSED", retryable=False, status=str(document.get("error", ""))[:120])
    return unknown("CHANNEL_ANSWER_UNREADABLE", status=str(state)[:120])


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 2_000_000_000 else None


def _base(delivery: Delivery) -> str:
    return delivery.target.address.rstrip("/")
