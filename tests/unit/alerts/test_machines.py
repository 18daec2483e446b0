"""Every pair of state and command that the tables of alerts do not list is refused, with what is allowed (S4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import DomainError, Kind
from chassis.states import Machine
from services.alerts.model.alert import ALERT, OUT
from services.alerts.model.chain import CHAIN
from services.alerts.model.delivery import DELIVERY
from services.alerts.model.external import EXTERNAL
from services.alerts.model.notice import NOTICE

MACHINES = (ALERT, CHAIN, DELIVERY, EXTERNAL, NOTICE)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.aggregate)
def test_unlisted_commands_are_refused(machine: Machine) -> None:
    for state in machine.states:
        for command in machine.table:
            if command in machine.allowed(state):
                assert machine.next(state, command) in machine.states
                continue
            with pytest.raises(DomainError) as refused:
                machine.next(state, command)
            assert (refused.value.kind, refused.value.reason) == (Kind.TRANSITION, "INVALID_TRANSITION")
            assert refused.value.details["allowed"] == ", ".join(machine.offered(state))


@given(st.lists(st.sampled_from(sorted(ALERT.table)), max_size=25))
def test_nothing_is_published_unapproved_and_nothing_published_comes_back(commands: list[str]) -> None:
    state, passed = "draft", ["draft"]
    for command in commands:
        try:
            state = ALERT.next(state, command)
        except DomainError:
            continue
        passed.append(state)
    if "published" in passed:
        assert passed[passed.index("published") - 1] == "approved"
        assert set(passed[passed.index("published") :]) <= set(OUT)


@given(st.lists(st.sampled_from(sorted(DELIVERY.table)), max_size=25))
def test_what_was_delivered_or_stopped_stays_so(commands: list[str]) -> None:
    state, ended = "queued", ""
    for command in commands:
        try:
            state = DELIVERY.next(state, command)
        except DomainError:
            continue
        ended = ended or (state if state in ("delivered", "stopped") else "")
        assert not ended or state == ended


@pytest.mark.parametrize("state", ["superseded", "cancelled", "expired", "discarded"])
def test_an_alert_that_is_over_changes_no_more(state: str) -> None:
    assert {ALERT.next(state, command) for command in ALERT.allowed(state)} <= {state}
