"""Organisations and who belongs to whom: what a conflict of interest is decided by (493号令 art. 23 by analogy)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.experts import errors

COLLECTION = "organisations/"


@dataclass(frozen=True, slots=True)
class OrganisationRegistered:
    """It was registered, or its name or parent was changed."""

    organisation_id: str
    display_name: str
    parent_id: str


@dataclass(slots=True)
class Organisation:
    """An organisation; `parent_id` is empty for none. `region_code` is the region whose office keeps the entry: others read it and do not change it."""

    id: str
    display_name: str
    parent_id: str
    created_at: datetime
    updated_at: datetime
    region_code: str = ""
    version: int = 1

    @property
    def name(self) -> str:
        """Resource name."""
        return f"{COLLECTION}{self.id}"

    def register(self, register: "Register") -> OrganisationRegistered:
        """It enters the register; its parent must stand there."""
        self._check_parent(register)
        return OrganisationRegistered(self.id, self.display_name, self.parent_id)

    def update(self, display_name: str, parent_id: str, now: datetime, register: "Register") -> OrganisationRegistered:
        """It has another name or parent from now on."""
        self.display_name, self.parent_id, self.updated_at = display_name or self.display_name, parent_id, now
        self._check_parent(register)
        return OrganisationRegistered(self.id, self.display_name, self.parent_id)

    def _check_parent(self, register: "Register") -> None:
        if not self.parent_id:
            return
        if self.parent_id not in register.known:
            raise errors.parent_unknown(f"{COLLECTION}{self.parent_id}")
        if self.id == self.parent_id or self.id in register.above(self.parent_id):
            raise errors.own_parent(self.name)


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation that a question concerns, with parents that the register does not know."""

    organisation: str
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tie:
    """How an expert depends on a party: `relation` is self, parent or subsidiary of it."""

    organisation: str
    party: str
    relation: str


class Register:
    """Who belongs to whom. Organisations are meant by resource name or by display name; a name that is not registered means only itself."""

    def __init__(self, organisations: Iterable[Organisation]) -> None:
        self.known: Mapping[str, Organisation] = {each.id: each for each in organisations}
        self._by_name = {each.display_name: each.id for each in self.known.values()}

    def resolve(self, text: str) -> str:
        """Id of the organisation meant, or the text itself when it is not registered."""
        wanted = text.strip()
        if wanted.startswith(COLLECTION):
            return wanted.removeprefix(COLLECTION)
        return self._by_name.get(wanted, wanted)

    def label(self, text: str) -> str:
        """The display name of the organisation meant."""
        found = self.known.get(self.resolve(text))
        return found.display_name if found else text.strip()

    def above(self, organisation_id: str) -> list[str]:
        """Ids of all parents, nearest first. Ends at a circle."""
        chain: list[str] = []
        here = self.known.get(organisation_id)
        while here is not None and here.parent_id and here.parent_id not in chain:
            chain.append(here.parent_id)
            here = self.known.get(here.parent_id)
        return chain

    def tie(self, organisations: Iterable[str], parties: Iterable[Party]) -> Tie | None:
        """The first dependence of one of the organisations on one of the parties: the same, above it, or below it."""
        for party in parties:
            concerned = self.resolve(party.organisation)
            above = {*self.above(concerned)}
            for parent in party.parents:
                resolved = self.resolve(parent)
                above |= {resolved, *self.above(resolved)}
            for text in organisations:
                mine = self.resolve(text)
                if not mine:
                    continue
                relation = "self" if mine == concerned else "parent" if mine in above else "subsidiary" if concerned in self.above(mine) else ""
                if relation:
                    return Tie(self.label(text), self.label(party.organisation), relation)
        return None
