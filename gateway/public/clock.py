"""GET and POST /api/v1/clock: read the domain's clock, or set it in every component at once where the deployment allows it."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import grpc
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from chassis.clock import BEIJING, ClockSetting, real_now
from chassis.errors import DomainError, Kind, guard
from fenghuo.system.v1 import system_pb2
from gateway.public.components import ask
from gateway.public.state import State, state_of
from gateway.rest import strict_json

router = APIRouter(prefix="/api/v1/clock")


async def follow(state: State) -> None:
    """At start: follow the clock of whichever service answers first."""
    while True:
        for area in state.services.channels:
            try:
                answer = await ask(state, area, "GetClock", system_pb2.GetClockRequest(), system_pb2.ClockState)
            except grpc.aio.AioRpcError:
                continue
            state.clock_allowed = answer.allowed
            state.clock.apply(_setting(answer))
            return
        await asyncio.sleep(0.3)


@router.get("")
async def read(request: Request) -> Response:
    """The domain's time now."""
    state = state_of(request.scope)
    await state.session(request)
    return _shown(state)


@router.post("")
async def change(request: Request) -> Response:
    """Set the clock: {"time": RFC 3339, "rate": number}, or {} to return to real time. 503 names the components that did not follow; ask again."""
    state = state_of(request.scope)
    session = await state.session(request)
    state.roles.check(session.caller, "clock.set")
    body = strict_json.loads(await request.body())
    if not state.clock_allowed:
        raise guard("CLOCK_NOT_ALLOWED")
    setting = _wanted(body)
    order = system_pb2.SetClockRequest(rate=1.0)
    if setting:
        order.rate = setting.rate
        order.anchor.FromDatetime(setting.anchor)
        order.domain.FromDatetime(setting.domain)
    areas = list(state.services.channels)
    answers = await asyncio.gather(*(ask(state, area, "SetClock", order, system_pb2.ClockState) for area in areas), return_exceptions=True)
    missing = [area for area, answer in zip(areas, answers, strict=True) if isinstance(answer, BaseException)]
    if missing:
        raise DomainError(Kind.UNAVAILABLE, "CLOCK_INCOMPLETE", components=missing)
    state.clock.apply(setting)
    return _shown(state)


def _wanted(body: dict[str, Any]) -> ClockSetting | None:
    if not body:
        return None
    rate, text = body.get("rate", 1.0), body.get("time")
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 <= rate <= 10_000:
        raise DomainError(Kind.INVALID, "INVALID_FIELD", field="rate")
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise DomainError(Kind.INVALID, "INVALID_FIELD", field="time") from error
    if moment.tzinfo is None:
        raise DomainError(Kind.INVALID, "INVALID_FIELD", field="time")
    return ClockSetting(real_now(), moment.astimezone(UTC), float(rate))


def _setting(answer: system_pb2.ClockState) -> ClockSetting | None:
    if not answer.HasField("anchor"):
        return None
    return ClockSetting(answer.anchor.ToDatetime(UTC), answer.domain.ToDatetime(UTC), answer.rate)


def _shown(state: State) -> Response:
    setting = state.clock.setting
    body = {
        "time": state.clock.now().astimezone(BEIJING).isoformat(),
        "rate": setting.rate if setting else 1.0,
        "real": setting is None,
        "allowed": state.clock_allowed,
    }
    return Response(strict_json.encode(body), media_type="application/json")
