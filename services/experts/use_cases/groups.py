"""Commands and queries on expert groups."""

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.access import within
from chassis.errors import not_found
from chassis.identity import Caller
from chassis.journal import Transaction
from chassis.paging import page
from services.experts.model.call_up import CallUp
from services.experts.model.group import ExpertGroup
from services.experts.repository import call_ups
from services.experts.repository.groups import GROUPS
from services.experts.use_cases.call_ups import checked


def _changed(tx: Transaction, group: ExpertGroup, event: object) -> ExpertGroup:
    incident = f"incidents/{group.incident_id}" if group.incident_id else ""
    tx.changed(group.name, group, event, version=group.version, region_code=group.region_code, incident=incident, exercise_id=group.exercise_id)
    return group


async def form(tx: Transaction, group_id: str, display_name: str, call_up_id: str, leader_id: str, member_ids: tuple[str, ...]) -> ExpertGroup:
    """成立; incident, region and exercise come from the call-up."""
    call_up = checked(tx, await call_ups.load(tx, call_up_id))
    group = ExpertGroup(
        id=group_id,
        display_name=display_name,
        call_up_id=call_up.id,
        leader_id=leader_id,
        member_ids=member_ids,
        incident_id=call_up.incident_id,
        region_code=call_up.region_code,
        created_at=tx.now,
        updated_at=tx.now,
        exercise_id=call_up.exercise_id,
    )
    event = group.form(call_up)
    await GROUPS.add(tx, group)
    return _changed(tx, group, event)


async def update(tx: Transaction, group_id: str, etag: str, leader_id: str, member_ids: tuple[str, ...]) -> ExpertGroup:
    """Other members, another leader."""
    call_up = await _call_up_of(tx, group_id)
    group = await GROUPS.load(tx, group_id, etag)
    event = group.update(leader_id, member_ids, call_up, tx.now)
    await GROUPS.save(tx, group)
    return _changed(tx, group, event)


async def dissolve(tx: Transaction, group_id: str, etag: str) -> ExpertGroup:
    """解散."""
    await _call_up_of(tx, group_id)
    group = await GROUPS.load(tx, group_id, etag)
    event = group.dissolve(tx.now)
    await GROUPS.save(tx, group)
    return _changed(tx, group, event)


async def _call_up_of(tx: Transaction, group_id: str) -> CallUp:
    """The group's call-up, locked before the group: in this order everywhere."""
    return checked(tx, await call_ups.load(tx, (await GROUPS.get(tx.connection, group_id)).call_up_id))


async def get(engine: AsyncEngine, caller: Caller, group_id: str) -> ExpertGroup:
    """One group."""
    async with engine.connect() as connection:
        group = await GROUPS.get(connection, group_id)
    if not within(caller, group.region_code):
        raise not_found(group.name)
    return group


async def page_of(engine: AsyncEngine, caller: Caller, size: int, token: str, call_up_id: str) -> tuple[list[ExpertGroup], str]:
    """A page of the groups the caller may see."""
    async with engine.connect() as connection:
        conditions = [*GROUPS.in_regions(caller.regions), *GROUPS.equal(call_up_id=call_up_id)]
        return await GROUPS.page_of(connection, page(size, token, call_up_id), conditions)
