"""What somebody with a valid account tries: the neighbour's incidents, states nobody gave, streams after log-out, files beside the page."""

import time
from collections.abc import Iterator

import httpx
import pytest

from deploy.local.platform import Platform
from tests.e2e import attacker

NEIGHBOUR = "640221"
INSIDER = attacker.caller("attack-insider")
OUTSIDER = attacker.caller("attack-outsider", regions=(NEIGHBOUR,))


@pytest.fixture(scope="module")
def inside(platform: Platform) -> Iterator[httpx.Client]:
    """Somebody of the district."""
    with attacker.client(platform, INSIDER) as client:
        yield client


@pytest.fixture(scope="module")
def outside(platform: Platform) -> Iterator[httpx.Client]:
    """Somebody of the next district, with every role there."""
    with attacker.client(platform, OUTSIDER) as client:
        yield client


def _incident(client: httpx.Client, region: str, **more: object) -> dict[str, str]:
    answer = client.post("/api/v1/incidents", json={"title": "攻防演示", "regionCode": region, "source": "INCIDENT_SOURCE_PHONE", **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, str] = answer.json()
    return found


def test_nobody_acts_in_the_name_of_an_incident_of_another_district(inside: httpx.Client, outside: httpx.Client) -> None:
    known = {"eventCode": "11A51", "occurTime": "2026-07-29T08:00:00+08:00", "address": "某处", "location": {"lon": 106.38, "lat": 39.02}}
    incident = _incident(inside, attacker.DISTRICT, **known)["name"]
    assert inside.post(f"/api/v1/{incident}:verify", json={"verifier": "值班员"}).status_code == 200
    confirmed = inside.post(f"/api/v1/{incident}:confirm", json={})
    assert confirmed.status_code == 200, confirmed.text
    alert = {"regionCode": NEIGHBOUR, "incident": incident, "content": {"eventCode": "11A51", "level": 1}}
    requisition = {"asset": "挖掘机", "count": 1, "owner": "某公司", "reason": "抢险", "place": "某处", "incident": incident, "regionCode": NEIGHBOUR}
    for path, body in (("requisitions", requisition), ("alerts", alert)):
        deadline = time.monotonic() + 20
        while (answer := outside.post(f"/api/v1/{path}", json=body)).status_code == 200:
            assert time.monotonic() < deadline, f"{path}: the service never learned of the incident, or lets the neighbour use it"
            time.sleep(0.3)
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


def test_a_merge_does_not_reach_over_the_border(inside: httpx.Client, outside: httpx.Client) -> None:
    theirs, ours = _incident(inside, attacker.DISTRICT)["name"], _incident(outside, NEIGHBOUR)["name"]
    merged = [
        outside.post(f"/api/v1/{ours}:merge", json={"target": theirs, "reason": "x"}),
        outside.post(f"/api/v1/{theirs}:merge", json={"target": ours, "reason": "x"}),
    ]
    assert all(answer.status_code in {400, 403, 404} for answer in merged), [answer.text for answer in merged]
    assert inside.get(f"/api/v1/{theirs}").json()["state"] == "INCIDENT_STATE_REPORTED"


@pytest.mark.parametrize("field", [{"state": "INCIDENT_STATE_CLOSED"}, {"number": "x"}, {"etag": "9"}, {"createTime": "2020-01-01T00:00:00Z"}, {"level": 1}])
def test_a_new_incident_takes_no_field_that_is_not_the_callers(inside: httpx.Client, field: dict[str, object]) -> None:
    body = {"title": "越权字段", "regionCode": attacker.DISTRICT, "source": "INCIDENT_SOURCE_PHONE", **field}
    assert inside.post("/api/v1/incidents", json=body).status_code == 400


def test_a_new_shelter_is_no_open_one_whatever_its_body_says(inside: httpx.Client) -> None:
    existing = inside.get("/api/v1/shelters").json()["shelters"][0]
    body = {**existing, "state": "SHELTER_STATE_OPEN", "name": "shelters/forged", "etag": "7", "incident": "incidents/forged", "inspectedBy": "user:forged"}
    answer = inside.post("/api/v1/shelters", json={"shelter": body})
    if answer.status_code == 200:
        made = answer.json()
        assert made["name"] != "shelters/forged"
        assert made["state"] != "SHELTER_STATE_OPEN"
        assert (made["incident"], made["inspectedBy"]) == ("", "")
    else:
        assert answer.status_code in {400, 409}, answer.text


def test_the_exercise_of_an_incident_cannot_be_flipped(inside: httpx.Client) -> None:
    real = _incident(inside, attacker.DISTRICT)["name"]
    assert inside.post(f"/api/v1/{real}:updateFacts", json={"exerciseId": "drill"}).status_code == 400
    assert inside.get(f"/api/v1/{real}").json()["exerciseId"] == ""


def test_personal_data_is_masked_for_an_observer(platform: Platform, inside: httpx.Client) -> None:
    incident = _incident(inside, attacker.DISTRICT, reporter="张三 13800000000")["name"]
    with attacker.client(platform, attacker.caller("attack-observer", ("observer",))) as observer:
        for path in (f"/api/v1/{incident}", "/api/v1/incidents", "/api/v1/experts", "/api/v1/units"):
            answer = observer.get(path)
            assert answer.status_code in {200, 403}
            assert "13800000000" not in answer.text
            assert "张三" not in answer.text


def test_the_stream_ends_with_its_session(platform: Platform) -> None:
    with attacker.client(platform, attacker.caller("attack-listener")) as client, client.stream("GET", "/api/v1/stream") as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry")
        with httpx.Client(base_url=client.base_url, headers=client.headers) as other:
            assert other.post("/api/v1/auth/logout").status_code == 200
        started = time.monotonic()
        for _ in lines:
            assert time.monotonic() - started < 30, "the stream outlives its session"
        assert client.get("/api/v1/auth/me").status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/reference/..%2f..%2faccounts.yaml", "/api/v1/reference/%2e%2e/accounts.yaml", "/..%2f..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd", "//etc/passwd", "/..%5c..%5cetc%5cpasswd", "/%00", "/feeds/alerts/..%2f..%2fetc%2fpasswd.xml",
    ],
)  # fmt: skip
def test_no_path_leaves_its_directory(inside: httpx.Client, path: str) -> None:
    answer = inside.get(path)
    assert answer.status_code < 500
    assert "root:" not in answer.text
    assert "password_hash" not in answer.text


def test_a_log_in_tells_nobody_which_accounts_exist(platform: Platform) -> None:
    answers = []
    with httpx.Client(base_url=f"http://{platform.address()}", timeout=20) as client:
        for username in ("administrator", "no-such-account"):
            answer = client.post("/api/v1/auth/login", json={"username": username, "password": "wrong"})
            answers.append((answer.status_code, {key: value for key, value in answer.json().items() if key != "trace_id"}))
    assert answers[0] == answers[1]
    assert answers[0][0] == 401


@pytest.mark.parametrize("held", ["abc", "NaN", "Infinity", "1e999999999", "1000000"])
def test_what_is_kept_ready_is_counted_and_never_believed(inside: httpx.Client, held: str) -> None:
    item = inside.get("/api/v1/items").json()["items"][0]["name"]
    body = {"source": "x", "regionCode": attacker.DISTRICT, "lines": [{"item": item, "quantity": "1", "held": held}]}
    answer = inside.post("/api/v1/standbyOrders", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["lines"][0]["held"] in {"0", "1", ""}


def test_a_request_for_a_transfer_approves_nothing(inside: httpx.Client) -> None:
    lot = inside.get("/api/v1/lots").json()["lots"][0]
    pick = {"lot": lot["name"], "store": lot["store"], "quantity": "5"}
    line = {"item": lot["item"], "quantity": "1", "approved": "5", "received": "5", "returned": "5", "writtenOff": "5", "displayName": "伪造", "picks": [pick]}
    place = {"place": "某处", "regionCode": attacker.DISTRICT, "location": {"lon": 106.38, "lat": 39.02}, "consignee": "某人", "consigneePhone": "0952"}
    answer = inside.post("/api/v1/transfers", json={**place, "reason": "抢险", "needByTime": "2026-11-22T08:00:00+08:00", "lines": [line]})
    assert answer.status_code == 200, answer.text
    made = answer.json()["lines"][0]
    assert answer.json()["state"] == "TRANSFER_STATE_REQUESTED"
    assert made["approved"] in {"", "0"}
    assert made["received"] in {"", "0"}
    assert made["picks"] == []
    assert made["displayName"] != "伪造"


def test_a_movement_that_only_orders_make_is_refused_by_name(inside: httpx.Client) -> None:
    lot = inside.get("/api/v1/lots").json()["lots"][0]
    body = {"kind": "MOVEMENT_KIND_TRANSFER_OUT", "lines": [{"lot": lot["name"], "item": lot["item"], "store": lot["store"], "quantity": "1"}], "reason": "x"}
    answer = inside.post("/api/v1/movements", json=body)
    assert answer.status_code == 400, answer.text
