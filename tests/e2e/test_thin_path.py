"""An incident registered over HTTP is seen on the live stream, without gap or repeat, also across a gateway that dies."""

from cli.api import Api
from deploy.local.platform import Platform
from tests.e2e.listener import Listener

BODY = {"title": "山洪", "regionCode": "640202", "source": "INCIDENT_SOURCE_PHONE"}


def test_an_incident_reaches_the_stream(platform: Platform, api: Api) -> None:
    listener = Listener(f"http://{platform.address()}/api/v1/stream", api.login("duty_officer")).start()
    made = api.post("duty_officer", "/incidents", BODY)
    listener.wait(lambda: any(fact["header"]["aggregate"] == made["name"] for fact in listener.facts))
    fact = next(fact for fact in listener.facts if fact["header"]["aggregate"] == made["name"])
    listener.stop()
    assert fact["type"] == "IncidentReported"
    assert fact["header"]["regionCode"] == "640202"


def test_the_stream_has_no_gap_and_no_repeat_when_the_gateway_dies(platform: Platform, api: Api) -> None:
    listener = Listener(f"http://{platform.address()}/api/v1/stream", api.login("duty_officer")).start()
    names = []
    for number in range(30):
        names.append(api.post("duty_officer", "/incidents", BODY | {"title": f"事件 {number}"})["name"])
        if number in {8, 19}:
            platform.supervisor.kill("gateway")
    listener.wait(lambda: len({fact["header"]["eventId"] for fact in listener.facts if fact["type"] == "IncidentReported"}) >= len(names))
    listener.stop()
    seen = [fact["header"]["aggregate"] for fact in listener.facts if fact["type"] == "IncidentReported"]
    assert sorted(seen) == sorted(names)
    assert listener.connections >= 3


def test_a_neighbour_does_not_see_it(platform: Platform, api: Api) -> None:
    outsider = Listener(f"http://{platform.address()}/api/v1/stream", api.login("outsider")).start()
    insider = Listener(f"http://{platform.address()}/api/v1/stream", api.login("duty_officer")).start()
    made = api.post("duty_officer", "/incidents", BODY)
    insider.wait(lambda: any(fact["header"]["aggregate"] == made["name"] for fact in insider.facts))
    outsider.stop()
    insider.stop()
    assert outsider.facts == []


def test_links_of_the_public_feed_lead_here(platform: Platform, api: Api) -> None:
    """On another port than the usual one they led to nobody."""
    assert f"http://{platform.address()}/" in api.http.get("/feed").text
