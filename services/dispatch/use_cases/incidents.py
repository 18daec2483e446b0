"""Commands and queries on incidents."""

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.access import check_region, within
from chassis.errors import not_found
from chassis.identity import Caller
from chassis.journal import Transaction
from chassis.paging import page
from services.dispatch.model.incident import Incident
from services.dispatch.repository import incidents


def _changed(tx: Transaction, incident: Incident, *events: object) -> Incident:
    place = {"region_code": incident.region_code, "incident": incident.name, "exercise_id": incident.exercise_id}
    tx.changed(incident.name, incident, *events, version=incident.version, **place)
    return incident


async def register(tx: Transaction, incident: Incident) -> Incident:
    """接报 (transition – → reported)."""
    event = incident.register()
    check_region(tx.caller, incident.region_code)
    await incidents.add(tx, incident)
    return _changed(tx, incident, event)


async def verify(tx: Transaction, incident_id: str, etag: str, verifier: str) -> Incident:
    """核实 (transition reported → verifying)."""
    incident = await incidents.load(tx, incident_id, etag)
    _visible(tx.caller, incident)
    event = incident.verify(verifier)
    await incidents.save(tx, incident)
    return _changed(tx, incident, event)


async def get(engine: AsyncEngine, caller: Caller, incident_id: str) -> Incident:
    """One incident the caller may see."""
    async with engine.connect() as connection:
        return _visible(caller, await incidents.get(connection, incident_id))


async def page_of(engine: AsyncEngine, caller: Caller, size: int, token: str, state: str) -> tuple[list[Incident], str]:
    """A page of the incidents the caller may see."""
    async with engine.connect() as connection:
        return await incidents.page_of(connection, page(size, token, state), caller.regions, state)


def _visible(caller: Caller, incident: Incident) -> Incident:
    if not within(caller, incident.region_code):
        raise not_found(incident.name)
    return incident
