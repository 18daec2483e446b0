"""Every pair of state and command that no table lists is refused with the allowed list (S4)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import DomainError, Kind
from chassis.states import Machine
from services.experts.model.call_up import CALL_UP
from services.experts.model.expert import EXPERT
from services.experts.model.group import GROUP
from services.experts.model.invitation import INVITATION
from services.experts.model.opinion import OPINION

MACHINES = (EXPERT, CALL_UP, INVITATION, OPINION, GROUP)


@given(st.sampled_from(MACHINES).flatmap(lambda machine: st.tuples(st.just(machine), st.sampled_from(machine.states), st.sampled_from(sorted(machine.table)))))
def test_only_listed_transitions(case: tuple[Machine, str, str]) -> None:
    machine, state, command = case
    if command in machine.allowed(state):
        assert machine.next(state, command) in machine.states
        return
    with pytest.raises(DomainError) as refused:
        machine.next(state, command)
    assert refused.value.kind is Kind.TRANSITION
    assert refused.value.details["allowed"] == ", ".join(machine.offered(state))


@pytest.mark.parametrize(
    ("machine", "chain"),
    [
        (EXPERT, "nominated under_review active suspended removed"),
        (EXPERT, "active expired under_review rejected"),
        (CALL_UP, "requested shortlisted invited accepted engaged opinion_given released rated closed"),
        (INVITATION, "invited accepted engaged opinion_given released rated"),
        (INVITATION, "invited no_answer reserve accepted"),
        (OPINION, "given decided"),
        (GROUP, "formed dissolved"),
    ],
)
def test_the_chains_of_the_domain(machine: Machine, chain: str) -> None:
    states = chain.split()
    for state, following in pairwise(states):
        assert following in {machine.next(state, command) for command in machine.allowed(state)}, (state, following)


def test_what_is_over_stays_over() -> None:
    assert [state for state in CALL_UP.states if CALL_UP.final(state)] == ["closed", "cancelled"]
    assert not set(EXPERT.allowed("removed")) - {"purge"}
    assert INVITATION.final("withdrawn")
    assert INVITATION.final("declined")
