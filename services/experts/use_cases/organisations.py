"""Commands and queries on organisations."""

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.access import check_region
from chassis.journal import Transaction
from chassis.paging import page
from services.experts.model.organisation import Organisation
from services.experts.repository import organisations
from services.experts.repository.organisations import ORGANISATIONS


async def register(tx: Transaction, organisation: Organisation) -> Organisation:
    """Register an organisation; the caller's office keeps the entry from now on."""
    organisation.region_code = tx.caller.regions[0] if tx.caller.regions else ""
    event = organisation.register(await organisations.register(tx.connection))
    await ORGANISATIONS.add(tx, organisation)
    tx.changed(organisation.name, organisation, event, version=organisation.version)
    return organisation


async def update(tx: Transaction, organisation_id: str, etag: str, display_name: str, parent_id: str) -> Organisation:
    """Another name or parent, told by the office that keeps the entry; JURISDICTION for another county's. An entry without a keeper gets one so."""
    organisation = await ORGANISATIONS.load(tx, organisation_id, etag)
    if organisation.region_code:
        check_region(tx.caller, organisation.region_code)
    elif tx.caller.regions:
        organisation.region_code = tx.caller.regions[0]
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
