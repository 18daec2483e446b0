"""One process per service: the gRPC server, consumers, relay and timers as supervised tasks, and an orderly end."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import uvloop
from fenghuo.system.v1 import system_pb2_grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1._async import HealthServicer
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import audit, telemetry
from chassis.access import Roles
from chassis.clock import Clock
from chassis.control import ClockControl
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
from chassis.relay import Relay
from chassis.rpc.pipeline import Pipeline
from chassis.rpc.server import create_server
from chassis.rpc.shedding import Gate
from chassis.settings import ServiceSettings
from chassis.timers import Ring, Timers

log = logger(__name__)
GRACE_S = 5.0
RETRY_S = 0.3


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
    engine = create_engine(settings.database_url, settings.pool_size)
    session = Session(settings.database_url)
    await _patiently(lambda: _ping(engine))
    eventlog: EventLog = await _patiently(lambda: open_event_log(settings.log_url, client_id=definition.name))
    hot = await open_hot_store(settings.hot_url)
    clock, tables = Clock(), definition.metadata.tables
    journal = Journal(engine, clock, definition.name, tables["journal"], definition.encode, definition.constraints)
    relay = Relay(engine, session, eventlog, tables["journal"], definition.name, audit.load_signer(settings.audit_key.read_bytes()))
    journal.on_commit.append(relay.committed)
    wiring = definition.build(Parts(settings, engine, journal, clock, hot, eventlog))
    timers = Timers(journal, session, wiring.rings)
    control = ClockControl(engine, session, clock, tables["clock"], timers, allowed=settings.clock_control)
    await control.load()
    inbox = Inbox(journal, eventlog, definition.name, wiring.subscriptions)
    metrics = Metrics(definition.name, engine, tables["journal"], inbox)
    gate = Gate(settings.concurrency, settings.queue_limit)
    pipeline = Pipeline(
        Verifier(load_key(settings.identity_public_key)), Roles.load(settings.roles_file), Catalogue.load(settings.messages_dir),
        gate, lambda call, response: audit_read(journal, call, response), metrics.observe,
    )  # fmt: skip
    server, health = create_server([pipeline]), HealthServicer()
    for add in wiring.servicers:
        add(server)
    system_pb2_grpc.add_SystemServiceServicer_to_server(control, server)
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    port = server.add_insecure_port(settings.listen)
    await server.start()
    await health.set("", health_pb2.HealthCheckResponse.SERVING)
    log.info("serving", listen=settings.listen, port=port)
    works: list[Coroutine[Any, Any, None]] = [inbox.run(), timers.run(), control.run(), *(task() for task in wiring.tasks)]
    intake = [asyncio.create_task(work) for work in works]
    output = [asyncio.create_task(relay.run()), asyncio.create_task(metrics.run(gate))]
    failure = await _until_stopped([*intake, *output])
    await health.set("", health_pb2.HealthCheckResponse.NOT_SERVING)
    await _cancel(intake)
    await server.stop(GRACE_S)
    await _cancel(output)
    with contextlib.suppress(Exception):
        await asyncio.wait_for(relay.flush(), GRACE_S)
    await eventlog.close()
    await hot.close()
    await session.close()
    await engine.dispose()
    stop_telemetry()
    log.info("stopped")
    if failure:
        raise failure


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
