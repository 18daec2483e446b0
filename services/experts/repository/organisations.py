"""Organisations in the database."""

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.store import Store
from services.experts.model.organisation import Organisation, Register
from services.experts.tables import organisation as table

ORGANISATIONS = Store(table, Organisation, "organisations", fixed=("created_at",))


async def register(connection: AsyncConnection) -> Register:
    """Who belongs to whom: the whole register, a few hundred rows in a district."""
    return Register(await ORGANISATIONS.where(connection))
