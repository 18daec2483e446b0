"""Putting a proposal into force: each line is judged by what holds now, and told; the rest goes. Locks: proposal, tasks by id, units by id."""

import math
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.errors import DomainError, not_found
from chassis.journal import Transaction
from services.dispatch.errors import allocations as errors
from services.dispatch.errors import field as field_errors
from services.dispatch.model.advice import Asked
from services.dispatch.model.allocation import ALLOCATION, AllocationProposal, Brought, Committed, Line, LineOutcome, Plan, Site
from services.dispatch.model.assignment import Assignment
from services.dispatch.model.order import Wish
from services.dispatch.model.task import WORKABLE, CapabilityNeed, Task
from services.dispatch.model.unit import Unit, hour_words
from services.dispatch.repository import allocations as repository
from services.dispatch.repository.allocations import PLANS, PROPOSALS, There
from services.dispatch.repository.tasks import TASKS
from services.dispatch.repository.units import UNITS
from services.dispatch.use_cases import offers, tasks
from services.dispatch.use_cases.allocations import changed
from services.dispatch.use_cases.field import OPEN_STATES, open_incident, visible
from services.dispatch.use_cases.picture import Picture
from services.dispatch.use_cases.recommendation import needs_of

if TYPE_CHECKING:
    from services.dispatch.use_cases.fleet import Fleet

MOST_LINES = 2000
"""Lines of one commit: so many are written within the ten seconds that a call has. The contract names as many at most."""

COMMITTABLE = ("ready", "committed")


async def ways(engine: AsyncEngine, picture: Picture, proposal_id: str, numbers: Sequence[int], now: datetime) -> dict[int, float]:
    """Seconds that the units of lines not sent yet need on the roads as they are now, infinite without a way; nothing of units that left the register.

    Asked before the command, so that no lock waits for it.
    """
    async with engine.connect() as connection:
        proposal, plan = await PROPOSALS.get(connection, proposal_id), None
        if proposal.state in COMMITTABLE:
            plan = next(iter(await PLANS.where(connection, PLANS.table.c.id == proposal_id)), None)
    named = set(numbers)
    lines = [line for line in plan.lines if not line.assignment_id and (not named or line.number in named)] if plan else []
    wanted = {line.number: (line.unit_id, place) for line in lines if plan and (place := plan.sites[line.site].place)}
    if not wanted or len(wanted) > MOST_LINES:
        return {}

    def timed(fleet: "Fleet") -> list[float | None]:
        from services.dispatch.use_cases.allocation_ways import seconds_now

        return seconds_now(fleet, list(wanted.values()), now, proposal.spec.exercise_id)

    found = await picture.ask(timed)
    return {number: seconds for number, seconds in zip(wanted, found, strict=True) if seconds is not None}


async def commit(tx: Transaction, proposal_id: str, etag: str, numbers: Sequence[int], answer_within: timedelta, ways_s: Mapping[int, float]) -> Committed:
    """Send the units of these lines, or of all that were not sent yet (ready, committed → committed). `ways_s` as `ways` gives it."""
    proposal = await PROPOSALS.load(tx, proposal_id, etag)
    visible(tx.caller, proposal.name, proposal.region_code)
    ALLOCATION.next(proposal.state, "commit")
    plan = await PLANS.lock(tx, proposal_id)
    if plan is None:
        raise errors.not_ready(proposal.name, proposal.state)
    lines = chosen(plan, numbers)
    made = Making(tx, plan, proposal, answer_within, ways_s)
    outcomes = await made.send(lines)
    sent = sum(outcome.refusal is None for outcome in outcomes)
    await PLANS.save(tx, plan)
    event = proposal.commit(sent, len(outcomes) - sent)
    await PROPOSALS.save(tx, proposal)
    changed(tx, proposal, event)
    return Committed(proposal, plan, outcomes)


def chosen(plan: Plan, numbers: Sequence[int]) -> list[Line]:
    """The lines of these numbers, or all that were not sent yet."""
    for number in numbers:
        if number > len(plan.lines):
            raise errors.no_such_line(number)
    wanted = set(numbers)
    lines = [line for line in plan.lines if line.number in wanted] if wanted else [line for line in plan.lines if not line.assignment_id]
    if len(lines) > MOST_LINES:
        raise errors.too_many_lines(len(lines), MOST_LINES)
    return lines


class Making:
    """The assignments of one commit."""

    def __init__(self, tx: Transaction, plan: Plan, proposal: AllocationProposal, answer_within: timedelta, ways_s: Mapping[int, float]) -> None:
        self._tx, self._plan, self._proposal, self._within, self._ways_s = tx, plan, proposal, answer_within, ways_s
        self._there: dict[str, There] = {}
        self._incidents: Mapping[str, repository.Held] = {}
        self._sent_before: set[int] = set()
        self._new: dict[str, Task] = {}

    async def send(self, lines: Sequence[Line]) -> list[LineOutcome]:
        """Offer each line's task to its unit; what one cannot is told for that one."""
        tx, sites = self._tx, self._plan.sites
        self._sent_before = {line.number for line in lines if line.assignment_id}
        open_lines = [line for line in lines if not line.assignment_id]
        wanted = sorted({line.site for line in open_lines})
        self._incidents = await repository.held_incidents(tx.connection, {sites[at].incident_id for at in wanted})
        for at in wanted:
            await self._make_task(sites[at])
        found = {**await TASKS.find_all(tx, sorted({sites[at].task_id for at in wanted})), **self._new}
        units = await UNITS.find_all(tx, sorted({line.unit_id for line in open_lines}))
        self._there = await repository.brought(tx.connection, list(found))
        offered: list[tuple[Assignment, Unit, list[object]]] = []
        outcomes = [self._line(line, found.get(sites[line.site].task_id), units.get(line.unit_id), offered) for line in lines]
        outcomes = [self._kept_whole(outcome, units.get(outcome.line.unit_id)) for outcome in outcomes]
        stay = {outcome.line.unit_id for outcome in outcomes if outcome.refusal is not None}
        going = [row for row in offered if row[1].id not in stay]
        await self._give_out(found, {assignment.task_id for assignment, _, _ in going})
        await offers.write(tx, going)
        return outcomes

    async def _give_out(self, found: Mapping[str, Task], wanted: Collection[str]) -> None:
        """Tasks of explicit needs are given out with the first unit that goes: where every line is refused they stay drafts, and nobody is told of them."""
        for task in found.values():
            if task.id in self._new:
                await tasks.draft(self._tx, task, issue=task.id in wanted)
            elif task.state == "draft" and task.id in wanted:
                await tasks.give_out(self._tx, task)

    def _kept_whole(self, outcome: LineOutcome, unit: Unit | None) -> LineOutcome:
        """Whoever serves only needs that must be met whole or by a crew, and are not with all that goes, stays. As it serves no other, none falls short."""
        line, site = outcome.line, self._plan.sites[outcome.line.site]
        if line.number in self._sent_before or outcome.refusal is not None or unit is None or line.pinned:
            return outcome
        served, there = [need for need in site.had if need.code in line.covers and _brought(unit).fits(need)], self._there[site.task_id]
        refusals = [self._short(site, need, there) for need in served]
        refusal = next(iter(refusals), None)
        if refusal is None or None in refusals:
            return outcome
        line.refuse(refusal)
        return LineOutcome(line, outcome.task_id, refusal)

    @staticmethod
    def _short(site: Site, need: Asked, there: There) -> DomainError | None:
        """Why those there and those who go count for nothing of a need."""
        least = site.least(need)
        if least > 1 and sum(each.fits(need) for each in there.brought) < least:
            return errors.crew_incomplete(site.title, need.code or "any_unit", least)
        return errors.whole_not_met(site.title, need.code) if need.whole and there.open([need], strict=True) else None

    async def _make_task(self, site: Site) -> None:
        """The task of an explicit need; nothing when it was made before, or when its incident is over."""
        if not site.explicit or self._incidents.get(site.incident_id, ("", ""))[1] not in OPEN_STATES:
            return
        await open_incident(self._tx, site.incident_id)
        if await TASKS.find(self._tx, site.task_id) is not None:
            return
        lon, lat = site.place or (None, None)
        words = sorted(set.intersection(*(set(need.qualifications) for need in site.had)))
        task = Task(
            site.task_id, site.title, self._tx.now, life_saving=site.life_saving, incident_id=site.incident_id, lon=lon, lat=lat, qualifications=words,
            needs=[CapabilityNeed(need.code, need.count) for need in site.had if need.code],
        )  # fmt: skip
        await tasks.settle(self._tx, task, locked=True)
        self._new[task.id] = task

    def _line(self, line: Line, task: Task | None, unit: Unit | None, offered: list[tuple[Assignment, Unit, list[object]]]) -> LineOutcome:
        site = self._plan.sites[line.site]
        if line.assignment_id:
            return LineOutcome(line, site.task_id)
        try:
            assignment, moved = self._judged(line, site, task, unit)
        except DomainError as refusal:
            line.refuse(refusal)
            return LineOutcome(line, site.task_id, refusal)
        line.send(assignment.id)
        if unit is not None:
            offered.append((assignment, unit, moved))
            self._there.setdefault(site.task_id, There()).brought.append(_brought(unit))
        return LineOutcome(line, site.task_id)

    def _judged(self, line: Line, site: Site, task: Task | None, unit: Unit | None) -> tuple[Assignment, list[object]]:
        """Everything that may have changed since: the incident, the task, the unit and what it is, what is still needed, the way."""
        title, state = self._incidents.get(site.incident_id, ("", ""))
        if site.incident_id and state not in OPEN_STATES:
            raise field_errors.incident_not_open(f"incidents/{site.incident_id}", title, state)
        if task is None:
            raise not_found(f"tasks/{site.task_id}")
        if task.state not in WORKABLE and not (site.explicit and task.state == "draft"):
            raise field_errors.task_not_open(task, task.state)
        if unit is None:
            raise not_found(f"units/{line.unit_id}")
        self._check_needed(line, site, task, unit)
        seconds = self._ways_s.get(line.number, line.travel_s)
        if not math.isfinite(seconds):
            raise errors.way_closed(unit, task)
        moments = [moment for need in site.had if need.code in (line.covers or [""]) and (moment := site.latest_at(need)) is not None]
        if not line.pinned and site.too_late(line.covers or [""], self._tx.now + timedelta(seconds=seconds)):
            raise errors.too_late(unit, task, hour_words(max(moments), self._tx.now))
        if line.late(seconds, self._proposal.spec.max_travel_s):
            raise errors.way_longer(unit, task, line.travel_s, seconds)
        unit.check_duty(self._tx.now + timedelta(seconds=seconds), override=False)
        return offers.offer(self._tx, task, unit, Wish(unit.id, allocation_proposal_id=self._proposal.id), self._within)

    def _check_needed(self, line: Line, site: Site, task: Task, unit: Unit) -> None:
        """Something it brings is still open. The task of an explicit need does not state what each of its needs demands: the plan does."""
        covers, there = {*(line.covers or [""])}, self._there.get(task.id, There())
        needs: Sequence[Asked] = site.had if site.explicit else needs_of(task)
        if site.explicit and not line.pinned:
            served = [need for need in needs if need.code in covers]
            needs = [need for need in served if _brought(unit).fits(need)]
            if not needs:
                raise field_errors.capability(unit, sorted({word for need in served for word in (need.code, *need.qualifications) if word}))
        if not line.pinned and not covers & {need.code for need in there.open(needs, strict=site.explicit)}:
            raise errors.need_met(task)


def _brought(unit: Unit) -> Brought:
    return Brought.by(((each.code, each.count) for each in unit.capabilities), unit.qualifications, unit.team_class)
