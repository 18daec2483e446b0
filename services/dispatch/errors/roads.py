"""Refusals about roads, each with its stable reason."""

from chassis.errors import DomainError, invalid


def ring_open() -> DomainError:
    """An area is a closed ring: its last point is its first."""
    return invalid("area", "RING_OPEN")


def factor_when_slowed(kind: str) -> DomainError:
    """A slowed road says by how much, a closed one does not."""
    return invalid("factor", "FACTOR_WHEN_SLOWED", stated=kind)


def ends_before() -> DomainError:
    """A closure ends after it began, and not in the past."""
    return invalid("end_time", "CLOSURE_ENDS_BEFORE")


def route_ends() -> DomainError:
    """A way has one beginning and one end."""
    return invalid("origin", "ROUTE_ENDS")


def isochrone_place() -> DomainError:
    """Isochrones are for one place or one incident."""
    return invalid("location", "ISOCHRONE_PLACE")


def place_unknown(name: str) -> DomainError:
    """Nobody knows where it is."""
    return invalid("origin" if name.startswith("units/") else "destination", "PLACE_UNKNOWN", name=name)
