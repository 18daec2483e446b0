"""The sample district's stores, teams, shelters and risks come about by the requests its people send."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import yaml
from google.api import annotations_pb2
from google.protobuf import json_format, message_factory

from fenghuo.resources.v1 import lots_pb2, picture_pb2, quotas_pb2, shelters_pb2, teams_pb2, unit_events_pb2, units_pb2
from tests.fixtures.service import Start
from tests.integration.resources.depot import OFFICER, STUBS, Depot

SAMPLE = Path(__file__).parents[3] / "districts" / "dawukou" / "resources.yaml"


def routes(depot: Depot) -> list[tuple[re.Pattern[str], Any, Any]]:
    """Path pattern, method and stub of every POST of the contract."""
    found = []
    for area in STUBS:
        stub = depot.stub(area)
        for method in depot.methods(area):
            path = method.GetOptions().Extensions[annotations_pb2.http].post.removeprefix("/api/v1")
            pattern = re.sub(r"\{name=(\w+)/\*\}", r"(?P<name>\1/[^/:]+)", path)
            found += [(re.compile(pattern), method, stub)] if path else []
    return found


async def test_the_sample_is_what_the_scenarios_begin_with(start: Start) -> None:
    running = await start("resources")
    running.set_clock("2026-07-29T13:00:00+08:00")
    depot = Depot(running)
    known = routes(depot)
    for number, line in enumerate(yaml.safe_load(SAMPLE.read_text(encoding="utf-8"))):
        matched, method, stub = next((found, method, stub) for pattern, method, stub in known if (found := pattern.fullmatch(line["post"])))
        request = message_factory.GetMessageClass(method.input_type)()
        json_format.ParseDict(line["body"] | matched.groupdict() | {"requestId": f"sample-{number}"}, request)
        await running.call(getattr(stub, method.name), request, line["as"])
    stock = {lot.name: lot.available for lot in (await depot("lots", "ListLots", lots_pb2.ListLotsRequest(page_size=500, store="stores/sd"))).lots}
    assert [stock[f"lots/sd-{item}"] for item in ("tent", "quilt", "life-jacket", "foam")] == ["600", "1200", "90", "3000"]
    jackets = await depot("picture", "QueryAvailability", picture_pb2.QueryAvailabilityRequest(item="items/life-jacket"), OFFICER)
    assert [line.available for line in jackets.items] == ["90"]
    units = (await depot("units", "ListUnits", units_pb2.ListUnitsRequest(page_size=500))).units
    can = Counter(capability.code for unit in units for capability in unit.capabilities)
    assert len(units) >= 30
    assert can["water_rescue"] >= 4
    assert can["evacuation"] >= 3
    assert {"fire_suppression", "hazmat", "medical", "heavy_rescue", "engineering", "communication", "environment_monitoring", "traffic_control"} <= set(can)
    teams = (await depot("teams", "ListTeams", teams_pb2.ListTeamsRequest(page_size=500))).teams
    assert all(team.members_count >= 30 for team in teams if team.team_class == teams_pb2.TEAM_CLASS_TOWN)
    assert all(team.members_count >= 10 for team in teams if team.team_class == teams_pb2.TEAM_CLASS_VILLAGE)
    shelters = {each.name: each for each in (await depot("shelters", "ListShelters", shelters_pb2.ListSheltersRequest())).shelters}
    assert [name for name, each in shelters.items() if each.capacity == 300] == ["shelters/s1"]
    assert {each.state for each in shelters.values()} == {shelters_pb2.SHELTER_STATE_READY}
    gaps = await depot("quotas", "QueryQuotaGaps", quotas_pb2.QueryQuotaGapsRequest())
    assert [(gap.stock_quota.name, gap.missing) for gap in gaps.gaps] == [("stockQuotas/district-instant-food", "1000")]
    told = await running.published("fenghuo.resources.unit.v1", unit_events_pb2.UnitEvent)
    assert len(told) == len(units)
    await depot.check_book()
