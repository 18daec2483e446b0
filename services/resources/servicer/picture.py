"""PictureService."""

from typing import Any

from chassis.ids import id_of
from fenghuo.resources.v1 import picture_pb2, picture_pb2_grpc
from services.resources.codec import stock as codec
from services.resources.codec.fields import show, word
from services.resources.errors import plain
from services.resources.model.picture import Feature
from services.resources.servicer.door import Door, optional_id
from services.resources.use_cases import picture

LAYERS = picture_pb2.Layer.DESCRIPTOR


def _feature(found: Feature) -> picture_pb2.Feature:
    return show(picture_pb2.Feature, found)


class PictureServicer(Door, picture_pb2_grpc.PictureServiceServicer):
    """Serves PictureService."""

    async def QueryMap(self, request: picture_pb2.QueryMapRequest, context: Any) -> picture_pb2.QueryMapResponse:
        """一张图."""
        layers = [word(LAYERS, layer) for layer in request.layers if layer]
        found, more = await picture.on_map(self._engine, self._caller, (request.west, request.south, request.east, request.north), layers)
        return picture_pb2.QueryMapResponse(type="FeatureCollection", features=map(_feature, found), truncated=more)

    async def QueryNearby(self, request: picture_pb2.QueryNearbyRequest, context: Any) -> picture_pb2.QueryNearbyResponse:
        """周边资源."""
        layers = [word(LAYERS, layer) for layer in request.layers if layer]
        found = await picture.nearby(self._engine, self._caller, request.lon, request.lat, request.radius_m, layers, request.limit)
        return picture_pb2.QueryNearbyResponse(features=map(_feature, found))

    async def QueryAvailability(self, request: picture_pb2.QueryAvailabilityRequest, context: Any) -> picture_pb2.QueryAvailabilityResponse:
        """可用量."""
        item_id = optional_id(request.item, "items", "item")
        found = await picture.availability(self._engine, self._caller, item_id, request.region_code, self._clock.now())
        return picture_pb2.QueryAvailabilityResponse(items=[show(picture_pb2.ItemAvailability, each) for each in found])

    async def QuerySources(self, request: picture_pb2.QuerySourcesRequest, context: Any) -> picture_pb2.QuerySourcesResponse:
        """调拨来源推荐."""
        item_id, near = id_of(request.item, "items", "item"), (request.lon, request.lat)
        steps, covered, missing = await picture.sources(
            self._engine, self._caller.regions, item_id, request.quantity, near, request.exercise_id, self._settings.around, self._clock.now()
        )
        sources = [codec.source(step, self._texts) for step in steps]
        return picture_pb2.QuerySourcesResponse(sources=sources, covered=plain(covered), missing=plain(missing))

    async def QueryExpiring(self, request: picture_pb2.QueryExpiringRequest, context: Any) -> picture_pb2.QueryExpiringResponse:
        """到期轮换."""
        found = await picture.expiring(self._engine, self._caller, request.days, self._clock.now())
        return picture_pb2.QueryExpiringResponse(lots=[show(picture_pb2.ExpiringLot, each) for each in found])

    async def QueryDebts(self, request: picture_pb2.QueryDebtsRequest, context: Any) -> picture_pb2.QueryDebtsResponse:
        """欠账."""
        found = await picture.debts(self._engine, self._caller, request.incident, self._clock.now())
        return picture_pb2.QueryDebtsResponse(debts=[show(picture_pb2.Debt, each) for each in found])
