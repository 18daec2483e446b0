"""Commands and queries on the register of plans."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.access import check_region
from chassis.identity import Caller
from chassis.journal import Transaction
from chassis.paging import page
from services.plans import errors
from services.plans.model.content import hazard_prefix
from services.plans.model.filing import PlanFiling
from services.plans.model.plan import Plan, PlanEvaluation, PlanReviewReason, without_source
from services.plans.model.version import PlanVersion
from services.plans.repository import EVALUATIONS, PLANS, VERSIONS, plans
from services.plans.use_cases.visibility import noted, visible

MOST_CELLS = 5000
"""Cells of one coverage matrix."""


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is due for a plan; `due_on` None when the day is not known or not set."""

    kind: str
    due_on: date | None
    overdue: bool
    about: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which plans are listed; empty values ask for nothing."""

    kind: str
    event_code: str
    region_code: str
    effective_only: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the coverage matrix and the plans in force that cover it."""

    region_code: str
    hazard: str
    plans: tuple[str, ...]


async def create(tx: Transaction, plan: Plan, version: PlanVersion) -> Plan:
    """Register a plan with its first version as a draft."""
    plan.check()
    check_region(tx.caller, plan.region_code)
    event = plan.begin_version(version.id)
    version.number, version.editors = plan.latest_number, (tx.caller.id,)
    version.write(version.content, tx.caller.id)
    await PLANS.add(tx, plan)
    await VERSIONS.add(tx, version)
    noted(tx, plan)
    noted(tx, version, event)
    return plan


async def trigger(tx: Transaction, plan: Plan, reason: PlanReviewReason) -> None:
    """Note on a locked plan why it must be looked at again; once per source."""
    if reason.source and not without_source(plan, reason.source):
        return
    event = plan.trigger_review(reason)
    plan.update_time = tx.now
    await PLANS.save(tx, plan)
    noted(tx, plan, event)


async def trigger_review(tx: Transaction, plan_id: str, etag: str, reason: PlanReviewReason) -> Plan:
    """启动修订 by hand."""
    plan = visible(tx.caller, await PLANS.load(tx, plan_id, etag))
    await trigger(tx, plan, reason)
    return plan


async def evaluate(tx: Transaction, plan_id: str, etag: str, evaluation: PlanEvaluation) -> PlanEvaluation:
    """预案评估 of the version in force; one that does not end with keeping it triggers a revision. Guard: PLAN_NOT_EFFECTIVE."""
    plan = visible(tx.caller, await PLANS.load(tx, plan_id, etag))
    if not plan.effective_version:
        raise errors.not_effective(plan.name)
    made = replace(evaluation, plan_version=plan.effective_version, region_code=plan.region_code)
    events: list[object] = [plan.evaluate(made)]
    if made.conclusion != "keep":
        events.append(plan.trigger_review(PlanReviewReason(made.cause, "; ".join(made.findings) or made.conclusion, made.name, None)))
    plan.update_time = tx.now
    await EVALUATIONS.add(tx, made)
    await PLANS.save(tx, plan)
    noted(tx, plan, *events)
    return made


async def get(engine: AsyncEngine, caller: Caller, plan_id: str) -> Plan:
    """One plan the caller may see."""
    async with engine.connect() as connection:
        return visible(caller, await PLANS.get(connection, plan_id))


async def page_of(engine: AsyncEngine, caller: Caller, size: int, token: str, wanted: Wanted) -> tuple[list[Plan], str]:
    """A page of the plans the caller may see."""
    conditions = [*PLANS.in_regions(caller.regions), *plans.listed(wanted.kind, wanted.event_code, wanted.region_code, effective_only=wanted.effective_only)]
    async with engine.connect() as connection:
        return await PLANS.page_of(connection, page(size, token, wanted), conditions)


async def evaluations(engine: AsyncEngine, caller: Caller, size: int, token: str, plan_id: str) -> tuple[list[PlanEvaluation], str]:
    """A page of evaluations, newest first."""
    conditions = [*EVALUATIONS.in_regions(caller.regions), *EVALUATIONS.equal(plan_id=plan_id)]
    async with engine.connect() as connection:
        return await EVALUATIONS.page_of(connection, page(size, token, plan_id), conditions, by="evaluate_time", descending=True)


async def coverage(engine: AsyncEngine, caller: Caller, regions: Iterable[str], hazards: Iterable[str], today: date) -> list[Cell]:
    """Every declared cell with the plans in force that cover it (PL-01), whoever owns them. JURISDICTION for an area that is not the caller's."""
    for region in regions:
        check_region(caller, region, "regions")
    async with engine.connect() as connection:
        effective = [plan for plan in await plans.effective(connection) if plan.valid_on(today)]
    codes = [hazard_prefix(hazard) for hazard in hazards]
    return [Cell(region, code, tuple(plan.name for plan in effective if plan.covers(code, (region,)))) for region in regions for code in codes]


async def due(engine: AsyncEngine, caller: Caller, size: int, token: str, until: date, today: date) -> tuple[list[tuple[Plan, list[Due]]], str]:
    """A page of plans with something due until a day, each with what is due, the earliest first."""
    async with engine.connect() as connection:
        found, next_token = await plans.due_page(connection, page(size, token, until), caller.regions, until)
    return [(plan, _dues(plan, filings, until, today)) for plan, filings in found], next_token


def _dues(plan: Plan, filings: list[PlanFiling], until: date, today: date) -> list[Due]:
    dated = [("filing", filing.due_on, filing.name) for filing in filings]
    dated += [("evaluation", plan.evaluate_by, plan.effective_version), ("drill", plan.drill_by, plan.effective_version)]
    known = [Due(kind, day, day is not None and day < today, about) for kind, day, about in dated if kind == "filing" or (day is not None and day <= until)]
    revise = [reason for reason in plan.review_reasons if reason.due_on is None or reason.due_on <= until]
    known += [Due("revision", reason.due_on, reason.due_on is not None and reason.due_on < today, reason.text) for reason in revise]
    return sorted(known, key=lambda each: each.due_on or date.max)
