"""Loads a district's sample data through the public interface, as its people would enter it: districts/<name>/<area>.yaml are lists of requests.

    - {as: warehouse_keeper, post: /stores, body: {…}, save: depot}
    - {as: warehouse_keeper, post: "/${depot.name}:open", body: {}}

`as` is a sample log-in, `save` names the answer so that later requests (of any file) can use its fields. Each request has an idempotency key made of file
and position, so that an interrupted load goes on where it stopped.
"""

import re
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from deploy.local.child import StartError

AREAS = ("plans", "resources", "experts", "alerts", "dispatch")
"""In this order: what comes later refers to what came before."""
KEYS = uuid.UUID("7f0b7c53-52d5-5a0e-8a3b-2b6f6e1f4d10")
REFERENCE = re.compile(r"\$\{(\w+)\.(\w+)\}")
PATIENCE_S = 15.0
PAUSE_S = 0.25
NOT_YET = {404, 409, 422, 429, 503, 504}
"""Answers that may mean that a service has not yet heard of what another stored a moment ago."""


@dataclass(frozen=True, slots=True)
class Request:
    """One line of a file."""

    place: str
    username: str
    path: str
    body: dict[str, Any]
    save: str | None = None


def read(directory: Path) -> list[Request]:
    """Every request of a district in the order of loading. Raises StartError, naming the place, for one that is not understood."""
    found: list[Request] = []
    for area in AREAS:
        path = directory / f"{area}.yaml"
        entries = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader) if path.exists() else []
        for number, entry in enumerate(entries or [], start=1):
            place = f"{area}.yaml #{number}"
            if not isinstance(entry, dict) or not {"as", "post"} <= entry.keys() or entry.keys() - {"as", "post", "body", "save"}:
                raise StartError(f"{directory.name}/{place}: a request has the fields as, post, and perhaps body and save")
            found.append(Request(place, entry["as"], entry["post"], entry.get("body", {}), entry.get("save")))
    return found


def filled(node: Any, answers: dict[str, Any], place: str) -> Any:
    """The node with every ${name.field} replaced. Raises StartError for one that no earlier answer has."""
    if isinstance(node, dict):
        return {key: filled(value, answers, place) for key, value in node.items()}
    if isinstance(node, list):
        return [filled(value, answers, place) for value in node]
    if not isinstance(node, str):
        return node

    def value(match: re.Match[str]) -> str:
        if match[1] not in answers or match[2] not in answers[match[1]]:
            raise StartError(f"{place}: no earlier answer has {match[0]}")
        return str(answers[match[1]][match[2]])

    return REFERENCE.sub(value, node)


class Loader:
    """Posts requests to one gateway as the people they name."""

    def __init__(self, address: str, password: str) -> None:
        """Name the gateway (http://…) and the password of the sample log-ins."""
        self._client = httpx.Client(base_url=f"{address}/api/v1", timeout=30, trust_env=False)
        self._password = password
        self._tokens: dict[str, str] = {}

    def load(self, requests: list[Request], done: Callable[[int], None] = lambda _count: None) -> None:
        """Post every request; raises StartError with the answer for one that is refused."""
        answers: dict[str, Any] = {}
        for count, request in enumerate(requests, start=1):
            answer = self._post(request, answers)
            if request.save:
                answers[request.save] = answer
            done(count)

    def close(self) -> None:
        """Release the connection."""
        self._client.close()

    def _post(self, request: Request, answers: dict[str, Any]) -> Any:
        path, body = filled(request.path, answers, request.place), filled(request.body, answers, request.place)
        headers = {"authorization": f"Bearer {self._token(request.username)}", "idempotency-key": str(uuid.uuid5(KEYS, request.place))}
        for response in self._attempts(path, body, headers):
            if response.is_success:
                return response.json()
        raise StartError(f"{request.place}: {request.username} posted {path} and got {response.status_code}: {response.text[:500]}")

    def _attempts(self, path: str, body: Any, headers: dict[str, str]) -> Iterator[httpx.Response]:
        limit = time.monotonic() + PATIENCE_S
        while True:
            response = self._client.post(path, json=body, headers=headers)
            yield response
            if response.status_code not in NOT_YET or time.monotonic() > limit:
                return
            time.sleep(PAUSE_S)

    def _token(self, username: str) -> str:
        if username not in self._tokens:
            response = self._client.post("/auth/login", json={"username": username, "password": self._password})
            if not response.is_success:
                raise StartError(f"the sample log-in {username} is refused: {response.status_code} {response.text[:300]}")
            self._tokens[username] = response.json()["token"]
        return self._tokens[username]
