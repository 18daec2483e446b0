"""Asking for allocation proposals, reading, cancelling and comparing them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.access import check_region
from chassis.identity import Caller
from chassis.journal import Transaction
from chassis.paging import page
from services.dispatch.errors import allocations as errors
from services.dispatch.errors import other_exercise
from services.dispatch.errors.field import unit_of_exercise
from services.dispatch.model.advice import Asked
from services.dispatch.model.allocation import AllocationProposal, Area, Plan, Spec, Tally, Terms
from services.dispatch.model.unit import hour_words
from services.dispatch.repository import allocations as repository
from services.dispatch.repository.allocations import PLANS, PROPOSALS
from services.dispatch.use_cases.field import open_incident, visible


def changed(tx: Transaction, proposal: AllocationProposal, *events: object) -> AllocationProposal:
    """Write down a changed proposal."""
    tx.changed(proposal.name, proposal, *events, version=proposal.version, region_code=proposal.region_code, exercise_id=proposal.spec.exercise_id)
    return proposal


async def propose(tx: Transaction, proposal_id: str, spec: Spec, region_code: str) -> AllocationProposal:
    """Ask for a proposal over a jurisdiction (– → queued); explicit needs are of open incidents."""
    region = region_code or (tx.caller.regions[0] if tx.caller.regions else "")
    check_region(tx.caller, region)
    for incident_id in sorted({need.incident_id for need in spec.needs} | set(spec.incidents)):
        incident = await open_incident(tx, incident_id)
        if incident.exercise_id != spec.exercise_id:
            raise other_exercise(incident.name)
    await _check_pairs(tx, spec, region)
    await _check_terms(tx, spec, region)
    proposal = AllocationProposal(proposal_id, tx.now, region, tx.caller.id, spec)
    await PROPOSALS.add(tx, proposal)
    return changed(tx, proposal, proposal.propose())


async def _check_pairs(tx: Transaction, spec: Spec, region: str) -> None:
    """Pins and exclusions name units and tasks of the jurisdiction; nobody is pinned who was made for another exercise."""
    pairs = [(f"spec.{name}[{at}]", pair) for name, given in (("pinned", spec.pinned), ("forbidden", spec.forbidden)) for at, pair in enumerate(given)]
    units = await repository.strange_units(tx.connection, (pair.unit_id for _, pair in pairs), region)
    tasks = await repository.strange_tasks(tx.connection, (pair.task_id for _, pair in pairs), region)
    for field, pair in pairs:
        if pair.unit_id in units:
            raise errors.unknown_in_pair(f"{field}.unit", f"units/{pair.unit_id}")
        if pair.task_id in tasks:
            raise errors.unknown_in_pair(f"{field}.task", f"tasks/{pair.task_id}")
    others = await repository.of_exercises(tx.connection, [pair.unit_id for pair in spec.pinned], spec.exercise_id)
    for at, pair in enumerate(spec.pinned):
        if pair.unit_id in others:
            raise unit_of_exercise(others[pair.unit_id], others[pair.unit_id].made_for_exercise, f"spec.pinned[{at}].unit")


async def _check_terms(tx: Transaction, spec: Spec, region: str) -> None:
    """What holds for who comes is said once, of needs there are, and can be kept."""
    wanted = [each.task_id for each in spec.terms]
    strangers, tasks = await repository.strange_tasks(tx.connection, wanted, region), await repository.needs_of(tx.connection, wanted)
    for at, each in enumerate(spec.terms):
        if each.task_id in strangers:
            raise errors.unknown_in_pair(f"spec.terms[{at}].task", f"tasks/{each.task_id}")
        if each.task_id in wanted[:at]:
            raise errors.term_twice(f"spec.terms[{at}].task", f"tasks/{each.task_id}", tasks[each.task_id][0])
        _check_needs(f"spec.terms[{at}].needs", each.needs, *tasks[each.task_id], tx.now)
    for at, need in enumerate(spec.needs):
        _check_needs(f"spec.needs[{at}].terms", need.terms, need.title, need.needs, tx.now)


def _check_needs(field: str, terms: Sequence[Terms], title: str, needs: Sequence[Asked], now: datetime) -> None:
    for at, each in enumerate(terms):
        here, about = f"{field}[{at}]", [need for need in needs if each.holds(need)]
        if not about:
            raise errors.no_such_need(f"{here}.code", title, each.code)
        if each.code in [other.code for other in terms[:at]]:
            raise errors.term_twice(f"{here}.code", each.code or title, each.code or title)
        if each.latest_at is not None and each.latest_at <= now:
            raise errors.latest_past(f"{here}.latest_arrive_time", hour_words(each.latest_at, now))
        for need in about:
            if each.least > need.count:
                raise errors.least_too_many(f"{here}.least_units", need.code or "any_unit", each.least, need.count)


async def cancel(tx: Transaction, proposal_id: str, etag: str, reason: str) -> AllocationProposal:
    """Stop the computation, or drop what nobody committed (queued, computing, ready → cancelled)."""
    proposal = await PROPOSALS.load(tx, proposal_id, etag)
    visible(tx.caller, proposal.name, proposal.region_code)
    event = proposal.cancel(tx.now, reason)
    await PROPOSALS.save(tx, proposal)
    return changed(tx, proposal, event)


async def get(engine: AsyncEngine, caller: Caller, proposal_id: str) -> tuple[AllocationProposal, Plan | None]:
    """A proposal the caller may see, with its plan once it is ready."""
    async with engine.connect() as connection:
        proposal = await PROPOSALS.get(connection, proposal_id)
        visible(caller, proposal.name, proposal.region_code)
        plans = await PLANS.where(connection, PLANS.table.c.id == proposal_id)
    return proposal, plans[0] if plans else None


async def page_of(engine: AsyncEngine, caller: Caller, size: int, token: str, state: str) -> tuple[list[AllocationProposal], str]:
    """A page of proposals the caller may see, newest first."""
    conditions = [*PROPOSALS.in_regions(caller.regions), *PROPOSALS.equal(state=state)]
    async with engine.connect() as connection:
        return await PROPOSALS.page_of(connection, page(size, token, state), conditions, by="created_at", descending=True)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both sides by incident (id and title) and by area."""

    incidents: Sequence[tuple[str, str, Tally, Tally]]
    areas: Sequence[Area]

    @property
    def totals(self) -> tuple[Tally, Tally]:
        """All incidents together, before and after."""
        return sum((each[2] for each in self.incidents), Tally()), sum((each[3] for each in self.incidents), Tally())


async def compare(engine: AsyncEngine, caller: Caller, proposal_id: str, against_id: str) -> Comparison:
    """What a proposal changes against things as they were, or against another proposal."""
    plan = await _plan(engine, caller, proposal_id)
    other = await _plan(engine, caller, against_id) if against_id else None
    before, after = _by_incident(other, other.after) if other else _by_incident(plan, plan.before), _by_incident(plan, plan.after)
    async with engine.connect() as connection:
        titles = await repository.incident_titles(connection, before.keys() | after.keys())
    incidents = _side_by_side(before, after, titles)
    if other is None:
        return Comparison(incidents, plan.areas)
    stays = {area.region_code: area.free_after for area in other.areas}
    areas = [Area(area.region_code, area.display_name, stays.get(area.region_code, 0), area.free_after, area.reserve) for area in plan.areas]
    return Comparison(incidents, areas)


async def _plan(engine: AsyncEngine, caller: Caller, proposal_id: str) -> Plan:
    proposal, plan = await get(engine, caller, proposal_id)
    if plan is None:
        raise errors.not_ready(proposal.name, proposal.state)
    return plan


def _by_incident(plan: Plan, tallies: Sequence[Tally]) -> dict[str, Tally]:
    out: dict[str, Tally] = {}
    for site, tally in zip(plan.sites, tallies, strict=True):
        out[site.incident_id] = out.get(site.incident_id, Tally()) + tally
    return out


def _side_by_side(before: Mapping[str, Tally], after: Mapping[str, Tally], titles: Mapping[str, str]) -> list[tuple[str, str, Tally, Tally]]:
    nothing = Tally()
    return [(row_id, titles.get(row_id, ""), before.get(row_id, nothing), after.get(row_id, nothing)) for row_id in dict.fromkeys([*after, *before])]
