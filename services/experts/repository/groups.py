"""Expert groups in the database."""

from sqlalchemy import bindparam, select

from chassis.journal import Transaction
from chassis.store import Store
from services.experts.model.group import ExpertGroup
from services.experts.tables import expert_group as table

GROUPS = Store(table, ExpertGroup, "expertGroups", fixed=("call_up_id", "created_at", "exercise_id"))


_FORMED = select(table).where(table.c.call_up_id == bindparam("of_call_up"), table.c.state == "formed").order_by(table.c.id).with_for_update()


async def load_formed(tx: Transaction, call_up_id: str) -> list[ExpertGroup]:
    """The groups of a call-up that still work, locked for a change."""
    return [GROUPS.seen(tx, row) for row in (await tx.connection.execute(_FORMED, {"of_call_up": call_up_id})).all()]
