"""A moment outside the domain's years is an unset clock: it is refused at the door, wherever it stands in a request."""

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.rpc.contract import moment_out_of_range
from fenghuo.dispatch.v1 import incidents_pb2, unit_statuses_pb2


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "1899-12-31T23:59:59Z", "9999-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"])
def test_the_ends_of_time_are_named_by_their_place(at: str) -> None:
    stamp = Timestamp()
    stamp.FromJsonString(at)
    assert moment_out_of_range(incidents_pb2.RegisterIncidentRequest(occur_time=stamp)) == "occur_time"
    batch = unit_statuses_pb2.ReportPositionsRequest(positions=[unit_statuses_pb2.PositionReport(), unit_statuses_pb2.PositionReport(locate_time=stamp)])
    assert moment_out_of_range(batch) == "positions[1].locate_time"


@pytest.mark.parametrize("at", ["1900-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2026-07-29T15:12:00+08:00", "9998-12-31T23:59:59Z"])
def test_every_moment_of_the_domain_passes(at: str) -> None:
    stamp = Timestamp()
    stamp.FromJsonString(at)
    assert moment_out_of_range(incidents_pb2.RegisterIncidentRequest(occur_time=stamp)) == ""
    assert moment_out_of_range(incidents_pb2.RegisterIncidentRequest()) == ""
