"""Composition root of dispatch."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from chassis.geo import AreaIndex
from chassis.process import Definition, Parts, Wiring, serve
from fenghuo.dispatch.v1 import (
    consultations_pb2_grpc,
    incidents_pb2_grpc,
    instructions_pb2_grpc,
    releases_pb2_grpc,
    reports_pb2_grpc,
    signals_pb2_grpc,
    timeline_pb2_grpc,
)
from services.dispatch import consumers, errors, events, tables
from services.dispatch.errors import field as field_errors
from services.dispatch.servicer import records, reports
from services.dispatch.servicer.field import field_servicers
from services.dispatch.servicer.incidents import IncidentServicer
from services.dispatch.servicer.timeline import TimelineServicer
from services.dispatch.settings import Settings
from services.dispatch.use_cases import obligations, response
from services.dispatch.use_cases import reports as report_cases
from services.dispatch.use_cases.alarms import field_rings
from services.dispatch.use_cases.allocator import Allocator
from services.dispatch.use_cases.picture import Picture
from services.dispatch.use_cases.places import Places, region_names

RINGS = {
    obligations.RING: obligations.ring,
    obligations.ZERO_REPORT: obligations.ring_zero_report,
    report_cases.RETRY: report_cases.ring_retry,
    response.PURGE: response.ring_purge,
}


def build(parts: Parts) -> Wiring:
    """Wire the service. Commands change things through the journal; beside it there are only single statements, which need no transaction around them."""
    plain = replace(parts, engine=parts.engine.execution_options(isolation_level="AUTOCOMMIT"))
    picture = Picture(str(parts.settings.database_url), parts.hot, parts.settings.roads, region_names(parts.settings.divisions))
    allocator = Allocator(parts.engine, parts.journal, parts.clock, picture, parts.settings.roads)
    places = Places(AreaIndex.from_file(parts.settings.boundaries) if parts.settings.boundaries else None)
    servicers: list[Callable[[Any], None]] = [
        partial(incidents_pb2_grpc.add_IncidentServiceServicer_to_server, IncidentServicer(plain, places)),
        partial(signals_pb2_grpc.add_SignalServiceServicer_to_server, records.SignalServicer(plain, places)),
        partial(consultations_pb2_grpc.add_ConsultationServiceServicer_to_server, records.ConsultationServicer(plain)),
        partial(releases_pb2_grpc.add_ReleaseServiceServicer_to_server, records.ReleaseServicer(plain)),
        partial(instructions_pb2_grpc.add_InstructionServiceServicer_to_server, records.InstructionServicer(plain)),
        partial(reports_pb2_grpc.add_ReportServiceServicer_to_server, reports.ReportServicer(plain)),
        partial(reports_pb2_grpc.add_ObligationServiceServicer_to_server, reports.ObligationServicer(plain)),
        partial(timeline_pb2_grpc.add_TimelineServiceServicer_to_server, TimelineServicer(plain)),
        *field_servicers(plain, picture, places),
    ]
    rings = {**RINGS, **field_rings(parts.hot, picture)}
    return Wiring(servicers, consumers.SUBSCRIPTIONS, rings, [picture.run, allocator.run], consumers.published)


CONSTRAINTS = {**errors.CONSTRAINTS, **field_errors.CONSTRAINTS}
DEFINITION = Definition(name="dispatch", settings=Settings, metadata=tables.METADATA, encode=events.encode, build=build, constraints=CONSTRAINTS)

if __name__ == "__main__":
    serve(DEFINITION)
