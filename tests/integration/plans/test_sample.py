"""The sample district's plans come into force by the requests its people send."""

import re
from pathlib import Path
from typing import Any

import yaml
from google.api import annotations_pb2
from google.protobuf import json_format, message_factory

from fenghuo.plans.v1 import plans_pb2, versions_pb2
from tests.integration.plans.case import Case

SAMPLE = Path(__file__).parents[3] / "districts" / "dawukou" / "plans.yaml"


def routes() -> list[tuple[re.Pattern[str], Any]]:
    """Path and method of every POST of plans and versions, from the contract."""
    found = []
    for file in (plans_pb2.DESCRIPTOR, versions_pb2.DESCRIPTOR):
        for method in (method for service in file.services_by_name.values() for method in service.methods):
            path = method.GetOptions().Extensions[annotations_pb2.http].post.removeprefix("/api/v1")
            pattern = re.sub(r"\{name=(\w+)/\*\}", r"(?P<name>\1/[^/:]+)", path)
            found += [(re.compile(pattern), method)] if path else []
    return found


async def test_three_plans_with_four_levels_are_in_force(case: Case) -> None:
    known = routes()
    for line in yaml.safe_load(SAMPLE.read_text(encoding="utf-8")):
        matched, method = next((found, method) for pattern, method in known if (found := pattern.fullmatch(line["post"])))
        request = message_factory.GetMessageClass(method.input_type)()
        json_format.ParseDict(line["body"] | matched.groupdict(), request)
        stub = case.versions if method.containing_service.name == "PlanVersionService" else case.register
        await case.do(getattr(stub, method.name), request, line["as"])
    listed = (await case.do(case.register.ListPlans, plans_pb2.ListPlansRequest(effective_only=True), "observer")).plans
    assert {plan.name: list(plan.hazards) for plan in listed} == {"plans/flood": ["11A"], "plans/hazmat": ["12D"], "plans/quake": ["11C"]}
    for plan in listed:
        version = await case.do(case.versions.GetPlanVersion, versions_pb2.GetPlanVersionRequest(name=plan.effective_version), "plan_reviewer")
        assert sorted(level.level for level in version.content.levels) == [1, 2, 3, 4]
        assert all(level.triggers and level.actions for level in version.content.levels)
        cards = [card for level in version.content.levels for card in level.actions]
        assert all(card.post and "示例" in card.person and card.clause for card in cards)
        assert any(card.life_saving for card in cards)


async def test_a_flash_flood_is_answered_by_the_sample_plan(case: Case) -> None:
    await test_three_plans_with_four_levels_are_in_force(case)
    await case.confirmed()
    (proposal,) = await case.listed()
    assert (proposal.plan, proposal.level) == ("plans/flood", 4)
    await case.activate(proposal.name, level=3)
    started = (await case.activation_facts())[-1].plan_activated
    assert {action.level for action in started.actions} == {3, 4}
