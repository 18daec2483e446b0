"""Experts in the database."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, column, exists, false, func, literal, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.frozen import freeze
from chassis.journal import Transaction
from chassis.paging import Page
from chassis.store import Store, Values
from services.experts.model.expert import PERSONAL, STALE_MONTHS, Contact, Expert, months_after
from services.experts.tables import expert as table

OF_A_FIELD = 2000
"""How many experts a match looks at; a province has fewer of one field."""


def _read(values: Values) -> Values:
    del values["disciplines"]
    personal = {"display_name": values.pop("display_name"), "contact": Contact(**values.pop("contact")), "account": values.pop("account")}
    return values | {"profile": replace(values["profile"], **personal)}


def _write(expert: Expert) -> Values:
    profile = expert.profile
    return {
        "disciplines": sorted({each.discipline for each in profile.fields}),
        "profile": {name: value for name, value in freeze(profile).items() if name not in PERSONAL},
        "display_name": profile.display_name,
        "contact": {name: value for name, value in freeze(profile.contact).items() if value},
        "account": profile.account,
    }


EXPERTS = Store(table, Expert, "experts", _read, _write)


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
    return or_(false(), *clauses)


async def load_own(tx: Transaction, account: str) -> Expert | None:
    """The expert who logs in with the account, locked for a change."""
    row = (await tx.connection.execute(select(table).where(_logs_in(account)).with_for_update())).one_or_none()
    return None if row is None else EXPERTS.seen(tx, row)


def _logs_in(account: str) -> ColumnElement[bool]:
    return and_(table.c.account == account, table.c.account != "", table.c.state.not_in(("removed", "rejected")))


async def own_id(connection: AsyncConnection, account: str) -> str:
    """Id of the expert who logs in with the account; empty for none."""
    return str(await connection.scalar(select(table.c.id).where(_logs_in(account))) or "")


async def many(connection: AsyncConnection, expert_ids: Iterable[str]) -> dict[str, Expert]:
    """Experts by id; those that do not exist are left out."""
    wanted = sorted(set(expert_ids))
    return {each.id: each for each in await EXPERTS.where(connection, table.c.id.in_(wanted))} if wanted else {}


async def of_disciplines(connection: AsyncConnection, regions: tuple[str, ...], disciplines: tuple[str, ...]) -> list[Expert]:
    """Everybody visible who has one of the disciplines and was not removed or rejected."""
    known = table.c.state.not_in(("removed", "rejected"))
    query = select(table).where(visible(regions), known, table.c.disciplines.overlap(list(disciplines))).order_by(table.c.id).limit(OF_A_FIELD)
    return [EXPERTS.of(row) for row in (await connection.execute(query)).all()]


async def page_of(
    connection: AsyncConnection, page: Page, regions: tuple[str, ...], state: str, discipline: str, stale_before: datetime | None
) -> tuple[list[Expert], str]:
    """A page of the visible experts, by id; with `stale_before` only appointed ones that were not confirmed since."""
    conditions = [visible(regions), *EXPERTS.equal(state=state)]
    if discipline:
        conditions.append(table.c.disciplines.contains([discipline]))
    if stale_before is not None:
        old = or_(table.c.verified_at.is_(None), table.c.verified_at <= stale_before)
        conditions += [table.c.state.in_(("active", "suspended", "expired")), old]
    return await EXPERTS.page_of(connection, page, conditions)


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
