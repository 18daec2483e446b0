"""Every machine of plans refuses each command it does not list, and says what is allowed (DOMAIN § 5.4 S4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import DomainError, Kind
from chassis.states import Machine
from services.plans.model.activation import ACTIVATION
from services.plans.model.correction import CORRECTION
from services.plans.model.drill import DRILL
from services.plans.model.filing import FILING
from services.plans.model.notice import NOTICE
from services.plans.model.review import REVIEW
from services.plans.model.version import VERSION

MACHINES = (VERSION, FILING, ACTIVATION, NOTICE, DRILL, REVIEW, CORRECTION)


@given(st.sampled_from(MACHINES), st.data())
def test_only_listed_transitions(machine: Machine, data: st.DataObject) -> None:
    state = data.draw(st.sampled_from(machine.states))
    command = data.draw(st.sampled_from(sorted(machine.table)))
    if command in machine.allowed(state):
        assert machine.next(state, command) in machine.states
        return
    with pytest.raises(DomainError) as refused:
        machine.next(state, command)
    assert refused.value.kind is Kind.TRANSITION
    assert refused.value.details["allowed"] == ", ".join(machine.offered(state))


@pytest.mark.parametrize(
    ("machine", "final"),
    [
        (VERSION, {"superseded", "withdrawn", "abandoned"}),
        (FILING, {"accepted"}),
        (ACTIVATION, {"rejected"}),
        (NOTICE, {"acknowledged"}),
        (DRILL, {"aborted", "cancelled", "closed"}),
        (REVIEW, {"closed"}),
        (CORRECTION, {"verified", "waived"}),
    ],
    ids=lambda value: value.aggregate if isinstance(value, Machine) else "",
)
def test_what_is_final(machine: Machine, final: set[str]) -> None:
    assert {state for state in machine.states if machine.final(state)} == final


def test_a_closed_response_may_still_pay_its_debt() -> None:
    assert ACTIVATION.allowed("closed") == ("file_paperwork",)
