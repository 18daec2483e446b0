"""Scenario A of the domain, played through the public interface on a platform of its own, each actor another person; then every invariant."""

from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from rich.console import Console

from cli.demo.flood import STEPS, TITLE, figures, timeline
from cli.demo.player import play
from cli.demo.report import write
from cli.demo.world import World
from deploy.local.profile import Profile, chosen_backends
from tests.e2e import elsewhere
from tests.faults.invariants import check_all
from tests.fixtures.platform import api_of, supervised

SERVICE_OF = {
    "incidents": "dispatch", "tasks": "dispatch", "assignments": "dispatch", "commandPosts": "dispatch", "reliefRecords": "dispatch",
    "evacuationOrders": "dispatch", "activations": "plans", "reviews": "plans", "correctiveActions": "plans", "alerts": "alerts",
    "prePositions": "resources", "requisitions": "resources",
}  # fmt: skip
"""Who stores what the run made."""


MOST_REFUSED = 250
"""Of the attempts from another district so many end at things that are not there for it, not at their form."""


def accepted(world: World) -> dict[str, str]:
    """Every resource whose making was answered with success, and the service that must hold it."""
    made = {name for name in world.names.values() if "/" in name}
    return {name: SERVICE_OF[name.partition("/")[0]] for name in made if name.partition("/")[0] in SERVICE_OF}


@pytest.mark.parametrize("profile", chosen_backends())
def test_the_flood_is_played_twice_on_one_platform(profile: Profile, tmp_path: Path) -> None:
    with supervised(profile, tmp_path / "platform") as platform:
        for number in ("first", "second"):
            world = World(api_of(platform), "administrator", uuid4().hex[:12])
            play(world, STEPS, Console(file=StringIO()))
            assert [outcome for outcome in world.outcomes if not outcome.ok] == [], number
            told = timeline(world)
            assert {"IncidentReported", "PlanActivated", "CommandTransferred", "IncidentArchived"} <= {row["what"] for row in told}
            report = tmp_path / f"{number}.html"
            write(report, world, STEPS, TITLE, told, figures(world))
            assert "9 h 38 min" in report.read_text(encoding="utf-8")
            world.api.close()
        assert check_all(platform, accepted(world), world.accepted) == []
        refused, answered = elsewhere.violations(platform)
        assert refused == []
        assert answered[404] > MOST_REFUSED
