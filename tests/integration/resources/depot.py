"""A running resources service with the common stock of the acceptance scenarios, and short ways to call it."""

import itertools
import sys
from collections.abc import Callable
from typing import Any

import grpc
from google.rpc import error_details_pb2, status_pb2

from fenghuo.resources.v1 import (
    agreements_pb2_grpc,
    censuses_pb2_grpc,
    donations_pb2_grpc,
    hidden_dangers_pb2_grpc,
    items_pb2,
    items_pb2_grpc,
    lots_pb2,
    lots_pb2_grpc,
    movements_pb2,
    movements_pb2_grpc,
    picture_pb2_grpc,
    pre_positions_pb2_grpc,
    quotas_pb2_grpc,
    requisitions_pb2_grpc,
    risk_sources_pb2_grpc,
    shelters_pb2_grpc,
    standby_orders_pb2_grpc,
    stores_pb2,
    stores_pb2_grpc,
    teams_pb2_grpc,
    transfers_pb2,
    transfers_pb2_grpc,
    units_pb2_grpc,
)
from fenghuo.type.v1 import geo_pb2
from tests.fixtures.service import Running

KEEPER, LEADER, OFFICER, COUNTER, ADMIN = "warehouse_keeper", "duty_leader", "duty_officer", "stock_counter", "administrator"
LONGQUAN = geo_pb2.Point(lon=106.352, lat=39.022)
ITEMS = (
    ("tent", "1010101", "帐篷", "顶", 0, True),
    ("quilt", "1010201", "棉被", "条", 0, True),
    ("life-jacket", "2020101", "救生衣", "件", 0, True),
    ("foam", "2030101", "泡沫液", "kg", 3, False),
)
STUBS: dict[str, Callable[[Any], Any]] = {
    "items": items_pb2_grpc.ItemServiceStub,
    "stores": stores_pb2_grpc.StoreServiceStub,
    "lots": lots_pb2_grpc.LotServiceStub,
    "movements": movements_pb2_grpc.MovementServiceStub,
    "quotas": quotas_pb2_grpc.QuotaServiceStub,
    "transfers": transfers_pb2_grpc.TransferServiceStub,
    "agreements": agreements_pb2_grpc.AgreementServiceStub,
    "donations": donations_pb2_grpc.DonationServiceStub,
    "requisitions": requisitions_pb2_grpc.RequisitionServiceStub,
    "censuses": censuses_pb2_grpc.CensusServiceStub,
    "positions": pre_positions_pb2_grpc.PrePositionServiceStub,
    "standbys": standby_orders_pb2_grpc.StandbyServiceStub,
    "teams": teams_pb2_grpc.TeamServiceStub,
    "units": units_pb2_grpc.UnitServiceStub,
    "shelters": shelters_pb2_grpc.ShelterServiceStub,
    "risks": risk_sources_pb2_grpc.RiskSourceServiceStub,
    "dangers": hidden_dangers_pb2_grpc.HiddenDangerServiceStub,
    "picture": picture_pb2_grpc.PictureServiceStub,
}


class Refused(AssertionError):  # noqa: N818 - what a test expects, not a fault
    """A call was refused; carries what the caller is told."""

    def __init__(self, error: grpc.aio.AioRpcError) -> None:
        trailers = dict(error.trailing_metadata() or ())
        status = status_pb2.Status.FromString(trailers["grpc-status-details-bin"])
        info = error_details_pb2.ErrorInfo()
        status.details[0].Unpack(info)
        self.reason, self.details, self.code = info.reason, dict(info.metadata), error.code()
        super().__init__(f"{self.code.name} {self.reason} {self.details}")


class Depot:
    """The service as its users meet it."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self._stubs = {name: stub(running.channel) for name, stub in STUBS.items()}
        self._numbers = itertools.count(1)

    async def __call__(
        self, area: str, method: str, request: Any, user: str = KEEPER, *roles: str, again: bool = False, regions: tuple[str, ...] = ("640202",)
    ) -> Any:
        """Call a method as a person; a mutation gets a fresh request id unless it has one. Raises Refused."""
        if not again and "request_id" in request.DESCRIPTOR.fields_by_name and not request.request_id:
            request.request_id = f"r{next(self._numbers)}"
        try:
            return await self.running.call(getattr(self._stubs[area], method), request, user, *roles, regions=regions)
        except grpc.aio.AioRpcError as error:
            raise Refused(error) from error

    def stub(self, area: str) -> Any:
        """The stub of an area."""
        return self._stubs[area]

    def methods(self, area: str) -> Any:
        """What the contract says of an area's methods."""
        module = sys.modules[STUBS[area].__module__.removesuffix("_grpc")]
        return [method for service in module.DESCRIPTOR.services_by_name.values() for method in service.methods]

    async def refused(self, area: str, method: str, request: Any, user: str = KEEPER, *roles: str, regions: tuple[str, ...] = ("640202",)) -> Refused:
        """The refusal of a call that must not succeed."""
        try:
            answer = await self(area, method, request, user, *roles, regions=regions)
        except Refused as refusal:
            return refusal
        raise AssertionError(f"{method} was not refused: {answer}")

    async def stock_up(self) -> None:
        """Store SD with 帐篷 600, 棉被 1,200, 救生衣 90, 泡沫液 3 t, and a town store with 50 tents."""
        for item_id, code, name, unit, decimals, reusable in ITEMS:
            item = items_pb2.Item(code=code, code_source="本地", display_name=name, unit_of_measure=unit, decimals=decimals, reusable=reusable)
            await self("items", "CreateItem", items_pb2.CreateItemRequest(item_id=item_id, item=item))
        await self.store("sd", "区级储备库", stores_pb2.STORE_LEVEL_DISTRICT, "640202", 106.418, 39.022)
        await self.store("xinghai", "星海镇储备点", stores_pb2.STORE_LEVEL_TOWN, "640202100", 106.396, 38.935)
        for item_id, quantity in (("tent", "600"), ("quilt", "1200"), ("life-jacket", "90"), ("foam", "3000")):
            await self.lot(f"sd-{item_id}", "sd", item_id, quantity)
        await self.lot("xinghai-tent", "xinghai", "tent", "50")

    async def store(self, store_id: str, name: str, level: Any, region: str, lon: float, lat: float) -> Any:
        """Enter a store."""
        store = stores_pb2.Store(
            level=level, display_name=name, owner_org="应急管理局", region_code=region, location=geo_pb2.Point(lon=lon, lat=lat),
            keeper="user:warehouse_keeper", contact_name="杨丽", contact_phone="13900000000", reserve_mode=stores_pb2.RESERVE_MODE_PHYSICAL,
        )  # fmt: skip
        return await self("stores", "CreateStore", stores_pb2.CreateStoreRequest(store_id=store_id, store=store), regions=(region[:6],))

    async def lot(self, lot_id: str, store_id: str, item_id: str, quantity: str, expire_date: str = "", exercise_id: str = "", region: str = "640202") -> Any:
        """Take stock in."""
        return await self(
            "lots",
            "ReceiveLot",
            lots_pb2.ReceiveLotRequest(
                lot_id=lot_id, store=f"stores/{store_id}", item=f"items/{item_id}", mode=stores_pb2.RESERVE_MODE_PHYSICAL, quantity=quantity,
                expire_date=expire_date, exercise_id=exercise_id,
            ),
            regions=(region,),
        )  # fmt: skip

    async def available(self, lot_id: str) -> tuple[str, str]:
        """(on hand, available) of a lot."""
        lot = await self("lots", "GetLot", lots_pb2.GetLotRequest(name=f"lots/{lot_id}"))
        return lot.on_hand, lot.available

    def transfer(self, item_id: str, quantity: str, *, verbal: bool = False, **more: Any) -> transfers_pb2.RequestTransferRequest:
        """A request for one item for the fire at the plant."""
        request = transfers_pb2.RequestTransferRequest(
            place="示例化工火场", region_code="640202", location=geo_pb2.Point(lon=106.425, lat=39.005), consignee="王队", consignee_phone="13800000001",
            lines=[transfers_pb2.TransferLine(item=f"items/{item_id}", quantity=quantity)], **more,
        )  # fmt: skip
        request.need_by_time.FromJsonString("2026-09-10T06:00:00+08:00")
        if verbal:
            request.verbal_approval.approver, request.verbal_approval.channel = "马建华", "电话"
        return request

    async def check_book(self) -> Any:
        """The book must be right at every moment."""
        told = await self("movements", "CheckLedger", movements_pb2.CheckLedgerRequest())
        assert list(told.findings) == []
        return told
