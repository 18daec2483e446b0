"""A village loudspeaker gateway: keeps orders by key, plays each once, tells its play receipt."""

import json
from dataclasses import dataclass, field

from tests.peers.http_receiver import HANG_UP, Answer, Got


@dataclass
class LoudspeakerGateway:
    """`households` is what a play reaches. `hang_up` plays and does not answer; `lose` drops the order; `state` is what it tells of an order."""

    households: int = 1000
    state: str = "played"
    hang_up: bool = False
    lose: bool = False
    orders: dict[str, dict[str, object]] = field(default_factory=dict)
    plays: int = 0

    def answer(self, request: Got) -> Answer:
        if request.headers.get("authorization") != "Bearer village":
            return 401, b"{}"
        if request.method == "GET":
            key = request.target.rpartition("/")[2]
            return self._receipt(key) if key in self.orders else (404, b"{}")
        if self.lose:
            return HANG_UP
        order = json.loads(request.body)
        key = request.headers["idempotency-key"]
        assert order["key"] == key
        if key not in self.orders:
            self.orders[key] = order
            self.plays += 1
        return HANG_UP if self.hang_up else self._receipt(key)

    def _receipt(self, key: str) -> Answer:
        number = list(self.orders).index(key) + 1
        receipt = {"state": self.state, "order": f"O-{number}", "terminals": 12, "played": 11, "households": self.households, "error": "E7"}
        return 200, json.dumps(receipt).encode()
