"""The proof that an exercise stayed inside: what it made, which channel each message reached, and that no public one did."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cli.api import Api
from cli.exercise.stage import Stage


@dataclass(frozen=True, slots=True)
class Sealed:
    """What was found. Every list must be empty."""

    alerts: int
    deliveries: Mapping[str, int]
    """Deliveries by channel target and state."""
    public: list[str] = field(default_factory=list)
    """Deliveries to a target behind which the public stands."""
    real_alerts: list[str] = field(default_factory=list)
    """Alerts of the exercise that are marked as real."""
    unsealed: list[str] = field(default_factory=list)
    """Facts about things of the exercise that do not carry its id."""
    feed: list[str] = field(default_factory=list)
    """Messages of the exercise that the public feed shows."""

    strangers: list[str] = field(default_factory=list)
    """Real units that were sent for the exercise and do not take part in it."""

    @property
    def holds(self) -> bool:
        """Nothing left the exercise."""
        return not (self.public or self.real_alerts or self.unsealed or self.feed or self.strangers)


def prove(stage: Stage) -> Sealed:
    """Ask the platform for every alert of the exercise and every delivery of it."""
    user = stage.scenario.accounts.editor
    targets = {row["name"]: row for row in every(stage, user, "/channelTargets", "channelTargets")}
    alerts = every(stage, user, "/alerts", "alerts", exerciseId=stage.exercise_id)
    counted: Counter[str] = Counter()
    public, shown = [], _feed(stage)
    for alert in alerts:
        for row in every(stage, user, "/deliveries", "deliveries", alert=alert["name"]):
            target = targets.get(row["target"], {})
            counted[f"{target.get('title', row['target'])} · {row['state'].removeprefix('DELIVERY_STATE_').lower()}"] += 1
            if not target.get("acceptsExercises"):
                public.append(f"{row['name']} → {row['target']}")
    real = [alert["name"] for alert in alerts if alert.get("status") != "ALERT_STATUS_EXERCISE"]
    seen = [alert["name"] for alert in alerts if alert.get("identifier") and alert["identifier"] in shown]
    unsealed = [f"{fact.type} {fact.aggregate}" for fact in stage.facts.unsealed]
    sent = {fact.payload.get("unit", "") for fact in stage.facts.all if fact.type == "AssignmentOffered"}
    return Sealed(len(alerts), dict(counted), public, real, unsealed, seen, sorted(unit for unit in sent if not stage.plays(unit)))


def _feed(stage: Stage) -> str:
    """The public feed as the public reads it, without a log-in."""
    answer = stage.api.http.get("/feed")
    return answer.text if answer.status_code == 200 else ""


def every(stage: Stage, user: str, path: str, collection: str, **query: Any) -> list[dict[str, Any]]:
    """Every row of a list, over all pages."""
    return rows(stage.api, user, path, collection, **query)


def rows(api: Api, user: str, path: str, collection: str, **query: Any) -> list[dict[str, Any]]:
    """Every row of a list of a platform, over all pages."""
    found: list[dict[str, Any]] = []
    token = ""
    while True:
        page = api.get(user, path, **query, pageSize=200, **({"pageToken": token} if token else {}))
        found += page.get(collection, [])
        token = page.get("nextPageToken", "")
        if not token:
            return found
