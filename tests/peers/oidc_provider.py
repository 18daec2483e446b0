"""A real OpenID Connect issuer on loopback: discovery document, keys, authorization code with PKCE."""

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Form
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.responses import Response

from deploy.local.server import free_port


@dataclass(slots=True)
class Issuer:
    """What the next log-in says, and what went wrong on purpose."""

    url: str
    claims: dict[str, Any] = field(default_factory=dict)
    sign_with: RSAKey | None = None
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"}))
    waiting: dict[str, dict[str, str]] = field(default_factory=dict)


@contextmanager
def issuer() -> Iterator[Issuer]:
    """A running issuer."""
    port = free_port()
    state = Issuer(f"http://127.0.0.1:{port}")
    server = uvicorn.Server(uvicorn.Config(_app(state), host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, name="issuer")
    thread.start()
    try:
        until = time.monotonic() + 10
        while not server.started:
            assert time.monotonic() < until, "the issuer did not start"
            time.sleep(0.01)
        yield state
    finally:
        server.should_exit = True
        thread.join()


def _app(state: Issuer) -> FastAPI:
    app = FastAPI()

    @app.get("/.well-known/openid-configuration")
    def discovery() -> dict[str, str]:
        return {
            "issuer": state.url,
            "authorization_endpoint": f"{state.url}/authorize",
            "token_endpoint": f"{state.url}/token",
            "jwks_uri": f"{state.url}/keys",
        }

    @app.get("/keys")
    def keys() -> dict[str, Any]:
        return {"keys": [state.key.as_dict(private=False)]}

    @app.get("/authorize")
    def authorize(client_id: str, redirect_uri: str, nonce: str, code_challenge: str, state: str) -> Response:
        code = secrets.token_urlsafe(16)
        issuer_state.waiting[code] = {"nonce": nonce, "challenge": code_challenge, "client": client_id}
        return RedirectResponse(f"{redirect_uri}?{urlencode({'code': code, 'state': state})}", 303)

    @app.post("/token")
    def token(code: str = Form(), code_verifier: str = Form()) -> Response:
        waiting = issuer_state.waiting.pop(code, None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).decode().rstrip("=")
        if waiting is None or waiting["challenge"] != challenge:
            return JSONResponse({"error": "invalid_grant"}, 400)
        claims = {
            "iss": issuer_state.url,
            "aud": waiting["client"],
            "sub": "p1",
            "nonce": waiting["nonce"],
            "exp": int(time.time()) + 300,
        } | issuer_state.claims
        signed = jwt.encode({"alg": "RS256", "kid": issuer_state.key.kid}, claims, issuer_state.sign_with or issuer_state.key, algorithms=["RS256"])
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": signed})

    issuer_state = state
    return app
