"""The same request twice: one effect, one answer; another request under the same key is refused; keys belong to their caller."""

import asyncio
import uuid
from typing import Any

import httpx

from deploy.local.platform import Platform
from tests.e2e import attacker

BODY = {"title": "重复接报", "regionCode": attacker.DISTRICT, "source": "INCIDENT_SOURCE_PHONE"}
ONE, OTHER = attacker.caller("replay-one"), attacker.caller("replay-other")


def _rows(platform: Platform, key: str) -> list[tuple[str, str]]:
    found = attacker.rows(platform, "dispatch", "SELECT caller, resource FROM journal WHERE request_id = $1 ORDER BY caller", key)
    return [(row["caller"], row["resource"]) for row in found]


def _send(client: httpx.Client, key: str, body: dict[str, Any]) -> httpx.Response:
    return client.post("/api/v1/incidents", json=body, headers={"Idempotency-Key": key})


def test_a_repeat_gets_the_first_answer_and_has_no_second_effect(platform: Platform) -> None:
    key = str(uuid.uuid4())
    with attacker.client(platform, ONE) as client:
        first, again = _send(client, key, BODY), _send(client, key, BODY)
        in_body = client.post("/api/v1/incidents", json=BODY | {"requestId": key})
    assert first.status_code == 200, first.text
    assert first.json() == again.json() == in_body.json()
    assert _rows(platform, key) == [(ONE.id, first.json()["name"])]


def test_another_body_or_command_under_the_same_key_is_refused(platform: Platform) -> None:
    key = str(uuid.uuid4())
    with attacker.client(platform, ONE) as client:
        first = _send(client, key, BODY)
        bodies = [
            _send(client, key, BODY | {"title": "另一件事"}),
            client.post(f"/api/v1/{first.json()['name']}:verify", json={"verifier": "x"}, headers={"Idempotency-Key": key}),
        ]
        contradiction = client.post("/api/v1/incidents", json=BODY | {"requestId": "another"}, headers={"Idempotency-Key": key})
    for answer in bodies:
        problem = answer.json()
        assert (answer.status_code, problem["code"], problem["field"]) == (400, "REQUEST_ID_REUSED", "requestId")
        assert problem["message_zh"] != problem["message_en"]
    assert contradiction.status_code == 400
    assert _rows(platform, key) == [(ONE.id, first.json()["name"])]


def test_a_key_belongs_to_its_caller(platform: Platform) -> None:
    key = str(uuid.uuid4())
    with attacker.client(platform, ONE) as one, attacker.client(platform, OTHER) as other:
        mine, theirs = _send(one, key, BODY), _send(other, key, BODY | {"title": "他人接报"})
    assert (mine.status_code, theirs.status_code) == (200, 200), theirs.text
    assert mine.json()["name"] != theirs.json()["name"]
    assert _rows(platform, key) == [(ONE.id, mine.json()["name"]), (OTHER.id, theirs.json()["name"])]


def test_ten_at_once_are_one(platform: Platform) -> None:
    key = str(uuid.uuid4())
    token = attacker.session(platform, ONE)

    async def all_at_once() -> list[httpx.Response]:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        async with httpx.AsyncClient(base_url=f"http://{platform.address()}", headers=headers, timeout=20) as client:
            return list(await asyncio.gather(*(client.post("/api/v1/incidents", json=BODY) for _ in range(10))))

    answers = asyncio.run(all_at_once())
    assert {answer.status_code for answer in answers} <= {200, 409}
    names = {answer.json()["name"] for answer in answers if answer.status_code == 200}
    assert len(names) == 1
    assert [name for _, name in _rows(platform, key)] == list(names)


def test_a_refused_command_leaves_its_key_free(platform: Platform) -> None:
    key = str(uuid.uuid4())
    with attacker.client(platform, ONE) as client:
        refused = _send(client, key, BODY | {"regionCode": "640221"})
        accepted = _send(client, key, BODY)
    assert (refused.status_code, accepted.status_code) == (403, 200)
