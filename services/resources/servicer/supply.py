"""AgreementService and DonationService."""

from typing import Any

from chassis.ids import id_of
from fenghuo.resources.v1 import agreements_pb2, agreements_pb2_grpc, donations_pb2, donations_pb2_grpc
from services.resources.codec.fields import show, word
from services.resources.model.supply import CallOff, Donation, ReserveAgreement
from services.resources.servicer.door import Door, optional_id
from services.resources.use_cases import supply

CALLS = agreements_pb2.CallOffState.DESCRIPTOR
DONATIONS = donations_pb2.DonationState.DESCRIPTOR


class AgreementServicer(Door, agreements_pb2_grpc.AgreementServiceServicer):
    """Serves AgreementService."""

    async def CreateReserveAgreement(self, request: agreements_pb2.CreateReserveAgreementRequest, context: Any) -> agreements_pb2.ReserveAgreement:
        """Enter an agreement."""
        return await self._new(
            request,
            agreements_pb2.ReserveAgreement,
            "reserve_agreement_id",
            ReserveAgreement,
            supply.create_agreement,
            "reserve_agreement",
            breaches=0,
            lot_id="",
        )

    async def GetReserveAgreement(self, request: agreements_pb2.GetReserveAgreementRequest, context: Any) -> agreements_pb2.ReserveAgreement:
        """One agreement."""
        return show(agreements_pb2.ReserveAgreement, await supply.get_agreement(self._engine, self._caller, id_of(request.name, "reserveAgreements")))

    async def ListReserveAgreements(self, request: agreements_pb2.ListReserveAgreementsRequest, context: Any) -> agreements_pb2.ListReserveAgreementsResponse:
        """A page of agreements."""
        found, token = await supply.agreements_page(
            self._engine, self._caller, request.page_size, request.page_token, optional_id(request.item, "items", "item")
        )
        return agreements_pb2.ListReserveAgreementsResponse(
            reserve_agreements=[show(agreements_pb2.ReserveAgreement, each) for each in found], next_page_token=token
        )

    async def IssueCallOff(self, request: agreements_pb2.IssueCallOffRequest, context: Any) -> agreements_pb2.CallOff:
        """下达协议调用."""
        return await self._new(
            request,
            agreements_pb2.CallOff,
            "call_off_id",
            CallOff,
            supply.issue,
            supplier="",
            item_id="",
            answer_due_at=self._clock.now(),
            arrival_due_at=self._clock.now(),
        )

    async def ConfirmCallOff(self, request: agreements_pb2.ConfirmCallOffRequest, context: Any) -> agreements_pb2.CallOff:
        """供应商确认."""
        return await self._do(request, agreements_pb2.CallOff, "callOffs", lambda tx, id_, etag: supply.confirm(tx, id_, etag))

    async def RefuseCallOff(self, request: agreements_pb2.RefuseCallOffRequest, context: Any) -> agreements_pb2.CallOff:
        """供应商拒绝."""
        return await self._do(request, agreements_pb2.CallOff, "callOffs", lambda tx, id_, etag: supply.refuse(tx, id_, etag, request.reason))

    async def DispatchCallOff(self, request: agreements_pb2.DispatchCallOffRequest, context: Any) -> agreements_pb2.CallOff:
        """发货."""
        return await self._do(request, agreements_pb2.CallOff, "callOffs", lambda tx, id_, etag: supply.dispatch(tx, id_, etag))

    async def DeliverCallOff(self, request: agreements_pb2.DeliverCallOffRequest, context: Any) -> agreements_pb2.CallOff:
        """送达."""
        return await self._do(request, agreements_pb2.CallOff, "callOffs", lambda tx, id_, etag: supply.deliver(tx, id_, etag, request.quantity))

    async def SettleCallOff(self, request: agreements_pb2.SettleCallOffRequest, context: Any) -> agreements_pb2.CallOff:
        """结算."""
        return await self._do(request, agreements_pb2.CallOff, "callOffs", lambda tx, id_, etag: supply.settle(tx, id_, etag, request.cost_fen))

    async def GetCallOff(self, request: agreements_pb2.GetCallOffRequest, context: Any) -> agreements_pb2.CallOff:
        """One call."""
        return show(agreements_pb2.CallOff, await supply.get_call(self._engine, self._caller, id_of(request.name, "callOffs")))

    async def ListCallOffs(self, request: agreements_pb2.ListCallOffsRequest, context: Any) -> agreements_pb2.ListCallOffsResponse:
        """A page of calls."""
        found, token = await supply.calls_page(self._engine, self._caller, request.page_size, request.page_token, word(CALLS, request.state), request.incident)
        return agreements_pb2.ListCallOffsResponse(call_offs=[show(agreements_pb2.CallOff, each) for each in found], next_page_token=token)


class DonationServicer(Door, donations_pb2_grpc.DonationServiceServicer):
    """Serves DonationService."""

    async def PledgeDonation(self, request: donations_pb2.PledgeDonationRequest, context: Any) -> donations_pb2.Donation:
        """捐赠意向."""
        return await self._new(request, donations_pb2.Donation, "donation_id", Donation, supply.pledge)

    async def ReceiveDonation(self, request: donations_pb2.ReceiveDonationRequest, context: Any) -> donations_pb2.Donation:
        """接收."""
        return await self._do(request, donations_pb2.Donation, "donations", lambda tx, id_, etag: supply.receive_donation(tx, id_, etag))

    async def RegisterDonation(self, request: donations_pb2.RegisterDonationRequest, context: Any) -> donations_pb2.Donation:
        """登记入库."""
        return await self._do(
            request, donations_pb2.Donation, "donations", lambda tx, id_, etag: supply.register(tx, id_, etag, id_of(request.store, "stores", "store"))
        )

    async def AllocateDonation(self, request: donations_pb2.AllocateDonationRequest, context: Any) -> donations_pb2.Donation:
        """分配."""
        return await self._do(request, donations_pb2.Donation, "donations", lambda tx, id_, etag: supply.allocate(tx, id_, etag, request.recipient))

    async def DistributeDonation(self, request: donations_pb2.DistributeDonationRequest, context: Any) -> donations_pb2.Donation:
        """发放."""
        return await self._do(request, donations_pb2.Donation, "donations", lambda tx, id_, etag: supply.distribute(tx, id_, etag))

    async def PublishDonation(self, request: donations_pb2.PublishDonationRequest, context: Any) -> donations_pb2.Donation:
        """公示."""
        return await self._do(request, donations_pb2.Donation, "donations", lambda tx, id_, etag: supply.publish(tx, id_, etag))

    async def DeclineDonation(self, request: donations_pb2.DeclineDonationRequest, context: Any) -> donations_pb2.Donation:
        """谢绝."""
        return await self._do(request, donations_pb2.Donation, "donations", lambda tx, id_, etag: supply.decline(tx, id_, etag, request.reason))

    async def GetDonation(self, request: donations_pb2.GetDonationRequest, context: Any) -> donations_pb2.Donation:
        """One donation."""
        return show(donations_pb2.Donation, await supply.get_donation(self._engine, self._caller, id_of(request.name, "donations")))

    async def ListDonations(self, request: donations_pb2.ListDonationsRequest, context: Any) -> donations_pb2.ListDonationsResponse:
        """A page of donations."""
        found, token = await supply.donations_page(self._engine, self._caller, request.page_size, request.page_token, word(DONATIONS, request.state))
        return donations_pb2.ListDonationsResponse(donations=[show(donations_pb2.Donation, each) for each in found], next_page_token=token)
