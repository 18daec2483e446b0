"""What comes in: readings, foreign messages, other services' facts."""

from pathlib import Path

from fenghuo.alerts.v1 import alerts_pb2 as pb
from fenghuo.alerts.v1 import external_alerts_pb2 as ext
from fenghuo.alerts.v1 import observations_pb2 as obs
from fenghuo.alerts.v1.observation_events_pb2 import ObservationEvent
from fenghuo.dispatch.v1 import incident_events_pb2
from fenghuo.plans.v1 import drill_events_pb2
from tests.fixtures.service import Start
from tests.integration.alerts.desk import DAY, Desk, content

CAP = Path(__file__).parents[2] / "fixtures" / "cap"
SENSOR = "gateway_device"


async def _desk(start: Start) -> Desk:
    desk = Desk(await start("alerts"))
    desk.run.set_clock(f"{DAY}13:25:00+08:00")
    await desk.authority()
    return desk


async def test_a_reading_proposes_a_level_once_and_issues_nothing(start: Start) -> None:
    desk = await _desk(start)
    await desk.run.call(
        desk.observations.CreateStation,
        obs.CreateStationRequest(station_id="dawukougou", title="大武口沟上游", region_code="640202", metrics=["rain_1h"]),
        "administrator",
    )
    for level, value in ((3, "25"), (2, "40")):
        threshold = obs.CreateThresholdRequest(event_code="11A51", metric="rain_1h", comparison=obs.COMPARISON_AT_LEAST, value=value, level=level)
        await desk.run.call(desk.observations.CreateThreshold, threshold, "administrator")
    levels = []
    for minute, value in ((5, "24"), (10, "25.0"), (20, "26"), (21, "41"), (22, "20")):
        request = obs.RecordObservationRequest(station="stations/dawukougou", readings=[obs.Reading(metric="rain_1h", value=value)])
        request.observe_time.FromJsonString(f"{DAY}13:{minute:02d}:00+08:00")
        found = await desk.run.call(desk.observations.RecordObservation, request, "sensor", SENSOR)
        levels.append([crossing.proposed_level for crossing in found.crossings])
    assert levels == [[], [3], [], [2], []]
    events = await desk.run.published("fenghuo.alerts.observation.v1", ObservationEvent)
    assert [event.threshold_crossed.value for event in events if event.header.type == "ThresholdCrossed"] == ["25.0", "41"]
    assert not (await desk.run.call(desk.alerts.ListAlerts, pb.ListAlertsRequest(), "observer")).alerts


async def _import(desk: Desk, document: bytes) -> ext.ImportExternalAlertsResponse:
    request = ext.ImportExternalAlertsRequest(document=document, content_type="application/cap+xml")
    found: ext.ImportExternalAlertsResponse = await desk.run.call(desk.external.ImportExternalAlerts, request, "sensor", SENSOR)
    return found


async def test_the_city_weather_office_in_its_own_shape(start: Start) -> None:
    desk = await _desk(start)
    document = (CAP / "cma_rainstorm_yellow.xml").read_bytes()
    found = (await _import(desk, document)).results[0]
    alert = found.external_alert
    assert (alert.state, found.duplicate) == (ext.EXTERNAL_ALERT_STATE_ACCEPTED, False)
    assert (alert.event_code, alert.level, list(alert.regions), alert.concerns_district) == ("11B03", 3, ["6402"], True)
    assert ("C09", False) in [(finding.rule, finding.error) for finding in alert.findings]
    assert not alert.references
    again = (await _import(desk, document)).results[0]
    assert (again.duplicate, again.external_alert.name) == (True, alert.name)
    other = (await _import(desk, document.replace("50毫米".encode(), "80毫米".encode()))).results[0].external_alert
    assert other.state == ext.EXTERNAL_ALERT_STATE_QUARANTINED
    judge = ext.JudgeExternalAlertRequest(name=other.name, reason="已电话核实")
    accepted = await desk.run.call(desk.external.AcceptExternalAlert, judge, "alert_editor")
    assert accepted.state == ext.EXTERNAL_ALERT_STATE_ACCEPTED
    displaced = await desk.run.call(desk.external.GetExternalAlert, ext.GetExternalAlertRequest(name=alert.name), "observer")
    assert displaced.state == ext.EXTERNAL_ALERT_STATE_REJECTED
    names = [name for name, _ in await desk.facts()]
    assert names[:2] == ["ExternalAlertReceived", "ExternalAlertRejected"]
    assert sorted(names[2:]) == ["ExternalAlertReceived", "ExternalAlertRejected"]


async def test_foreign_updates_and_cancellations_end_what_they_reference(start: Start) -> None:
    desk = await _desk(start)
    names = [(await _import(desk, (CAP / f"flood_{part}.xml").read_bytes())).results[0].external_alert.name for part in ("1_alert", "2_update", "3_cancel")]
    listed = await desk.run.call(desk.external.ListExternalAlerts, ext.ListExternalAlertsRequest(), "observer")
    states = {alert.name: alert.state for alert in listed.external_alerts}
    assert [states[name] for name in names] == [
        ext.EXTERNAL_ALERT_STATE_SUPERSEDED, ext.EXTERNAL_ALERT_STATE_CANCELLED, ext.EXTERNAL_ALERT_STATE_ACCEPTED,
    ]  # fmt: skip
    assert {alert.chain for alert in listed.external_alerts} == {names[0]}


async def test_what_cannot_be_read_is_rejected_and_never_an_error(start: Start) -> None:
    desk = await _desk(start)
    for name in ("entity_bomb.xml", "external_entity.xml"):
        found = await _import(desk, (CAP / name).read_bytes())
        assert [result.external_alert.state for result in found.results] == [ext.EXTERNAL_ALERT_STATE_REJECTED]
        assert found.refused[0].rule == "C01"


def _confirmed(name: str) -> incident_events_pb2.IncidentEvent:
    event = incident_events_pb2.IncidentEvent()
    event.header.incident, event.header.region_code = name, "640202001201"
    event.incident_confirmed.event_code, event.incident_confirmed.lon, event.incident_confirmed.lat = "11A51", 106.35, 39.05
    return event


async def test_a_confirmed_incident_is_offered_to_its_alert_once(start: Start) -> None:
    desk = await _desk(start)
    alert = await desk.issue()
    drill = await desk.issue(content(note="演练"), exercise_id="drills/d1")
    event = _confirmed("incidents/i1")
    for _ in range(2):
        await desk.run.deliver("fenghuo.dispatch.incident.v1", event, event_id="e1")
    assert list((await desk.get(alert.name)).suggested_incidents) == ["incidents/i1"]
    assert not (await desk.get(drill.name)).suggested_incidents
    linked = await desk.run.call(desk.alerts.LinkAlertIncident, pb.LinkAlertIncidentRequest(name=alert.name, incident="incidents/i1"), "alert_editor")
    assert linked.incident == "incidents/i1"


async def test_alerts_of_a_merged_incident_belong_to_the_one_that_stays(start: Start) -> None:
    """A merge was ignored: alerts stayed with an incident that nobody leads."""
    desk = await _desk(start)
    linked, offered = await desk.issue(), await desk.issue()
    await desk.run.deliver("fenghuo.dispatch.incident.v1", _confirmed("incidents/i1"))
    await desk.run.call(desk.alerts.LinkAlertIncident, pb.LinkAlertIncidentRequest(name=linked.name, incident="incidents/i1"), "alert_editor")
    event = incident_events_pb2.IncidentEvent()
    event.header.incident, event.header.region_code, event.incident_merged.target = "incidents/i1", "640202001201", "incidents/i2"
    before = len(await desk.facts())
    for event_id in ("m1", "m1", "m2"):
        await desk.run.deliver("fenghuo.dispatch.incident.v1", event, event_id=event_id)
    one, other = await desk.get(linked.name), await desk.get(offered.name)
    assert (one.incident, list(one.suggested_incidents)) == ("incidents/i2", [])
    assert (other.incident, list(other.suggested_incidents)) == ("", ["incidents/i2"])
    assert sorted(name for name, _ in (await desk.facts())[before:]) == ["AlertIncidentLinked", "AlertIncidentSuggested"]


async def test_an_aborted_drill_stops_its_messages_and_no_others(start: Start) -> None:
    desk = await _desk(start)
    real = await desk.issue()
    out = await desk.issue(content(note="演练"), exercise_id="drills/d1")
    draft = await desk.draft(content(note="演练"), exercise_id="drills/d1")
    event = drill_events_pb2.DrillEvent()
    event.header.exercise_id, event.drill_aborted.reason = "drills/d1", "真实事件"
    await desk.run.deliver("fenghuo.plans.drill.v1", event)
    assert (await desk.get(out.name)).state == pb.ALERT_STATE_CANCELLED
    assert (await desk.get(draft.name)).state == pb.ALERT_STATE_DISCARDED
    assert (await desk.get(real.name)).state == pb.ALERT_STATE_PUBLISHED
