"""The gateway's own OpenAPI document against the running platform: what it says is so, and nothing it allows makes the platform fail."""

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import openapi
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from deploy.local.platform import Platform
from tests.e2e import attacker

SEED = int(os.environ.get("FENGHUO_SEED", "20260729"))
EXAMPLES = int(os.environ.get("FENGHUO_EXAMPLES", "2"))
BUDGET_S = float(os.environ.get("FENGHUO_SCHEMATHESIS_S", "120"))
WHO = attacker.caller("schemathesis")
CHECKS = [checks.status_code_conformance, checks.content_type_conformance, checks.response_schema_conformance, checks.response_headers_conformance]


@pytest.fixture(scope="module")
def door(platform: Platform) -> Iterator[httpx.Client]:
    """Somebody who may do everything in the district."""
    with attacker.client(platform, WHO) as client:
        yield client


def _try(operation: Any, door: httpx.Client, seen: Counter[int], wrong: dict[str, str]) -> None:
    """A few examples of one operation; counts the answers by status, and keeps what is wrong by operation."""

    @seed(SEED)
    @settings(max_examples=EXAMPLES, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def example(case: Any) -> None:
        response = case.call(base_url=str(door.base_url), headers={"Authorization": door.headers["Authorization"]}, timeout=20)
        seen[response.status_code] += 1
        try:
            case.validate_response(response, checks=[schemathesis.checks.not_a_server_error, *CHECKS])
        except BaseExceptionGroup as failures:
            wrong[operation.label] = " | ".join(f"{type(each).__name__} {each}"[:600] for each in failures.exceptions)

    example()


def test_the_document_tells_the_truth(door: httpx.Client, capsys: pytest.CaptureFixture[str]) -> None:
    document = door.get("/api/v1/openapi.json").json()
    schema = openapi.from_dict(document)
    operations = sorted((result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)), key=lambda operation: operation.label)
    wrong: dict[str, str] = {}
    seen: Counter[int] = Counter()
    tried, started = 0, time.monotonic()
    for operation in operations[SEED % len(operations) :] + operations[: SEED % len(operations)]:
        if time.monotonic() - started > BUDGET_S:
            break
        _try(operation, door, seen, wrong)
        tried += 1
    with capsys.disabled():
        answers = ", ".join(f"{count} x {status}" for status, count in sorted(seen.items()))
        sys.stdout.write(f"\nschemathesis: seed {SEED}, {tried} of {len(operations)} operations in {time.monotonic() - started:.0f} s; {answers}\n")
    assert len(operations) > 400
    assert wrong == {}, "\n".join(f"{label}: {what}" for label, what in wrong.items())
