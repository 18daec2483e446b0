"""Composition root of plans."""

from functools import partial

from chassis.process import Definition, Parts, Wiring, serve
from fenghuo.plans.v1 import activations_pb2_grpc, drills_pb2_grpc, filings_pb2_grpc, plans_pb2_grpc, reviews_pb2_grpc, versions_pb2_grpc
from services.plans import consumers, errors, events, tables
from services.plans.servicer.activations import ActivationServicer
from services.plans.servicer.drills import DrillServicer
from services.plans.servicer.filings import PlanFilingServicer
from services.plans.servicer.plans import PlanServicer
from services.plans.servicer.reviews import ReviewServicer
from services.plans.servicer.versions import PlanVersionServicer
from services.plans.settings import Settings, load_calendar
from services.plans.use_cases import activations, corrections, filings


def build(parts: Parts) -> Wiring:
    """Wire the service."""
    calendar = load_calendar(parts.settings.reference_dir)
    return Wiring(
        servicers=[
            partial(plans_pb2_grpc.add_PlanServiceServicer_to_server, PlanServicer(parts)),
            partial(versions_pb2_grpc.add_PlanVersionServiceServicer_to_server, PlanVersionServicer(parts, calendar)),
            partial(filings_pb2_grpc.add_PlanFilingServiceServicer_to_server, PlanFilingServicer(parts)),
            partial(activations_pb2_grpc.add_ActivationServiceServicer_to_server, ActivationServicer(parts)),
            partial(drills_pb2_grpc.add_DrillServiceServicer_to_server, DrillServicer(parts)),
            partial(reviews_pb2_grpc.add_ReviewServiceServicer_to_server, ReviewServicer(parts)),
        ],
        subscriptions=consumers.SUBSCRIPTIONS,
        rings={
            filings.DUE: filings.ring_due,
            filings.CALENDAR: filings.ring_calendar(calendar),
            activations.END: activations.ring_end,
            activations.PAPERWORK: activations.ring_paperwork,
            corrections.DAY: corrections.ring_day,
        },
    )


DEFINITION = Definition(name="plans", settings=Settings, metadata=tables.METADATA, encode=events.encode, build=build, constraints=errors.CONSTRAINTS)

if __name__ == "__main__":
    serve(DEFINITION)
