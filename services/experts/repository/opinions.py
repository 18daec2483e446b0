"""Opinions in the database."""

from sqlalchemy import select

from chassis.journal import Transaction
from chassis.store import Store
from services.experts.model.opinion import Opinion
from services.experts.tables import opinion as table

FIXED = ("call_up_id", "invitation_id", "group_id", "expert_id", "number", "advice", "entered_by", "signature", "created_at", "exercise_id")
"""What was given never changes."""
OPINIONS = Store(table, Opinion, "opinions", fixed=FIXED)


async def newest(tx: Transaction, call_up_id: str, invitation_id: str, group_id: str) -> Opinion | None:
    """The newest version of an author, locked for a change."""
    query = select(table).where(table.c.call_up_id == call_up_id, table.c.invitation_id == invitation_id, table.c.group_id == group_id)
    row = (await tx.connection.execute(query.order_by(table.c.number.desc()).limit(1).with_for_update())).one_or_none()
    return None if row is None else OPINIONS.seen(tx, row)
