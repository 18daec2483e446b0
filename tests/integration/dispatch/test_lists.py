"""Lists of incidents: filters, orders and pages; an earthquake keeps its judgement and its result."""

from fenghuo.dispatch.v1 import incidents_pb2 as pb
from fenghuo.dispatch.v1 import reports_pb2
from fenghuo.type.v1 import geo_pb2
from tests.fixtures.service import Start
from tests.integration.dispatch.desk import Desk, refusal, stamp

NOW = "2026-11-18T04:00:00+08:00"


async def _names(desk: Desk, **asked: object) -> list[str]:
    """Every page of a list, two at a time."""
    found: list[str] = []
    token = ""
    while True:
        request = pb.ListIncidentsRequest(page_size=2, page_token=token, **asked)  # type: ignore[arg-type]
        answer = await desk.officer(desk.incidents.ListIncidents, request)
        found += [each.title for each in answer.incidents]
        token = answer.next_page_token
        if not token:
            return found


async def test_incidents_are_listed_by_time_and_grade_and_by_what_they_are(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    for number, dead in enumerate((0, 30, 3, 10, 1)):
        desk.dispatch.set_clock(f"2026-11-18T0{number}:00:00+08:00")
        made = await desk.register(f"{dead}人", event_code="12D02" if dead else "11A51", exercise_id="drill" if dead == 1 else "")
        if dead != 1:
            facts = pb.Facts(dead=dead)
            confirm = pb.ConfirmIncidentRequest(name=made.name, occur_time=stamp("2026-11-18T00:00:00+08:00"), facts=facts)
            await desk.officer(desk.incidents.ConfirmIncident, confirm)
    assert await _names(desk) == ["1人", "10人", "3人", "30人", "0人"]
    assert await _names(desk, order_by="receive_time") == ["0人", "30人", "3人", "10人", "1人"]
    assert await _names(desk, order_by="grade") == ["30人", "10人", "3人", "0人", "1人"]
    assert await _names(desk, exercise_id="-") == ["10人", "3人", "30人", "0人"]
    assert await _names(desk, exercise_id="drill") == ["1人"]
    assert await _names(desk, event_prefix="12", states=[pb.INCIDENT_STATE_CONFIRMED]) == ["10人", "3人", "30人"]
    first = await desk.officer(desk.incidents.ListIncidents, pb.ListIncidentsRequest(page_size=2))
    other = pb.ListIncidentsRequest(page_size=2, page_token=first.next_page_token, order_by="grade")
    assert (await refusal(desk.officer(desk.incidents.ListIncidents, other)))[1] == "INVALID_PAGE_TOKEN"


async def test_obligations_are_paged_by_their_due_times(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    desk.dispatch.set_clock(NOW)
    made = await desk.register("火灾", event_code="12D02")
    confirm = pb.ConfirmIncidentRequest(name=made.name, occur_time=stamp("2026-11-18T00:00:00+08:00"), facts=pb.Facts(dead=30))
    await desk.officer(desk.incidents.ConfirmIncident, confirm)
    whole = (await desk.officer(desk.obligations.ListObligations, reports_pb2.ListObligationsRequest())).obligations
    paged, token = [], "first"
    while token:
        asked = reports_pb2.ListObligationsRequest(page_size=2, page_token=token.removeprefix("first"))
        answer = await desk.officer(desk.obligations.ListObligations, asked)
        paged += answer.obligations
        token = answer.next_page_token
    assert (len(paged) > 2, paged) == (True, list(whole))
    assert [each.due_time.seconds for each in paged] == sorted(each.due_time.seconds for each in paged)


async def test_a_list_holds_what_lies_in_the_regions_of_the_caller_or_touches_them(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    at = geo_pb2.Point(lon=106.55, lat=39.13)
    await desk.register("大", impact_radius_km=60.0, location=at)
    await desk.register("小", location=at)

    async def seen(*regions: str) -> set[str]:
        answer = await desk.dispatch.call(desk.incidents.ListIncidents, pb.ListIncidentsRequest(), "officer", "duty_officer", regions=regions)
        return {each.title for each in answer.incidents}

    assert await seen("640202") == await seen("6402") == await seen("") == await seen("65", "640202") == {"大", "小"}
    assert await seen("640205") == {"大"}
    assert await seen("64_202") == await seen("65") == set()


async def test_an_earthquake_is_judged_by_its_readings_until_the_result_is_confirmed(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    desk.dispatch.set_clock(NOW)
    quake = await desk.register("6.0级地震", event_code="11C02", occur_time=stamp("2026-11-18T03:27:40+08:00"))
    facts = pb.Facts(magnitude="6.0", population_density="260")
    judged = await desk.officer(desk.incidents.ConfirmIncident, pb.ConfirmIncidentRequest(name=quake.name, facts=facts))
    assert (judged.grade.level, judged.grade.judged_level, judged.grade.HasField("result_level"), judged.grade.provisional) == (1, 1, False, True)
    assert judged.lead_level == pb.LEAD_LEVEL_PROVINCE
    known = await desk.facts(quake.name, dead=12, missing=0, result_confirmed=True)
    assert (known.grade.level, known.grade.judged_level, known.grade.result_level, known.grade.provisional) == (3, 1, 3, False)
    assert known.lead_level == pb.LEAD_LEVEL_CITY
    assert known.facts.magnitude == "6.0"
