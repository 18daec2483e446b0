"""The picture of units and roads of this process: kept by what changed since it was last asked, never built anew for a question.

Reading is done here, by a connection of its own, so that a command that holds one never waits for a second. The arrays and the solver live in one thread
of their own and are loaded with the first question: a service that is never asked holds none of them.
"""

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.database import create_engine
from chassis.hot import HotStore, HotStoreUnavailableError
from chassis.logs import logger
from services.dispatch.errors import field as errors
from services.dispatch.model.advice import Advice, Question, Seen
from services.dispatch.model.unit import Position
from services.dispatch.repository import fleet as repository
from services.dispatch.use_cases.compiled import make_once
from services.dispatch.use_cases.positions import KEY

if TYPE_CHECKING:
    from services.dispatch.use_cases.fleet import Fleet

T = TypeVar("T")
log = logger(__name__)
POSITIONS_EVERY_S = 1.0
"""Positions that other processes were told are looked at again after so long."""


class Picture:
    """Answers questions about all units. Safe for many callers at once; their questions are worked on one after another."""

    def __init__(self, database_url: str, hot: HotStore, roads: Path | None, regions: Mapping[str, str]) -> None:
        self._url, self._hot, self._roads, self._regions = database_url, hot, roads, regions
        self._engine: AsyncEngine | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._fleet: Fleet | None = None
        self._gate = asyncio.Lock()
        self._over = False
        self._raw: dict[str, bytes] = {}
        self._told: dict[str, Seen] = {}
        self._forget()

    def _forget(self) -> None:
        """Read everything next time."""
        self._lost = False
        self._units_from = self._positions_from = ""
        self._looked = float("-inf")
        self._raw.clear()
        self._told.clear()

    def moved(self, positions: Iterable[Position]) -> None:
        """This process was told positions: they are known with the next question. Nothing is kept for the one that reads everything."""
        if self._positions_from:
            self._told |= {each.unit_id: Seen(each.unit_id, each.location, each.located_at) for each in positions}

    async def advice(self, question: Question, now: datetime) -> Advice:
        """Who should go."""
        return await self.ask(lambda fleet: fleet.advice(question, now))

    async def ask(self, work: Callable[["Fleet"], T]) -> T:
        """Bring the picture up to date and work on it in its thread."""
        async with self._gate:
            if self._over:
                raise errors.ending()
            changes = await self._changes()
            if self._thread is None:
                self._thread = ThreadPoolExecutor(1, "picture")
            taken = self._thread.submit(self._take, changes)  # whoever asked may go away: what was read is taken in all the same
            answer = asyncio.get_running_loop().run_in_executor(self._thread, self._work, taken, work)
        try:
            return await answer
        except Exception:
            self._forget()
            raise

    def _take(self, changes: repository.Changes) -> "Fleet":
        try:
            if self._fleet is None:
                from services.dispatch.use_cases.fleet import Fleet

                self._fleet = Fleet(self._roads, self._regions)
            self._fleet.take(changes.units, changes.positions, changes.closures)
        except Exception:
            self._lost = True
            raise
        return self._fleet

    @staticmethod
    def _work(taken: "Future[Fleet]", work: Callable[["Fleet"], T]) -> T:
        return work(taken.result())

    async def _changes(self) -> repository.Changes:
        """What changed since the last time. It counts as read only once all of it is: whoever asks may be cancelled at any `await`."""
        if self._lost:
            self._forget()
        if self._engine is None:
            self._engine = create_engine(self._url, 1).execution_options(isolation_level="AUTOCOMMIT")
        look = time.monotonic() - self._looked >= POSITIONS_EVERY_S
        positions_from = self._positions_from if look else None
        async with self._engine.connect() as connection:
            found = await repository.changes(connection, self._units_from, positions_from)
        fresh = await self._hot_changes() if look else {}
        self._units_from = found.horizon
        if look:
            self._positions_from, self._looked = found.horizon, time.monotonic()
        self._raw |= fresh
        told, self._told = self._told, {}
        return replace(found, positions=[*found.positions, *(_seen(unit_id, raw) for unit_id, raw in fresh.items()), *told.values()])

    async def _hot_changes(self) -> Mapping[str, bytes]:
        """Positions in the hot store whose bytes differ from those taken in before."""
        try:
            held = await self._hot.get_fields(KEY)
        except HotStoreUnavailableError as error:
            log.warning("units recommended without the hot store", error=str(error))
            return {}
        return {unit_id: raw for unit_id, raw in held.items() if self._raw.get(unit_id) != raw}

    async def run(self) -> None:
        """See that the solver is compiled, stand by until the service ends, then let go of what was taken."""
        try:
            await make_once()
            await asyncio.Event().wait()
        finally:
            self._over = True
            async with self._gate:
                if self._thread is not None:
                    self._thread.shutdown(wait=False, cancel_futures=True)
                if self._engine is not None:
                    await self._engine.dispose()


def _seen(unit_id: str, raw: bytes) -> Seen:
    values = json.loads(raw)
    return Seen(unit_id, (values["lon"], values["lat"]), datetime.fromisoformat(values["located_at"]))
