"""Where idle units should wait: what is known is read here and taken from the picture of units; the layout is computed beside it, in a thread of its own."""

import asyncio
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.identity import Caller
from services.dispatch.model.standby import PAST_DAYS, StandbyAdvice, StandbyQuestion
from services.dispatch.repository import incidents
from services.dispatch.use_cases.picture import Picture


async def advise(
    engine: AsyncEngine, picture: Picture, caller: Caller, now: datetime, capability: str, standard_s: float, moves: int, exercise_id: str
) -> StandbyAdvice:  # fmt: skip
    """Which idle units of the caller's jurisdiction should wait where. Nothing is remembered and nobody is bound by it.

    The picture's thread only copies what it knows, so that recommendations do not wait for the layout.
    """
    async with engine.connect() as connection:
        past = await incidents.past(connection, caller.regions, now - timedelta(days=PAST_DAYS), exercise_id)
    question = StandbyQuestion(caller.regions, past, capability, standard_s, moves, exercise_id)

    def gather(fleet: object) -> object:
        from services.dispatch.use_cases.standby_layout import gathered

        return gathered(fleet, question, now)  # type: ignore[arg-type]

    known = await picture.ask(gather)

    def lay_out() -> StandbyAdvice:
        from services.dispatch.use_cases.standby_layout import advised

        return advised(known)  # type: ignore[arg-type]

    return await asyncio.to_thread(lay_out)
