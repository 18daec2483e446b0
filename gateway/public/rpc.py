"""Every route of the contract: one HTTP request to one gRPC call and back, looked up here, before the routes that are written by hand."""

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.public.state import State
from gateway.rest import calls
from gateway.rest.contract import Method

PREFIX = "/api/v1/"


class MethodNotAllowedError(Exception):
    """The path exists, but not for this HTTP method."""

    def __init__(self, allowed: list[str]) -> None:
        super().__init__(", ".join(allowed))
        self.allowed = allowed


class Contract:
    """Serves the methods of the contract."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Serve the request if its path is one of the contract's; False when it is not."""
        if not scope["path"].startswith(PREFIX):
            return False
        state: State = self._app.state.fenghuo
        methods, variable = state.routes.match(scope["path"])
        if not methods:
            return False
        method = methods.get(scope["method"])
        if method is None:
            raise MethodNotAllowedError(sorted(methods))
        scope["fenghuo.route"] = method.pattern
        response = await _answer(state, method, variable, Request(scope, receive))
        await response(scope, receive, send)
        return True


async def _answer(state: State, method: Method, variable: str, request: Request) -> Response:
    session = await state.session(request)
    state.roles.check(session.caller, method.permission)
    message = calls.request_of(method, variable, request.query_params, await request.body(), request.headers)
    caller = state.caller(session.caller, request.scope["fenghuo.traceparent"])
    gate = state.gates[method.area]
    entered = await gate.enter(method.priority)
    try:
        answer = await state.services.call(method, message, caller)
    finally:
        gate.leave(entered)
    return calls.response_of(answer)
