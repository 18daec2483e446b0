"""No telephone number stands in an event, only its end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.use_cases.offers import SHOWN, hinted


@pytest.mark.parametrize(("address", "shown"), [("13900001234", "*******1234"), ("", ""), ("110", "***"), ("1234", "****"), ("12345", "*2345")])
def test_only_the_end_is_shown(address: str, shown: str) -> None:
    assert hinted(address) == shown


@given(st.text(alphabet="0123456789+@.", max_size=40))
def test_whatever_the_address_no_more_than_its_end_is_shown(address: str) -> None:
    told = hinted(address)
    assert len(told) == len(address)
    assert len(told.replace("*", "")) <= SHOWN
