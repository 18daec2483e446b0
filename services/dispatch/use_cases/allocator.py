"""Computes proposals that wait: one replica each, by a lease that ends with the process, in a worker process of its own.

A proposal whose computation ended with its process or its worker is begun again by whoever holds the lease next; after ALLOCATION's ATTEMPTS it is given up.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.clock import Clock
from chassis.database import LOST
from chassis.identity import Call, component
from chassis.ids import derived_id
from chassis.journal import Journal, Transaction
from chassis.logs import logger
from services.dispatch.model.advice import Reason, both
from services.dispatch.model.allocation import ATTEMPTS, WAITING, AllocationProposal, Site, Spec
from services.dispatch.repository import allocations as repository
from services.dispatch.repository import incidents
from services.dispatch.repository.allocations import PLANS, PROPOSALS
from services.dispatch.use_cases.allocation_process import WorkerGoneError, WorkerProcess
from services.dispatch.use_cases.allocations import changed
from services.dispatch.use_cases.picture import Picture

if TYPE_CHECKING:
    from services.dispatch.use_cases.allocation_job import Job

log = logger(__name__)
POLL_S = 1.0
BEAT_S = 0.5
"""How often a running computation asks whether anybody still wants it."""

IDLE_S = 60.0
"""A worker without work is let go of after so long: it holds some hundred megabytes."""

GRACE_S = 60.0
"""Beyond its time limit a worker may gather, load roads and explain for so long; then it is stuck and ended."""

STAGES = {
    "travel": "ALLOCATION_TRAVEL", "slots": "ALLOCATION_SLOTS", "programme": "ALLOCATION_PROGRAMME", "whole units": "ALLOCATION_WHOLE_UNITS",
    "amounts": "ALLOCATION_AMOUNTS", "reasons": "ALLOCATION_EXPLAINING",
}  # fmt: skip
"""Text of each stage of the worker."""


class Allocator:
    """The computing half of one process."""

    def __init__(self, engine: AsyncEngine, journal: Journal, clock: Clock, picture: Picture, roads: Path | None) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._journal, self._clock, self._picture = journal, clock, picture
        self._roads = str(roads) if roads else ""
        self.worker = WorkerProcess()
        self._wake = asyncio.Event()
        self._idle_since = time.monotonic()
        journal.on_commit.append(self._committed)

    def _committed(self, tx: Transaction) -> None:
        if tx.resource.startswith("allocationProposals/"):
            self._wake.set()

    async def run(self) -> None:
        """Compute what waits, until cancelled."""
        try:
            while True:
                if not await self._worked():
                    if time.monotonic() - self._idle_since > IDLE_S:
                        await self.worker.kill()
                    await self._rest()
        finally:
            await self.worker.kill()

    async def _worked(self) -> bool:
        """Compute one proposal; False when none is to be had."""
        try:
            async with self._engine.connect() as connection:
                for proposal_id in await repository.waiting(connection):
                    if await repository.try_lease(connection, proposal_id):
                        try:
                            await self._compute(connection, proposal_id)
                        finally:
                            await repository.release(connection, proposal_id)
                            self._idle_since = time.monotonic()
                        return True
        except (*LOST, Exception) as error:  # noqa: BLE001 - the proposal waits in its table
            log.warning("allocation not computed, will try again", error=repr(error))
        return False

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(POLL_S):
                await self._wake.wait()
        except TimeoutError:
            return
        finally:
            self._wake.clear()

    async def _compute(self, connection: AsyncConnection, proposal_id: str) -> None:
        proposal = await self._change(proposal_id, "start", self._start)
        if proposal is None or proposal.state != "computing":
            return
        try:
            job = await self._gathered(connection, proposal)
            if job.trouble is not None:
                await self._fail(proposal, job.trouble)
                return
            told = await self._told(connection, proposal, job)
        except WorkerGoneError:
            log.warning("allocation worker gone", proposal=proposal.name, attempts=proposal.attempts)
            await self.worker.kill()
            return
        if told is None:
            await self.worker.kill()
        elif told["kind"] == "trouble":
            from services.dispatch.use_cases.allocation_job import trouble

            await self._fail(proposal, trouble(job, told["troubles"]))
        else:
            await self._finish(proposal, job, told)

    async def _start(self, tx: Transaction, proposal: AllocationProposal) -> object:
        if proposal.attempts >= ATTEMPTS:
            return proposal.fail(tx.now, Reason("ALLOCATION_GIVEN_UP", {"attempts": both(proposal.attempts)}))
        return proposal.start(tx.now)

    async def _fail(self, proposal: AllocationProposal, reason: Reason) -> None:
        async def work(tx: Transaction, found: AllocationProposal) -> object:
            return found.fail(tx.now, reason)

        await self._change(proposal.id, f"fail {proposal.attempts}", work, proposal.attempts)

    async def _finish(self, proposal: AllocationProposal, job: "Job", told: Mapping[str, Any]) -> None:
        from services.dispatch.use_cases.allocation_job import outcome

        summary, plan = await asyncio.to_thread(outcome, proposal.id, job, told)

        async def work(tx: Transaction, found: AllocationProposal) -> object:
            await PLANS.add(tx, plan)
            return found.finish(tx.now, summary)

        await self._change(proposal.id, f"finish {proposal.attempts}", work, proposal.attempts)

    async def _change(
        self, proposal_id: str, what: str, work: Callable[[Transaction, AllocationProposal], Awaitable[object]], attempts: int | None = None
    ) -> AllocationProposal | None:
        """A step of a proposal through the journal; None when it is not this process's to take any more."""
        made: list[AllocationProposal] = []

        async def effect(tx: Transaction) -> None:
            made.clear()
            found = await PROPOSALS.load(tx, proposal_id)
            if found.state not in WAITING or (attempts is not None and found.attempts != attempts):
                return
            event = await work(tx, found)
            await PROPOSALS.save(tx, found)
            made.append(changed(tx, found, event))

        await self._journal.apply(Call(component("dispatch.allocator"), f"allocation {what}", ""), proposal_id.encode(), effect)
        return made[0] if made else None

    async def _gathered(self, connection: AsyncConnection, proposal: AllocationProposal) -> "Job":
        spec, now = proposal.spec, self._clock.now()
        sites = await repository.sites(connection, proposal.region_code, spec.incidents, spec.exercise_id)
        terms = {each.task_id: each for each in spec.terms}
        sites = [
            replace(site, terms=terms[site.task_id].needs, last_arrival_weight=terms[site.task_id].last_arrival_weight) if site.task_id in terms else site
            for site in sites
        ]
        sites += [await _explicit(connection, proposal.id, number, spec) for number in range(len(spec.needs))]

        def build(fleet: Any) -> "Job":
            from services.dispatch.use_cases.allocation_job import Build

            return Build(fleet, sites, spec, proposal.region_code, self._roads, now).job()

        return await self._picture.ask(build)

    async def _told(self, connection: AsyncConnection, proposal: AllocationProposal, job: "Job") -> Mapping[str, Any] | None:
        """The worker's last word; None when nobody wants it any more. The connection that holds the lease also writes the progress."""
        answers = self.worker.answers(job)
        stop = time.monotonic() + proposal.spec.time_limit_s + GRACE_S
        latest: Mapping[str, Any] = {"stage": "travel", "percent": 1}
        waiting = asyncio.ensure_future(anext(answers))
        try:
            while time.monotonic() < stop:
                await asyncio.wait([waiting], timeout=BEAT_S)
                if waiting.done():
                    latest = waiting.result()
                    if latest["kind"] != "progress":
                        return latest
                    waiting = asyncio.ensure_future(anext(answers))
                words = Reason(STAGES.get(latest["stage"], "ALLOCATION_TRAVEL"))
                if not await repository.note_progress(connection, proposal.id, proposal.attempts, latest["percent"], words):
                    return None
        finally:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            await answers.aclose()
        raise WorkerGoneError


async def _explicit(connection: AsyncConnection, proposal_id: str, number: int, spec: Spec) -> Site:
    """The site of an explicit need; its task is made when a line of it is committed."""
    need = spec.needs[number]
    incident = await incidents.get(connection, need.incident_id)
    place = need.place or ((incident.lon, incident.lat) if incident.lon is not None and incident.lat is not None else None)
    weight = repository.level_weight(incident.level, life_saving=need.life_saving)
    return Site(
        explicit_task_id(proposal_id, number), need.incident_id, need.title, incident.region_code, place, weight, need.life_saving, need.needs, need.needs,
        explicit=True, terms=need.terms, last_arrival_weight=need.last_arrival_weight,
    )  # fmt: skip


def explicit_task_id(proposal_id: str, number: int) -> str:
    """The task of an explicit need: the same however often lines of it are committed."""
    return derived_id("allocation", proposal_id, str(number))
