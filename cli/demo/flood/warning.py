"""Scenario A, 13:00 to 15:00: watch, forecast, warning, coverage, pre-positioning, evacuation (A1 to A13)."""

import base64
import os
from pathlib import Path
from typing import Any

from cli.demo.flood import alerting
from cli.demo.flood.alerting import P1, P2, content, coverage, receipts, release
from cli.demo.flood.scene import (
    ADMINISTRATOR,
    BUREAU,
    CHANGSHENG,
    DISTRICT,
    EDITOR,
    FIELD,
    ISSUER,
    LEADER,
    LONGQUAN,
    OFFICER,
    REVIEWER,
    SECOND_OFFICER,
    SENSOR,
    at,
)
from cli.demo.flood.stock import available, jackets, store
from cli.demo.player import Step
from cli.demo.world import World

ASSET = Path(__file__).parent / "assets" / "city_rainstorm_yellow.xml"
REAL = "cma__weathercn*", "cma__penglai*"
"""Real messages of the weather service in the reference corpus, when FENGHUO_CORPUS names one."""
CREW = "evacuation"
"""Capability of the crew that is sent to wait in the village."""


def on_duty(world: World) -> None:
    """A1: leader and two officers check in; no gap; every unit says whether it is ready."""
    shift = {
        "shiftId": f"flood-{world.run_id}", "org": f"{BUREAU}值班室", "regionCode": DISTRICT, "startTime": at("13:00"), "endTime": at("13:00", 30),
        "leader": _person(LEADER, "带班领导 马建华（示例）"),
        "officers": [_person(OFFICER, "值班员 王晓梅（示例）"), _person(SECOND_OFFICER, "值班员 李卫国（示例）")],
    }  # fmt: skip
    world.clock(at("12:45"))
    name = world.post(LEADER, "/shifts", shift)["name"]
    period = {"org": shift["org"], "periodStartTime": at("13:00"), "periodEndTime": at("13:00", 30), "recipient": "石嘴山市应急管理局"}
    world.post(LEADER, "/shifts:file", period)
    world.clock(at("13:00"))
    for person in (OFFICER, SECOND_OFFICER, LEADER):
        answer = world.post(person, f"/{name}:checkIn")
    world.equal(answer["state"], "SHIFT_STATE_ON_DUTY", "the shift")
    gaps = world.get(LEADER, "/dutyGaps", org=shift["org"], startTime=at("13:00"), endTime=at("13:00", 30)).get("dutyGaps", [])
    world.equal(gaps, [], "gaps of the watch")
    _choose_units(world)
    world.names["jackets before"] = str(available(world))
    if world.names["jackets before"] == "90":
        world.expect(condition=True, expected="救生衣 in the district's store = 90", seen=90)


def _person(account: str, name: str) -> dict[str, str]:
    return {"person": f"user:{account}", "displayName": name, "phone": "0952-0000000"}


def _choose_units(world: World) -> None:
    """Three units for the water and a crew for the village; all of them report ready."""
    board = [row for row in world.all_of(OFFICER, "/unitStatuses", "unitStatuses") if row.get("inRegister")]
    wet = sorted((row["unit"] for row in board if _can(row, "water_rescue")), reverse=True)[:4]
    crews = [row["unit"] for row in board if _can(row, CREW) and row["regionCode"] == LONGQUAN][:1]
    world.expect(len(wet) >= 4 and crews, "four units for water rescue and a crew for evacuation are in the register", [*wet, *crews])
    for label, unit in zip(("U1", "U2", "U3", "U4", "crew"), [*wet, *crews], strict=False):
        world.names[label] = unit
        if _state(world, unit) != "UNIT_STATE_AVAILABLE":
            world.post(FIELD, f"/{unit}:setStatus", {"state": "UNIT_STATE_AVAILABLE"})
    ready = [_state(world, world.names[label]) for label in ("U1", "U2", "U3", "U4", "crew") if label in world.names]
    world.equal(set(ready), {"UNIT_STATE_AVAILABLE"}, "the units on the board")


def _can(row: dict[str, Any], code: str) -> bool:
    return code in {each["code"] for each in row.get("capabilities", [])}


def _state(world: World, unit: str) -> str:
    return str(world.get(OFFICER, f"/unitStatuses/{unit.removeprefix('units/')}")["state"])


def rain(world: World) -> None:
    """A2: 24 mm says nothing, 26 mm proposes level 3, and nothing is issued by itself."""
    gauge = {
        "stationId": f"dawukougou-{world.run_id}", "title": "大武口沟上游雨量站（演示）", "regionCode": DISTRICT, "location": {"lon": 106.28, "lat": 39.07},
        "operator": "大武口区水务局", "metrics": ["rain_1h"],
    }  # fmt: skip
    world.names["station"] = world.post(ADMINISTRATOR, "/stations", gauge)["name"]
    world.equal(_reading(world, "13:05", "24"), [], "proposals at 24 mm in an hour")
    world.clock(at("13:20"))
    before = len(world.all_of(EDITOR, "/alerts", "alerts"))
    crossed = _reading(world, "13:20", "26")
    world.equal([row["proposedLevel"] for row in crossed], [3], "level that 26 mm in an hour proposes")
    world.equal(len(world.all_of(EDITOR, "/alerts", "alerts")), before, "alerts, none made by itself")


def _reading(world: World, time: str, millimetres: str) -> list[dict[str, Any]]:
    body = {"station": world.names["station"], "observeTime": at(time), "readings": [{"metric": "rain_1h", "value": millimetres}]}
    crossings: list[dict[str, Any]] = world.twice(SENSOR, "/observations", body).get("crossings", [])
    return crossings


def from_the_city(world: World) -> None:
    """A3: the city's yellow rainstorm warning, which refers to itself; a real message too when one is at hand."""
    text = ASSET.read_text(encoding="utf-8").replace("{{number}}", f"64020041600000_{world.run_id}")
    answer = _import(world, text.encode(), "application/cap+xml")
    taken = answer["results"][0]["externalAlert"]
    world.equal((taken["state"], taken["eventCode"], taken["level"]), ("EXTERNAL_ALERT_STATE_ACCEPTED", "11B03", 3), "external alert: state, event code, level")
    world.expect("C09" in {finding["rule"] for finding in taken.get("findings", [])}, "rule C09 warns of the reference to itself", taken.get("findings"))
    world.expect(not taken.get("references"), "the reference to itself is dropped", taken.get("references"))
    world.expect(taken.get("concernsDistrict"), "it touches the district", taken.get("regions"))
    corpus = os.environ.get("FENGHUO_CORPUS")
    for pattern in REAL if corpus else ():
        for path in sorted(Path(str(corpus)).glob(f"cap/{pattern}")):
            real = _import(world, path.read_bytes(), "application/xml" if path.suffix == ".xml" else "text/javascript")
            world.expect(real.get("results"), f"a real message of the weather service is read: {path.name}", [_brief(row) for row in real.get("results", [])])


def _brief(result: dict[str, Any]) -> str:
    alert = result.get("externalAlert", {})
    return f"{alert.get('state')} {alert.get('headline', '')[:40]} {'duplicate' if result.get('duplicate') else ''}"


def _import(world: World, document: bytes, content_type: str) -> dict[str, Any]:
    return world.post(EDITOR, "/externalAlerts:import", {"document": base64.b64encode(document).decode(), "contentType": content_type, "source": "demo"})


def consulted(world: World) -> None:
    """A4: weather, water, natural resources and an expert look at it together."""
    body = {
        "subject": "贺兰山东麓山洪风险会商", "participants": ["区气象局", "区水务局", "区自然资源局", "专家"], "regionCode": DISTRICT,
        "expertNeeds": [{"field": "hydrology", "count": 1}],
    }  # fmt: skip
    consultation = world.twice(OFFICER, "/consultations", body)["name"]

    def look() -> Any:
        return [row for row in world.all_of(OFFICER, "/callUps", "callUps") if row.get("consultation") == consultation]

    made = world.eventually(look, bool, "an expert call-up follows from the consultation")
    world.equal(len(made), 1, "call-ups")
    concluded = world.post(OFFICER, f"/{consultation}:conclude", {"conclusion": "山洪灾害风险较高，建议发布黄色预警"})
    world.equal(concluded["state"], "CONSULTATION_STATE_CONCLUDED", "the consultation")


def beyond_authority(world: World) -> None:
    """A5: a county may not issue orange; the refusal says where to go."""
    alert = world.post(EDITOR, "/alerts", {"alertId": f"orange-{world.run_id}", "content": content(2)})["name"]
    seen = {"contentHash": world.post(EDITOR, f"/{alert}:submit")["contentHash"]}
    problem = world.refused(422, "AUTHORITY_LEVEL", lambda: world.post(ISSUER, f"/{alert}:approve", seen))
    world.expect("forward" in str(problem).lower(), "the refusal offers to forward it to the upper government", problem)
    world.post(ISSUER, f"/{alert}:return", {"reason": "超出县级发布权限"})
    world.post(EDITOR, f"/{alert}:discard", {"reason": "改为黄色预警"})


def drawn_badly(world: World) -> None:
    """A6: three points are no area (C11); a leader corrects it and submits it."""
    alert = world.names["A8"] = world.post(EDITOR, "/alerts", {"alertId": f"yellow-{world.run_id}", "content": content(3, P1[:3])})["name"]
    world.refused(422, "C11", lambda: world.post(EDITOR, f"/{alert}:submit"))
    world.post(LEADER, f"/{alert}:revise", {"content": content(3)})
    submitted = world.post(LEADER, f"/{alert}:submit")
    world.equal(submitted["state"], "ALERT_STATE_SUBMITTED", "with a closed ring")
    world.names["target"] = str(submitted.get("targetPopulation"))


def approved(world: World) -> None:
    """A7: who wrote it does not approve it."""
    alert = world.names["A8"]
    seen = {"contentHash": world.get(ISSUER, f"/{alert}")["contentHash"]}
    world.refused(403, "SEPARATION_OF_DUTY", lambda: world.post(LEADER, f"/{alert}:approve", seen))
    world.post(REVIEWER, f"/{alert}:review", {"remark": "内容无误"})
    answer = world.twice(ISSUER, f"/{alert}:approve", seen)
    world.equal(answer["state"], "ALERT_STATE_APPROVED", "approved by another person")


def published(world: World) -> None:
    """A8: published once, on every channel; the law's measures and notices follow."""
    alert = world.names["A8"]
    answer = world.twice(ISSUER, f"/{alert}:publish")
    world.equal((answer["state"], answer["publishTime"]), ("ALERT_STATE_PUBLISHED", "2026-07-29T06:00:00Z"), "the alert, published at 14:00")
    world.expect(0 < len(answer["identifier"]) <= 31, "预警编号 of at most 31 characters", answer["identifier"])
    document = world.get(EDITOR, f"/{alert}:document")
    world.expect(document["published"] and not document.get("findings"), "the CAP message breaks no rule", document.get("findings"))
    cap = base64.b64decode(document["document"]).decode()
    world.expect("<sent>2026-07-29T14:00:00+08:00</sent>" in cap, "CAP sent = 2026-07-29T14:00:00+08:00", cap[:160])
    world.expect(
        {66} <= {measure["article"] for measure in answer.get("measures", [])}, "the measures of 应对法 66", [row["key"] for row in answer.get("measures", [])]
    )
    kinds = {row["kind"]: row["regionCode"] for row in world.all_of(EDITOR, "/alertNotices", "alertNotices", alert=alert)}
    world.equal(set(kinds), {"NOTICE_KIND_UPPER", "NOTICE_KIND_NEIGHBOUR", "NOTICE_KIND_GARRISON"}, "notices: upper government, neighbour, garrison")
    world.equal(kinds.get("NOTICE_KIND_NEIGHBOUR"), alerting.NEIGHBOUR, "the neighbour that is told: 平罗县")
    chain = world.get(EDITOR, f"/{alert}:chain")
    world.equal(chain["state"], "ALERT_CHAIN_STATE_LIVE", "the pre-alert period")

    def look() -> Any:
        return [row for row in world.all_of(OFFICER, "/tasks", "tasks") if row.get("alert") == alert]

    world.eventually(look, lambda rows: len(rows) == len(answer.get("measures", [])) > 0, "one proposed task for each measure")
    queue = [row for row in world.all_of(EDITOR, "/deliveries", "deliveries", alert=alert) if row["channel"] != "CHANNEL_WEBHOOK"]
    world.equal(len(queue), 8, "deliveries queued, beside those to subscribers: feed, SMS, TV, screens, door to door, and the loudspeakers of three villages")


def half_heard(world: World) -> None:
    """A9: the best channel of each village counts, never the sum: 0.887."""
    alert = world.names["A8"]
    receipts(world, alert, alerting.FIRST_TRY)
    seen = coverage(world, alert)
    world.equal((seen["ratio"], seen["reached"], seen["target"]), ("0.887", 3476, alerting.PEOPLE), "coverage, people reached, people there")
    reached = {row["village"]: row["reached"] for row in seen["villages"]}
    world.equal(reached.get(LONGQUAN), 1096, "龙泉村: 1,000 by loudspeaker and 96 at the door, not 1,956 of 1,120")
    world.expect(seen["belowTarget"], "below 0.900", seen["wanted"])
    retry = {row["village"]: row.get("retryChannels", []) for row in seen["villages"]}
    world.expect("CHANNEL_LOUDSPEAKER" in retry.get(CHANGSHENG, []), "长胜村: the loudspeaker is proposed again", retry)


def heard(world: World) -> None:
    """A10: the second try reaches 长胜村: 0.917."""
    alert = world.names["A8"]
    receipts(world, alert, alerting.SECOND_TRY)
    seen = coverage(world, alert)
    world.equal((seen["ratio"], seen["reached"]), ("0.917", 3596), "coverage, people reached")
    world.expect(not seen.get("belowTarget"), "at least 0.900", seen["ratio"])
    world.names["coverage"] = seen["ratio"]


def positioned(world: World) -> None:
    """A11: a crew and forty life jackets wait in 龙泉村."""
    crew, before = world.names["crew"], int(world.names["jackets before"])
    world.post(FIELD, f"/{crew}:setStatus", {"state": "UNIT_STATE_ALERTED"})
    body = {
        "prePositionId": f"longquan-{world.run_id}", "units": [crew], "lines": [{"item": jackets(world), "quantity": "40"}], "place": "龙泉村村委会",
        "regionCode": LONGQUAN, "location": {"lon": 106.345, "lat": 39.04}, "reason": "预警期预置", "alert": world.names["A8"], "store": store(world),
    }  # fmt: skip
    world.names["preposition"] = world.twice(OFFICER, "/prePositions", body)["name"]
    world.equal(available(world), before - 40, "life jackets that are free")
    world.eventually(lambda: _state(world, crew), lambda state: state == "UNIT_STATE_ASSIGNED", "the crew, alerted before, is assigned")


def raised(world: World) -> None:
    """A12: 41 mm; the city grants the authority; the urgent update to orange supersedes the yellow one."""
    first = world.names["A8"]
    _reading(world, "14:52", "41")
    update = {"alertId": f"update-{world.run_id}", "content": content(2, P2)}
    alert = world.post(EDITOR, f"/{first}:update", update)["name"]
    world.refused(422, "AUTHORITY_LEVEL", lambda: world.post(ISSUER, f"/{alert}:approveUrgent"))
    grant = {
        "authorityId": f"grant-{world.run_id}", "eventPrefix": "11A5", "levels": [2], "regionCode": DISTRICT,
        "grantId": f"石预警授〔2026〕{world.run_id}号（示例）",
        "grantor": "石嘴山市人民政府", "validFromTime": at("14:50"), "validUntilTime": at("14:50", 30), "basis": "市政府授权（示例）",
    }  # fmt: skip
    world.names["grant"] = world.post(ADMINISTRATOR, "/authorities", grant)["name"]
    world.clock(at("14:58"))
    second = world.names["head"] = release(world, alert, urgent=True)["name"]
    seen = world.get(EDITOR, f"/{second}")
    world.equal(
        (seen["state"], seen["content"]["level"], seen["prior"], seen["urgent"]),
        ("ALERT_STATE_PUBLISHED", 2, first, True),
        "the update: state, level, what it replaces, urgent",
    )
    world.equal(world.get(EDITOR, f"/{first}")["state"], "ALERT_STATE_SUPERSEDED", "the yellow warning")
    cap = base64.b64decode(world.get(EDITOR, f"/{second}:document")["document"]).decode()
    number = world.get(EDITOR, f"/{first}")["identifier"]
    world.expect(f",{number}," in cap, "CAP references name the head of the chain", number)
    problem = world.refused(409, "HEAD_CHANGED", lambda: world.post(EDITOR, f"/{first}:update", {"content": content(2)}))
    world.expect(second in str(problem), "the refusal names the new head", second)
    debts = [row["name"] for row in world.all_of(ISSUER, "/alertDebts", "alerts")]
    world.expect(second in debts, "the review of the urgent approval is owed", debts)


def evacuated(world: World) -> None:
    """A13: 320 people leave 龙泉村; the shelter holds 300, the rest is taken in knowingly and the next shelter named."""
    world.post(REVIEWER, f"/{world.names['head']}:postReview", {"remark": "紧急签发内容无误"})
    first = _shelter(world)
    order = {
        "alert": world.names["head"], "settlement": "龙泉村", "regionCode": LONGQUAN, "peopleCount": 320, "destination": first, "assemblyPlace": "村委会广场",
        "transport": "客车6辆", "responsible": "长胜街道办事处", "reason": "山洪橙色预警",
    }  # fmt: skip
    made = world.twice(OFFICER, "/evacuationOrders", {"evacuationOrderId": f"longquan-{world.run_id}", "evacuationOrder": order})
    world.names["evacuation"] = made["name"]
    world.expect(made.get("tasks"), "its tasks are given out with it", made.get("tasks"))
    _open_shelter(world, first)
    for _ in range(6):
        world.post(OFFICER, f"/{first}:checkIn", {"count": 50, "fromRegionCode": LONGQUAN})
    rest = {"count": 20, "fromRegionCode": LONGQUAN}
    world.refused(422, "OVERFLOW_NOT_CONFIRMED", lambda: world.post(OFFICER, f"/{first}:checkIn", rest))
    over = world.post(OFFICER, f"/{first}:checkIn", rest | {"overflow": True})
    world.equal((over["occupancy"], over["warning"], over["stay"]["overflow"]), (320, "OVER_CAPACITY", True), "people 301 to 320: occupancy, warning, flag")
    nearest = over.get("nearest", {}).get("shelter", {})
    world.expect(nearest.get("name") and nearest["name"] != first, "the nearest shelter with space is named", nearest.get("displayName"))
    world.names["S2"] = nearest.get("name", first)
    _all_out(world)


def _shelter(world: World) -> str:
    """S1: the ready shelter for 300."""
    rows = world.all_of(OFFICER, "/shelters", "shelters")
    fitting = [row["name"] for row in rows if row["capacity"] == 300 and row["state"] == "SHELTER_STATE_READY"]
    world.expect(fitting, "a shelter for 300 is ready", [(row["displayName"], row["capacity"], row["state"]) for row in rows])
    world.names["S1"] = fitting[0] if fitting else "shelters/none"
    return world.names["S1"]


def _open_shelter(world: World, shelter: str) -> None:
    basis = {"basis": world.names["head"]}

    def prepare() -> Any:
        return world.attempt(OFFICER, f"/{shelter}:prepare", basis)

    if world.get(OFFICER, f"/{shelter}")["state"] == "SHELTER_STATE_READY":
        world.eventually(
            prepare,
            lambda row: row.get("state") == "SHELTER_STATE_PREPARING" or row.get("code") == "INVALID_TRANSITION",
            "the shelter is prepared: an alert of level 2 is in force",
        )
    opened = world.post(OFFICER, f"/{shelter}:open", {"keeperPresent": True})
    world.equal(opened["state"], "SHELTER_STATE_OPEN", "the shelter")


def _all_out(world: World) -> None:
    """Everybody is out: the order and its tasks are done before the flood comes."""
    world.clock(at("15:10"))
    order = world.get(OFFICER, f"/{world.names['evacuation']}")
    for task in order.get("tasks", []):
        world.post(SECOND_OFFICER, f"/{task}:start")
        world.post(SECOND_OFFICER, f"/{task}:complete", {"result": "320人全部转移（示例）"})
        world.post(OFFICER, f"/{task}:verify")
    done = world.post(OFFICER, f"/{order['name']}:complete", {"movedCount": 320, "remainingCount": 0})
    world.equal(done["state"], "EVACUATION_ORDER_STATE_COMPLETED", "the evacuation")


STEPS = (
    Step("A1", at("13:00"), "值班签到，力量物资核对", "the watch begins", on_duty),
    Step("A2", at("13:05"), "雨量26毫米越限，系统只建议不发布", "26 mm of rain propose a level, nothing is issued by itself", rain),
    Step("A3", at("13:22"), "导入市气象台暴雨黄色预警", "the city's rainstorm warning is read", from_the_city),
    Step("A4", at("13:30"), "会商，专家调用", "consultation, an expert is called", consulted),
    Step("A5", at("13:40"), "橙色预警超出县级权限", "orange is beyond a county's authority", beyond_authority),
    Step("A6", at("13:46"), "三点多边形被拒，更正后提交", "an area of three points is refused, then corrected", drawn_badly),
    Step("A7", at("13:52"), "制作人不得签发", "who wrote it does not approve it", approved),
    Step("A8", at("14:00"), "发布山洪黄色预警", "the yellow warning is published", published),
    Step("A9", at("14:30"), "覆盖率0.887，低于0.90", "coverage 0.887", half_heard),
    Step("A10", at("14:35"), "长胜村补发，覆盖率0.917", "coverage 0.917 after a second try", heard),
    Step("A11", at("14:40"), "预置队伍和救生衣", "a crew and life jackets wait in the village", positioned),
    Step("A12", at("14:52"), "市级授权，紧急更新为橙色", "urgent update to orange by grant", raised),
    Step("A13", at("15:00"), "转移320人，避难场所开放", "320 people move to the shelter", evacuated),
)
