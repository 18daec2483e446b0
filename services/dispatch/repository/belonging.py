"""What belongs to an incident, of whichever kind."""

from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Select, Table, bindparam, select

from chassis.journal import Transaction
from chassis.store import Aggregate, Store

A = TypeVar("A", bound=Aggregate)


@cache
def _locked(table: Table) -> Select[Any]:
    return select(table).where(table.c.incident_id == bindparam("incident")).order_by(table.c.id).with_for_update()


async def locked(tx: Transaction, store: Store[A], incident_id: str) -> list[A]:
    """Everything of a kind that belongs to an incident, locked in the order of the ids."""
    return [store.seen(tx, row) for row in (await tx.connection.execute(_locked(store.table), {"incident": incident_id})).all()]
