"""Wrong passwords are bounded, right ones are not: a shift that shares an address logs in as often as it needs."""

import asyncio
from pathlib import Path

import pytest
import yaml
from argon2 import PasswordHasher

from chassis.errors import DomainError
from chassis.hot.memory import MemoryHotStore
from gateway.auth.accounts import ADDRESS_ATTEMPTS, ATTEMPTS, VERIFICATIONS, WAITING, Accounts

CHEAP = PasswordHasher(1, 8, 1)
"""A full hash takes so long on a busy machine that waiting log-ins are shed for the time they waited, which is not what is counted here."""


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    """One account."""
    file = tmp_path / "accounts.yaml"
    entry = {"username": "duty", "password_hash": CHEAP.hash("right"), "org": "640202", "roles": ["duty_officer"], "regions": ["640202"]}
    file.write_text(yaml.safe_dump({"accounts": [entry]}), encoding="utf-8")
    return Accounts(file, MemoryHotStore(), CHEAP)


async def _refused(accounts: Accounts, password: str) -> str:
    with pytest.raises(DomainError) as refused:
        await accounts.login("duty", password, "127.0.0.1")
    return refused.value.reason


async def test_after_too_many_wrong_passwords_even_the_right_one_waits(accounts: Accounts) -> None:
    for _ in range(ATTEMPTS):
        assert await _refused(accounts, "wrong") == "LOGIN_FAILED"
    assert await _refused(accounts, "right") == "LOGIN_ATTEMPTS"
    with pytest.raises(DomainError, match="LOGIN_FAILED"):
        await accounts.login("somebody", "wrong", "127.0.0.1")


async def test_the_right_password_is_not_counted_and_ends_the_count(accounts: Accounts) -> None:
    for _ in range(ATTEMPTS + 1):
        assert await _refused(accounts, "wrong") == "LOGIN_FAILED"
        assert (await accounts.login("duty", "right", "127.0.0.1")).caller.id == "user:duty"


async def test_names_made_up_by_the_hundred_cost_no_more_than_a_few_passwords_at_once(accounts: Accounts) -> None:
    """Each name counts by itself, so without a bound on all of them together a stranger could keep every processor busy."""
    many = 10 * (VERIFICATIONS + WAITING)
    tried = await asyncio.gather(*(accounts.login(f"nobody {number}", "wrong", "127.0.0.1") for number in range(many)), return_exceptions=True)
    reasons = [error.reason for error in tried if isinstance(error, DomainError)]
    assert len(reasons) == many
    assert reasons.count("LOGIN_FAILED") == VERIFICATIONS + WAITING
    assert reasons.count("SHED") == many - VERIFICATIONS - WAITING
    assert (await accounts.login("duty", "right", "127.0.0.1")).caller.id == "user:duty"


async def test_who_guesses_with_invented_names_is_stopped_before_the_gate_and_keeps_nobody_else_out(accounts: Accounts) -> None:
    """Sixty at a time filled the gate, and right passwords of other addresses were shed."""
    for number in range(ADDRESS_ATTEMPTS):
        with pytest.raises(DomainError, match="LOGIN_FAILED"):
            await accounts.login(f"nobody {number}", "wrong", "203.0.113.7")
    flood = [asyncio.create_task(accounts.login(f"more {number}", "wrong", "203.0.113.7")) for number in range(10 * (VERIFICATIONS + WAITING))]
    assert (await accounts.login("duty", "right", "127.0.0.1")).caller.id == "user:duty"
    told = await asyncio.gather(*flood, return_exceptions=True)
    assert {error.reason for error in told if isinstance(error, DomainError)} == {"LOGIN_ATTEMPTS"}


async def test_right_passwords_of_an_address_never_count(accounts: Accounts) -> None:
    for _ in range(ADDRESS_ATTEMPTS + 1):
        assert (await accounts.login("duty", "right", "127.0.0.1")).caller.id == "user:duty"
