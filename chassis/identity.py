"""Who is calling: a short-lived token signed with EdDSA (Ed25519), minted by the gateway or by a component for itself, verified by every service."""

import time
from collections import OrderedDict
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from chassis.errors import DomainError, Kind

AUDIENCE = "fenghuo-internal"
ALGORITHM = "Ed25519"
LIFETIME_S = 300
_CACHE = 4096


@dataclass(frozen=True, slots=True)
class Caller:
    """A person, peer or component. `regions` are the GB/T 2260 prefixes it may act in; an empty string stands for everywhere."""

    id: str
    org: str = ""
    roles: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One request or message being worked on: who, which method, and what must be passed on."""

    caller: Caller
    method: str
    request_id: str = ""
    traceparent: str = ""
    causation_id: str = ""
    permissions: frozenset[str] = field(default=frozenset())


current_call: ContextVar[Call] = ContextVar("current_call")


def component(name: str) -> Caller:
    """A component acting on its own account: timers, consumers."""
    return Caller(id=f"component:{name}", org="system", roles=("component",), regions=("",), name=name)


def load_key(path: Path) -> OKPKey:
    """Read an Ed25519 key, private or public, from a PEM file."""
    return OKPKey.import_key(path.read_bytes())


class Minter:
    """Signs tokens for callers; a caller's token is reused for half its lifetime."""

    def __init__(self, key: OKPKey, issuer: str) -> None:
        self._key = key
        self._issuer = issuer
        self._fresh: OrderedDict[Caller, tuple[float, str]] = OrderedDict()

    def mint(self, caller: Caller) -> str:
        """A token that says who the caller is, valid for LIFETIME_S seconds at most."""
        now = time.time()
        known = self._fresh.get(caller)
        if known and known[0] > now:
            return known[1]
        claims = {
            "iss": self._issuer, "aud": AUDIENCE, "sub": caller.id, "org": caller.org, "roles": list(caller.roles),
            "regions": list(caller.regions), "name": caller.name, "iat": int(now), "exp": int(now) + LIFETIME_S,
        }  # fmt: skip
        token = jwt.encode({"alg": ALGORITHM, "typ": "JWT"}, claims, self._key, algorithms=[ALGORITHM])
        self._fresh[caller] = (now + LIFETIME_S / 2, token)
        while len(self._fresh) > _CACHE:
            self._fresh.popitem(last=False)
        return token


class Verifier:
    """Checks tokens against one public key; a token already checked is remembered until it expires."""

    def __init__(self, key: OKPKey) -> None:
        self._key = key
        self._claims = jwt.JWTClaimsRegistry(aud={"essential": True, "value": AUDIENCE}, exp={"essential": True}, sub={"essential": True})
        self._known: OrderedDict[str, tuple[float, Caller]] = OrderedDict()

    def verify(self, token: str) -> Caller:
        """The caller the token speaks for; UNAUTHENTICATED when it is absent, tampered with, of another algorithm or expired."""
        known = self._known.get(token)
        if known and known[0] > time.time():
            return known[1]
        try:
            claims = jwt.decode(token, self._key, algorithms=[ALGORITHM]).claims
            self._claims.validate(claims)
            caller = Caller(str(claims["sub"]), str(claims["org"]), tuple(claims["roles"]), tuple(claims["regions"]), str(claims.get("name", "")))
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise DomainError(Kind.UNAUTHENTICATED, "INVALID_TOKEN") from error
        self._known[token] = (float(claims["exp"]), caller)
        while len(self._known) > _CACHE:
            self._known.popitem(last=False)
        return caller
