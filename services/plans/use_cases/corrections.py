"""Commands, queries and timers on corrective actions 整改措施."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.identity import Caller
from chassis.ids import id_of, new_id
from chassis.journal import Transaction
from chassis.paging import page
from chassis.timers import cancel, schedule
from services.plans import errors
from services.plans.model.calendar import end_of
from services.plans.model.correction import CorrectiveAction
from services.plans.model.plan import PlanReviewReason
from services.plans.repository import CORRECTIONS, PLANS, REVIEWS
from services.plans.use_cases.plans import trigger
from services.plans.use_cases.visibility import noted, visible

DAY = "correction_day"


@dataclass(frozen=True, slots=True)
class CorrectionDraft:
    """A corrective action to open."""

    text: str
    owner_org: str
    due_on: date
    plan: str


async def open_below(tx: Transaction, parent: CorrectiveAction, review_cause: str) -> CorrectiveAction:
    """Open a corrective action; the plan it names is to be revised (PL-20)."""
    await CORRECTIONS.add(tx, parent)
    await schedule(tx, DAY, parent.id, end_of(parent.due_on))
    noted(tx, parent, parent.opened(), incident=parent.incident, exercise_id=parent.exercise_id)
    if parent.plan:
        plan = await PLANS.load(tx, id_of(parent.plan, "plans", "plan"))
        await trigger(tx, plan, PlanReviewReason(review_cause, parent.text, parent.name, parent.due_on))
    return parent


async def open_for_review(tx: Transaction, correction_id: str, review_id: str, draft: CorrectionDraft) -> CorrectiveAction:
    """Open a corrective action of a review that is not closed."""
    review = visible(tx.caller, await REVIEWS.load(tx, review_id))
    if review.state == "closed":
        raise errors.parent_finished(review.name)
    correction = CorrectiveAction(
        correction_id or new_id(), review.name, review.cause, review.region_code, review.exercise_id, draft.text, draft.owner_org, draft.due_on, draft.plan
    )
    return await open_below(tx, correction, "incident")


async def change(tx: Transaction, correction_id: str, etag: str, step: Callable[[CorrectiveAction], object]) -> CorrectiveAction:
    """Load a corrective action, take a step of the model, save it."""
    correction = visible(tx.caller, await CORRECTIONS.load(tx, correction_id, etag))
    event = step(correction)
    if correction.state not in {"open", "in_progress"}:
        await cancel(tx, DAY, correction.id)
    return await _save(tx, correction, event)


async def _save(tx: Transaction, correction: CorrectiveAction, event: object) -> CorrectiveAction:
    await CORRECTIONS.save(tx, correction)
    return noted(tx, correction, event, incident=correction.incident, exercise_id=correction.exercise_id)


async def ring_day(tx: Transaction, timer: Mapping[str, Any]) -> None:
    """Its day has passed and it is not done: flag it."""
    correction = await CORRECTIONS.load(tx, timer["subject"])
    event = correction.pass_day()
    if event:
        await _save(tx, correction, event)


async def get(engine: AsyncEngine, caller: Caller, correction_id: str) -> CorrectiveAction:
    """One corrective action the caller may see."""
    async with engine.connect() as connection:
        return visible(caller, await CORRECTIONS.get(connection, correction_id))


async def page_of(
    engine: AsyncEngine, caller: Caller, size: int, token: str, parent: str, state: str, *, overdue_only: bool
) -> tuple[list[CorrectiveAction], str]:
    """A page of the corrective actions the caller may see, the earliest due first."""
    conditions = [*CORRECTIONS.in_regions(caller.regions), *CORRECTIONS.equal(parent=parent, state=state, overdue=overdue_only)]
    async with engine.connect() as connection:
        return await CORRECTIONS.page_of(connection, page(size, token, parent, state, overdue_only), conditions, by="due_on")
