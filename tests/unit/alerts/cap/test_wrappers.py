"""Feeds, EDXL-DE, MeteoAlarm's JSON and the alarm script: every message inside comes out; and our own feed can be read back."""

from dataclasses import replace

import pytest

from services.alerts.cap.feed import FeedEntry, FeedHead, write_feed
from services.alerts.cap.findings import CapRefused
from services.alerts.cap.levels import suggested_level
from services.alerts.cap.lint import lint_incoming
from services.alerts.cap.parse import parse
from services.alerts.cap.times import BEIJING
from services.alerts.cap.unwrap import unwrap
from tests.unit.alerts.cap.documents import CORPUS, fixture


@pytest.mark.parametrize(
    ("name", "identifiers", "links"),
    [
        ("feed.atom", ["SAMPLE-1", "SAMPLE-3"], ("https://example.invalid/cap/2",)),
        ("feed.rss", ["SAMPLE-1"], ("https://example.invalid/cap/1",)),
        ("edxl_de.xml", ["SAMPLE-1", "SAMPLE-2"], ()),
        ("flood_1_alert.xml", ["64020299900000_20260729140000"], ()),
    ],
)
def test_every_message_of_a_wrapper(name: str, identifiers: list[str], links: tuple[str, ...]) -> None:
    found = unwrap(fixture(name))
    assert [message.alert.identifier for message in found.messages] == identifiers
    assert found.links == links
    assert all(lint_incoming(message).verdict == "ACCEPT" for message in found.messages)


def test_meteoalarm_json_is_read_and_its_times_converted() -> None:
    found = unwrap(fixture("meteoalarm.json"))
    (message,) = found.messages
    assert [refused.key for refused in found.refused] == ["CAP_C02_JSON"]
    assert message.form == "json"
    assert message.alert.sent is not None
    assert message.alert.sent.astimezone(BEIJING).isoformat() == "2026-07-29T13:20:00+08:00"
    assert [finding.key for finding in lint_incoming(message).findings] == ["CAP_C05_FORM"]
    assert suggested_level(message.alert.infos[0]) == 2


def test_the_alarm_script_is_read_with_its_level_turned_round() -> None:
    (message,) = unwrap(fixture("weather_cn.js")).messages
    info = message.alert.infos[0]
    assert (suggested_level(info), info.severity, info.event, info.sender_name) == (2, "Severe", "暴雨", "示例区气象台")
    assert (message.alert.sender, message.alert.references) == ("64020241600000", ())
    assert info.areas[0].geocodes[0].value == "640202000000"
    report = lint_incoming(message)
    assert (report.verdict, [finding.key for finding in report.findings]) == ("ACCEPT", ["CAP_C09_OWN_DROPPED"])


@pytest.mark.parametrize(("old", "new", "keys"), [
    (b'"LEVELCODE": "03"', b'"LEVELCODE": "04"', ["CAP_C18_LEVELS_DISAGREE", "CAP_C09_OWN_DROPPED"]),
    (b'"references": "64020241600000_20260729132000"', b'"references": "64020241600000_20260729120000"', ["CAP_C08_FIRST"]),
    (b'"references": "64020241600000_20260729132000"', b'"references": "abc"', ["CAP_C09_FORM"]),
    (b'"RELIEVETIME": "2026-07-30 01:20:00"', b'"RELIEVETIME": "soon"', ["CAP_C05_UNREADABLE", "CAP_C09_OWN_DROPPED", "CAP_C15_NO_EXPIRES"]),
])  # fmt: skip
def test_slips_in_the_alarm_script(old: bytes, new: bytes, keys: list[str]) -> None:
    (message,) = unwrap(fixture("weather_cn.js").replace(old, new)).messages
    assert sorted(finding.key for finding in lint_incoming(message).findings) == sorted(keys)


def test_a_page_without_a_message_is_refused_and_an_empty_feed_is_empty() -> None:
    with pytest.raises(CapRefused, match="C02 CAP_C02_ROOT"):
        unwrap(b"<html><body/></html>")
    assert unwrap(b'<feed xmlns="http://www.w3.org/2005/Atom"/>').messages == ()


def test_our_feed_is_read_back_and_holds_only_actual_messages() -> None:
    test_message = parse(fixture("flood_1_alert.xml")).alert
    actual = replace(test_message, status="Actual")
    assert actual.sent is not None
    head = FeedHead("urn:fenghuo:640202", "大武口区预警", "大武口区应急管理局", "https://example.invalid/feed", actual.sent)
    document = write_feed(head, [FeedEntry("urn:fenghuo:1", "https://example.invalid/cap/1", actual)])
    found = unwrap(document)
    assert ([message.alert for message in found.messages], found.links) == ([actual], ("https://example.invalid/cap/1",))
    assert b"Z</updated>" not in document
    with pytest.raises(ValueError, match="only an actual message"):
        write_feed(head, [FeedEntry("urn:fenghuo:1", "https://example.invalid/cap/1", test_message)])


def test_the_reference_corpus_unwraps_where_it_is_set() -> None:
    counts = {"google__earthquake.atom": 1, "meteoalarm__with_polygons.json": 3, "cma__weathercn_alarm_jsonp_sample.js": 1} if CORPUS else {}
    for name, count in counts.items():
        assert CORPUS is not None
        messages = unwrap((CORPUS / "cap" / name).read_bytes()).messages
        assert len(messages) == count
        assert all(lint_incoming(message).verdict == "ACCEPT" for message in messages)
