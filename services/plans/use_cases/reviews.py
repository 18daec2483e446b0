"""Commands and queries on after-action reviews 总结评估."""

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.identity import Caller
from chassis.ids import derived_id, id_of
from chassis.journal import Transaction
from chassis.paging import page
from services.plans.model.cause import Cause
from services.plans.model.correction import check_settled
from services.plans.model.plan import PlanReviewReason
from services.plans.model.review import Finding, Review
from services.plans.repository import ACTIVATIONS, CORRECTIONS, PLANS, REVIEWS, responses
from services.plans.use_cases.plans import trigger
from services.plans.use_cases.visibility import noted, visible


def _keep(tx: Transaction, review: Review, *events: object) -> Review:
    return noted(tx, review, *events, incident=review.incident, exercise_id=review.exercise_id)


async def open_for(tx: Transaction, cause: Cause) -> None:
    """Open the review of an incident whose response has ended; once."""
    if await responses.reviewed(tx.connection, cause.id):
        return
    review = Review(derived_id("review", cause.id), cause.id, cause.region_code, cause.exercise_id, tx.now)
    await REVIEWS.add(tx, review)
    _keep(tx, review, review.opened())


async def open_by_hand(tx: Transaction, review_id: str, activation_id: str) -> Review:
    """Open the review of a response by hand. REVIEW_EXISTS when its incident or alert has one."""
    activation = visible(tx.caller, await ACTIVATIONS.get(tx.connection, activation_id))
    review = Review(review_id, activation.cause, activation.region_code, activation.exercise_id, tx.now)
    await REVIEWS.add(tx, review)
    return _keep(tx, review, review.opened())


async def change(tx: Transaction, review_id: str, etag: str, step: Callable[[Review], object]) -> Review:
    """Load a review, take a step of the model, save it."""
    review = visible(tx.caller, await REVIEWS.load(tx, review_id, etag))
    event = step(review)
    await REVIEWS.save(tx, review)
    return _keep(tx, review, event)


async def draft(tx: Transaction, review_id: str, etag: str, parts: dict[str, str], findings: tuple[Finding, ...]) -> Review:
    """起草; the plans that findings name must be there."""
    for finding in findings:
        if finding.plan:
            await PLANS.get(tx.connection, id_of(finding.plan, "plans", "findings.plan"))
    return await change(tx, review_id, etag, lambda review: review.draft(parts, findings, tx.caller.id))


async def submit(tx: Transaction, review_id: str, etag: str) -> Review:
    """逐级上报; findings that name a plan trigger its revision (PL-20)."""
    review = await change(tx, review_id, etag, lambda each: each.submit(tx.now))
    for finding in sorted((each for each in review.findings if each.plan), key=lambda each: each.plan):
        plan = await PLANS.load(tx, id_of(finding.plan, "plans"))
        await trigger(tx, plan, PlanReviewReason("incident", finding.text, review.name, None))
    return review


async def track(tx: Transaction, review_id: str, etag: str) -> Review:
    """跟踪整改."""
    corrections = await CORRECTIONS.where(tx.connection, *CORRECTIONS.equal(parent=f"reviews/{review_id}"))
    return await change(tx, review_id, etag, lambda review: review.track(len(corrections)))


async def close(tx: Transaction, review_id: str, etag: str) -> Review:
    """结案. Guard: CORRECTIONS_OPEN."""

    review = visible(tx.caller, await REVIEWS.load(tx, review_id, etag))
    event = review.close()
    check_settled(await CORRECTIONS.where(tx.connection, *CORRECTIONS.equal(parent=review.name)))
    await REVIEWS.save(tx, review)
    return _keep(tx, review, event)


async def get(engine: AsyncEngine, caller: Caller, review_id: str) -> Review:
    """One review the caller may see."""
    async with engine.connect() as connection:
        return visible(caller, await REVIEWS.get(connection, review_id))


async def page_of(engine: AsyncEngine, caller: Caller, size: int, token: str, cause: str, state: str) -> tuple[list[Review], str]:
    """A page of the reviews the caller may see, newest first."""
    conditions = [*REVIEWS.in_regions(caller.regions), *REVIEWS.equal(cause=cause, state=state)]
    async with engine.connect() as connection:
        return await REVIEWS.page_of(connection, page(size, token, cause, state), conditions, by="create_time", descending=True)
