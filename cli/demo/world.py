"""What a scenario's steps work with: persons, the clock, names of what was made, and expectations that are noted one by one."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from cli.api import Api, RefusedError

T = TypeVar("T")
EVENTUALLY_S = 30.0
PAUSE_S = 0.1


@dataclass(slots=True)
class Outcome:
    """One expectation: what was expected, what was seen."""

    step: str
    expected: str
    seen: str
    ok: bool


@dataclass(slots=True)
class World:
    """The running platform as the actors of a scenario use it."""

    api: Api
    director: str
    run_id: str
    patience_s: float = EVENTUALLY_S
    names: dict[str, str] = field(default_factory=dict)
    accepted: dict[str, str] = field(default_factory=dict)
    """Key of every command that was answered with success, and its path."""
    outcomes: list[Outcome] = field(default_factory=list)
    step: str = ""
    _count: int = 0

    def clock(self, moment: str) -> None:
        """Set the domain's clock to an ISO moment; it stands still between the steps so that every run shows the same times."""
        self.api.post(self.director, "/clock", {"time": moment, "rate": 0})

    def post(self, user: str, path: str, body: dict[str, Any] | None = None, **options: str) -> dict[str, Any]:
        """A command, with a key of its own, so that a repetition after a crash has no second effect."""
        self._count += 1
        key = options.get("key") or f"{self.run_id}-{self.step}-{self._count}"
        answer = self.api.post(user, path, body, key=key, etag=options.get("etag", ""))
        self.accepted[key] = path
        return answer

    def twice(self, user: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """A command, sent again with the same key: the repetition is expected to answer the same and to do nothing."""
        self._count += 1
        key = f"{self.run_id}-{self.step}-{self._count}"
        first = self.api.post(user, path, body, key=key)
        again = self.api.post(user, path, body, key=key)
        self.expect(first == again, "the same key gives the same answer", path)
        return first

    def attempt(self, user: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """A command that may be refused: its answer, or the problem."""
        try:
            return self.post(user, path, body)
        except RefusedError as refusal:
            return refusal.problem

    def get(self, user: str, path: str, **query: Any) -> dict[str, Any]:
        """A query."""
        return self.api.get(user, path, **query)

    def expect(self, condition: object, expected: str, seen: object = "") -> None:
        """Note an expectation and whether it holds."""
        self.outcomes.append(Outcome(self.step, expected, str(seen), bool(condition)))

    def equal(self, seen: T, wanted: T, what: str) -> None:
        """Expect equality."""
        self.expect(seen == wanted, f"{what} = {wanted}", seen)

    def refused(self, status: int, code: str, call: Callable[[], object]) -> dict[str, Any]:
        """Expect a refusal with this status and code; gives back the problem."""
        expected = f"refused with {status} {code}"
        try:
            answer = call()
        except RefusedError as refusal:
            self.expect((refusal.status, refusal.code) == (status, code), expected, f"{refusal.status} {refusal.code}: {refusal.problem.get('message_zh', '')}")
            return refusal.problem
        self.expect(condition=False, expected=expected, seen=f"accepted: {answer}")
        return {}

    def eventually(self, look: Callable[[], T], holds: Callable[[T], object], expected: str) -> T:
        """Expect something that events bring about; looks again until it holds or patience ends."""
        until = time.monotonic() + self.patience_s
        while True:
            seen = look()
            if holds(seen):
                self.expect(condition=True, expected=expected, seen=_short(seen))
                return seen
            if time.monotonic() > until:
                self.expect(condition=False, expected=expected, seen=_short(seen))
                return seen
            time.sleep(PAUSE_S)

    def all_of(self, user: str, path: str, collection: str, **query: Any) -> list[dict[str, Any]]:
        """Every row of a list, over all pages."""
        rows: list[dict[str, Any]] = []
        token = ""
        while True:
            page = self.get(user, path, **query, pageSize=200, **({"pageToken": token} if token else {}))
            rows += page.get(collection, [])
            token = page.get("nextPageToken", "")
            if not token:
                return rows

    @contextmanager
    def playing(self, step: str) -> Iterator[None]:
        """Everything noted inside belongs to this step; an unexpected refusal, or something missing from an earlier one, is a failed expectation."""
        self.step, self._count = step, 0
        try:
            yield
        except RefusedError as refusal:
            self.expect(condition=False, expected="accepted", seen=f"{refusal} {refusal.problem}")
        except (LookupError, httpx.TransportError) as error:
            self.expect(condition=False, expected="an answer with everything the step needs", seen=repr(error))


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 400 else text[:400] + "…"
