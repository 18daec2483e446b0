"""Hostile input over REST and gRPC: never a 5xx, never an effect, and the answer names field and rule."""

import asyncio
import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import grpc
import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from chassis.identity import Minter
from deploy.local.platform import Platform
from fenghuo.dispatch.v1 import incidents_pb2
from gateway.auth.sessions import AUDIENCE
from gateway.rest.contract import methods
from tests.e2e import attacker
from tests.e2e.hostile import Case, cases, depth_bomb, path_of

METHODS = methods()
COMMANDS = [method for method in METHODS if method.changes]
CALLER = attacker.caller("hostile")


@pytest.fixture(scope="module")
def door(platform: Platform) -> Iterator[httpx.Client]:
    """A client that holds every permission, so that nothing hides behind 403."""
    with attacker.client(platform, CALLER) as client:
        yield client


def _send(door: httpx.Client, case: Case) -> httpx.Response:
    content = case.body if isinstance(case.body, bytes) else json.dumps(case.body).encode()
    return door.request(case.method.http, path_of(case.method), content=content, headers={"Content-Type": "application/json"})


def test_every_hostile_field_is_refused_by_name_and_without_effect(platform: Platform, door: httpx.Client) -> None:
    before, wrong, count = attacker.effects(platform, CALLER), [], 0
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
    assert attacker.effects(platform, CALLER) == before


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


@pytest.mark.parametrize("header", ["Idempotency-Key", "If-Match"])
def test_a_header_holds_what_the_document_says(door: httpx.Client, header: str) -> None:
    for given in ("a b", "a\tb", *(('"',) if header == "If-Match" else ())):
        answer = door.post("/api/v1/incidents/nowhere:verify", json={"verifier": "x"}, headers={header: given})
        problem = answer.json()
        assert (answer.status_code, problem["code"], problem["field"]) == (400, "HEADER_CHARACTERS", header), problem


@pytest.mark.parametrize("identifier", ["..%2f..%2fetc", "%00", "a b", "A", "x" * 200, "%ff%fe", "1'OR'1'='1", "名", "-"])
def test_hostile_names(door: httpx.Client, identifier: str) -> None:
    for method in METHODS:
        if method.http == "GET" and method.variable:
            answer = door.get(path_of(method, identifier))
            assert answer.status_code in {400, 404}, f"{method.pattern}: {answer.status_code} {answer.text[:200]}"


@pytest.mark.parametrize(
    "query",
    [
        "pageSize=-1",
        "pageSize=1e99",
        "pageSize=1.5",
        "pageToken=%00",
        "pageToken=abc",
        "noSuch=1",
        "pageSize=1&pageSize=2",
        "pageToken=" + "A" * 600,
        "orderBy='--",
    ],
)
def test_hostile_queries(door: httpx.Client, query: str) -> None:
    for method in METHODS:
        if method.http == "GET" and not method.variable and "page_size" in method.descriptor.input_type.fields_by_name:
            answer = door.get(f"{path_of(method)}?{query}")
            own = method.verb == "own" and answer.status_code == 403
            assert answer.status_code == 400 or own, f"{method.pattern}?{query}: {answer.status_code} {answer.text[:200]}"


def test_a_page_is_never_longer_than_its_bound(door: httpx.Client) -> None:
    for method in METHODS:
        if method.http == "GET" and not method.variable and "page_size" in method.descriptor.input_type.fields_by_name:
            answer = door.get(f"{path_of(method)}?pageSize=1e9")
            longest = max((len(value) for value in answer.json().values() if isinstance(value, list)), default=0)
            assert answer.status_code in {200, 400, 403}, f"{method.pattern}: {answer.status_code}"
            assert longest <= 1000, f"{method.pattern}: {longest}"


def _tokens(platform: Platform, other: str = "fenghuo-internal") -> dict[str, str]:
    """Everything that looks like a token and is none; `other` is an audience that is not the asked one's."""
    key = attacker.key_of(platform)
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
        "another audience": jwt.encode({"alg": "Ed25519"}, claims | {"aud": other}, key, algorithms=["Ed25519"]),
        "no roles": jwt.encode({"alg": "Ed25519"}, {key: value for key, value in claims.items() if key != "roles"}, key, algorithms=["Ed25519"]),
    }


def test_forged_sessions_are_refused_everywhere(platform: Platform) -> None:
    with httpx.Client(base_url=f"http://{platform.address()}", timeout=20) as client:
        for what, token in _tokens(platform).items():
            for path in ("/api/v1/incidents", "/api/v1/stream", "/api/v1/clock", "/api/v1/auth/me", "/api/v1/audit"):
                answer = client.get(path, headers={"Authorization": f"Bearer {token}".strip()})
                assert answer.status_code == 401, f"{what} on {path}: {answer.status_code}"


def test_a_session_token_is_no_internal_token_and_garbage_is_no_message(platform: Platform) -> None:
    codes = asyncio.run(_direct(platform, attacker.session(platform, CALLER)))
    assert codes == dict.fromkeys(codes, grpc.StatusCode.UNAUTHENTICATED) | {
        "garbage bytes": grpc.StatusCode.INVALID_ARGUMENT,
        "text that is not UTF-8": grpc.StatusCode.INVALID_ARGUMENT,
        "NUL": grpc.StatusCode.INVALID_ARGUMENT,
        "internal method": grpc.StatusCode.PERMISSION_DENIED,
        "unknown method": grpc.StatusCode.UNIMPLEMENTED,
    }


async def _direct(platform: Platform, session: str) -> dict[str, grpc.StatusCode]:
    """Straight to a service's port, past the gateway."""
    codes = {}
    good = Minter(attacker.key_of(platform), "gateway").mint(CALLER)
    tries = {name: (token, "/fenghuo.dispatch.v1.IncidentService/ListIncidents", b"") for name, token in _tokens(platform, "someone-else").items()}
    nul = incidents_pb2.RegisterIncidentRequest(title="a\0b", region_code="640202", source=incidents_pb2.INCIDENT_SOURCE_PHONE)
    tries["session token"] = (session, "/fenghuo.dispatch.v1.IncidentService/ListIncidents", b"")
    tries["garbage bytes"] = (good, "/fenghuo.dispatch.v1.IncidentService/ListIncidents", b"\xff\xff\xff\xff")
    tries["text that is not UTF-8"] = (good, "/fenghuo.dispatch.v1.IncidentService/GetIncident", b"\x0a\x02\xff\xfe")
    tries["NUL"] = (good, "/fenghuo.dispatch.v1.IncidentService/RegisterIncident", nul.SerializeToString())
    tries["unknown method"] = (good, "/fenghuo.dispatch.v1.IncidentService/DropIncidents", b"")
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
    observer = attacker.client(platform, attacker.caller("hostile", ("observer",)))
    outsider = attacker.client(platform, attacker.caller("hostile", regions=("640221",)))
    made = door.post("/api/v1/incidents", json={"title": "界", "regionCode": "640202", "source": "INCIDENT_SOURCE_PHONE"}).json()
    before = attacker.effects(platform, CALLER)
    with observer, outsider:
        for method in COMMANDS:
            if method.permission not in attacker.ROLES.table["observer"]:
                assert observer.request(method.http, path_of(method), json={}).status_code == 403, method.pattern
        assert outsider.get(f"/api/v1/{made['name']}").status_code == 404
        assert outsider.post(f"/api/v1/{made['name']}:verify", json={"verifier": "x"}).status_code == 404
        refused = outsider.post("/api/v1/incidents", json={"title": "界", "regionCode": "640202", "source": "INCIDENT_SOURCE_PHONE"})
        assert (refused.status_code, refused.json()["code"]) == (403, "JURISDICTION")
    assert attacker.effects(platform, CALLER) == before
