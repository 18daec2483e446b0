"""Seats that play by themselves: each expected action is done after a sampled share of the time it has, the way a person does it."""

import math
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from cli.api import RefusedError
from cli.exercise.arrivals import point
from cli.exercise.facts import Fact
from cli.exercise.injects import MARK, middle
from cli.exercise.judging import Wanted
from cli.exercise.stage import Stage, Subject

NORM_S = 1800.0
"""What the first report has by 应急管理部's two-stage rule; the seat writes it well before."""


ASKED_AGAIN = 10
"""How often the seats ask for others where units are recommended that do not take part."""


class Seats:
    """The seats of one exercise."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._alerts: dict[str, str] = {}

    def get_ready(self) -> None:
        """Ask for one recommendation before it counts: the first one on a machine may have to compile its arithmetic."""
        where = middle(self._stage.scenario.place)
        self._stage.api.post(self._stage.scenario.accounts.officer[0], "/units:recommend", {"location": where, "needs": [{"count": 1}]})

    def plan(self, wanted: Wanted) -> None:
        """Somebody will do what is wanted, sooner or later."""
        chance = self._stage.chance("seat", wanted.label)
        players = self._stage.scenario.players
        share = players.median * math.exp(chance.gauss(0.0, players.spread))
        limit = wanted.expected.within or min(NORM_S, self._stage.scenario.duration - wanted.since)
        self._stage.at(wanted.since + share * limit, f"{wanted.expected.what} {wanted.label}", partial(self._act, wanted))

    def hear(self, fact: Fact) -> None:
        """A unit whose work is done is let go."""
        if fact.type == "AssignmentProgressed" and fact.payload.get("state") == "completed":
            user = self._stage.officer(fact.aggregate)
            self._stage.at(self._stage.pace.now + 20, "release", lambda: self._stage.post(user, f"/{fact.aggregate}:release"))

    def _act(self, wanted: Wanted) -> None:
        ACTIONS[wanted.expected.what](self, wanted, self._stage.officer(wanted.label))

    def confirm(self, wanted: Wanted, user: str) -> None:
        subject = _known(wanted)
        self._once(user, f"/{subject.name}:confirm", {"eventCode": subject.event_code} if subject.event_code else {}, "INVALID_TRANSITION")

    def verify(self, wanted: Wanted, user: str) -> None:
        self._stage.post(user, f"/{_known(wanted).name}:verify", {"verifier": f"{MARK}网格员"})

    def dismiss(self, wanted: Wanted, user: str) -> None:
        self._stage.post(user, f"/{_known(wanted).name}:dismiss", {"reason": f"{MARK}核实为误报"})

    def merge(self, wanted: Wanted, user: str) -> None:
        """Into what is named, else into what the platform suggests first."""
        subject = _known(wanted)
        target = wanted.target.name if wanted.target else ""
        if not target:
            offered = self._stage.api.get(user, f"/{subject.name}:suggestDuplicates").get("duplicates", [])
            names = [row.get("incident", {}).get("name", "") if isinstance(row.get("incident"), dict) else row.get("incident", "") for row in offered]
            target = next((name for name in names if name and name != subject.name), "")
        if not target:
            self._stage.note(f"merged {wanted.label}", "no duplicate is suggested")
            return
        self._stage.post(user, f"/{subject.name}:merge", {"target": target, "reason": f"{MARK}同一事件"})

    def assign(self, wanted: Wanted, user: str) -> None:
        """Confirm it if nobody has, give out a task, ask who should go, and send whom the platform recommends."""
        subject = _known(wanted)
        self.confirm(wanted, user)
        needs = [{"code": code, "count": count} for code, count in subject.needs]
        if wanted.expected.capability:
            needs = [{"code": wanted.expected.capability, "count": 1}]
        task: dict[str, Any] = {"kind": "TASK_KIND_RESCUE", "title": f"{MARK}{subject.title}"[:200], "incident": subject.name, "needs": needs}
        if subject.lon is not None:
            task["location"] = {"lon": subject.lon, "lat": subject.lat}
        name = self._stage.post(user, "/tasks", {"task": task, "issue": True})["name"]
        for attempt in range(4):
            units = recommended(self._stage, user, name)
            if not units:
                self._stage.note(f"assigned {wanted.label}", "nobody is free")
                return
            taken = [self._offer(user, name, unit) for unit in units]
            if any(taken):
                return
            self._stage.note(f"assigned {wanted.label}", f"attempt {attempt + 1}: every recommended unit was taken meanwhile")

    def _offer(self, user: str, task: str, unit: str) -> bool:
        try:
            self._stage.post(user, "/assignments", {"task": task, "unit": unit})
        except RefusedError as refusal:
            if refusal.code == "UNIT_BUSY":
                return False
            raise
        return True

    def respond(self, wanted: Wanted, user: str) -> None:
        """Sending somebody starts the response."""
        self.assign(wanted, user)

    def control(self, wanted: Wanted, _user: str) -> None:
        leader = self._stage.scenario.accounts.leader
        self._stage.post(leader, f"/{_known(wanted).name}:control", {"statement": f"{MARK}现场已控制"})

    def report(self, wanted: Wanted, user: str) -> None:
        """The first report, urgently: signed afterwards."""
        subject = _known(wanted)
        self.confirm(wanted, user)
        body = {"incident": subject.name, "kind": "REPORT_KIND_INITIAL", "elements": {**ELEMENTS, "place": subject.title}}
        draft = self._stage.post(user, "/reports", body)["name"]
        self._stage.post(user, f"/{draft}:submit")
        self._stage.post(self._stage.scenario.accounts.leader, f"/{draft}:sign")
        self._stage.post(user, f"/{draft}:send", {"evidence": f"{MARK}值班记录"})

    def draft_alert(self, wanted: Wanted, _user: str) -> None:
        self._drafted(wanted)

    def publish_alert(self, wanted: Wanted, _user: str) -> None:
        """Two people for exactly one content; then out, on the channels of exercises."""
        alert = self._drafted(wanted)
        accounts = self._stage.scenario.accounts
        seen = self._stage.post(accounts.editor, f"/{alert}:submit")["contentHash"]
        self._stage.post(accounts.issuer, f"/{alert}:approve", {"contentHash": seen})
        self._stage.post(accounts.issuer, f"/{alert}:publish")

    def link(self, wanted: Wanted, user: str) -> None:
        target = wanted.target or next((each for each in self._stage.subjects.values() if each.name.startswith("incidents/")), None)
        if target is None:
            self._stage.note(f"linked {wanted.label}", "no incident to link to")
            return
        self._stage.post(user, f"/{_known(wanted).name}:link", {"incident": target.name})

    def nothing(self, _wanted: Wanted, _user: str) -> None:
        """What the units do by themselves."""

    def _drafted(self, wanted: Wanted) -> str:
        label = wanted.subject.label if wanted.subject else ""
        if label not in self._alerts:
            body = {"exerciseId": self._stage.exercise_id, "status": "ALERT_STATUS_EXERCISE", "content": self._content()}
            self._alerts[label] = self._stage.post(self._stage.scenario.accounts.editor, "/alerts", body)["name"]
        return self._alerts[label]

    def _content(self) -> dict[str, Any]:
        chance = self._stage.chance("alert")
        lon, lat = point(chance, self._stage.scenario.place)
        ring = [(lat - 0.02, lon - 0.02), (lat - 0.02, lon + 0.02), (lat + 0.02, lon + 0.02), (lat + 0.02, lon - 0.02), (lat - 0.02, lon - 0.02)]
        now = self._stage.pace.moment(self._stage.pace.now)
        said = {
            "language": "zh-CN", "event": "山洪灾害", "headline": f"{MARK}发布山洪灾害黄色预警", "description": f"{MARK}预计未来6小时发生山洪可能性较大。",
            "instruction": f"{MARK}沟道内人员立即撤离到高处。", "audience": "演练对象", "contact": "演练导调组",
        }  # fmt: skip
        area = {"description": "演练区域", "polygons": [{"points": [{"lat": each, "lon": other} for each, other in ring]}]}
        return {
            "eventCode": "11A51", "level": 3, "areas": [area], "infos": [said], "onsetTime": now.isoformat(),
            "expireTime": (now + timedelta(hours=6)).isoformat(), "certainty": "Likely", "senderName": "演练导调组", "note": MARK,
        }  # fmt: skip

    def _once(self, user: str, path: str, body: dict[str, Any], already: str) -> None:
        """A step that somebody else may have taken before."""
        try:
            self._stage.post(user, path, body)
        except RefusedError as refusal:
            if refusal.code != already:
                raise


def recommended(stage: Stage, user: str, task: str) -> list[str]:
    """Units that the platform recommends for a task, of those that take part: the platform knows units made for the exercise, not whom the scenario names."""
    strangers: set[str] = set()
    for _ in range(ASKED_AGAIN):
        answer = stage.api.post(user, "/units:recommend", {"task": task, "declined": sorted(strangers)})
        units = [row["unit"] for row in answer.get("units", [])]
        outside = {unit for unit in units if not stage.plays(unit)}
        if not outside:
            return units
        named = {unit for row in answer.get("candidates", []) if not stage.plays(unit := row["unit"])}
        strangers |= outside | named
    return [unit for unit in units if stage.plays(unit)]


def _known(wanted: Wanted) -> Subject:
    if wanted.subject is None:
        raise LookupError(f"{wanted.label} is about nothing")
    return wanted.subject


ELEMENTS = {
    "time": "演练时间", "source": "演练来电", "nature": "演练事件", "scope": "演练范围", "casualtiesAndLoss": "暂不清楚", "trend": "演练：趋势平稳",
    "measuresAndEffect": "演练：已派出力量", "nextSteps": "演练：继续处置",
}  # fmt: skip

ACTIONS: dict[str, Callable[[Seats, Wanted, str], None]] = {
    "verified": Seats.verify, "confirmed": Seats.confirm, "dismissed": Seats.dismiss, "merged": Seats.merge, "response_started": Seats.respond,
    "controlled": Seats.control, "assigned": Seats.assign, "accepted": Seats.nothing, "on_scene": Seats.nothing, "completed": Seats.nothing,
    "released": Seats.nothing, "first_report": Seats.report, "alert_drafted": Seats.draft_alert, "alert_published": Seats.publish_alert, "linked": Seats.link,
}  # fmt: skip
"""How each expected action is done; units do theirs by themselves."""
