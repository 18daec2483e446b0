"""Commands and queries on drills 演练."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.access import check_region
from chassis.identity import Caller
from chassis.ids import derived_id, id_of
from chassis.journal import Transaction
from chassis.paging import page
from services.plans.model.calendar import day_of
from services.plans.model.correction import CorrectiveAction, check_settled
from services.plans.model.drill import Drill
from services.plans.repository import CORRECTIONS, DRILLS, PLANS, VERSIONS, responses
from services.plans.use_cases.corrections import CorrectionDraft, open_below
from services.plans.use_cases.visibility import noted, visible


def _keep(tx: Transaction, drill: Drill, *events: object) -> Drill:
    return noted(tx, drill, *events, exercise_id=drill.exercise_id)


async def plan(tx: Transaction, drill: Drill) -> Drill:
    """列入计划: a drill of a plan version that is there."""
    version = visible(tx.caller, await VERSIONS.get(tx.connection, id_of(drill.plan_version, "planVersions", "plan_version")))
    drill = replace(drill, plan_id=version.plan_id, region_code=drill.region_code or version.region_code)
    check_region(tx.caller, drill.region_code)
    await DRILLS.add(tx, drill)
    return _keep(tx, drill, drill.planned())


async def change(tx: Transaction, drill_id: str, etag: str, step: Callable[[Drill], object]) -> Drill:
    """Load a drill, take a step of the model, save it."""
    drill = visible(tx.caller, await DRILLS.load(tx, drill_id, etag))
    event = step(drill)
    await DRILLS.save(tx, drill)
    return _keep(tx, drill, event)


async def finish(tx: Transaction, drill_id: str, etag: str) -> Drill:
    """结束: the plan's next drill is due a period later."""
    drill = await change(tx, drill_id, etag, lambda each: each.finish(tx.now))
    drilled = await PLANS.load(tx, drill.plan_id)
    drilled.drilled(day_of(tx.now))
    await PLANS.save(tx, drilled)
    noted(tx, drilled)
    return drill


async def open_corrections(tx: Transaction, drill_id: str, etag: str, drafts: tuple[CorrectionDraft, ...]) -> Drill:
    """整改: one corrective action for each draft."""
    drill = visible(tx.caller, await DRILLS.load(tx, drill_id, etag))
    ids = [derived_id(drill.name, "correction", str(number)) for number in range(1, len(drafts) + 1)]
    event = drill.open_corrections(tuple(f"correctiveActions/{each}" for each in ids))
    await DRILLS.save(tx, drill)
    _keep(tx, drill, event)
    for correction_id, draft in zip(ids, drafts, strict=True):
        correction = CorrectiveAction(
            correction_id, drill.name, drill.name, drill.region_code, drill.exercise_id, draft.text, draft.owner_org, draft.due_on, draft.plan
        )
        await open_below(tx, correction, "drill")
    return drill


async def close(tx: Transaction, drill_id: str, etag: str) -> Drill:
    """结案. Guards: FINDINGS_OPEN, CORRECTIONS_OPEN."""
    drill = visible(tx.caller, await DRILLS.load(tx, drill_id, etag))
    event = drill.close()
    check_settled(await CORRECTIONS.where(tx.connection, *CORRECTIONS.equal(parent=drill.name)))
    await DRILLS.save(tx, drill)
    return _keep(tx, drill, event)


async def get(engine: AsyncEngine, caller: Caller, drill_id: str) -> Drill:
    """One drill the caller may see."""
    async with engine.connect() as connection:
        return visible(caller, await DRILLS.get(connection, drill_id))


async def page_of(engine: AsyncEngine, caller: Caller, size: int, token: str, year: int, state: str) -> tuple[list[Drill], str]:
    """A page of the drills the caller may see."""
    conditions = [*DRILLS.in_regions(caller.regions), *DRILLS.equal(year=year, state=state)]
    async with engine.connect() as connection:
        return await DRILLS.page_of(connection, page(size, token, year, state), conditions)


async def stats(engine: AsyncEngine, caller: Caller, year: int, organiser: str) -> list[tuple[str, int, int]]:
    """Per organiser: drills in the programme, and those carried out."""
    async with engine.connect() as connection:
        return await responses.drill_counts(connection, caller.regions, year, organiser)
