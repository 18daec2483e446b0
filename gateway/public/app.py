"""The public gateway as an ASGI application."""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Match, Route
from starlette.types import Scope

from chassis import telemetry
from chassis.access import Roles
from chassis.clock import Clock
from chassis.errors import DomainError, Kind
from chassis.eventlog import open_event_log
from chassis.hot import open_hot_store
from chassis.identity import Minter, load_key
from chassis.logs import logger
from chassis.messages import Catalogue
from chassis.rpc.server import create_channel
from gateway.auth.accounts import Accounts
from gateway.auth.oidc import Provider
from gateway.auth.sessions import REFRESH_S, Sessions
from gateway.public import audit, clock, events, feeds, reference, sign_in, stream
from gateway.public.edge import Edge
from gateway.public.enduring import AGAIN_S, EnduringHotStore
from gateway.public.hub import Hub
from gateway.public.rates import EXCHANGE_S, Rates
from gateway.public.rpc import Contract
from gateway.public.state import State, state_of
from gateway.rest import calls, contract, strict_json
from gateway.rest.openapi import document
from gateway.settings import GatewaySettings

log = logger(__name__)


def create_app(settings: GatewaySettings) -> Edge:
    """Build the application; everything it needs is opened in its lifespan."""
    app = FastAPI(title="Fenghuo 烽火", openapi_url=None, docs_url=None, redoc_url=None, lifespan=lambda app: _lifespan(app, settings))
    app.include_router(sign_in.router)
    app.include_router(clock.router)
    app.include_router(stream.router)
    app.include_router(audit.router)
    app.include_router(events.router)
    app.include_router(feeds.router)
    app.include_router(reference.router)
    app.add_api_route("/healthz", _health, methods=["GET"])
    app.add_api_route("/api/v1/openapi.json", _openapi, methods=["GET"])
    app.router.routes.append(PageRoute("/{rest:path}", _page, methods=["GET", "HEAD"]))
    return Edge(app, Contract(app), Catalogue.load(settings.messages_dir), settings.max_body)


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI, settings: GatewaySettings) -> AsyncIterator[None]:
    stop_telemetry = telemetry.start("gateway")
    key = load_key(settings.identity_key)
    hot = EnduringHotStore(await open_hot_store(settings.hot_url))
    eventlog = await _patiently(settings)
    topics = stream.TOPICS()
    found = contract.methods()
    channels = {area: create_channel(target) for area, target in settings.services.items()}
    secret = settings.oidc_client_secret_file.read_text(encoding="utf-8").strip() if settings.oidc_client_secret_file else ""
    oidc = Provider(settings.oidc_issuer, settings.oidc_client_id, secret, settings.oidc_redirect_url, hot) if settings.oidc_issuer else None
    accounts = Accounts(settings.accounts_file, hot)
    registry = CollectorRegistry()
    hub = Hub(eventlog, list(topics.messages))
    state = State(
        settings, Catalogue.load(settings.messages_dir), Roles.load(settings.roles_file), Minter(key, "gateway"),
        Sessions(key, hot, settings.session_hours, settings.public_address, accounts.mark),
        accounts, oidc, Rates(hot, settings.requests_per_minute), calls.Services(channels), found, contract.Routes(found), hub, eventlog, Clock(), registry,
    )  # fmt: skip
    Gauge("fenghuo_stream_listeners", "clients on the live stream", registry=registry).set_function(lambda: float(hub.listening))
    app.state.requests = Histogram("fenghuo_http_seconds", "duration of requests", ["method", "route", "status"], registry=registry)
    app.state.shed = Counter("fenghuo_http_refused", "requests refused because of load", ["reason"], registry=registry)
    state.openapi = document(found)
    app.state.fenghuo, app.state.topics, app.state.shelf = state, topics, feeds.Shelf()
    stop_figures = _figures(settings.metrics_listen, registry)
    tasks = [asyncio.create_task(hub.run()), asyncio.create_task(clock.follow(state))]
    often = ((EXCHANGE_S, state.rates.exchange), (REFRESH_S, state.sessions.refresh), (AGAIN_S, hot.settle))
    tasks += [asyncio.create_task(_every(seconds, act)) for seconds, act in often]
    gc.collect()
    gc.freeze()  # as chassis.process does: no full collection walks what the process is made of
    yield
    stop_figures()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for channel in channels.values():
        await channel.close()
    await eventlog.close()
    await hot.close()
    stop_telemetry()


async def _every(seconds: float, act: Callable[[], Awaitable[None]]) -> None:
    """Do it again and again until cancelled, whatever it raises."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await act()
        except Exception as error:
            log.exception("will be done again", error=repr(error))


def _figures(listen: str, registry: CollectorRegistry) -> Callable[[], None]:
    """Show the figures to Prometheus, on a port of their own: the public door has none of them. Gives back how to end that."""
    if not listen:
        return lambda: None
    host, _, port = listen.rpartition(":")
    server, thread = start_http_server(int(port), host or "127.0.0.1", registry)

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return stop


async def _patiently(settings: GatewaySettings) -> Any:
    while True:
        try:
            return await open_event_log(settings.log_url, client_id="gateway")
        except Exception as error:  # noqa: BLE001 - the log may come later; components start in any order
            log.warning("waiting for the event log", error=repr(error))
            await asyncio.sleep(0.3)


async def _health() -> Response:
    return Response(b"ok\n", media_type="text/plain")


async def _openapi(request: Request) -> Response:
    return Response(state_of(request.scope).openapi, media_type="application/json")


class PageRoute(Route):
    """Everything that is no address of the programs' own: there, what is unknown is not found, whatever the method."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """See Route."""
        return (Match.NONE, {}) if scope["path"].startswith(("/api/", "/feeds/")) else super().matches(scope)


async def _page(request: Request) -> Response:
    """The command-centre page: its files, and its index for every path of its own."""
    strict_json.check_plain(request.path_params["rest"], "path")
    root = state_of(request.scope).settings.page_dir.resolve()
    wanted = (root / request.path_params["rest"]).resolve()
    if wanted.is_file() and wanted.is_relative_to(root):
        immutable = "public, max-age=31536000, immutable" if "assets" in wanted.parts else "no-cache"
        return FileResponse(wanted, headers={"Cache-Control": immutable})
    index = root / "index.html"
    if index.is_file():
        return FileResponse(index, headers={"Cache-Control": "no-cache"})
    raise DomainError(Kind.NOT_FOUND, "PAGE_NOT_BUILT")
