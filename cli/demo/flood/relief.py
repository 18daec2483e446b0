"""Scenario A, 17:50 to the evening of 30 July: relief, a requisition, the end of the warning, the daily report, the end of the response (A24 to A28)."""

import base64
from typing import Any

from cli.demo.flood.alerting import content, release
from cli.demo.flood.scene import (
    ADMINISTRATOR,
    CHAOHU,
    EDITOR,
    FIELD,
    KEEPER,
    LEADER,
    LONGQUAN,
    OFFICER,
    SECOND_OFFICER,
    VILLAGES,
    at,
    elements,
    incident,
    owed,
    report,
    tasks,
    when,
)
from cli.demo.player import Step
from cli.demo.world import World

NEEDS = ("SHELTER", "FOOD", "WATER", "BEDDING")
"""住、吃、水、衣被."""


def provided(world: World) -> None:
    """A24, 19:10: 龙泉村 has all four, 潮湖村 all but bedding; a boat is requisitioned."""
    for village in (LONGQUAN, CHAOHU):
        name, people = VILLAGES[village]
        record = {"incident": incident(world), "settlement": name, "regionCode": village, "peopleCount": people if village == CHAOHU else 320}
        world.names[f"relief {village}"] = world.post(OFFICER, "/reliefRecords", record)["name"]
    _provide(world, CHAOHU, at("18:40"), "SHELTER", "FOOD", "WATER")
    world.clock(at("19:10"))
    _provide(world, LONGQUAN, at("19:10"), *NEEDS)
    kpi = world.get(OFFICER, "/reliefKpi", incident=incident(world))
    waiting = {row["settlement"]: row.get("missing", []) for row in kpi["settlements"]}
    world.equal(waiting, {"龙泉村": [], "潮湖村": ["RELIEF_KIND_BEDDING"]}, "what each settlement still lacks")
    world.equal(kpi["verdict"], "RELIEF_VERDICT_PENDING", "the ten-hour figure at 19:10")
    _requisition(world)


def _provide(world: World, village: str, time: str, *kinds: str, reason: str = "") -> None:
    provisions = [{"kind": f"RELIEF_KIND_{kind}", "provideTime": time} for kind in kinds]
    body = {"provisions": provisions} | ({"correctionReason": reason} if reason else {})
    world.post(OFFICER, f"/{world.names[f'relief {village}']}:record", body)


def _requisition(world: World) -> None:
    """One rubber boat of a company, with decision, both signatures and photographs (应对法 12)."""
    body = {
        "requisitionId": f"boat-{world.run_id}", "asset": "橡皮艇", "count": 1, "owner": "星海湖游船公司（示例）", "ownerPhone": "0952-0000000",
        "reason": "搜救失联人员", "incident": incident(world), "regionCode": "640202", "place": "大武口沟沟口",
    }  # fmt: skip
    name = world.names["requisition"] = world.post(OFFICER, "/requisitions", body)["name"]
    world.post(LEADER, f"/{name}:decide", {"decision": "大政征〔2026〕1号（示例）", "decidedBy": "大武口区人民政府"})
    world.post(KEEPER, f"/{name}:serve")
    signed = {
        "inventory": ["橡皮艇1艘，船外机1台"],
        "ownerSignature": "游船公司经办人（示例）",
        "ourSignature": "保管员 杨丽（示例）",
        "photos": ["photo-1（示例）"],
    }
    world.post(KEEPER, f"/{name}:takeOver", {"takeOver": signed})
    used = world.post(KEEPER, f"/{name}:use")
    world.equal(used["state"], "REQUISITION_STATE_IN_USE", "the requisitioned boat")


def ended(world: World) -> None:
    """A25: lowered to level 3, then ended; nothing can follow a cancellation."""
    draft = world.post(EDITOR, f"/{world.names['head']}:update", {"alertId": f"lower-{world.run_id}", "content": content(3)})
    lowered = release(world, draft["name"])
    world.equal((lowered["state"], lowered["content"]["level"]), ("ALERT_STATE_PUBLISHED", 3), "the update at 20:00: state, level")
    world.clock(at("22:30"))
    draft = world.post(EDITOR, f"/{lowered['name']}:cancel", {"alertId": f"clear-{world.run_id}", "reason": "降雨停止，沟道水位回落"})
    cleared = release(world, draft["name"])
    cap = base64.b64decode(world.get(EDITOR, f"/{cleared['name']}:document")["document"]).decode()
    world.expect("<responseType>AllClear</responseType>" in cap, "the cancellation says AllClear", cleared["identifier"])
    chain = world.get(EDITOR, f"/{cleared['name']}:chain")
    world.equal((chain["state"], when(chain["endTime"])), ("ALERT_CHAIN_STATE_CANCELLED", "29 22:30"), "the pre-alert period: state, end")
    world.equal(world.get(EDITOR, f"/{lowered['name']}")["state"], "ALERT_STATE_CANCELLED", "the message it ended")
    world.refused(409, "CHAIN_ENDED", lambda: world.post(EDITOR, f"/{lowered['name']}:update", {"content": content(3)}))
    world.post(ADMINISTRATOR, f"/{world.names['grant']}:withdraw")
    deliveries = {
        alert: {row["target"] for row in world.all_of(EDITOR, "/deliveries", "deliveries", alert=alert)} for alert in (cleared["name"], lowered["name"])
    }
    world.expect(
        deliveries[cleared["name"]] and deliveries[cleared["name"]] == deliveries[lowered["name"]], "every channel that warned gets the 解除", deliveries
    )


def bedded(world: World) -> None:
    """A24, 00:50: bedding in 潮湖村; the slowest settlement decides: 9 h 38 min. An hour later it would have been too late."""
    _provide(world, CHAOHU, at("00:50", 30), "BEDDING")
    kpi = world.get(OFFICER, "/reliefKpi", incident=incident(world))
    world.equal((kpi["verdict"], kpi["maxMinutes"]), ("RELIEF_VERDICT_MET", 9 * 60 + 38), "relief: verdict, minutes of the slowest settlement (9 h 38 min)")
    world.names["relief"] = f"{kpi['maxMinutes'] // 60} h {kpi['maxMinutes'] % 60} min"
    world.clock(at("01:45", 30))
    _provide(world, CHAOHU, at("01:40", 30), "BEDDING", reason="按入库单记录的时间（误）")
    kpi = world.get(OFFICER, "/reliefKpi", incident=incident(world))
    world.equal((kpi["verdict"], kpi["maxMinutes"]), ("RELIEF_VERDICT_MISSED", 10 * 60 + 28), "with bedding at 01:40: 10 h 28 min, missed")
    _provide(world, CHAOHU, at("00:50", 30), "BEDDING", reason="与村干部核对，改回00:50")
    world.equal(world.get(OFFICER, "/reliefKpi", incident=incident(world))["verdict"], "RELIEF_VERDICT_MET", "corrected back, with a reason")


def daily(world: World) -> None:
    """A26: the county's figures to 24:00 are due at nine."""

    def zero() -> Any:
        return {key: row for key, row in owed(world).items() if "/zero/" in key and "2026-07-30" in key}

    due = world.eventually(zero, bool, "R-I6: a daily report of 30 July is owed")
    world.equal({when(row["dueTime"]) for key, row in due.items() if "county>" in key}, {"30 09:00"}, "the county's is due")
    report(world, "ZERO", elements(time="截至7月29日24时", casualties_and_loss="失联11人；损失 暂不清楚"))
    world.clock(at("09:00", 30))
    world.equal({row["state"] for row in zero().values()}, {"OBLIGATION_STATE_MET"}, "every daily report")


def found(world: World) -> None:
    """A27: two dead, nine alive, nobody missing: grade 4, now confirmed; what was met stays met."""
    before = {key: row["state"] for key, row in owed(world).items()}
    answer = world.twice(
        OFFICER, f"/{incident(world)}:updateFacts", {"facts": {"dead": 2, "missing": 0, "injuredSerious": 0, "poisoned": 0, "lossFen": "120000000"}}
    )
    world.equal((answer["grade"]["level"], answer["grade"].get("provisional", False)), (4, False), "grade, no longer provisional")
    history = [grade["level"] for grade in world.get(OFFICER, f"/{incident(world)}/gradeHistory")["grades"]]
    world.equal(_turns(history), [4, 2, 4], "the grades one after another")
    now = {key: row["state"] for key, row in owed(world).items()}
    world.expect(
        all(now[key] == state for key, state in before.items()), "old duties as they were", {key: now[key] for key in before if now[key] != before[key]}
    )
    world.expect("OBLIGATION_STATE_CANCELLED" not in now.values(), "no duty is cancelled", sorted(set(now.values())))
    for label in ("U1", "U3"):
        assignment = world.names[f"{label} assignment"]
        world.post(FIELD, f"/{assignment}:complete", {"result": "搜救结束"})
        world.post(OFFICER, f"/{assignment}:release")


def _turns(levels: list[int]) -> list[int]:
    return [level for place, level in enumerate(levels) if place == 0 or levels[place - 1] != level]


def terminated(world: World) -> None:
    """A28: a response does not end over an open life-saving task (应对法 86)."""
    world.post(LEADER, f"/{incident(world)}:control", {"statement": "险情已控制，失联人员全部找到"})
    for task in _open(world):
        if task["name"] != world.names["rescue"]:
            _finish(world, task)
    end = {"reason": "威胁解除，险情得到控制", "threatRemoved": True}
    activation = world.names["activation"]

    def look() -> Any:
        return [task["name"] for task in _open(world) if task.get("lifeSaving")]

    world.equal(look(), [world.names["rescue"]], "open life-saving tasks")
    world.eventually(
        lambda: world.attempt(LEADER, f"/{activation}:terminate", end).get("code"), lambda code: code == "OPEN_LIFE_SAVING_TASKS",
        "not terminated: OPEN_LIFE_SAVING_TASKS",
    )  # fmt: skip
    _finish(world, world.get(OFFICER, f"/{world.names['rescue']}"))
    over = world.eventually(
        lambda: world.attempt(LEADER, f"/{activation}:terminate", end), lambda row: "name" in row, "after closing it the response is terminated"
    )
    world.equal(over.get("state"), "ACTIVATION_STATE_TERMINATED", "the response")
    stable = world.post(LEADER, f"/{incident(world)}:declareStable", {"reason": "失联人员全部找到，灾情稳定"})
    world.expect(stable.get("stableTime"), "the disaster is stable: daily reports end", stable.get("stableTime"))


def _open(world: World) -> list[dict[str, str]]:
    return tasks(world, openOnly=True)


def _finish(world: World, task: dict[str, str]) -> None:
    """One reports it done, another looks."""
    state = task["state"]
    if state == "TASK_STATE_ISSUED":
        world.post(SECOND_OFFICER, f"/{task['name']}:start")
    if state in {"TASK_STATE_ISSUED", "TASK_STATE_IN_PROGRESS"}:
        world.post(SECOND_OFFICER, f"/{task['name']}:complete", {"result": "已完成，现场记录在案（示例）"})
    world.post(OFFICER, f"/{task['name']}:verify", {"note": "已核实"})
    world.post(OFFICER, f"/{task['name']}:close")


STEPS = (
    Step("A24", at("18:45"), "安置救助：龙泉村住、吃、水、衣被齐备；征用橡皮艇", "relief in 龙泉村; a boat is requisitioned", provided),
    Step("A25", at("20:00"), "预警降级、解除", "the warning is lowered, then ended", ended),
    Step("A24b", at("00:50", 30), "潮湖村衣被送达：9小时38分", "bedding in 潮湖村: 9 h 38 min", bedded),
    Step("A26", at("08:50", 30), "每日9时前报送截至24时的情况", "the daily report before nine", daily),
    Step("A27", at("10:30", 30), "2人遇难，9人获救：一般", "two dead, nine alive: grade 4", found),
    Step("A28", at("18:00", 30), "终止响应", "the response is terminated", terminated),
)
