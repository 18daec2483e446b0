"""The load generator: locust as a library in a process of its own. Reads its orders from a JSON file, writes what it saw to another. Loopback only."""

import contextlib
import gc
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import gevent
from locust.env import Environment

from cli.api import Api
from cli.exercise.facts import Facts, Listener
from tests.load.exercise.crews import Crews
from tests.load.exercise.desk import Desk
from tests.load.exercise.profile import Profile
from tests.load.exercise.users import Caller, Gateway, Intake, Seat

DRAIN_S = 20.0
"""How long calls and units under way may take to end."""
DELAY_EVERY_S = 0.02


def main(orders: Path, result: Path) -> int:
    """Run the load."""
    order = json.loads(orders.read_text(encoding="utf-8"))
    if not order["address"].startswith("127."):
        raise ValueError("load goes to loopback only")
    raw: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in order["profile"].items()}
    homes = {unit: tuple(home) for unit, home in order["homes"].items()}
    desk = Desk(Profile(**raw), order["exercise_id"], order["lot"], order["tokens"], order["units"], homes)
    api = Api(f"http://{order['address']}", lambda _user: order["password"])
    facts = Facts(desk.exercise_id)
    listener = Listener(api, order["listener"], facts)
    Caller.desk, Caller.host = desk, f"http://{order['address']}"
    Seat.fixed_count, Gateway.fixed_count = desk.profile.seats, desk.profile.gateways
    environment = Environment(user_classes=[Crews, Seat, Gateway, Intake], host=Caller.host, catch_exceptions=False)
    runner = environment.create_local_runner()
    _go_ahead()
    desk.started = time.monotonic()
    total = desk.profile.seats + desk.profile.gateways + 2
    runner.start(total, spawn_rate=total)
    delays = gevent.spawn(_delays, desk)
    facts.heard = Crews.hear
    listener.start()
    gc.collect()
    gc.freeze()  # pauses of the generator would be counted as the platform's
    print(f"begun {time.time():.3f}", flush=True)  # noqa: T201 - the other process waits for it
    while not desk.over:
        gevent.sleep(min(1.0, max(0.01, desk.profile.whole_s - desk.now)))
    gevent.joinall(list(Crews.under_way), timeout=DRAIN_S)
    runner.quit()
    gevent.sleep(1.0)
    facts.heard = None
    result.write_text(json.dumps(desk.result() | {"stream_breaks": listener.breaks, "unsealed": len(facts.unsealed), "delays": delays.get()}), encoding="utf-8")
    return 0


def _go_ahead() -> None:
    """Go before everything else, where the account may: it stands for hundreds of people's own machines, which wait for no processor of ours."""
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


def _delays(desk: Desk) -> list[float]:
    """Milliseconds that this process itself was late each time: what it adds to whatever it measures."""
    late = []
    while not desk.over:
        due = time.monotonic() + DELAY_EVERY_S
        gevent.sleep(DELAY_EVERY_S)
        late.append(round((time.monotonic() - due) * 1000, 2))
    return late


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
