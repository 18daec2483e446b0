"""What every command and query of alerts does with an aggregate: check who may see it, and note what it became."""

from typing import Protocol, TypeVar

from chassis.access import within
from chassis.errors import not_found
from chassis.identity import Caller
from chassis.journal import Transaction


class Placed(Protocol):
    """An aggregate with a place."""

    @property
    def name(self) -> str:
        """Resource name."""

    @property
    def version(self) -> int:
        """Counts its changes."""

    @property
    def region_code(self) -> str:
        """Region that decides who may see it."""


P = TypeVar("P", bound=Placed)


def visible(caller: Caller, aggregate: P) -> P:
    """The aggregate; NOT_FOUND when it lies outside the caller's jurisdiction."""
    if not within(caller, aggregate.region_code):
        raise not_found(aggregate.name)
    return aggregate


def noted(tx: Transaction, aggregate: P, *events: object, incident: str = "", exercise_id: str = "") -> P:
    """Write down what the command made of an aggregate, and the facts that follow."""
    tx.changed(aggregate.name, aggregate, *events, version=aggregate.version, region_code=aggregate.region_code, incident=incident, exercise_id=exercise_id)
    return aggregate
