"""S5: levels round trip through every vocabulary, LEVELCODE counts backwards; event codes find their defaults and names."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.alerts.cap import levels
from services.alerts.cap.event_codes import defaults_of, event_code_of
from services.alerts.cap.message import NamedValue
from services.alerts.cap.parse import parse
from services.alerts.cap.times import BEIJING
from services.alerts.cap.validity import ends_messages, expires_at, reference_to, shown_until
from tests.unit.alerts.cap.documents import fixture

ALERT = parse(fixture("flood_1_alert.xml")).alert
INFO = ALERT.infos[0]
NAMES = {"11B03": "暴雨事件", "11A51": "山洪灾害事件", "11B09": "高温", "11B14": "雷电"}
NOW = datetime(2026, 7, 29, 14, tzinfo=BEIJING)


def test_levels_round_trip_and_levelcode_is_reversed() -> None:
    for level in levels.LEVELS:
        assert levels.level_of_severity(levels.severity_of(level)) == level
        assert levels.level_of_levelcode(levels.levelcode_of(level)) == level
        assert levels.level_of_colour(levels.LEVELS[level].colour_zh) == levels.level_of_colour(levels.LEVELS[level].colour_en) == level
    assert [levels.levelcode_of(level) for level in (1, 2, 3, 4)] == ["04", "03", "02", "01"]
    assert (levels.severity_of(9), levels.level_of_severity("Unknown"), levels.level_of_levelcode("05")) == ("Unknown", 9, None)
    assert levels.headline_suffix(2) == "[Ⅱ级/严重]"
    assert levels.headline_suffix(9) == ""


@pytest.mark.parametrize(
    ("value", "level"), [("2; yellow; Moderate", 3), ("3; orange; Severe", 2), ("4; red; Extreme", 1), ("1; green; Minor", None), ("red", None)]
)
def test_meteoalarm(value: str, level: int | None) -> None:
    assert levels.level_of_awareness(value) == level


@pytest.mark.parametrize(("value", "level"), [("Green", None), ("Orange", 2), ("Red", 1)])
def test_gdacs(value: str, level: int | None) -> None:
    assert levels.level_of_gdacs(value) == level


def test_the_most_specific_statement_of_the_level_wins() -> None:
    plain = replace(INFO, parameters=(), headline="预警", severity="Extreme")
    assert levels.suggested_level(plain) == 1
    assert levels.suggested_level(replace(plain, headline="高温橙色预警升级为红色预警信号")) == 1
    assert levels.suggested_level(replace(plain, headline="发布暴雨黄色预警信号")) == 3
    assert levels.suggested_level(replace(plain, parameters=(NamedValue("alertlevel", "Green"),))) == 9
    assert levels.suggested_level(replace(plain, parameters=(NamedValue("awareness_level", "3; orange; Severe"),))) == 2
    assert levels.suggested_level(replace(plain, parameters=(NamedValue("level", "4"),))) == 4
    assert levels.alert_level(replace(ALERT, infos=(plain, INFO))) == 1
    assert levels.alert_level(replace(ALERT, infos=())) == 9


def test_urgency_and_certainty() -> None:
    hour = timedelta(hours=1)
    assert levels.urgency_of(NOW, now=NOW) == "Immediate"
    assert levels.urgency_of(NOW + hour, now=NOW) == "Expected"
    assert levels.urgency_of(NOW + hour + timedelta(seconds=1), now=NOW) == "Future"
    assert levels.urgency_of(None, now=NOW) == "Unknown"
    assert levels.urgency_of(NOW, now=NOW, ended=True) == "Past"
    assert [levels.certainty_of(probability=chance) for chance in (0.51, 0.5, None)] == ["Likely", "Possible", "Unknown"]
    assert levels.certainty_of(observed=True) == "Observed"


def test_event_codes() -> None:
    assert event_code_of(INFO, NAMES) == "11A51"
    assert event_code_of(parse(fixture("cma_rainstorm_yellow.xml")).alert.infos[0], NAMES) == "11B03"
    assert event_code_of(replace(INFO, event_codes=(), event="山洪"), NAMES) == "11A51"
    assert event_code_of(replace(INFO, event_codes=(), event="earthquake"), NAMES) is None
    assert event_code_of(replace(INFO, event_codes=(), event=""), NAMES) is None
    assert defaults_of("11A51").categories == ("Met", "Geo")
    assert defaults_of("12H05").responses == ("Avoid",)
    assert defaults_of("99999").categories == ("Other",)


def test_how_long_a_warning_holds_and_what_it_ends() -> None:
    assert ALERT.sent is not None
    assert expires_at(ALERT) == shown_until(ALERT) == ALERT.sent + timedelta(hours=6)
    endless = replace(ALERT, infos=(INFO, replace(INFO, expires=None)))
    assert (expires_at(endless), shown_until(endless)) == (None, ALERT.sent + timedelta(days=7))
    far = parse(fixture("expires_far.xml")).alert
    assert far.sent is not None
    assert shown_until(far) == far.sent + timedelta(days=7)
    update = parse(fixture("flood_2_update.xml")).alert
    assert ends_messages(update) == (reference_to(ALERT),)
    assert ends_messages(replace(update, msg_type="Ack")) == ()
    with pytest.raises(ValueError, match="not sent"):
        reference_to(replace(ALERT, sent=None))
