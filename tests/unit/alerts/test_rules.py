"""Rules of alerts on plain values: coverage, authority, measures of the law, the hash two people answer for, thresholds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import DomainError
from services.alerts.model.alert import Alert, Signer
from services.alerts.model.authority import Authority, allowed_levels, authority_for
from services.alerts.model.content import AlertArea, AlertContent, AlertInfo
from services.alerts.model.coverage import DOOR, Receipt, Village, coverage
from services.alerts.model.delivery import ChannelTarget
from services.alerts.model.document import content_hash
from services.alerts.model.measures import measures_of
from services.alerts.model.observation import Reading, Station, Threshold, crossed

NOW = datetime(2026, 7, 29, 6, 0, tzinfo=UTC)
LONGQUAN = Village("640202001201", "龙泉村", 1120, 106.352, 39.022)


def _receipt(channel: str, reached: int, *, outside: str = "", failed: bool = False, minute: int = 0) -> Receipt:
    at = NOW + timedelta(minutes=minute)
    return Receipt(
        id=f"{channel}{minute}{reached}", alert_id="a", village=LONGQUAN.village, channel=channel, target_id="", reached=reached, outside_channel=outside,
        failed=failed, receipt_time=at, record_time=at, region_code="640202", exercise_id="",
    )  # fmt: skip


def test_channels_are_never_added_up() -> None:
    receipts = [_receipt("sms", 860), _receipt("loudspeaker", 1000), _receipt(DOOR, 96, outside="loudspeaker")]
    assert coverage("alerts/a", [LONGQUAN], receipts).reached == 1096


def test_doors_of_another_list_do_not_count() -> None:
    receipts = [_receipt("sms", 610), _receipt(DOOR, 130, outside="sms"), _receipt("loudspeaker", 820, minute=5), _receipt(DOOR, 40, outside="loudspeaker")]
    found = coverage("alerts/a", [LONGQUAN], receipts).villages[0]
    assert (found.best_channel, found.reached, found.door_reached) == ("loudspeaker", 860, 40)


def test_a_later_report_of_a_channel_replaces_the_earlier() -> None:
    receipts = [_receipt("loudspeaker", 0, failed=True), _receipt("loudspeaker", 700, minute=3)]
    assert coverage("alerts/a", [LONGQUAN], receipts).reached == 700
    assert coverage("alerts/a", [LONGQUAN], [*receipts, _receipt("loudspeaker", 0, failed=True, minute=9)]).reached == 0


_REPORTS = st.tuples(st.sampled_from(["sms", "loudspeaker", "tv", DOOR]), st.integers(0, 1500), st.sampled_from(["", "sms", "loudspeaker"]), st.booleans())


@given(st.lists(_REPORTS, max_size=12))
def test_coverage_never_exceeds_who_lives_there(reports: list[tuple[str, int, str, bool]]) -> None:
    receipts = [
        _receipt(channel, reached, outside=outside if channel == DOOR else "", failed=failed, minute=number)
        for number, (channel, reached, outside, failed) in enumerate(reports)
    ]
    found = coverage("alerts/a", [LONGQUAN], receipts)
    assert 0 <= found.reached <= LONGQUAN.population
    assert found.below_target == (found.reached * 10 < LONGQUAN.population * 9)


def _row(**more: object) -> Authority:
    values: dict[str, object] = {"id": "r", "org": "大武口区政府", "event_prefix": "", "levels": (3, 4), "region_code": "640202"}
    return Authority(**(values | more))  # type: ignore[arg-type]


def test_authority_is_organisation_event_level_region_and_time() -> None:
    rows = [_row(), _row(id="g", levels=(2,), grant_id="石授1号", valid_until_time=NOW + timedelta(hours=6), event_prefix="11A")]
    place = ["640202", "640202001201"]
    assert allowed_levels(rows, "大武口区政府", "11A51", place, NOW) == (2, 3, 4)
    assert allowed_levels(rows, "大武口区政府", "12D02", place, NOW) == (3, 4)
    assert allowed_levels(rows, "大武口区政府", "11A51", place, NOW + timedelta(hours=6)) == (3, 4)
    assert authority_for(rows, "平罗县政府", "11A51", 3, place, NOW) is None
    assert authority_for(rows, "大武口区政府", "11A51", 3, ["640221"], NOW) is None
    with pytest.raises(DomainError, match="GRANT_WITHOUT_END"):
        _row(grant_id="x").check()


def test_measures_of_the_law_by_article() -> None:
    assert [measure.key for measure in measures_of(3)] == [f"66-{item}" for item in range(1, 6)]
    assert len(measures_of(1)) == 13
    known = {measure.key for measure in measures_of(4)}
    assert [measure.key for measure in measures_of(2, known)] == [f"67-{item}" for item in range(1, 9)]


def _alert() -> Alert:
    content = AlertContent(
        event_code="11A51", level=3, areas=(AlertArea(description="沿山", region_codes=("640202",)),), infos=(AlertInfo(language="zh-CN", event="山洪"),),
    )  # fmt: skip
    return Alert(
        id="a", kind="alert", status="actual", exercise_id="", chain_id="a", region_code="640202", content=content, sender="X", create_time=NOW, update_time=NOW
    )


def test_the_hash_covers_whatever_is_decided() -> None:
    alert = _alert()
    others = [
        replace(alert, content=replace(alert.content, **change))
        for change in ({"level": 2}, {"channels": ("sms",)}, {"notify_regions": ("640221",)}, {"note": "x"}, {"expire_time": NOW}, {"infos": ()})
    ]
    hashes = [content_hash(each, None) for each in (alert, *others, replace(alert, status="test"))]
    assert len(set(hashes)) == len(hashes)
    assert content_hash(replace(alert, identifier="later", publish_time=NOW), None) == hashes[0]


def test_two_people_for_one_content() -> None:
    alert = _alert()
    alert.drafted("editor")
    alert.submit(alert.content, "hash", Signer("editor", "o"), NOW)
    with pytest.raises(DomainError, match="SEPARATION_OF_DUTY"):
        replace(alert).approve(Signer("editor", "o"), "", "authorities/r", "", NOW)
    with pytest.raises(DomainError, match="OTHER_CONTENT"):
        replace(alert).approve(Signer("issuer", "o"), "another", "authorities/r", "", NOW)
    alert.approve(Signer("issuer", "o"), "hash", "authorities/r", "", NOW)
    with pytest.raises(DomainError, match="CONTENT_CHANGED"):
        alert.publish("tampered", NOW)


def test_a_threshold_is_crossed_when_it_is_reached_and_once() -> None:
    station = Station(id="s", title="s", region_code="640202", location=None, operator="", metrics=("rain_1h",), create_time=NOW)
    rows = [
        Threshold(id=str(level), event_code="11A51", metric="rain_1h", comparison="at_least", value=value, level=level)
        for level, value in ((3, "25"), (2, "40"))
    ]

    def proposed(before: str, value: str) -> list[int]:
        return [each.level for each in crossed(rows, station, Reading("rain_1h", value), {"rain_1h": before} if before else {})]

    assert [proposed(*pair) for pair in (("", "24"), ("24", "25"), ("25", "26"), ("26", "41"), ("", "41"))] == [[], [3], [], [2], [2]]


def test_a_loudspeaker_outside_the_area_stays_silent() -> None:
    def served(*regions: str, villages: tuple[str, ...] = (LONGQUAN.village,), named: tuple[str, ...] = ("640202",)) -> bool:
        return ChannelTarget(id="t", channel="loudspeaker", title="村村响", region_code="640202", regions=regions).in_area(named, villages)

    assert served()
    assert served("640202")
    assert served(LONGQUAN.village)
    assert served("640202001")
    assert not served("640202100206")
    assert not served("640221")
    assert served("640202100206", villages=())
    assert served("640202100206", named=("640202", "640202100"))
