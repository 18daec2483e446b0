"""Finding experts for a question."""

from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.identity import Caller
from services.experts.model.call_up import CallUp
from services.experts.model.expert import Expert
from services.experts.model.matching import Matches, Wanted, match
from services.experts.model.organisation import Register
from services.experts.model.taxonomy import TAXONOMY, Field
from services.experts.repository import call_ups, experts, organisations


@dataclass(frozen=True, slots=True)
class Found:
    """The answer with what is needed to show it: the experts by id, and the register for names of organisations."""

    matches: Matches
    people: dict[str, Expert]
    register: Register


async def search(connection: AsyncConnection, caller: Caller, wanted: Wanted, exercise_id: str = "", besides: str = "") -> Found:
    """Rank whom the caller may see; who is busy with another call-up of the same reality is left out."""
    people = await experts.of_disciplines(connection, caller.regions, wanted.disciplines)
    register = await organisations.register(connection)
    busy = await call_ups.busy(connection, exercise_id, besides)
    return Found(match(people, wanted, register, busy), {each.id: each for each in people}, register)


async def find(engine: AsyncEngine, caller: Caller, wanted: Wanted) -> Found:
    """Who could advise."""
    async with engine.connect() as connection:
        return await search(connection, caller, wanted)


async def describe(engine: AsyncEngine, call_up: CallUp) -> Found:
    """Names for the lists of a call-up."""
    listed = [each.expert_id for each in call_up.shortlist] + [each.expert_id for each in call_up.left_out]
    async with engine.connect() as connection:
        return Found(Matches(call_up.shortlist, call_up.left_out), await experts.many(connection, listed), await organisations.register(connection))


def with_hazard(fields: tuple[Field, ...], event_code: str) -> tuple[Field, ...]:
    """Fields that name no hazard are asked for that of the incident."""
    hazard = TAXONOMY.hazard_of(event_code)
    return tuple(each if each.hazard else replace(each, hazard=hazard) for each in fields)
