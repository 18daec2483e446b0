"""What a whole dispatch costs: 19 calls from the registration to the unit's return and two boards, processor time of all processes, beside the bare path.

`python -m tests.load.bench flow` runs it on a platform. The calls come one after another, as of one desk and one crew: what is measured is cost, not rate.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from cli.api import Api
from deploy.local.platform import Platform
from tests.fixtures.platform import api_of
from tests.load.cpu import cpu_seconds
from tests.load.figures import Figures, percentile
from tests.load.intake import REQUESTS, bare, bare_round, platform_pids

FLOWS = 60
WARM = 15
"""Dispatches before what is measured: statements are made, connections opened, the solver loaded."""
REST_S = 5.0
"""How long the platform stands idle to see what that costs, and how long its listeners may finish afterwards."""
CALLS = 19
DESK, CREW, DEVICE = "duty_officer", "field_unit", "sensor"
PLACE = {"lon": 106.38, "lat": 39.02}


def dispatch(api: Api) -> None:
    """One whole dispatch."""
    incident = api.post(DESK, "/incidents", {
        "title": "测算：有人被困", "eventCode": "11A51", "source": "INCIDENT_SOURCE_PHONE", "location": PLACE, "regionCode": "640202",
        "occurTime": datetime.now(UTC).isoformat(), "occurTimePrecision": "TIME_PRECISION_ESTIMATED",
    })["name"]  # fmt: skip
    api.get(DESK, f"/{incident}:suggestDuplicates")
    api.post(DESK, f"/{incident}:confirm", {"eventCode": "11A51"})
    asked = {"kind": "TASK_KIND_RESCUE", "title": "救援", "incident": incident, "needs": [{"code": "medical", "count": 1}], "location": PLACE}
    task = api.post(DESK, "/tasks", {"task": asked, "issue": True})["name"]
    unit = api.post(DESK, "/units:recommend", {"task": task})["units"][0]["unit"]
    where = _mover(api, unit)
    assignment = api.post(DESK, "/assignments", {"task": task, "unit": unit, "answerWithinS": 600})["name"]
    where(0.00)
    api.post(CREW, f"/{assignment}:accept", {"expectTime": _soon()})
    where(0.01)
    api.post(CREW, f"/{assignment}:report", {"state": "ASSIGNMENT_STATE_EN_ROUTE", "expectTime": _soon()})
    where(0.02)
    api.post(CREW, f"/{assignment}:report", {"state": "ASSIGNMENT_STATE_ON_SCENE", "place": "现场"})
    where(0.03)
    api.post(CREW, f"/{assignment}:report", {"state": "ASSIGNMENT_STATE_WORKING"})
    api.post(CREW, f"/{assignment}:complete", {"result": "完成"})
    api.post(DESK, f"/{assignment}:release", {})
    api.post(CREW, f"/{assignment}:return", {"equipmentOk": True})
    api.get(DESK, "/incidents", pageSize=50)
    api.get(DESK, "/unitStatuses", pageSize=100)


def _soon() -> str:
    return (datetime.now(UTC) + timedelta(seconds=60)).isoformat()


def _mover(api: Api, unit: str) -> Callable[[float], None]:
    def move(by: float) -> None:
        position: dict[str, Any] = {
            "unit": unit, "location": {"lon": PLACE["lon"] + by, "lat": PLACE["lat"]}, "locateTime": datetime.now(UTC).isoformat(),
            "source": "POSITION_SOURCE_VEHICLE", "speedMps": 8.0,
        }  # fmt: skip
        api.post(DEVICE, "/units:reportPositions", {"positions": [position]})

    return move


def measure(platform: Platform, figures: Figures) -> None:
    """Processor time of a dispatch with the idle cost taken off, and of as many calls on the bare path in the same run."""
    pids = platform_pids(platform)
    api = api_of(platform)
    for _ in range(WARM):
        dispatch(api)
    time.sleep(REST_S)
    before = cpu_seconds(pids)
    time.sleep(REST_S)
    idle = (cpu_seconds(pids) - before) / REST_S
    taken, before, begun = list[float](), cpu_seconds(pids), time.monotonic()
    for _ in range(FLOWS):
        started = time.perf_counter()
        dispatch(api)
        taken.append(time.perf_counter() - started)
    time.sleep(REST_S)
    cost = (cpu_seconds(pids) - before - idle * (time.monotonic() - begun)) / FLOWS
    api.close()
    figures.add(f"a whole dispatch ({CALLS} calls), CPU of all processes", cost * 1000, "ms")
    figures.add("a whole dispatch, waiting for answers, median", percentile(taken, 0.5) * 1000, "ms")
    figures.add("the platform at rest, CPU of all processes", idle * 1000, "ms/s")
    with bare(platform) as (address, own):
        bare_round(address)
        before = cpu_seconds(own)
        bare_round(address)
        limit = (cpu_seconds(own) - before) * CALLS / REQUESTS
    figures.add(f"{CALLS} calls on the bare path, CPU without its database", limit * 1000, "ms")
    figures.add("a whole dispatch over the bare path, CPU", cost / limit, "times")
