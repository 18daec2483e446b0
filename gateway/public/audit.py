"""GET /api/v1/audit: the audit chains of every service, recomputed, in one answer."""

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from fenghuo.system.v1 import system_pb2
from gateway.public.components import ask
from gateway.public.state import state_of
from gateway.rest import strict_json
from gateway.rest.written import written

router = APIRouter(prefix="/api/v1/audit")
TIMEOUT_S = 60.0


@router.get("")
async def verify(request: Request) -> Response:
    """Every service's chain: rows, head and findings; a service that does not answer is named with its error."""
    state = state_of(request.scope)
    session = await state.session(request)
    state.roles.check(session.caller, "audit.verify")
    areas = list(state.services.channels)
    order = system_pb2.VerifyAuditRequest()
    answers = await asyncio.gather(*(ask(state, area, "VerifyAudit", order, system_pb2.AuditReport, TIMEOUT_S) for area in areas), return_exceptions=True)
    chains = {
        area: {"error": type(answer).__name__} if isinstance(answer, BaseException) else written(answer) for area, answer in zip(areas, answers, strict=True)
    }
    intact = all("error" not in chain and not chain["findings"] for chain in chains.values())
    return Response(strict_json.encode({"intact": intact, "chains": chains}), media_type="application/json")
