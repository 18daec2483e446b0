"""Log-in with any OpenID Connect issuer, found by its discovery document: authorization code with PKCE (RFC 7636)."""

import hashlib
import secrets
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from chassis.errors import DomainError, Kind
from chassis.hot import HotStore
from chassis.identity import Caller

ALGORITHMS = ["RS256", "ES256", "Ed25519", "EdDSA", "PS256"]
LOGIN_S = 600.0
DISCOVERY_S = 3600.0
KEYS_AGAIN_S = 30.0
"""How often at most an unknown key makes us ask the issuer for its keys again."""


@dataclass(slots=True)
class Provider:
    """One issuer. Roles, regions and organisation come from the id token's claims `roles`, `regions`, `org`."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_url: str
    hot: HotStore
    http: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=5.0))
    _document: dict[str, Any] = field(default_factory=dict)
    _keys: KeySet | None = None
    _read_at: float = 0.0
    _keys_at: float = 0.0

    async def begin(self) -> tuple[str, str]:
        """Where to send the person, and a secret for a cookie of that browser alone; state, nonce and PKCE verifier wait in the hot store."""
        document = await self._discover()
        state, nonce, verifier, browser = (secrets.token_urlsafe(32) for _ in range(4))
        await self.hot.put(f"oidc:{state}", f"{nonce} {verifier} {_hashed(browser)}".encode(), LOGIN_S)
        challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        query = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": self.redirect_url, "scope": "openid profile", "state": state,
            "nonce": nonce, "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        return f"{document['authorization_endpoint']}?{urlencode(query)}", browser

    async def finish(self, state: str, code: str, browser: str) -> Caller:
        """The caller behind an authorization code; UNAUTHENTICATED when anything about it is wrong.

        `browser` is the cookie's secret: without it, a link with somebody else's code would log a person in as that somebody (RFC 6749, 10.12).
        """
        waiting = await self.hot.get(f"oidc:{state}")
        if not waiting or not code:
            raise DomainError(Kind.UNAUTHENTICATED, "LOGIN_FAILED")
        await self.hot.drop(f"oidc:{state}")
        nonce, verifier, expected = waiting.decode().split(" ")
        if not secrets.compare_digest(_hashed(browser), expected):
            raise DomainError(Kind.UNAUTHENTICATED, "LOGIN_FAILED")
        document = await self._discover()
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_url, "code_verifier": verifier}
        try:
            answer = await self.http.post(document["token_endpoint"], data=form, auth=(self.client_id, self.client_secret))
            answer.raise_for_status()
            return await self._caller(answer.json()["id_token"], nonce)
        except (httpx.HTTPError, JoseError, KeyError, ValueError, TypeError) as error:
            raise DomainError(Kind.UNAUTHENTICATED, "LOGIN_FAILED") from error

    async def _caller(self, token: str, nonce: str) -> Caller:
        claims = (await self._decoded(token)).claims
        wanted = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": self.issuer}, aud={"essential": True, "value": self.client_id},
            nonce={"essential": True, "value": nonce}, exp={"essential": True}, sub={"essential": True},
        )  # fmt: skip
        wanted.validate(claims)
        roles, regions = claims.get("roles", []), claims.get("regions", [])
        if not isinstance(roles, list) or not isinstance(regions, list):
            raise TypeError("roles and regions must be lists")
        return Caller(f"oidc:{claims['sub']}", str(claims.get("org", "")), tuple(map(str, roles)), tuple(map(str, regions)), str(claims.get("name", "")))

    async def _decoded(self, token: str) -> jwt.Token:
        """The token, its signature verified; a key that is not known is looked for once at the issuer, which may have changed its keys."""
        try:
            return jwt.decode(token, await self._key_set(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            if time.monotonic() - self._keys_at < KEYS_AGAIN_S:
                raise
            return jwt.decode(token, await self._key_set(again=True), algorithms=ALGORITHMS)

    async def _key_set(self, *, again: bool = False) -> KeySet:
        if self._keys is None or again:
            self._keys_at = time.monotonic()
            answer = await self.http.get((await self._discover())["jwks_uri"])
            answer.raise_for_status()
            self._keys = KeySet.import_key_set(answer.json())
        return self._keys

    async def _discover(self) -> dict[str, Any]:
        if self._document and time.monotonic() - self._read_at < DISCOVERY_S:
            return self._document
        try:
            answer = await self.http.get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            answer.raise_for_status()
            document: dict[str, Any] = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise DomainError(Kind.UNAVAILABLE, "OIDC_UNAVAILABLE", issuer=self.issuer) from error
        if document.get("issuer") != self.issuer:
            raise DomainError(Kind.UNAVAILABLE, "OIDC_UNAVAILABLE", issuer=self.issuer)
        self._document, self._keys, self._read_at = document, None, time.monotonic()
        return document


def _hashed(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()
