"""The end of an exercise: nobody is under way for it, nothing of it is owed or in force, its units leave the register, the clock is real again."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import httpx

from cli.api import RefusedError
from cli.exercise.injects import MARK
from cli.exercise.sealing import every
from cli.exercise.stage import Stage

ENDED = f"{MARK}演练结束"
GIVEN_OUT = frozenset({"TASK_STATE_ISSUED", "TASK_STATE_IN_PROGRESS"})
COMING = frozenset({"OFFERED", "ACKNOWLEDGED", "EN_ROUTE"})
"""States of an assignment whose unit is not there yet: it is called back; from the scene it is let go."""
ON_THE_WAY_HOME = frozenset({"UNIT_STATE_RETURNING", "UNIT_STATE_LOST_CONTACT"})
HOME_WITHIN_S, HEARD_WITHIN_S, AGAIN_S = 120.0, 60.0, 0.3
"""How long bringing everybody home may take; how long the register may take to hear of it; how soon it is tried again. Real seconds."""
UNDER_WAY = ("CONFIRMED", "RESPONDING", "CONTROLLED")
STAYS = {
    "INCIDENT_STATE_CONFIRMED": "已确认、未派出力量：从未开始的响应无从结束 confirmed, and nobody was sent: a response that never began cannot be ended",
    "INCIDENT_STATE_RESPONDING": "响应中：未能结束 responding: could not be ended",
    "INCIDENT_STATE_CONTROLLED": "已控制：未能结束 controlled: could not be ended",
}  # fmt: skip
"""Why an incident of the exercise is not over; what refused it stands among what could not be put away."""
Acts = list[tuple[str, Callable[[], object]]]


def close(stage: Stage, pool: ThreadPoolExecutor) -> list[str]:
    """Put everything away; gives back what could not be."""
    stage.settle()
    left = _bring_home(stage, pool)
    for found in (_tasks, _signals, _proposed, _unconfirmed, _stable, _responding, _controlled, _owed, _alerts, _losses, _off_duty, _units, _team):
        left += [note for note in pool.map(lambda act: _try(*act), found(stage)) if note]
    stage.pace.end(stage.api, stage.scenario.accounts.director)
    return left


def standing(stage: Stage) -> list[str]:
    """Incidents of the exercise that are not over after all: what each is, and by which rule it stays so."""
    found = _in_states(stage, stage.scenario.accounts.leader, *UNDER_WAY)
    return [f"{row['name']} {row['title']}: {STAYS.get(row['state'], row['state'])}" for row in found]


def _try(what: str, act: Callable[[], object]) -> str:
    try:
        act()
    except RefusedError as refusal:
        return f"{what}: {refusal}"
    except httpx.TransportError as error:
        return f"{what}: {error!r}"
    return ""


def _bring_home(stage: Stage, pool: ThreadPoolExecutor) -> list[str]:
    """Nobody is bound by the exercise or on the way home from it any more; asked of the platform anew until that is so, since every step leads to the next."""
    until = time.monotonic() + HOME_WITHIN_S
    while acts := _homeward(stage):
        refused = [note for note in pool.map(lambda act: _try(*act), acts) if note]
        if time.monotonic() > until:
            return refused or [what for what, _ in acts]
        time.sleep(AGAIN_S if refused else 0)
    return []


def _homeward(stage: Stage) -> Acts:
    """The next step of everybody who is not home: called back, let go, returned, or told ready where no assignment leads it back."""
    officer, field = stage.scenario.accounts.officer[0], stage.scenario.accounts.field
    bound = [*every(stage, officer, "/assignments", "assignments", liveOnly=True)]
    bound += every(stage, officer, "/assignments", "assignments", state="ASSIGNMENT_STATE_RELEASED")
    found: Acts = []
    for row in bound:
        name, state = row["name"], row["state"].removeprefix("ASSIGNMENT_STATE_")
        if row.get("exerciseId") != stage.exercise_id:
            continue
        if state in COMING:
            found.append((f"recall {name}", partial(stage.post, officer, f"/{name}:recall", {"reason": ENDED})))
        elif state == "RELEASED":
            found.append((f"return {name}", partial(stage.post, field, f"/{name}:return", {"equipmentOk": True})))
        else:
            found.append((f"release {name}", partial(stage.post, officer, f"/{name}:release")))
    sent = {fact.payload.get("unit") for fact in list(stage.facts.all) if fact.type == "AssignmentOffered"}
    sent |= {unit.name for unit in stage.units.values() if unit.synthetic}
    for row in every(stage, officer, "/unitStatuses", "unitStatuses"):
        if row["unit"] in sent and not row.get("assignment") and row["state"] in ON_THE_WAY_HOME:
            found.append((f"back {row['unit']}", partial(stage.post, field, f"/{row['unit']}:setStatus", {"state": "UNIT_STATE_AVAILABLE"})))
    return found


def _tasks(stage: Stage) -> Acts:
    officer = stage.scenario.accounts.officer[0]
    rows = every(stage, officer, "/tasks", "tasks", openOnly=True)
    names = [row["name"] for row in rows if row.get("exerciseId") == stage.exercise_id and row["state"] in GIVEN_OUT]
    return [(f"cancel {name}", partial(stage.post, officer, f"/{name}:cancel", {"reason": ENDED})) for name in names]


def _signals(stage: Stage) -> Acts:
    """Readings and calls that belong to no incident are nobody's to look into any more."""
    officer = stage.scenario.accounts.officer[0]
    rows = every(stage, officer, "/signals", "signals", state="SIGNAL_STATE_OPEN")
    names = [row["name"] for row in rows if row.get("exerciseId") == stage.exercise_id]
    return [(f"dismiss {name}", partial(stage.post, officer, f"/{name}:dismiss", {"reason": ENDED})) for name in names]


def _proposed(stage: Stage) -> Acts:
    """Responses that were proposed and that nobody started are decided against."""
    leader = stage.scenario.accounts.leader
    rows = every(stage, leader, "/activations", "activations", state="ACTIVATION_STATE_PROPOSED")
    names = [row["name"] for row in rows if row.get("exerciseId") == stage.exercise_id]
    return [(f"reject {name}", partial(stage.post, leader, f"/{name}:reject", {"reason": ENDED})) for name in names]


def _in_states(stage: Stage, user: str, *states: str) -> list[dict[str, Any]]:
    """Incidents of the exercise in these states."""
    return every(stage, user, "/incidents", "incidents", exerciseId=stage.exercise_id, states=[f"INCIDENT_STATE_{state}" for state in states])


def _unconfirmed(stage: Stage) -> Acts:
    officer = stage.scenario.accounts.officer[0]
    names = [row["name"] for row in _in_states(stage, officer, "REPORTED", "VERIFYING")]
    return [(f"dismiss {name}", partial(stage.post, officer, f"/{name}:dismiss", {"reason": ENDED})) for name in names]


def _stable(stage: Stage) -> Acts:
    """Disasters of the exercise are over: no more daily reports fall due once the clock is real again."""
    leader = stage.scenario.accounts.leader
    names = [row["name"] for row in _in_states(stage, leader, *UNDER_WAY) if "stableTime" not in row]
    return [(f"declare stable {name}", partial(stage.post, leader, f"/{name}:declareStable", {"reason": ENDED})) for name in names]


def _responding(stage: Stage) -> Acts:
    """A response ends by way of control."""
    leader = stage.scenario.accounts.leader
    names = [row["name"] for row in _in_states(stage, leader, "RESPONDING")]
    return [(f"control {name}", partial(stage.post, leader, f"/{name}:control", {"statement": ENDED})) for name in names]


def _controlled(stage: Stage) -> Acts:
    leader = stage.scenario.accounts.leader
    names = [row["name"] for row in _in_states(stage, leader, "CONTROLLED")]
    return [(f"end {name}", partial(stage.post, leader, f"/{name}:endResponse", {"remark": ENDED})) for name in names]


def _owed(stage: Stage) -> Acts:
    """Reports that nobody owes any more, final ones among them, are waived by the leader."""
    leader = stage.scenario.accounts.leader
    rows = every(stage, leader, "/obligations", "obligations", state="OBLIGATION_STATE_OPEN")
    names = [row["name"] for row in rows if row.get("exerciseId") == stage.exercise_id]
    return [(f"waive {name}", partial(stage.post, leader, f"/{name}:waive", {"reason": ENDED})) for name in names]


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


def _off_duty(stage: Stage) -> Acts:
    """Whoever was off duty before it was made ready is so again."""
    field, wanted = stage.scenario.accounts.field, stage.scenario.units
    names = [name for name in wanted.use if name in stage.units and stage.units[name].was_off_duty]
    return [(f"off duty {name}", partial(stage.post, field, f"/{name}:setStatus", {"state": "UNIT_STATE_OFF_DUTY"})) for name in names]


def _units(stage: Stage) -> Acts:
    names = [unit.name for unit in stage.units.values() if unit.synthetic]
    return [(f"retire {name}", partial(_retire, stage, name, "UNIT_IN_FIELD")) for name in names]


def _team(stage: Stage) -> Acts:
    if not stage.scenario.units.synthetic:
        return []
    return [("retire the team", partial(_retire, stage, f"teams/{stage.exercise_id}", "TEAM_HAS_UNITS"))]


def _retire(stage: Stage, name: str, not_yet: str) -> None:
    """Out of the register, once that has heard that nothing stands against it."""
    until = time.monotonic() + HEARD_WITHIN_S
    while True:
        try:
            stage.post(stage.scenario.accounts.director, f"/{name}:retire", {"reason": ENDED})
        except RefusedError as refusal:
            if refusal.code != not_yet or time.monotonic() > until:
                raise
        else:
            return
        time.sleep(AGAIN_S)
