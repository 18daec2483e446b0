"""Items, stores and quotas."""

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.access import check_region
from chassis.identity import Caller
from chassis.journal import Transaction
from chassis.paging import page
from services.resources.model.catalogue import Item, StockQuota, Store
from services.resources.repository import places, stock
from services.resources.repository.collections import ITEMS, QUOTAS, STORES
from services.resources.use_cases.acting import beijing_day, create, loaded, saved, visible


async def create_item(tx: Transaction, item: Item) -> Item:
    """Enter an item; its substitutes must be known."""
    await stock.items_of(tx.connection, (name.removeprefix("items/") for name in item.substitutes))
    return await create(tx, ITEMS, item)


async def update_item(tx: Transaction, item_id: str, etag: str, merge: Callable[[Item], Item]) -> Item:
    """Replace what is recorded of an item."""
    return await saved(tx, ITEMS, merge(await loaded(tx, ITEMS, item_id, etag)))


async def create_store(tx: Transaction, store: Store) -> Store:
    """Enter a store."""
    return await create(tx, STORES, store)


async def update_store(tx: Transaction, store_id: str, etag: str, merge: Callable[[Store], Store]) -> Store:
    """Replace what is recorded of a store; it stays in the caller's jurisdiction."""
    store = merge(await loaded(tx, STORES, store_id, etag))
    check_region(tx.caller, store.region_code)
    return await saved(tx, STORES, store)


async def create_quota(tx: Transaction, quota: StockQuota) -> StockQuota:
    """Enter a quota."""
    await _known(tx, [quota.item_id])
    return await create(tx, QUOTAS, quota)


async def update_quota(tx: Transaction, quota_id: str, etag: str, merge: Callable[[StockQuota], StockQuota]) -> StockQuota:
    """Replace a quota."""
    quota = merge(await loaded(tx, QUOTAS, quota_id, etag))
    check_region(tx.caller, quota.region_code)
    await _known(tx, [quota.item_id])
    return await saved(tx, QUOTAS, quota)


async def _known(tx: Transaction, items: Iterable[str]) -> None:
    await stock.items_of(tx.connection, items)


async def items_page(engine: AsyncEngine, size: int, token: str, text: str) -> tuple[list[Item], str]:
    """The catalogue."""
    async with engine.connect() as connection:
        return await stock.items_page(connection, page(size, token, text), text)


async def get_item(engine: AsyncEngine, item_id: str) -> Item:
    """One item."""
    async with engine.connect() as connection:
        return await ITEMS.get(connection, item_id)


async def stores_page(engine: AsyncEngine, caller: Caller, size: int, token: str, level: str, region: str) -> tuple[list[Store], str]:
    """Stores the caller may see."""
    async with engine.connect() as connection:
        return await places.stores_page(connection, page(size, token, level, region, caller.regions), caller.regions, level, region)


async def get_store(engine: AsyncEngine, caller: Caller, store_id: str) -> Store:
    """One store the caller may see."""
    async with engine.connect() as connection:
        return visible(caller, await STORES.get(connection, store_id))


async def quotas_page(engine: AsyncEngine, caller: Caller, size: int, token: str) -> tuple[list[StockQuota], str]:
    """Quotas the caller may see."""
    async with engine.connect() as connection:
        return await stock.quotas_page(connection, page(size, token, caller.regions), caller.regions)


async def quota_gaps(engine: AsyncEngine, caller: Caller, now: datetime, region: str) -> list[stock.QuotaGap]:
    """The shortfall list 缺口清单 (RS-03)."""
    async with engine.connect() as connection:
        gaps = await stock.quota_gaps(connection, beijing_day(now), regions=caller.regions)
    return [gap for gap in gaps if gap.stock_quota.region_code.startswith(region)]
