"""What a unit may be sent to, and when it counts as lost."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import DomainError
from chassis.messages import Catalogue
from services.dispatch.model.unit import BUSY, READY, UNIT, Unit, UnitCapability

NOON = datetime(2026, 7, 29, 4, 0, tzinfo=UTC)


def _unit(unit_id: str = "u", *codes: str, **rest: Any) -> Unit:
    values: dict[str, Any] = {
        "team_id": "t", "team_class": "fire_rescue", "team_display_name": "", "display_name": unit_id, "display_name_en": "", "region_code": "640202",
        "home_lon": 106.3, "home_lat": 39.0, "contact": "", "capabilities": [UnitCapability(code, 1) for code in codes], "qualifications": [],
        "crew_size": 4, "state_at": NOON, "heard_at": NOON, "state": "available",
    }  # fmt: skip
    return Unit(id=unit_id, **(values | rest))


def _refusal(unit: Unit, needs: list[str], qualifications: list[str]) -> str:
    try:
        unit.check_can_go(needs, qualifications, override=False)
    except DomainError as error:
        return error.reason
    return ""


CODES = ["fire", "hazmat", "medical"]


@given(st.sampled_from(UNIT.states), st.sets(st.sampled_from(CODES)), st.lists(st.sampled_from(CODES), unique=True), st.booleans())
def test_a_unit_goes_only_when_it_is_free_ready_and_useful(state: str, has: set[str], needs: list[str], diver: bool) -> None:
    unit = _unit("u", *has, state=state, qualifications=["diver"] if diver else [])
    said = _refusal(unit, needs, ["diver"])
    if state in BUSY:
        assert said == "UNIT_BUSY"
    elif state not in READY:
        assert said == "UNIT_NOT_READY"
    else:
        assert said == ("" if diver and (not needs or has & set(needs)) else "CAPABILITY")


def test_silence_is_ten_minutes_and_only_in_the_field() -> None:
    for state in UNIT.states:
        unit = _unit(state=state)
        assert not unit.silent_since(NOON, NOON + timedelta(minutes=9, seconds=59))
        assert unit.silent_since(NOON, NOON + timedelta(minutes=10)) is (state in ("en_route", "on_scene", "working"))


@pytest.mark.parametrize("state", ["en_route", "on_scene", "working"])
def test_a_lost_unit_comes_back_to_where_it_was(state: str) -> None:
    unit = _unit(state=state)
    lost = unit.lose_contact(NOON, NOON + timedelta(minutes=10), "指挥长")
    assert (unit.state, lost.previous, lost.commander) == ("lost_contact", state, "指挥长")
    unit.restore(NOON + timedelta(minutes=18), "beidou")
    assert (unit.state, unit.lost_from, unit.heard_at) == (state, "", NOON + timedelta(minutes=18))


def test_the_fence_only_rises() -> None:
    unit = _unit()
    fences = []
    for number in range(5):
        fences.append(unit.hold(f"a{number}", "i", ""))
        unit.let_go(raise_fence=number % 2 == 0)
    assert fences == sorted(set(fences))
    with pytest.raises(DomainError) as refused:
        unit.check_fence(fences[-1] - 1)
    assert refused.value.reason == "STALE_FENCE"
    texts = Catalogue.load(Path(__file__).parents[4] / "messages")
    assert texts.text("STALE_FENCE", "zh", refused.value.texts).startswith(f"{unit.display_name} 的这条报告")
    unit.display_name_en = "Boat One"
    with pytest.raises(DomainError) as named:
        unit.check_fence(0)
    assert "of Boat One is" in texts.text("STALE_FENCE", "en", named.value.texts)
    assert named.value.details["unit"] == unit.name
    unit.check_fence(None)
