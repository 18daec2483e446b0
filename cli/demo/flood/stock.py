"""The life jackets of the district's store, as the API counts them."""

from decimal import Decimal

from cli.demo.flood.scene import KEEPER
from cli.demo.world import World


def jackets(world: World) -> str:
    """`items/{id}` of 救生衣."""
    if "jackets" not in world.names:
        found = [row["name"] for row in world.all_of(KEEPER, "/items", "items", text="救生衣")]
        world.expect(found, "救生衣 is in the catalogue", found)
        world.names["jackets"] = found[0] if found else "items/none"
    return world.names["jackets"]


def available(world: World) -> int:
    """How many can be promised now."""
    answer = world.get(KEEPER, "/resources:availability", item=jackets(world))
    return int(sum((Decimal(row.get("available", "0")) for row in answer.get("items", [])), Decimal(0)))
