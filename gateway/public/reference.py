"""GET /api/v1/reference/{file}: the district's reference data (boundaries, places, codes) as the page's map draws it; read-only, a closed list."""

from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from chassis.errors import DomainError, Kind
from gateway.public.state import state_of

router = APIRouter(prefix="/api/v1/reference")
FILES = {
    "boundaries.geojson": (Path("boundaries.geojson"), "application/geo+json"),
    "facilities.geojson": (Path("facilities.geojson"), "application/geo+json"),
    "divisions.csv": (Path("divisions.csv"), "text/csv; charset=utf-8"),
    "villages.csv": (Path("villages.csv"), "text/csv; charset=utf-8"),
    "places.csv": (Path("places.csv"), "text/csv; charset=utf-8"),
    "event_types.csv": (Path("codes/event_types.csv"), "text/csv; charset=utf-8"),
}
"""Names callers may ask for, where they lie below the directory, and their media type."""


@router.get("/{file}")
async def read(request: Request, file: str) -> Response:
    """One file; NOT_FOUND for a name outside the list and for a file the district does not have."""
    state = state_of(request.scope)
    await state.session(request)
    known = FILES.get(file)
    path = state.settings.reference_dir / known[0] if known else None
    if known is None or path is None or not path.is_file():
        raise DomainError(Kind.NOT_FOUND, "NOT_FOUND", name=f"reference/{file[:100]}")
    return FileResponse(path, media_type=known[1], headers={"Cache-Control": "private, max-age=600"})
