"""Scenario A while every process of the platform is killed at a random moment: people repeat what was not answered, and every expectation still holds."""

import os
import random
import secrets
import sys
import threading
import time
from collections import defaultdict
from contextlib import closing
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from rich.console import Console

from cli.demo.flood import STEPS
from cli.demo.player import Step, play
from cli.demo.world import World
from deploy.local.platform import Platform
from deploy.local.profile import Profile, chosen_backends
from tests.e2e.test_flood import accepted
from tests.faults.invariants import check_all
from tests.faults.subscriber import findings, key_file, subscriber
from tests.fixtures.platform import api_of, supervised

LONGEST_WAIT_S = 1.0
PATIENCE_S = 90.0


class Fire:
    """Kills each component and each server once, at a random moment of a random step."""

    def __init__(self, platform: Platform, seed: int) -> None:
        chance = random.Random(seed)
        self._platform = platform
        self._waits: dict[str, list[tuple[str, float]]] = defaultdict(list)
        self._threads: list[threading.Thread] = []
        self.killed: list[str] = []
        names = [component.name for component in platform.components] + [server.name for server in platform.stack.servers]
        for name in names:
            self._waits[chance.choice(STEPS).id].append((name, chance.uniform(0.0, LONGEST_WAIT_S)))

    def __call__(self, step: Step) -> None:
        """A step begins: what is to die in it does so a moment later, while people go on."""
        for name, wait_s in self._waits[step.id]:
            thread = threading.Thread(target=self._kill, args=(name, wait_s), name=f"fire-{name}")
            thread.start()
            self._threads.append(thread)

    def over(self) -> None:
        """Wait until everything that was to die has died."""
        for thread in self._threads:
            thread.join()

    def _kill(self, name: str, wait_s: float) -> None:
        time.sleep(wait_s)
        if name in self._platform.supervisor.processes:
            self._platform.supervisor.kill(name)
        else:
            next(server for server in self._platform.stack.servers if server.name == name).kill()
        self.killed.append(name)


@pytest.mark.parametrize("profile", chosen_backends())
def test_the_flood_under_fire(profile: Profile, tmp_path: Path) -> None:
    seed = int(os.environ.get("FENGHUO_SEED") or secrets.randbits(32))
    sys.stdout.write(f"seed {seed}\n")
    signing = {"FENGHUO_WEBHOOK_KEY_FILE": str(key_file(tmp_path))}
    with supervised(profile, tmp_path / "platform", settings=signing) as platform, closing(api_of(platform)) as api, subscriber(api) as receiver:
        fire = Fire(platform, seed)
        api.patience_s = PATIENCE_S
        world = World(api, "administrator", uuid4().hex[:12], patience_s=PATIENCE_S)
        play(world, STEPS, Console(file=StringIO()), before=fire)
        fire.over()
        failed = [outcome for outcome in world.outcomes if not outcome.ok]
        assert failed == [], f"seed {seed}"
        assert len(fire.killed) == len(platform.components) + len(platform.stack.servers)
        assert check_all(platform, accepted(world), world.accepted) == [], f"seed {seed}"
        assert findings(platform, receiver) == [], f"seed {seed}"
