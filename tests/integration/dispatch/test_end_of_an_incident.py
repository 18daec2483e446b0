"""The end of an incident: what must be terminated, released, reported, reviewed and settled before it, and what others' events open and close."""

import grpc

from fenghuo.dispatch.v1 import incident_events_pb2, relief_pb2, relief_pb2_grpc, timeline_pb2
from fenghuo.dispatch.v1 import incidents_pb2 as pb
from fenghuo.dispatch.v1 import reports_pb2 as rp
from fenghuo.plans.v1 import activation_events_pb2 as activations
from fenghuo.plans.v1 import review_events_pb2 as reviews
from fenghuo.resources.v1 import requisition_events_pb2 as requisitions
from fenghuo.resources.v1 import transfer_events_pb2 as transfers
from tests.fixtures.service import Start
from tests.integration.dispatch.desk import Desk, clock, refusal, stamp

GUARD = grpc.StatusCode.FAILED_PRECONDITION
ACTIVATION, REVIEW = "fenghuo.plans.activation.v1", "fenghuo.plans.review.v1"
REQUISITION, TRANSFER = "fenghuo.resources.requisition.v1", "fenghuo.resources.transfer.v1"


async def _responding(desk: Desk) -> str:
    desk.dispatch.set_clock("2026-07-29T15:20:00+08:00")
    incident = await desk.register("山洪", event_code="11A51", occur_time=stamp("2026-07-29T15:12:00+08:00"), reporter="王某 139")
    await desk.officer(desk.incidents.ConfirmIncident, pb.ConfirmIncidentRequest(name=incident.name))
    activated = activations.ActivationEvent(plan_activated=activations.PlanActivated(level=3))
    await desk.dispatch.deliver(ACTIVATION, activated, event_id="e1", aggregate="activations/a", incident=incident.name)
    await desk.dispatch.deliver(ACTIVATION, activated, event_id="e1", aggregate="activations/a", incident=incident.name)
    return str(incident.name)


async def _ended(desk: Desk, name: str) -> None:
    terminated = activations.ActivationEvent(activation_terminated=activations.ActivationTerminated())
    await desk.dispatch.deliver(ACTIVATION, terminated, aggregate="activations/a", incident=name)
    await desk.leader(desk.incidents.ControlIncident, pb.ControlIncidentRequest(name=name, statement="水退"))
    await desk.leader(desk.incidents.EndResponse, pb.EndResponseRequest(name=name))
    await desk.leader(desk.incidents.EvaluateIncident, pb.EvaluateIncidentRequest(name=name))


async def test_a_response_ends_after_its_activations_and_the_final_report_falls_due(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    name = await _responding(desk)
    incident = await desk.officer(desk.incidents.GetIncident, pb.GetIncidentRequest(name=name))
    assert incident.state == pb.INCIDENT_STATE_RESPONDING
    final = rp.DraftReportRequest(incident=name, kind=rp.REPORT_KIND_FINAL)
    assert await refusal(desk.officer(desk.reports.DraftReport, final)) == (grpc.StatusCode.ABORTED, "REPORT_ORDER")
    await desk.send(name, rp.REPORT_KIND_INITIAL)
    assert await refusal(desk.officer(desk.reports.DraftReport, final)) == (GUARD, "FINAL_TOO_EARLY")
    await desk.leader(desk.incidents.ControlIncident, pb.ControlIncidentRequest(name=name, statement="水退"))
    end = pb.EndResponseRequest(name=name)
    assert await refusal(desk.leader(desk.incidents.EndResponse, end)) == (GUARD, "ACTIVATIONS_OPEN")
    terminated = activations.ActivationEvent(activation_terminated=activations.ActivationTerminated())
    await desk.dispatch.deliver(ACTIVATION, terminated, aggregate="activations/a", incident=name)
    await desk.leader(desk.incidents.EndResponse, end)
    finals = [each for key, each in (await desk.owed(name)).items() if key.startswith("R-I7/final")]
    assert [each.state for each in finals] == [rp.OBLIGATION_STATE_OPEN]
    await desk.send(name, rp.REPORT_KIND_FINAL)
    finals = [each for key, each in (await desk.owed(name)).items() if key.startswith("R-I7/final")]
    assert [each.state for each in finals] == [rp.OBLIGATION_STATE_MET]


async def test_closing_waits_for_report_review_and_settlement_or_takes_them_as_debt(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    name = await _responding(desk)
    await desk.send(name, rp.REPORT_KIND_INITIAL)
    taken = requisitions.RequisitionEvent(asset_taken_over=requisitions.AssetTakenOver(asset="assets/x"))
    await desk.dispatch.deliver(REQUISITION, taken, aggregate="requisitions/r", incident=name)
    shipped = transfers.TransferEvent(transfer_shipped=transfers.TransferShipped())
    await desk.dispatch.deliver(TRANSFER, shipped, aggregate="transfers/t", incident=name)
    await _ended(desk, name)
    close = pb.CloseIncidentRequest(name=name)
    assert await refusal(desk.leader(desk.incidents.CloseIncident, close)) == (GUARD, "FINAL_REPORT_MISSING")
    await desk.send(name, rp.REPORT_KIND_FINAL)
    assert await refusal(desk.leader(desk.incidents.CloseIncident, close)) == (GUARD, "AAR_NOT_SUBMITTED")
    await desk.dispatch.deliver(REVIEW, reviews.ReviewEvent(aar_opened=reviews.AarOpened()), aggregate="reviews/v", incident=name)
    assert await refusal(desk.leader(desk.incidents.CloseIncident, close)) == (GUARD, "AAR_NOT_SUBMITTED")
    await desk.dispatch.deliver(REVIEW, reviews.ReviewEvent(aar_submitted=reviews.AarSubmitted()), aggregate="reviews/v", incident=name)
    assert await refusal(desk.leader(desk.incidents.CloseIncident, close)) == (GUARD, "UNSETTLED")
    settled = transfers.TransferEvent(transfer_closed=transfers.TransferClosed())
    await desk.dispatch.deliver(TRANSFER, settled, aggregate="transfers/t", incident=name)
    strange = pb.CloseIncidentRequest(name=name, debts=["transfers/t", "requisitions/r"])
    assert await refusal(desk.leader(desk.incidents.CloseIncident, strange)) == (GUARD, "NO_OPEN_MATTER")
    closed = await desk.leader(desk.incidents.CloseIncident, pb.CloseIncidentRequest(name=name, debts=["requisitions/r"]))
    assert closed.state == pb.INCIDENT_STATE_CLOSED
    owed = timeline_pb2.ListDebtsRequest(incident=name)
    assert [each.resource for each in (await desk.leader(desk.timeline.ListDebts, owed)).debts] == ["requisitions/r"]
    paid = requisitions.RequisitionEvent(requisition_closed=requisitions.RequisitionClosed())
    await desk.dispatch.deliver(REQUISITION, paid, aggregate="requisitions/r", incident=name)
    assert not (await desk.leader(desk.timeline.ListDebts, owed)).debts

    reopened = await desk.leader(desk.incidents.ReopenIncident, pb.ReopenIncidentRequest(name=name, reason="再次涨水"))
    assert (reopened.state, reopened.reopen_count) == (pb.INCIDENT_STATE_RESPONDING, 1)
    await _ended(desk, name)
    assert await refusal(desk.leader(desk.incidents.CloseIncident, close)) == (GUARD, "FINAL_REPORT_MISSING")
    second = await desk.send(name, rp.REPORT_KIND_FINAL)
    assert second.seq == 2


async def test_what_was_open_for_a_merged_incident_guards_the_one_that_stays(start: Start) -> None:
    """Activations, requisitions and what people were given stayed with the merged one and bypassed the guards; what comes later for it counts too."""
    desk = Desk(await start("dispatch"))
    desk.dispatch.set_clock("2026-07-29T15:20:00+08:00")
    when = stamp("2026-07-29T15:12:00+08:00")
    main = await desk.register("山洪", event_code="11A51", occur_time=when)
    await desk.officer(desk.incidents.ConfirmIncident, pb.ConfirmIncidentRequest(name=main.name))
    other = await desk.register("落水", event_code="11A51", occur_time=when)
    activated = activations.ActivationEvent(plan_activated=activations.PlanActivated(level=3))
    await desk.dispatch.deliver(ACTIVATION, activated, aggregate="activations/a", incident=other.name)
    people = relief_pb2_grpc.ReliefServiceStub(desk.dispatch.channel)
    order = relief_pb2.EvacuationOrder(incident=other.name, settlement="龙泉村", region_code="640202001201", people_count=3, destination="x", reason="x")
    moving = await desk.officer(people.OrderEvacuation, relief_pb2.OrderEvacuationRequest(evacuation_order=order))
    for name in (main.name, other.name):
        record = relief_pb2.CreateReliefRecordRequest(incident=name, settlement="龙泉村", region_code="640202001201")
        kept = await desk.officer(people.CreateReliefRecord, record)
    provided = relief_pb2.ReliefProvision(kind=relief_pb2.RELIEF_KIND_FOOD, provide_time=when)
    await desk.officer(people.RecordRelief, relief_pb2.RecordReliefRequest(name=kept.name, provisions=[provided]))
    merged = incident_events_pb2.IncidentEvent(incident_merged=incident_events_pb2.IncidentMerged(target=main.name))
    await desk.officer(desk.incidents.MergeIncident, pb.MergeIncidentRequest(name=other.name, target=main.name))
    for _ in range(2):
        await desk.dispatch.deliver("fenghuo.dispatch.incident.v1", merged, event_id="m1", aggregate=other.name, incident=other.name)
    assert (await desk.officer(desk.incidents.GetIncident, pb.GetIncidentRequest(name=main.name))).state == pb.INCIDENT_STATE_RESPONDING
    taken = requisitions.RequisitionEvent(asset_taken_over=requisitions.AssetTakenOver(asset="assets/x"))
    await desk.dispatch.deliver(REQUISITION, taken, aggregate="requisitions/r", incident=other.name)
    situation = await desk.officer(desk.timeline.GetSituation, timeline_pb2.GetSituationRequest(incident=main.name))
    assert {each.name for each in situation.open_matters} == {"activations/a", "requisitions/r"}
    assert (await desk.officer(people.GetEvacuationOrder, relief_pb2.GetEvacuationOrderRequest(name=moving.name))).incident == main.name
    listed = (await desk.officer(people.ListReliefRecords, relief_pb2.ListReliefRecordsRequest(incident=main.name))).relief_records
    assert [(each.settlement, each.food_time == when) for each in listed] == [("龙泉村", True)]
    await desk.leader(desk.incidents.ControlIncident, pb.ControlIncidentRequest(name=main.name, statement="水退"))
    assert await refusal(desk.leader(desk.incidents.EndResponse, pb.EndResponseRequest(name=main.name))) == (GUARD, "ACTIVATIONS_OPEN")


async def _zeros(desk: Desk, name: str) -> set[str]:
    return {key.rpartition("/")[2] for key in await desk.owed(name) if "/zero/" in key}


async def test_zero_reports_are_owed_again_after_a_flare_up_and_after_reopening(start: Start) -> None:
    """Stable for ever used to mean none ever again; the days in between are not owed afterwards."""
    desk = Desk(await start("dispatch"))
    name = await _responding(desk)
    await desk.send(name, rp.REPORT_KIND_INITIAL)
    await desk.leader(desk.incidents.ControlIncident, pb.ControlIncidentRequest(name=name, statement="水退"))
    await desk.leader(desk.incidents.DeclareStable, pb.DeclareStableRequest(name=name, reason="险情解除"))
    desk.dispatch.set_clock("2026-08-01T10:00:00+08:00")
    await desk.leader(desk.incidents.FlareUpIncident, pb.FlareUpIncidentRequest(name=name, reason="再次涨水"))
    assert await _zeros(desk, name) == set()
    desk.dispatch.set_clock("2026-08-02T00:00:00+08:00")
    await desk.dispatch.ring()
    assert await _zeros(desk, name) == {"2026-08-02"}
    assert clock((await desk.owed(name))["R-I6/zero/county>city/2026-08-02"].due_time) == "02 09:00"
    await _ended(desk, name)
    await desk.send(name, rp.REPORT_KIND_FINAL)
    await desk.dispatch.deliver(REVIEW, reviews.ReviewEvent(aar_submitted=reviews.AarSubmitted()), aggregate="reviews/v", incident=name)
    await desk.leader(desk.incidents.CloseIncident, pb.CloseIncidentRequest(name=name))
    desk.dispatch.set_clock("2026-08-10T10:00:00+08:00")
    await desk.leader(desk.incidents.ReopenIncident, pb.ReopenIncidentRequest(name=name, reason="再次涨水"))
    desk.dispatch.set_clock("2026-08-11T00:00:00+08:00")
    await desk.dispatch.ring()
    assert await _zeros(desk, name) == {"2026-08-02", "2026-08-11"}


async def test_an_archived_record_is_sealed_without_the_callers_name(start: Start) -> None:
    desk = Desk(await start("dispatch"))
    name = await _responding(desk)
    await desk.send(name, rp.REPORT_KIND_INITIAL)
    await _ended(desk, name)
    await desk.send(name, rp.REPORT_KIND_FINAL)
    await desk.dispatch.deliver(REVIEW, reviews.ReviewEvent(aar_submitted=reviews.AarSubmitted()), aggregate="reviews/v", incident=name)
    await desk.leader(desk.incidents.CloseIncident, pb.CloseIncidentRequest(name=name))
    kept = pb.ArchiveIncidentRequest(name=name, personal_data_outcome=pb.PERSONAL_DATA_OUTCOME_REVIEWED)
    assert await refusal(desk.leader(desk.incidents.ArchiveIncident, kept)) == (GUARD, "REVIEW_NOTE_NEEDED")
    desk.dispatch.set_clock("2027-03-01T00:00:00+08:00")
    await desk.dispatch.ring()
    archive = pb.ArchiveIncidentRequest(name=name, personal_data_outcome=pb.PERSONAL_DATA_OUTCOME_PURGED)
    archived = await desk.dispatch.call(desk.incidents.ArchiveIncident, archive, "root", "duty_leader", "privacy")
    assert (archived.state, len(archived.seal), archived.reporter) == (pb.INCIDENT_STATE_ARCHIVED, 64, "")
    events = await desk.dispatch.published("fenghuo.dispatch.incident.v1", incident_events_pb2.IncidentEvent)
    names = [str(each.WhichOneof("event")) for each in events]
    assert names[-3:] == ["incident_closed", "personal_data_purged", "incident_archived"]
    assert [each.header.version for each in events if each.header.aggregate == name][-1] == int(archived.etag)
    again = pb.UpdateIncidentFactsRequest(name=name, title="x")
    assert await refusal(desk.officer(desk.incidents.UpdateIncidentFacts, again)) == (GUARD, "INVALID_TRANSITION")
