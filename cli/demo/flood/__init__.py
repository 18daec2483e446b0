"""Scenario A: a flash flood at 贺兰山 on 29 July 2026, in the order of DOMAIN § 5.1. What federation adds (A23) plays with a second platform."""

from typing import Any

from cli.demo.flood import closing, incident, relief, warning
from cli.demo.flood.scene import steps
from cli.demo.world import World
from cli.terms import fact_names

TITLE = "大武口区“7·29”山洪应急处置总结评估（演示）"
STEPS = (*warning.STEPS, *incident.STEPS, *relief.STEPS, *closing.STEPS)
FIGURES = {
    "预警覆盖率 coverage": "coverage", "10小时救助 relief": "relief", "报送及时率 timeliness": "timeliness", "严格口径 strict": "strict timeliness",
    "时间线事项 events": "events",
}  # fmt: skip


def figures(world: World) -> dict[str, str]:
    """The figures of the scenario, as the system reported them."""
    return {title: world.names.get(key, "–") for title, key in FIGURES.items()}


def timeline(world: World) -> list[dict[str, Any]]:
    """The incident's timeline as the system tells it, oldest first."""
    if "incident" not in world.names:
        return []
    rows, names = steps(world), fact_names()
    return [
        {
            "time": row["occurTime"],
            "what": row["type"],
            "word": names.get(row["type"], ""),
            "who": _who(row.get("actor", {})),
            "details": _said(row.get("detail", {})),
        }
        for row in rows
    ]


def _who(actor: dict[str, Any]) -> str:
    return "，".join(part for part in (actor.get("id", ""), actor.get("org", "")) if part)


def _said(detail: dict[str, Any]) -> str:
    return "；".join(f"{key}: {value}" for key, value in detail.items() if not isinstance(value, dict | list))
