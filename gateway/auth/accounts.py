"""Local accounts: a YAML file with argon2id hashes; read again when it changes."""

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path

import yaml
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from chassis.errors import DomainError, Kind
from chassis.hot import HotStore
from chassis.identity import Caller
from chassis.logs import logger
from chassis.rpc.shedding import Gate
from fenghuo.type.v1.options_pb2 import PRIORITY_HIGH

log = logger(__name__)
USER = "user:"
ATTEMPTS = 10
ADDRESS_ATTEMPTS = 60
WINDOW_S = 300.0
"""Wrong passwords in WINDOW_S seconds: of a user name and address, and of an address with whatever names. A shift of forty behind one address mistypes less."""
VERIFICATIONS = 4
WAITING = 32
"""Passwords verified at once (each costs 64 MiB and some 50 ms of a processor), and log-ins waiting for that; the rest are told to come again."""


@dataclass(frozen=True, slots=True)
class Account:
    """One person or device that logs in with a password."""

    caller: Caller
    password_hash: str
    mark: str
    """Changes with whatever the account may do and with its password; a session carries it, and ends when it is another one."""


class Accounts:
    """Checks user names and passwords; at most ATTEMPTS wrong ones a user name and address, ADDRESS_ATTEMPTS an address, in WINDOW_S seconds."""

    def __init__(self, path: Path | None, hot: HotStore, hasher: PasswordHasher | None = None) -> None:
        self._path = path
        self._hot = hot
        self._read: tuple[int, int, int] | None = None
        self._trouble = ""
        self._accounts: dict[str, Account] = {}
        self._gate = Gate(VERIFICATIONS, WAITING)
        self._hasher = hasher or PasswordHasher()
        self._decoy = self._hasher.hash("no such account")

    async def login(self, username: str, password: str, address: str) -> Account:
        """The account behind a user name and password. UNAUTHENTICATED when they do not match, EXHAUSTED after too many tries or at too many at once."""
        counter, closed = f"login:{address}:{username}", f"login-closed:{address}"
        if await self._hot.get(closed):  # before the gate: who guesses with invented names would fill it, and shed everybody else
            raise DomainError(Kind.EXHAUSTED, "LOGIN_ATTEMPTS", retry_after_s=int(WINDOW_S))
        entered = await self._gate.enter(PRIORITY_HIGH)
        try:
            if await self._hot.count(counter, WINDOW_S) > ATTEMPTS:
                raise DomainError(Kind.EXHAUSTED, "LOGIN_ATTEMPTS", retry_after_s=int(WINDOW_S))
            account = self._load().get(username)
            matches = await asyncio.to_thread(self._matches, account.password_hash if account else self._decoy, password)
        finally:
            self._gate.leave(entered)
        if account is None or not matches:
            if await self._hot.count(f"login:{address}", WINDOW_S) >= ADDRESS_ATTEMPTS:
                await self._hot.put(closed, b"1", WINDOW_S)
            raise DomainError(Kind.UNAUTHENTICATED, "LOGIN_FAILED")
        await self._hot.reset(counter)
        return account

    def mark(self, caller_id: str) -> str:
        """The mark of a local account as it is now; empty when there is no such account any more."""
        account = self._load().get(caller_id.removeprefix(USER))
        return account.mark if account else ""

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    def _load(self) -> dict[str, Account]:
        if self._path is None:
            return {}
        try:
            seen = self._path.stat()
            read = (seen.st_mtime_ns, seen.st_size, seen.st_ino)
            if read != self._read:
                self._read = read
                raw = yaml.load(self._path.read_text(encoding="utf-8"), yaml.CSafeLoader)["accounts"]
                self._accounts = {entry["username"]: _account(entry) for entry in raw}
                self._trouble = ""
        except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError) as error:  # a slip in editing it puts nobody out in the middle of a shift
            if type(error).__name__ != self._trouble:
                self._trouble = type(error).__name__  # its text may quote a hash
                log.warning("the accounts cannot be read; those read before stay", file=str(self._path), error=self._trouble)
        return self._accounts


def _account(entry: dict[str, object]) -> Account:
    roles, regions = entry.get("roles", ()), entry.get("regions", ())
    if not isinstance(roles, list) or not isinstance(regions, list):
        raise TypeError(f"account {entry.get('username')}: roles and regions are lists")
    caller = Caller(f"{USER}{entry['username']}", str(entry.get("org", "")), tuple(map(str, roles)), tuple(map(str, regions)), str(entry.get("name", "")))
    password_hash = str(entry["password_hash"])
    mark = hashlib.sha256(repr((caller.org, caller.roles, caller.regions, password_hash)).encode()).hexdigest()[:32]
    return Account(caller, password_hash, mark)
