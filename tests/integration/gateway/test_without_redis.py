"""The API answers while Redis is away, where it was 503 for everybody: limits count in the process, log-outs are remembered, Redis learns of them later."""

import base64
import json
from pathlib import Path

import pytest

from chassis.hot import open_hot_store
from deploy.local.servers import Redis
from gateway.public.enduring import AGAIN_S, EnduringHotStore
from tests.conformance.waiting import until_async
from tests.fixtures.service import Start
from tests.integration.gateway.conftest import Open, login

INCIDENT = {"title": "山洪", "regionCode": "640202", "source": "INCIDENT_SOURCE_PHONE", "reporter": "王"}


@pytest.fixture
def redis(tmp_path: Path) -> Redis:
    """A real Redis, not started yet."""
    return Redis(tmp_path / "redis")


async def test_incidents_are_taken_in_while_redis_is_stopped(start: Start, door: Open, redis: Redis) -> None:
    with redis:
        client = await door(await start("dispatch"), hot_url=redis.url)
        before = await login(client, "duty_officer")
        assert (await client.get("/api/v1/auth/me", headers=before)).status_code == 200
    assert (await client.post("/api/v1/incidents", json=INCIDENT, headers=before)).status_code == 200
    during = await login(client, "duty_leader")
    assert (await client.get("/api/v1/auth/me", headers=during)).status_code == 200
    assert (await client.post("/api/v1/auth/logout", headers=during)).status_code == 200
    assert (await client.get("/api/v1/auth/me", headers=during)).status_code == 401


async def test_limits_hold_in_the_process_while_redis_is_stopped(start: Start, door: Open, redis: Redis) -> None:
    client = await door(await start("dispatch"), hot_url=redis.url, requests_per_minute=3)
    headers = await login(client, "duty_officer")
    assert [(await client.get("/api/v1/auth/me", headers=headers)).status_code for _ in range(4)] == [200, 200, 200, 429]
    wrong = {"username": "duty_officer", "password": "wrong"}
    assert [(await client.post("/api/v1/auth/login", json=wrong)).status_code for _ in range(11)] == [401] * 10 + [429]


async def test_redis_learns_what_it_missed(redis: Redis) -> None:
    now = [0.0]
    store = EnduringHotStore(await open_hot_store(redis.url), monotonic=lambda: now[0])
    other = await open_hot_store(redis.url)
    await store.put("ended:session", b"1", 60)
    with redis:
        assert await store.get("ended:session") == b"1"
        now[0] += 10
        assert await store.get("anything") is None
        assert await other.get("ended:session") == b"1"
    assert await store.get("ended:session") == b"1"
    await store.close()
    await other.close()


async def test_redis_learns_of_a_log_out_also_from_a_gateway_that_nobody_calls_since(start: Start, door: Open, redis: Redis) -> None:
    """It was told with the next question to Redis; a quiet gateway asks none, and elsewhere the session lived on."""
    client = await door(await start("dispatch"), hot_url=redis.url)
    headers = await login(client, "duty_officer")
    assert (await client.post("/api/v1/auth/logout", headers=headers)).status_code == 200
    with redis:
        other = await open_hot_store(redis.url)
        claims = json.loads(base64.urlsafe_b64decode(headers["Authorization"].split(".")[1] + "=="))

        async def told() -> bool:
            return bool(await other.get(f"ended:{claims['jti']}") == b"1")

        await until_async(told, 20 * AGAIN_S, "the log-out in Redis")
        await other.close()


async def test_who_is_over_the_limit_may_still_log_out(start: Start, door: Open, redis: Redis) -> None:
    with redis:
        client = await door(await start("dispatch"), hot_url=redis.url, requests_per_minute=1)
        headers = await login(client, "duty_officer")
        assert [(await client.get("/api/v1/auth/me", headers=headers)).status_code for _ in range(2)] == [200, 429]
        assert (await client.post("/api/v1/auth/logout", headers=headers)).status_code == 200
