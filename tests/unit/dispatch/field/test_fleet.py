"""The arrays of units: who may be sent, from where, and who is a candidate; every change leads to the picture that one read whole would give."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dispatch.model.advice import Asked, Known, Manner, Question, Seen
from services.dispatch.use_cases.fleet import Fleet, _foremost

NOON = datetime(2026, 7, 29, 4, 0, tzinfo=UTC)
PLACE = (106.30, 39.0)


def known(unit_id: str, *codes: str, lon: float | None = 106.3, state: str = "available", team_class: str = "fire_rescue", region: str = "640202001") -> Known:
    home = None if lon is None else (lon, 39.0)
    return Known(unit_id, unit_id, region, team_class, state, True, False, home, dict.fromkeys(codes, 1), frozenset())


def fleet(*units: Known, seen: Sequence[Seen] = ()) -> Fleet:
    made = Fleet(None, {"640202001": "长胜街道"})
    made.take(units, seen)
    return made


def question(*codes: str, **rest: object) -> Question:
    return replace(Question(PLACE, [Asked(code, 1) for code in codes], ("",)), **rest)  # type: ignore[arg-type]


def test_candidates_are_capable_then_near_and_say_why() -> None:
    seen = [Seen("moved", (106.301, 39.0), NOON), Seen("old", (106.302, 39.0), NOON - timedelta(minutes=11))]
    units = [
        known("far", "fire", lon=106.6), known("both", "fire", "hazmat", lon=106.5), known("moved", "fire", lon=106.9), known("old", "fire", lon=106.4),
        known("nowhere", "fire", lon=None), known("troops", "fire", "hazmat", team_class="military"),
    ]  # fmt: skip
    found = fleet(*units, seen=seen).advice(question("fire", "hazmat"), NOON).candidates
    assert [candidate.unit_id for candidate in found] == ["both", "moved", "old", "far", "nowhere"]
    assert found[0].reasons == ["ALL_CAPABILITIES", "BY_ESTIMATE", "FROM_HOME", "AVAILABLE"]
    assert found[1].reasons[2] == "FROM_POSITION"
    assert found[1].distance_m is not None
    assert 80 < found[1].distance_m < 90
    assert (found[-1].distance_m, found[-1].travel_s) == (None, None)


def test_of_two_as_good_as_each_other_the_same_is_named_in_whichever_order_they_were_read() -> None:
    """Two processes that had read the register differently gave different answers to one question."""
    boats = [known("boat-b", "fire"), known("boat-a", "fire")]
    assert [fleet(*units).advice(question("fire"), NOON).unit_ids for units in (boats, boats[::-1])] == [["boat-a"], ["boat-a"]]


def test_of_several_words_on_a_unit_the_newest_counts_in_whichever_order_they_come() -> None:
    near, far = Seen("a", (106.301, 39.0), NOON), Seen("a", (106.9, 39.0), NOON - timedelta(minutes=1))
    for seen in ([near, far], [far, near]):
        found = fleet(known("a", "fire", lon=106.6), seen=seen).advice(question("fire"), NOON).candidates
        assert found[0].distance_m is not None
        assert found[0].distance_m < 100


def test_qualification_and_rank_are_musts() -> None:
    diver = replace(known("diver", "fire", lon=106.6), qualifications=frozenset({"diver"}))
    units = fleet(known("near", "fire"), diver, known("village", "fire", lon=106.301, team_class="village"))
    asked = [Asked("fire", 1, ("diver",))]
    assert units.advice(question(needs=asked), NOON).unit_ids == ["diver"]
    assert units.advice(question(needs=[Asked("fire", 1, ("pilot",))]), NOON).unmet[0].reason.code == "UNMET_NONE_EXIST"
    assert units.advice(question(needs=[Asked("fire", 2, (), 2)]), NOON).unit_ids == ["near", "diver"]


def test_a_rare_qualification_is_a_must_like_any_other() -> None:
    """Beyond 64 words nobody seemed to hold the last ones of the alphabet, however many did."""
    words = [f"w{at:02d}" for at in range(70)]
    every = replace(known("every", "fire", lon=106.6), qualifications=frozenset(words))
    most = [replace(known(f"m{at}", "fire", lon=106.5), qualifications=frozenset({"z"})) for at in range(3)]
    units = fleet(known("near", "fire"), every, *most)
    assert "z" in units.bit
    for word in (words[-1], words[0], "z"):
        expected = "m0" if word == "z" else "every"
        assert units.advice(question(needs=[Asked("fire", 1, (word,))]), NOON).unit_ids == [expected]
    assert units.advice(question(needs=[Asked("fire", 1, tuple(words[60:]))]), NOON).unit_ids == ["every"]
    assert units.advice(question(needs=[Asked("fire", 1, (words[-1], "pilot"))]), NOON).unmet[0].reason.code == "UNMET_NONE_EXIST"


def test_what_units_on_the_task_bring_is_not_asked_again() -> None:
    units = fleet(known("a", "fire"), known("b", "fire", lon=106.4))
    asked = [Asked("fire", 2)]
    assert units.advice(question(needs=asked, on_task=frozenset({"a"}), left_out=frozenset({"a"})), NOON).unit_ids == ["b"]
    assert units.advice(question(needs=[Asked("fire", 1)], on_task=frozenset({"a"})), NOON).unit_ids == []


def test_without_a_place_nobody_is_timed() -> None:
    found = fleet(known("a", "fire")).advice(question("fire", place=None), NOON)
    assert (found.unit_ids, found.unmet[0].reason.code, [each.unit_id for each in found.candidates]) == ([], "UNMET_PLACE_UNKNOWN", ["a"])


def test_coverage_lets_the_last_crew_stay() -> None:
    """Two minutes further, but from a town that keeps a second crew."""
    units = fleet(
        known("alone", "fire", lon=106.31, region="640202002"), known("one", "fire", lon=106.33), known("two", "fire", lon=106.34),
    )  # fmt: skip
    assert units.advice(question("fire"), NOON).unit_ids == ["alone"]
    kept = units.advice(question("fire", manner=Manner(coverage_weight=1000)), NOON)
    assert kept.unit_ids == ["one"]
    leaves = next(reason for reason in kept.picks[0].reasons if reason.code == "RECOMMENDED_LEAVES")
    assert leaves.details["zone"][0] == "长胜街道"
    assert leaves.details["left"][0] == "1"


def test_the_area_of_a_county_crew_is_not_the_whole_county() -> None:
    """It said "leaves 大武口区 with 1" while others stood free in its towns: it counts who is registered with the county itself."""
    units = Fleet(None, {"640202": "大武口区", "640200": "石嘴山市", "640202001": "长胜街道"})
    regions = ("640202", "640202001", "640202777", "640200", "640300")
    units.take([known(region, "fire", region=region) for region in regions], [])
    named = {region: units.zone_names(units.row[region]) for region in regions}
    assert named["640202"] == ("大武口区本级", "大武口区 (county level)")
    assert named["640200"] == ("石嘴山市本级", "石嘴山市 (city level)")
    assert (named["640202001"][0], named["640202777"][0], named["640300"][0]) == ("长胜街道", "大武口区 640202777", "640300")
    leaves = next(each for each in units.advice(question("fire"), NOON).picks[0].reasons if each.code == "RECOMMENDED_LEAVES")
    assert leaves.details["zone"] == named[units.advice(question("fire"), NOON).unit_ids[0]]


CHANGE = st.tuples(
    st.sampled_from("abcd"), st.sampled_from(["available", "en_route", "resting", "off_duty"]), st.sampled_from([(), ("fire",), ("fire", "hazmat")]),
    st.sampled_from([None, 106.3, 106.5]), st.booleans(),
)  # fmt: skip


@given(st.lists(CHANGE, max_size=12), st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 30)), max_size=6))
@settings(max_examples=60, deadline=None)
def test_changes_lead_where_reading_whole_leads(changes: list[tuple[str, str, tuple[str, ...], float | None, bool]], moves: list[tuple[str, int]]) -> None:
    kept = fleet()
    last: dict[str, Known] = {}
    seen: dict[str, Seen] = {}
    for unit_id, state, codes, lon, bound in changes:
        last[unit_id] = replace(known(unit_id, *codes, lon=lon, state=state), bound=bound)
        kept.take([last[unit_id]], [])
        kept.places(NOON)
    for unit_id, minutes in moves:
        told = Seen(unit_id, (106.31, 39.0 + minutes / 100), NOON - timedelta(minutes=minutes))
        if unit_id not in seen or told.located_at >= seen[unit_id].located_at:
            seen[unit_id] = told
        kept.take([], [told])
    whole = fleet(*last.values(), seen=list(seen.values()))
    kept.places(NOON)
    whole.places(NOON)
    order = [whole.row[unit.id] for unit in kept.rows]
    assert np.array_equal(kept.ready, whole.ready[order])
    assert np.array_equal(kept.at, whole.at[order], equal_nan=True)
    assert np.array_equal(kept.units.rest_s, whole.units.rest_s[order])


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([1.0, 2.0, 3.0, np.inf])), max_size=30), st.integers(1, 12))
@settings(max_examples=100, deadline=None)
def test_the_foremost_are_those_that_sorting_all_gives(rows: list[tuple[int, float]], limit: int) -> None:
    matched, seconds = np.array([row[0] for row in rows], np.int64), np.array([row[1] for row in rows], np.float64)
    whole = sorted((row for row in range(len(rows)) if matched[row]), key=lambda row: (-matched[row], seconds[row], row))
    assert _foremost(matched, seconds, limit).tolist() == whole[:limit]
