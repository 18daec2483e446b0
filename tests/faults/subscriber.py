"""A subscriber of warnings that outlives every process of the platform and remembers what reached it."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from chassis.database import asyncpg_url
from cli.api import Api
from deploy.local.platform import Platform
from tests.peers.http_receiver import HttpReceiver, http_receiver

TARGET = "subscriber-under-fire"
SENT = "SELECT id FROM delivery WHERE target_id = $1 AND state IN ('accepted', 'delivered')"


def key_file(directory: Path) -> Path:
    """A fresh key to sign with what goes to subscribers."""
    file = directory / "webhook.pem"
    file.write_bytes(Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file


@contextmanager
def subscriber(api: Api) -> Iterator[HttpReceiver]:
    """Its receiver, and a target of the platform that points to it and does not deduplicate: whatever is sent twice counts twice."""
    made: list[HttpReceiver] = []
    ready, over = threading.Event(), threading.Event()

    async def serve() -> None:
        async with http_receiver(lambda _request: (200, b"{}")) as receiver:
            made.append(receiver)
            ready.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="subscriber")
    thread.start()
    try:
        ready.wait()
        body = {"channelTargetId": TARGET, "channel": "CHANNEL_WEBHOOK", "title": "订阅者", "address": made[0].address, "regions": ["640202"], "enabled": True}
        api.post("administrator", "/channelTargets", body)
        yield made[0]
    finally:
        over.set()
        thread.join()


def findings(platform: Platform, receiver: HttpReceiver) -> list[str]:
    """What reached the subscriber twice, what was said to have reached it and did not, and what is no real warning."""
    keys = Counter(request.headers["idempotency-key"] for request in receiver.got)
    found = [f"sent {times} times: {key}" for key, times in keys.items() if times > 1]
    found += [f"no real warning: {request.body[:200]!r}" for request in receiver.got if b"<status>Actual</status>" not in request.body]
    sent = asyncio.run(_sent(platform))
    if sent > len(keys):
        found.append(f"{sent} deliveries went out, {len(keys)} came in")
    return found if receiver.got else [*found, "nothing came in"]


async def _sent(platform: Platform) -> int:
    connection = await asyncpg.connect(asyncpg_url(platform.urls["alerts"]))
    try:
        return len(await connection.fetch(SENT, TARGET))
    finally:
        await connection.close()
