"""What is dated by the scenario's clock: its own time where the platform's clock follows it, else the platform's real time."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from cli.api import Api
from cli.exercise.pace import Pace

START = datetime(2026, 7, 29, 6, 0, tzinfo=UTC)
NEAR = timedelta(seconds=2)


class Remote:
    """A platform as far as its clock goes."""

    def __init__(self, *, allowed: bool, ahead: timedelta = timedelta()) -> None:
        self._allowed, self._ahead = allowed, ahead
        self.set: list[dict[str, Any]] = []
        self.api = Api("http://platform", lambda _user: "x")
        self.api.http = httpx.Client(base_url="http://platform", transport=httpx.MockTransport(self._answer))

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/auth/login"):
            return httpx.Response(200, json={"token": "x"})
        if request.method == "POST":
            self.set.append({"body": request.content})
        return httpx.Response(200, json={"time": self.now().isoformat(), "rate": 1, "real": True, "allowed": self._allowed})


def begun(remote: Remote, speed: float = 4.0) -> Pace:
    pace = Pace(speed, START)
    pace.begin(remote.api, "administrator")
    return pace


def test_the_scenarios_time_where_the_platforms_clock_follows_it() -> None:
    remote = Remote(allowed=True)
    pace = begun(remote)
    assert pace.moment(60.0) == START + timedelta(seconds=60)
    assert pace.second((START + timedelta(seconds=60)).isoformat()) == 60.0
    pace.end(remote.api, "administrator")
    assert len(remote.set) == 2


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(minutes=7), timedelta(minutes=-7)])
def test_real_time_where_the_platforms_clock_cannot_be_set(ahead: timedelta) -> None:
    remote = Remote(allowed=False, ahead=ahead)
    pace = begun(remote)
    time.sleep(0.05)
    now = pace.moment(pace.now)
    assert remote.now() - NEAR < now <= remote.now()  # never in the platform's future: it would refuse that
    assert pace.second(now.isoformat()) == pytest.approx(pace.now, abs=2.0)
    assert abs(pace.moment(pace.now + 400) - remote.now() - timedelta(seconds=100)) < NEAR  # four times as fast
    assert remote.set == []


def test_real_time_goes_on_while_the_scenarios_clock_stands_still() -> None:
    remote = Remote(allowed=False)
    pace = begun(remote, speed=1.0)
    pace.pause(remote.api, "administrator")
    stood = pace.now
    time.sleep(0.2)
    assert pace.now == stood
    assert remote.now() - pace.moment(stood) < timedelta(seconds=0.1)
    assert [round(real_s, 1) for _, real_s in pace.pauses()] == [0.2]
    pace.resume(remote.api, "administrator")
    assert abs(pace.moment(pace.now) - remote.now()) < timedelta(seconds=0.1)
    time.sleep(0.2)
    assert [(second, round(real_s, 1)) for second, real_s in pace.pauses()] == [(stood, 0.2)]
