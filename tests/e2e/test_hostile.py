"""Hostile input over REST and gRPC: never a 5xx, never an effect, and the answer names field and rule."""

import asyncio
import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import asyncpg
import grpc
import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from chassis.access import Roles
from chassis.database import asyncpg_url
from chassis.hot import open_hot_store
from chassis.identity import Caller, Minter
from chassis.settings import ROOT
from deploy.local.platform import Platform
from gateway.auth.sessions import AUDIENCE, Sessions
from gateway.rest.contract import methods
from tests.e2e.hostile import Case, cases, depth_bomb, path_of

METHODS = methods()
COMMANDS = [method for method in METHODS if method.changes]
CALLER = Caller("user:hostile", "test", tuple(Roles.load(ROOT / "deploy" / "roles.yaml").table), ("640202",), "hostile")


@pytest.fixture(scope="module")
def door(platform: Platform) -> Iterator[httpx.Client]:
    """A client that holds every permission, so that nothing hides behind 403."""

    async def token() -> str:
        return Sessions(_key(platform), await open_hot_store("memory://"), 1).open(CALLER)[0]

    headers = {"Authorization": f"Bearer {asyncio.run(token())}"}
    with httpx.Client(base_url=f"http://{platform.address()}", headers=headers, timeout=20) as client:
        yield client


def _key(platform: Platform) -> OKPKey:
    return OKPKey.import_key((platform.directory / "keys" / "identity.pem").read_bytes())


def _effects(platform: Platform) -> dict[str, int]:
    """Journal rows of the hostile caller, by service."""

    async def count(url: str) -> int:
        connection = await asyncpg.connect(asyncpg_url(url))
        try:
            return int(await connection.fetchval("SELECT count(*) FROM journal WHERE caller = $1 AND request_id NOT LIKE 'read:%'", CALLER.id))
        finally:
            await connection.close()

    return {component.name: asyncio.run(count(platform.urls[component.name])) for component in platform.components if component.kind == "service"}


def _send(door: httpx.Client, case: Case) -> httpx.Response:
    content = case.body if isinstance(case.body, bytes) else json.dumps(case.body).encode()
    return door.request(case.method.http, path_of(case.method), content=content, headers={"Content-Type": "application/json"})


def test_every_hostile_field_is_refused_by_name_and_without_effect(platform: Platform, door: httpx.Client) -> None:
    before, wrong, count = _effects(platform), [], 0
    for method in COMMANDS:
        for case in cases(method):
            count += 1
            answer = _send(door, case)
            problem = answer.json()
            named = [problem.get("field", ""), *(violation["field"] for violation in problem.get("violations", []))]
            if (
                answer.status_code != 400
                or not problem["message_zh"]
                or (case.field and not any(name.split(".")[0].split("[")[0] == case.field for name in named))
            ):
                wrong.append(f"{case}: {answer.status_code} {problem.get('code')} names {named}")
    assert count >= 300
    assert wrong == []
    assert _effects(platform) == before


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, depth_bomb(), 400), ({}, b"x" * 1_100_000, 413), ({"Content-Type": "text/xml"}, b"<a/>", 400), ({"Idempotency-Key": "k" * 129}, b"{}", 400),
        ({"Content-Length": "5"}, b"{}   ", 400),
    ],
)  # fmt: skip
def test_hostile_bodies(door: httpx.Client, headers: dict[str, str], body: bytes, status: int) -> None:
    answer = door.post("/api/v1/incidents", content=body, headers=headers)
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("identifier", ["..%2f..%2fetc", "%00", "a b", "A", "x" * 200, "%ff%fe", "1'OR'1'='1", "名", "-"])
def test_hostile_names(door: httpx.Client, identifier: str) -> None:
    for method in METHODS:
        if method.http == "GET" and method.variable:
            answer = door.get(path_of(method, identifier))
            assert answer.status_code in {400, 404}, f"{method.pattern}: {answer.status_code} {answer.text[:200]}"


@pytest.mark.parametrize(
    "query", ["pageSize=-1", "pageSize=1e9", "pageToken=%00", "pageToken=abc", "noSuch=1", "pageSize=1&pageSize=2", "pageToken=" + "A" * 600, "orderBy='--"]
)
def test_hostile_queries(door: httpx.Client, query: str) -> None:
    for method in METHODS:
        if method.http == "GET" and not method.variable and "page_size" in method.descriptor.input_type.fields_by_name:
            answer = door.get(f"{path_of(method)}?{query}")
            assert answer.status_code == 400, f"{method.pattern}?{query}: {answer.status_code} {answer.text[:200]}"


def _tokens(platform: Platform) -> dict[str, str]:
    key = _key(platform)
    claims: dict[str, Any] = {
        "aud": AUDIENCE,
        "jti": "1",
        "sub": "user:x",
        "org": "",
        "name": "",
        "roles": ["administrator"],
        "regions": [""],
        "exp": int(time.time()) + 600,
    }
    good = jwt.encode({"alg": "Ed25519"}, claims, key, algorithms=["Ed25519"])
    head, body, signature = good.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    public = key.as_pem(private=False)
    return {
        "nothing": "",
        "garbage": "a.b.c",
        "tampered body": f"{head}.{body[:-2]}AA.{signature}",
        "tampered signature": f"{head}.{body}.{signature[:-4]}AAAA",
        "alg none": f"{none}.{body}.",
        "HS256 with the public key": jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(public.replace(b"-----", b"_____")), algorithms=["HS256"]),
        "another key": jwt.encode({"alg": "Ed25519"}, claims, OKPKey.generate_key("Ed25519"), algorithms=["Ed25519"]),
        "expired": jwt.encode({"alg": "Ed25519"}, claims | {"exp": int(time.time()) - 5}, key, algorithms=["Ed25519"]),
        "another audience": jwt.encode({"alg": "Ed25519"}, claims | {"aud": "fenghuo-internal"}, key, algorithms=["Ed25519"]),
        "no roles": jwt.encode({"alg": "Ed25519"}, {key: value for key, value in claims.items() if key != "roles"}, key, algorithms=["Ed25519"]),
    }


def test_forged_sessions_are_refused_everywhere(platform: Platform) -> None:
    with httpx.Client(base_url=f"http://{platform.address()}", timeout=20) as client:
        for what, token in _tokens(platform).items():
            for path in ("/api/v1/incidents", "/api/v1/stream", "/api/v1/clock", "/api/v1/auth/me", "/api/v1/audit"):
                answer = client.get(path, headers={"Authorization": f"Bearer {token}"})
                assert answer.status_code == 401, f"{what} on {path}: {answer.status_code}"


def test_a_session_token_is_no_internal_token_and_garbage_is_no_message(platform: Platform) -> None:
    codes = asyncio.run(_direct(platform))
    assert codes == dict.fromkeys(codes, grpc.StatusCode.UNAUTHENTICATED) | {
        "garbage bytes": grpc.StatusCode.INTERNAL,
        "internal method": grpc.StatusCode.PERMISSION_DENIED,
    }


async def _direct(platform: Platform) -> dict[str, grpc.StatusCode]:
    """Straight to a service's port, past the gateway."""
    codes = {}
    good = Minter(_key(platform), "gateway").mint(CALLER)
    tries = {name: (token, "/fenghuo.dispatch.v1.IncidentService/ListIncidents", b"") for name, token in _tokens(platform).items()}
    tries["garbage bytes"] = (good, "/fenghuo.dispatch.v1.IncidentService/ListIncidents", b"\xff\xff\xff\xff")
    tries["internal method"] = (good, "/fenghuo.system.v1.SystemService/GetClock", b"")
    async with grpc.aio.insecure_channel(platform.address("dispatch")) as channel:
        for name, (token, path, body) in tries.items():
            try:
                call: Any = channel.unary_unary(path)
                await call(body, metadata=(("authorization", f"Bearer {token}"),), timeout=10)
                codes[name] = grpc.StatusCode.OK
            except grpc.aio.AioRpcError as error:
                codes[name] = error.code()
    return codes


def test_wrong_role_and_wrong_district_change_nothing(platform: Platform, door: httpx.Client) -> None:
    observer = _client(platform, Caller("user:hostile", "", ("observer",), ("640202",)))
    outsider = _client(platform, Caller("user:hostile", "", CALLER.roles, ("640221",)))
    made = door.post("/api/v1/incidents", json={"title": "界", "regionCode": "640202", "source": "INCIDENT_SOURCE_PHONE"}).json()
    before = _effects(platform)
    with observer, outsider:
        for method in COMMANDS:
            if method.permission not in Roles.load(ROOT / "deploy" / "roles.yaml").table["observer"]:
                assert observer.request(method.http, path_of(method), json={}).status_code == 403, method.pattern
        assert outsider.get(f"/api/v1/{made['name']}").status_code == 404
        assert outsider.post(f"/api/v1/{made['name']}:verify", json={"verifier": "x"}).status_code == 404
        refused = outsider.post("/api/v1/incidents", json={"title": "界", "regionCode": "640202", "source": "INCIDENT_SOURCE_PHONE"})
        assert (refused.status_code, refused.json()["code"]) == (403, "JURISDICTION")
    assert _effects(platform) == before


def _client(platform: Platform, caller: Caller) -> httpx.Client:
    async def token() -> str:
        return Sessions(_key(platform), await open_hot_store("memory://"), 1).open(caller)[0]

    return httpx.Client(base_url=f"http://{platform.address()}", headers={"Authorization": f"Bearer {asyncio.run(token())}"}, timeout=20)
