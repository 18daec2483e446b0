"""Road closures in the database."""

from sqlalchemy import ColumnElement

from chassis.store import Store
from services.dispatch.model.road_closure import RoadClosure
from services.dispatch.tables import road_closure as table

CLOSURES = Store(table, RoadClosure, "roadClosures", fixed=("points", "radius_m", "kind", "factor", "created_at"))


def closure_conditions(incident_id: str, state: str) -> list[ColumnElement[bool]]:
    """What a list of closures is narrowed to."""
    return CLOSURES.equal(incident_id=incident_id, state=state)
