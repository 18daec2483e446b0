"""Several processes of dispatch behind one gateway, nothing sticky: a unit has one live assignment, a question one answer; one is killed, nothing is lost."""

import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cli.api import Api, RefusedError
from deploy.local.components import replicated
from deploy.local.platform import Platform
from deploy.local.profile import Profile, chosen_backends
from tests.faults.invariants import check_all
from tests.fixtures.platform import api_of, supervised

SEATS = 6
UNITS = 5
ROUNDS = 8
QUESTIONS = 8
"""Asked one after another: the gateway goes round the processes."""
INCIDENT = {"title": "多席位并发派遣", "regionCode": "640202", "source": "INCIDENT_SOURCE_PHONE", "eventCode": "11A51"}


class Seat(threading.Thread):
    """A dispatcher who sends every unit of a list to a task of their own, and calls back those they got."""

    def __init__(self, platform: Platform, units: list[str], gate: threading.Barrier) -> None:
        super().__init__(name="seat")
        self._api: Api = api_of(platform)
        self._api.patience_s = 60.0
        self._units, self._gate = units, gate
        self.accepted: dict[str, str] = {}
        self.won: list[list[str]] = []
        self.refused: Counter[str] = Counter()
        self.failure: BaseException | None = None

    def run(self) -> None:
        """Play all rounds; keep what went wrong."""
        try:
            for number in range(ROUNDS):
                self._round(number)
        except BaseException as error:  # noqa: BLE001 - the test shows it
            self.failure = error
            self._gate.abort()
        finally:
            self._api.close()

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._api.post("duty_leader", path, body)
        self.accepted[answer["name"]] = "dispatch"
        return answer

    def _round(self, number: int) -> None:
        incident = self._post("/incidents", INCIDENT)
        task = self._post("/tasks", {"task": {"kind": "TASK_KIND_RESCUE", "title": "救援", "incident": incident["name"]}, "issue": True})
        won: list[dict[str, Any]] = []
        self._gate.wait(timeout=90)
        for unit in self._units[number % UNITS :] + self._units[: number % UNITS]:
            try:
                won.append(self._post("/assignments", {"task": task["name"], "unit": unit}))
            except RefusedError as refused:
                self.refused[f"{number} {refused.code}"] += 1
        self.won.append([assignment["unit"] for assignment in won])
        self._gate.wait(timeout=90)
        for assignment in won:
            self._post(f"/{assignment['name']}:recall", {"reason": "演练结束"})
        self._gate.wait(timeout=90)


def agreed(api: Api) -> None:
    """Whoever is asked whom to send, the answer is the same, also right after a change that the other process made."""
    asked = {"location": {"lon": 106.38, "lat": 39.02}, "needs": [{"code": "medical", "count": 2}, {"code": "water_rescue", "count": 1}]}
    sent: list[str] = []
    for _ in range(3):
        answers = [api.post("duty_leader", "/units:recommend", asked) for _ in range(QUESTIONS)]
        told = [[(each["unit"], round(each["travelS"], 3), each["serves"]) for each in answer["units"]] for answer in answers]
        assert told == told[:1] * QUESTIONS
        named = {each["unit"] for each in answers[0]["units"]}
        assert named.isdisjoint(sent)
        incident = api.post("duty_leader", "/incidents", INCIDENT)
        task = api.post("duty_leader", "/tasks", {"task": {"kind": "TASK_KIND_RESCUE", "title": "救援", "incident": incident["name"]}, "issue": True})
        sent.append(sorted(named)[0])
        api.post("duty_leader", "/assignments", {"task": task["name"], "unit": sent[-1]})


@pytest.mark.parametrize("profile", chosen_backends())
def test_two_replicas_and_one_of_them_killed(profile: Profile, tmp_path: Path) -> None:
    with supervised(profile, tmp_path, components=replicated({"dispatch": 2})) as platform:
        api = api_of(platform)
        statuses = api.get("duty_leader", "/unitStatuses", pageSize=200, state="UNIT_STATE_AVAILABLE")["unitStatuses"]
        units = [status["unit"] for status in statuses][:UNITS]
        gate = threading.Barrier(SEATS)
        seats = [Seat(platform, units, gate) for _ in range(SEATS)]
        for seat in seats:
            seat.start()
        for name in ("dispatch-2", "dispatch"):
            time.sleep(1.5)
            platform.supervisor.kill(name)
        for seat in seats:
            seat.join(timeout=240)
        assert [seat.failure for seat in seats if seat.failure] == []
        for number in range(ROUNDS):
            winners = Counter(unit for seat in seats for unit in seat.won[number])
            assert winners == dict.fromkeys(units, 1), f"round {number}: {sum((seat.refused for seat in seats), Counter())}"
        assert sum((seat.refused for seat in seats), Counter()).total() == ROUNDS * UNITS * (SEATS - 1)
        agreed(api)
        api.close()
        assert check_all(platform, {name: service for seat in seats for name, service in seat.accepted.items()}) == []
