"""Commands and queries on versions of plans."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.errors import not_found
from chassis.identity import Caller
from chassis.ids import id_of
from chassis.journal import Transaction
from chassis.paging import page
from services.plans.model.calendar import WorkingCalendar
from services.plans.model.content import Content
from services.plans.model.plan import Plan, PlanReviewReason
from services.plans.model.version import Deliberation, Feasibility, PlanVersion
from services.plans.repository import PLANS, VERSIONS, plans
from services.plans.use_cases import filings
from services.plans.use_cases.plans import trigger
from services.plans.use_cases.visibility import noted, visible

Step = Callable[[PlanVersion], object]


async def change(tx: Transaction, version_id: str, etag: str, step: Step) -> PlanVersion:
    """Load a version, take a step of the model, save it."""
    version = visible(tx.caller, await VERSIONS.load(tx, version_id, etag))
    event = step(version)
    return await _save(tx, version, event)


async def _save(tx: Transaction, version: PlanVersion, event: object) -> PlanVersion:
    version.update_time = tx.now
    await VERSIONS.save(tx, version)
    return noted(tx, version, event)


async def create(tx: Transaction, version: PlanVersion, content: Content | None) -> PlanVersion:
    """Begin a new version of a plan, from the content given or from the version in force."""
    plan = visible(tx.caller, await PLANS.load(tx, version.plan_id))
    if content is None and plan.effective_version:
        content = (await VERSIONS.get(tx.connection, id_of(plan.effective_version, "planVersions"))).content
    event = plan.begin_version(version.id)
    version = replace(version, number=plan.latest_number, kind=plan.kind, region_code=plan.region_code)
    version.write(content or Content(), tx.caller.id)
    await PLANS.save(tx, plan)
    await VERSIONS.add(tx, version)
    noted(tx, version, event)
    noted(tx, plan)
    return version


async def update(tx: Transaction, version_id: str, etag: str, content: Content) -> PlanVersion:
    """Replace the content of a draft."""
    return await change(tx, version_id, etag, lambda version: version.write(content, tx.caller.id))


async def consult(tx: Transaction, version_id: str, etag: str, consultees: tuple[str, ...], end_time: datetime | None) -> PlanVersion:
    """征求意见."""
    return await change(tx, version_id, etag, lambda version: version.consult(consultees, end_time, tx.caller.id, tx.now))


async def answer_opinion(tx: Transaction, version_id: str, etag: str, number: int, verdict: str, reason: str) -> PlanVersion:
    """Adopt or reject an opinion."""
    return await change(tx, version_id, etag, lambda version: version.answer_opinion(number, verdict, reason, tx.caller.id))


async def record_feasibility(tx: Transaction, version_id: str, etag: str, score: int, findings: tuple[str, ...], *, passed: bool) -> PlanVersion:
    """可行性评估."""
    feasibility = Feasibility(score, findings, passed, tx.caller.id)
    return await change(tx, version_id, etag, lambda version: version.record_feasibility(feasibility))


async def record_deliberation(tx: Transaction, version_id: str, etag: str, deliberation: Deliberation) -> PlanVersion:
    """集体讨论."""
    return await change(tx, version_id, etag, lambda version: version.record_deliberation(deliberation))


async def issue(tx: Transaction, version_id: str, etag: str, doc_no: str, issue_time: datetime | None, calendar: WorkingCalendar) -> PlanVersion:
    """印发: in force, its predecessor superseded, filing duties opened, lower plans asked to follow; all at once."""
    plan = await _plan_of(tx, version_id)
    version = visible(tx.caller, await VERSIONS.load(tx, version_id, etag))
    event = version.issue(plan, doc_no, issue_time, tx.now)
    if plan.effective_version:
        predecessor = await VERSIONS.load(tx, id_of(plan.effective_version, "planVersions"))
        superseded = predecessor.supersede(version.name)
        await _save(tx, predecessor, superseded)
    await _save(tx, version, event)
    tx.resource = version.name
    plan.issued(version.name, version.doc_no, event.issue_time)
    await _keep(tx, plan)
    await filings.open_for(tx, version, event.issue_time, calendar)
    for lower in await plans.below(tx.connection, plan):
        await trigger(tx, await PLANS.load(tx, lower), PlanReviewReason("upper_change", plan.title, version.name, None))
    return version


async def withdraw(tx: Transaction, version_id: str, etag: str, reason: str, replacement: str, *, risk_gone: bool) -> PlanVersion:
    """废止 the version in force."""
    plan = await _plan_of(tx, version_id)
    version = visible(tx.caller, await VERSIONS.load(tx, version_id, etag))
    event = version.withdraw(reason, replacement, risk_gone=risk_gone)
    if replacement and not (await PLANS.get(tx.connection, id_of(replacement, "plans", "replacement"))).effective_version:
        raise not_found(replacement)
    await _save(tx, version, event)
    plan.out_of_force()
    await _keep(tx, plan)
    return version


async def _plan_of(tx: Transaction, version_id: str) -> Plan:
    """The version's plan, locked before its versions, so that two issues of one plan wait for each other."""
    return await PLANS.load(tx, (await VERSIONS.get(tx.connection, version_id)).plan_id)


async def _keep(tx: Transaction, plan: Plan) -> None:
    plan.update_time = tx.now
    await PLANS.save(tx, plan)
    noted(tx, plan)


async def get(engine: AsyncEngine, caller: Caller, version_id: str) -> PlanVersion:
    """One version the caller may see."""
    async with engine.connect() as connection:
        return visible(caller, await VERSIONS.get(connection, version_id))


async def page_of(engine: AsyncEngine, caller: Caller, size: int, token: str, plan_id: str, state: str) -> tuple[list[PlanVersion], str]:
    """A page of the versions the caller may see, newest first."""
    conditions = [*VERSIONS.in_regions(caller.regions), *VERSIONS.equal(plan_id=plan_id, state=state)]
    async with engine.connect() as connection:
        return await VERSIONS.page_of(connection, page(size, token, plan_id, state), conditions, by="create_time", descending=True)
