"""What is owed: requisitions, counts, calls on suppliers, donations, dangers; and the map."""

from fenghuo.dispatch.v1 import incident_events_pb2
from fenghuo.resources.v1 import (
    agreements_pb2,
    censuses_pb2,
    donations_pb2,
    hidden_dangers_pb2,
    lots_pb2,
    movements_pb2,
    picture_pb2,
    quotas_pb2,
    requisition_events_pb2,
    requisitions_pb2,
    risk_sources_pb2,
    stock_events_pb2,
    stores_pb2,
)
from fenghuo.type.v1 import geo_pb2
from tests.integration.resources.depot import ADMIN, COUNTER, KEEPER, LEADER, OFFICER, Depot


async def test_an_excavator_taken_urgently_comes_back_damaged_b13_b18(depot: Depot) -> None:
    confirmed = incident_events_pb2.IncidentConfirmed(event_code="12D03", title="火灾")
    event = incident_events_pb2.IncidentEvent(incident_confirmed=confirmed)
    await depot.running.deliver("fenghuo.dispatch.incident.v1", event, aggregate="incidents/b", region_code="640202", exercise_id="")
    propose = requisitions_pb2.ProposeRequisitionRequest(
        requisition_id="digger", asset="挖掘机", count=1, owner="示例土方公司", owner_phone="137", reason="清障", incident="incidents/b", region_code="640202"
    )
    propose.take_over.CopyFrom(requisitions_pb2.TakeOver(inventory=["挖掘机1台"], owner_signature="车主", our_signature="马", photos=["p"]))
    taken = await depot("requisitions", "ProposeRequisition", propose, OFFICER)
    name = taken.name
    assert (taken.state, taken.urgent, taken.owner) == (requisitions_pb2.REQUISITION_STATE_TAKEN_OVER, True, "示例土方公司")
    masked = await depot("requisitions", "GetRequisition", requisitions_pb2.GetRequisitionRequest(name=name), KEEPER)
    assert (masked.owner, masked.take_over.owner_signature) == ("***", "***")
    assert taken.decision_due_time.ToJsonString() == "2026-09-10T19:00:00Z"
    depot.running.set_clock("2026-09-11T03:00:01+08:00")
    await depot.running.ring()
    back = requisitions_pb2.ReturnRequisitionRequest(name=name, condition=requisitions_pb2.ASSET_CONDITION_DAMAGED, damage="履带断裂")
    assert (await depot("requisitions", "ReturnRequisition", back, KEEPER)).state == requisitions_pb2.REQUISITION_STATE_DAMAGED_OR_LOST
    close = requisitions_pb2.CloseRequisitionRequest(name=name)
    assert (await depot.refused("requisitions", "CloseRequisition", close)).reason == "INVALID_TRANSITION"
    await depot("requisitions", "AssessRequisition", requisitions_pb2.AssessRequisitionRequest(name=name, assessed_fen=800000, assessor="评估"), LEADER)
    paid = requisitions_pb2.CompensateRequisitionRequest(name=name, paid_fen=800000, payment="财-1")
    await depot("requisitions", "CompensateRequisition", paid, LEADER)
    close.request_id = ""
    assert (await depot.refused("requisitions", "CloseRequisition", close)).reason == "DECISION_MISSING"
    decide = requisitions_pb2.DecideRequisitionRequest(name=name, decision="石大征〔2026〕1号", decided_by="区长")
    assert (await depot.refused("requisitions", "DecideRequisition", decide, OFFICER, LEADER)).reason == "SEPARATION_OF_DUTY"
    decide.request_id = ""
    await depot("requisitions", "DecideRequisition", decide, LEADER)
    open_ones = requisitions_pb2.ListRequisitionsRequest(open_only=True, incident="incidents/b")
    assert len((await depot("requisitions", "ListRequisitions", open_ones)).requisitions) == 1
    close.request_id = ""
    await depot("requisitions", "CloseRequisition", close)
    assert not (await depot("requisitions", "ListRequisitions", open_ones)).requisitions
    facts = await depot.running.published("fenghuo.resources.requisition.v1", requisition_events_pb2.RequisitionEvent)
    names = [fact.WhichOneof("event") for fact in facts]
    assert sorted(names[:2]) == ["asset_taken_over", "requisition_proposed"]
    assert names[2:] == [
        "decision_overdue", "compensation_due", "compensation_assessed", "compensation_paid",
        "requisition_decided", "requisition_closed",
    ]  # fmt: skip
    assert {fact.header.incident for fact in facts} == {"incidents/b"}
    other = requisitions_pb2.ProposeRequisitionRequest(asset="皮卡", count=1, owner="x", reason="r", incident="incidents/b", region_code="640202")
    other.exercise_id = "drill-1"
    assert (await depot.refused("requisitions", "ProposeRequisition", other, OFFICER)).reason == "EXERCISE_MISMATCH"


async def test_a_store_is_counted_once_a_half_year_by_somebody_else(depot: Depot) -> None:
    schedule = censuses_pb2.ScheduleCensusRequest(census_id="sd-h2", store="stores/sd", half="2026H2")
    census = await depot("censuses", "ScheduleCensus", schedule)
    assert census.due_time.ToJsonString() == "2026-12-31T16:00:00Z"
    schedule.census_id, schedule.request_id = "again", ""
    assert (await depot.refused("censuses", "ScheduleCensus", schedule)).reason == "CENSUS_EXISTS"
    count = censuses_pb2.CountCensusRequest(name=census.name, lines=[censuses_pb2.CountLine(lot="lots/sd-tent", counted="597")])
    assert (await depot.refused("censuses", "CountCensus", count, KEEPER, COUNTER)).reason == "KEEPER_COUNTS"
    count.request_id = ""
    await depot("censuses", "CountCensus", count, COUNTER)
    review = censuses_pb2.ReviewCensusRequest(name=census.name)
    refusal = await depot.refused("censuses", "ReviewCensus", review, LEADER)
    assert (refusal.reason, refusal.details["missing"]) == ("CENSUS_INCOMPLETE", "lots/sd-foam, lots/sd-life-jacket, lots/sd-quilt")
    rest = [("sd-foam", "3000"), ("sd-life-jacket", "90"), ("sd-quilt", "1203")]
    lines = [censuses_pb2.CountLine(lot=f"lots/{lot}", counted=counted) for lot, counted in rest]
    await depot("censuses", "CountCensus", censuses_pb2.CountCensusRequest(name=census.name, lines=lines), COUNTER)
    issue = movements_pb2.PostMovementRequest(
        kind=movements_pb2.MOVEMENT_KIND_ISSUE, holder="units/u", lines=[movements_pb2.MovementLine(lot="lots/sd-tent", quantity="100")]
    )
    await depot("movements", "PostMovement", issue)
    review.request_id = ""
    assert (await depot.refused("censuses", "ReviewCensus", review, COUNTER, LEADER)).reason == "SEPARATION_OF_DUTY"
    review.request_id = ""
    await depot("censuses", "ReviewCensus", review, LEADER)
    posted = await depot("censuses", "PostCensus", censuses_pb2.PostCensusRequest(name=census.name), LEADER)
    assert posted.movement
    assert [await depot.available(lot) for lot in ("sd-tent", "sd-quilt")] == [("497", "497"), ("1203", "1203")]
    coverage = await depot("censuses", "QueryCensusCoverage", censuses_pb2.QueryCensusCoverageRequest(half="2026H2"))
    assert (coverage.stores, coverage.counted, list(coverage.missing)) == (2, 1, ["stores/xinghai"])
    await depot.check_book()


async def test_a_supplier_is_called_answers_or_breaches(depot: Depot) -> None:
    await depot.store("supplier", "示例公司", stores_pb2.STORE_LEVEL_SUPPLIER, "640202", 106.45, 38.99)
    agreement = agreements_pb2.ReserveAgreement(supplier="示例公司", store="stores/supplier", item="items/foam", quantity="8000", response_minutes=120)
    create = agreements_pb2.CreateReserveAgreementRequest(reserve_agreement_id="foam", reserve_agreement=agreement)
    await depot("agreements", "CreateReserveAgreement", create)

    async def call(quantity: str) -> agreements_pb2.CallOff:
        request = agreements_pb2.IssueCallOffRequest(reserve_agreement="reserveAgreements/foam", quantity=quantity, to_store="stores/sd")
        made: agreements_pb2.CallOff = await depot("agreements", "IssueCallOff", request)
        return made

    first, silent = await call("5000"), await call("3000")
    too_much = agreements_pb2.IssueCallOffRequest(reserve_agreement="reserveAgreements/foam", quantity="1", place="x")
    assert (await depot.refused("agreements", "IssueCallOff", too_much)).reason == "INSUFFICIENT"
    await depot("agreements", "ConfirmCallOff", agreements_pb2.ConfirmCallOffRequest(name=first.name))
    depot.running.set_clock("2026-09-10T04:00:01+08:00")
    await depot.running.ring()
    timed_out = await depot("agreements", "GetCallOff", agreements_pb2.GetCallOffRequest(name=silent.name))
    assert timed_out.state == agreements_pb2.CALL_OFF_STATE_TIMED_OUT
    known = await depot("agreements", "GetReserveAgreement", agreements_pb2.GetReserveAgreementRequest(name="reserveAgreements/foam"))
    assert known.breaches == 1
    await depot("agreements", "DispatchCallOff", agreements_pb2.DispatchCallOffRequest(name=first.name))
    await depot("agreements", "DeliverCallOff", agreements_pb2.DeliverCallOffRequest(name=first.name, quantity="4800"))
    settled = await depot("agreements", "SettleCallOff", agreements_pb2.SettleCallOffRequest(name=first.name, cost_fen=5760000))
    assert (settled.delivered, settled.state) == ("4800", agreements_pb2.CALL_OFF_STATE_SETTLED)
    there = await depot("picture", "QueryAvailability", picture_pb2.QueryAvailabilityRequest(item="items/foam"))
    assert {(line.mode, line.available) for line in there.items} == {
        (stores_pb2.RESERVE_MODE_PHYSICAL, "7800"), (stores_pb2.RESERVE_MODE_AGREEMENT, "3200")
    }  # fmt: skip
    await depot.check_book()


async def test_a_donation_is_registered_handed_out_and_published(depot: Depot) -> None:
    pledge = donations_pb2.PledgeDonationRequest(
        donor="张三", public_name="一位市民", region_code="640202", lines=[donations_pb2.DonationLine(item="items/quilt", quantity="60")]
    )
    name = (await depot("donations", "PledgeDonation", pledge)).name
    await depot("donations", "ReceiveDonation", donations_pb2.ReceiveDonationRequest(name=name))
    await depot("donations", "RegisterDonation", donations_pb2.RegisterDonationRequest(name=name, store="stores/sd"))
    allocated = await depot("donations", "AllocateDonation", donations_pb2.AllocateDonationRequest(name=name, recipient="龙泉村"))
    lot = await depot("lots", "GetLot", lots_pb2.GetLotRequest(name=allocated.lines[0].lot))
    assert (lot.on_hand, lot.available, lot.mode) == ("60", "0", stores_pb2.RESERVE_MODE_DONATION)
    await depot("donations", "DistributeDonation", donations_pb2.DistributeDonationRequest(name=name))
    published = await depot("donations", "PublishDonation", donations_pb2.PublishDonationRequest(name=name))
    assert (published.donor, published.public_name) == ("***", "一位市民")
    late = donations_pb2.DeclineDonationRequest(name=name, reason="x")
    assert (await depot.refused("donations", "DeclineDonation", late)).reason == "INVALID_TRANSITION"
    await depot.check_book()


async def test_a_broken_quota_is_told_once_and_stands_on_the_shortfall_list(depot: Depot) -> None:
    quota = quotas_pb2.StockQuota(org="应急管理局", region_code="640202", item="items/tent", minimum="640", basis="石大应急〔2025〕3号")
    await depot("quotas", "CreateStockQuota", quotas_pb2.CreateStockQuotaRequest(stock_quota_id="tents", stock_quota=quota))
    assert not (await depot("quotas", "QueryQuotaGaps", quotas_pb2.QueryQuotaGapsRequest())).gaps
    for quantity in ("20", "30"):
        line = movements_pb2.MovementLine(lot="lots/sd-tent", quantity=quantity)
        issue = movements_pb2.PostMovementRequest(kind=movements_pb2.MOVEMENT_KIND_ISSUE, holder="units/u", lines=[line])
        await depot("movements", "PostMovement", issue)
    (gap,) = (await depot("quotas", "QueryQuotaGaps", quotas_pb2.QueryQuotaGapsRequest())).gaps
    assert (gap.on_hand, gap.missing, gap.display_name) == ("600", "40", "帐篷")
    facts = await depot.running.published("fenghuo.resources.stock.v1", stock_events_pb2.StockEvent)
    told = [fact.stock_below_quota.on_hand for fact in facts if fact.WhichOneof("event") == "stock_below_quota"]
    assert told == ["630"]
    debts = await depot("picture", "QueryDebts", picture_pb2.QueryDebtsRequest(), OFFICER)
    assert [(debt.kind, debt.display_name) for debt in debts.debts] == [(picture_pb2.DEBT_KIND_STOCK_OUT, "帐篷 50 顶")]


async def test_a_danger_is_put_right_in_time_or_stands_as_overdue(depot: Depot) -> None:
    report = hidden_dangers_pb2.ReportHiddenDangerRequest(
        hidden_danger_id="wall", display_name="挡墙开裂", risk_class=risk_sources_pb2.RISK_CLASS_GULLY, region_code="640202001",
        location=geo_pb2.Point(lon=106.35, lat=39.02), reporter="纳小燕",
    )  # fmt: skip
    name = (await depot("dangers", "ReportHiddenDanger", report, OFFICER)).name
    pb = hidden_dangers_pb2
    await depot("dangers", "VerifyHiddenDanger", pb.VerifyHiddenDangerRequest(name=name), LEADER)
    await depot("dangers", "GradeHiddenDanger", pb.GradeHiddenDangerRequest(name=name, grade=pb.DANGER_GRADE_MAJOR), LEADER)
    await depot("dangers", "SuperviseHiddenDanger", pb.SuperviseHiddenDangerRequest(name=name, supervisor="区安委会"), LEADER)
    assign = pb.AssignHiddenDangerRequest(name=name, owner="水务局", measure="加固")
    assign.due_time.FromJsonString("2026-09-20T18:00:00+08:00")
    await depot("dangers", "AssignHiddenDanger", assign, LEADER)
    depot.running.set_clock("2026-09-20T18:00:01+08:00")
    await depot.running.ring()
    late = await depot("dangers", "ListHiddenDangers", pb.ListHiddenDangersRequest(overdue_only=True), OFFICER)
    assert [danger.name for danger in late.hidden_dangers] == [name]
    await depot("dangers", "RectifyHiddenDanger", pb.RectifyHiddenDangerRequest(name=name), OFFICER)
    await depot("dangers", "SubmitHiddenDanger", pb.SubmitHiddenDangerRequest(name=name, result="已加固"), LEADER)
    accept = pb.AcceptHiddenDangerRequest(name=name)
    assert (await depot.refused("dangers", "AcceptHiddenDanger", accept, LEADER)).reason == "SEPARATION_OF_DUTY"
    accept.request_id = ""
    done = await depot("dangers", "AcceptHiddenDanger", accept, "commander")
    assert (done.state, done.overdue) == (pb.HIDDEN_DANGER_STATE_ACCEPTED, False)


async def test_the_map_shows_what_is_near_and_hides_what_is_elsewhere(depot: Depot) -> None:
    source = risk_sources_pb2.RiskSource(
        display_name="大武口沟", risk_class=risk_sources_pb2.RISK_CLASS_GULLY, region_code="640202001", location=geo_pb2.Point(lon=106.36, lat=39.03),
        responsible=risk_sources_pb2.Responsible(unit="水务局", leader="某局长"),
    )  # fmt: skip
    await depot("risks", "RegisterRiskSource", risk_sources_pb2.RegisterRiskSourceRequest(risk_source=source), ADMIN)
    near = await depot("picture", "QueryNearby", picture_pb2.QueryNearbyRequest(lon=106.36, lat=39.03, radius_m=6000), OFFICER)
    assert [feature.display_name for feature in near.features] == ["大武口沟", "区级储备库"]
    box = picture_pb2.QueryMapRequest(west=106.3, south=38.9, east=106.5, north=39.1, layers=[picture_pb2.LAYER_STORES])
    assert {feature.name for feature in (await depot("picture", "QueryMap", box, OFFICER)).features} == {"stores/sd", "stores/xinghai"}
    foreign = await depot.running.call(depot.stub("picture").QueryMap, box, OFFICER, OFFICER, regions=("640221",))
    assert not foreign.features
