"""The users of the load, as locust runs them: seats, position gateways, and the open process of calls."""

import json
import math
import time
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import uuid4

import gevent
from locust import FastHttpUser, task

from cli.exercise.arrivals import moments
from tests.load.exercise.desk import Desk, Work
from tests.load.exercise.prepare import EDITOR, KEEPER, place
from tests.load.exercise.profile import DISTRICTS, SPREAD_DEG, districts_of

TRIES = 6
"""A caller who got no answer asks again with the same key."""
NEVER_AGAIN = frozenset({"positions", "board"})
"""What is not worth asking again: the next one says more."""
UNHEARD = frozenset({0, 429, 502, 503, 504})


class Caller(FastHttpUser):
    """A user that keeps what it measures."""

    abstract = True
    desk: ClassVar[Desk]
    connection_timeout = 10.0
    network_timeout = 20.0
    number: int = 0

    def call(self, name: str, user: str, path: str, body: dict[str, Any] | None = None, *, meant: float | None = None, key: str = "") -> tuple[int, Any]:
        """One call, kept; a command is asked again with the same key while there is no answer, ever more rarely. Every try counts for itself."""
        key = key or (uuid4().hex if body is not None else "")
        for attempt in range(TRIES):
            status, answer = self._once(name, user, path, body, self.desk.now if meant is None or attempt else meant, key)
            if status not in UNHEARD or name in NEVER_AGAIN or self.desk.over:
                return status, answer
            gevent.sleep(min(8.0, 0.5 * 2**attempt) * self.desk.chance.uniform(0.5, 1.5))
        return status, answer

    def _once(self, name: str, user: str, path: str, body: dict[str, Any] | None, meant: float, key: str) -> tuple[int, Any]:
        sent = self.desk.now
        data = None if body is None else json.dumps(body, ensure_ascii=False)
        verb = "GET" if body is None else "POST"
        with self.client.request(verb, "/api/v1" + path, data=data, headers=self.desk.headers(user, key), name=name, catch_response=True) as answer:
            answer.success()
            status = int(answer.status_code or 0)
            content: Any = json.loads(answer.content) if answer.content and status else {}
        ended = self.desk.now
        self.desk.note(name, meant, (ended - meant) * 1000, status, content.get("code", "") if status >= 400 else "", (ended - sent) * 1000)
        return status, content


class Seat(Caller):
    """One person at one screen: takes what waits in the district, reads the board between, thinks."""

    fixed_count = 0
    _next: ClassVar[int] = 0

    def on_start(self) -> None:
        self.number = Seat._next
        Seat._next += 1
        self.user = f"load_seat_{self.number}"
        self.district = districts_of(self.number + 1)[-1]
        self._think()

    def wait_time(self) -> float:
        chance = self.desk.chance
        return min(60.0, self.desk.profile.think_s * math.exp(chance.gauss(0.0, 0.5))) / self.desk.haste

    def _think(self, share: float = 1.0) -> None:
        gevent.sleep(self.wait_time() * share)

    @task
    def act(self) -> None:
        """One action."""
        queue, luck = self.desk.queues[self.district], self.desk.chance.random()
        if luck < 0.25 or not queue:
            self._board()
        elif luck < 0.27:
            self._alert()
        elif luck < 0.30:
            self._stock()
        else:
            work = queue.popleft()
            {"incident": self._incident, "send": self._send, "release": self._release}[work.kind](work)

    def _board(self) -> None:
        path = self.desk.chance.choice(("/incidents?pageSize=50", "/unitStatuses?pageSize=100", "/positions?pageSize=200", "/tasks?pageSize=50&openOnly=true"))
        self.call("board", self.user, path)

    def _incident(self, work: Work) -> None:
        """A duplicate is merged into what the platform suggests; anything else is confirmed and gets a task."""
        if work.duplicate:
            status, answer = self.call("duplicates", self.user, f"/{work.name}:suggestDuplicates")
            found = answer.get("duplicates", []) if status == 200 else []
            if found and self.call("merge", self.user, f"/{work.name}:merge", {"target": found[0]["incident"], "reason": "同一事件"})[0] == 200:
                self.desk.counts["merged"] += 1
                return
        status, _ = self.call("confirm", self.user, f"/{work.name}:confirm", {"eventCode": "11A51"})
        if status != 200:
            return
        needs = [{"code": self.desk.chance.choice(("heavy_rescue", "medical", "evacuation", "water_rescue")), "count": 1}]
        task_body = {"kind": "TASK_KIND_RESCUE", "title": "压力测试救援", "incident": work.name, "needs": needs, "location": {"lon": work.lon, "lat": work.lat}}
        status, answer = self.call("task", self.user, "/tasks", {"task": task_body, "issue": True})
        if status == 200:
            self.desk.queues[self.district].appendleft(Work("send", work.name, work.district, work.lon, work.lat, task=answer["name"]))

    def _send(self, work: Work) -> None:
        """Ask who should go, look at it, send."""
        status, answer = self.call("recommend", self.user, "/units:recommend", {"task": work.task})
        units = [row["unit"] for row in answer.get("units", [])] if status == 200 else []
        if not units:
            self.desk.counts["nobody free"] += 1
            return
        self._think(0.25)
        for unit in units:
            status, sent = self.call("assign", self.user, "/assignments", {"task": work.task, "unit": unit, "answerWithinS": 600})
            if status == 200:
                self.desk.assigned_at[sent["name"]] = time.monotonic()
                self.desk.counts["assigned"] += 1
            elif sent.get("code") == "UNIT_BUSY":
                self.desk.queues[self.district].append(work)

    def _release(self, work: Work) -> None:
        if self.call("release", self.user, f"/{work.name}:release", {})[0] == 200:
            self.desk.counts["released"] += 1

    def _alert(self) -> None:
        lon, lat = DISTRICTS["640202"]
        ring = [(-0.01, -0.01), (-0.01, 0.01), (0.01, 0.01), (0.01, -0.01), (-0.01, -0.01)]
        said = {
            "language": "zh-CN", "event": "山洪灾害", "headline": "【压力测试】山洪灾害黄色预警", "description": "压力测试", "instruction": "压力测试",
            "audience": "压力测试", "contact": "压力测试",
        }  # fmt: skip
        area = {"description": "压力测试", "polygons": [{"points": [{"lat": lat + north, "lon": lon + east} for north, east in ring]}]}
        content = {"eventCode": "11A51", "level": 3, "areas": [area], "infos": [said], "certainty": "Likely", "senderName": "压力测试", "note": "压力测试"}
        body = {"exerciseId": self.desk.exercise_id, "status": "ALERT_STATUS_EXERCISE", "content": content}
        self.call("alert", EDITOR, "/alerts", body)

    def _stock(self) -> None:
        body = {
            "kind": "MOVEMENT_KIND_ISSUE",
            "lines": [{"lot": self.desk.lot, "quantity": "1"}],
            "holder": "压力测试",
            "reason": "压力测试",
            "document": "压力测试",
        }
        self.call("stock", KEEPER, "/movements", body)


class Gateway(Caller):
    """Reports where five units are, every fifteen seconds."""

    fixed_count = 0
    _next: ClassVar[int] = 0

    def on_start(self) -> None:
        self.number = Gateway._next
        Gateway._next += 1
        self.district = districts_of(self.number + 1)[-1]
        count, mine = len(DISTRICTS), self.number // len(DISTRICTS)
        own, per = self.desk.units[self.district], -(-self.desk.profile.gateways // count)
        self.units = own[mine::per][:5] or own[:1]
        gevent.sleep(self.desk.chance.uniform(0, self.desk.profile.positions_every_s))

    def wait_time(self) -> float:
        return self.desk.profile.positions_every_s / self.desk.haste

    @task
    def report(self) -> None:
        """Five positions in one call."""
        stamp, chance = datetime.now(UTC).isoformat(), self.desk.chance
        rows = []
        for unit in self.units:
            lon, lat = self.desk.places.get(unit, self.desk.homes[unit])
            point = {"lon": lon + chance.uniform(-0.0005, 0.0005), "lat": lat + chance.uniform(-0.0005, 0.0005)}
            rows.append({"unit": unit, "location": point, "locateTime": stamp, "source": "POSITION_SOURCE_VEHICLE", "speedMps": 8.0})
        self.call("positions", f"load_gateway_{self.district}", "/units:reportPositions", {"positions": rows})


class Intake(Caller):
    """Calls as they come: an open process, each timed from the moment it was meant to be sent, however busy the platform is."""

    fixed_count = 1
    concurrency = 512

    def on_start(self) -> None:
        profile = self.desk.profile
        gaps = self.desk.chance
        curve = moments(gaps, profile.curve, per=1.0)
        begin, end = profile.main_s, profile.main_s + profile.overload_s
        high = profile.surge[0] * profile.overload_factor
        over = moments(gaps, [(begin, high), (end, high)], per=1.0)
        after = moments(gaps, [(end, profile.steady[0]), (profile.whole_s, profile.steady[0])], per=1.0)
        self._due = [*curve, *over, *after]
        self._events: list[tuple[str, float, float]] = []
        self._seats: dict[str, list[str]] = {code: [] for code in DISTRICTS}
        for number, code in enumerate(districts_of(profile.seats)):
            self._seats[code].append(f"load_seat_{number}")

    def wait_time(self) -> float:
        return 0.0

    @task
    def run_process(self) -> None:
        """Send each at its moment, never waiting for an answer."""
        under_way = []
        for number, moment in enumerate(self._due):
            gevent.sleep(max(0.0, moment - self.desk.now))
            under_way.append(gevent.spawn(self._register, number, moment))
        gevent.joinall(under_way, timeout=20)
        while not self.desk.over:
            gevent.sleep(0.2)
        gevent.sleep(60)

    def _register(self, number: int, meant: float) -> None:
        chance, profile = self.desk.chance, self.desk.profile
        duplicate = bool(self._events) and chance.random() < profile.duplicates
        if duplicate:
            code, lon, lat = chance.choice(self._events[-20:])
            lon, lat = lon + chance.uniform(-0.0008, 0.0008), lat + chance.uniform(-0.0008, 0.0008)
        else:
            code = chance.choice(list(DISTRICTS))
            lon, lat = place(number, code)
            lon, lat = lon + chance.uniform(-0.1, 0.1) * SPREAD_DEG, lat + chance.uniform(-0.1, 0.1) * SPREAD_DEG
            self._events.append((code, lon, lat))
        body = {
            "title": f"压力测试：有人被困 {number}", "eventCode": "11A51", "source": "INCIDENT_SOURCE_PHONE", "exerciseId": self.desk.exercise_id,
            "location": {"lon": lon, "lat": lat}, "regionCode": code, "occurTime": datetime.now(UTC).isoformat(),
            "occurTimePrecision": "TIME_PRECISION_ESTIMATED",
        }  # fmt: skip
        key = uuid4().hex
        user = chance.choice(self._seats[code])
        status, answer = self.call("intake", user, "/incidents", body, meant=meant, key=key)
        if status != 200:
            self.desk.counts["intake not taken"] += 1
            return
        self.desk.accepted.append(answer["name"])
        if chance.random() < profile.resubmitted:
            self.desk.counts["resubmitted"] += 1
            again, same = self.call("intake again", user, "/incidents", body, key=key)
            if again == 200 and same.get("name") != answer["name"]:
                self.desk.wrong.append(f"the same key made {answer['name']} and {same.get('name')}")
        self.desk.queues[code].append(Work("incident", answer["name"], code, lon, lat, duplicate))
