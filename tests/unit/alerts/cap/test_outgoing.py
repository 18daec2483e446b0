"""Our own messages: each rule C04-C20 stops one that breaks it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from services.alerts.cap.law64 import missing_contents
from services.alerts.cap.lint import lint_outgoing
from services.alerts.cap.message import Alert, Area, Circle, Info, NamedValue, Point, Polygon, Reference, Resource
from services.alerts.cap.parse import parse
from services.alerts.cap.times import BEIJING
from tests.unit.alerts.cap.documents import fixture

ALERT = parse(fixture("flood_1_alert.xml")).alert
UPDATE = parse(fixture("flood_2_update.xml")).alert
INFO = ALERT.infos[0]
AREA = INFO.areas[0]
RING = AREA.polygons[0].points
SENT = datetime(2026, 7, 29, 14, 58, tzinfo=BEIJING)


def with_info(**changes: object) -> Alert:
    return replace(ALERT, infos=(replace(INFO, **changes),))  # type: ignore[arg-type]


def with_area(**changes: object) -> Alert:
    return with_info(areas=(replace(AREA, **changes),))  # type: ignore[arg-type]


def english(**changes: object) -> Info:
    return replace(INFO, language="en-US", event="Flash flood", headline="Flash flood", **changes)  # type: ignore[arg-type]


BROKEN: dict[str, tuple[str, Callable[[], Alert]]] = {
    "bell in the text": ("CAP_C03_UNWRITABLE", lambda: with_info(description="警\x07报")),
    "naive time": ("CAP_C03_UNWRITABLE", lambda: with_info(onset=datetime(2026, 7, 29, 14))),  # noqa: DTZ001
    "no sent": ("CAP_C03_EXPECTED", lambda: replace(ALERT, sent=None)),
    "unknown urgency": ("CAP_C03_VALUE", lambda: with_info(urgency="Soon")),
    "no category": ("CAP_C03_EXPECTED", lambda: with_info(category=())),
    "wrong case": ("CAP_C18_CASE", lambda: replace(ALERT, status="test")),
    "space in the identifier": ("CAP_C04_CHARACTERS", lambda: replace(ALERT, identifier="6402 02")),
    "quote in an address": ("CAP_C04_ITEM", lambda: replace(ALERT, addresses=('a"b',))),
    "fraction of a second": ("CAP_C05_WHOLE_SECOND", lambda: replace(ALERT, sent=datetime(2026, 7, 29, 14, 0, 0, 1, tzinfo=BEIJING))),
    "fraction in expires": ("CAP_C05_WHOLE_SECOND", lambda: with_info(expires=datetime(2026, 7, 29, 20, 0, 0, 1, tzinfo=BEIJING))),
    "restricted to nobody": ("CAP_C07_RESTRICTION_MISSING", lambda: replace(ALERT, scope="Restricted")),
    "private to nobody": ("CAP_C07_ADDRESSES_MISSING", lambda: replace(ALERT, scope="Private")),
    "restriction unused": ("CAP_C07_RESTRICTION_UNUSED", lambda: replace(ALERT, restriction="内部")),
    "update of nothing": ("CAP_C08_MISSING", lambda: replace(UPDATE, references=())),
    "first with a reference": ("CAP_C08_FIRST", lambda: replace(ALERT, references=UPDATE.references)),
    "reference to itself": ("CAP_C09_ITSELF", lambda: replace(UPDATE, references=(Reference(UPDATE.sender, UPDATE.identifier, SENT),))),
    "reference to the future": ("CAP_C09_NEWER", lambda: replace(UPDATE, references=(Reference("a", "b", SENT + timedelta(days=1)),))),
    "reference of the same second": ("CAP_C09_SAME_TIME", lambda: replace(UPDATE, references=(Reference("a", "b", SENT),))),
    "reference with a comma": ("CAP_C09_FORM", lambda: replace(UPDATE, references=(Reference("a,b", "c", SENT - timedelta(days=1)),))),
    "no info": ("CAP_C10_NO_INFO", lambda: replace(ALERT, infos=())),
    "three points": ("CAP_C11_TOO_FEW", lambda: with_area(polygons=(Polygon((RING[0], RING[1], RING[0])),))),
    "open polygon": ("CAP_C11_OPEN", lambda: with_area(polygons=(Polygon(RING[:-1]),))),
    "lon before lat": ("CAP_C11_RANGE", lambda: with_area(polygons=(Polygon(tuple(Point(p.lon, p.lat) for p in RING)),))),
    "bow tie": ("CAP_C11_CROSSES_ITSELF", lambda: with_area(polygons=(Polygon((RING[0], RING[2], RING[1], RING[3], RING[0])),))),
    "not a number": ("CAP_C11_UNREADABLE", lambda: with_area(polygons=(Polygon((Point(float("nan"), 1.0), *RING)),))),
    "radius below zero": ("CAP_C12_RADIUS", lambda: with_area(circles=(Circle(RING[0], -1.0),))),
    "circle off the earth": ("CAP_C12_RANGE", lambda: with_area(circles=(Circle(Point(106.3, 39.1), 1.0),))),
    "ceiling alone": ("CAP_C13_NO_ALTITUDE", lambda: with_area(ceiling=Decimal(9000))),
    "ceiling below": ("CAP_C13_UPSIDE_DOWN", lambda: with_area(ceiling=Decimal(10), altitude=Decimal(20))),
    "no area": ("CAP_C14_NO_AREA", lambda: with_info(areas=())),
    "area only described": ("CAP_C14_ONLY_DESCRIPTION", lambda: with_info(areas=(Area("沿山"),))),
    "no end": ("CAP_C15_NO_EXPIRES", lambda: with_info(expires=None)),
    "ends as it begins": ("CAP_C15_ALREADY_EXPIRED", lambda: with_info(expires=INFO.effective)),
    "ends before it is sent": ("CAP_C15_ALREADY_EXPIRED", lambda: with_info(effective=None, expires=SENT - timedelta(days=2))),
    "ends in the far future": ("CAP_C15_FAR_FUTURE", lambda: with_info(expires=SENT + timedelta(days=400))),
    "file without type": ("CAP_C16_MIME_TYPE", lambda: with_info(resources=(Resource("图", uri="https://example.invalid/a.png"),))),
    "file nowhere": ("CAP_C16_NOWHERE", lambda: with_info(resources=(Resource("图", "image/png"),))),
    "file relative": ("CAP_C16_RELATIVE", lambda: with_info(resources=(Resource("图", "image/png", uri="a.png"),))),
    "English first": ("CAP_C17_CHINESE_FIRST", lambda: replace(ALERT, infos=(english(), INFO))),
    "two events": ("CAP_C17_EVENT", lambda: replace(ALERT, infos=(INFO, replace(INFO, event="冰雹")))),
    "two codes": ("CAP_C17_CODE", lambda: replace(ALERT, infos=(INFO, english(event_codes=(NamedValue("CN-EVENT", "11B03"),))))),
    "two levels": ("CAP_C17_LEVEL", lambda: replace(ALERT, infos=(INFO, english(severity="Severe")))),
    "two areas": ("CAP_C17_AREA", lambda: replace(ALERT, infos=(INFO, english(areas=(replace(AREA, geocodes=()),))))),
    "exercise without note": ("CAP_C19_NOTE", lambda: replace(ALERT, status="Exercise", note="")),
    "error without note": ("CAP_C19_NOTE", lambda: replace(UPDATE, msg_type="Error", note="")),
    "file by script": ("CAP_C16_WEB", lambda: with_info(resources=(Resource("图", "image/png", uri="javascript:alert(1)"),))),
    "link by script": ("CAP_C16_WEB", lambda: with_info(web="javascript:alert(1)")),
    "link with markup": ("CAP_C16_WEB", lambda: with_info(web="https://example.invalid/<b>")),
    "sender with markup": ("CAP_C20_HTML", lambda: with_info(sender_name="<b>x</b>")),
    "contact with markup": ("CAP_C20_HTML", lambda: with_info(contact="<a href='x'>")),
    "area with markup": ("CAP_C20_HTML", lambda: with_info(areas=(Area("汝箕沟<i>", geocodes=(NamedValue("CPEAS Geographic Code", "640202000000"),)),))),
    "long headline": ("CAP_C20_HEADLINE_LONG", lambda: with_info(headline="警" * 161)),
    "HTML": ("CAP_C20_HTML", lambda: with_info(description="<b>转移</b>")),
    "escaped newline": ("CAP_C20_ESCAPE", lambda: with_info(instruction="转移\\n撤离")),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_breaks_a_rule_does_not_leave(case: str) -> None:
    key, make = BROKEN[case]
    report = lint_outgoing(make())
    assert key in {finding.key for finding in report.errors}
    assert report.verdict == "REJECT"
    assert report.warnings == ()


def test_two_languages_of_one_level_and_area_are_clean() -> None:
    assert lint_outgoing(replace(ALERT, infos=(INFO, english()))).clean


def test_a_repeated_point_is_no_crossing() -> None:
    assert lint_outgoing(with_area(polygons=(Polygon((RING[0], *RING)),))).clean


def test_a_time_in_another_offset_is_the_same_time() -> None:
    assert ALERT.sent is not None
    assert lint_outgoing(replace(ALERT, sent=ALERT.sent.astimezone(UTC))).clean


def test_law_64_names_what_is_missing() -> None:
    assert missing_contents(ALERT) == ()
    assert missing_contents(with_info(instruction="", sender_name="")) == ("instruction", "sender_name")
    assert missing_contents(with_info(severity="Unknown", headline="预警", parameters=(), onset=None, effective=None)) == ("level", "start")
    assert missing_contents(replace(ALERT, infos=())) == ("event", "level", "start", "area", "description", "instruction", "sender_name")
    cancel = parse(fixture("flood_3_cancel.xml")).alert
    assert missing_contents(replace(cancel, infos=(replace(cancel.infos[0], instruction=""),))) == ()
    assert missing_contents(replace(ALERT, msg_type="Ack", infos=())) == ()
