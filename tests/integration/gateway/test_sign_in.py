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


async def test_another_site_uses_no_cookie_of_ours_over_plain_http(start: Start, door: Open) -> None:
    """A missing Sec-Fetch-Site counted as our own page; browsers send none over http."""
    client = await door(await start("dispatch"))
    right = {"username": "duty_officer", "password": PASSWORD}
    stranger = {"Origin": "http://evil.test"}
    assert (await client.post("/api/v1/auth/login", json=right, headers=stranger)).status_code == 403
    form = await client.post("/api/v1/auth/login", content=b"{}", headers={"Content-Type": "text/plain"})
    assert (form.status_code, form.json()["code"]) == (415, "NOT_JSON")
    token = (await client.post("/api/v1/auth/login", json=right)).json()["token"]
    incident = {"title": "x", "regionCode": "640202", "source": "INCIDENT_SOURCE_PHONE"}
    assert client.cookies
    for headers, status in ((stranger, 403), ({}, 403), ({"Origin": "http://gateway"}, 200), ({"Authorization": f"Bearer {token}"}, 200)):
        assert (await client.post("/api/v1/incidents", json=incident, headers=headers)).status_code == status, headers
