"""Everything dispatch refuses, with its stable reason."""

from chassis.errors import DomainError, guard


def place_or_region() -> DomainError:
    """An incident is registered with a place or a region (DOMAIN § 2.3)."""
    return guard("PLACE_OR_REGION", field="region_code")
