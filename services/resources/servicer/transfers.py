"""TransferService."""

from typing import Any

from chassis.ids import id_of
from fenghuo.resources.v1 import transfers_pb2, transfers_pb2_grpc
from services.resources.codec.fields import show, word
from services.resources.model.transfer import Transfer
from services.resources.servicer.door import Door, optional_id
from services.resources.use_cases import transfers
from services.resources.use_cases.transfers import Returned

STATES = transfers_pb2.TransferState.DESCRIPTOR
CONTACTS = ("consignee", "consignee_phone", "sender", "sender_phone", "place")


class TransferServicer(Door, transfers_pb2_grpc.TransferServiceServicer):
    """Serves TransferService."""

    async def RequestTransfer(self, request: transfers_pb2.RequestTransferRequest, context: Any) -> transfers_pb2.Transfer:
        """调拨申请, or approval by word at once."""
        given = request.verbal_approval
        verbal = (given.approver, given.channel) if request.HasField("verbal_approval") else None
        return await self._new(
            request,
            transfers_pb2.Transfer,
            "transfer_id",
            Transfer,
            lambda tx, made: transfers.request(tx, made, verbal, self._settings.around),
            requester=self._caller.id,
        )

    async def ApproveTransfer(self, request: transfers_pb2.ApproveTransferRequest, context: Any) -> transfers_pb2.Transfer:
        """批准."""
        quantities = {id_of(line.item, "items", "lines.item"): line.quantity for line in request.lines}
        source = optional_id(request.source_store, "stores", "source_store")
        return await self._do(
            request,
            transfers_pb2.Transfer,
            "transfers",
            lambda tx, id_, etag: transfers.approve(tx, id_, etag, quantities, source, request.reason, self._settings.around),
        )

    async def RejectTransfer(self, request: transfers_pb2.RejectTransferRequest, context: Any) -> transfers_pb2.Transfer:
        """驳回."""
        return await self._do(request, transfers_pb2.Transfer, "transfers", lambda tx, id_, etag: transfers.reject(tx, id_, etag, request.reason))

    async def PickTransfer(self, request: transfers_pb2.PickTransferRequest, context: Any) -> transfers_pb2.Transfer:
        """拣货."""
        return await self._do(request, transfers_pb2.Transfer, "transfers", lambda tx, id_, etag: transfers.pick(tx, id_, etag))

    async def ShipTransfer(self, request: transfers_pb2.ShipTransferRequest, context: Any) -> transfers_pb2.Transfer:
        """发运."""
        means = {"carrier": request.carrier, "vehicle": request.vehicle, "pass_number": request.pass_number}
        contacts = {name: getattr(request, name) for name in CONTACTS}
        return await self._do(request, transfers_pb2.Transfer, "transfers", lambda tx, id_, etag: transfers.ship(tx, id_, etag, means, contacts))

    async def ReceiveTransfer(self, request: transfers_pb2.ReceiveTransferRequest, context: Any) -> transfers_pb2.Transfer:
        """签收."""
        arrived = {id_of(line.item, "items", "lines.item"): line.quantity for line in request.lines}
        return await self._do(request, transfers_pb2.Transfer, "transfers", lambda tx, id_, etag: transfers.receive(tx, id_, etag, arrived, request.receiver))

    async def SettleTransfer(self, request: transfers_pb2.SettleTransferRequest, context: Any) -> transfers_pb2.Transfer:
        """差异处理."""
        return await self._do(request, transfers_pb2.Transfer, "transfers", lambda tx, id_, etag: transfers.settle(tx, id_, etag, request.explanation))

    async def CancelTransfer(self, request: transfers_pb2.CancelTransferRequest, context: Any) -> transfers_pb2.Transfer:
        """取消."""
        return await self._do(request, transfers_pb2.Transfer, "transfers", lambda tx, id_, etag: transfers.cancel(tx, id_, etag, request.reason))

    async def ReturnTransfer(self, request: transfers_pb2.ReturnTransferRequest, context: Any) -> transfers_pb2.Transfer:
        """归还."""
        returned = [Returned(id_of(line.item, "items", "lines.item"), optional_id(line.lot, "lots", "lines.lot"), line.quantity) for line in request.lines]
        return await self._do(request, transfers_pb2.Transfer, "transfers", lambda tx, id_, etag: transfers.give_back(tx, id_, etag, returned))

    async def CloseTransfer(self, request: transfers_pb2.CloseTransferRequest, context: Any) -> transfers_pb2.Transfer:
        """办结."""
        return await self._do(request, transfers_pb2.Transfer, "transfers", lambda tx, id_, etag: transfers.close(tx, id_, etag))

    async def FileTransferPaperwork(self, request: transfers_pb2.FileTransferPaperworkRequest, context: Any) -> transfers_pb2.Transfer:
        """补办手续."""
        return await self._do(request, transfers_pb2.Transfer, "transfers", lambda tx, id_, etag: transfers.file_paperwork(tx, id_, etag, request.document))

    async def GetTransfer(self, request: transfers_pb2.GetTransferRequest, context: Any) -> transfers_pb2.Transfer:
        """One transfer."""
        return show(transfers_pb2.Transfer, await transfers.get(self._engine, self._caller, id_of(request.name, "transfers")))

    async def ListTransfers(self, request: transfers_pb2.ListTransfersRequest, context: Any) -> transfers_pb2.ListTransfersResponse:
        """A page of transfers."""
        found, token = await transfers.page_of(self._engine, self._caller, request.page_size, request.page_token, word(STATES, request.state), request.incident)
        return transfers_pb2.ListTransfersResponse(transfers=[show(transfers_pb2.Transfer, each) for each in found], next_page_token=token)
