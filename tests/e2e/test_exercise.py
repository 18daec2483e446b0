"""Exercises on a real platform: the tabletop flood plays unattended and stays sealed; one that is paused and aborted leaves nothing behind."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cli.api import Api
from cli.exercise.conductor import Conductor, Outcome
from cli.exercise.judging import Verdict
from cli.exercise.reading import read
from cli.exercise.report import points, write
from deploy.local.platform import Platform
from deploy.local.profile import Profile, chosen_backends
from tests.faults.invariants import check_all
from tests.fixtures.platform import api_of, supervised

FLOOD = Path(__file__).resolve().parents[2] / "exercises" / "flash_flood_dawukou.yaml"
SPEED = 12.0
SEATS = frozenset({"confirmed", "assigned", "merged", "linked", "first_report", "alert_drafted", "alert_published"})
"""What seats do; how fast units drive is not asserted."""


@pytest.mark.parametrize("profile", chosen_backends())
def test_exercises_are_sealed_judged_and_put_away(profile: Profile, tmp_path: Path) -> None:
    with supervised(profile, tmp_path / "platform") as platform:
        api = api_of(platform)
        api.patience_s = 180.0
        told = StringIO()
        played = conductor(api, told).play()
        assert "注入 injects" in told.getvalue()  # a log that is no terminal is told how far it is
        assert_played(played, tmp_path / "report.html")
        assert_put_away(api, played)
        aborted = paused_and_aborted(api)
        assert_put_away(api, aborted)
        assert reported(api, aborted) == []
        api.close()
        made = {subject.name: "dispatch" for subject in played.stage.subjects.values() if subject.name.startswith("incidents/")}
        assert check_all(platform, made) == []
        assert_nothing_public(platform)


def conductor(api: Api, told: StringIO | None = None) -> Conductor:
    return Conductor(api, read(FLOOD), speed=SPEED, automatic=True, console=Console(file=told or StringIO()))


def assert_played(outcome: Outcome, path: Path) -> None:
    scenario = outcome.stage.scenario
    assert not outcome.aborted
    assert len(outcome.stage.subjects) == len(scenario.injects)
    assert len(outcome.judged) == len(scenario.expected)
    assert [each.wanted.label for each in outcome.judged if each.verdict is Verdict.MISSED and each.wanted.expected.what in SEATS] == []
    assert outcome.sealed.holds, outcome.sealed
    assert outcome.sealed.alerts >= 1
    assert outcome.overrides["offers"] > 0
    assert outcome.overrides["withoutCapability"] == 0
    assert {name.partition("：")[0] for name in outcome.sealed.deliveries} == {"演练渠道"}
    write(path, outcome)
    page = path.read_text(encoding="utf-8")
    assert outcome.stage.exercise_id in page
    assert page.count("<svg") == 3
    assert f"{points(outcome):.1f} / 70" in page


def assert_put_away(api: Api, outcome: Outcome) -> None:
    """No unit is under way, the synthetic ones have left the register, the clock is real."""
    assert outcome.left == []
    mine = outcome.stage.exercise_id
    eventually(lambda: [row["unit"] for row in statuses(api) if mine in row["unit"]], [])
    eventually(lambda: [row["unit"] for row in statuses(api) if row.get("assignment") or row["state"] == "UNIT_STATE_RETURNING"], [])
    assert api.get("administrator", "/units", team=f"teams/{mine}").get("units", []) == []
    assert api.get("administrator", f"/teams/{mine}")["state"] == "TEAM_STATE_RETIRED"
    assert api.get("administrator", "/clock")["real"]
    assert_nothing_owed(api, outcome)
    states = {row["state"] for row in api.get("alert_editor", "/alerts", exerciseId=mine, pageSize=200).get("alerts", [])}
    assert states <= {"ALERT_STATE_CANCELLED", "ALERT_STATE_DISCARDED", "ALERT_STATE_SUPERSEDED", "ALERT_STATE_EXPIRED", "ALERT_STATE_PUBLISHED"}


def assert_nothing_owed(api: Api, outcome: Outcome) -> None:
    """Responses are over and no report is due; what was confirmed without anybody being sent cannot end and is named."""
    mine = outcome.stage.exercise_id
    rows = api.get("duty_leader", "/incidents", exerciseId=mine, pageSize=200).get("incidents", [])
    assert rows
    assert {row["state"] for row in rows} <= {f"INCIDENT_STATE_{state}" for state in ("FALSE_ALARM", "MERGED", "CONFIRMED", "RESPONSE_ENDED")}
    confirmed = {row["name"] for row in rows if row["state"] == "INCIDENT_STATE_CONFIRMED"}
    assert {told.partition(" ")[0] for told in outcome.standing} == confirmed
    owed = api.get("duty_leader", "/obligations", state="OBLIGATION_STATE_OPEN", pageSize=500).get("obligations", [])
    assert [row["name"] for row in owed if row.get("exerciseId") == mine] == []
    for path, listed, state in (("/signals", "signals", "SIGNAL_STATE_OPEN"), ("/activations", "activations", "ACTIVATION_STATE_PROPOSED")):
        rows = api.get("duty_leader", path, state=state, pageSize=500).get(listed, [])
        assert [row["name"] for row in rows if row.get("exerciseId") == mine] == []


def paused_and_aborted(api: Api) -> Outcome:
    """SIGUSR1 stops the scenario's clock and the platform's with it; SIGINT ends the exercise."""
    lead = conductor(api)
    seen: dict[str, Any] = {}

    def lead_it() -> None:
        until(lambda: lead.stage.pace.now > 60)
        os.kill(os.getpid(), signal.SIGUSR1)
        until(lambda: lead.stage.pace.paused)
        seen["rate"] = api.get("administrator", "/clock")["rate"]
        before = lead.stage.pace.now
        time.sleep(0.5)
        seen["stood"] = lead.stage.pace.now == before
        os.kill(os.getpid(), signal.SIGUSR1)
        until(lambda: not lead.stage.pace.paused)
        os.kill(os.getpid(), signal.SIGINT)

    with beside(lead_it):
        outcome = lead.play()
    assert seen == {"rate": 0, "stood": True}
    assert outcome.aborted
    assert len(outcome.pauses) == 1
    assert outcome.stage.pace.now > 0
    return outcome


@contextmanager
def beside(act: Callable[[], None]) -> Iterator[None]:
    thread = threading.Thread(target=act, name="lead")
    thread.start()
    try:
        yield
    finally:
        thread.join(timeout=30)


def statuses(api: Api) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get("duty_officer", "/unitStatuses", pageSize=500).get("unitStatuses", [])
    return found


def reported(api: Api, outcome: Outcome) -> list[str]:
    """Incidents of an exercise that still wait for somebody."""
    rows = api.get("duty_officer", "/incidents", exerciseId=outcome.stage.exercise_id, state="INCIDENT_STATE_REPORTED")
    return [row["name"] for row in rows.get("incidents", [])]


def assert_nothing_public(platform: Platform) -> None:
    """The public feed is empty: nothing real was published in these tests."""
    client = api_of(platform)
    assert "演练" not in client.http.get("/feed").text
    client.close()


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError("not within 60 s")
        time.sleep(0.05)


def eventually(look: Callable[[], object], wanted: object) -> None:
    deadline = time.monotonic() + 30
    while (seen := look()) != wanted:
        if time.monotonic() > deadline:
            raise AssertionError(f"{seen} is not {wanted}")
        time.sleep(0.2)
