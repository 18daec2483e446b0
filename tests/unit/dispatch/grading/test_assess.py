"""Grading: the table at every boundary (S3), the golden cases, monotone in every figure, and the grades of the scenarios."""

import csv
import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.grading.assess import METRICS, Facts, assess, casualty_window_end, lead_level, reassess
from services.dispatch.grading.rules import LeadLevel, current, parse

GOLDEN = Path(__file__).parents[3] / "fixtures" / "golden"
DAY = date(2026, 7, 29)
CST = timezone(timedelta(hours=8))
FLASH_FLOOD, LEAK, FIRE_IN_PLANT, QUAKE, DEBRIS_FLOW, FOREST_FIRE = "11A51", "12D02", "12D03", "11C02", "11D02", "11G01"
DENSE, SPARSE = Decimal(315), Decimal(200)


def rows(name: str) -> list[dict[str, str]]:
    with (GOLDEN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def count(text: str) -> int | None:
    return int(text) if text else None


@pytest.mark.parametrize("row", rows("grade_accident_cases.csv"), ids=lambda row: row["note"])
def test_golden_accidents(row: dict[str, str]) -> None:
    loss = count(row["loss_yuan"])
    facts = Facts(dead=count(row["dead"]), missing=count(row["missing"]), injured_serious=count(row["serious"]), loss_fen=None if loss is None else loss * 100)
    graded = assess(LEAK, facts, DAY)
    assert (graded.level, graded.provisional) == (int(row["expected_grade"]), row["provisional"] == "1")


@pytest.mark.parametrize("row", rows("grade_quake_cases.csv"), ids=lambda row: f"M{row['magnitude']}-{row['dense']}")
def test_golden_quakes(row: dict[str, str]) -> None:
    facts = Facts(magnitude=Decimal(row["magnitude"]), population_density=DENSE if row["dense"] == "1" else SPARSE)
    graded = assess(QUAKE, facts, DAY)
    assert graded.level == int(row["expected_initial_grade"])
    assert graded.provisional


BOUNDARIES: list[tuple[str, str, list[tuple[int | Decimal, int]]]] = [
    (LEAK, "dead", [(0, 4), (2, 4), (3, 3), (9, 3), (10, 2), (29, 2), (30, 1)]),
    (LEAK, "missing", [(2, 4), (3, 3), (9, 3), (10, 2), (29, 2), (30, 1)]),
    (LEAK, "injured_serious", [(9, 4), (10, 3), (49, 3), (50, 2), (99, 2), (100, 1)]),
    (LEAK, "poisoned", [(9, 4), (10, 3), (49, 3), (50, 2), (99, 2), (100, 1)]),
    (
        LEAK,
        "loss_fen",
        [(yuan * 100, level) for yuan, level in ((9_999_999, 4), (10_000_000, 3), (49_999_999, 3), (50_000_000, 2), (99_999_999, 2), (100_000_000, 1))],
    ),
    (DEBRIS_FLOW, "dead", [(2, 4), (3, 3), (9, 3), (10, 2), (29, 2), (30, 1)]),
    (
        DEBRIS_FLOW,
        "loss_fen",
        [(yuan * 100, level) for yuan, level in ((999_999, 4), (1_000_000, 3), (4_999_999, 3), (5_000_000, 2), (9_999_999, 2), (10_000_000, 1))],
    ),
    (FOREST_FIRE, "burnt_area_ha", [(Decimal(v), level) for v, level in (("0.99", 4), ("1", 3), ("99.9", 3), ("100", 2), ("999.99", 2), ("1000", 1))]),
    (FOREST_FIRE, "dead", [(1, 4), (2, 4), (3, 3), (9, 3), (10, 2), (29, 2), (30, 1)]),
    (FOREST_FIRE, "injured_serious", [(1, 4), (9, 4), (10, 3), (49, 3), (50, 2), (99, 2), (100, 1)]),
    (FLASH_FLOOD, "dead", [(2, 4), (3, 3), (9, 3), (10, 2), (29, 2), (30, 1)]),
    (QUAKE, "dead", [(9, 4), (10, 3), (49, 3), (50, 2), (299, 2), (300, 1)]),
    (QUAKE, "loss_gdp_share", [(Decimal("0.0099"), 9), (Decimal("0.01"), 1)]),
]


@pytest.mark.parametrize(
    ("event_code", "metric", "value", "level"),
    [(code, metric, value, level) for code, metric, steps in BOUNDARIES for value, level in steps],
)
def test_the_table_at_each_boundary(event_code: str, metric: str, value: Any, level: int) -> None:
    assert assess(event_code, Facts(**{metric: value}), DAY).level == level


AMOUNTS: dict[str, st.SearchStrategy[Any]] = {
    "magnitude": st.decimals(0, 9, places=1),
    "population_density": st.decimals(0, 2000, places=1),
    "burnt_area_ha": st.decimals(0, 3000, places=2),
    "loss_gdp_share": st.decimals(0, 1, places=4),
    "loss_fen": st.integers(0, 20_000_000_000),
}
COUNTED = ("dead", "missing", "injured_serious", "poisoned")
FIGURES = (*COUNTED, *AMOUNTS)


@given(
    event_code=st.sampled_from([FLASH_FLOOD, LEAK, QUAKE, DEBRIS_FLOW, FOREST_FIRE, "13A01", "12Q01"]),
    known=st.fixed_dictionaries({name: st.none() | AMOUNTS.get(name, st.integers(0, 400)) for name in FIGURES}),
    name=st.sampled_from(FIGURES),
    more=st.data(),
)
def test_a_figure_that_becomes_known_or_grows_never_makes_the_grade_less_severe(event_code: str, known: dict[str, Any], name: str, more: st.DataObject) -> None:
    before = assess(event_code, Facts(**known), DAY)
    larger = (known[name] or 0) + more.draw(AMOUNTS.get(name, st.integers(0, 400)))
    after = assess(event_code, Facts(**{**known, name: larger}), DAY)
    assert after.level <= before.level
    assert before.provisional or not before.uncertain


def test_unknown_is_not_zero_and_is_named() -> None:
    nothing = assess(LEAK, Facts(), DAY)
    assert (nothing.level, nothing.provisional, nothing.uncertain) == (9, True, ("dead", "missing", "injured_serious", "loss_fen"))
    all_known = assess(LEAK, Facts(dead=0, missing=0, injured_serious=0, loss_fen=0), DAY)
    assert (all_known.level, all_known.provisional, all_known.uncertain) == (4, False, ())


def test_a_level_keeps_its_basis_inputs_and_version() -> None:
    graded = assess(LEAK, Facts(dead=2, missing=1, injured_serious=10, poisoned=40, loss_fen=0), DAY)
    assert graded.level == 2
    assert graded.basis == "R-G1"
    assert graded.decisive == ("R-G1/serious>=50",)
    assert graded.inputs == {"dead": 2, "missing": 1, "injured_serious": 10, "poisoned": 40, "loss_fen": 0}
    assert graded.rule_version == current().version
    assert (graded.judged_level, graded.result_level) == (None, 2)


@pytest.mark.parametrize("facts", [{"dead": -1}, {"magnitude": Decimal("NaN")}, {"loss_fen": -100}, {"burnt_area_ha": Decimal("Infinity")}])
def test_impossible_figures_are_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(facts))):
        Facts(**facts)


def test_pollution_and_nuclear_accidents_are_not_graded_by_the_accident_decree() -> None:
    for code in ("12Q01", "12T01"):
        graded = assess(code, Facts(loss_fen=20_000_000_000, dead=0, missing=0), DAY)
        assert (graded.level, graded.by_default) == (4, True)
        assert not current().is_production_accident(code)
    assert current().is_production_accident("12D02")


# Scenario A: flash flood


def test_a15_two_missing_dead_unknown() -> None:
    graded = assess(FLASH_FLOOD, Facts(missing=2), DAY)
    assert (graded.level, graded.provisional, graded.uncertain, graded.by_default) == (4, True, ("dead",), True)


def test_a20_eleven_missing() -> None:
    graded = assess(FLASH_FLOOD, Facts(missing=11), DAY)
    assert (graded.level, graded.provisional) == (2, True)
    assert lead_level(FLASH_FLOOD, graded.level) is LeadLevel.PROVINCE


def test_a27_all_found() -> None:
    graded = assess(FLASH_FLOOD, Facts(dead=2, missing=0), DAY)
    assert (graded.level, graded.provisional) == (4, False)
    assert lead_level(FLASH_FLOOD, graded.level) is LeadLevel.COUNTY


# Scenario B: hazardous-chemical plant


def test_b4_one_dead_the_rest_unknown() -> None:
    graded = assess(LEAK, Facts(dead=1), date(2026, 9, 10))
    assert (graded.level, graded.provisional, graded.uncertain) == (4, True, ("missing", "injured_serious", "loss_fen"))


def test_b11_three_with_one_unaccounted() -> None:
    graded = assess(LEAK, Facts(dead=2, missing=1), date(2026, 9, 10))
    assert graded.level == 3
    assert lead_level(LEAK, graded.level) is LeadLevel.CITY


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        (Facts(dead=3, injured_serious=12), 3),
        (Facts(dead=2, injured_serious=9), 4),
        (Facts(dead=2, injured_serious=10), 3),
        (Facts(loss_fen=1_000_000_000), 3),
    ],
)
def test_b14_boundaries(facts: Facts, level: int) -> None:
    assert assess(LEAK, facts, date(2026, 9, 10)).level == level


OCCURRED_B = datetime(2026, 9, 10, 2, 10, tzinfo=CST)


def test_b19_a_death_on_day_twelve_is_regraded_and_stays_3() -> None:
    before = assess(LEAK, Facts(dead=3, missing=0, injured_serious=12, loss_fen=0), OCCURRED_B.date())
    again = reassess(
        before,
        LEAK,
        Facts(dead=4, missing=0, injured_serious=11, loss_fen=0),
        occurred_at=OCCURRED_B,
        changed_at=datetime(2026, 9, 22, 9, 0, tzinfo=CST),
    )
    assert not again.outside_window
    assert (again.assessment.level, again.assessment.inputs["dead"]) == (3, 4)


def test_b20_a_death_after_the_window_does_not_regrade() -> None:
    assert casualty_window_end(LEAK, OCCURRED_B) == datetime(2026, 10, 11, 0, 0, tzinfo=CST)
    before = assess(LEAK, Facts(dead=9), OCCURRED_B.date())
    many = Facts(dead=10)
    last = datetime(2026, 10, 10, 23, 59, 59, tzinfo=CST)
    assert reassess(before, LEAK, many, occurred_at=OCCURRED_B, changed_at=last).assessment.level == 2
    late = reassess(before, LEAK, many, occurred_at=OCCURRED_B, changed_at=last + timedelta(seconds=1))
    assert late.outside_window
    assert late.assessment is before


def test_the_window_counts_days_of_shanghai_and_differs_by_kind() -> None:
    just_after_midnight = datetime(2026, 9, 9, 16, 30, tzinfo=UTC)
    assert casualty_window_end("12A01", just_after_midnight) == datetime(2026, 10, 11, 0, 0, tzinfo=CST)
    for code in ("12G01", "12H02"):
        assert casualty_window_end(code, just_after_midnight) == datetime(2026, 9, 18, 0, 0, tzinfo=CST)
    assert casualty_window_end(FIRE_IN_PLANT, just_after_midnight) == datetime(2026, 10, 11, 0, 0, tzinfo=CST)
    assert casualty_window_end(FLASH_FLOOD, just_after_midnight) is None


# Scenario C: earthquake

DAY_C = date(2026, 11, 18)


def test_c1_m6_is_1_where_dense_and_2_while_the_density_is_unset() -> None:
    dense = assess(QUAKE, Facts(magnitude=Decimal("6.0"), population_density=DENSE), DAY_C)
    assert (dense.level, dense.provisional, dense.judged_level, dense.result_level) == (1, True, 1, None)
    unset = assess(QUAKE, Facts(magnitude=Decimal("6.0")), DAY_C)
    assert unset.level == 2
    assert unset.uncertain == ("population_density", "dead", "missing")
    assert lead_level(QUAKE, 1) is LeadLevel.PROVINCE
    assert lead_level(FLASH_FLOOD, 1) is LeadLevel.NATION


def test_c6_revised_magnitudes() -> None:
    levels = [assess(QUAKE, Facts(magnitude=Decimal(m), population_density=DENSE), DAY_C).level for m in ("6.0", "5.8", "6.0")]
    assert levels == [1, 2, 1]


def test_c19_the_judged_grade_stands_until_the_result_is_confirmed() -> None:
    first = Facts(magnitude=Decimal("6.0"), population_density=DENSE, dead=3, missing=20, trapped=35)
    graded = assess(QUAKE, first, DAY_C)
    assert (graded.level, graded.judged_level, graded.result_level, graded.provisional) == (1, 1, 3, True)


def test_c30_the_confirmed_result_replaces_the_judgement() -> None:
    final = Facts(magnitude=Decimal("6.0"), population_density=DENSE, dead=14, missing=0, result_confirmed=True)
    graded = assess(QUAKE, final, DAY_C)
    assert (graded.level, graded.judged_level, graded.result_level, graded.provisional) == (3, 1, 3, False)


def test_a_result_worse_than_judged_leads_even_before_it_is_confirmed() -> None:
    graded = assess(QUAKE, Facts(magnitude=Decimal("5.0"), population_density=SPARSE, dead=60), DAY_C)
    assert (graded.level, graded.judged_level, graded.result_level) == (2, 3, 2)


def test_c22_the_aftershock_alone_is_2_and_the_same_government_leads() -> None:
    graded = assess(QUAKE, Facts(magnitude=Decimal("5.1"), population_density=DENSE), DAY_C)
    assert graded.level == 2
    assert lead_level(QUAKE, 2) is lead_level(QUAKE, 1)


# The table itself


def test_every_rule_reads_a_known_metric_and_names_its_source() -> None:
    for rule in current().rules:
        assert set(rule.metrics) <= set(METRICS)
        assert rule.source
    assert len({(rule.event_prefix, rule.name) for rule in current().rules}) == len(current().rules)


def test_a_newer_edition_holds_from_its_day_on() -> None:
    def line(value: int, valid_from: str) -> dict[str, Any]:
        rule = {"basis": "R-X", "kind": "result", "event_prefix": "11", "metric": "dead_or_missing", "op": ">=", "level": 1, "source": "s"}
        return {**rule, "value": str(value), "valid_from": valid_from}

    text = json.dumps({"version": "v", "rules": [line(5, "2020-01-01"), line(7, "2027-01-01")], "lead_levels": [], "casualty_windows": []})
    rules = parse(text)
    assert assess("11A01", Facts(dead=5), date(2026, 12, 31), rules).level == 1
    assert assess("11A01", Facts(dead=5), date(2027, 1, 1), rules).level == 9
    assert assess("11A01", Facts(dead=7), date(2027, 1, 1), rules).level == 1
    assert assess("11A01", Facts(dead=7), date(2019, 1, 1), rules).basis == "none"
    with pytest.raises(ValueError, match="bounds from below"):
        parse(text.replace(">=", "<"))
    with pytest.raises(ValueError, match="level from 1 to 4"):
        parse(text.replace('"level": 1', '"level": 5'))
