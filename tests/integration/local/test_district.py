"""The loader of sample data posts as the people named, fills in earlier answers, waits for what is not there yet, and repeats without doing twice."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from argon2 import PasswordHasher

from deploy.local import district
from deploy.local.accounts import ensure_accounts, sample_password
from deploy.local.child import StartError
from deploy.local.district import Loader, read


class Door(ThreadingHTTPServer):
    """Stands for a gateway: keeps what is posted and answers with a name."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.posted: list[tuple[str, str, Any, str]] = []
        self.refusals: dict[str, list[int]] = {}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answer(BaseHTTPRequestHandler):
    """One request."""

    server: Door

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        path = self.path.removeprefix("/api/v1")
        if path == "/auth/login":
            return self.answer(200 if body["password"] == "right" else 401, {"token": body["username"]})
        user = self.headers["authorization"].removeprefix("Bearer ")
        if statuses := self.server.refusals.get(path):
            return self.answer(statuses.pop(0), {"reason": "NOT_NOW"})
        self.server.posted.append((user, path, body, self.headers["idempotency-key"]))
        return self.answer(200, {"name": f"{path.strip('/')}/{len(self.server.posted)}"})

    def answer(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def door() -> Iterator[Door]:
    server = Door()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def written(directory: Path, **areas: list[Any]) -> Path:
    for area, entries in areas.items():
        (directory / f"{area}.yaml").write_text(yaml.safe_dump(entries))
    return directory


def load(door: Door, directory: Path, *, right: bool = True) -> None:
    loader = Loader(door.address, "right" if right else "wrong")
    try:
        loader.load(read(directory))
    finally:
        loader.close()


DEPOT = {"as": "keeper", "post": "/stores", "body": {"title": "库"}, "save": "depot"}
OPEN = {"as": "leader", "post": "/${depot.name}:open", "body": {"of": ["${depot.name}"]}}


def test_requests_go_out_in_order_as_their_people(door: Door, tmp_path: Path) -> None:
    load(door, written(tmp_path, dispatch=[OPEN], resources=[DEPOT]))
    assert [(user, path, body) for user, path, body, _ in door.posted] == [
        ("keeper", "/stores", {"title": "库"}),
        ("leader", "/stores/1:open", {"of": ["stores/1"]}),
    ]


def test_the_same_request_has_the_same_key_in_every_run(door: Door, tmp_path: Path) -> None:
    written(tmp_path, resources=[DEPOT, DEPOT])
    load(door, tmp_path)
    load(door, tmp_path)
    keys = [key for *_, key in door.posted]
    assert keys[:2] == keys[2:]
    assert len(set(keys)) == 2


def test_what_is_not_there_yet_is_asked_for_again(door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(district, "PAUSE_S", 0.01)
    door.refusals["/stores"] = [404, 503]
    load(door, written(tmp_path, resources=[DEPOT]))
    assert len(door.posted) == 1


@pytest.mark.parametrize(("status", "patience_s"), [(400, 15.0), (403, 15.0), (404, 0.0)])
def test_a_refusal_names_the_place_and_the_answer(door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, patience_s: float) -> None:
    monkeypatch.setattr(district, "PATIENCE_S", patience_s)
    monkeypatch.setattr(district, "PAUSE_S", 0.01)
    door.refusals["/stores"] = [status] * 3
    with pytest.raises(StartError, match=rf"resources\.yaml #1: keeper posted /stores and got {status}: .*NOT_NOW"):
        load(door, written(tmp_path, resources=[DEPOT]))


def test_a_wrong_password_is_said(door: Door, tmp_path: Path) -> None:
    with pytest.raises(StartError, match="log-in keeper is refused: 401"):
        load(door, written(tmp_path, resources=[DEPOT]), right=False)


@pytest.mark.parametrize("entry", [{"post": "/stores"}, {"as": "keeper", "post": "/stores", "bodi": {}}, "post"])
def test_a_request_that_is_not_understood_is_refused(tmp_path: Path, entry: Any) -> None:
    with pytest.raises(StartError, match=r"experts\.yaml #1"):
        read(written(tmp_path, experts=[entry]))


def test_an_answer_that_was_not_kept_is_refused(door: Door, tmp_path: Path) -> None:
    with pytest.raises(StartError, match=r"no earlier answer has \$\{depot\.name\}"):
        load(door, written(tmp_path, resources=[OPEN]))


def test_accounts_are_added_once_and_people_keep_theirs(tmp_path: Path) -> None:
    samples, path = tmp_path / "samples.yaml", tmp_path / "accounts.yaml"
    samples.write_text("accounts: [{username: keeper, name: 保管员}]\n")
    password = sample_password(tmp_path / "keys")
    assert sample_password(tmp_path / "keys") == password
    assert [account.username for account in ensure_accounts(samples, path, password)] == ["keeper"]
    first = yaml.safe_load(path.read_text())["accounts"]
    assert PasswordHasher().verify(first[0]["password_hash"], password)
    path.write_text(yaml.safe_dump({"accounts": [{**first[0], "name": "another"}, {"username": "mine", "password_hash": "x"}]}))
    samples.write_text("accounts: [{username: keeper, name: 保管员}, {username: counter, name: 盘点员}]\n")
    ensure_accounts(samples, path, password)
    kept = yaml.safe_load(path.read_text())["accounts"]
    assert [(entry["username"], entry.get("name")) for entry in kept] == [("keeper", "another"), ("mine", None), ("counter", "盘点员")]
    assert path.stat().st_mode & 0o077 == 0
