"""The warning of scenario A: what it says, how it goes out, whom it reached. The polygons lie inside 640202; everything else is synthetic."""

from typing import Any

from cli.demo.flood.scene import CHANGSHENG, CHAOHU, EDITOR, FLOOD, ISSUER, LONGQUAN, SENSOR, VILLAGES, at
from cli.demo.world import World

P1 = ((39.10, 106.27), (39.10, 106.36), (39.02, 106.40), (38.99, 106.40), (38.99, 106.33), (39.10, 106.27))
P2 = ((39.08, 106.26), (39.08, 106.34), (39.02, 106.38), (38.99, 106.38), (38.99, 106.32), (39.08, 106.26))
"""Latitude and longitude, WGS 84."""
NEIGHBOUR = "640221"
"""平罗县, downstream."""
COLOURS = {2: "橙色", 3: "黄色"}
PEOPLE = sum(people for _, people in VILLAGES.values())

LONGQUAN_AND_CHAOHU: tuple[dict[str, Any], ...] = (
    {"village": LONGQUAN, "channel": "CHANNEL_SMS", "reached": 860},
    {"village": LONGQUAN, "channel": "CHANNEL_LOUDSPEAKER", "reached": 1000},
    {"village": LONGQUAN, "channel": "CHANNEL_DOOR", "reached": 96, "outsideChannel": "CHANNEL_LOUDSPEAKER"},
    {"village": CHAOHU, "channel": "CHANNEL_SMS", "reached": 1500},
    {"village": CHAOHU, "channel": "CHANNEL_LOUDSPEAKER", "reached": 1640},
)
FIRST_TRY: tuple[dict[str, Any], ...] = (
    *LONGQUAN_AND_CHAOHU,
    {"village": CHANGSHENG, "channel": "CHANNEL_SMS", "reached": 610},
    {"village": CHANGSHENG, "channel": "CHANNEL_LOUDSPEAKER", "reached": 0, "failed": True},
    {"village": CHANGSHENG, "channel": "CHANNEL_DOOR", "reached": 130, "outsideChannel": "CHANNEL_SMS"},
)
SECOND_TRY: tuple[dict[str, Any], ...] = (
    {"village": CHANGSHENG, "channel": "CHANNEL_LOUDSPEAKER", "reached": 820},
    {"village": CHANGSHENG, "channel": "CHANNEL_DOOR", "reached": 40, "outsideChannel": "CHANNEL_LOUDSPEAKER"},
)


def content(level: int, ring: tuple[tuple[float, float], ...] = P1) -> dict[str, Any]:
    """What the warning says at a level."""
    colour = COLOURS[level]
    said = {
        "language": "zh-CN", "event": "山洪灾害", "headline": f"大武口区发布山洪灾害{colour}预警",
        "description": "预计未来6小时贺兰山东麓大武口沟、大水沟一带发生山洪可能性较大。（示例）",
        "instruction": "沟道内及两侧人员立即撤离到高处，不得涉水过沟，听从村组和网格员安排转移。（示例）",
        "audience": "沿山村组群众、沟道内施工和游玩人员", "contact": "大武口区应急管理局值班室",
    }  # fmt: skip
    area = {"description": "大武口沟、大水沟沿线（龙泉村、潮湖村、长胜村）", "polygons": [{"points": [{"lat": lat, "lon": lon} for lat, lon in ring]}]}
    return {
        "eventCode": FLOOD, "level": level, "areas": [area], "infos": [said], "onsetTime": at("15:00"), "expireTime": at("02:00", 30), "certainty": "Likely",
        "senderName": "大武口区人民政府", "notifyRegions": [NEIGHBOUR],
    }  # fmt: skip


def release(world: World, alert: str, *, urgent: bool = False) -> dict[str, Any]:
    """Submit, approve by another person, publish; an urgent one is approved at once by one person."""
    if urgent:
        world.post(ISSUER, f"/{alert}:approveUrgent")
    else:
        seen = world.post(EDITOR, f"/{alert}:submit")["contentHash"]
        world.post(ISSUER, f"/{alert}:approve", {"contentHash": seen})
    return world.twice(ISSUER, f"/{alert}:publish")


def receipts(world: World, alert: str, found: tuple[dict[str, Any], ...]) -> None:
    """What devices and grid staff report back."""
    for row in found:
        world.post(SENSOR, f"/{alert}:recordReceipt", row)


def coverage(world: World, alert: str) -> dict[str, Any]:
    """Coverage of an alert."""
    return world.get(EDITOR, f"/{alert}/coverage")
