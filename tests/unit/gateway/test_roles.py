"""The shipped roles keep apart what one person must not hold together."""

from pathlib import Path

import pytest
import yaml

from chassis.access import Roles

ROOT = Path(__file__).resolve().parents[3]
ROLES = Roles.load(ROOT / "deploy" / "roles.yaml").table


@pytest.mark.parametrize(
    "other", ["duty_officer", "duty_leader", "commander", "warehouse_keeper", "alert_editor", "alert_reviewer", "alert_issuer", "plan_approver"]
)
def test_who_keeps_the_platform_decides_nothing_in_it(other: str) -> None:
    """The administrator once was a duty leader and keeper besides: one log-in could draft, approve and publish a warning."""
    assert ROLES["administrator"] & (ROLES[other] - ROLES["observer"]) == frozenset()


def test_the_role_that_may_everything_is_a_sample_accounts_only() -> None:
    holders = {
        entry["username"]
        for path in (ROOT / "districts").glob("*/accounts.yaml")
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["accounts"]
        if "demo_administrator" in entry["roles"]
    }
    assert holders == {"administrator"}
    assert not [
        name
        for name, entry in yaml.safe_load((ROOT / "deploy" / "roles.yaml").read_text(encoding="utf-8"))["roles"].items()
        if "demo_administrator" in entry.get("includes", ())
    ]
