"""What other services open and settle for an incident: activations, reviews, requisitions, transfers. They guard its end and its closing."""

from datetime import UTC
from typing import Any

from chassis.journal import Subscription, Transaction
from chassis.journal.inbox import Effect
from fenghuo.plans.v1 import activation_events_pb2, review_events_pb2
from fenghuo.resources.v1 import requisition_events_pb2, transfer_events_pb2
from services.dispatch.use_cases import matters


def _note(kind: str, *, is_open: bool) -> Effect:
    async def effect(tx: Transaction, message: Any) -> None:
        header = message.header
        at = header.occurred_at.ToDatetime(UTC)
        await matters.note_matter(tx, header.aggregate, kind, header.incident.removeprefix("incidents/"), at, is_open=is_open)

    return effect


async def _activated(tx: Transaction, message: Any) -> None:
    header = message.header
    await matters.activated(tx, header.aggregate, header.incident.removeprefix("incidents/"), header.occurred_at.ToDatetime(UTC))


def _effects(kind: str, opened: tuple[str, ...], settled: tuple[str, ...]) -> dict[str, Effect]:
    return dict.fromkeys(opened, _note(kind, is_open=True)) | dict.fromkeys(settled, _note(kind, is_open=False))


REQUISITIONED = ("requisition_decided", "asset_taken_over", "asset_in_use", "asset_returned", "compensation_due", "compensation_assessed", "compensation_paid")
TRANSFERRED = ("transfer_requested", "transfer_approved", "transfer_shipped", "transfer_received", "transfer_discrepancy")
SUBSCRIPTIONS = [
    Subscription(
        "fenghuo.plans.activation.v1",
        activation_events_pb2.ActivationEvent,
        {"plan_activated": _activated} | _effects("activation", (), ("activation_terminated", "activation_closed")),
    ),
    Subscription("fenghuo.plans.review.v1", review_events_pb2.ReviewEvent, _effects("review", ("aar_opened",), ("aar_submitted", "aar_closed"))),
    Subscription("fenghuo.resources.requisition.v1", requisition_events_pb2.RequisitionEvent, _effects("requisition", REQUISITIONED, ("requisition_closed",))),
    Subscription(
        "fenghuo.resources.transfer.v1",
        transfer_events_pb2.TransferEvent,
        _effects("transfer", TRANSFERRED, ("transfer_rejected", "transfer_cancelled", "transfer_closed")),
    ),
]
