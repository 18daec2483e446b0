"""Who counts as whom at the log-in: forged addresses do not widen the bound, cookies are as safe as the way to the gateway."""

import httpx

from tests.fixtures.service import Start
from tests.integration.gateway.conftest import PASSWORD, Open

WRONG = {"username": "duty_officer", "password": "wrong"}


async def _try(client: httpx.AsyncClient, forwarded: str) -> int:
    return (await client.post("/api/v1/auth/login", json=WRONG, headers={"X-Forwarded-For": forwarded})).status_code


async def test_what_a_client_writes_into_x_forwarded_for_opens_no_new_count(start: Start, door: Open) -> None:
    """The proxy appends the address it saw; believing what stands left of it gave every request ten fresh tries."""
    client = await door(await start("dispatch"), trust_forwarded=True)
    assert [await _try(client, f"198.51.100.{number}, 203.0.113.7") for number in range(11)] == [401] * 10 + [429]
    assert await _try(client, "203.0.113.7, 203.0.113.8") == 401


async def test_cookies_are_secure_where_people_come_by_https(start: Start, door: Open) -> None:
    dispatch = await start("dispatch")
    for address, secure in (("https://fenghuo.example.org", True), ("", False)):
        client = await door(dispatch, public_address=address)
        answer = await client.post("/api/v1/auth/login", json={"username": "duty_officer", "password": PASSWORD})
        assert ("Secure" in answer.headers["set-cookie"]) is secure
