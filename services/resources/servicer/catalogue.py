"""ItemService, StoreService, QuotaService."""

from typing import Any

from chassis.ids import id_of
from fenghuo.resources.v1 import items_pb2, items_pb2_grpc, quotas_pb2, quotas_pb2_grpc, stores_pb2, stores_pb2_grpc
from services.resources.codec import stock as codec
from services.resources.codec.fields import merged, show, word
from services.resources.model.catalogue import Item, StockQuota, Store
from services.resources.servicer.door import Door
from services.resources.use_cases import catalogue

LEVEL = stores_pb2.StoreLevel.DESCRIPTOR


class ItemServicer(Door, items_pb2_grpc.ItemServiceServicer):
    """Serves ItemService."""

    async def CreateItem(self, request: items_pb2.CreateItemRequest, context: Any) -> items_pb2.Item:
        """Enter an item."""
        return await self._new(request, items_pb2.Item, "item_id", Item, catalogue.create_item, "item")

    async def UpdateItem(self, request: items_pb2.UpdateItemRequest, context: Any) -> items_pb2.Item:
        """Replace an item."""
        return await self._do(
            request, items_pb2.Item, "items", lambda tx, id_, etag: catalogue.update_item(tx, id_, etag, lambda old: merged(request.item, old))
        )

    async def GetItem(self, request: items_pb2.GetItemRequest, context: Any) -> items_pb2.Item:
        """One item."""
        return show(items_pb2.Item, await catalogue.get_item(self._engine, id_of(request.name, "items")))

    async def ListItems(self, request: items_pb2.ListItemsRequest, context: Any) -> items_pb2.ListItemsResponse:
        """The catalogue."""
        found, token = await catalogue.items_page(self._engine, request.page_size, request.page_token, request.text)
        return items_pb2.ListItemsResponse(items=[show(items_pb2.Item, each) for each in found], next_page_token=token)


class StoreServicer(Door, stores_pb2_grpc.StoreServiceServicer):
    """Serves StoreService."""

    async def CreateStore(self, request: stores_pb2.CreateStoreRequest, context: Any) -> stores_pb2.Store:
        """Enter a store."""
        return await self._new(request, stores_pb2.Store, "store_id", Store, catalogue.create_store, "store")

    async def UpdateStore(self, request: stores_pb2.UpdateStoreRequest, context: Any) -> stores_pb2.Store:
        """Replace a store."""
        return await self._do(
            request, stores_pb2.Store, "stores", lambda tx, id_, etag: catalogue.update_store(tx, id_, etag, lambda old: merged(request.store, old))
        )

    async def GetStore(self, request: stores_pb2.GetStoreRequest, context: Any) -> stores_pb2.Store:
        """One store."""
        return show(stores_pb2.Store, await catalogue.get_store(self._engine, self._caller, id_of(request.name, "stores")))

    async def ListStores(self, request: stores_pb2.ListStoresRequest, context: Any) -> stores_pb2.ListStoresResponse:
        """A page of stores."""
        level = word(LEVEL, request.level)
        found, token = await catalogue.stores_page(self._engine, self._caller, request.page_size, request.page_token, level, request.region_code)
        return stores_pb2.ListStoresResponse(stores=[show(stores_pb2.Store, each) for each in found], next_page_token=token)


class QuotaServicer(Door, quotas_pb2_grpc.QuotaServiceServicer):
    """Serves QuotaService."""

    async def CreateStockQuota(self, request: quotas_pb2.CreateStockQuotaRequest, context: Any) -> quotas_pb2.StockQuota:
        """Enter a quota."""
        return await self._new(request, quotas_pb2.StockQuota, "stock_quota_id", StockQuota, catalogue.create_quota, "stock_quota")

    async def UpdateStockQuota(self, request: quotas_pb2.UpdateStockQuotaRequest, context: Any) -> quotas_pb2.StockQuota:
        """Replace a quota."""
        return await self._do(
            request,
            quotas_pb2.StockQuota,
            "stockQuotas",
            lambda tx, id_, etag: catalogue.update_quota(tx, id_, etag, lambda old: merged(request.stock_quota, old)),
        )

    async def ListStockQuotas(self, request: quotas_pb2.ListStockQuotasRequest, context: Any) -> quotas_pb2.ListStockQuotasResponse:
        """A page of quotas."""
        found, token = await catalogue.quotas_page(self._engine, self._caller, request.page_size, request.page_token)
        return quotas_pb2.ListStockQuotasResponse(stock_quotas=[show(quotas_pb2.StockQuota, each) for each in found], next_page_token=token)

    async def QueryQuotaGaps(self, request: quotas_pb2.QueryQuotaGapsRequest, context: Any) -> quotas_pb2.QueryQuotaGapsResponse:
        """The shortfall list."""
        gaps = await catalogue.quota_gaps(self._engine, self._caller, self._clock.now(), request.region_code)
        return quotas_pb2.QueryQuotaGapsResponse(gaps=map(codec.gap, gaps))
