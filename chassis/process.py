"""One process per service: the gRPC server, consumers, relay and timers as supervised tasks, and an orderly end."""

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import uvloop
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1._async import HealthServicer
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import audit, telemetry
from chassis.access import Roles
from chassis.clock import Clock
from chassis.control import Control
from chassis.database import Session, create_engine
from chassis.errors import DomainError
from chassis.eventlog import EventLog, open_event_log
from chassis.hot import HotStore, open_hot_store
from chassis.identity import Verifier, load_key
from chassis.journal import Encoded, Inbox, Journal, Subscription
from chassis.journal.reads import audit_read
from chassis.logs import configure, logger
from chassis.messages import Catalogue
from chassis.metrics import Metrics
from chassis.relay import Published, Relay
from chassis.rpc.pipeline import Pipeline
from chassis.rpc.server import create_server
from chassis.rpc.shedding import Gate
from chassis.settings import ServiceSettings
from chassis.timers import Ring, Timers
from fenghuo.system.v1 import system_pb2_grpc

log = logger(__name__)
GRACE_S = 5.0
RETRY_S = 0.3
WARM_S = 60.0
"""By then statements are compiled, pools filled and models loaded."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a service builds its own objects from."""

    settings: Any
    engine: AsyncEngine
    journal: Journal
    clock: Clock
    hot: HotStore
    log: EventLog


@dataclass(frozen=True, slots=True)
class Wiring:
    """What a service adds to its process."""

    servicers: Sequence[Callable[[Any], None]]
    subscriptions: Sequence[Subscription] = ()
    rings: Mapping[str, Ring] = field(default_factory=dict)
    tasks: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()
    published: Published | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """A service: its name, settings, schema, events, and the function that wires it."""

    name: str
    settings: type[ServiceSettings]
    metadata: MetaData
    encode: Callable[[Any], Encoded]
    build: Callable[[Parts], Wiring]
    constraints: Mapping[str, Callable[[], DomainError]] = field(default_factory=dict)


def serve(definition: Definition) -> None:
    """Run the service until SIGTERM or SIGINT."""
    settings = definition.settings()  # type: ignore[call-arg]  # required values come from the environment
    configure(definition.name, fmt=settings.log_format, level=settings.log_level)
    uvloop.run(_serve(definition, settings))


async def _serve(definition: Definition, settings: ServiceSettings) -> None:
    stop_telemetry = telemetry.start(definition.name)
    service = Service(definition, settings)
    await service.start()
    _freeze()
    asyncio.get_running_loop().call_later(WARM_S, _freeze)
    failure = await _until_stopped(service.tasks)
    await service.stop()
    stop_telemetry()
    if failure:
        raise failure


def _freeze() -> None:
    """Take what the process is made of out of the garbage collector's sight: else each full collection walks all of it, and every call waits meanwhile
    (measured: 50 to 100 ms, several times that on a busy machine).
    """
    gc.collect()
    gc.freeze()


class Service:
    """One running service: its connections, server and background tasks."""

    def __init__(self, definition: Definition, settings: ServiceSettings) -> None:
        self.definition = definition
        self.settings = settings
        self.clock = Clock()
        self.engine = create_engine(settings.database_url, settings.pool_size)
        self.session = Session(settings.database_url)
        self.health = HealthServicer()
        self.port = 0
        self._intake: list[asyncio.Task[None]] = []
        self._output: list[asyncio.Task[None]] = []

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        """Everything that runs in the background."""
        return [*self._intake, *self._output]

    async def start(self) -> None:
        """Connect, wire, listen; waits for a database or log that is not there yet."""
        settings, tables = self.settings, self.definition.metadata.tables
        await _patiently(lambda: _ping(self.engine))
        self.log: EventLog = await _patiently(lambda: open_event_log(settings.log_url, client_id=self.definition.name))
        self.hot: HotStore = await _patiently(lambda: open_hot_store(settings.hot_url))
        name = self.definition.name
        self.journal = Journal(self.engine, self.clock, name, tables["journal"], self.definition.encode, self.definition.constraints)
        signer = audit.load_signer(settings.audit_key.read_bytes())
        wiring = self.definition.build(Parts(settings, self.engine, self.journal, self.clock, self.hot, self.log))
        self.relay = Relay(self.engine, self.session, self.log, tables["journal"], name, signer, wiring.published)
        self.journal.on_commit.append(self.relay.committed)
        self.timers = Timers(self.journal, self.session, wiring.rings)
        public_key = signer.public_key()
        control = Control(
            self.engine, self.session, self.clock, self.definition.metadata, self.timers, name, public_key, self.log, allowed=settings.clock_control
        )
        await control.load()
        self.inbox = Inbox(self.journal, self.log, name, wiring.subscriptions)
        metrics = Metrics(name, self.engine, tables["journal"], self.inbox)
        gate = Gate(settings.concurrency, settings.queue_limit)
        await self._listen(wiring, control, metrics, gate)
        intake: list[Coroutine[Any, Any, None]] = [self.inbox.run(), self.timers.run(), control.run(), *(task() for task in wiring.tasks)]
        self._intake = [asyncio.create_task(work) for work in intake]
        self._output = [asyncio.create_task(work) for work in (self.relay.run(), metrics.run(gate))]

    async def _listen(self, wiring: Wiring, control: Control, metrics: Metrics, gate: Gate) -> None:
        settings = self.settings
        verifier = Verifier(load_key(settings.identity_public_key))
        roles, texts = Roles.load(settings.roles_file), Catalogue.load(settings.messages_dir)
        pipeline = Pipeline(verifier, roles, texts, gate, lambda call, response: audit_read(self.journal, call, response), metrics.observe)
        self.server = create_server([pipeline])
        for add in wiring.servicers:
            add(self.server)
        system_pb2_grpc.add_SystemServiceServicer_to_server(control, self.server)
        health_pb2_grpc.add_HealthServicer_to_server(self.health, self.server)
        self.port = self.server.add_insecure_port(settings.listen)
        await self.server.start()
        await self.health.set("", health_pb2.HealthCheckResponse.SERVING)
        log.info("serving", listen=settings.listen, port=self.port)

    async def stop(self) -> None:
        """In order: not serving, stop taking in, drain calls, publish what is left, close."""
        await self.health.set("", health_pb2.HealthCheckResponse.NOT_SERVING)
        await _cancel(self._intake)
        await self.server.stop(GRACE_S)
        await _cancel(self._output)
        await self._flush()
        await self.log.close()
        await self.hot.close()
        await self.session.close()
        await self.engine.dispose()
        log.info("stopped")

    async def _flush(self) -> None:
        try:
            await asyncio.wait_for(self.relay.flush(), GRACE_S)
        except Exception as error:  # noqa: BLE001 - the journal keeps it for the next start
            log.warning("not everything could be published", error=repr(error))


async def _until_stopped(tasks: Sequence[asyncio.Task[Any]]) -> BaseException | None:
    """Wait for a signal, or for a background task that ends when it should not."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    waiting = asyncio.create_task(stop.wait())
    endless = [task for task in tasks if not task.done()]
    done, _ = await asyncio.wait([waiting, *endless], return_when=asyncio.FIRST_COMPLETED)
    while waiting not in done:
        failed = next((task for task in done if task.exception()), None)
        if failed:
            log.error("a background task failed", exc_info=failed.exception())
            return failed.exception()
        endless = [task for task in endless if task not in done]
        done, _ = await asyncio.wait([waiting, *endless], return_when=asyncio.FIRST_COMPLETED)
    return None


async def _cancel(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _ping(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1 FROM journal LIMIT 1"))


async def _patiently(attempt: Callable[[], Awaitable[Any]]) -> Any:
    """Components start in any order: wait for what is not there yet, and say so."""
    while True:
        try:
            return await attempt()
        except Exception as error:  # noqa: BLE001 - whatever is missing may come
            log.warning("waiting for a dependency", error=repr(error))
            await asyncio.sleep(RETRY_S)
