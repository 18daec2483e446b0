"""Report obligations: the deadlines of the scenarios, two clocks, stable keys, and that recomputing only ever adds."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.grading.duties import (
    CasualtyEntry,
    Channel,
    Duty,
    DutyKind,
    GradeEntry,
    IncidentHistory,
    Party,
    duties,
    escalations,
    new_duties,
    next_zero_report_at,
)

CST = timezone(timedelta(hours=8))


def at(day: int, hour: int, minute: int, second: int = 0, month: int = 7) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=CST)


def by_key(found: tuple[Duty, ...]) -> dict[str, Duty]:
    return {duty.key: duty for duty in found}


FLOOD = IncidentHistory(
    event_code="11A51",
    occurred_at=at(29, 15, 12),
    received_at=at(29, 15, 20),
    confirmed_at=at(29, 15, 24),
    grades=(GradeEntry(4, at(29, 15, 24)),),
    casualties=(CasualtyEntry(None, 2, at(29, 15, 24)),),
)
FLOOD_MAJOR = replace(
    FLOOD,
    grades=(*FLOOD.grades, GradeEntry(2, at(29, 16, 40))),
    casualties=(*FLOOD.casualties, CasualtyEntry(None, 11, at(29, 16, 40))),
)


def test_a15_a_general_flood_owes_the_city_a_report_at_once_and_the_statistics_by_17_12() -> None:
    found = by_key(duties(FLOOD, at(29, 15, 24)))
    assert set(found) == {"R-I1/report/county>city", "R-I6/report/county>city"}
    assert found["R-I6/report/county>city"].due_at == at(29, 17, 12)
    assert found["R-I1/report/county>city"].due_at == at(29, 15, 54)
    assert found["R-I1/report/county>city"].strict_due_at == at(29, 15, 50)


def test_a20_the_upgrade_opens_phone_and_written_reports_with_both_clocks() -> None:
    before = {duty.key for duty in duties(FLOOD, at(29, 16, 39))}
    added = by_key(new_duties(before, FLOOD_MAJOR, at(29, 16, 40)))
    assert set(added) == {
        "R-I2/report/phone/county>city",
        "R-I2/report/phone/county>province",
        "R-I2/report/written/county>city",
        "R-I2/report/written/county>province",
        "R-I6/report/county>province",
        "R-I6/report/county>nation",
    }
    phone, written = added["R-I2/report/phone/county>city"], added["R-I2/report/written/county>province"]
    assert (phone.due_at, phone.strict_due_at, phone.channel) == (at(29, 17, 10), at(29, 15, 42), Channel.PHONE)
    assert (written.due_at, written.strict_due_at, written.channel) == (at(29, 17, 40), at(29, 16, 12), Channel.WRITTEN)
    direct = added["R-I6/report/county>nation"]
    assert (direct.due_at, direct.strict_due_at) == (at(29, 18, 40), at(29, 17, 12))


def test_a26_a_zero_report_is_due_at_nine_each_day_until_stable() -> None:
    assert next_zero_report_at(FLOOD, at(29, 15, 24)) == at(30, 0, 0)
    found = by_key(duties(replace(FLOOD, stable_at=at(31, 18, 0)), datetime(2026, 8, 2, tzinfo=CST)))
    zeros = {key: duty for key, duty in found.items() if duty.kind is DutyKind.ZERO}
    assert {key: duty.due_at for key, duty in zeros.items()} == {
        "R-I6/zero/county>city/2026-07-30": at(30, 9, 0),
        "R-I6/zero/county>city/2026-07-31": at(31, 9, 0),
    }
    stable = replace(FLOOD, stable_at=at(29, 23, 0))
    assert next_zero_report_at(stable, at(29, 15, 24)) is None
    assert next_zero_report_at(replace(FLOOD, event_code="12D02"), at(29, 15, 24)) is None


def test_droughts_report_every_ten_days() -> None:
    drought = replace(FLOOD, event_code="11A52")
    assert next_zero_report_at(drought, at(29, 16, 0)) == datetime(2026, 8, 8, tzinfo=CST)


def test_a27_a_downgrade_takes_nothing_away() -> None:
    calm = replace(
        FLOOD_MAJOR, grades=(*FLOOD_MAJOR.grades, GradeEntry(4, at(30, 10, 30))), casualties=(*FLOOD_MAJOR.casualties, CasualtyEntry(2, 0, at(30, 10, 30)))
    )
    now = at(30, 10, 30)
    assert {duty.key for duty in duties(FLOOD_MAJOR, now)} == {duty.key for duty in duties(calm, now)}


PLANT = IncidentHistory(
    event_code="12D02",
    occurred_at=at(10, 2, 10, month=9),
    received_at=at(10, 2, 16, month=9),
    confirmed_at=at(10, 2, 45, month=9),
    unit_informed_at=at(10, 2, 20, month=9),
    unit_reported_at=at(10, 2, 38, month=9),
    grades=(GradeEntry(4, at(10, 2, 46, month=9)),),
    casualties=(CasualtyEntry(1, None, at(10, 2, 46, month=9)),),
)


def test_b1_and_b5_the_unit_the_city_the_own_government_and_the_organs_to_be_notified() -> None:
    found = by_key(duties(PLANT, at(10, 2, 46, month=9)))
    assert found["R-I4/report/unit>county"].due_at == at(10, 3, 20, month=9)
    assert found["R-I4/report/county>city"].due_at == at(10, 4, 38, month=9)
    assert found["R-I4/notice/county>own_government"].due_at == at(10, 3, 15, month=9)
    notified = {duty.to_level for duty in found.values() if duty.kind is DutyKind.NOTICE}
    assert notified == {Party.OWN_GOVERNMENT, Party.POLICE, Party.LABOUR, Party.UNION, Party.PROCURATORATE}
    assert not [key for key in found if key.startswith(("R-I2", "R-I3", "R-I6"))]


def test_b5_a_possible_major_development_is_reported_within_two_hours_of_the_judgement() -> None:
    judged = replace(PLANT, potential_level=2, potential_judged_at=at(10, 2, 46, month=9))
    added = new_duties({duty.key for duty in duties(PLANT, at(10, 2, 46, month=9))}, judged, at(10, 2, 46, month=9))
    assert {duty.to_level for duty in added} == {Party.CITY, Party.UPPER_DEPARTMENTS, Party.GARRISON, Party.NEIGHBOURS}
    assert {duty.due_at for duty in added} == {at(10, 4, 46, month=9)}
    assert not new_duties({duty.key for duty in duties(PLANT, at(10, 3, 0, month=9))}, replace(judged, potential_level=3), at(10, 3, 0, month=9))


def test_b11_grade_3_reaches_up_to_the_region() -> None:
    worse = replace(PLANT, grades=(*PLANT.grades, GradeEntry(3, at(10, 3, 40, month=9))))
    added = by_key(new_duties({duty.key for duty in duties(PLANT, at(10, 3, 0, month=9))}, worse, at(10, 3, 40, month=9)))
    assert set(added) == {"R-I7/follow_up/county>city/upgrade/20260909T194000Z", "R-I4/report/city>province"}
    assert added["R-I7/follow_up/county>city/upgrade/20260909T194000Z"].due_at == at(10, 5, 40, month=9)
    assert added["R-I4/report/city>province"].due_at == at(10, 6, 38, month=9)
    known = replace(worse, reached={Party.CITY: at(10, 3, 0, month=9)})
    assert by_key(duties(known, at(10, 3, 40, month=9)))["R-I4/report/city>province"].due_at == at(10, 5, 40, month=9)
    major = replace(worse, grades=(*worse.grades, GradeEntry(1, at(10, 4, 0, month=9))))
    assert "R-I4/report/province>nation" in by_key(duties(major, at(10, 4, 0, month=9)))


def test_b16_a_flare_up_owes_a_follow_up_report() -> None:
    again = replace(PLANT, flare_ups=(at(10, 6, 50, month=9),))
    (added,) = new_duties({duty.key for duty in duties(PLANT, at(10, 6, 20, month=9))}, again, at(10, 6, 50, month=9))
    assert (added.kind, added.due_at) == (DutyKind.FOLLOW_UP, at(10, 8, 50, month=9))


def test_b19_a_later_death_owes_a_supplement_and_b20_one_after_the_window_does_not() -> None:
    ended = replace(PLANT, final_report_at=at(10, 18, 0, month=9), casualties=(CasualtyEntry(3, 0, at(10, 12, 0, month=9)),))
    first = CasualtyEntry(4, 0, at(22, 9, 0, month=9))
    second = CasualtyEntry(5, 0, at(11, 9, 0, month=10))
    found = duties(replace(ended, casualties=(*ended.casualties, first, second)), at(12, 0, 0, month=10))
    (supplement,) = [duty for duty in found if duty.kind is DutyKind.SUPPLEMENT]
    assert supplement.clock_start == first.at
    assert supplement.key == "R-G3/supplement/county>city/20260922T010000Z"
    assert not [duty for duty in duties(ended, at(12, 0, 0, month=10)) if duty.kind is DutyKind.SUPPLEMENT]


QUAKE = IncidentHistory(
    event_code="11C02",
    occurred_at=at(18, 3, 27, 40, month=11),
    received_at=at(18, 3, 28, 10, month=11),
    grades=(GradeEntry(1, at(18, 3, 28, 10, month=11)),),
)


def test_c1_a_major_first_grade_is_due_from_the_occurrence() -> None:
    found = by_key(duties(QUAKE, at(18, 3, 28, 10, month=11)))
    for recipient in ("city", "province"):
        assert found[f"R-I2/report/phone/county>{recipient}"].due_at == at(18, 3, 57, 40, month=11)
        assert found[f"R-I2/report/written/county>{recipient}"].due_at == at(18, 4, 27, 40, month=11)
    assert all(duty.due_at == duty.strict_due_at for key, duty in found.items() if key.startswith("R-I2"))


def test_c6_revised_grades_change_no_obligation() -> None:
    revised = replace(QUAKE, grades=(*QUAKE.grades, GradeEntry(2, at(18, 3, 41, month=11)), GradeEntry(1, at(18, 3, 55, month=11))))
    now = at(18, 3, 55, month=11)
    assert duties(revised, now) == duties(QUAKE, now)


def test_every_rise_above_the_worst_grade_owes_a_follow_up_report() -> None:
    """A rise from 4 to 3 of a natural disaster, and one from 2 to 1, used to open nothing; one back to a grade it had before owes nothing (C6)."""
    levels = (4, 3, 4, 3, 2, 1)
    history = replace(FLOOD, grades=tuple(GradeEntry(level, at(29, 16, 10 * i)) for i, level in enumerate(levels)))
    found = {key: duty.due_at for key, duty in by_key(duties(history, at(29, 17, 0))).items() if duty.kind is DutyKind.FOLLOW_UP}
    assert found == {
        "R-I7/follow_up/county>city/upgrade/20260729T081000Z": at(29, 18, 10),
        "R-I7/follow_up/county>city/upgrade/20260729T085000Z": at(29, 18, 50),
        "R-I7/follow_up/county>province/upgrade/20260729T085000Z": at(29, 18, 50),
    }


def test_a_first_grade_after_the_strict_deadline_still_leaves_the_whole_window() -> None:
    late = replace(QUAKE, grades=(GradeEntry(9, at(18, 3, 30, month=11)), GradeEntry(2, at(18, 4, 0, month=11))))
    phone = by_key(duties(late, at(18, 4, 0, month=11)))["R-I2/report/phone/county>city"]
    assert (phone.due_at, phone.strict_due_at) == (at(18, 4, 30, month=11), at(18, 3, 57, 40, month=11))


def test_escalations_at_half_four_fifths_and_due() -> None:
    duty = by_key(duties(FLOOD, at(29, 15, 24)))["R-I6/report/county>city"]
    assert escalations(duty) == ((0.5, at(29, 16, 12)), (0.8, at(29, 16, 48)), (1.0, at(29, 17, 12)))


def test_an_instant_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        replace(FLOOD, received_at=datetime(2026, 7, 29, 15, 20))  # noqa: DTZ001


CODES = st.sampled_from(["11A51", "11C02", "12D02", "12Q01", "13A01", "14A02"])
LEVELS = st.lists(st.sampled_from([1, 2, 3, 4, 9]), max_size=6)
DEATHS = st.lists(st.none() | st.integers(0, 40), max_size=6)


@given(code=CODES, levels=LEVELS, deaths=DEATHS, more_levels=LEVELS, more_deaths=DEATHS, minutes=st.integers(0, 3000))
def test_a_longer_history_only_adds_duties_and_moves_no_deadline(
    code: str, levels: list[int], deaths: list[int | None], more_levels: list[int], more_deaths: list[int | None], minutes: int
) -> None:
    start = at(1, 8, 0)
    grades = tuple(GradeEntry(level, start + timedelta(minutes=7 * i)) for i, level in enumerate(levels + more_levels))
    casualties = tuple(CasualtyEntry(dead, None, start + timedelta(minutes=9 * i)) for i, dead in enumerate(deaths + more_deaths))
    short = IncidentHistory(
        event_code=code, occurred_at=start, received_at=start, grades=grades[: len(levels)], casualties=casualties[: len(deaths)], final_report_at=start
    )
    longer = replace(short, grades=grades, casualties=casualties)
    now = start + timedelta(minutes=minutes)
    before, after = duties(short, now), duties(longer, now)
    assert set(before) <= set(after)
    assert duties(longer, now) == after
    assert len({duty.key for duty in after}) == len(after)
    assert set(before) | set(new_duties({duty.key for duty in before}, longer, now)) == set(after)
    assert all(duty.clock_start < duty.due_at and duty.strict_due_at <= duty.due_at for duty in after)
