"""Shelters, pre-positions, standbys and what follows from other services' facts."""

import asyncio
from typing import Any

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from fenghuo.alerts.v1 import alert_events_pb2, alerts_pb2, observation_events_pb2
from fenghuo.dispatch.v1 import incident_events_pb2, unit_events_pb2
from fenghuo.plans.v1 import activation_events_pb2, content_pb2
from fenghuo.resources.v1 import (
    lots_pb2,
    movements_pb2,
    picture_pb2,
    pre_positions_pb2,
    risk_sources_pb2,
    shelter_events_pb2,
    shelters_pb2,
    standby_orders_pb2,
    stores_pb2,
    teams_pb2,
    transfers_pb2,
    units_pb2,
)
from fenghuo.resources.v1 import unit_events_pb2 as register
from fenghuo.type.v1 import geo_pb2
from tests.integration.resources.depot import ADMIN, LEADER, LONGQUAN, OFFICER, Depot

INCIDENTS, UNITS = "fenghuo.dispatch.incident.v1", "fenghuo.dispatch.unit.v1"
ACTIVATIONS, ALERTS = "fenghuo.plans.activation.v1", "fenghuo.alerts.alert.v1"
SHELTER_KEEPER = "shelter_keeper"
FUNCTIONS = [shelters_pb2.SHELTER_FUNCTION_SLEEPING, shelters_pb2.SHELTER_FUNCTION_WATER, shelters_pb2.SHELTER_FUNCTION_TOILETS]


async def shelter(depot: Depot, shelter_id: str, capacity: int, *, indoor: bool, lat: float = 39.02) -> None:
    """Enter a shelter and put it into service."""
    made = shelters_pb2.Shelter(
        display_name=shelter_id, level=shelters_pb2.SHELTER_LEVEL_COUNTY, kind=shelters_pb2.SHELTER_KIND_SHORT_TERM, indoor=indoor,
        region_code="640202001", location=geo_pb2.Point(lon=106.353, lat=lat), capacity=capacity, functions=FUNCTIONS, entrances=2, sign=True,
    )  # fmt: skip
    await depot("shelters", "CreateShelter", shelters_pb2.CreateShelterRequest(shelter_id=shelter_id, shelter=made), ADMIN)
    name = f"shelters/{shelter_id}"
    refusal = await depot.refused("shelters", "CommissionShelter", shelters_pb2.CommissionShelterRequest(name=name), ADMIN)
    assert (refusal.reason, refusal.details["missing"]) == ("SHELTER_NOT_FIT", "site_plan, published")
    made.site_plan = made.published = True
    await depot("shelters", "UpdateShelter", shelters_pb2.UpdateShelterRequest(name=name, shelter=made), ADMIN)
    await depot("shelters", "CommissionShelter", shelters_pb2.CommissionShelterRequest(name=name), ADMIN)


async def open_it(depot: Depot, shelter_id: str) -> None:
    request = shelters_pb2.OpenShelterRequest(name=f"shelters/{shelter_id}", keeper_present=True)
    await depot("shelters", "OpenShelter", request, SHELTER_KEEPER)


async def test_three_hundred_and_twenty_people_in_a_shelter_for_three_hundred_a13(depot: Depot) -> None:
    await shelter(depot, "s1", 300, indoor=True)
    await shelter(depot, "s2", 800, indoor=True, lat=39.04)
    absent = shelters_pb2.OpenShelterRequest(name="shelters/s1")
    assert (await depot.refused("shelters", "OpenShelter", absent, SHELTER_KEEPER)).reason == "KEEPER_ABSENT"
    await open_it(depot, "s1")
    full = await depot("shelters", "CheckIn", shelters_pb2.CheckInRequest(name="shelters/s1", count=300, person="龙泉村一组"), OFFICER)
    assert (full.occupancy, full.warning) == (300, "")
    more = shelters_pb2.CheckInRequest(name="shelters/s1", count=20, person="龙泉村二组", phone="13700000000")
    refusal = await depot.refused("shelters", "CheckIn", more, SHELTER_KEEPER)
    assert (refusal.reason, refusal.details["nearest"]) == ("OVERFLOW_NOT_CONFIRMED", "shelters/s2")
    more.overflow, more.request_id = True, ""
    assert (await depot.refused("shelters", "CheckIn", more, OFFICER)).reason == "OVERFLOW_KEEPER_ONLY"
    more.request_id = ""
    answer = await depot("shelters", "CheckIn", more, SHELTER_KEEPER)
    assert (answer.occupancy, answer.warning, answer.nearest.shelter.name, answer.stay.overflow) == (320, "OVER_CAPACITY", "shelters/s2", True)
    assert "s2" in answer.warning_text
    assert answer.stay.person == "***"
    assert (await depot("shelters", "GetShelter", shelters_pb2.GetShelterRequest(name="shelters/s1"))).state == shelters_pb2.SHELTER_STATE_FULL
    closing = await depot.refused("shelters", "CloseShelter", shelters_pb2.CloseShelterRequest(name="shelters/s1"), SHELTER_KEEPER)
    assert (closing.reason, closing.details["people"]) == ("OCCUPANTS_WITHOUT_PLACE", "320")
    for stay in (full.stay, answer.stay):
        await depot("shelters", "CheckOut", shelters_pb2.CheckOutRequest(name=stay.name, onward_place="回家"), SHELTER_KEEPER)
    twice = shelters_pb2.CheckOutRequest(name=full.stay.name, onward_place="回家")
    assert (await depot.refused("shelters", "CheckOut", twice, SHELTER_KEEPER)).reason == "INVALID_TRANSITION"
    await depot("shelters", "CloseShelter", shelters_pb2.CloseShelterRequest(name="shelters/s1"), SHELTER_KEEPER)
    ready = shelters_pb2.RestoreShelterRequest(name="shelters/s1", stock_counted=True, cleaned=True)
    restored = await depot("shelters", "RestoreShelter", ready, SHELTER_KEEPER)
    assert restored.purge_time.ToJsonString() == "2026-10-09T19:00:00Z"
    depot.running.set_clock("2026-10-10T03:00:01+08:00")
    await depot.running.ring()
    stays = await depot("shelters", "ListStays", shelters_pb2.ListStaysRequest(shelter="shelters/s1"), SHELTER_KEEPER)
    assert [(stay.person, stay.phone, stay.count, stay.purged) for stay in stays.stays] == [("", "", 20, True), ("", "", 300, True)]
    facts = await depot.running.published("fenghuo.resources.shelter.v1", shelter_events_pb2.ShelterEvent)
    assert [fact.WhichOneof("event") for fact in facts if fact.header.aggregate == "shelters/s1"] == [
        "shelter_ready", "shelter_opened", "shelter_full", "shelter_overflow", "shelter_has_space", "shelter_closing", "shelter_closed", "stays_purged",
    ]  # fmt: skip
    assert "龙泉村" not in str(facts)


async def test_after_an_earthquake_buildings_are_inspected_first_c8(depot: Depot) -> None:
    """Also those that are open already: they took people in until somebody had looked."""
    await shelter(depot, "s1", 300, indoor=True)
    await shelter(depot, "park", 2000, indoor=False)
    quake = incident_events_pb2.IncidentEvent(
        incident_confirmed=incident_events_pb2.IncidentConfirmed(event_code="11C02", title="地震", regions=["640202", "640221"])
    )
    for _ in range(2):
        await depot.running.deliver(INCIDENTS, quake, event_id="quake-1", aggregate="incidents/q", incident="incidents/q", region_code="640202")
    refusal = await depot.refused(
        "shelters", "OpenShelter", shelters_pb2.OpenShelterRequest(name="shelters/s1", keeper_present=True, incident="incidents/q"), SHELTER_KEEPER
    )
    assert refusal.reason == "SAFETY_INSPECTION_REQUIRED"
    await open_it(depot, "park")
    inspect = shelters_pb2.InspectShelterRequest(name="shelters/s1", inspector="住建局", safe=True)
    await depot("shelters", "InspectShelter", inspect, SHELTER_KEEPER)
    await open_it(depot, "s1")
    comes = shelters_pb2.CheckInRequest(name="shelters/s1", count=1)
    await depot("shelters", "CheckIn", comes, SHELTER_KEEPER)
    await depot.running.deliver(INCIDENTS, quake, event_id="quake-2", aggregate="incidents/q2", incident="incidents/q2", region_code="640202")
    shaken = await depot.refused("shelters", "CheckIn", shelters_pb2.CheckInRequest(name="shelters/s1", count=1), SHELTER_KEEPER)
    assert (shaken.reason, shaken.details["nearest"], shaken.code) == ("SAFETY_INSPECTION_REQUIRED", "shelters/park", grpc.StatusCode.FAILED_PRECONDITION)
    outdoors = shelters_pb2.CheckInRequest(name="shelters/park", count=1)
    assert (await depot("shelters", "CheckIn", outdoors, SHELTER_KEEPER)).occupancy == 1
    unsafe = shelters_pb2.InspectShelterRequest(name="shelters/s1", inspector="住建局", safe=False, finding="墙体开裂")
    assert (await depot("shelters", "InspectShelter", unsafe, SHELTER_KEEPER)).state == shelters_pb2.SHELTER_STATE_DAMAGED
    refusal = await depot.refused("shelters", "CheckIn", shelters_pb2.CheckInRequest(name="shelters/s1", count=1), SHELTER_KEEPER)
    assert refusal.reason == "INVALID_TRANSITION"


async def test_what_is_under_way_goes_on_for_the_incident_that_stays(depot: Depot) -> None:
    """Merges and transfers of an incident were ignored: stock stayed promised to, and owed by, an incident that nobody leads."""
    order = await depot("transfers", "RequestTransfer", depot.transfer("tent", "10", verbal=True, incident="incidents/a"), OFFICER)
    line = standby_orders_pb2.StandbyLine(item="items/quilt", quantity="20")
    asked = standby_orders_pb2.OrderStandbyOrderRequest(region_code="640202", incident="incidents/a", source="manual", lines=[line])
    standby = await depot("standbys", "OrderStandbyOrder", asked, OFFICER)
    for event_id, (gone, stays) in {"m2": ("b", "c"), "m1": ("a", "b")}.items():  # told in the other order
        merged = incident_events_pb2.IncidentEvent(incident_merged=incident_events_pb2.IncidentMerged(target=f"incidents/{stays}"))
        for again in ("", "-again"):
            where = {"aggregate": f"incidents/{gone}", "incident": f"incidents/{gone}", "region_code": "640202"}
            await depot.running.deliver(INCIDENTS, merged, event_id=event_id + again, **where)
    moved = await depot("transfers", "GetTransfer", transfers_pb2.GetTransferRequest(name=order.name), OFFICER)
    held = await depot("standbys", "GetStandbyOrder", standby_orders_pb2.GetStandbyOrderRequest(name=standby.name), OFFICER)
    assert (moved.incident, held.incident) == ("incidents/c", "incidents/c")
    promised = await depot("lots", "ListReservations", lots_pb2.ListReservationsRequest(), OFFICER)
    assert {each.incident for each in promised.reservations} == {"incidents/c"}
    debts = await depot("picture", "QueryDebts", picture_pb2.QueryDebtsRequest(incident="incidents/c"), OFFICER)
    assert order.name in {each.name for each in debts.debts}
    transferred = incident_events_pb2.IncidentEvent(incident_transferred=incident_events_pb2.IncidentTransferred(organisation="石嘴山市"))
    for event_id in ("t1", "t2"):
        await depot.running.deliver(INCIDENTS, transferred, event_id=event_id, aggregate="incidents/c", incident="incidents/c", region_code="640202")
    let_go = await depot("standbys", "GetStandbyOrder", standby_orders_pb2.GetStandbyOrderRequest(name=standby.name), OFFICER)
    assert let_go.state == standby_orders_pb2.STANDBY_STATE_RELEASED
    await depot.check_book()


async def units(depot: Depot) -> None:
    team = teams_pb2.Team(display_name="水域救援队", team_class=teams_pb2.TEAM_CLASS_PROFESSIONAL, region_code="640202", members_count=24)
    await depot("teams", "RegisterTeam", teams_pb2.RegisterTeamRequest(team_id="water", team=team), ADMIN)
    unit = units_pb2.Unit(
        team="teams/water", display_name="冲锋舟一组", capabilities=[units_pb2.Capability(code="water_rescue", count=2)], home=LONGQUAN,
        region_code="640202", crew_size=6, contact="呼号 水一",
    )  # fmt: skip
    await depot("units", "RegisterUnit", units_pb2.RegisterUnitRequest(unit_id="water-1", unit=unit), ADMIN)


async def test_a_crew_and_forty_life_jackets_wait_at_longquan_a11_a29(depot: Depot) -> None:
    await units(depot)
    order = pre_positions_pb2.OrderPrePositionRequest(
        pre_position_id="longquan", units=["units/water-1"], place="龙泉村委会", region_code="640202001201", location=LONGQUAN, reason="暴雨黄色预警",
        lines=[pre_positions_pb2.PrePositionLine(item="items/life-jacket", quantity="40")],
    )  # fmt: skip
    await depot("positions", "OrderPrePosition", order, OFFICER)
    assert await depot.available("sd-life-jacket") == ("90", "50")
    order.pre_position_id, order.lines[0].quantity, order.request_id = "more", "51", ""
    refusal = await depot.refused("positions", "OrderPrePosition", order, OFFICER)
    assert (refusal.reason, refusal.details["available"]) == ("INSUFFICIENT", "50")
    order.units[0], order.request_id = "units/nobody", ""
    assert (await depot.refused("positions", "OrderPrePosition", order, OFFICER)).reason == "UNIT_NOT_REGISTERED"
    used = [pre_positions_pb2.UsedLine(item="items/life-jacket", lost="2")]
    await depot("positions", "CompletePrePosition", pre_positions_pb2.CompletePrePositionRequest(name="prePositions/longquan", lines=used), OFFICER)
    assert await depot.available("sd-life-jacket") == ("90", "88")
    drafts = await depot("movements", "ListMovements", movements_pb2.ListMovementsRequest(state=movements_pb2.MOVEMENT_STATE_DRAFT))
    (draft,) = drafts.movements
    approval = movements_pb2.ApproveMovementRequest(name=draft.name)
    assert (await depot.refused("movements", "ApproveMovement", approval, OFFICER, LEADER)).reason == "SEPARATION_OF_DUTY"
    approval.request_id = ""
    await depot("movements", "ApproveMovement", approval, LEADER)
    assert await depot.available("sd-life-jacket") == ("88", "88")
    await depot.check_book()
    facts = await depot.running.published("fenghuo.resources.pre_position.v1", register.PrePositionEvent)
    ordered = facts[0].pre_position_ordered
    assert (list(ordered.units), ordered.stock[0].quantity, ordered.stock[0].lot) == (["units/water-1"], "40", "lots/sd-life-jacket")
    (told,) = await depot.running.published("fenghuo.resources.unit.v1", register.UnitEvent)
    assert told.unit_registered.unit.capabilities[0] == units_pb2.Capability(code="water_rescue", count=2)
    assert (told.unit_registered.unit.team_class, told.unit_registered.unit.home) == (teams_pb2.TEAM_CLASS_PROFESSIONAL, LONGQUAN)


async def test_what_dispatch_reports_of_a_unit_is_shown_newest_only_and_changes_nothing_when_repeated(depot: Depot) -> None:
    await units(depot)

    async def report(state: str, version: int, at: str) -> None:
        event = unit_events_pb2.UnitStatusEvent(unit_status_changed=unit_events_pb2.UnitStatusChanged(state=state))
        event.header.occurred_at.FromJsonString(at)
        await depot.running.deliver(UNITS, event, aggregate="units/water-1", version=version, incident="incidents/a")

    await report("en_route", 4, "2026-09-10T03:10:00+08:00")
    await report("assigned", 3, "2026-09-10T03:05:00+08:00")
    unit = await depot("units", "GetUnit", units_pb2.GetUnitRequest(name="units/water-1"))
    assert (unit.status, unit.incident, unit.etag) == ("en_route", "incidents/a", "2")
    await report("en_route", 4, "2026-09-10T03:10:00+08:00")
    assert (await depot("units", "GetUnit", units_pb2.GetUnitRequest(name="units/water-1"))).etag == "2"
    await report("on_scene", 5, "2026-07-01T03:10:00+08:00")  # the clock was set back after an exercise; the version tells
    unit = await depot("units", "GetUnit", units_pb2.GetUnitRequest(name="units/water-1"))
    assert (unit.status, unit.etag) == ("on_scene", "3")
    await report("available", 6, "2026-07-01T03:20:00+08:00")  # the report names what it worked on until then
    unit = await depot("units", "GetUnit", units_pb2.GetUnitRequest(name="units/water-1"))
    assert (unit.status, unit.incident) == ("available", "")
    await report("assigned", 7, "2026-07-01T03:30:00+08:00")
    refusal = await depot.refused("units", "RetireUnit", units_pb2.RetireUnitRequest(name="units/water-1", reason="x"), ADMIN)
    assert refusal.reason == "UNIT_IN_FIELD"
    refusal = await depot.refused("teams", "RetireTeam", teams_pb2.RetireTeamRequest(name="teams/water", reason="x"), ADMIN)
    assert refusal.reason == "TEAM_HAS_UNITS"
    small = teams_pb2.Team(display_name="星海镇队", team_class=teams_pb2.TEAM_CLASS_TOWN, region_code="640202100", members_count=29)
    refusal = await depot.refused("teams", "RegisterTeam", teams_pb2.RegisterTeamRequest(team=small), ADMIN)
    assert (refusal.reason, refusal.details["least"]) == ("TEAM_TOO_SMALL", "30")


async def test_a_unit_of_an_exercise_is_told_as_such_for_good(depot: Depot) -> None:
    """Nobody could tell it from a real one, and it was sent to a real flood."""
    await units(depot)
    unit = units_pb2.Unit(
        team="teams/water", display_name="演练单元", capabilities=[units_pb2.Capability(code="water_rescue", count=1)], home=LONGQUAN,
        region_code="640202", crew_size=5, exercise_id="ex-1",
    )  # fmt: skip
    await depot("units", "RegisterUnit", units_pb2.RegisterUnitRequest(unit_id="ex-1-0001", unit=unit), ADMIN)
    unit.exercise_id = "ex-2"
    other = await depot.refused("units", "UpdateUnit", units_pb2.UpdateUnitRequest(name="units/ex-1-0001", unit=unit), ADMIN)
    assert (other.reason, other.details["field"], other.details["exercise"]) == ("EXERCISE_FIXED", "unit.exercise_id", "ex-1")
    unit.exercise_id = ""
    altered = await depot("units", "UpdateUnit", units_pb2.UpdateUnitRequest(name="units/ex-1-0001", unit=unit), ADMIN)
    await depot("units", "RetireUnit", units_pb2.RetireUnitRequest(name="units/ex-1-0001", reason="演练结束"), ADMIN)
    assert altered.exercise_id == "ex-1"
    facts = await depot.running.published("fenghuo.resources.unit.v1", register.UnitEvent)
    assert [(fact.header.type, fact.header.exercise_id) for fact in facts] == [
        ("UnitRegistered", ""), ("UnitRegistered", "ex-1"), ("UnitChanged", "ex-1"), ("UnitRetired", "ex-1"),
    ]  # fmt: skip


async def test_the_leader_keeps_the_end_of_the_shift_and_the_register_what_must_be_left(depot: Depot) -> None:
    """Nothing told dispatch until when a crew is on duty."""
    await units(depot)
    name = "units/water-1"
    end = Timestamp(seconds=1785333600)
    told = units_pb2.SetUnitDutyRequest(name=name, duty_end_time=end)
    changed = await depot("units", "SetUnitDuty", told, "team_leader")
    assert (changed.duty_end_time, changed.HasField("least_duty_minutes")) == (end, False)
    assert (await depot.refused("units", "SetUnitDuty", told, "observer")).code is grpc.StatusCode.PERMISSION_DENIED
    changed.least_duty_minutes = 0
    changed = await depot("units", "UpdateUnit", units_pb2.UpdateUnitRequest(name=name, unit=changed), ADMIN)
    assert (changed.duty_end_time, changed.HasField("least_duty_minutes")) == (end, True)
    over = await depot("units", "SetUnitDuty", units_pb2.SetUnitDutyRequest(name=name), "team_leader")
    assert (over.HasField("duty_end_time"), over.HasField("least_duty_minutes")) == (False, True)
    facts = [fact.unit_changed.unit for fact in await depot.running.published("fenghuo.resources.unit.v1", register.UnitEvent)][-3:]
    assert [(fact.HasField("duty_end_time"), fact.HasField("least_duty_minutes")) for fact in facts] == [(True, False), (True, True), (False, True)]


def activated(quantity: str) -> activation_events_pb2.ActivationEvent:
    needed = [
        content_pb2.RequiredResource(item_code="2030101", quantity=quantity, unit="kg"),
        content_pb2.RequiredResource(item_code="3999999", quantity="2", unit="台"),
        content_pb2.RequiredResource(capability="hazmat", quantity="1", unit="队"),
    ]
    action = activation_events_pb2.ActivatedAction(action_id="a1", clause="4.3.2", card="foam", required_resources=needed)
    fact = activation_events_pb2.PlanActivated(activation="activations/a", plan_version="planVersions/hazmat-1", level=2, actions=[action])
    return activation_events_pb2.ActivationEvent(plan_activated=fact)


async def test_an_activation_keeps_foam_ready_and_a_firm_need_takes_it(depot: Depot) -> None:
    await shelter(depot, "s1", 300, indoor=False)
    await depot.running.deliver(ACTIVATIONS, activated("2500"), event_id="act-1", aggregate="activations/a", incident="incidents/b", region_code="640202")
    listed = await depot("standbys", "ListStandbyOrders", standby_orders_pb2.ListStandbyOrdersRequest(), OFFICER)
    (standby,) = listed.standby_orders
    assert [(line.item, line.quantity, line.held, line.capability) for line in standby.lines] == [
        ("items/foam", "2500", "2500", ""), ("", "2", "0", ""), ("", "1", "0", "hazmat")
    ]  # fmt: skip
    assert standby.lines[0].clause == "planVersions/hazmat-1 4.3.2 foam"
    prepared = await depot("shelters", "GetShelter", shelters_pb2.GetShelterRequest(name="shelters/s1"))
    assert (prepared.state, prepared.basis) == (shelters_pb2.SHELTER_STATE_PREPARING, "activations/a")
    orders = [depot.transfer("foam", quantity, verbal=True, incident="incidents/b", request_id=quantity) for quantity in ("2000", "800")]
    await asyncio.gather(*(depot("transfers", "RequestTransfer", each, OFFICER) for each in orders))
    kept = await depot("standbys", "GetStandbyOrder", standby_orders_pb2.GetStandbyOrderRequest(name=standby.name), OFFICER)
    assert kept.lines[0].held == "200"
    await depot.check_book()
    ended = activation_events_pb2.ActivationTerminated(activation="activations/a", reason="x")
    event = activation_events_pb2.ActivationEvent(activation_terminated=ended)
    await depot.running.deliver(ACTIVATIONS, event, aggregate="activations/a", incident="incidents/b", region_code="640202")
    kept = await depot("standbys", "GetStandbyOrder", standby_orders_pb2.GetStandbyOrderRequest(name=standby.name), OFFICER)
    assert kept.state == standby_orders_pb2.STANDBY_STATE_RELEASED
    assert await depot.available("sd-foam") == ("3000", "200")
    await depot.check_book()
    refusal = await depot.refused("shelters", "PrepareShelter", shelters_pb2.PrepareShelterRequest(name="shelters/s1", basis="activations/a"), OFFICER)
    assert refusal.reason == "INVALID_TRANSITION"


async def test_an_activation_holds_no_stock_of_another_district(depot: Depot) -> None:
    """A consumer acts everywhere, and the standby took the neighbour's foam as well."""
    await depot.store("hn", "惠农区储备库", stores_pb2.STORE_LEVEL_DISTRICT, "640205", 106.425, 39.004)
    await depot.lot("hn-foam", "hn", "foam", "9000", region="640205")
    await depot.running.deliver(ACTIVATIONS, activated("5000"), event_id="act-1", aggregate="activations/a", incident="incidents/b", region_code="640202001")
    (standby,) = (await depot("standbys", "ListStandbyOrders", standby_orders_pb2.ListStandbyOrdersRequest(), OFFICER)).standby_orders
    assert (standby.lines[0].quantity, standby.lines[0].held) == ("5000", "3000")


async def test_an_alert_keeps_ready_what_the_rules_say_and_justifies_preparing(depot: Depot) -> None:
    await shelter(depot, "s1", 300, indoor=True)
    rule = standby_orders_pb2.StandbyRule(event_prefix="11A", level=3, item="items/life-jacket", quantity="60", basis="应对法66条(一)", region_code="640202")
    await depot("standbys", "CreateStandbyRule", standby_orders_pb2.CreateStandbyRuleRequest(standby_rule_id="flood", standby_rule=rule))

    async def publish(alert: str, level: int, **more: Any) -> None:
        fact = alert_events_pb2.AlertPublished(event_code="11A51", level=level, status=alerts_pb2.ALERT_STATUS_ACTUAL, **more)
        event = alert_events_pb2.AlertEvent(alert_published=fact)
        await depot.running.deliver(ALERTS, event, aggregate=f"alerts/{alert}", region_code="640202")

    await publish("blue", 4)
    await publish("yellow", 3)
    prepare = shelters_pb2.PrepareShelterRequest(name="shelters/s1", basis="alerts/yellow")
    assert (await depot.refused("shelters", "PrepareShelter", prepare, OFFICER)).reason == "PREPARE_BASIS_REQUIRED"
    listed = (await depot("standbys", "ListStandbyOrders", standby_orders_pb2.ListStandbyOrdersRequest(), OFFICER)).standby_orders
    assert [(each.source, each.lines[0].held, each.lines[0].clause) for each in listed] == [("alerts/yellow", "60", "应对法66条(一)")]
    await publish("orange", 2, kind=alerts_pb2.ALERT_KIND_UPDATE)
    superseded = alert_events_pb2.AlertEvent(alert_superseded=alert_events_pb2.AlertSuperseded(successor="alerts/orange"))
    await depot.running.deliver(ALERTS, superseded, aggregate="alerts/yellow", region_code="640202")
    prepare.basis, prepare.request_id = "alerts/orange", ""
    prepared = await depot("shelters", "PrepareShelter", prepare, OFFICER)
    assert prepared.state == shelters_pb2.SHELTER_STATE_PREPARING
    depot.running.set_clock("2026-09-14T03:00:00+08:00")
    await depot.running.ring()
    listed = (await depot("standbys", "ListStandbyOrders", standby_orders_pb2.ListStandbyOrdersRequest(), OFFICER)).standby_orders
    assert {each.source: each.state for each in listed} == {
        "alerts/yellow": standby_orders_pb2.STANDBY_STATE_RELEASED, "alerts/orange": standby_orders_pb2.STANDBY_STATE_EXPIRED
    }  # fmt: skip
    assert await depot.available("sd-life-jacket") == ("90", "90")
    await depot.check_book()


async def test_a_threshold_at_a_station_warns_of_what_it_watches(depot: Depot) -> None:
    source = risk_sources_pb2.RiskSource(
        display_name="大武口沟", risk_class=risk_sources_pb2.RISK_CLASS_GULLY, region_code="640202001", location=LONGQUAN, stations=["rain-1"],
        measures=["雨量监测"], responsible=risk_sources_pb2.Responsible(unit="水务局"), plan="plans/flood",
    )  # fmt: skip
    name = (await depot("risks", "RegisterRiskSource", risk_sources_pb2.RegisterRiskSourceRequest(risk_source=source), ADMIN)).name
    assess = risk_sources_pb2.AssessRiskSourceRequest(name=name, grade=2, assessment="高")
    await depot("risks", "AssessRiskSource", assess, ADMIN)
    await depot("risks", "MonitorRiskSource", risk_sources_pb2.MonitorRiskSourceRequest(name=name), ADMIN)
    crossed = observation_events_pb2.ThresholdCrossed(station="stations/rain-1", station_title="上游站", metric="rain_1h", value="26", threshold_value="25")
    for number in range(2):
        event = observation_events_pb2.ObservationEvent(threshold_crossed=crossed)
        await depot.running.deliver("fenghuo.alerts.observation.v1", event, aggregate=f"thresholdCrossings/{number}")
    warned = await depot("risks", "GetRiskSource", risk_sources_pb2.GetRiskSourceRequest(name=name))
    assert (warned.state, warned.warning) == (risk_sources_pb2.RISK_SOURCE_STATE_WARNING, "上游站: rain_1h 26 ≥ 25")
