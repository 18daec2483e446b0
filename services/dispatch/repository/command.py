"""Command posts and terms in the database."""

from collections.abc import Sequence
from dataclasses import asdict, fields

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.journal import Transaction
from chassis.store import Store
from services.dispatch.model.command import CommandPost, Term
from services.dispatch.tables import command_post as table
from services.dispatch.tables import command_term as terms

POSTS = Store(table, CommandPost, "commandPosts")


async def in_command(tx: Transaction, incident_id: str) -> CommandPost | None:
    """The post whose commander is in force, with its terms; None before the first. Every post of the incident is locked first.

    Two statements: the second sees what the command that was waited for has written, the post it opened included.
    """
    await tx.connection.execute(select(table.c.id).where(table.c.incident_id == incident_id).order_by(table.c.id).with_for_update())
    return await _first(tx, table.c.incident_id == incident_id, table.c.state == "in_command")


async def _first(tx: Transaction, *conditions: ColumnElement[bool]) -> CommandPost | None:
    row = (await tx.connection.execute(select(table).where(*conditions).order_by(table.c.created_at).limit(1))).one_or_none()
    if row is None:
        return None
    post = POSTS.of(row)
    await with_terms(tx.connection, [post])
    tx.seen(post.name, post)
    return post


async def post_of_org(tx: Transaction, incident_id: str, org: str, lead_level: str) -> CommandPost | None:
    """The post under a superior that the organisation keeps at that level, with its terms; `in_command` has locked it."""
    same = (table.c.incident_id == incident_id, table.c.org == org, table.c.lead_level == lead_level)
    return await _first(tx, *same, table.c.state == "under_superior")


async def commander(connection: AsyncConnection, incident_id: str) -> str:
    """The commander in force; empty when there is none."""
    query = select(terms.c.commander).where(terms.c.incident_id == incident_id, terms.c.ended_at.is_(None))
    return str(await connection.scalar(query) or "") if incident_id else ""


async def with_terms(connection: AsyncConnection, posts: Sequence[CommandPost]) -> None:
    """Read the terms of posts, oldest first."""
    by_id = {post.id: post for post in posts}
    query = select(terms).where(terms.c.post_id.in_(by_id)).order_by(terms.c.post_id, terms.c.seq)
    for row in (await connection.execute(query)).all():
        by_id[row.post_id].terms.append(Term(**{field.name: getattr(row, field.name) for field in fields(Term)}))


_TERM = insert(terms)
_TERM = _TERM.on_conflict_do_update(index_elements=["post_id", "seq"], set_={"ended_at": _TERM.excluded.ended_at}).inline()


async def write_terms(tx: Transaction, post: CommandPost) -> None:
    """Write a post's terms; a closed one gets its end, a new one is added. The database refuses a second one in force."""
    rows = [{"post_id": post.id, "seq": seq, "incident_id": post.incident_id, **asdict(term)} for seq, term in enumerate(post.terms)]
    if rows:
        await tx.connection.execute(_TERM, rows)


def post_conditions(incident_id: str, state: str) -> list[ColumnElement[bool]]:
    """What a list of posts is narrowed to."""
    return [column == value for column, value in ((table.c.incident_id, incident_id), (table.c.state, state)) if value]
