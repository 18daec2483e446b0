"""Experts in the database."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, column, exists, func, literal, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import update_versioned
from chassis.errors import not_found, stale
from chassis.journal import Transaction
from chassis.paging import Page
from services.experts.model.expert import PERSONAL, STALE_MONTHS, Expert, months_after
from services.experts.repository import values
from services.experts.tables import expert as table

SCALARS = (
    "state", "region_code", "owner_org", "nominator", "reviewer", "reason", "created_at", "updated_at", "appointed_from", "appointed_to", "verified_at",
    "stale_at", "purge_at", "purged_at", "id_hash",
)  # fmt: skip
OF_A_FIELD = 2000
"""How many experts a match looks at; a province has fewer of one field."""


def _expert(row: Any) -> Expert:
    return Expert(
        id=row.id,
        version=row.version,
        profile=values.profile(row),
        shared_with=tuple(row.shared_with),
        ratings=tuple(map(values.rating, row.ratings)),
        discipline_records=tuple(map(values.discipline_record, row.discipline_records)),
        **{name: getattr(row, name) for name in SCALARS},
    )


def _values(expert: Expert) -> dict[str, Any]:
    profile = expert.profile
    contact = {name: value for name, value in values.plain(profile.contact).items() if value}
    return {
        **{name: getattr(expert, name) for name in SCALARS},
        "disciplines": sorted({each.discipline for each in profile.fields}),
        "shared_with": list(expert.shared_with),
        "profile": {name: value for name, value in values.plain(profile).items() if name not in PERSONAL},
        "display_name": profile.display_name,
        "contact": contact,
        "account": profile.account,
        "ratings": values.plain(expert.ratings),
        "discipline_records": values.plain(expert.discipline_records),
    }


def shared(expert: Expert, regions: Iterable[str]) -> bool:
    """True when the expert is shared with one of the regions; trailing zeros of a code stand for everything below."""
    trimmed = [_trimmed(code) for code in expert.shared_with]
    return any(region.startswith(code) or code.startswith(region) for region in regions for code in trimmed)


def _trimmed(code: str) -> str:
    while code.endswith("00"):
        code = code[:-2]
    return code


def visible(regions: tuple[str, ...]) -> ColumnElement[bool]:
    """Experts of the regions, and those shared with them."""
    if "" in regions:
        return true()
    code = func.regexp_replace(column("code"), "(00)+$", "")
    shares = select(literal(1)).select_from(func.unnest(table.c.shared_with).alias("code"))
    clauses: list[ColumnElement[bool]] = []
    for region in regions:
        clauses.append(table.c.region_code.startswith(region, autoescape=True))
        clauses.append(exists(shares.where(or_(literal(region).like(code + "%"), code.startswith(region, autoescape=True)))))
    return or_(*clauses)


async def add(tx: Transaction, expert: Expert) -> None:
    """Insert a nomination."""
    await tx.connection.execute(table.insert().values(id=expert.id, version=expert.version, **_values(expert)))


async def load(tx: Transaction, expert_id: str, etag: str = "") -> Expert:
    """An expert, locked for a change. NOT_FOUND, or STALE when the caller saw another version."""
    return await _locked(tx, table.c.id == expert_id, f"experts/{expert_id}", etag)


async def load_own(tx: Transaction, account: str) -> Expert | None:
    """The expert who logs in with the account, locked for a change."""
    row = (await tx.connection.execute(select(table).where(_logs_in(account)).with_for_update())).one_or_none()
    if row is None:
        return None
    expert = _expert(row)
    tx.seen(expert.name, expert)
    return expert


async def _locked(tx: Transaction, which: ColumnElement[bool], name: str, etag: str) -> Expert:
    row = (await tx.connection.execute(select(table).where(which).with_for_update())).one_or_none()
    if row is None:
        raise not_found(name)
    expert = _expert(row)
    if etag and etag != str(expert.version):
        raise stale(expert.name, etag, str(expert.version))
    tx.seen(expert.name, expert)
    return expert


async def save(tx: Transaction, expert: Expert) -> None:
    """Write a changed expert as its next version."""
    await update_versioned(tx.connection, table, expert.id, expert.version, _values(expert))
    expert.version += 1


async def get(connection: AsyncConnection, expert_id: str) -> Expert:
    """An expert as it is; NOT_FOUND."""
    row = (await connection.execute(select(table).where(table.c.id == expert_id))).one_or_none()
    if row is None:
        raise not_found(f"experts/{expert_id}")
    return _expert(row)


def _logs_in(account: str) -> ColumnElement[bool]:
    return and_(table.c.account == account, table.c.account != "", table.c.state.not_in(("removed", "rejected")))


async def own_id(connection: AsyncConnection, account: str) -> str:
    """Id of the expert who logs in with the account; empty for none."""
    return str(await connection.scalar(select(table.c.id).where(_logs_in(account))) or "")


async def many(connection: AsyncConnection, expert_ids: Iterable[str]) -> dict[str, Expert]:
    """Experts by id; those that do not exist are left out."""
    wanted = sorted(set(expert_ids))
    rows = (await connection.execute(select(table).where(table.c.id.in_(wanted)))).all() if wanted else []
    return {row.id: _expert(row) for row in rows}


async def of_disciplines(connection: AsyncConnection, regions: tuple[str, ...], disciplines: tuple[str, ...]) -> list[Expert]:
    """Everybody visible who has one of the disciplines and was not removed or rejected."""
    known = table.c.state.not_in(("removed", "rejected"))
    query = select(table).where(visible(regions), known, table.c.disciplines.overlap(list(disciplines))).order_by(table.c.id).limit(OF_A_FIELD)
    return [_expert(row) for row in (await connection.execute(query)).all()]


async def page_of(
    connection: AsyncConnection, page: Page, regions: tuple[str, ...], state: str, discipline: str, stale_before: datetime | None
) -> tuple[list[Expert], str]:
    """A page of the visible experts, by id; with `stale_before` only appointed ones that were not confirmed since."""
    query = select(table).where(visible(regions)).order_by(table.c.id).limit(page.size + 1)
    if state:
        query = query.where(table.c.state == state)
    if discipline:
        query = query.where(table.c.disciplines.contains([discipline]))
    if stale_before is not None:
        old = or_(table.c.verified_at.is_(None), table.c.verified_at <= stale_before)
        query = query.where(table.c.state.in_(("active", "suspended", "expired")), old)
    if page.after:
        query = query.where(table.c.id > page.after[0])
    found = [_expert(row) for row in (await connection.execute(query)).all()]
    return (found, "") if len(found) <= page.size else (found[: page.size], page.token((found[page.size - 1].id,)))


async def stats(connection: AsyncConnection, regions: tuple[str, ...], prefix: str, now: datetime) -> tuple[dict[str, int], dict[str, int], int]:
    """Numbers by state, of active ones by discipline, and of active stale ones."""
    here = and_(visible(regions), table.c.region_code.startswith(prefix, autoescape=True))
    by_state = {
        row.state: row.n for row in (await connection.execute(select(table.c.state, func.count().label("n")).where(here).group_by(table.c.state))).all()
    }
    each = func.unnest(table.c.disciplines).label("discipline")
    listed = select(each).where(here, table.c.state == "active").subquery()
    counted = await connection.execute(select(listed.c.discipline, func.count().label("n")).group_by(listed.c.discipline))
    old = table.c.verified_at <= months_after(now, -STALE_MONTHS)
    stale_ones = await connection.scalar(select(func.count()).where(here, table.c.state == "active", old))
    return by_state, {row.discipline: row.n for row in counted.all()}, int(stale_ones or 0)
