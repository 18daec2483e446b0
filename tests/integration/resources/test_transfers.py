"""Transfers as the plant fire (scenario B) and two clerks at one counter (S8) need them."""

import asyncio

import grpc

from fenghuo.resources.v1 import agreements_pb2, lots_pb2, movements_pb2, picture_pb2, stores_pb2, transfer_events_pb2, transfers_pb2
from tests.integration.resources.depot import KEEPER, LEADER, OFFICER, Depot, Refused

APPROVED = transfers_pb2.TRANSFER_STATE_APPROVED
TOPIC = "fenghuo.resources.transfer.v1"


async def supplier(depot: Depot) -> None:
    await depot.store("supplier", "示例消防器材公司", stores_pb2.STORE_LEVEL_SUPPLIER, "640202", 106.45, 38.99)
    agreement = agreements_pb2.ReserveAgreement(
        supplier="示例消防器材公司", store="stores/supplier", item="items/foam", quantity="8000", response_minutes=120, price_fen=1200
    )
    request = agreements_pb2.CreateReserveAgreementRequest(reserve_agreement_id="foam", reserve_agreement=agreement)
    await depot("agreements", "CreateReserveAgreement", request)


async def test_two_clerks_and_the_last_tents_s8(depot: Depot) -> None:
    """600 tents, two issues of 400 at the same moment: one of them gets 409."""

    def issue(number: int) -> movements_pb2.PostMovementRequest:
        line = movements_pb2.MovementLine(lot="lots/sd-tent", quantity="400")
        kind = movements_pb2.MOVEMENT_KIND_ISSUE
        return movements_pb2.PostMovementRequest(kind=kind, lines=[line], holder=f"units/u{number}", request_id=f"clerk-{number}")

    answers = await asyncio.gather(*(depot("movements", "PostMovement", issue(n)) for n in range(2)), return_exceptions=True)
    refusals = [answer for answer in answers if isinstance(answer, Refused)]
    assert [(r.reason, r.details["available"]) for r in refusals] == [("INSUFFICIENT", "200")]
    assert await depot.available("sd-tent") == ("200", "200")
    await depot.check_book()


async def test_three_tonnes_and_two_tonnes_at_once_b10(depot: Depot) -> None:
    await supplier(depot)
    requests = [depot.transfer("foam", quantity, verbal=True, request_id=f"b10-{quantity}") for quantity in ("3000", "2000")]
    answers = await asyncio.gather(*(depot("transfers", "RequestTransfer", each, OFFICER) for each in requests), return_exceptions=True)
    (won,) = [each for each in answers if isinstance(each, transfers_pb2.Transfer)]
    (lost,) = [each for each in answers if isinstance(each, Refused)]
    taken = won.lines[0].approved
    assert (won.state, won.verbal) == (APPROVED, True)
    assert won.paperwork_due_time.ToJsonString() == "2026-09-11T19:00:00Z"
    assert lost.reason == "INSUFFICIENT"
    assert lost.details["available"] == {"3000": "0", "2000": "1000"}[taken]
    assert lost.details["alternatives"].split(", ") == ["agreement reserveAgreements/foam 8000 120 min", "neighbour 640205", "neighbour 640221", "upper 640200"]
    await depot.check_book()


async def written_off(depot: Depot, name: str) -> None:
    """Two tents of a transfer are lost: a draft by the keeper, approved by somebody else."""
    scrap = movements_pb2.PostMovementRequest(
        kind=movements_pb2.MOVEMENT_KIND_SCRAP, holder=name, reason="烧毁", lines=[movements_pb2.MovementLine(item="items/tent", quantity="2")]
    )
    draft = await depot("movements", "PostMovement", scrap)
    assert draft.state == movements_pb2.MOVEMENT_STATE_DRAFT
    assert not draft.entries
    own = await depot.refused("movements", "ApproveMovement", movements_pb2.ApproveMovementRequest(name=draft.name), KEEPER, LEADER)
    assert own.reason == "SEPARATION_OF_DUTY"
    written = await depot("movements", "ApproveMovement", movements_pb2.ApproveMovementRequest(name=draft.name), LEADER)
    assert sorted((entry.account, entry.quantity) for entry in written.entries) == [(f"issued:{name}", "-2"), ("scrap", "2")]


async def test_a_transfer_from_request_to_the_last_count(depot: Depot) -> None:
    """帐篷 and 泡沫 to the scene and back: reservation, road, use, loss, write-off by another person."""
    request = depot.transfer("tent", "40", request_id="whole-way")
    request.lines.add(item="items/foam", quantity="500.5")
    order = await depot("transfers", "RequestTransfer", request, OFFICER)
    assert (await depot("transfers", "RequestTransfer", request, OFFICER, again=True)).name == order.name
    name = order.name
    refusal = await depot.refused("transfers", "ApproveTransfer", transfers_pb2.ApproveTransferRequest(name=name), OFFICER, LEADER)
    assert refusal.reason == "SEPARATION_OF_DUTY"
    less = transfers_pb2.ApproveTransferRequest(name=name, lines=[transfers_pb2.ApprovedLine(item="items/tent", quantity="30")])
    assert (await depot.refused("transfers", "ApproveTransfer", less, LEADER)).reason == "PARTIAL_REASON_REQUIRED"
    await depot("transfers", "ApproveTransfer", transfers_pb2.ApproveTransferRequest(name=name), LEADER)
    assert await depot.available("sd-tent") == ("600", "560")
    refusal = await depot.refused("transfers", "ShipTransfer", transfers_pb2.ShipTransferRequest(name=name, carrier="x"))
    assert (refusal.reason, refusal.details["allowed"]) == ("INVALID_TRANSITION", "pick, cancel, file_paperwork")
    await depot("transfers", "PickTransfer", transfers_pb2.PickTransferRequest(name=name))
    refusal = await depot.refused("transfers", "ShipTransfer", transfers_pb2.ShipTransferRequest(name=name, carrier="宁A"))
    assert (refusal.reason, refusal.details["missing"]) == ("SHIPPING_FIELDS_MISSING", "sender, sender_phone")
    ship = transfers_pb2.ShipTransferRequest(name=name, carrier="区运输队", pass_number="P-7", sender="杨丽", sender_phone="13900000000")
    await depot("transfers", "ShipTransfer", ship)
    lot = await depot("lots", "GetLot", lots_pb2.GetLotRequest(name="lots/sd-tent"))
    assert (lot.on_hand, lot.reserved, lot.in_transit) == ("560", "0", "40")
    arrived = [transfers_pb2.ReceivedLine(item="items/tent", quantity="38"), transfers_pb2.ReceivedLine(item="items/foam", quantity="500.5")]
    got = await depot("transfers", "ReceiveTransfer", transfers_pb2.ReceiveTransferRequest(name=name, lines=arrived, receiver="王队"), OFFICER)
    assert got.state == transfers_pb2.TRANSFER_STATE_DISCREPANCY
    await depot("transfers", "SettleTransfer", transfers_pb2.SettleTransferRequest(name=name, explanation="途中损坏2顶"), LEADER)
    lot = await depot("lots", "GetLot", lots_pb2.GetLotRequest(name="lots/sd-tent"))
    assert (lot.on_hand, lot.in_transit) == ("560", "0")
    back = transfers_pb2.ReturnTransferRequest(name=name, lines=[transfers_pb2.ReturnedLine(item="items/tent", quantity="36")])
    await depot("transfers", "ReturnTransfer", back)
    wrong = [transfers_pb2.ReturnedLine(item="items/tent", lot="lots/sd-quilt", quantity="1")]
    elsewhere = transfers_pb2.ReturnTransferRequest(name=name, lines=wrong)
    assert (await depot.refused("transfers", "ReturnTransfer", elsewhere)).reason == "WRONG_LOT"
    refusal = await depot.refused("transfers", "CloseTransfer", transfers_pb2.CloseTransferRequest(name=name))
    assert (refusal.reason, refusal.details["out"]) == ("REUSABLES_NOT_COUNTED", "2")
    await written_off(depot, name)
    closed = await depot("transfers", "CloseTransfer", transfers_pb2.CloseTransferRequest(name=name))
    assert closed.state == transfers_pb2.TRANSFER_STATE_CLOSED
    assert [line.written_off for line in closed.lines] == ["0", "500.5"]
    assert await depot.available("sd-tent") == ("596", "596")
    await depot.check_book()
    facts = [event.WhichOneof("event") for event in await depot.running.published(TOPIC, transfer_events_pb2.TransferEvent)]
    assert facts == [
        "transfer_requested", "transfer_approved", "transfer_picking", "transfer_shipped", "transfer_discrepancy", "transfer_received",
        "transfer_returned", "transfer_closed",
    ]  # fmt: skip


async def test_between_two_stores_and_cancelled(depot: Depot) -> None:
    request = depot.transfer("quilt", "100", to_store="stores/xinghai")
    order = await depot("transfers", "RequestTransfer", request, OFFICER)
    await depot("transfers", "ApproveTransfer", transfers_pb2.ApproveTransferRequest(name=order.name), LEADER)
    await depot("transfers", "PickTransfer", transfers_pb2.PickTransferRequest(name=order.name))
    ship = transfers_pb2.ShipTransferRequest(name=order.name, carrier="区运输队", sender="杨丽", sender_phone="139")
    await depot("transfers", "ShipTransfer", ship)
    await depot("transfers", "ReceiveTransfer", transfers_pb2.ReceiveTransferRequest(name=order.name, receiver="镇上"))
    lots = await depot("lots", "ListLots", lots_pb2.ListLotsRequest(store="stores/xinghai", item="items/quilt"))
    assert [lot.on_hand for lot in lots.lots] == ["100"]
    await depot("transfers", "CloseTransfer", transfers_pb2.CloseTransferRequest(name=order.name))
    other = await depot("transfers", "RequestTransfer", depot.transfer("quilt", "1100", verbal=True), OFFICER)
    assert await depot.available("sd-quilt") == ("1100", "0")
    await depot("transfers", "CancelTransfer", transfers_pb2.CancelTransferRequest(name=other.name, reason="火已灭"), OFFICER)
    assert await depot.available("sd-quilt") == ("1100", "1100")
    await depot.check_book()


async def test_stock_of_another_district_is_neither_reserved_nor_named(depot: Depot) -> None:
    """Candidates had no region: the nearest lot was taken, whosever it was."""
    await depot.store("hn", "惠农区储备库", stores_pb2.STORE_LEVEL_DISTRICT, "640205", 106.425, 39.004)
    await depot.lot("hn-foam", "hn", "foam", "9000", region="640205")
    refusal = await depot.refused("transfers", "RequestTransfer", depot.transfer("foam", "5000", verbal=True), OFFICER)
    assert (refusal.reason, refusal.details["available"]) == ("INSUFFICIENT", "3000")
    ours = await depot("transfers", "RequestTransfer", depot.transfer("foam", "1000", verbal=True), OFFICER)
    assert {pick.store for line in ours.lines for pick in line.picks} == {"stores/sd"}
    named = depot.transfer("foam", "100", source_store="stores/hn")
    assert (await depot.refused("transfers", "RequestTransfer", named, OFFICER)).code is grpc.StatusCode.NOT_FOUND
    asked = await depot("transfers", "RequestTransfer", depot.transfer("foam", "100"), OFFICER)
    from_them = transfers_pb2.ApproveTransferRequest(name=asked.name, source_store="stores/hn")
    assert (await depot.refused("transfers", "ApproveTransfer", from_them, LEADER)).code is grpc.StatusCode.NOT_FOUND
    seen = await depot("picture", "QuerySources", picture_pb2.QuerySourcesRequest(item="items/foam", quantity="5000", lon=106.425, lat=39.005), OFFICER)
    assert "stores/hn" not in str(seen)


async def test_who_says_it_was_approved_by_word_is_not_who_approved_nor_hands_it_out_nor_pays_the_debt(depot: Depot) -> None:
    """A keeper alone could ask, approve in their own name, ship and file any paper."""
    own = depot.transfer("foam", "100", verbal=True)
    for name in (KEEPER, f"user:{KEEPER}", KEEPER.upper()):
        own.verbal_approval.approver = name
        assert (await depot.refused("transfers", "RequestTransfer", own)).reason == "SEPARATION_OF_DUTY"
    order = await depot("transfers", "RequestTransfer", depot.transfer("foam", "100", verbal=True))
    pick = transfers_pb2.PickTransferRequest(name=order.name)
    assert (await depot.refused("transfers", "PickTransfer", pick)).reason == "SEPARATION_OF_DUTY"
    paper = transfers_pb2.FileTransferPaperworkRequest(name=order.name, document="调拨单-1")
    assert (await depot.refused("transfers", "FileTransferPaperwork", paper, KEEPER, LEADER)).reason == "SEPARATION_OF_DUTY"
    assert (await depot("transfers", "PickTransfer", pick, "second", KEEPER)).state == transfers_pb2.TRANSFER_STATE_PICKING
    assert (await depot("transfers", "FileTransferPaperwork", paper, LEADER)).HasField("paperwork_filed_time")


async def test_the_paper_of_a_word_is_a_debt_until_it_is_filed(depot: Depot) -> None:
    order = await depot("transfers", "RequestTransfer", depot.transfer("foam", "1000", verbal=True), OFFICER)
    debts = await depot("picture", "QueryDebts", picture_pb2.QueryDebtsRequest(), OFFICER)
    owed = {(debt.kind, debt.name, debt.overdue) for debt in debts.debts}
    assert (picture_pb2.DEBT_KIND_TRANSFER_PAPERWORK, order.name, False) in owed
    depot.running.set_clock("2026-09-12T03:00:01+08:00")
    await depot.running.ring()
    late = await depot("transfers", "GetTransfer", transfers_pb2.GetTransferRequest(name=order.name), OFFICER)
    assert (late.paperwork_overdue, late.overdue) == (True, True)
    facts = [event.WhichOneof("event") for event in await depot.running.published(TOPIC, transfer_events_pb2.TransferEvent)]
    assert sorted(facts) == ["paperwork_overdue", "transfer_approved", "transfer_overdue", "transfer_requested"]
    await depot("transfers", "FileTransferPaperwork", transfers_pb2.FileTransferPaperworkRequest(name=order.name, document="石大应急〔2026〕9号"), LEADER)
    debts = await depot("picture", "QueryDebts", picture_pb2.QueryDebtsRequest(), OFFICER)
    assert picture_pb2.DEBT_KIND_TRANSFER_PAPERWORK not in {debt.kind for debt in debts.debts}
    again = transfers_pb2.FileTransferPaperworkRequest(name=order.name, document="again")
    assert (await depot.refused("transfers", "FileTransferPaperwork", again, LEADER)).reason == "NOTHING_OWED"


async def test_the_level_above_is_asked_with_a_statement(depot: Depot) -> None:
    request = depot.transfer("tent", "5000", asked_of=transfers_pb2.ASKED_OF_UPPER)
    assert (await depot.refused("transfers", "RequestTransfer", request, OFFICER)).reason == "OWN_STOCK_STATEMENT_REQUIRED"
    request.own_stock.CopyFrom(transfers_pb2.OwnStockStatement(disaster="9月10日 化工火灾", reserve="帐篷650顶", used="0"))
    order = await depot("transfers", "RequestTransfer", request, OFFICER)
    await depot("transfers", "ApproveTransfer", transfers_pb2.ApproveTransferRequest(name=order.name), LEADER)
    await depot("transfers", "PickTransfer", transfers_pb2.PickTransferRequest(name=order.name))
    ship = transfers_pb2.ShipTransferRequest(name=order.name, carrier="市储备库", sender="市库", sender_phone="139")
    await depot("transfers", "ShipTransfer", ship)
    await depot("transfers", "ReceiveTransfer", transfers_pb2.ReceiveTransferRequest(name=order.name, receiver="王队"), OFFICER)
    await depot.check_book()


async def test_the_order_of_sources_and_its_reasons(depot: Depot) -> None:
    await supplier(depot)
    request = picture_pb2.QuerySourcesRequest(item="items/tent", quantity="700", lon=106.39, lat=38.94)
    found = await depot("picture", "QuerySources", request, OFFICER)
    kinds = [(source.kind, source.quantity) for source in found.sources]
    assert kinds[:2] == [(picture_pb2.SOURCE_KIND_OWN_STORE, "600"), (picture_pb2.SOURCE_KIND_LOWER_STORE, "50")]
    assert [kind for kind, _ in kinds[2:]] == [
        picture_pb2.SOURCE_KIND_NEIGHBOUR, picture_pb2.SOURCE_KIND_NEIGHBOUR, picture_pb2.SOURCE_KIND_UPPER, picture_pb2.SOURCE_KIND_REQUISITION
    ]  # fmt: skip
    assert (found.covered, found.missing) == ("650", "50")
    assert "本级储备库优先：区级储备库" in found.sources[0].reason_text
    foam = await depot("picture", "QuerySources", picture_pb2.QuerySourcesRequest(item="items/foam", quantity="5000", lon=106.425, lat=39.005), OFFICER)
    assert [(source.source, source.quantity, source.minutes) for source in foam.sources][1] == ("reserveAgreements/foam", "2000", 120)


async def test_exercises_move_only_their_own_stock(depot: Depot) -> None:
    request = depot.transfer("tent", "10", verbal=True, exercise_id="drill-1")
    refusal = await depot.refused("transfers", "RequestTransfer", request, OFFICER)
    assert (refusal.reason, refusal.details["available"]) == ("INSUFFICIENT", "0")
    await depot.lot("drill-tent", "sd", "tent", "20", exercise_id="drill-1")
    order = await depot("transfers", "RequestTransfer", depot.transfer("tent", "10", verbal=True, exercise_id="drill-1"), OFFICER)
    assert [pick.lot for pick in order.lines[0].picks] == ["lots/drill-tent"]
    assert await depot.available("sd-tent") == ("600", "600")
