"""Webhook and loudspeaker against HTTP peers: success, refusal, silence after sending, repeats, broken answers, signatures."""

import json
from collections.abc import AsyncIterator
from types import SimpleNamespace

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSignaturesException, HTTPMessageVerifier, MappingKeyResolver, algorithms

from services.alerts.channels.delivery import ChannelKind, Delivery, Outcome, Target
from services.alerts.channels.http_exchange import RequestSigner, new_client
from services.alerts.channels.loudspeaker import LoudspeakerChannel
from services.alerts.channels.webhook import WebhookChannel, reached_of
from tests.peers.http_receiver import BREAK_OFF, HANG_UP, SILENT, Answer, Got, free_port, http_receiver
from tests.peers.loudspeaker_gateway import LoudspeakerGateway
from tests.unit.alerts.channels.deliveries import delivery

KEY, STRANGER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with new_client(timeout_seconds=0.5) as made:
        yield made


def subscriber(address: str, **changes: object) -> Delivery:
    return delivery(ChannelKind.WEBHOOK, Target("subscriber", address=f"{address}/hook?a=1"), **changes)


def webhook(client: httpx.AsyncClient, key: Ed25519PrivateKey = KEY) -> WebhookChannel:
    return WebhookChannel(client, RequestSigner("district-640202", key), timeout_seconds=2.0)


def verified(got: Got) -> bool:
    """What a subscriber does: check the signature over the request and the digest of its content."""
    keys = MappingKeyResolver(public_keys={"district-640202": KEY.public_key()}, private_keys={})
    verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=keys)
    message = SimpleNamespace(method=got.method, url=got.url, headers=got.headers)
    try:
        results = verifier.verify(
            message, body=got.body, expect_tag="fenghuo-alert", require_components=("@method", "@target-uri", "idempotency-key", "content-digest")
        )
    except HTTPMessageSignaturesException:
        return False
    return bool(results)


async def test_a_signed_message_is_delivered_and_tells_whom_it_reached(client: httpx.AsyncClient) -> None:
    async with http_receiver(lambda got: (200, b'{"reached": 120}') if verified(got) else (401, b"")) as peer:
        sent = subscriber(peer.address)
        receipt = await webhook(client).send(sent)
    assert (receipt.outcome, receipt.reached) == (Outcome.DELIVERED, 120)
    (got,) = peer.got
    assert (got.method, got.target, got.body) == ("POST", "/hook?a=1", sent.document)
    assert (got.headers["idempotency-key"], got.headers["content-type"]) == (sent.idempotency_key, "application/cap+xml")


async def test_a_wrong_signature_or_a_changed_body_is_noticed_by_the_peer(client: httpx.AsyncClient) -> None:
    async with http_receiver(lambda got: (200, b"") if verified(got) else (401, b"")) as peer:
        receipt = await webhook(client, STRANGER).send(subscriber(peer.address))
        assert (receipt.outcome, receipt.reason, receipt.retryable) == (Outcome.FAILED, "CHANNEL_REFUSED", False)
        assert (await webhook(client).send(subscriber(peer.address))).outcome is Outcome.DELIVERED
    good = peer.got[1]
    assert verified(good)
    assert not verified(Got(good.method, good.target, good.headers, b"<alert>changed</alert>", good.address))
    assert not verified(Got(good.method, "/other", good.headers, good.body, good.address))
    assert not verified(Got(good.method, good.target, good.headers | {"idempotency-key": "0"}, good.body, good.address))


@pytest.mark.parametrize(
    ("answer", "outcome", "reason", "retryable"),
    [
        ((202, b""), Outcome.ACCEPTED, "", False),
        ((204, b""), Outcome.DELIVERED, "", False),
        ((400, b"no"), Outcome.FAILED, "CHANNEL_REFUSED", False),
        ((302, b"", {"location": "http://127.0.0.1:9/"}), Outcome.FAILED, "CHANNEL_REFUSED", False),
        ((429, b"", {"retry-after": "3"}), Outcome.FAILED, "CHANNEL_BUSY", True),
        ((503, b""), Outcome.FAILED, "CHANNEL_BUSY", True),
        ((500, b""), Outcome.UNKNOWN, "CHANNEL_SERVER_ERROR", False),
        ((502, b""), Outcome.UNKNOWN, "CHANNEL_SERVER_ERROR", False),
        (SILENT, Outcome.UNKNOWN, "CHANNEL_NO_ANSWER", False),
        (HANG_UP, Outcome.UNKNOWN, "CHANNEL_NO_ANSWER", False),
        (BREAK_OFF, Outcome.DELIVERED, "", False),
        ((200, b"x" * 70_000), Outcome.DELIVERED, "", False),
    ],
    ids=str,
)
async def test_what_each_answer_proves(client: httpx.AsyncClient, answer: Answer, outcome: Outcome, reason: str, retryable: bool) -> None:
    async with http_receiver(lambda _: answer) as peer:
        sent = subscriber(peer.address)
        receipt = await webhook(client).send(sent)
    assert (receipt.outcome, receipt.reason, receipt.retryable, receipt.reached) == (outcome, reason, retryable, None)
    assert len(peer.got) == 1
    assert (receipt.again(sent) is sent) == retryable


async def test_nobody_there_is_surely_not_sent(client: httpx.AsyncClient) -> None:
    receipt = await webhook(client).send(subscriber(f"http://127.0.0.1:{free_port()}"))
    assert (receipt.outcome, receipt.reason, receipt.retryable) == (Outcome.FAILED, "CHANNEL_UNREACHABLE", True)


async def test_an_address_that_is_none_is_refused_for_good(client: httpx.AsyncClient) -> None:
    receipt = await webhook(client).send(subscriber("gopher://127.0.0.1"))
    assert (receipt.outcome, receipt.reason, receipt.retryable) == (Outcome.FAILED, "CHANNEL_ADDRESS", False)


async def test_the_whole_attempt_ends_in_time(client: httpx.AsyncClient) -> None:
    client.timeout = httpx.Timeout(30)
    channel = WebhookChannel(client, RequestSigner("district-640202", KEY), timeout_seconds=0.2)
    async with http_receiver(lambda _: SILENT) as peer:
        assert (await channel.send(subscriber(peer.address))).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("body", [None, b"", b"[]", b"x", b'{"reached": true}', b'{"reached": -1}', b'{"reached": 1.5}', b'{"reached": 1e99}', b"[" * 9_000])
def test_a_receiver_that_does_not_say_whom_it_reached(body: bytes | None) -> None:
    assert reached_of(body) is None


def village(address: str) -> Delivery:
    return delivery(ChannelKind.LOUDSPEAKER, Target("龙泉村", address=f"{address}/gateway/", regions=("640202001201",), deduplicates=True))


async def test_a_loudspeaker_order_is_played_once_and_tells_its_households(client: httpx.AsyncClient) -> None:
    gateway = LoudspeakerGateway()
    channel = LoudspeakerChannel(client, token="village")
    async with http_receiver(gateway.answer) as peer:
        sent = village(peer.address)
        first, second = await channel.send(sent), await channel.send(sent)
    assert (first.outcome, first.reached, first.remote_ids, first.details["played"]) == (Outcome.DELIVERED, 1000, ("O-1",), "11")
    assert (second, gateway.plays) == (first, 1)
    order = json.loads(peer.got[0].body)
    assert (peer.got[0].target, order["regions"], order["plays"], order["not_after"]) == ("/gateway/orders", ["640202001201"], 2, "2026-07-29T20:00:00+08:00")


async def test_an_order_without_answer_is_cleared_by_asking_and_not_by_playing_twice(client: httpx.AsyncClient) -> None:
    gateway = LoudspeakerGateway(hang_up=True)
    channel = LoudspeakerChannel(client, token="village")
    async with http_receiver(gateway.answer) as peer:
        sent = village(peer.address)
        receipt = await channel.send(sent)
        assert (receipt.outcome, receipt.again(sent)) == (Outcome.UNKNOWN, sent)
        asked = await channel.query(sent)
    assert asked is not None
    assert (asked.outcome, asked.reached, gateway.plays) == (Outcome.DELIVERED, 1000, 1)


async def test_an_order_the_gateway_never_got_may_be_sent_again(client: httpx.AsyncClient) -> None:
    gateway = LoudspeakerGateway(lose=True)
    channel = LoudspeakerChannel(client, token="village")
    async with http_receiver(gateway.answer) as peer:
        sent = village(peer.address)
        assert (await channel.send(sent)).outcome is Outcome.UNKNOWN
        asked = await channel.query(sent)
        assert asked is not None
        assert (asked.outcome, asked.retryable, gateway.plays) == (Outcome.FAILED, True, 0)
    assert await channel.query(sent) is None


@pytest.mark.parametrize(
    ("state", "outcome", "retryable"),
    [("queued", Outcome.ACCEPTED, False), ("failed", Outcome.FAILED, True), ("rejected", Outcome.FAILED, False), ("purple", Outcome.UNKNOWN, False)],
)
async def test_states_of_an_order(client: httpx.AsyncClient, state: str, outcome: Outcome, retryable: bool) -> None:
    async with http_receiver(LoudspeakerGateway(state=state).answer) as peer:
        receipt = await LoudspeakerChannel(client, token="village").send(village(peer.address))
        refused = await LoudspeakerChannel(client).send(village(peer.address))
    assert (receipt.outcome, receipt.retryable) == (outcome, retryable)
    assert (refused.outcome, refused.reason) == (Outcome.FAILED, "CHANNEL_REFUSED")


async def test_an_answer_nobody_can_read_is_unknown(client: httpx.AsyncClient) -> None:
    async with http_receiver(lambda _: (200, b"[]")) as peer:
        receipt = await LoudspeakerChannel(client).send(village(peer.address))
    assert (receipt.outcome, receipt.reason) == (Outcome.UNKNOWN, "CHANNEL_ANSWER_UNREADABLE")
