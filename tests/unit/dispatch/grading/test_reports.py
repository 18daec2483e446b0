"""Reports: what meets a duty, completeness with 「暂不清楚」, timeliness by both clocks."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from services.dispatch.grading.duties import Channel, Duty, DutyKind, Party, duties
from services.dispatch.grading.reports import (
    UNCLEAR,
    DutyRecord,
    DutyState,
    Element,
    ReportKind,
    SentReport,
    completeness,
    meets,
    required_elements,
    timeliness,
)
from tests.unit.dispatch.grading.test_duties import FLOOD_MAJOR

CST = timezone(timedelta(hours=8))
START = datetime(2026, 7, 29, tzinfo=CST)
END = datetime(2026, 7, 30, tzinfo=CST)


def at(hour: int, minute: int) -> datetime:
    return datetime(2026, 7, 29, hour, minute, tzinfo=CST)


def sent(kind: ReportKind, channel: Channel, to_level: Party, sent_at: datetime) -> SentReport:
    return SentReport(kind, channel, Party.COUNTY, to_level, sent_at)


DUTY = Duty("k", DutyKind.REPORT, "R-I2", Channel.WRITTEN, Party.COUNTY, Party.CITY, at(16, 40), at(17, 40), at(16, 12))


def test_a_duty_is_met_by_the_right_parties_channel_and_time() -> None:
    assert meets(DUTY, sent(ReportKind.INITIAL, Channel.WRITTEN, Party.CITY, at(17, 0)))
    assert meets(DUTY, sent(ReportKind.FOLLOW_UP, Channel.PLATFORM, Party.CITY, at(19, 0)))
    assert not meets(DUTY, sent(ReportKind.INITIAL, Channel.PHONE, Party.CITY, at(17, 0)))
    assert not meets(DUTY, sent(ReportKind.INITIAL, Channel.WRITTEN, Party.PROVINCE, at(17, 0)))
    assert not meets(DUTY, sent(ReportKind.INITIAL, Channel.WRITTEN, Party.CITY, at(16, 39)))
    assert not meets(DUTY, sent(ReportKind.ZERO, Channel.WRITTEN, Party.CITY, at(17, 0)))


def test_supplements_zero_reports_and_follow_ups_ask_for_their_kind() -> None:
    supplement, zero, follow_up = (replace(DUTY, kind=kind, channel=Channel.ANY) for kind in (DutyKind.SUPPLEMENT, DutyKind.ZERO, DutyKind.FOLLOW_UP))
    first = sent(ReportKind.INITIAL, Channel.PHONE, Party.CITY, at(17, 0))
    assert not any(meets(duty, first) for duty in (supplement, zero, follow_up))
    assert meets(supplement, replace(first, kind=ReportKind.SUPPLEMENT))
    assert meets(zero, replace(first, kind=ReportKind.ZERO))
    assert meets(follow_up, replace(first, kind=ReportKind.FOLLOW_UP))


def test_a18_unclear_counts_as_given_blank_does_not() -> None:
    elements = dict.fromkeys(required_elements(accident=False), "…")
    full = completeness({**elements, Element.CASUALTIES_AND_LOSS: UNCLEAR}, accident=False)
    assert (full.filled, full.required, full.missing, full.ratio) == (9, 9, (), 1.0)
    partly = completeness({**elements, Element.TREND: "  ", Element.SCOPE: None}, accident=True)
    assert (partly.filled, partly.required, partly.missing) == (7, 10, (Element.SCOPE, Element.TREND, Element.UNIT_PROFILE))


def test_a21_timely_by_the_actionable_clock_not_by_the_strict_one() -> None:
    reports = [
        sent(ReportKind.PHONE_FIRST, Channel.PHONE, Party.CITY, at(15, 36)),
        sent(ReportKind.INITIAL, Channel.WRITTEN, Party.CITY, at(15, 50)),
        *(sent(ReportKind.FOLLOW_UP, Channel.PHONE, party, at(16, 55)) for party in (Party.CITY, Party.PROVINCE)),
        *(sent(ReportKind.FOLLOW_UP, Channel.WRITTEN, party, at(17, 20)) for party in (Party.CITY, Party.PROVINCE)),
    ]
    records = []
    for duty in duties(FLOOD_MAJOR, at(17, 20)):
        met_at = min((report.sent_at for report in reports if meets(duty, report)), default=None)
        records.append(DutyRecord(duty, DutyState.OPEN if met_at is None else DutyState.MET, met_at))
    assert [record.duty.key for record in records if record.met_at is None] == ["R-I6/report/county>nation"]
    actionable = timeliness(records, START, END, at(17, 21))
    assert (actionable.in_time, actionable.due, actionable.ratio) == (7, 7, 1.0)
    strict = timeliness(records, START, END, at(17, 21), strict=True).ratio
    assert strict is not None
    assert strict < 1.0
    assert timeliness(records, START, END, at(18, 41)).ratio == 7 / 8


def test_waived_and_cancelled_duties_and_those_of_others_do_not_count() -> None:
    met = DutyRecord(DUTY, DutyState.MET, at(17, 0))
    others = [replace(met, state=DutyState.WAIVED), replace(met, state=DutyState.CANCELLED), replace(met, duty=replace(DUTY, from_level=Party.UNIT))]
    assert timeliness([met, *others], START, END, at(20, 0)).due == 1
    assert timeliness(others, START, END, at(20, 0)).ratio is None
    assert timeliness([met], END, END + timedelta(days=1), at(20, 0)).due == 0
    assert timeliness([replace(met, met_at=at(17, 41))], START, END, at(20, 0)).ratio == 0.0
