"""Scenario A, 15:20 to 17:30: two people swept away, grading, obligations, response, units, command (A14 to A22)."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from cli.api import RefusedError
from cli.demo.flood.scene import (
    COMMANDER,
    DISTRICT,
    FIELD,
    FLOOD,
    GRID,
    GULLY,
    LEADER,
    OFFICER,
    REGION_COMMANDER,
    SECOND_OFFICER,
    TOWN,
    at,
    elements,
    incident,
    owed,
    report,
    steps,
    tasks,
    when,
)
from cli.demo.player import Step
from cli.demo.world import World

LEADING = "区委副书记 马建华（示例）"


def reported(world: World) -> None:
    """A14: the call, two signals of the same event, a second record merged into the first."""
    body = {"title": "大武口沟山洪，2人被冲走", "eventCode": FLOOD, "occurTime": at("15:12"), "receiveTime": at("15:20"), "location": GULLY,
            "address": "大武口沟沟口", "source": "INCIDENT_SOURCE_PHONE", "reporter": "群众 李某 0952-0000000（示例）"}  # fmt: skip
    first = world.twice(OFFICER, "/incidents", body)
    world.names["incident"] = first["name"]
    world.equal((first["state"], first["regionCode"]), ("INCIDENT_STATE_REPORTED", DISTRICT), "state and region, found from the point")
    for minute, lon, lat in (("15:21", 106.3312, 39.0510), ("15:22", 106.3289, 39.0493)):
        world.clock(at(minute))
        told = {"source": "INCIDENT_SOURCE_GRID", "content": "沟口有人被水冲走", "eventCode": FLOOD, "occurTime": at("15:12"), "regionCode": TOWN}
        name = world.post(GRID, "/signals", told | {"location": {"lon": lon, "lat": lat}})["name"]
        seen = world.get(OFFICER, f"/{name}").get("suggestions", [])
        world.expect(first["name"] in _suggested(seen), "the duty room is told that the signal may be of this incident (≤ 500 m, ≤ 30 min)", seen)
        world.names[f"signal {minute}"] = name
    world.post(OFFICER, f"/{world.names['signal 15:21']}:link", {"incident": first["name"]})
    taken = {
        "title": "大武口沟有人落水",
        "eventCode": FLOOD,
        "occurTime": at("15:12"),
        "location": {"lon": 106.3289, "lat": 39.0493},
        "source": "INCIDENT_SOURCE_GRID",
    }
    second = world.post(SECOND_OFFICER, "/incidents", taken | {"signal": world.names["signal 15:22"]})
    twins = world.get(OFFICER, f"/{second['name']}:suggestDuplicates").get("duplicates", [])
    world.expect(first["name"] in _suggested(twins), "the first record is suggested as duplicate", twins)
    world.refused(409, "MERGE_ITSELF", lambda: world.post(OFFICER, f"/{first['name']}:merge", {"target": first["name"], "reason": "误操作"}))
    merged = world.post(OFFICER, f"/{second['name']}:merge", {"target": first["name"], "reason": "同一事件"})
    world.equal((merged["state"], merged.get("mergedInto")), ("INCIDENT_STATE_MERGED", first["name"]), "the second record")


def _suggested(duplicates: list[dict[str, Any]]) -> list[str]:
    return [duplicate["incident"] for duplicate in duplicates]


def confirmed(world: World) -> None:
    """A15: two missing, nobody known dead: grade 4, provisional, by default; one immediate duty, one of two hours."""
    answer = world.twice(OFFICER, f"/{incident(world)}:confirm", {"eventCode": FLOOD, "facts": {"missing": 2}})
    grade = answer["grade"]
    world.equal((grade["level"], grade["provisional"], grade["byDefault"]), (4, True, True), "grade, provisional, by the default rule 3/10/30")
    world.expect("dead" not in answer["facts"] and "dead" in grade["uncertain"], "the number of dead is unknown, not zero", answer["facts"])
    due = {key: when(row["dueTime"]) for key, row in owed(world).items()}
    world.equal(due.get("R-I6/report/county>city"), "29 17:12", "R-I6: two hours from the occurrence")
    world.expect("R-I1/report/county>city" in due, "R-I1: at once", due)
    world.expect(not any(key.startswith("R-I2") for key in due), "no duty of R-I2 (grade 2 and above)", sorted(due))


def activated(world: World) -> None:
    """A16: the rule proposes, a leader decides, 应对法 72 asks for subject, level, duration and measures."""

    def look() -> Any:
        return world.all_of(OFFICER, "/activations", "activations", cause=incident(world))

    proposals = world.eventually(look, bool, "a response is proposed by rule")
    if not proposals:
        return
    activation = world.names["activation"] = proposals[0]["name"]
    world.names["plan"] = proposals[0]["plan"]
    world.equal(proposals[0]["state"], "ACTIVATION_STATE_PROPOSED", "nothing starts by itself: state")
    bare = {"level": 3, "subject": "大武口沟山洪应急响应", "expectedDuration": "86400s"}
    problem = world.refused(422, "LAW_72", lambda: world.post(LEADER, f"/{activation}:activate", bare))
    world.expect("measures" in str(problem), "the refusal names what is missing: measures", problem.get("missing", problem.get("detail", "")))
    started = world.twice(
        LEADER, f"/{activation}:activate", bare | {"measures": ["搜救失联人员", "转移沟口群众", "封闭沟口道路"], "authorityOrg": "大武口区防汛抗旱指挥部"}
    )
    world.equal((started["state"], started["level"]), ("ACTIVATION_STATE_ACTIVE", 3), "the response, its level")
    world.equal(when(started["expectedEndTime"]), "30 15:30", "expected end")
    cards = world.all_of(OFFICER, f"/{incident(world)}/actionCards", "actions")
    of_cards = world.eventually(
        lambda: tasks(world, activation=activation), lambda rows: len(rows) == len(cards) > 0, f"one task for each of the {len(cards)} action cards"
    )
    world.expect(
        all(task["clause"] and task["planAction"] for task in of_cards), "every task is traceable to its clause", [task["clause"] for task in of_cards]
    )
    world.eventually(
        lambda: world.get(OFFICER, f"/{incident(world)}")["state"], lambda state: state == "INCIDENT_STATE_RESPONDING", "the incident is responding"
    )


def dispatched(world: World) -> None:
    """A17: command post, one-key order of three units; one goes, one is silent, the third works."""
    post = {"incident": incident(world), "leadLevel": "LEAD_LEVEL_COUNTY", "org": "大武口区人民政府", "title": "大武口沟山洪现场指挥部", "commander": LEADING,
            "place": "大武口沟沟口", "commandPostId": f"flood-{world.run_id}"}  # fmt: skip
    world.names["post"] = world.post(OFFICER, "/commandPosts", post)["name"]
    units = world.names["U1"], world.names["U2"], world.names["U3"]
    order = {
        "incident": incident(world), "answerWithinS": 120, "units": [{"unit": unit} for unit in units], "notify": [{"recipient": "带班领导"}],
        "newTask": {"kind": "TASK_KIND_RESCUE", "title": "搜救大武口沟失联人员", "lifeSaving": True, "location": GULLY,
                    "needs": [{"code": "water_rescue", "count": 1}]},
    }  # fmt: skip
    answer = world.twice(OFFICER, "/dispatch:oneKey", order)
    world.equal((answer["offered"], [outcome.get("refusal", "") for outcome in answer["outcomes"]]), (3, ["", "", ""]), "units offered, none refused")
    world.names["rescue"] = answer["task"]["name"]
    for label, outcome in zip(("U1", "U2", "U3"), answer["outcomes"], strict=True):
        world.names[f"{label} assignment"] = outcome["assignment"]["name"]
    for label in ("U1", "U3"):
        world.post(FIELD, f"/{world.names[f'{label} assignment']}:accept", {"expectTime": at("15:45")})
    going = _report(world, "U1", "EN_ROUTE", expectTime=at("15:45"))
    world.equal(going["state"], "ASSIGNMENT_STATE_EN_ROUTE", "U1")
    _report(world, "U3", "EN_ROUTE", expectTime=at("15:55"))
    world.clock(at("15:33"))
    silent = world.names["U2 assignment"]
    expired = world.eventually(
        lambda: world.get(OFFICER, f"/{silent}"), lambda row: row["state"] == "ASSIGNMENT_STATE_EXPIRED", "U2, silent for two minutes: its offer expires"
    )
    candidates = [row["unit"] for row in expired.get("suggestions", [])]
    world.expect(candidates and world.names["U2"] not in candidates, "the next candidate is named", candidates)


def _report(world: World, label: str, state: str, **rest: Any) -> dict[str, Any]:
    return world.post(FIELD, f"/{world.names[f'{label} assignment']}:report", {"state": f"ASSIGNMENT_STATE_{state}", **rest})


def first_reports(world: World) -> None:
    """A18: by telephone, then in writing, signed by the leader; no follow-up before the first."""
    early = {"incident": incident(world), "kind": "REPORT_KIND_FOLLOWUP", "elements": elements()}
    world.refused(409, "REPORT_ORDER", lambda: world.post(OFFICER, "/reports", early))
    phone = report(world, "PHONE_FIRST", {"time": "15时12分", "place": "大武口沟", "nature": "山洪，2人失联"}, ("CITY", "PHONE"))
    world.expect(phone.get("metObligations"), "the call meets duties of R-I1 and R-I6", phone.get("metObligations"))
    world.clock(at("15:50"))
    _report(world, "U1", "ON_SCENE", place="大武口沟沟口")
    written = report(world, "INITIAL", elements(), ("CITY", "WRITTEN"))
    world.equal((written["elementsFilled"], written["elementsRequired"]), (9, 9), "completeness of the written report, 损失 暂不清楚 accepted")
    world.expect(written["signatory"] and written["signatory"] != written["drafter"], "signed by another person than its drafter", written["signatory"])
    world.equal({row["state"] for row in owed(world).values()}, {"OBLIGATION_STATE_MET"}, "every duty so far")


def lost(world: World) -> None:
    """A19: ten minutes of silence raise the alarm; one 北斗 short message ends it."""
    world.clock(at("16:00"))
    _report(world, "U3", "ON_SCENE", place="大武口沟中段")
    _report(world, "U3", "WORKING")
    world.clock(at("16:05"))
    _report(world, "U1", "WORKING")
    world.clock(at("16:10"))
    unit = world.names["U3"]
    status = f"/unitStatuses/{unit.removeprefix('units/')}"
    world.eventually(lambda: world.get(OFFICER, status)["state"], lambda state: state == "UNIT_STATE_LOST_CONTACT", "U3: contact lost after 10 minutes")
    others = world.get(OFFICER, f"/unitStatuses/{world.names['U1'].removeprefix('units/')}")["state"]
    world.equal(others, "UNIT_STATE_WORKING", "U1, heard of five minutes ago")
    world.clock(at("16:18"))
    word = {"state": "UNIT_STATE_WORKING", "source": "POSITION_SOURCE_BEIDOU", "location": {"lon": 106.315, "lat": 39.055}}
    world.post(FIELD, f"/{unit}:setStatus", word)
    world.equal(world.get(OFFICER, status)["state"], "UNIT_STATE_WORKING", "U3, after one 北斗 short message: back in its former state")


def worse(world: World) -> None:
    """A20: the bus; eleven missing make it grade 2 and open the duties of R-I2 with both their clocks."""
    answer = world.twice(OFFICER, f"/{incident(world)}:updateFacts", {"facts": {"missing": 11}, "nature": "一辆客车被冲入沟内，新增失联9人"})
    world.equal((answer["grade"]["level"], answer["grade"]["provisional"]), (2, True), "grade, provisional")
    world.equal(answer["leadLevel"], "LEAD_LEVEL_PROVINCE", "the autonomous region leads")
    duties = owed(world)
    for to in ("city", "province"):
        for kind, due, strict in (("phone", "29 17:10", "29 15:42"), ("written", "29 17:40", "29 16:12")):
            row = duties.get(f"R-I2/report/{kind}/county>{to}", {})
            seen = when(row.get("dueTime", "")), when(row.get("strictDueTime", "")), row.get("strictMissed")
            world.equal(seen, (due, strict, True), f"R-I2 {kind} to {to}: due, strict due, strict missed")
    for to in ("province", "nation"):
        world.expect(f"R-I6/report/county>{to}" in duties, f"R-I6, ten or more dead or missing: also directly to {to}", sorted(duties))
    activation = world.names["activation"]
    world.eventually(
        lambda: world.get(OFFICER, f"/{activation}").get("proposedLevel", 0), lambda level: level in {1, 2}, "a more severe response level is proposed, not set"
    )
    world.equal(world.get(OFFICER, f"/{activation}")["level"], 3, "the response level in force")


def reported_upwards(world: World) -> None:
    """A21: telephone within half an hour of knowing, written within the hour: timely by the actionable clock, late by the strict one."""
    report(world, "PHONE_FIRST", {"time": "15时12分", "place": "大武口沟", "nature": "山洪，11人失联"}, ("CITY", "PHONE"), ("PROVINCE", "PHONE"))
    met = {key: row["state"] for key, row in owed(world).items() if key.startswith("R-I2/report/phone")}
    world.equal(set(met.values()), {"OBLIGATION_STATE_MET"}, "R-I2 by telephone")


def followed_up(world: World) -> None:
    """A21, 17:20: the follow-up; every duty is met in time, though not by the strict clock."""
    followup = report(
        world, "FOLLOWUP", elements(casualties_and_loss="失联11人；损失 暂不清楚"), ("CITY", "WRITTEN"), ("PROVINCE", "WRITTEN"), ("NATION", "WRITTEN")
    )
    world.equal((followup["seq"], followup["facts"].get("missing")), (1, 11), "续报: number, missing")
    world.equal({row["state"] for row in owed(world).values()}, {"OBLIGATION_STATE_MET"}, "every duty: met, none late")
    measured = world.get(LEADER, "/obligations:timeliness", incident=incident(world))
    world.equal(measured["ratio"], 1.0, "timeliness by the actionable clock")
    world.expect(measured["strictRatio"] < 1.0, "timeliness by the strict clock < 1", measured["strictRatio"])
    world.names["timeliness"], world.names["strict timeliness"] = f"{measured['ratio']:.0%}", f"{measured['strictRatio']:.0%}"


def command_taken(world: World) -> None:
    """A22: two transfers of command at once, exactly one commander."""
    transfer = {"fromCommander": LEADING, "leadLevel": "LEAD_LEVEL_PROVINCE", "org": "宁夏回族自治区应急管理厅", "title": "自治区前方指挥部",
                "place": "大武口沟沟口", "brief": "失联11人，3支队伍在搜救，龙泉村已转移，沟口封闭"}  # fmt: skip
    path = f"/{incident(world)}:transferCommand"

    def take(number: int, user: str, commander: str) -> dict[str, Any] | RefusedError:
        try:
            return world.post(user, path, transfer | {"toCommander": commander}, key=f"{world.run_id}-A22-transfer-{number}")
        except RefusedError as refusal:
            return refusal

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(take, 1, REGION_COMMANDER, "自治区副主席（示例）")
        second = pool.submit(take, 2, COMMANDER, "自治区应急管理厅厅长（示例）")
        answers = [first.result(), second.result()]
    won = [answer for answer in answers if not isinstance(answer, RefusedError)]
    lost_ones = [(answer.status, answer.code) for answer in answers if isinstance(answer, RefusedError)]
    world.equal((len(won), lost_ones), (1, [(409, "COMMAND_CHANGED")]), "of two transfers at the same time one holds, the other")
    posts = world.all_of(OFFICER, "/commandPosts", "commandPosts", incident=incident(world))
    in_command = [post for post in posts if post["state"] == "COMMAND_POST_STATE_IN_COMMAND"]
    world.equal(len(in_command), 1, "commanders in force")
    district = next(post["state"] for post in posts if post["name"] == world.names["post"])
    world.equal(district, "COMMAND_POST_STATE_UNDER_SUPERIOR", "the district's post")
    if in_command:
        world.names["commander"] = in_command[0]["commander"]
    told = world.eventually(lambda: steps(world, "CommandTransferred"), bool, "the transfer stands in the timeline, once")
    world.equal(len(told), 1, "CommandTransferred in the timeline")


STEPS = (
    Step("A14", at("15:20"), "接报：2人被山洪冲走；线索关联、并案", "two people swept away; signals, a duplicate merged", reported),
    Step("A15", at("15:24"), "确认：失联2人，一般（暂定），报送时限生成", "confirmed: grade 4, provisional; obligations", confirmed),
    Step("A16", at("15:30"), "启动三级响应，行动卡变为任务", "response level III, tasks follow from action cards", activated),
    Step("A17", at("15:31"), "一键调度3支队伍", "one-key order of three units", dispatched),
    Step("A18", at("15:36"), "电话首报、书面首报", "first report by telephone, then written", first_reports),
    Step("A19", at("15:55"), "队伍失联告警，北斗短报文恢复", "a unit out of contact, restored by BeiDou", lost),
    Step("A20", at("16:40"), "失联增至11人：重大（暂定）", "eleven missing: grade 2", worse),
    Step("A21", at("16:55"), "电话报市、自治区", "reported upwards by telephone", reported_upwards),
    Step("A22", at("17:05"), "自治区接管指挥，只有一个指挥长", "the region takes command: exactly one commander", command_taken),
    Step("A21b", at("17:20"), "续报1；及时率", "follow-up; timeliness", followed_up),
)
