"""What the public gateway's routes share, built once in the lifespan."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import CollectorRegistry
from starlette.requests import Request

from chassis.access import Roles
from chassis.clock import Clock
from chassis.eventlog import EventLog
from chassis.identity import Caller, Minter
from chassis.messages import Catalogue
from chassis.rpc.shedding import Gate
from gateway.auth.accounts import Accounts
from gateway.auth.oidc import Provider
from gateway.auth.sessions import Session, Sessions
from gateway.public.hub import Hub
from gateway.public.rates import Rates
from gateway.rest import calls
from gateway.rest.contract import Method, Routes
from gateway.settings import GatewaySettings

IN_FLIGHT = 16
QUEUE = 512
"""Calls of one area under way, and waiting for that, the important ones with a head start. Twice what one process of a service works on at once: who must
wait does so here, where it is decided on arrival, hardly ever once more at the service.
"""


@dataclass(slots=True)
class State:
    """Everything a request may need."""

    settings: GatewaySettings
    texts: Catalogue
    roles: Roles
    minter: Minter
    sessions: Sessions
    accounts: Accounts
    oidc: Provider | None
    rates: Rates
    services: calls.Services
    methods: list[Method]
    routes: Routes
    hub: Hub
    log: EventLog
    clock: Clock
    registry: CollectorRegistry
    clock_allowed: bool = False
    openapi: bytes = field(default=b"")
    gates: defaultdict[str, Gate] = field(default_factory=lambda: defaultdict(lambda: Gate(IN_FLIGHT, QUEUE)))
    """One for each service's area: a slow service makes no other one wait."""

    async def session(self, request: Request) -> Session:
        """The request's session, within its rate limit."""
        session = await self.sessions.read(request, request.method)
        self.rates.count(session.caller.id)
        return session

    def caller(self, caller: Caller, traceparent: str) -> calls.Caller:
        """The caller as services see it."""
        return calls.Caller(self.minter.mint(caller), traceparent)


def state_of(scope: Any) -> State:
    """The state of a request or app scope."""
    found: State = scope["app"].state.fenghuo
    return found
