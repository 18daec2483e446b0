"""Where and when scenario A plays, who acts, and how its steps read the API: 29 July 2026, 大武口区 (640202). Everybody and every figure is synthetic."""

from datetime import datetime
from typing import Any

from chassis.clock import BEIJING
from cli.demo.world import World

OFFICER, SECOND_OFFICER, LEADER = "duty_officer", "duty_officer_2", "duty_leader"
COMMANDER, REGION_COMMANDER, FIELD, KEEPER = "commander", "region_commander", "field_unit", "warehouse_keeper"
GRID, SENSOR, AUDITOR, ADMINISTRATOR = "grid_1", "sensor", "auditor", "administrator"
EDITOR, REVIEWER, ISSUER = "alert_editor", "alert_reviewer", "alert_issuer"
PLAN_EDITOR, PLAN_REVIEWER = "plan_editor", "plan_reviewer"

DISTRICT, TOWN, FLOOD, BUREAU = "640202", "640202001", "11A51", "大武口区应急管理局"
GULLY = {"lon": 106.33, "lat": 39.05}
"""大武口沟, near the mountain's foot."""
LONGQUAN, CHAOHU, CHANGSHENG = "640202001201", "640202001200", "640202001202"
VILLAGES = {LONGQUAN: ("龙泉村", 1120), CHAOHU: ("潮湖村", 1900), CHANGSHENG: ("长胜村", 900)}
"""Region code of a village: its name and its people."""


def at(time: str, day: int = 29) -> str:
    """An ISO moment of July 2026 in Beijing time."""
    return f"2026-07-{day:02}T{time}:00+08:00"


def when(moment: str) -> str:
    """Day and time in Beijing of an API time, as the scenario's table writes it."""
    return datetime.fromisoformat(moment).astimezone(BEIJING).strftime("%d %H:%M") if moment else "–"


def incident(world: World) -> str:
    """`incidents/{id}` of the flood."""
    return world.names["incident"]


def owed(world: World) -> dict[str, dict[str, Any]]:
    """Every obligation of the incident by its key."""
    return {row["key"]: row for row in world.all_of(OFFICER, "/obligations", "obligations", incident=incident(world))}


def tasks(world: World, **query: Any) -> list[dict[str, Any]]:
    """Tasks of the incident."""
    return world.all_of(OFFICER, "/tasks", "tasks", incident=incident(world), **query)


def steps(world: World, *types: str) -> list[dict[str, Any]]:
    """What the incident's timeline says, oldest first."""
    return world.all_of(OFFICER, f"/{incident(world)}/timeline", "entries", **({"types": list(types)} if types else {}))


def report(world: World, kind: str, elements: dict[str, str], *recipients: tuple[str, str]) -> dict[str, Any]:
    """Draft, submit, sign and send a report: the officer writes, the leader signs; `recipients` are party and channel."""
    parties = [{"recipient": f"PARTY_{party}", "channel": f"REPORT_CHANNEL_{channel}"} for party, channel in recipients]
    body = {"incident": incident(world), "kind": f"REPORT_KIND_{kind}", "elements": elements, "recipients": parties}
    draft = world.post(OFFICER, "/reports", body)["name"]
    world.post(OFFICER, f"/{draft}:submit")
    world.post(LEADER, f"/{draft}:sign")
    return world.post(OFFICER, f"/{draft}:send", {"evidence": "值班记录（示例）"})


NINE = {
    "time": "7月29日15时12分", "place": "大武口区大武口沟（北纬39.05°，东经106.33°）", "source": "群众电话，网格员核实", "nature": "暴雨引发山洪",
    "scope": "沟口至龙泉村约3公里", "casualties_and_loss": "失联2人；损失 暂不清楚", "trend": "雨势减弱，沟内水位仍高",
    "measures_and_effect": "已转移龙泉村群众，派出3支救援队伍", "next_steps": "继续搜救失联人员，加密巡查",
}  # fmt: skip
"""The nine elements of a written report (R-I5)."""


def elements(**changed: str) -> dict[str, str]:
    """The nine elements as the API names them, some of them new."""
    return {_camel(key): value for key, value in (NINE | changed).items()}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
