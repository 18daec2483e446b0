"""One trace from the HTTP request through gRPC, database and log to the last consumer; figures of every service reach the receiver."""

import time
from collections.abc import Iterator

import pytest

from deploy.local.platform import Platform
from deploy.local.profile import chosen_backends
from tests.fixtures.platform import api_of, supervised
from tests.peers.otlp_receiver import Receiver, Span, receiver

BODY = {"title": "山洪", "eventCode": "11A51", "regionCode": "640202", "occurTime": "2026-07-29T15:12:00+08:00", "source": "INCIDENT_SOURCE_PHONE"}
GAUGES = {"fenghuo.journal.age", "fenghuo.consumer.lag", "fenghuo.calls.shed", "fenghuo.calls.waiting"}


@pytest.fixture(scope="module")
def collected() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


@pytest.fixture(scope="module", params=chosen_backends())
def traced(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, collected: Receiver) -> Iterator[Platform]:
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": collected.endpoint}
    with supervised(request.param, tmp_path_factory.mktemp("traced"), settings=settings, sample=False) as running:
        yield running


def test_the_edges_of_one_command(traced: Platform, collected: Receiver) -> None:
    api = api_of(traced)
    with api.http:
        made = api.post("duty_officer", "/incidents", BODY)
        answer = api.http.post(
            f"/api/v1/{made['name']}:confirm",
            json={},
            headers={"Authorization": f"Bearer {api.login('duty_officer')}", "traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"},
        )
    assert answer.status_code == 200, answer.text
    spans = _until(collected, "ab" * 16, {"fenghuo-gateway", "fenghuo-dispatch", "fenghuo-plans"})
    parents = {span.span_id: span for span in spans}
    edges = {(parents[span.parent_id].service, parents[span.parent_id].name, span.service, span.name) for span in spans if span.parent_id in parents}
    method = "/fenghuo.dispatch.v1.IncidentService/ConfirmIncident"
    assert ("fenghuo-gateway", f"POST /api/v1/{made['name']}:confirm", "fenghuo-gateway", method) in edges
    assert ("fenghuo-gateway", method, "fenghuo-dispatch", method) in edges
    assert ("fenghuo-dispatch", method, "fenghuo-dispatch", "journal") in edges
    assert any(edge[0] == "fenghuo-dispatch" and edge[2] == "fenghuo-plans" and edge[3].startswith("consume ") for edge in edges)
    assert any(edge[0] == "fenghuo-plans" and edge[3] == "journal" for edge in edges)


def _until(collected: Receiver, trace_id: str, services: set[str]) -> list[Span]:
    until = time.monotonic() + 30
    while True:
        spans = [span for span in collected.spans if span.trace_id == trace_id]
        if {span.service for span in spans} >= services:
            return spans
        assert time.monotonic() < until, f"spans only from {[(span.service, span.name) for span in spans]}"
        time.sleep(0.2)


def test_figures_of_every_service_arrive(traced: Platform, collected: Receiver) -> None:
    until = time.monotonic() + 40
    wanted = {f"fenghuo-{component.name}": GAUGES for component in traced.components if component.kind == "service"}
    wanted["fenghuo-dispatch"] = GAUGES | {"fenghuo.calls"}
    while not all(collected.metrics.get(service, set()) >= names for service, names in wanted.items()):
        assert time.monotonic() < until, collected.metrics
        time.sleep(0.5)
