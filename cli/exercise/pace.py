"""The scenario's clock: runs at a speed, pauses, and knows which scenario second a platform's time stamp was."""

import threading
import time
from datetime import UTC, datetime, timedelta

from cli.api import Api


class Pace:
    """Scenario seconds since the start. Where the platform's clock may be set it follows, so that its deadlines run at the same speed.

    Elsewhere the platform lives in real time: what happens at a scenario second is dated by the real moment of that second.
    """

    def __init__(self, speed: float, start: datetime | None) -> None:
        self.speed = speed
        self.start = start or datetime.now(UTC)
        self.steers = False
        """The platform's clock is ours."""
        self._ahead = 0.0
        """How far the clock of a platform that keeps real time is before this machine's, seconds; rather too little, so that nothing is dated in its future."""
        self._segments: list[tuple[float, float, float]] = []
        """(real second, scenario second, speed) of every change of speed."""
        self._lock = threading.Lock()

    def begin(self, api: Api, director: str) -> None:
        """Start; takes the platform's clock when the deployment allows it."""
        clock = api.get(director, "/clock")
        self.steers = bool(clock.get("allowed"))
        if not self.steers:
            self._ahead = datetime.fromisoformat(clock["time"]).timestamp() - time.time()
        self._turn(api, director, self.speed)

    def pause(self, api: Api, director: str) -> None:
        """Stand still."""
        self._turn(api, director, 0.0)

    def resume(self, api: Api, director: str) -> None:
        """Go on."""
        self._turn(api, director, self.speed)

    def end(self, api: Api, director: str) -> None:
        """Give the platform's clock back to real time."""
        if self.steers:
            api.post(director, "/clock", {})

    @property
    def paused(self) -> bool:
        """It stands still."""
        return bool(self._segments) and self._segments[-1][2] == 0.0

    def pauses(self) -> list[tuple[float, float]]:
        """Every pause so far: at which scenario second, and how many real seconds it lasted."""
        ends = [*(since for since, *_ in self._segments[1:]), time.time()]
        return [(there, end - since) for (since, there, speed), end in zip(self._segments, ends, strict=False) if speed == 0.0]

    @property
    def now(self) -> float:
        """Scenario second."""
        return self._at(time.time()) if self._segments else 0.0

    def moment(self, second: float) -> datetime:
        """What the platform's clock shows at a scenario second: the scenario's time where it is ours, else the real one."""
        if self.steers or not self._segments:
            return self.start + timedelta(seconds=second)
        return datetime.fromtimestamp(self._real(second) + self._ahead, UTC)

    def second(self, stamp: str) -> float:
        """The scenario second of an API time stamp."""
        moment = datetime.fromisoformat(stamp)
        return (moment - self.start).total_seconds() if self.steers else self._at(moment.timestamp() - self._ahead)

    def real(self, scenario_seconds: float) -> float:
        """Real seconds that a stretch of scenario time takes."""
        return scenario_seconds / self.speed

    def _turn(self, api: Api, director: str, speed: float) -> None:
        with self._lock:
            here = self.now
            if self.steers:
                api.post(director, "/clock", {"time": self.moment(here).isoformat(), "rate": speed})
            self._segments.append((time.time(), here, speed))

    def _at(self, real: float) -> float:
        since, there, speed = next((each for each in reversed(self._segments) if each[0] <= real), self._segments[0])
        return there + max(0.0, real - since) * speed

    def _real(self, second: float) -> float:
        """The real second at which it is, or was, that scenario second; of a clock that stands still, as if it went on now."""
        since, there, speed = next((each for each in reversed(self._segments) if each[1] <= second), self._segments[0])
        return (since if speed else time.time()) + (second - there) / (speed or self.speed)
