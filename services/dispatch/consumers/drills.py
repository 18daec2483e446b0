"""From plans: an exercise that gives way to a real event lets go of the forces it bound (真实事件)."""

from typing import Any

from chassis.journal import Subscription, Transaction
from fenghuo.plans.v1 import drill_events_pb2
from services.dispatch.use_cases import aftermath


async def _aborted(tx: Transaction, message: Any) -> None:
    if message.header.exercise_id:
        await aftermath.end_exercise(tx, message.header.exercise_id, message.drill_aborted.reason)


SUBSCRIPTIONS = [Subscription("fenghuo.plans.drill.v1", drill_events_pb2.DrillEvent, {"drill_aborted": _aborted})]
