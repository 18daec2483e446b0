"""Log-in, log-out and who am I."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chassis.errors import DomainError, Kind
from chassis.identity import Caller
from gateway.auth import cross_site
from gateway.auth.accounts import Account
from gateway.auth.oidc import LOGIN_S
from gateway.auth.sessions import COOKIE
from gateway.public.state import State, state_of
from gateway.rest import strict_json

router = APIRouter(prefix="/api/v1/auth")
BROWSER, BROWSER_PATH = "fenghuo_oidc", "/api/v1/auth/oidc"
"""The cookie by which the browser that comes back from the issuer is known as the one that was sent there."""


@router.get("/methods")
async def methods(request: Request) -> Response:
    """How one may log in here; answered without a session, for the log-in page."""
    state = state_of(request.scope)
    return Response(strict_json.encode({"local": state.settings.accounts_file is not None, "oidc": state.oidc is not None}), media_type="application/json")


@router.post("/login")
async def login(request: Request) -> Response:
    """Log in with a local account: {"username", "password"} to {"token", …} and a cookie."""
    state = state_of(request.scope)
    cross_site.check_log_in(request, state.settings.public_address)
    body = strict_json.loads(await request.body())
    username, password = body.get("username"), body.get("password")
    for name, value in (("username", username), ("password", password)):
        if not isinstance(value, str) or not 1 <= len(value) <= 200:
            raise DomainError(Kind.INVALID, "INVALID_FIELD", field=name)
    account = await state.accounts.login(str(username), str(password), _address(request, state))
    return _opened(state, request, account)


@router.post("/logout")
async def logout(request: Request) -> Response:
    """End the session everywhere; also for who is over its rate limit, since it ends what it counts."""
    state = state_of(request.scope)
    await state.sessions.end(await state.sessions.read(request, request.method))
    response = Response(b"{}", media_type="application/json")
    response.delete_cookie(COOKIE, path="/")
    return response


@router.get("/me")
async def me(request: Request) -> Response:
    """The caller and everything it may do."""
    state = state_of(request.scope)
    session = await state.session(request)
    return Response(strict_json.encode(_shown(state, session.caller)), media_type="application/json")


@router.get("/oidc/login")
async def oidc_login(request: Request) -> Response:
    """Go to the configured issuer."""
    state = state_of(request.scope)
    if state.oidc is None:
        raise DomainError(Kind.NOT_FOUND, "NOT_FOUND", name="OIDC")
    target, browser = await state.oidc.begin()
    response = RedirectResponse(target, 303)
    response.set_cookie(BROWSER, browser, int(LOGIN_S), path=BROWSER_PATH, httponly=True, samesite="lax", secure=_secure(request, state))
    return response


@router.get("/oidc/callback")
async def oidc_callback(request: Request) -> Response:
    """Come back from the issuer."""
    state = state_of(request.scope)
    if state.oidc is None:
        raise DomainError(Kind.NOT_FOUND, "NOT_FOUND", name="OIDC")
    query = request.query_params
    caller = await state.oidc.finish(query.get("state", ""), query.get("code", ""), request.cookies.get(BROWSER, ""))
    token, _ = state.sessions.open(caller)
    response = RedirectResponse("/", 303)
    response.delete_cookie(BROWSER, path=BROWSER_PATH)
    _set_cookie(response, request, state, token)
    return response


def _opened(state: State, request: Request, account: Account) -> Response:
    token, session = state.sessions.open(account.caller, account.mark)
    body = _shown(state, account.caller) | {"token": token, "expires": int(session.expires)}
    response = Response(strict_json.encode(body), media_type="application/json")
    _set_cookie(response, request, state, token)
    return response


def _set_cookie(response: Response, request: Request, state: State, token: str) -> None:
    lifetime = int(state.settings.session_hours * 3600)
    response.set_cookie(COOKIE, token, lifetime, path="/", httponly=True, samesite="lax", secure=_secure(request, state))


def _secure(request: Request, state: State) -> bool:
    """Whether people reach the gateway by https; behind a proxy only the settings know."""
    return request.url.scheme == "https" or state.settings.public_address.startswith("https://")


def _shown(state: State, caller: Caller) -> dict[str, Any]:
    return {
        "id": caller.id,
        "name": caller.name,
        "org": caller.org,
        "roles": list(caller.roles),
        "regions": list(caller.regions),
        "permissions": list(state.roles.permissions(caller)),
        "district": state.settings.district,
        "oidc": state.oidc is not None,
    }


def _address(request: Request, state: State) -> str:
    """Where the client is: what the outermost proxy of ours appended; everything left of that the client may have written itself."""
    hops = [hop.strip() for line in request.headers.getlist("x-forwarded-for") for hop in line.split(",")] if state.settings.trust_forwarded else []
    if len(hops) >= state.settings.forwarded_hops:
        return hops[-state.settings.forwarded_hops]
    return request.client.host if request.client else ""
