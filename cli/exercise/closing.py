"""The end of an exercise: nobody stays under way for it, nothing it said stays in force, its units leave the register, the clock is real again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import httpx

from cli.api import RefusedError
from cli.exercise.injects import MARK
from cli.exercise.sealing import every
from cli.exercise.stage import Stage

ENDED = f"{MARK}演练结束"
OPEN_TASK = frozenset({"TaskIssued", "TaskStarted"})
ASIDE = frozenset({"NotificationRequested", "TaskOverdue", "TaskMoved"})
"""Facts that change no state."""
UNDER_WAY = ("CONFIRMED", "RESPONDING", "CONTROLLED")
Acts = list[tuple[str, Callable[[], object]]]


def close(stage: Stage, pool: ThreadPoolExecutor, *, aborted: bool) -> list[str]:
    """Put everything away; gives back what could not be. An aborted exercise also drops the incidents that nobody had confirmed."""
    left: list[str] = []
    for found in (_assignments, _returns, _tasks, *((_incidents,) if aborted else ()), _stable, _alerts, _losses, _units, _team):
        left += [note for note in pool.map(lambda act: _try(*act), found(stage)) if note]
    stage.pace.end(stage.api, stage.scenario.accounts.director)
    return left


def _try(what: str, act: Callable[[], object]) -> str:
    try:
        act()
    except RefusedError as refusal:
        return f"{what}: {refusal}"
    except httpx.TransportError as error:
        return f"{what}: {error!r}"
    return ""


def _last(stage: Stage, prefix: str) -> dict[str, tuple[str, str]]:
    """The last fact of each thing of a kind: its type, and its state where it has one."""
    return {
        fact.aggregate: (fact.type, str(fact.payload.get("state", "")))
        for fact in list(stage.facts.all)
        if fact.aggregate.startswith(prefix) and fact.type not in ASIDE
    }


def _assignments(stage: Stage) -> Acts:
    officer = stage.scenario.accounts.officer[0]
    found: Acts = []
    for name, (kind, state) in _last(stage, "assignments/").items():
        if kind == "AssignmentProgressed" and state == "completed":
            found.append((f"release {name}", partial(stage.post, officer, f"/{name}:release")))
        elif kind in {"AssignmentOffered", "AssignmentAccepted", "AssignmentProgressed"}:
            found.append((f"recall {name}", partial(stage.post, officer, f"/{name}:recall", {"reason": ENDED})))
    return found


def _returns(stage: Stage) -> Acts:
    field = stage.scenario.accounts.field
    done = [
        name for name, (kind, state) in _last(stage, "assignments/").items()
        if kind == "AssignmentReleased" or (kind == "AssignmentProgressed" and state == "completed")
    ]  # fmt: skip
    return [(f"return {name}", partial(stage.post, field, f"/{name}:return", {"equipmentOk": True})) for name in done]


def _tasks(stage: Stage) -> Acts:
    officer = stage.scenario.accounts.officer[0]
    names = [name for name, (kind, _) in _last(stage, "tasks/").items() if kind in OPEN_TASK]
    return [(f"cancel {name}", partial(stage.post, officer, f"/{name}:cancel", {"reason": ENDED})) for name in names]


def _incidents(stage: Stage) -> Acts:
    officer = stage.scenario.accounts.officer[0]
    states = ["INCIDENT_STATE_REPORTED", "INCIDENT_STATE_VERIFYING"]
    names = [row["name"] for row in every(stage, officer, "/incidents", "incidents", exerciseId=stage.exercise_id, states=states)]
    return [(f"dismiss {name}", partial(stage.post, officer, f"/{name}:dismiss", {"reason": ENDED})) for name in names]


def _stable(stage: Stage) -> Acts:
    """Disasters of the exercise are over: no more daily reports fall due once the clock is real again."""
    leader, states = stage.scenario.accounts.leader, [f"INCIDENT_STATE_{state}" for state in UNDER_WAY]
    rows = every(stage, leader, "/incidents", "incidents", exerciseId=stage.exercise_id, states=states)
    names = [row["name"] for row in rows if "stableTime" not in row]
    return [(f"declare stable {name}", partial(stage.post, leader, f"/{name}:declareStable", {"reason": ENDED})) for name in names]


def _alerts(stage: Stage) -> Acts:
    """Drafts are dropped; what was published is called off by two people, like any other. Read from the platform: facts come later than what they tell."""
    editor, issuer = stage.scenario.accounts.editor, stage.scenario.accounts.issuer
    alerts = every(stage, editor, "/alerts", "alerts", exerciseId=stage.exercise_id)
    stands: dict[str, list[str]] = {}
    for alert in alerts:
        stands.setdefault(alert["state"].removeprefix("ALERT_STATE_"), []).append(alert["name"])

    def call_off(name: str) -> None:
        cancel = stage.post(editor, f"/{name}:cancel", {"reason": ENDED})["name"]
        seen = stage.post(editor, f"/{cancel}:submit")["contentHash"]
        stage.post(issuer, f"/{cancel}:approve", {"contentHash": seen})
        stage.post(issuer, f"/{cancel}:publish")

    drafts = [*stands.get("DRAFT", ()), *stands.get("SUBMITTED", ())]
    found: Acts = [(f"discard {name}", partial(stage.post, editor, f"/{name}:discard", {"reason": ENDED})) for name in drafts]
    found += [(f"recall {name}", partial(stage.post, issuer, f"/{name}:recall", {"reason": ENDED})) for name in stands.get("APPROVED", ())]
    return found + [(f"cancel {name}", partial(call_off, name)) for name in stands.get("PUBLISHED", ())]


def _losses(stage: Stage) -> Acts:
    """Units that were taken out of service are given back; synthetic ones leave anyway."""
    field = stage.scenario.accounts.field
    real = [unit for unit in stage.lost_units if unit not in stage.units or not stage.units[unit].synthetic]
    return [(f"give back {unit}", partial(stage.post, field, f"/{unit}:setStatus", {"state": "UNIT_STATE_AVAILABLE"})) for unit in real]


def _units(stage: Stage) -> Acts:
    director = stage.scenario.accounts.director
    names = [unit.name for unit in stage.units.values() if unit.synthetic]
    return [(f"retire {name}", partial(stage.post, director, f"/{name}:retire", {"reason": ENDED})) for name in names]


def _team(stage: Stage) -> Acts:
    if not stage.scenario.units.synthetic:
        return []
    path = f"/teams/{stage.exercise_id}:retire"
    return [("retire the team", partial(stage.post, stage.scenario.accounts.director, path, {"reason": ENDED}))]
