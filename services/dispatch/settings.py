"""Settings of dispatch."""

from pathlib import Path

from pydantic import Field

from chassis.settings import ROOT, ServiceSettings


class Settings(ServiceSettings):
    """What dispatch needs beyond what every service has."""

    boundaries: Path | None = Field(
        default=ROOT / "districts" / "dawukou" / "reference" / "boundaries.geojson",
        description="GeoJSON of the counties around, with their codes: says in which county a point lies and which ones an incident touches",
    )
    divisions: Path | None = Field(
        default=ROOT / "districts" / "dawukou" / "reference" / "divisions.csv",
        description="names of regions (code, level, name, parent): say in reasons which town or street a unit leaves",
    )
    roads: Path | None = Field(
        default=None,
        description="road file made by services.dispatch.solver.travel from OpenStreetMap; without it travel times are estimated from the straight distance",
    )
