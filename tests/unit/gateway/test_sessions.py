"""A session is worth what its account is worth now: who was removed went on working for the rest of the shift."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from argon2 import PasswordHasher
from joserfc.jwk import OKPKey
from starlette.requests import Request

from chassis.errors import DomainError
from chassis.hot import HotStore
from chassis.hot.memory import MemoryHotStore
from chassis.identity import Caller
from gateway.auth.accounts import Accounts
from gateway.auth.sessions import ASK_AGAIN_S, Sessions

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


class Redis(MemoryHotStore):
    """The store of two replicas; counts how often it is asked, and can hold an answer back."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.answers = asyncio.Event()
        self.answers.set()

    async def get_several(self, keys: Sequence[str]) -> dict[str, bytes]:
        """See HotStore."""
        self.asked += 1
        found = await super().get_several(keys)
        await self.answers.wait()
        return found


class Replica:
    """A gateway's sessions beside those of another one."""

    def __init__(self, key: OKPKey, hot: HotStore) -> None:
        self.sessions = Sessions(key, hot, 1.0)

    async def lets_in(self, token: str) -> bool:
        """Whether a request with the token is let in."""
        try:
            await self.sessions.read(Request({"type": "http", "headers": [(b"authorization", f"Bearer {token}".encode())]}))
        except DomainError:
            return False
        return True


async def test_a_log_out_is_heard_by_other_replicas_with_the_next_refresh() -> None:
    key, hot = OKPKey.generate_key("Ed25519"), Redis()
    here, there = Replica(key, hot), Replica(key, hot)
    token, session = here.sessions.open(Caller("a"))
    assert await here.lets_in(token)
    assert await there.lets_in(token)
    await here.sessions.end(session)
    assert not await here.lets_in(token)
    await there.sessions.refresh()
    assert not await there.lets_in(token)
    assert not await there.sessions.lasts(session)


async def test_other_replicas_hear_of_it_also_when_nothing_refreshes(monkeypatch: pytest.MonkeyPatch) -> None:
    key, hot = OKPKey.generate_key("Ed25519"), Redis()
    here, there = Replica(key, hot), Replica(key, hot)
    token, session = here.sessions.open(Caller("a"))
    assert await there.lets_in(token)
    await here.sessions.end(session)
    later = time.monotonic() + ASK_AGAIN_S + 0.1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert not await there.lets_in(token)


async def test_only_the_first_request_of_a_session_waits_for_the_store() -> None:
    hot = Redis()
    replica = Replica(OKPKey.generate_key("Ed25519"), hot)
    tokens = [replica.sessions.open(Caller(str(number)))[0] for number in range(20)]
    for _ in range(3):
        for token in tokens:
            assert await replica.lets_in(token)
    assert hot.asked == len(tokens)
    await replica.sessions.refresh()
    assert hot.asked == len(tokens) + 1


async def test_a_log_out_stays_when_an_older_answer_comes_after_it() -> None:
    hot = Redis()
    replica = Replica(OKPKey.generate_key("Ed25519"), hot)
    token, session = replica.sessions.open(Caller("a"))
    assert await replica.lets_in(token)
    hot.answers.clear()
    refreshing = asyncio.create_task(replica.sessions.refresh())
    await asyncio.sleep(0)
    await replica.sessions.end(session)
    hot.answers.set()
    await refreshing
    assert not await replica.lets_in(token)
