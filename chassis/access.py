"""What a caller may do: roles map to permissions in one YAML file, regions bound it to a jurisdiction; the default is no."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from chassis.errors import DomainError, Kind
from chassis.identity import Caller

PERSONAL_DATA = "personal_data.read"


class Roles:
    """The permissions of each role."""

    def __init__(self, table: Mapping[str, frozenset[str]]) -> None:
        self.table = table

    @classmethod
    def load(cls, path: Path) -> "Roles":
        """Read `roles: {name: {permissions: […], includes: […]}}`; an included role lends all its permissions."""
        raw = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["roles"]

        def collect(role: str, seen: frozenset[str] = frozenset()) -> frozenset[str]:
            if role in seen:
                raise ValueError(f"role {role} includes itself")
            own = frozenset(raw[role].get("permissions", ()))
            return own.union(*(collect(other, seen | {role}) for other in raw[role].get("includes", ())))

        return cls({role: collect(role) for role in raw})

    def holds(self, caller: Caller, permission: str) -> bool:
        """True when one of the caller's roles has the permission."""
        return any(permission in self.table.get(role, ()) for role in caller.roles)

    def check(self, caller: Caller, permission: str) -> None:
        """FORBIDDEN unless one of the caller's roles has the permission."""
        if not permission or not self.holds(caller, permission):
            raise DomainError(Kind.FORBIDDEN, "PERMISSION_DENIED", permission=permission)

    def permissions(self, caller: Caller) -> tuple[str, ...]:
        """Everything the caller may do, sorted; for the page, which hides what would be refused."""
        return tuple(sorted(frozenset().union(*(self.table.get(role, frozenset()) for role in caller.roles))))


def within(caller: Caller, region_code: str) -> bool:
    """True when the region lies in the caller's jurisdiction (code prefix)."""
    return any(region_code.startswith(prefix) for prefix in caller.regions)


def check_region(caller: Caller, region_code: str, field: str = "region_code") -> None:
    """FORBIDDEN when the region lies outside the caller's jurisdiction."""
    if not within(caller, region_code):
        raise DomainError(Kind.FORBIDDEN, "JURISDICTION", field=field, region=region_code, allowed=caller.regions)
