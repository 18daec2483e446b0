"""Every servicer of the field half, ready to be added to a server."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from chassis.process import Parts
from fenghuo.dispatch.v1 import (
    allocations_pb2_grpc,
    assignments_pb2_grpc,
    command_posts_pb2_grpc,
    recommendations_pb2_grpc,
    relief_pb2_grpc,
    roads_pb2_grpc,
    shifts_pb2_grpc,
    status_reports_pb2_grpc,
    tasks_pb2_grpc,
    tracks_pb2_grpc,
    unit_statuses_pb2_grpc,
)
from services.dispatch.servicer.allocations import AllocationServicer
from services.dispatch.servicer.assignments import AssignmentServicer
from services.dispatch.servicer.command import CommandPostServicer
from services.dispatch.servicer.recommendations import RecommendationServicer
from services.dispatch.servicer.relief import ReliefServicer
from services.dispatch.servicer.roads import RoadServicer
from services.dispatch.servicer.shifts import ShiftServicer
from services.dispatch.servicer.status_reports import StatusReportServicer
from services.dispatch.servicer.tasks import TaskServicer
from services.dispatch.servicer.tracks import TrackServicer
from services.dispatch.servicer.unit_statuses import UnitStatusServicer
from services.dispatch.use_cases.picture import Picture
from services.dispatch.use_cases.places import Places


def field_servicers(parts: Parts, picture: Picture, places: Places) -> Sequence[Callable[[Any], None]]:
    """Units, tasks, assignments, command, duty, relief, roads."""
    statuses = UnitStatusServicer(parts, picture)
    return [
        partial(unit_statuses_pb2_grpc.add_UnitStatusServiceServicer_to_server, statuses),
        partial(tracks_pb2_grpc.add_TrackServiceServicer_to_server, TrackServicer(parts, statuses)),
        partial(status_reports_pb2_grpc.add_StatusReportServiceServicer_to_server, StatusReportServicer(parts)),
        partial(tasks_pb2_grpc.add_TaskServiceServicer_to_server, TaskServicer(parts)),
        partial(assignments_pb2_grpc.add_AssignmentServiceServicer_to_server, AssignmentServicer(parts, picture)),
        partial(recommendations_pb2_grpc.add_RecommendationServiceServicer_to_server, RecommendationServicer(parts, picture)),
        partial(allocations_pb2_grpc.add_AllocationServiceServicer_to_server, AllocationServicer(parts, picture)),
        partial(command_posts_pb2_grpc.add_CommandPostServiceServicer_to_server, CommandPostServicer(parts)),
        partial(shifts_pb2_grpc.add_ShiftServiceServicer_to_server, ShiftServicer(parts)),
        partial(relief_pb2_grpc.add_ReliefServiceServicer_to_server, ReliefServicer(parts)),
        partial(roads_pb2_grpc.add_RoadServiceServicer_to_server, RoadServicer(parts, picture, places)),
    ]
