"""One HTTP request and what its outcome proves: not sent, answered, or nobody can say. And RFC 9421 signatures on what we send."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver, algorithms

from services.alerts.channels.delivery import Receipt, failed, unknown

MAX_ANSWER_BYTES = 65_536
SIGNATURE_TAG = "fenghuo-alert"

# The request was not complete, so the receiver cannot have acted on it.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_IMPOSSIBLE = (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError)
# Statuses by which a receiver says that it did nothing, and that later it may.
_LATER = {408, 425, 429, 503}


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer; `body` is None when it broke off or was longer than 64 KiB, which does not change what the status says."""

    status: int
    headers: httpx.Headers
    body: bytes | None


def new_client(*, timeout_seconds: float, verify: Any = True) -> httpx.AsyncClient:
    """A client without proxies from the environment, redirects or kept connections: a kept one may be dead, and then nobody knows what was sent.

    `verify` is True or an ssl.SSLContext (with a client certificate for mutual TLS).
    """
    limits = httpx.Limits(max_connections=20, max_keepalive_connections=0)
    return httpx.AsyncClient(timeout=timeout_seconds, verify=verify, trust_env=False, follow_redirects=False, limits=limits)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request before it is one: the address may be none."""

    method: str
    address: str
    headers: dict[str, str]
    content: bytes = b""
    sign: Callable[[httpx.Request], None] = field(default=lambda _: None)


async def exchange(client: httpx.AsyncClient, outgoing: Outgoing) -> Answer | Receipt:
    """Send once. An Answer for a 2xx status; for everything else, an address that is none among it, the Receipt it amounts to."""
    try:
        request = client.build_request(outgoing.method, outgoing.address, headers=outgoing.headers, content=outgoing.content or None)
        outgoing.sign(request)
        response = await client.send(request, stream=True)
    except _NOT_SENT as error:
        return failed("CHANNEL_UNREACHABLE", retryable=True, error=type(error).__name__)
    except _IMPOSSIBLE as error:
        return failed("CHANNEL_ADDRESS", retryable=False, error=type(error).__name__)
    except httpx.TransportError as error:
        return unknown("CHANNEL_NO_ANSWER", error=type(error).__name__)
    try:
        body = await _bounded(response)
    finally:
        await response.aclose()
    return _judge(Answer(response.status_code, response.headers, body))


async def _bounded(response: httpx.Response) -> bytes | None:
    body = bytearray()
    try:
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                return None
    except (httpx.TransportError, httpx.DecodingError):
        return None
    return bytes(body)


def _judge(answer: Answer) -> Answer | Receipt:
    """2xx is an answer; 4xx and 3xx are refusals; 503 and its like mean later; after any other 5xx the receiver may have acted."""
    status = str(answer.status)
    if 200 <= answer.status < 300:
        return answer
    if answer.status in _LATER:
        return failed("CHANNEL_BUSY", retryable=True, status=status, retry_after=answer.headers.get("retry-after", ""))
    if answer.status < 500:
        return failed("CHANNEL_REFUSED", retryable=False, status=status)
    return unknown("CHANNEL_SERVER_ERROR", status=status)


class RequestSigner:
    """Signs requests with Ed25519 (RFC 9421) over method, address, type, idempotency key and the digest of the content (RFC 9530)."""

    def __init__(self, key_id: str, private_key: Ed25519PrivateKey) -> None:
        self.key_id = key_id
        keys = MappingKeyResolver(public_keys={}, private_keys={key_id: private_key})
        self.signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=keys)

    def sign(self, request: httpx.Request, covered: Sequence[str] = ("@method", "@target-uri", "content-type", "idempotency-key")) -> None:
        """Add Content-Digest, Signature-Input and Signature to a request whose body is in memory."""
        self.signer.sign(request, key_id=self.key_id, label="fenghuo", tag=SIGNATURE_TAG, covered_component_ids=covered, body=request.content)
