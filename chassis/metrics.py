"""Figures of a service for operators: calls, journal age, consumer lag, dead letters, shed and waiting calls; exported by OTLP where a receiver is named."""

import asyncio
from collections.abc import Callable, Iterable

from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, Observation
from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import telemetry
from chassis.journal import Inbox
from chassis.logs import logger
from chassis.rpc.shedding import Gate

log = logger(__name__)
SAMPLE_S = 5.0


class Metrics:
    """Samples what cannot be counted as it happens, and records calls."""

    def __init__(self, service: str, engine: AsyncEngine, journal: Table, inbox: Inbox) -> None:
        self._engine = engine
        self._journal = journal
        self._inbox = inbox
        names = ("fenghuo.journal.age", "fenghuo.consumer.lag", "fenghuo.calls.shed", "fenghuo.calls.waiting", "fenghuo.events.dead")
        self._sampled = dict.fromkeys(names, 0.0)
        meter = metrics.get_meter(f"fenghuo.{service}")
        self._calls = meter.create_histogram("fenghuo.calls", unit="s", description="duration of calls by method and outcome")
        units = {"fenghuo.journal.age": "s"}
        for name in self._sampled:
            meter.create_observable_gauge(name, callbacks=[self._callback(name)], unit=units.get(name, "1"))

    def _callback(self, name: str) -> Callable[[CallbackOptions], Iterable[Observation]]:
        return lambda _options: [Observation(self._sampled[name])]

    def observe(self, method: str, outcome: str, seconds: float) -> None:
        """Record one call."""
        self._calls.record(seconds, {"method": method, "outcome": outcome})

    async def run(self, gate: Gate) -> None:
        """Sample until cancelled; asleep where nobody receives the figures."""
        while telemetry.enabled():
            try:
                await self._sample(gate)
            except Exception as error:  # noqa: BLE001 - figures must not stop a service
                log.warning("figures not sampled", error=repr(error))
            await asyncio.sleep(SAMPLE_S)

    async def _sample(self, gate: Gate) -> None:
        self._sampled["fenghuo.calls.shed"] = float(gate.shed)
        self._sampled["fenghuo.calls.waiting"] = float(gate.waiting)
        self._sampled["fenghuo.events.dead"] = float(self._inbox.dead)
        waiting = select(func.extract("epoch", func.now() - func.min(self._journal.c.recorded_at))).where(self._journal.c.published_at.is_(None))
        async with self._engine.connect() as connection:
            self._sampled["fenghuo.journal.age"] = float(await connection.scalar(waiting) or 0.0)
        self._sampled["fenghuo.consumer.lag"] = float(await self._inbox.lag())
