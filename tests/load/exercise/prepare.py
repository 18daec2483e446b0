"""What must stand before the load begins: log-ins, units that are ready, a lot to draw from. Log-ins are written before the platform starts."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import yaml
from argon2 import PasswordHasher

from cli.api import Api
from deploy.local.accounts import sample_password
from deploy.local.secrets import write_private
from tests.load.exercise.profile import DISTRICTS, SPREAD_DEG, Profile, districts_of

KNOWN_WITHIN_S = 300.0
CAPABILITIES = ("heavy_rescue", "medical", "evacuation", "water_rescue")
DIRECTOR = "load_director"
FIELD = "load_field"
KEEPER = "load_keeper"
EDITOR = "load_editor"


def accounts(profile: Profile, directory: Path) -> None:
    """Write the log-ins of the load into a platform's directory; the sample ones join them when it starts."""
    password_hash = PasswordHasher().hash(sample_password(directory / "keys"))
    rows = [
        (DIRECTOR, "demo_administrator", list(DISTRICTS)), (FIELD, "field_unit", list(DISTRICTS)), (KEEPER, "warehouse_keeper", ["640202"]),
        (EDITOR, "alert_editor", ["640202"]), *((f"load_gateway_{code}", "gateway_device", [code]) for code in DISTRICTS),
        *((f"load_seat_{number}", "duty_officer", [code]) for number, code in enumerate(districts_of(profile.seats))),
    ]  # fmt: skip
    entries = [
        {"username": name, "name": f"{name}（压力测试）", "org": "压力测试", "roles": [role], "regions": regions, "password_hash": password_hash}
        for name, role, regions in rows
    ]
    directory.mkdir(parents=True, exist_ok=True)
    write_private(directory / "accounts.yaml", yaml.safe_dump({"accounts": entries}, allow_unicode=True).encode())


def units(profile: Profile, api: Api) -> dict[str, str]:
    """Register the units, district by district, and let them report ready: unit -> district."""
    chosen = districts_of(profile.units)
    run = uuid4().hex[:6]
    with ThreadPoolExecutor(12) as pool:
        for code, (lon, lat) in DISTRICTS.items():
            team = {
                "displayName": f"压力测试队伍{code}", "teamClass": "TEAM_CLASS_PROFESSIONAL", "specialties": ["flood_control"], "regionCode": code,
                "dispatchOrg": "压力测试", "contact": "示例", "membersCount": 1000, "home": {"lon": lon, "lat": lat}, "leader": "示例",
                "leaderPhone": "0952-0000000", "responseMinutes": 5, "insured": True,
            }  # fmt: skip
            api.post(DIRECTOR, "/teams", {"teamId": f"load-{run}-{code}", "team": team}, key=f"load-{run}-{code}")

        def register(number: int) -> str:
            code = chosen[number]
            lon, lat = place(number, code)
            unit = {
                "team": f"teams/load-{run}-{code}", "displayName": f"压力单元{number:04}", "regionCode": code, "contact": "示例", "crewSize": 5,
                "capabilities": [{"code": CAPABILITIES[number // len(DISTRICTS) % len(CAPABILITIES)], "count": 1}], "home": {"lon": lon, "lat": lat},
            }  # fmt: skip
            api.post(DIRECTOR, "/units", {"unitId": f"load-{run}-{number:04}", "unit": unit}, key=f"load-{run}-{number}")
            return f"units/load-{run}-{number:04}"

        names = list(pool.map(register, range(profile.units)))
        _known(api, f"units/load-{run}-", profile.units)
        list(pool.map(lambda name: api.post(FIELD, f"/{name}:setStatus", {"state": "UNIT_STATE_AVAILABLE"}), names))
    return dict(zip(names, chosen, strict=True))


def place(number: int, code: str) -> tuple[float, float]:
    """Where a thing with a number lies in its district: a grid, so that it is the same in each run."""
    lon, lat = DISTRICTS[code]
    return lon + SPREAD_DEG * ((number * 7919 % 200) / 100 - 1), lat + SPREAD_DEG * ((number * 104729 % 200) / 100 - 1)


def lot(api: Api, exercise_id: str) -> str:
    """A lot of the exercise, so that no real stock moves."""
    body = {
        "lotId": exercise_id, "store": "stores/sd", "item": "items/sandbag", "mode": "RESERVE_MODE_PHYSICAL", "batch": "压力测试", "quantity": "1000000",
        "supplier": "压力测试", "document": "压力测试", "exerciseId": exercise_id,
    }  # fmt: skip
    return str(api.post(KEEPER, "/lots", body)["name"])


def _known(api: Api, prefix: str, count: int) -> None:
    until = time.monotonic() + KNOWN_WITHIN_S
    while sum(row["unit"].startswith(prefix) for row in _statuses(api)) < count:
        if time.monotonic() > until:
            raise TimeoutError(f"not all of {count} units reached the board within {KNOWN_WITHIN_S:g} s")
        time.sleep(0.5)


def _statuses(api: Api) -> Iterator[dict[str, Any]]:
    token = ""
    while True:
        page = api.get(FIELD, "/unitStatuses", pageSize=500, **({"pageToken": token} if token else {}))
        yield from page.get("unitStatuses", [])
        token = page.get("nextPageToken", "")
        if not token:
            return
