"""Sessions: a token signed by the gateway, in a cookie for the page or as a bearer token for programs; log-out is remembered in the hot store."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from starlette.requests import HTTPConnection

from chassis.errors import DomainError, Kind
from chassis.hot import HotStore
from chassis.identity import ALGORITHM, Caller
from chassis.ids import new_id
from gateway.auth import cross_site

AUDIENCE = "fenghuo-session"
COOKIE = "fenghuo_session"
_CACHE = 4096
ASK_AGAIN_S = 2.0
REFRESH_S = 1.0
KEPT_S = 15.0
"""How long the store's word on a session counts; how often it is asked about all that are in use; after how long a session is no longer in use."""
_SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True, slots=True)
class Session:
    """A caller and until when (seconds of the system's clock) the session lasts."""

    id: str
    caller: Caller
    expires: float
    mark: str = ""
    """Of a local account, when it logged in (see accounts.Account); empty for others, whose account somebody else keeps."""


@dataclass(slots=True)
class _Standing:
    """What this process knows of a session's log-out: that it came, or until when it need not ask. Seconds of the monotonic clock."""

    used: float
    good_until: float = 0.0
    ended: bool = False


class Sessions:
    """Opens, reads and ends sessions. Who calls `refresh` every REFRESH_S seconds makes only the first request of a session wait for the hot store."""

    def __init__(self, key: OKPKey, hot: HotStore, hours: float, public_address: str = "", mark_of: Callable[[str], str] = lambda _: "") -> None:
        self._key = key
        self._hot = hot
        self._lifetime_s = hours * 3600
        self._public_address = public_address
        self._mark_of = mark_of
        self._claims = jwt.JWTClaimsRegistry(aud={"essential": True, "value": AUDIENCE}, exp={"essential": True}, sub={"essential": True})
        self._known: OrderedDict[str, Session] = OrderedDict()
        self._standings: OrderedDict[str, _Standing] = OrderedDict()

    def open(self, caller: Caller, mark: str = "") -> tuple[str, Session]:
        """A new session's token."""
        session = Session(new_id(), caller, time.time() + self._lifetime_s, mark)
        claims = {
            "aud": AUDIENCE, "jti": session.id, "sub": caller.id, "org": caller.org, "name": caller.name, "roles": list(caller.roles),
            "regions": list(caller.regions), "exp": int(session.expires), "mark": mark,
        }  # fmt: skip
        return jwt.encode({"alg": ALGORITHM}, claims, self._key, algorithms=[ALGORITHM]), session

    async def read(self, connection: HTTPConnection, method: str = "GET") -> Session:
        """The session of a request; UNAUTHENTICATED without one. A cookie changes something only from our own page."""
        header = connection.headers.get("authorization", "")
        token = header.removeprefix("Bearer ") if header.startswith("Bearer ") else ""
        if not token:
            token = connection.cookies.get(COOKIE, "")
            if token and method not in _SAFE:
                cross_site.check_cookie(connection, self._public_address)
        session = self._verify(token)
        if not self._stands(session) or await self._ended(session):
            raise DomainError(Kind.UNAUTHENTICATED, "INVALID_TOKEN")
        return session

    async def lasts(self, session: Session) -> bool:
        """False once the session has expired or was ended, or its account has changed; asked again and again by whatever outlives one request."""
        return session.expires > time.time() and self._stands(session) and not await self._ended(session)

    async def end(self, session: Session) -> None:
        """Log out; this replica refuses the token at once, the others within ASK_AGAIN_S seconds."""
        self._standing(session.id).ended = True
        await self._hot.put(_key(session.id), b"1", max(1.0, session.expires - time.time()))

    async def refresh(self) -> None:
        """Ask about all sessions in use, in one round trip."""
        now = time.monotonic()
        used = {name: standing for name, standing in self._standings.items() if standing.used > now - KEPT_S and not standing.ended}
        if used:
            await self._ask(used)

    async def _ended(self, session: Session) -> bool:
        standing = self._standing(session.id)
        if not standing.ended and standing.good_until < standing.used:
            await self._ask({session.id: standing})
        return standing.ended

    async def _ask(self, standings: Mapping[str, _Standing]) -> None:
        good_until = time.monotonic() + ASK_AGAIN_S
        found = await self._hot.get_several([_key(name) for name in standings])
        for name, standing in standings.items():
            standing.good_until = good_until
            standing.ended = standing.ended or bool(found.get(_key(name)))

    def _standing(self, session_id: str) -> _Standing:
        now = time.monotonic()
        standing = self._standings.get(session_id)
        if standing is None:
            standing = self._standings[session_id] = _Standing(now)
            while len(self._standings) > _CACHE:
                self._standings.popitem(last=False)
        standing.used = now
        return standing

    def _stands(self, session: Session) -> bool:
        """Whether a local account is still what it was at the log-in: who was removed, or has another password or other roles, logs in again."""
        return not session.mark or self._mark_of(session.caller.id) == session.mark

    def _verify(self, token: str) -> Session:
        known = self._known.get(token)
        if known and known.expires > time.time():
            return known
        try:
            claims = jwt.decode(token, self._key, algorithms=[ALGORITHM]).claims
            self._claims.validate(claims)
            caller = Caller(str(claims["sub"]), str(claims["org"]), tuple(claims["roles"]), tuple(claims["regions"]), str(claims["name"]))
            session = Session(str(claims["jti"]), caller, float(claims["exp"]), str(claims.get("mark", "")))
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise DomainError(Kind.UNAUTHENTICATED, "INVALID_TOKEN") from error
        self._known[token] = session
        while len(self._known) > _CACHE:
            self._known.popitem(last=False)
        return session


def _key(session_id: str) -> str:
    return f"ended:{session_id}"
