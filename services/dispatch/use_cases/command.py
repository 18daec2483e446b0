"""Commands and queries on command posts."""

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.errors import not_found
from chassis.identity import Caller
from chassis.ids import checked_id
from chassis.journal import Transaction
from chassis.paging import page
from services.dispatch.model.command import CommandPost, CommandTransferred, Handover
from services.dispatch.repository import command as repository
from services.dispatch.repository import incidents
from services.dispatch.repository.command import POSTS
from services.dispatch.use_cases.field import OPEN_STATES, open_incident, visible


def _changed(tx: Transaction, post: CommandPost, *events: object) -> CommandPost:
    place = {"region_code": post.region_code, "incident": f"incidents/{post.incident_id}", "exercise_id": post.exercise_id}
    tx.changed(post.name, post, *events, version=post.version, **place)
    return post


async def establish(tx: Transaction, post: CommandPost) -> CommandPost:
    """设立现场指挥部: the first post of an incident is in command, any other under it."""
    incident = await open_incident(tx, post.incident_id)
    post.region_code, post.exercise_id = incident.region_code, incident.exercise_id
    event = post.establish(await repository.in_command(tx, post.incident_id))
    await POSTS.add(tx, post)
    await repository.write_terms(tx, post)
    return _changed(tx, post, event)


async def transfer(tx: Transaction, incident_id: str, handover: Handover) -> CommandPost:
    """指挥权移交, as one step: the one who hands over is named, so that of two transfers at once exactly one is taken."""
    incident = await open_incident(tx, incident_id)
    old = await repository.in_command(tx, incident_id)
    if old is None:
        raise not_found(f"commandPosts of {incident.name}")
    old.check_commander(handover.from_commander)
    at, previous = handover.at or tx.now, old.lead_level
    if (handover.lead_level, handover.org) == (old.lead_level, old.org) and not handover.title:
        new = old
    else:
        new = await _other_post(tx, old, handover)
        old.hand_over(at)
        await _save(tx, old)
        _changed(tx, old)
    new.take_over(handover.to_commander, handover.org, at, handover.brief, handover.from_commander)
    await _save(tx, new)
    under = "" if new is old else old.name
    facts = (incident_id, handover.from_commander, handover.to_commander, handover.org, handover.lead_level, previous, under, handover.brief, at)
    return _changed(tx, new, CommandTransferred(*facts))


async def _other_post(tx: Transaction, old: CommandPost, handover: Handover) -> CommandPost:
    """The post that takes over: one the organisation keeps already, else a new one."""
    known = await repository.post_of_org(tx, old.incident_id, handover.org, handover.lead_level)
    if known is not None:
        return known
    title = handover.title or old.title
    post = CommandPost(
        id=checked_id(handover.post_id, "command_post_id"), incident_id=old.incident_id, region_code=old.region_code, lead_level=handover.lead_level,
        org=handover.org, title=title, commander=handover.to_commander, created_at=tx.now, place=handover.place,
        exercise_id=old.exercise_id, state="under_superior",
    )  # fmt: skip
    await POSTS.add(tx, post)
    return post


async def _save(tx: Transaction, post: CommandPost) -> None:
    await POSTS.save(tx, post)
    await repository.write_terms(tx, post)


async def stand_down(tx: Transaction, post_id: str, etag: str, reason: str) -> CommandPost:
    """撤销; the post in command only when the response is over."""
    post = await POSTS.load(tx, post_id, etag)
    visible(tx.caller, post.name, post.region_code)
    await repository.with_terms(tx.connection, [post])
    incident = await incidents.get(tx.connection, post.incident_id)
    event = post.stand_down(tx.now, reason, response_open=incident.state in OPEN_STATES)
    await _save(tx, post)
    return _changed(tx, post, event)


async def get(engine: AsyncEngine, caller: Caller, post_id: str) -> CommandPost:
    """One post the caller may see, with its terms."""
    async with engine.connect() as connection:
        post = await POSTS.get(connection, post_id)
        await repository.with_terms(connection, [post])
    visible(caller, post.name, post.region_code)
    return post


async def page_of(engine: AsyncEngine, caller: Caller, size: int, token: str, incident_id: str, state: str) -> tuple[list[CommandPost], str]:
    """A page of posts the caller may see, newest first."""
    asked = page(size, token, incident_id, state)
    async with engine.connect() as connection:
        conditions = [*POSTS.in_regions(caller.regions), *repository.post_conditions(incident_id, state)]
        posts, after = await POSTS.page_of(connection, asked, conditions, by="created_at", descending=True)
        await repository.with_terms(connection, posts)
    return posts, after
