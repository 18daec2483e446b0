"""A session is worth what its account is worth now: who was removed went on working for the rest of the shift."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from argon2 import PasswordHasher
from joserfc.jwk import OKPKey
from starlette.requests import Request

from chassis.errors import DomainError
from chassis.hot.memory import MemoryHotStore
from chassis.identity import Caller
from gateway.auth.accounts import Accounts
from gateway.auth.sessions import Sessions

CHEAP = PasswordHasher(1, 8, 1)
DUTY: dict[str, Any] = {"username": "duty", "org": "640202", "roles": ["duty_officer"], "regions": ["640202"], "password_hash": CHEAP.hash("right")}
OTHER = DUTY | {"username": "other"}


class Place:
    """A file of accounts, and the sessions of a gateway that reads it."""

    def __init__(self, directory: Path) -> None:
        self.file = directory / "accounts.yaml"
        self.write(DUTY, OTHER)
        hot = MemoryHotStore()
        self.accounts = Accounts(self.file, hot, CHEAP)
        self.sessions = Sessions(OKPKey.generate_key("Ed25519"), hot, 1.0, mark_of=self.accounts.mark)

    def write(self, *entries: dict[str, Any]) -> None:
        """Put other accounts in place of the present ones."""
        self.file.write_text(yaml.safe_dump({"accounts": list(entries)}), encoding="utf-8")

    async def login(self) -> str:
        """A token of the duty officer."""
        account = await self.accounts.login("duty", "right", "127.0.0.1")
        return self.sessions.open(account.caller, account.mark)[0]

    async def works(self, token: str) -> bool:
        """Whether a request with the token is let in; the live stream asks the same."""
        try:
            await self.sessions.read(Request({"type": "http", "headers": [(b"authorization", f"Bearer {token}".encode())]}))
        except DomainError as refused:
            return refused.reason != "INVALID_TOKEN"
        return True


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Two accounts."""
    return Place(tmp_path)


@pytest.mark.parametrize(
    "change",
    [{"username": "renamed"}, {"roles": ["observer"]}, {"regions": ["640205"]}, {"org": "x"}, {"password_hash": CHEAP.hash("another")}],
    ids=lambda change: next(iter(change)),
)
async def test_a_session_ends_when_its_account_goes_or_changes(place: Place, change: dict[str, Any]) -> None:
    token = await place.login()
    session = await place.sessions.read(Request({"type": "http", "headers": [(b"authorization", f"Bearer {token}".encode())]}))
    assert await place.sessions.lasts(session)
    place.write(DUTY | change, OTHER)
    assert not await place.works(token)
    assert not await place.sessions.lasts(session)


async def test_what_changes_for_others_ends_no_session_nor_does_a_slip_in_the_file(place: Place) -> None:
    token = await place.login()
    place.write(DUTY | {"name": "张三"}, OTHER | {"roles": []}, DUTY | {"username": "third"})
    assert await place.works(token)
    for slip in ("accounts: [", "accounts:\n- {username: duty, roles: all}\n", ""):
        place.file.write_text(slip, encoding="utf-8")
        assert await place.works(token)
    place.file.unlink()
    assert await place.works(token)
    place.write(OTHER)
    assert not await place.works(token)


async def test_whoever_logged_in_elsewhere_has_no_account_here(place: Place) -> None:
    assert await place.works(place.sessions.open(Caller("oidc:somebody"))[0])
