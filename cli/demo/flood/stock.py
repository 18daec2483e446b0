"""The life jackets in the district's store, as the API counts them."""

from decimal import Decimal

from cli.demo.flood.scene import KEEPER
from cli.demo.world import World


def jackets(world: World) -> str:
    """`items/{id}` of 救生衣."""
    return _first(world, "jackets", "救生衣 is in the catalogue", [row["name"] for row in world.all_of(KEEPER, "/items", "items", text="救生衣")])


def store(world: World) -> str:
    """`stores/{id}` of the district's own store."""
    rows = world.all_of(KEEPER, "/stores", "stores", level="STORE_LEVEL_DISTRICT")
    return _first(world, "store", "the district has a store", [row["name"] for row in rows])


def _first(world: World, label: str, expected: str, found: list[str]) -> str:
    if label not in world.names:
        world.expect(found, expected, found)
        world.names[label] = found[0]
    return world.names[label]


def available(world: World) -> int:
    """How many of them can be promised now."""
    lots = world.all_of(KEEPER, "/lots", "lots", store=store(world), item=jackets(world))
    return int(sum((Decimal(lot.get("available", "0")) for lot in lots), Decimal(0)))
