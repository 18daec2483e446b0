"""The book under any sequence of postings, also at the same time: totals are conserved, nothing falls below zero."""

import asyncio
import random
from collections import Counter
from decimal import Decimal

import asyncpg
import grpc
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from chassis.database import violated
from fenghuo.resources.v1 import lots_pb2, movements_pb2, transfers_pb2
from tests.integration.resources.depot import COUNTER, KEEPER, LEADER, OFFICER, Depot, Refused

EXPECTED = {"INSUFFICIENT", "HOLDING_TOO_SMALL", "INVALID_TRANSITION", "SEPARATION_OF_DUTY", "KIND_NOT_POSTABLE", "STALE", "STOCK_BELOW_ZERO"}
KINDS = movements_pb2.MovementKind


def _movement(chance: random.Random) -> tuple[movements_pb2.PostMovementRequest, str]:
    kind = chance.choice(["ISSUE", "RETURN", "CONSUME", "SCRAP", "ROTATE_OUT", "COUNT_ADJUST"])
    lot = chance.choice(["sd-tent", "sd-quilt", "sd-foam", "xinghai-tent"])
    line = movements_pb2.MovementLine(lot=f"lots/{lot}", quantity=str(chance.randint(1, 400)))
    request = movements_pb2.PostMovementRequest(kind=KINDS.Value(f"MOVEMENT_KIND_{kind}"), lines=[line], holder=f"units/u{chance.randint(1, 2)}")
    return request, COUNTER if kind == "COUNT_ADJUST" else KEEPER


async def _act(depot: Depot, chance: random.Random, transfers: list[str], drafts: list[str]) -> None:
    """One thing somebody does: post, approve, discard, reverse, order, ship, receive."""
    what = chance.random()
    if what < 0.5:
        request, user = _movement(chance)
        made = await depot("movements", "PostMovement", request, user, KEEPER)
        drafts.append(made.name)
    elif what < 0.65 and drafts:
        name, method = chance.choice(drafts), chance.choice(["Approve", "Discard", "Reverse"])
        request = getattr(movements_pb2, f"{method}MovementRequest")(name=name)
        if method != "Approve":
            request.reason = "x"
        await depot("movements", f"{method}Movement", request, LEADER)
    elif what < 0.8:
        verbal = depot.transfer(chance.choice(["tent", "foam"]), str(chance.randint(1, 900)), verbal=True)
        transfers.append((await depot("transfers", "RequestTransfer", verbal, OFFICER)).name)
    elif transfers:
        await _move_on(depot, chance.choice(transfers), chance)


async def _move_on(depot: Depot, name: str, chance: random.Random) -> None:
    order = await depot("transfers", "GetTransfer", transfers_pb2.GetTransferRequest(name=name))
    if order.state == transfers_pb2.TRANSFER_STATE_APPROVED:
        step = chance.choice([transfers_pb2.PickTransferRequest(name=name), transfers_pb2.CancelTransferRequest(name=name, reason="x")])
    elif order.state == transfers_pb2.TRANSFER_STATE_PICKING:
        step = transfers_pb2.ShipTransferRequest(name=name, carrier="c", sender="s", sender_phone="1")
    elif order.state == transfers_pb2.TRANSFER_STATE_SHIPPED:
        got = chance.choice([order.lines[0].approved, "1", str(int(order.lines[0].approved) + 5)])
        step = transfers_pb2.ReceiveTransferRequest(name=name, receiver="r", lines=[transfers_pb2.ReceivedLine(item=order.lines[0].item, quantity=got)])
    elif order.state == transfers_pb2.TRANSFER_STATE_DISCREPANCY:
        step = transfers_pb2.SettleTransferRequest(name=name, explanation="e")
    else:
        step = transfers_pb2.ReturnTransferRequest(name=name, lines=[transfers_pb2.ReturnedLine(item=order.lines[0].item, quantity="1")])
    await depot("transfers", type(step).__name__.removesuffix("Request"), step, LEADER, LEADER, KEEPER)


async def _total(depot: Depot) -> dict[str, Decimal]:
    """Sum of all accounts of each item: always zero, since every posting balances."""
    async with depot.running.service.engine.connect() as connection:
        rows = await connection.execute(text("SELECT item_id, sum(quantity) FROM entry GROUP BY item_id"))
        return {row[0]: row[1] for row in rows}


@pytest.mark.parametrize("seed", [1, 2])
async def test_the_book_is_right_after_any_sequence_also_at_once(depot: Depot, seed: int) -> None:
    """120 random deeds by four people at once; every refusal is one of the expected ones, and the book adds up."""
    chance = random.Random(seed)
    transfers: list[str] = []
    drafts: list[str] = []
    outcomes: Counter[str] = Counter()

    async def person(number: int) -> None:
        own = random.Random(f"{seed}-{number}")
        for _ in range(30):
            try:
                await _act(depot, own, transfers, drafts)
                outcomes["OK"] += 1
            except Refused as refusal:
                outcomes[refusal.reason] += 1
            if chance.random() < 0.05:
                await depot.check_book()

    await asyncio.gather(*(person(number) for number in range(4)))
    assert set(outcomes) - {"OK"} <= EXPECTED, outcomes
    assert outcomes["OK"] >= 20
    await depot.check_book()
    assert all(not total for total in (await _total(depot)).values())
    lots = await depot("lots", "ListLots", lots_pb2.ListLotsRequest(page_size=500))
    for lot in lots.lots:
        assert min(Decimal(lot.on_hand), Decimal(lot.reserved), Decimal(lot.held), Decimal(lot.in_transit), Decimal(lot.available)) >= 0
        assert Decimal(lot.reserved) + Decimal(lot.held) <= Decimal(lot.on_hand)


async def test_the_database_itself_keeps_the_book(depot: Depot) -> None:
    """Whatever code there may be: a posting that does not balance, a changed entry, stock below zero are refused by PostgreSQL."""
    engine = depot.running.service.engine
    lop = "INSERT INTO entry (movement_id, account, item_id, quantity) SELECT movement_id, account, item_id, 5 FROM entry LIMIT 1"
    attempts = {
        "ck_entry_balanced": lop,
        "ck_entry_append_only": "UPDATE entry SET quantity = quantity + 1",
        "ck_lot_on_hand": "UPDATE lot SET on_hand = -1 WHERE id = 'sd-tent'",
        "ck_lot_promised": "UPDATE lot SET reserved = on_hand + 1 WHERE id = 'sd-tent'",
    }
    for constraint, statement in attempts.items():
        with pytest.raises(IntegrityError) as refused:
            async with engine.begin() as connection:
                await connection.execute(text(statement))
        assert violated(refused.value) in {constraint, "ck_lot_promised"}, statement
    for statement in ("DELETE FROM entry", "DELETE FROM movement", "UPDATE movement SET author = 'another'"):
        with pytest.raises(IntegrityError):
            async with engine.begin() as connection:
                await connection.execute(text(statement))
    assert asyncpg.CheckViolationError.sqlstate == "23514"


async def test_write_offs_counter_entries_and_expiry(depot: Depot) -> None:
    scrap = movements_pb2.PostMovementRequest(
        kind=KINDS.MOVEMENT_KIND_SCRAP, reason="虫蛀", lines=[movements_pb2.MovementLine(lot="lots/sd-quilt", quantity="1200")]
    )
    draft = await depot("movements", "PostMovement", scrap)
    assert await depot.available("sd-quilt") == ("1200", "0")
    await depot("movements", "DiscardMovement", movements_pb2.DiscardMovementRequest(name=draft.name, reason="查无虫蛀"), LEADER)
    assert await depot.available("sd-quilt") == ("1200", "1200")
    issue = movements_pb2.PostMovementRequest(
        kind=KINDS.MOVEMENT_KIND_ISSUE, holder="units/u1", lines=[movements_pb2.MovementLine(lot="lots/sd-quilt", quantity="200")]
    )
    posted = await depot("movements", "PostMovement", issue)
    counter = await depot("movements", "ReverseMovement", movements_pb2.ReverseMovementRequest(name=posted.name, reason="错记"), LEADER)
    assert counter.reverses == posted.name
    assert await depot.available("sd-quilt") == ("1200", "1200")
    twice = movements_pb2.ReverseMovementRequest(name=posted.name, reason="错记")
    assert (await depot.refused("movements", "ReverseMovement", twice, LEADER)).reason == "INVALID_TRANSITION"
    await depot.lot("old", "sd", "quilt", "5", expire_date="2026-09-01")
    assert await depot.available("old") == ("5", "0")
    issue.lines[0].lot, issue.lines[0].quantity, issue.request_id = "lots/old", "1", ""
    assert (await depot.refused("movements", "PostMovement", issue)).reason == "LOT_EXPIRED"
    own = movements_pb2.PostMovementRequest(kind=KINDS.MOVEMENT_KIND_COUNT_ADJUST, lines=[movements_pb2.MovementLine(lot="lots/old", quantity="4")])
    assert (await depot.refused("movements", "PostMovement", own)).reason == "KEEPER_COUNTS"
    fine = movements_pb2.PostMovementRequest(kind=KINDS.MOVEMENT_KIND_ISSUE, holder="x", lines=[movements_pb2.MovementLine(lot="lots/sd-tent", quantity="0.5")])
    assert (await depot.refused("movements", "PostMovement", fine)).reason == "QUANTITY_FORM"
    await depot.check_book()


async def test_an_account_without_regions_posts_nothing(depot: Depot) -> None:
    """It ended in an IndexError."""
    request = movements_pb2.PostMovementRequest(
        kind=movements_pb2.MOVEMENT_KIND_CONSUME, holder="units/u1", lines=[movements_pb2.MovementLine(item="items/foam", quantity="1")]
    )
    refusal = await depot.refused("movements", "PostMovement", request, regions=())
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.PERMISSION_DENIED, "JURISDICTION")
    seen = await depot("lots", "ListLots", lots_pb2.ListLotsRequest(), regions=())
    assert not seen.lots
