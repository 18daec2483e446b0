"""Calls to SystemService of the services, with the gateway's own identity."""

from typing import TypeVar

from google.protobuf.message import Message

from chassis import telemetry
from chassis.identity import component
from gateway.public.state import State

PATH = "/fenghuo.system.v1.SystemService/"
TIMEOUT_S = 5.0
M = TypeVar("M", bound=Message)


async def ask(state: State, area: str, name: str, request: Message, answer: type[M], timeout: float = TIMEOUT_S) -> M:  # noqa: ASYNC109 - gRPC's own deadline
    """Call one service's SystemService as a component; AioRpcError when it does not answer."""
    channel = state.services.channels[area]
    stub = channel.unary_unary(PATH + name, type(request).SerializeToString, answer.FromString)
    metadata = (("authorization", f"Bearer {state.minter.mint(component('gateway'))}"), ("traceparent", telemetry.new_traceparent()))
    found: M = await stub(request, timeout=timeout, metadata=metadata)
    return found
