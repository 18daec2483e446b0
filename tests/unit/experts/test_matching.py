"""Matching: fields by hazard and discipline, conflicts by ownership, availability, order; the same input always gives the same answer."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from chassis.messages import Catalogue
from chassis.settings import ROOT
from services.experts.model.expert import Availability, Expert, Profile, Rating, months_after
from services.experts.model.matching import Wanted, match
from services.experts.model.organisation import Organisation, Party, Register
from services.experts.model.taxonomy import TAXONOMY, Field

NOW = datetime(2026, 9, 10, 2, 55, tzinfo=UTC)
ORGANISATIONS = Register(
    [
        Organisation("top", "示例控股", "", NOW, NOW),
        Organisation("group", "示例化工集团", "top", NOW, NOW),
        Organisation("plant", "大武口区示例化工", "group", NOW, NOW),
        Organisation("sister", "惠农示例化工", "group", NOW, NOW),
        Organisation("shop", "示例化工运输队", "plant", NOW, NOW),
    ]
)
PLANT = Party("大武口区示例化工")
CHEMICAL = Wanted(fields=(Field("hazmat", "chemical"),), now=NOW, parties=(PLANT,), region_code="640202")


def expert(expert_id: str = "e", field: str = "危化品", hazard: str = "", **profile: Any) -> Expert:
    """An appointed expert."""
    made = Expert(
        id=expert_id,
        profile=Profile(**{"display_name": "某", "employer": "宁夏大学", "fields": (TAXONOMY.field(field, hazard),)} | profile),
        region_code="640202", owner_org="", nominator="user:a", created_at=NOW, updated_at=NOW, verified_at=NOW, state="active",
    )  # fmt: skip
    made.appointed_from, made.appointed_to = NOW - timedelta(days=1), NOW + timedelta(days=300)
    return made


def codes(found: Expert, wanted: Wanted = CHEMICAL) -> list[str]:
    """Codes of the reasons that leave the expert out; empty for a candidate."""
    matches = match([found], wanted, ORGANISATIONS, {})
    return [reason.code for each in matches.left_out for reason in each.reasons]


@pytest.mark.parametrize(
    ("employer", "code"),
    [
        ("organisations/plant", "LEFT_OUT_CONFLICT_EMPLOYER"),
        ("大武口区示例化工", "LEFT_OUT_CONFLICT_EMPLOYER"),
        ("示例化工集团", "LEFT_OUT_CONFLICT_PARENT"),
        ("organisations/top", "LEFT_OUT_CONFLICT_PARENT"),
        ("示例化工运输队", "LEFT_OUT_CONFLICT_SUBSIDIARY"),
        ("惠农示例化工", ""),
        ("宁夏大学", ""),
    ],
)
def test_whoever_depends_on_the_plant_is_left_out(employer: str, code: str) -> None:
    assert codes(expert(employer=employer)) == ([code] if code else [])


def test_interests_and_unregistered_parents_count() -> None:
    assert codes(expert(interests=("示例控股",))) == ["LEFT_OUT_CONFLICT_INTEREST"]
    unregistered = replace(CHEMICAL, parties=(Party("某新厂", ("某集团",)),))
    assert codes(expert(employer="某集团"), unregistered) == ["LEFT_OUT_CONFLICT_PARENT"]
    assert codes(expert(employer="某集团")) == []


def test_hazard_and_discipline_decide_first() -> None:
    people = [expert("other", hazard="矿山事故"), expert("any"), expert("exact", hazard="chemical"), expert("weather", field="气象")]
    matches = match(people, CHEMICAL, ORGANISATIONS, {})
    assert [each.expert_id for each in matches.candidates] == ["exact", "any", "other"]
    assert matches.left_out == ()


def test_nearness_and_marks_break_ties_and_no_mark_is_not_a_bad_mark() -> None:
    near, far, good, bad = expert("near"), expert("far", base_region_code="640100"), expert("good"), expert("bad")
    good.ratings, bad.ratings = (Rating("c", 5, NOW),), (Rating("c", 1, NOW),)
    matches = match([far, bad, near, good], CHEMICAL, ORGANISATIONS, {})
    assert [each.expert_id for each in matches.candidates] == ["good", "near", "bad", "far"]


@pytest.mark.parametrize(
    ("hours", "kind", "mode", "need_hours", "free"),
    [
        ((-1, 1), "unavailable", "remote", 3, 1),
        ((-1, 3), "unavailable", "remote", 3, None),
        ((-1, 9), "remote_only", "remote", 3, 0),
        ((-1, 9), "remote_only", "on_site", 3, None),
        ((1, 9), "unavailable", "remote", 3, 0),
        ((-1, 1), "unavailable", "remote", None, None),
    ],
)
def test_the_calendar(hours: tuple[int, int], kind: str, mode: str, need_hours: int | None, free: int | None) -> None:
    span = Availability(NOW + timedelta(hours=hours[0]), NOW + timedelta(hours=hours[1]), kind)
    wanted = replace(CHEMICAL, mode=mode, need_by=NOW + timedelta(hours=need_hours) if need_hours else None)
    matches = match([expert(availability=(span,))], wanted, ORGANISATIONS, {})
    if free is None:
        assert [reason.code for each in matches.left_out for reason in each.reasons] == ["LEFT_OUT_UNAVAILABLE"]
    else:
        assert matches.candidates[0].free_at == (NOW + timedelta(hours=free) if free else None)


def test_everything_else_that_leaves_somebody_out() -> None:
    found = expert(languages=("zh",), security_level=1)
    assert codes(found, replace(CHEMICAL, regions=("6401",), languages=("en",), security_level=2)) == [
        "LEFT_OUT_REGION",
        "LEFT_OUT_LANGUAGE",
        "LEFT_OUT_SECURITY_LEVEL",
    ]
    for state, code in (("suspended", "LEFT_OUT_SUSPENDED"), ("expired", "LEFT_OUT_EXPIRED"), ("nominated", "LEFT_OUT_NOT_APPOINTED")):
        found.state = state
        assert codes(found)[0] == code


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_register_does_not_matter(shuffle: random.Random) -> None:
    people = [expert(f"e{n}", base_region_code=("640202", "640100", "110000")[n % 3], employer=("宁夏大学", "示例化工集团")[n % 2]) for n in range(8)]
    expected = match(people, CHEMICAL, ORGANISATIONS, {"e0": "callUps/x"})
    shuffle.shuffle(people)
    assert match(people, CHEMICAL, ORGANISATIONS, {"e0": "callUps/x"}) == expected
    assert len(expected.candidates) + len(expected.left_out) == 8


def test_words_of_the_field_are_understood() -> None:
    for word in ("危化品", "hazmat", "危险化学品", "HAZMAT"):
        assert TAXONOMY.field(word) == Field("hazmat")
    assert TAXONOMY.field("水文", "山洪") == Field("hydrology", "flood")
    assert TAXONOMY.find("炼金术") is None
    assert (TAXONOMY.hazard_of("12D02"), TAXONOMY.hazard_of("11A51"), TAXONOMY.hazard_of("")) == ("chemical", "flood", "")


def test_every_hazard_claims_other_event_codes() -> None:
    claimed = [code for term in TAXONOMY.hazards.values() for code in term.event_codes]
    assert not [(one, other) for one in claimed for other in claimed if one != other and one.startswith(other)]


def test_every_reason_fills_its_text() -> None:
    texts = Catalogue(yaml.safe_load((ROOT / "messages" / "experts.yaml").read_text(encoding="utf-8")))
    found = match([expert("a"), expert("b", employer="示例化工集团"), expert("c", interests=("示例控股",))], CHEMICAL, ORGANISATIONS, {})
    reasons = [reason for each in found.candidates for reason in each.reasons] + [reason for each in found.left_out for reason in each.reasons]
    for reason in reasons:
        for number, language in enumerate(("zh", "en")):
            said = texts.text(reason.code, language, {name: words[number] for name, words in reason.details.items()})
            assert said != reason.code
            assert "{" not in said


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [("2026-08-31", 6, "2027-02-28"), ("2027-02-28", -6, "2026-08-28"), ("2026-01-15", 12, "2027-01-15"), ("2026-12-01", 1, "2027-01-01")],
)
def test_months(day: str, months: int, expected: str) -> None:
    assert months_after(datetime.fromisoformat(day), months) == datetime.fromisoformat(expected)
