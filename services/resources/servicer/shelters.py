"""ShelterService."""

from typing import Any

from chassis.ids import id_of, new_id
from chassis.journal import Transaction
from fenghuo.resources.v1 import shelters_pb2, shelters_pb2_grpc
from services.resources.codec import stock as codec
from services.resources.codec.fields import merged, read, show, word
from services.resources.model.shelter import Shelter, Stay
from services.resources.servicer.door import Door, optional_id
from services.resources.use_cases import shelters
from services.resources.use_cases.shelters import CheckedIn

STATES = shelters_pb2.ShelterState.DESCRIPTOR
KEPT = (
    "occupancy", "keeper", "inspection_reason", "inspected_by", "inspect_at", "basis", "incident", "exercise_id", "purge_at",
)  # fmt: skip
"""What an update of a shelter does not touch."""


class ShelterServicer(Door, shelters_pb2_grpc.ShelterServiceServicer):
    """Serves ShelterService."""

    async def CreateShelter(self, request: shelters_pb2.CreateShelterRequest, context: Any) -> shelters_pb2.Shelter:
        """Enter a shelter."""
        untouched = {
            "occupancy": 0,
            "keeper": "",
            "inspection_reason": "",
            "inspected_by": "",
            "inspect_at": None,
            "basis": "",
            "incident": "",
            "purge_at": None,
        }
        return await self._new(request, shelters_pb2.Shelter, "shelter_id", Shelter, shelters.create_shelter, "shelter", **untouched)

    async def UpdateShelter(self, request: shelters_pb2.UpdateShelterRequest, context: Any) -> shelters_pb2.Shelter:
        """Replace what is recorded."""
        return await self._do(
            request, shelters_pb2.Shelter, "shelters", lambda tx, id_, etag: shelters.update(tx, id_, etag, lambda old: merged(request.shelter, old, *KEPT))
        )

    async def CommissionShelter(self, request: shelters_pb2.CommissionShelterRequest, context: Any) -> shelters_pb2.Shelter:
        """投入使用."""
        return await self._do(
            request, shelters_pb2.Shelter, "shelters", lambda tx, id_, etag: shelters.decide(tx, id_, etag, lambda shelter: shelter.commission())
        )

    async def MaintainShelter(self, request: shelters_pb2.MaintainShelterRequest, context: Any) -> shelters_pb2.Shelter:
        """维护."""
        return await self._do(
            request, shelters_pb2.Shelter, "shelters", lambda tx, id_, etag: shelters.decide(tx, id_, etag, lambda shelter: shelter.maintain(request.reason))
        )

    async def FinishShelterMaintenance(self, request: shelters_pb2.FinishShelterMaintenanceRequest, context: Any) -> shelters_pb2.Shelter:
        """维护完成."""
        return await self._do(
            request, shelters_pb2.Shelter, "shelters", lambda tx, id_, etag: shelters.decide(tx, id_, etag, lambda shelter: shelter.finish_maintenance())
        )

    async def PrepareShelter(self, request: shelters_pb2.PrepareShelterRequest, context: Any) -> shelters_pb2.Shelter:
        """启用准备."""
        return await self._do(request, shelters_pb2.Shelter, "shelters", lambda tx, id_, etag: shelters.prepare(tx, id_, etag, request.basis))

    async def OpenShelter(self, request: shelters_pb2.OpenShelterRequest, context: Any) -> shelters_pb2.Shelter:
        """开放."""
        return await self._do(
            request,
            shelters_pb2.Shelter,
            "shelters",
            lambda tx, id_, etag: shelters.open_shelter(tx, id_, etag, request.keeper, request.incident, keeper_present=request.keeper_present),
        )

    async def CloseShelter(self, request: shelters_pb2.CloseShelterRequest, context: Any) -> shelters_pb2.Shelter:
        """关闭."""
        return await self._do(request, shelters_pb2.Shelter, "shelters", lambda tx, id_, etag: shelters.close(tx, id_, etag))

    async def RestoreShelter(self, request: shelters_pb2.RestoreShelterRequest, context: Any) -> shelters_pb2.Shelter:
        """恢复."""
        keep, counted, cleaned = self._settings.stays_keep, request.stock_counted, request.cleaned
        return await self._do(
            request, shelters_pb2.Shelter, "shelters", lambda tx, id_, etag: shelters.restore(tx, id_, etag, keep, stock_counted=counted, cleaned=cleaned)
        )

    async def DamageShelter(self, request: shelters_pb2.DamageShelterRequest, context: Any) -> shelters_pb2.Shelter:
        """受损."""
        return await self._do(
            request, shelters_pb2.Shelter, "shelters", lambda tx, id_, etag: shelters.decide(tx, id_, etag, lambda shelter: shelter.damage(request.reason))
        )

    async def RepairShelter(self, request: shelters_pb2.RepairShelterRequest, context: Any) -> shelters_pb2.Shelter:
        """修复."""
        return await self._do(request, shelters_pb2.Shelter, "shelters", lambda tx, id_, etag: shelters.decide(tx, id_, etag, lambda shelter: shelter.repair()))

    async def RequireShelterInspection(self, request: shelters_pb2.RequireShelterInspectionRequest, context: Any) -> shelters_pb2.Shelter:
        """要求安全鉴定."""
        return await self._do(
            request,
            shelters_pb2.Shelter,
            "shelters",
            lambda tx, id_, etag: shelters.decide(tx, id_, etag, lambda shelter: shelter.require_inspection(request.reason)),
        )

    async def InspectShelter(self, request: shelters_pb2.InspectShelterRequest, context: Any) -> shelters_pb2.Shelter:
        """安全鉴定."""
        return await self._do(
            request,
            shelters_pb2.Shelter,
            "shelters",
            lambda tx, id_, etag: shelters.decide(
                tx, id_, etag, lambda shelter: shelter.inspect(request.inspector, request.finding, tx.now, safe=request.safe)
            ),
        )

    async def GetShelter(self, request: shelters_pb2.GetShelterRequest, context: Any) -> shelters_pb2.Shelter:
        """One shelter."""
        return show(shelters_pb2.Shelter, await shelters.get(self._engine, self._caller, id_of(request.name, "shelters")))

    async def ListShelters(self, request: shelters_pb2.ListSheltersRequest, context: Any) -> shelters_pb2.ListSheltersResponse:
        """A page of shelters."""
        found, token = await shelters.page_of(
            self._engine, self._caller, request.page_size, request.page_token, word(STATES, request.state), request.region_code
        )
        return shelters_pb2.ListSheltersResponse(shelters=[show(shelters_pb2.Shelter, each) for each in found], next_page_token=token)

    async def QueryNearestShelters(self, request: shelters_pb2.QueryNearestSheltersRequest, context: Any) -> shelters_pb2.QueryNearestSheltersResponse:
        """Shelters with space."""
        found = await shelters.nearest(self._engine, self._caller, request.lon, request.lat, request.persons)
        return shelters_pb2.QueryNearestSheltersResponse(shelters=map(codec.near, found))

    async def CheckIn(self, request: shelters_pb2.CheckInRequest, context: Any) -> shelters_pb2.CheckInResponse:
        """入住登记."""
        shelter_id = id_of(request.name, "shelters")

        def arrived(tx: Transaction) -> Stay:
            times = {"create_at": tx.now, "update_at": tx.now, "check_in_at": tx.now}
            return read(request, Stay, id=new_id(), shelter_id=shelter_id, region_code="", overflow=False, **times)

        def encode(done: CheckedIn) -> shelters_pb2.CheckInResponse:
            return codec.checked_in(done.stay, done.occupancy, done.nearest, self._texts, beyond=done.beyond)

        return await self._run(
            request, shelters_pb2.CheckInResponse, lambda tx: shelters.check_in(tx, shelter_id, arrived(tx), overflow=request.overflow), encode
        )

    async def CheckOut(self, request: shelters_pb2.CheckOutRequest, context: Any) -> shelters_pb2.Stay:
        """离开登记."""
        return await self._do(request, shelters_pb2.Stay, "stays", lambda tx, id_, etag: shelters.check_out(tx, id_, etag, request.onward_place))

    async def PlanOnwardPlace(self, request: shelters_pb2.PlanOnwardPlaceRequest, context: Any) -> shelters_pb2.Stay:
        """后续去向."""
        return await self._do(request, shelters_pb2.Stay, "stays", lambda tx, id_, etag: shelters.plan_onward(tx, id_, etag, request.onward_place))

    async def ListStays(self, request: shelters_pb2.ListStaysRequest, context: Any) -> shelters_pb2.ListStaysResponse:
        """A page of stays."""
        found, token = await shelters.stays_page(
            self._engine,
            self._caller,
            request.page_size,
            request.page_token,
            optional_id(request.shelter, "shelters", "shelter"),
            present_only=request.present_only,
        )
        return shelters_pb2.ListStaysResponse(stays=[show(shelters_pb2.Stay, each) for each in found], next_page_token=token)
