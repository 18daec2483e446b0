"""Messages filled from the model by the names of their fields."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from fenghuo.dispatch.v1 import assignments_pb2, unit_statuses_pb2
from services.dispatch.codec.fields import EPOCH, fill, number, put_moment
from services.dispatch.model.assignment import Candidate
from services.dispatch.model.unit import Unit, UnitCapability

NOON = datetime(2026, 7, 29, 4, 0, 0, 123456, UTC)


def unit(**rest: object) -> Unit:
    given = {"capabilities": [UnitCapability("rescue", 2)], "qualifications": ["diver"], "home_lon": 106.3, "home_lat": 39.0, "crew_size": 6}
    texts = dict.fromkeys(("team_id", "team_display_name", "display_name", "display_name_en", "region_code", "contact"), "x")
    return Unit("u1", team_class="fire_rescue", state_at=NOON, heard_at=NOON, **(texts | given | rest))  # type: ignore[arg-type]


def test_a_field_is_filled_by_its_kind_and_one_that_is_renamed_to_nothing_is_not() -> None:
    renames = {"state_time": "state_at", "expect_time": "expected_at", "name": ""}
    message = fill(unit_statuses_pb2.UnitStatus(), unit(state="on_scene", incident_id="i1", version=7), renames)
    assert (message.name, message.state, message.etag) == ("", unit_statuses_pb2.UNIT_STATE_ON_SCENE, "7")
    assert (message.incident, message.assignment, message.team) == ("incidents/i1", "", "teams/x")
    assert (message.home.lon, message.home.lat) == (106.3, 39.0)
    assert [(each.code, each.count) for each in message.capabilities] == [("rescue", 2)]
    assert message.state_time.ToDatetime(UTC) == NOON
    assert not message.HasField("expect_time")
    assert not fill(unit_statuses_pb2.UnitStatus(), unit(home_lon=None)).HasField("home")


def test_what_is_worked_out_for_one_model_is_not_taken_for_another() -> None:
    candidate = Candidate("u2", "示例", "available", ["rescue"], None, ["BY_ESTIMATE"], position_stale=True)
    filled = fill(unit_statuses_pb2.UnitCandidate(), candidate)
    assert (filled.unit, filled.display_name, filled.HasField("distance_m")) == ("units/u2", "示例", False)
    assert fill(unit_statuses_pb2.UnitCandidate(), unit()).display_name == "x"
    assert fill(unit_statuses_pb2.UnitCandidate(), unit(), {"display_name": ""}).display_name == ""


@pytest.mark.parametrize("at", [NOON, EPOCH, EPOCH - timedelta(microseconds=1), datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)])
def test_a_moment_is_what_the_library_makes_of_it_in_any_time_zone(at: datetime) -> None:
    wanted, message = Timestamp(), assignments_pb2.Assignment()
    wanted.FromDatetime(at)
    put_moment(message, "create_time", at)
    assert message.create_time == wanted
    if 1 < at.year < 9999:
        put_moment(message, "expect_time", at.astimezone(timezone(timedelta(hours=8))))
        assert message.expect_time == wanted


def test_a_word_that_the_contract_does_not_have_is_an_error_each_time() -> None:
    states = unit_statuses_pb2.UnitState.DESCRIPTOR
    assert number(states, "") == 0
    for _ in range(2):
        with pytest.raises(KeyError):
            number(states, "nowhere")
