"""/api/v1/events: the dead letters of all topics and their way back, and the comparison of every journal with the log."""

import asyncio
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from chassis.errors import DomainError, Kind, not_found
from chassis.eventlog import LogUnavailableError
from chassis.eventlog.dead import Letter, letters, replay
from fenghuo.system.v1 import system_pb2
from gateway.public.components import ask
from gateway.public.state import State, state_of
from gateway.rest import strict_json

router = APIRouter(prefix="/api/v1/events")
PERMISSION = "events.repair"
TIMEOUT_S = 300.0
HOURS, MOST_HOURS = 24, 168


async def _permitted(request: Request) -> State:
    state = state_of(request.scope)
    session = await state.session(request)
    state.roles.check(session.caller, PERMISSION)
    return state


async def _letters(state: State) -> list[Letter]:
    try:
        return await letters(state.log, state.hub.topics)
    except LogUnavailableError as error:
        raise DomainError(Kind.UNAVAILABLE, "SERVICE_UNAVAILABLE", service="event log") from error


@router.get("/dead")
async def dead(request: Request) -> Response:
    """Every dead letter not yet replayed: which group could not apply which event, and why. What is in it stays hidden."""
    state = await _permitted(request)
    shown = [_shown(letter) for letter in await _letters(state)]
    return Response(strict_json.encode({"letters": shown}), media_type="application/json")


@router.post("/dead:replay")
async def replay_dead(request: Request) -> Response:
    """Put letters back on their topics: {"ids": […]}, or {"all": true}."""
    state = await _permitted(request)
    body = strict_json.loads(await request.body())
    ids, everything = body.get("ids", []), body.get("all", False)
    if not isinstance(ids, list) or not isinstance(everything, bool) or bool(ids) == everything:
        raise DomainError(Kind.INVALID, "INVALID_FIELD", field="ids")
    waiting = {letter.id: letter for letter in await _letters(state)}
    unknown = [name for name in ids if name not in waiting]
    if unknown:
        raise not_found(str(unknown[0])[:200])
    chosen = list(waiting.values()) if everything else [waiting[name] for name in dict.fromkeys(ids)]
    for letter in chosen:
        await replay(state.log, letter)
    return Response(strict_json.encode({"replayed": len(chosen)}), media_type="application/json")


@router.post(":reconcile")
async def reconcile(request: Request) -> Response:
    """Every service publishes again what the log lost within the last {"hours": 24}; a service that does not answer is named with its error."""
    state = await _permitted(request)
    raw = await request.body()
    hours = (strict_json.loads(raw) if raw.strip() else {}).get("hours", HOURS)
    if isinstance(hours, bool) or not isinstance(hours, int) or not 1 <= hours <= MOST_HOURS:
        raise DomainError(Kind.INVALID, "INVALID_FIELD", field="hours")
    order, areas = system_pb2.ReconcileEventsRequest(hours=hours), list(state.services.channels)
    asked = (ask(state, area, "ReconcileEvents", order, system_pb2.ReconcileReport, TIMEOUT_S) for area in areas)
    answers = await asyncio.gather(*asked, return_exceptions=True)
    services = {
        area: {"error": type(answer).__name__} if isinstance(answer, BaseException) else {"checked": answer.checked, "republished": answer.republished}
        for area, answer in zip(areas, answers, strict=True)
    }
    return Response(strict_json.encode({"services": services}), media_type="application/json")


def _shown(letter: Letter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "topic": letter.told("source_topic"),
        "key": letter.stored.record.key,
        "event": letter.told("ce_id"),
        "type": letter.told("ce_type"),
        "time": letter.told("ce_time"),
        "group": letter.told("source_group"),
        "reason": letter.told("error"),
    }
