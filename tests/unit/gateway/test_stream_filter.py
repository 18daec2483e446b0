"""Who sees which fact on the live stream: one's own places, and incidents at the border of which the neighbour's list knows too."""

from types import SimpleNamespace
from typing import Any

import pytest

from chassis.access import Roles
from chassis.eventlog.record import Position, Record, StoredRecord
from chassis.identity import Caller
from fenghuo.alerts.v1 import alert_events_pb2
from fenghuo.dispatch.v1 import incident_events_pb2 as pb
from gateway.public.stream import Topics

ROLES = Roles({"reader": frozenset({"incidents.read", "alerts.read"})})
TOPIC = "fenghuo.dispatch.incident.v1"


def _shown(topic: str, event: Any, region: str) -> bool:
    stored = StoredRecord(Position(topic, 0, 0), Record(topic, "k", event.SerializeToString()))
    state: Any = SimpleNamespace(roles=ROLES)
    return Topics().shown(state, Caller("user:x", "", ("reader",), (region,), ""), stored) is not None


def _ended(*regions: str) -> pb.IncidentEvent:
    event = pb.IncidentEvent(response_ended=pb.ResponseEnded())
    event.header.aggregate, event.header.region_code, event.header.type = "incidents/1", "640202", "ResponseEnded"
    event.header.regions.extend(regions)
    return event


@pytest.mark.parametrize(("region", "seen"), [("640202", True), ("6402", True), ("640205", True), ("640221", False), ("", True)])
def test_an_incident_at_the_border_is_seen_on_both_sides_of_it(region: str, seen: bool) -> None:
    """R-I9: the neighbour's list shows it; its stream, which looked at the incident's own county alone, was silent."""
    assert _shown(TOPIC, _ended("640205"), region) is seen


def test_facts_of_another_kind_are_seen_where_they_belong_only() -> None:
    event = alert_events_pb2.AlertEvent(alert_published=alert_events_pb2.AlertPublished(regions=["640202", "640205"]))
    event.header.aggregate, event.header.region_code = "alerts/1", "640202"
    assert _shown("fenghuo.alerts.alert.v1", event, "640202")
    assert not _shown("fenghuo.alerts.alert.v1", event, "640205")
    assert not _shown(TOPIC, _ended(), "640205")
