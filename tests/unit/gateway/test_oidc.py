"""Log-in with a real issuer: the good case, and everything a forged or replayed answer tries."""

import time
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import parse_qs, urlparse

import httpx
import pytest
import pytest_asyncio
from joserfc.jwk import RSAKey

from chassis.errors import DomainError
from chassis.hot import open_hot_store
from gateway.auth.oidc import Provider
from tests.peers.oidc_provider import Issuer, issuer


@pytest.fixture(scope="module")
def peer() -> Iterator[Issuer]:
    with issuer() as running:
        yield running


@pytest_asyncio.fixture
async def provider(peer: Issuer) -> AsyncIterator[Provider]:
    peer.claims, peer.sign_with = {"name": "王晓梅", "org": "大武口区", "roles": ["duty_officer"], "regions": ["640202"]}, None
    made = Provider(peer.url, "fenghuo", "secret", "http://127.0.0.1:1/back", await open_hot_store("memory://"))
    yield made
    await made.http.aclose()


async def _come_back(provider: Provider) -> tuple[str, str, str]:
    target, browser = await provider.begin()
    answer = await provider.http.get(target)
    query = parse_qs(urlparse(answer.headers["location"]).query)
    return query["state"][0], query["code"][0], browser


async def test_a_person_comes_in_with_roles_and_regions(provider: Provider) -> None:
    caller = await provider.finish(*await _come_back(provider))
    assert (caller.id, caller.name, caller.roles, caller.regions) == ("oidc:p1", "王晓梅", ("duty_officer",), ("640202",))


async def test_a_state_is_used_once(provider: Provider) -> None:
    came = await _come_back(provider)
    await provider.finish(*came)
    with pytest.raises(DomainError, match="LOGIN_FAILED"):
        await provider.finish(*came)


@pytest.mark.parametrize("browser", ["", "another browser's"])
async def test_a_link_that_another_browser_was_given_logs_nobody_in(provider: Provider, browser: str) -> None:
    """Without the cookie's secret a forged link would log the person in as the forger."""
    state, code, _ = await _come_back(provider)
    with pytest.raises(DomainError, match="LOGIN_FAILED"):
        await provider.finish(state, code, browser)


async def test_keys_that_the_issuer_changed_are_found_but_asked_for_seldom(peer: Issuer, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    await provider.finish(*await _come_back(provider))
    peer.key = RSAKey.generate_key(2048, {"kid": "k2", "use": "sig", "alg": "RS256"})
    with pytest.raises(DomainError, match="LOGIN_FAILED"):
        await provider.finish(*await _come_back(provider))
    monkeypatch.setattr("gateway.auth.oidc.KEYS_AGAIN_S", 0.0)
    assert (await provider.finish(*await _come_back(provider))).id == "oidc:p1"


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"}, {"aud": "another client"}, {"iss": "http://127.0.0.1:9/another"}, {"exp": int(time.time()) - 10}, {"roles": "administrator"},
    ],
)  # fmt: skip
async def test_wrong_claims_are_refused(peer: Issuer, provider: Provider, claims: dict[str, Any]) -> None:
    peer.claims = peer.claims | claims
    with pytest.raises(DomainError, match="LOGIN_FAILED"):
        await provider.finish(*await _come_back(provider))


async def test_a_token_signed_by_somebody_else_is_refused(peer: Issuer, provider: Provider) -> None:
    peer.sign_with = RSAKey.generate_key(2048)
    with pytest.raises(DomainError, match="LOGIN_FAILED"):
        await provider.finish(*await _come_back(provider))


async def test_unknown_state_and_code_are_refused(provider: Provider) -> None:
    with pytest.raises(DomainError, match="LOGIN_FAILED"):
        await provider.finish("never seen", "code", "browser")
    state, _, browser = await _come_back(provider)
    with pytest.raises(DomainError, match="LOGIN_FAILED"):
        await provider.finish(state, "wrong", browser)


async def test_an_issuer_that_is_away_is_said_to_be_away() -> None:
    provider = Provider("http://127.0.0.1:9", "fenghuo", "", "", await open_hot_store("memory://"), httpx.AsyncClient(timeout=1))
    with pytest.raises(DomainError, match="OIDC_UNAVAILABLE"):
        await provider.begin()
    await provider.http.aclose()
