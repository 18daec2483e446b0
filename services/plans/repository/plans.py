"""What plans are asked for beyond one at a time."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, String, and_, bindparam, exists, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.paging import Page
from services.plans.model.filing import PlanFiling
from services.plans.model.plan import Plan
from services.plans.repository import FILINGS, PLANS
from services.plans.tables import plan, plan_filing

UNFILED = ("due", "overdue", "returned")


def begins_with_one_of(column: str, values: Iterable[str] = ()) -> ColumnElement[bool]:
    """True when one of the values, which are also the parameter `<column>_values`, begins with one of the texts the column lists."""
    name = f"{column}_values"
    condition: Any = text(f"EXISTS (SELECT 1 FROM unnest(plan.{column}) prefix, unnest(CAST(:{name} AS varchar[])) given WHERE starts_with(given, prefix))")
    return condition.bindparams(bindparam(name, list(values), type_=ARRAY(String)))  # type: ignore[no-any-return]


def in_force() -> ColumnElement[bool]:
    """True when the plan has a version in force."""
    return plan.c.effective_version != ""


async def below(connection: AsyncConnection, upper: Plan) -> list[str]:
    """Ids of the plans that name this one as their upper plan."""
    query = select(plan.c.id).where(plan.c.upper_plans.overlap([upper.name, upper.doc_no]), plan.c.id != upper.id).order_by(plan.c.id)
    return list((await connection.scalars(query)).all())


def listed(kind: str, event_code: str, region_code: str, *, effective_only: bool) -> list[ColumnElement[bool]]:
    """Conditions of a list of plans."""
    conditions: list[ColumnElement[bool]] = [plan.c.kind == kind] if kind else []
    conditions += [begins_with_one_of("hazards", [event_code])] if event_code else []
    conditions += [begins_with_one_of("regions", [region_code])] if region_code else []
    return [*conditions, in_force()] if effective_only else conditions


async def due_page(connection: AsyncConnection, page: Page, regions: tuple[str, ...], until: date) -> tuple[list[tuple[Plan, list[PlanFiling]]], str]:
    """A page of plans with something due until the day, with the filings that are due; a filing without a day counts."""
    unfiled = and_(plan_filing.c.plan_id == plan.c.id, plan_filing.c.state.in_(UNFILED), func.coalesce(plan_filing.c.due_on, until) <= until)
    dated = [column <= until for column in (plan.c.evaluate_by, plan.c.drill_by, plan.c.revise_by)]
    asked = and_(func.jsonb_array_length(func.coalesce(plan.c.review_reasons, text("'[]'::jsonb"))) > 0, plan.c.revise_by.is_(None))
    wanted = or_(*dated, asked, exists(select(1).where(unfiled)))
    plans, token = await PLANS.page_of(connection, page, [*PLANS.in_regions(regions), wanted])
    late = plan_filing.c.state.in_(UNFILED), func.coalesce(plan_filing.c.due_on, until) <= until
    filings = await FILINGS.where(connection, plan_filing.c.plan_id.in_([each.id for each in plans]), *late)
    return [(each, [filing for filing in filings if filing.plan_id == each.id]) for each in plans], token


async def effective(connection: AsyncConnection) -> list[Plan]:
    """Every plan in force, for the coverage matrix."""
    return await PLANS.where(connection, in_force())
