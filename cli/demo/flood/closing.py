"""Scenario A, 31 July: units home, stock counted, shelters closed, final report, review, archive (A29, A30)."""

from typing import Any

from cli.demo.flood.scene import (
    AUDITOR,
    FIELD,
    KEEPER,
    LEADER,
    OFFICER,
    PLAN_EDITOR,
    PLAN_REVIEWER,
    at,
    elements,
    incident,
    report,
    steps,
)
from cli.demo.flood.stock import available, jackets
from cli.demo.player import Step
from cli.demo.world import World


def home(world: World) -> None:
    """A29: units back, life jackets counted, two lost and written off by another person, shelters closed."""
    for label in ("U1", "U3"):
        world.post(FIELD, f"/{world.names[f'{label} assignment']}:return", {"equipmentOk": True})
    states = [world.get(OFFICER, f"/unitStatuses/{world.names[label].removeprefix('units/')}")["state"] for label in ("U1", "U2", "U3")]
    world.equal(states, ["UNIT_STATE_AVAILABLE"] * 3, "the units")
    _jackets_back(world)
    for shelter in ("S1", "S2"):
        _close_shelter(world, world.names[shelter])


def _jackets_back(world: World) -> None:
    order = world.names["preposition"]
    world.twice(OFFICER, f"/{order}:complete", {"lines": [{"item": jackets(world), "lost": "2"}]})
    left = int(world.names["jackets before"]) - 2
    waiting = world.all_of(KEEPER, "/movements", "movements", kind="MOVEMENT_KIND_SCRAP", state="MOVEMENT_STATE_DRAFT")
    own = [row["name"] for row in waiting if row.get("author") == f"user:{OFFICER}" and order in str(row)]
    world.equal(len(own), 1, "write-offs that wait for approval")
    world.equal(available(world), left, "life jackets that are free: all but the two that are lost")
    for movement in own:
        written = world.post(LEADER, f"/{movement}:approve")
        world.equal((written["state"], written["approver"]), ("MOVEMENT_STATE_POSTED", f"user:{LEADER}"), "the write-off of two, by another person")
    world.equal(available(world), left, "life jackets in the end")
    check = world.get(KEEPER, "/movements:check")
    world.expect(not check.get("findings"), "the book of the stores balances", check)


def _close_shelter(world: World, shelter: str) -> None:
    for stay in world.all_of(OFFICER, "/stays", "stays", shelter=shelter, presentOnly=True):
        world.post(OFFICER, f"/{stay['name']}:checkOut", {"onwardPlace": "返回龙泉村家中"})
    state = world.get(OFFICER, f"/{shelter}")
    world.equal(state.get("occupancy", 0), 0, f"people in {state['displayName']}")
    if state["state"] in {"SHELTER_STATE_OPEN", "SHELTER_STATE_FULL"}:
        world.post(OFFICER, f"/{shelter}:close")
        ready = world.post(OFFICER, f"/{shelter}:restore", {"stockCounted": True, "cleaned": True})
        world.expect(
            ready["state"] == "SHELTER_STATE_READY" and ready.get("purgeTime"), "closed; the purge of personal data has its date", ready.get("purgeTime")
        )


def final(world: World) -> None:
    """A29: the response ends, the final report goes out once, the review finds what to put right."""
    ended = world.eventually(
        lambda: world.attempt(LEADER, f"/{incident(world)}:endResponse", {"remark": "响应结束"}), lambda row: "name" in row, "no response is open: it is ended"
    )
    world.equal(ended.get("state"), "INCIDENT_STATE_RESPONSE_ENDED", "the incident")
    last = report(world, "FINAL", elements(casualties_and_loss="死亡2人，获救9人，直接经济损失120万元", trend="已平息", next_steps="总结评估"))
    world.equal(last["kind"], "REPORT_KIND_FINAL", "终报")
    world.refused(
        409, "REPORT_EXISTS", lambda: world.post(OFFICER, "/reports", {"incident": incident(world), "kind": "REPORT_KIND_FINAL", "elements": elements()})
    )
    reviews = world.eventually(
        lambda: world.all_of(PLAN_EDITOR, "/reviews", "reviews", cause=incident(world)), bool, "the review is opened by the end of the response"
    )
    if not reviews:
        return
    review = world.names["review"] = reviews[0]["name"]
    text = {
        "course": "7月29日15时12分大武口沟山洪，11人失联……（示例）", "rootCause": "短时强降雨", "assessment": "预警覆盖率0.917，救助9小时38分",
        "lessons": "长胜村大喇叭首次发布失败", "measures": "检修长胜村大喇叭，列入月度巡检",
        "findings": [{"text": "长胜村大喇叭故障", "plan": world.names["plan"]}],
    }  # fmt: skip
    world.post(LEADER, f"/{review}:draft", text)
    world.refused(403, "SEPARATION_OF_DUTY", lambda: world.post(LEADER, f"/{review}:check"))
    world.post(PLAN_REVIEWER, f"/{review}:check")
    submitted = world.post(PLAN_EDITOR, f"/{review}:submit")
    world.equal(submitted["state"], "REVIEW_STATE_SUBMITTED", "the review")
    action = {"review": review, "text": "长胜村大喇叭检修并列入月度巡检", "ownerOrg": "长胜街道办事处", "dueOn": "2026-08-31", "plan": world.names["plan"]}
    world.names["corrective action"] = world.post(PLAN_EDITOR, "/correctiveActions", action)["name"]

    def plan() -> Any:
        return world.get(PLAN_EDITOR, f"/{world.names['plan']}")

    world.eventually(plan, lambda row: "REVIEW" in str(row.get("reviewTriggers", row)), "the corrective action opens a trigger of the plan's revision")


def closed(world: World) -> None:
    """A30: closed only when the requisition is settled; the sealed record's hash chain verifies."""
    world.post(LEADER, f"/{incident(world)}:evaluate")
    world.eventually(
        lambda: world.attempt(LEADER, f"/{incident(world)}:close").get("code"),
        lambda code: code == "UNSETTLED",
        "closing over an open requisition: refused, UNSETTLED",
    )
    boat = world.names["requisition"]
    world.post(KEEPER, f"/{boat}:return", {"condition": "ASSET_CONDITION_GOOD"})
    world.post(KEEPER, f"/{boat}:close")
    answer = world.eventually(lambda: world.attempt(LEADER, f"/{incident(world)}:close"), lambda row: "name" in row, "settled, it is closed")
    world.equal(answer.get("state"), "INCIDENT_STATE_CLOSED", "the incident")
    archived = world.twice(LEADER, f"/{incident(world)}:archive", {"personalDataOutcome": "PERSONAL_DATA_OUTCOME_PURGED"})
    world.equal((archived["state"], len(archived["seal"])), ("INCIDENT_STATE_ARCHIVED", 64), "the record: state, length of its seal")
    audit = world.eventually(lambda: world.get(AUDITOR, "/audit"), lambda row: row.get("intact"), "the hash chain of every service's audit record verifies")
    world.expect(audit.get("chains"), "services on the chain", {name: chain.get("rows") for name, chain in audit.get("chains", {}).items()})
    _conventions(world)


ONCE = ("IncidentReported", "IncidentConfirmed", "PlanActivated", "ResponseEnded", "IncidentClosed", "IncidentArchived", "ActivationTerminated")
"""Facts that a whole incident has once, however often a command was repeated."""


def _conventions(world: World) -> None:
    """Every step left one event with who and when, correlated by the incident, none of an exercise."""

    def look() -> Any:
        return steps(world)

    told = world.eventually(look, lambda rows: "IncidentArchived" in {row["type"] for row in rows}, "the timeline reaches the archive")
    types = [row["type"] for row in told]
    world.equal({name: types.count(name) for name in ONCE}, dict.fromkeys(ONCE, 1), "each of these facts stands in the timeline once")
    world.equal(len({row["eventId"] for row in told}), len(told), "no event twice: different ids of events")
    nobody = [row["type"] for row in told if not row.get("actor", {}).get("id")]
    world.expect(not nobody, "every step names who did it", nobody)
    flagged = [row["type"] for row in told if row.get("detail", {}).get("exerciseId")]
    world.expect(not flagged and not world.get(OFFICER, f"/{incident(world)}").get("exerciseId"), "nothing is marked as an exercise", flagged)
    world.names["events"] = str(len(told))
    measured = world.get(LEADER, "/obligations:timeliness", incident=incident(world))
    world.equal(measured["ratio"], 1.0, f"timeliness over the whole incident, {measured['due']} duties due")


STEPS = (
    Step("A29", at("09:00", 31), "队伍归建，物资清点核销，避难场所关闭", "units home, stock counted, shelters closed", home),
    Step("A29b", at("10:00", 31), "终报，总结评估，整改", "final report, review, corrective action", final),
    Step("A30", at("17:00", 31), "办结、归档，审计链完整", "closed and archived, the audit chain verifies", closed),
)
