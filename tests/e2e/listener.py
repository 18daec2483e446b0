"""A client of the live stream, as a page is one: reads facts, remembers the last id, reconnects with it."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx


@dataclass(slots=True)
class Listener:
    """Collects facts in the background until stopped."""

    url: str
    token: str
    facts: list[dict[str, Any]] = field(default_factory=list)
    last_id: str = ""
    connections: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> "Listener":
        """Connect; returns when the stream is open."""
        self._thread = threading.Thread(target=self._run, name="listener", daemon=True)
        self._thread.start()
        self.wait(lambda: bool(self.last_id))
        return self

    def stop(self) -> None:
        """End; the thread notices within a heartbeat or dies with the process."""
        self._stop.set()

    def wait(self, condition: Callable[[], bool], seconds: float = 30.0) -> None:
        """Until the condition holds; AssertionError when it does not in time."""
        until = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < until, f"not in {seconds} s; facts so far: {[fact['type'] for fact in self.facts][-20:]}"
            time.sleep(0.02)

    def _run(self) -> None:
        while not self._stop.is_set():
            headers = {"Authorization": f"Bearer {self.token}"} | ({"Last-Event-ID": self.last_id} if self.last_id else {})
            try:
                with httpx.stream("GET", self.url, headers=headers, timeout=httpx.Timeout(5.0, read=40.0)) as answer:
                    if answer.status_code == 200:
                        self.connections += 1
                        self._read(answer)
            except httpx.TransportError:
                time.sleep(0.1)
            time.sleep(0.1)

    def _read(self, answer: httpx.Response) -> None:
        event_id, kind, data = "", "", ""
        for line in answer.iter_lines():
            if self._stop.is_set():
                return
            name, _, value = line.partition(": ")
            if name == "id":
                event_id = value
            elif name == "event":
                kind = value
            elif name == "data":
                data = value
            elif not line and event_id:
                if kind == "fact":
                    self.facts.append(json.loads(data))
                self.last_id, event_id, kind, data = event_id, "", "", ""
