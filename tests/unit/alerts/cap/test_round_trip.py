"""What is written is read back equal, in XML and in JSON; equal messages are equal bytes."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings

from services.alerts.cap.identifier import MAX_LENGTH, make_identifier, read_identifier
from services.alerts.cap.json_form import alert_from_json, alert_to_json
from services.alerts.cap.message import Alert
from services.alerts.cap.parse import parse
from services.alerts.cap.structure import check_structure
from services.alerts.cap.times import BEIJING, read_time, write_time
from services.alerts.cap.write import alert_element, write
from tests.unit.alerts.cap import strategies
from tests.unit.alerts.cap.documents import OURS, fixture


@settings(max_examples=150, deadline=None)
@given(strategies.alert)
def test_parse_of_write_is_the_same_message(alert: Alert) -> None:
    assert parse(write(alert)).alert == alert


@settings(max_examples=80, deadline=None)
@given(strategies.alert)
def test_json_carries_the_same_message(alert: Alert) -> None:
    assert alert_from_json(json.loads(json.dumps(alert_to_json(alert)))).alert == alert


@settings(max_examples=80, deadline=None)
@given(strategies.alert)
def test_what_we_write_keeps_the_structure(alert: Alert) -> None:
    root = alert_element(alert)
    assert check_structure(root, parse(write(alert)).version) == []


def test_equal_messages_are_equal_bytes_and_never_have_z() -> None:
    alert = parse(OURS[0].read_bytes()).alert
    assert alert.sent is not None
    elsewhere = replace(alert, sent=alert.sent.astimezone(UTC))
    assert elsewhere == alert
    assert write(elsewhere) == write(alert)
    assert b"<sent>2026-07-29T14:00:00+08:00</sent>" in write(alert)
    assert write(alert).startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<alert ")


@pytest.mark.parametrize(
    "text",
    ["2026-02-29T00:00:00+08:00", "2026-01-01T00:00:60+08:00", "2026-01-01T00:00:00+15:00", "2026-01-01T00:00:00,08:00", "2026-01-01T24:00:01+08:00", "今天",
     "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-01-01T00:00:00"],
)  # fmt: skip
def test_times_that_are_none(text: str) -> None:
    assert read_time(text) is None


def test_times_in_the_forms_found_in_the_field() -> None:
    expected = datetime(2026, 7, 29, 14, tzinfo=BEIJING)
    for text in ("2026-07-29T14:00:00+08:00", "2026-07-29T06:00:00Z", "2026-07-29T06:00:00-00:00", "2026-07-29T06:00:00.123Z"):
        assert read_time(text) == expected
    assert read_time("2026-07-28T24:00:00+08:00") == datetime(2026, 7, 29, tzinfo=BEIJING)
    assert write_time(datetime(2026, 7, 29, 6, tzinfo=UTC)) == "2026-07-29T14:00:00+08:00"
    with pytest.raises(ValueError, match="offset"):
        write_time(datetime(2026, 7, 29, 6))  # noqa: DTZ001


def test_the_number_of_a_warning() -> None:
    issued = datetime(2026, 7, 29, 6, tzinfo=UTC)
    number = make_identifier(region="640202", agency="999", issued_at=issued)
    assert number == "64020299900000_20260729140000"
    assert len(make_identifier(region="640202", agency="999", issued_at=issued, sequence=9)) == MAX_LENGTH
    read = read_identifier(f"{number}_3")
    assert read is not None
    assert (read.region, read.agency, read.issued_at, read.sequence, str(read)) == ("640202", "999", issued, 3, f"{number}_3")
    assert read_identifier("37061441600000_20261301133303") is None
    assert read_identifier("KSTO1055887203") is None
    for wrong in ({"region": "6402"}, {"agency": "41"}, {"unit": "０００"}, {"extension": "x1"}, {"sequence": 10}):
        with pytest.raises(ValueError, match=r"digits|sequence"):
            make_identifier(**{"region": "640202", "agency": "999", "issued_at": issued, **wrong})  # type: ignore[arg-type]


def test_version_1_0_is_read_into_the_same_shape() -> None:
    parsed = parse(fixture("version_1_0.xml"))
    info = parsed.alert.infos[0]
    assert (info.certainty, info.parameter("Magnitude"), info.language) == ("Likely", "3.4 Ml", "en-US")
    assert [(code.value_name, code.value) for code in info.event_codes] == [("CN-EVENT", "11C02")]
    assert info.areas[0].geocodes[0].value == "640202000000"
