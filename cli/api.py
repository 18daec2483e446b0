"""The public HTTP API as a Python client: log-in per person, idempotent retries, refusals as exceptions."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

RETRIED = {429, 502, 503, 504}
PATIENCE_S = 60.0


class RefusedError(Exception):
    """The platform refused a request: `status` and the problem's body."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('code', '')}: {problem.get('detail', '')}")
        self.status = status
        self.problem = problem

    @property
    def code(self) -> str:
        """The stable reason."""
        return str(self.problem.get("code", ""))


@dataclass(slots=True)
class Api:
    """One platform, many persons. Every command carries an idempotency key and is repeated with it while the platform is unreachable, up to `patience_s`."""

    base_url: str
    password: Callable[[str], str]
    patience_s: float = PATIENCE_S
    http: httpx.Client = field(init=False)
    _tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.base_url, timeout=15.0, limits=httpx.Limits(max_connections=32))

    def close(self) -> None:
        """Give up its connections."""
        self.http.close()

    def get(self, user: str, path: str, **query: Any) -> dict[str, Any]:
        """Read as a person."""
        return self._send(user, "GET", path, params=query or None)

    def post(self, user: str, path: str, body: Mapping[str, Any] | None = None, *, key: str = "", etag: str = "") -> dict[str, Any]:
        """Do a command as a person; `key` makes a later repetition harmless, `etag` refuses it over another version."""
        headers = {"Idempotency-Key": key or str(uuid4())} | ({"If-Match": f'"{etag}"'} if etag else {})
        return self._send(user, "POST", path, json=dict(body or {}), headers=headers)

    def upload(self, user: str, path: str, content: bytes, content_type: str, *, key: str = "") -> dict[str, Any]:
        """Send a document as a person."""
        return self._send(user, "POST", path, content=content, headers={"Idempotency-Key": key or str(uuid4()), "Content-Type": content_type})

    def login(self, user: str) -> str:
        """The person's token."""
        if user not in self._tokens:
            answer = self._patiently("POST", "/api/v1/auth/login", json={"username": user, "password": self.password(user)})
            self.http.cookies.clear()
            self._tokens[user] = str(_read(answer)["token"])
        return self._tokens[user]

    def _send(self, user: str, verb: str, path: str, **options: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.login(user)}", "Accept-Language": "zh-CN"} | options.pop("headers", {})
        return _read(self._patiently(verb, "/api/v1" + path, headers=headers, **options))

    def _patiently(self, verb: str, path: str, **options: Any) -> httpx.Response:
        until, pause = time.monotonic() + self.patience_s, 0.05
        while True:
            try:
                answer = self.http.request(verb, path, **options)
            except httpx.TransportError:
                if time.monotonic() > until:
                    raise
            else:
                if answer.status_code not in RETRIED or time.monotonic() > until:
                    return answer
                pause = max(pause, min(2.0, float(answer.headers.get("Retry-After", "0")))) if answer.status_code == 429 else pause
            time.sleep(pause * random.uniform(0.7, 1.3))  # noqa: S311 - jitter
            pause = min(pause * 2, 2.0)


def _read(answer: httpx.Response) -> dict[str, Any]:
    body: dict[str, Any] = answer.json() if answer.content else {}
    if answer.status_code >= 400:
        raise RefusedError(answer.status_code, body)
    return body
