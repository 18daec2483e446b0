"""LotService and MovementService."""

from typing import Any

from chassis.ids import checked_id, id_of
from chassis.journal import Transaction
from fenghuo.resources.v1 import lots_pb2, lots_pb2_grpc, movements_pb2, movements_pb2_grpc
from services.resources.codec import stock as codec
from services.resources.codec.fields import read, show, word
from services.resources.model.movement import Movement
from services.resources.model.stock import Lot
from services.resources.servicer.door import Door, optional_id
from services.resources.use_cases import movements
from services.resources.use_cases.acting import beijing_day
from services.resources.use_cases.movements import Posting, Receipt, Wanted

RECEIPTS = lots_pb2.ReceiptKind.DESCRIPTOR
KINDS = movements_pb2.MovementKind.DESCRIPTOR
STATES = movements_pb2.MovementState.DESCRIPTOR


class LotServicer(Door, lots_pb2_grpc.LotServiceServicer):
    """Serves LotService."""

    async def ReceiveLot(self, request: lots_pb2.ReceiveLotRequest, context: Any) -> lots_pb2.Lot:
        """入库."""
        lot_id = checked_id(request.lot_id, "lot_id")

        def receipt(tx: Transaction) -> Receipt:
            lot = read(request, Lot, id=lot_id, create_at=tx.now, update_at=tx.now, region_code="")
            return Receipt(lot, request.quantity, word(RECEIPTS, request.kind), request.document)

        return await self._run(request, lots_pb2.Lot, lambda tx: movements.receive(tx, receipt(tx)), codec.lot)

    async def GetLot(self, request: lots_pb2.GetLotRequest, context: Any) -> lots_pb2.Lot:
        """One lot."""
        lot, item = await movements.lot_shown(self._engine, self._caller, id_of(request.name, "lots"))
        return codec.lot((lot, item, beijing_day(self._clock.now())))

    async def ListLots(self, request: lots_pb2.ListLotsRequest, context: Any) -> lots_pb2.ListLotsResponse:
        """A page of lots."""
        today = beijing_day(self._clock.now())
        store_id, item_id = optional_id(request.store, "stores", "store"), optional_id(request.item, "items", "item")
        found, token = await movements.lots_page(
            self._engine, self._caller, request.page_size, request.page_token, store_id, item_id, today, available_only=request.available_only
        )
        return lots_pb2.ListLotsResponse(lots=[codec.lot((lot, item, today)) for lot, item in found], next_page_token=token)

    async def ListReservations(self, request: lots_pb2.ListReservationsRequest, context: Any) -> lots_pb2.ListReservationsResponse:
        """A page of reservations."""
        lot_id = optional_id(request.lot, "lots", "lot")
        found, token = await movements.reservations_page(self._engine, self._caller, request.page_size, request.page_token, lot_id, request.holder)
        return lots_pb2.ListReservationsResponse(reservations=[show(lots_pb2.Reservation, each) for each in found], next_page_token=token)


def _encoded(posting: Posting) -> movements_pb2.Movement:
    return codec.movement(posting.movement, posting.entries)


class MovementServicer(Door, movements_pb2_grpc.MovementServiceServicer):
    """Serves MovementService."""

    async def PostMovement(self, request: movements_pb2.PostMovementRequest, context: Any) -> movements_pb2.Movement:
        """Post by hand."""
        movement_id, author = checked_id(request.movement_id, "movement_id"), self._caller.id
        wanted = [Wanted(optional_id(line.lot, "lots", "lines.lot"), optional_id(line.item, "items", "lines.item"), line.quantity) for line in request.lines]

        def made(tx: Transaction) -> Movement:
            return read(request, Movement, id=movement_id, create_at=tx.now, update_at=tx.now, lines=[], author=author, region_code="")

        return await self._run(request, movements_pb2.Movement, lambda tx: movements.post(tx, made(tx), wanted), _encoded)

    async def ApproveMovement(self, request: movements_pb2.ApproveMovementRequest, context: Any) -> movements_pb2.Movement:
        """核销."""
        movement_id = id_of(request.name, "movements")
        return await self._run(request, movements_pb2.Movement, lambda tx: movements.approve(tx, movement_id, request.etag), _encoded)

    async def DiscardMovement(self, request: movements_pb2.DiscardMovementRequest, context: Any) -> movements_pb2.Movement:
        """Throw a draft away."""
        movement_id = id_of(request.name, "movements")
        return await self._run(request, movements_pb2.Movement, lambda tx: movements.discard(tx, movement_id, request.etag, request.reason), _encoded)

    async def ReverseMovement(self, request: movements_pb2.ReverseMovementRequest, context: Any) -> movements_pb2.Movement:
        """冲销."""
        movement_id = id_of(request.name, "movements")
        return await self._run(request, movements_pb2.Movement, lambda tx: movements.reverse(tx, movement_id, request.etag, request.reason), _encoded)

    async def GetMovement(self, request: movements_pb2.GetMovementRequest, context: Any) -> movements_pb2.Movement:
        """One movement."""
        return _encoded(await movements.posting(self._engine, self._caller, id_of(request.name, "movements")))

    async def ListMovements(self, request: movements_pb2.ListMovementsRequest, context: Any) -> movements_pb2.ListMovementsResponse:
        """A page of movements."""
        lot_id, kind, state = optional_id(request.lot, "lots", "lot"), word(KINDS, request.kind), word(STATES, request.state)
        found, token = await movements.postings(self._engine, self._caller, request.page_size, request.page_token, lot_id, request.incident, kind, state)
        return movements_pb2.ListMovementsResponse(movements=map(_encoded, found), next_page_token=token)

    async def CheckLedger(self, request: movements_pb2.CheckLedgerRequest, context: Any) -> movements_pb2.CheckLedgerResponse:
        """Add the whole book up."""
        entries, lots, findings = await movements.check_ledger(self._engine)
        return movements_pb2.CheckLedgerResponse(entries=entries, lots=lots, findings=findings)
