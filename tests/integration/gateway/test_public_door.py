"""What anybody may read without a log-in: the feed, cheaply, under the configured address only; and no figures."""

import httpx

from deploy.local.server import free_port
from tests.fixtures.service import Start
from tests.integration.gateway.conftest import Open, login


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


async def test_an_unknown_address_or_command_is_not_found_whatever_the_method(start: Start, door: Open) -> None:
    """`POST …:respond` answered 405, as if another method would do."""
    client = await door(await start("dispatch"))
    for verb in ("GET", "POST", "PATCH"):
        unknown = await client.request(verb, "/api/v1/incidents/x:respond", headers={"Accept-Language": "en"})
        assert (unknown.status_code, unknown.json()["code"]) == (404, "NO_COMMAND")
        assert '"respond"' in unknown.json()["detail"]
        assert (await client.request(verb, "/api/v1/noSuchThing")).json()["code"] == "NO_ROUTE"
    for verb, path in (("GET", "/api/v1/auth/login"), ("POST", "/api/v1/auth/me"), ("DELETE", "/api/v1/incidents"), ("POST", "/incidents")):
        assert (await client.request(verb, path)).status_code == 405, path


async def test_no_cache_keeps_what_the_api_answers(start: Start, door: Open) -> None:
    client = await door(await start("dispatch"))
    officer = await login(client, "duty_officer")
    for path, headers in (("/api/v1/incidents", officer), ("/api/v1/auth/me", officer), ("/api/v1/auth/me", {})):
        assert (await client.get(path, headers=headers)).headers.get_list("cache-control") == ["no-store"]
    kept = await client.get("/api/v1/reference/places.csv", headers=officer)
    assert kept.headers.get_list("cache-control") == ["private, max-age=600"]
