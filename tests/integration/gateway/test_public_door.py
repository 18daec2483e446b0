"""What anybody may read without a log-in: the feed, cheaply, under the configured address only; and no figures."""

import httpx

from deploy.local.server import free_port
from tests.fixtures.service import Start
from tests.integration.gateway.conftest import Open


async def test_the_feed_does_not_repeat_what_the_host_header_says(start: Start, door: Open) -> None:
    client = await door(await start("alerts"), public_address="https://fenghuo.example.org")
    answer = await client.get("/feed", headers={"Host": "evil.example.com"})
    assert answer.status_code == 200
    assert "https://fenghuo.example.org/feed" in answer.text
    assert "evil" not in answer.text


async def test_the_feed_is_written_out_once_in_a_while_however_many_read_it(start: Start, door: Open) -> None:
    """The document is remembered for some seconds: that it is still there when the service is gone shows it was not asked again."""
    alerts = await start("alerts")
    client = await door(alerts)
    before = await client.get("/feed")
    await alerts.service.server.stop(0)
    after = await client.get("/feed")
    assert (after.status_code, after.content) == (200, before.content)
    assert (await client.get("/feed", headers={"If-None-Match": before.headers["ETag"]})).status_code == 304
    assert (await client.get("/cap/unknown")).status_code == 503


async def test_figures_are_not_at_the_public_door(start: Start, door: Open) -> None:
    port = free_port()
    client = await door(await start("dispatch"), metrics_listen=f"127.0.0.1:{port}")
    assert "fenghuo_http_seconds" not in (await client.get("/metrics")).text
    async with httpx.AsyncClient() as prometheus:
        assert "fenghuo_http_seconds" in (await prometheus.get(f"http://127.0.0.1:{port}/metrics")).text
