"""Expert groups in the database."""

from chassis.journal import Transaction
from chassis.store import Store
from services.experts.model.group import ExpertGroup
from services.experts.tables import expert_group as table

GROUPS = Store(table, ExpertGroup, "expertGroups", fixed=("call_up_id", "created_at", "exercise_id"))


async def load_formed(tx: Transaction, call_up_id: str) -> list[ExpertGroup]:
    """The groups of a call-up that still work, locked for a change."""
    return await GROUPS.find_where(tx, table.c.call_up_id == call_up_id, table.c.state == "formed")
