"""Commands and queries on organisations."""

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.journal import Transaction
from chassis.paging import page
from services.experts.model.organisation import Organisation
from services.experts.repository import organisations
from services.experts.repository.organisations import ORGANISATIONS


async def register(tx: Transaction, organisation: Organisation) -> Organisation:
    """Register an organisation."""
    event = organisation.register(await organisations.register(tx.connection))
    await ORGANISATIONS.add(tx, organisation)
    tx.changed(organisation.name, organisation, event, version=organisation.version)
    return organisation


async def update(tx: Transaction, organisation_id: str, etag: str, display_name: str, parent_id: str) -> Organisation:
    """Another name or parent."""
    organisation = await ORGANISATIONS.load(tx, organisation_id, etag)
    event = organisation.update(display_name, parent_id, tx.now, await organisations.register(tx.connection))
    await ORGANISATIONS.save(tx, organisation)
    tx.changed(organisation.name, organisation, event, version=organisation.version)
    return organisation


async def get(engine: AsyncEngine, organisation_id: str) -> Organisation:
    """One organisation; the register is no secret inside the platform."""
    async with engine.connect() as connection:
        return await ORGANISATIONS.get(connection, organisation_id)


async def page_of(engine: AsyncEngine, size: int, token: str) -> tuple[list[Organisation], str]:
    """A page of organisations."""
    async with engine.connect() as connection:
        return await ORGANISATIONS.page_of(connection, page(size, token))
