"""Runs the load against a platform of its own: prepares it, starts the generator in a process of its own, watches memory, kills what is to be killed."""

import json
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from cli.api import Api
from deploy.local.components import replicated
from deploy.local.platform import Platform
from deploy.local.profile import Profile as Backend
from tests.faults.invariants import check_all
from tests.fixtures.platform import api_of, supervised
from tests.load.cpu import cpu_seconds, memory_mb
from tests.load.exercise import prepare
from tests.load.exercise.desk import Sample
from tests.load.exercise.goals import Seen
from tests.load.exercise.profile import DISTRICTS, Profile
from tests.load.intake import platform_pids

ROOT = Path(__file__).resolve().parents[3]
MEMORY_EVERY_S = 10.0
CATCH_UP = 5
"""Times a minute that consumers may need after the load."""
ONE_ADDRESS = {"FENGHUO_CONNECTIONS_PER_ADDRESS": "0"}
"""Seats, gateways and callers of five districts share the one address of the generator: the bound on what one address may hold is not what is measured."""
LATE_S = 120.0
"""How much longer than planned the generator may take."""


def run(profile: Profile, backend: Backend, directory: Path, *, replicas: int = 1, kill: bool = False, raw: Path | None = None) -> Seen:
    """One run, from an empty directory to the invariants; `raw` keeps every call that was made."""
    prepare.accounts(profile, directory)
    with supervised(backend, directory, components=replicated({"dispatch": replicas}), settings=ONE_ADDRESS) as platform:
        order, orders, result = _order(profile, platform), directory / "orders.json", directory / "result.json"
        orders.write_text(json.dumps(order), encoding="utf-8")
        memory = [memory_mb(platform_pids(platform))]
        _say(f"{profile.units} units ready; {profile.whole_s:.0f} s of load on {order['address']}")
        before = cpu_seconds(platform_pids(platform))
        _generate(profile, platform, orders, result, memory, kill=kill)
        seen: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
        seen["cpu_s"] = 0.0 if kill else cpu_seconds(platform_pids(platform)) - before
        if raw is not None:
            raw.parent.mkdir(parents=True, exist_ok=True)
            raw.write_text(json.dumps(seen["samples"]), encoding="utf-8")
        _say("the load has ended; checking every invariant")
        invariants = _invariants(platform, seen["accepted"])
        seen["first recommendation"] = order["first recommendation"]
        return Seen(profile, [Sample(*each) for each in seen.pop("samples")], seen, memory, invariants)


def _invariants(platform: Platform, accepted: list[str]) -> list[str]:
    """Every invariant, once nothing moves: the domain's clock stands still, so that no deadline rings; consumers that are behind get minutes to catch up."""
    api = api_of(platform)
    api.post("administrator", "/clock", {"time": datetime.now(UTC).isoformat(), "rate": 0})
    api.close()
    for attempt in range(CATCH_UP):
        try:
            return check_all(platform, dict.fromkeys(accepted, "dispatch"))
        except AssertionError as behind:
            _say(f"still catching up ({attempt + 1}): {behind}")
            late = str(behind)
    return [late]


def _first_recommendation(api: Api) -> float:
    """Seconds of the first recommendation since the platform started: it compiles what was never compiled on this machine."""
    lon, lat = DISTRICTS["640202"]
    started = time.monotonic()
    api.post("load_seat_0", "/units:recommend", {"location": {"lon": lon, "lat": lat}, "needs": [{"code": "medical", "count": 1}]})
    return time.monotonic() - started


def _order(profile: Profile, platform: Platform) -> dict[str, Any]:
    api = api_of(platform)
    exercise_id = f"ex-{uuid4().hex[:10]}"
    by_unit = prepare.units(profile, api)
    people = [f"load_seat_{number}" for number in range(profile.seats)] + [f"load_gateway_{code}" for code in DISTRICTS]
    people += [prepare.DIRECTOR, prepare.FIELD, prepare.KEEPER, prepare.EDITOR]
    with ThreadPoolExecutor(4) as pool:
        tokens = dict(zip(people, pool.map(api.login, people), strict=True))
    lot, first = prepare.lot(api, exercise_id), _first_recommendation(api)
    api.close()
    mine = {code: [name for name, district in by_unit.items() if district == code] for code in DISTRICTS}
    return {
        "address": platform.address(), "password": platform.password, "listener": prepare.FIELD, "exercise_id": exercise_id, "lot": lot, "tokens": tokens,
        "first recommendation": first, "profile": profile.as_json(), "units": mine,
        "homes": {name: prepare.place(number, code) for number, (name, code) in enumerate(by_unit.items())},
    }  # fmt: skip


def _generate(profile: Profile, platform: Platform, orders: Path, result: Path, memory: list[float], *, kill: bool) -> None:
    command = [sys.executable, "-m", "tests.load.exercise.generator", str(orders), str(result)]
    environment = os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        begun = process.stdout.readline() if process.stdout else ""
        if not begun.startswith("begun"):
            raise RuntimeError(f"the generator did not begin: {begun or 'it ended'}")
        started = time.monotonic()
        fire = threading.Thread(target=_kill, args=(profile, platform, started), name="fire") if kill else None
        if fire:
            fire.start()
        until = started + profile.whole_s + LATE_S
        while process.poll() is None:
            if time.monotonic() > until:
                raise TimeoutError("the generator did not end")
            time.sleep(min(MEMORY_EVERY_S, max(0.5, profile.whole_s / 20)))
            memory.append(memory_mb(platform_pids(platform)))
            second = min(time.monotonic() - started, profile.whole_s)
            _say(f"{second:5.0f} of {profile.whole_s:.0f} s  {profile.phase(second):<8}  {memory[-1]:.0f} MB")
        if fire:
            fire.join()
        if process.returncode:
            raise RuntimeError(f"the generator ended with {process.returncode}")
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _kill(profile: Profile, platform: Platform, started: float) -> None:
    """kill -9, spread over the surge: a process of dispatch, then the log's and the hot store's servers where there are any."""
    begin, lasts = profile.calm[1], profile.surge[1]
    names = ["dispatch"] + [server.name for server in platform.stack.servers if server.name in {"kafka", "redis"}]
    for number, name in enumerate(names):
        time.sleep(max(0.0, started + begin + lasts * (number + 0.5) / len(names) - time.monotonic()))
        if name in platform.supervisor.processes:
            platform.supervisor.kill(name)
        else:
            next(server for server in platform.stack.servers if server.name == name).kill()
        _say(f"killed {name}")


def _say(what: str) -> None:
    print(what, flush=True)  # noqa: T201 - a long run shows how far it is
